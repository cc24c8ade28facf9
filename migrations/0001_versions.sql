-- Which programs may work on these tables. A database is known by this file, the first of all: one that
-- was made from another is refused.
--
-- A program wants every migration that it knows, unchanged; later ones it need not know, so that older
-- workers run beside tables that were expanded for newer ones. A migration that breaks older programs says
-- so here: it sets the least number that a program must know.

CREATE TABLE program_min (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL
);
COMMENT ON TABLE program_min IS 'The one row says which migration a program must know at least to work on these tables.';
INSERT INTO program_min (version) VALUES (1);

-- Every role may ask what it is about to work on.
CREATE FUNCTION schema_versions() RETURNS TABLE (version bigint, checksum bytea, program_min bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.version, m.checksum, p.version
    FROM _sqlx_migrations AS m CROSS JOIN program_min AS p WHERE m.success
$$;
COMMENT ON FUNCTION schema_versions IS 'The migrations that were applied, and the least that a program must know.';
