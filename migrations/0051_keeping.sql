-- What is kept for so long only goes by the clock, and an erasure reads the log in slices.

ALTER TABLE erasure ADD COLUMN closed_before timestamptz;
COMMENT ON COLUMN erasure.closed_before IS
    'Leads that it names go only where they were closed before; null where a person asked for it.';
COMMENT ON COLUMN erasure.step IS 'What is done next, behind the row `after`.';
COMMENT ON COLUMN consent.channel IS
    'The key by which they are reached, as `email a@b.example`; of who was erased a pseudonym of it, or nothing.';

-- How an erasure reads the log: what it looks for, and from which position on it looks again when it is through.
CREATE TABLE erasure_log (
    erasure uuid PRIMARY KEY REFERENCES erasure,
    position bigint NOT NULL CHECK (position >= 0),
    tx xid8 NOT NULL,
    keys jsonb NOT NULL CHECK (jsonb_typeof(keys) = 'array')
);
COMMENT ON TABLE erasure_log IS
    'The keys that an erasure looks for in the log, from its first slice to its records; one row for an open erasure.';
COMMENT ON COLUMN erasure_log.position IS 'What was said before, by a transaction before `tx`, is read slice by slice; what came later once more.';

-- Whose events name one of these keys beside the person.
CREATE TABLE erasure_other (
    erasure uuid NOT NULL REFERENCES erasure,
    subject uuid NOT NULL,
    PRIMARY KEY (erasure, subject)
);
COMMENT ON TABLE erasure_other IS 'Leads and contacts of others that gave one of the keys of an erasure, as far as it has read.';

-- Who touched the deal of a lead touched its offers too.
CREATE OR REPLACE FUNCTION touched_deals(leads uuid[]) RETURNS TABLE (lead uuid, type text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (l.id) l.id, e.type
    FROM lead AS l
    JOIN event AS e ON e.subject IN (
        SELECT l.opportunity UNION ALL SELECT q.id FROM quote AS q WHERE q.opportunity = l.opportunity)
    WHERE l.id = ANY(leads) AND EXISTS (SELECT FROM received AS r WHERE r.id = e.cause)
    ORDER BY l.id, e.position
$$;
COMMENT ON FUNCTION touched_deals IS
    'What was said first about the deals of these leads, or their offers, because somebody outside had asked for it.';

CREATE FUNCTION shared_accounts(leads uuid[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id FROM lead AS l JOIN account AS a ON a.id = l.account AND a.originating_lead = l.id
    WHERE l.id = ANY(leads) AND (
        EXISTS (SELECT FROM lead AS o WHERE o.account = a.id AND o.id <> l.id)
        OR EXISTS (SELECT FROM contact AS c WHERE c.account = a.id AND c.originating_lead IS DISTINCT FROM l.id)
        OR EXISTS (SELECT FROM opportunity AS d WHERE d.account = a.id AND d.originating_lead IS NULL)
        OR EXISTS (SELECT FROM sales_order AS s WHERE s.account = a.id AND s.quote IS NULL)
        OR EXISTS (SELECT FROM invoice AS i WHERE i.account = a.id AND i.sales_order IS NULL))
$$;
COMMENT ON FUNCTION shared_accounts IS 'Those of these leads whose account, which was made of them, has something of others too.';
REVOKE EXECUTE ON FUNCTION shared_accounts(uuid[]) FROM PUBLIC;
