-- The lists in workbooks: opened once, when they arrive, and read slice by slice like any other list.

CREATE TABLE opened_chunk (
    input uuid NOT NULL,
    n     integer NOT NULL CHECK (n >= 0),
    bytes bytea CHECK (octet_length(bytes) <= 262144),
    PRIMARY KEY (input, n)
);
ALTER TABLE opened_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE opened_chunk IS
    'The first sheet of inputs that are workbooks, as CSV in pieces of 256 KiB; what came stays in input_chunk.';
COMMENT ON COLUMN opened_chunk.bytes IS 'Null once erased by the role privacy.';

CREATE OR REPLACE FUNCTION erase_raw(input uuid) RETURNS bigint
    LANGUAGE sql STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH chunks AS (
        UPDATE input_chunk AS c SET bytes = NULL
        WHERE c.input = erase_raw.input AND c.bytes IS NOT NULL RETURNING 1),
    opened AS (
        UPDATE opened_chunk AS o SET bytes = NULL
        WHERE o.input = erase_raw.input AND o.bytes IS NOT NULL RETURNING 1),
    headers AS (
        UPDATE received AS r SET headers = NULL
        WHERE r.id = erase_raw.input AND r.headers IS NOT NULL RETURNING 1),
    parked AS (
        UPDATE parked AS p SET body = NULL, headers = NULL
        WHERE (p.id = erase_raw.input OR p.message = erase_raw.input)
          AND (p.body IS NOT NULL OR p.headers IS NOT NULL) RETURNING 1)
    SELECT (SELECT count(*) FROM chunks) + (SELECT count(*) FROM opened) + (SELECT count(*) FROM headers)
         + (SELECT count(*) FROM parked)
$$;
