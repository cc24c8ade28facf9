-- What makes roles with few rights possible; the roles themselves and their grants follow from the
-- workers and are printed by `leadmill grants`. The owner of the tables passes by all of this.

-- A role sees and writes the rows of its own worker: a policy per role, made with the role.
ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE nothing ENABLE ROW LEVEL SECURITY;
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE refusal ENABLE ROW LEVEL SECURITY;
ALTER TABLE conflict ENABLE ROW LEVEL SECURITY;
ALTER TABLE delayed ENABLE ROW LEVEL SECURITY;

-- A command from outside joins the pipeline of the record that it is about, and another worker may
-- have said what happened to it last: of those events a worker learns the pipeline and its trace, nothing else.
CREATE FUNCTION last_said(subjects uuid[])
    RETURNS TABLE (subject uuid, correlation uuid, traceparent text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.subject, last.correlation, last.traceparent
    FROM unnest(subjects) AS u (subject)
    CROSS JOIN LATERAL (SELECT e.correlation, e.traceparent FROM event AS e WHERE e.subject = u.subject
                        ORDER BY e.at DESC LIMIT 1) AS last
$$;
COMMENT ON FUNCTION last_said IS 'The pipelines and traces that these records belong to: what was last said about each.';

-- What a worker of ours said is known by its id; whether a repeat has the content of the first may be
-- asked by who cannot read what others said: it learns of that one message whether it is the same.
CREATE FUNCTION said_otherwise(ids uuid[], types text[], digests bytea[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id FROM unnest(ids, types, digests) AS u (id, type, digest)
    JOIN event AS e ON e.id = u.id
    WHERE e.type <> u.type OR sha256(convert_to(e.data::text, 'UTF8')) <> u.digest
$$;
COMMENT ON FUNCTION said_otherwise IS 'Which of these messages the log knows with another type or other data.';

-- The person who was named for a command stands on the row of that command. What is published again names them
-- too: whoever publishes learns of a cause who asked, and by which worker that was decided, nothing else. By index
-- however few rows there are, since upkeep plans by the sizes that it finds.
CREATE FUNCTION named_actors(causes uuid[]) RETURNS TABLE (cause uuid, worker text, actor text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
    SELECT r.id, r.worker, r.actor FROM received AS r WHERE r.id = ANY(causes) AND r.actor IS NOT NULL
    UNION ALL
    SELECT c.id, c.worker, c.actor FROM conflict AS c WHERE c.id = ANY(causes) AND c.actor IS NOT NULL
$$;
COMMENT ON FUNCTION named_actors IS 'Who was named for these commands, and which worker decided them; none of those that name nobody.';

-- Raw inputs hold what people wrote about themselves. Nulling is all that this can do, and all that
-- the role privacy is given; records and events are not touched by it.
CREATE FUNCTION erase_raw(input uuid) RETURNS bigint
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
COMMENT ON FUNCTION erase_raw IS 'Nulls the bytes and headers of an input or command as it arrived; answers how many rows it changed.';

REVOKE EXECUTE ON FUNCTION last_said(uuid[]), said_otherwise(uuid[], text[], bytea[]), named_actors(uuid[]),
    erase_raw(uuid) FROM PUBLIC;
