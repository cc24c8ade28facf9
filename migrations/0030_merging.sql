-- Leads that are one: a merged lead names its master and keeps, in the columns of its own state, what it was; the
-- master keeps what takes each merge back. Beside it, whom a record is not to be taken for.

ALTER TABLE lead
    ADD COLUMN master uuid,
    ADD COLUMN merged_at timestamptz,
    ADD COLUMN merges jsonb,
    ADD COLUMN kept_apart jsonb;
ALTER TABLE account ADD COLUMN kept_apart jsonb;
ALTER TABLE contact ADD COLUMN kept_apart jsonb;

-- The checks of the baseline have no names of their own.
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint
                WHERE conrelid = 'lead'::regclass AND contype = 'c'
                  AND pg_get_constraintdef(oid) ~ '\mstate\M'
    LOOP
        EXECUTE format('ALTER TABLE lead DROP CONSTRAINT %I', name);
    END LOOP;
END $$;
ALTER TABLE lead
    ADD CONSTRAINT lead_state CHECK (state IN ('open', 'qualified', 'disqualified', 'merged')) NOT VALID,
    ADD CONSTRAINT lead_master CHECK ((state = 'merged') = (master IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT lead_merged CHECK ((state = 'merged') = (merged_at IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT lead_was CHECK (num_nonnulls(open_reason, qualified_at, disqualified_at) = 1
        AND (disqualified_at IS NULL) = (disqualify_reason IS NULL)) NOT VALID,
    ADD CONSTRAINT lead_is CHECK (CASE state WHEN 'open' THEN open_reason IS NOT NULL
        WHEN 'qualified' THEN qualified_at IS NOT NULL WHEN 'disqualified' THEN disqualified_at IS NOT NULL
        ELSE true END) NOT VALID;
ALTER TABLE lead
    VALIDATE CONSTRAINT lead_state, VALIDATE CONSTRAINT lead_master, VALIDATE CONSTRAINT lead_merged,
    VALIDATE CONSTRAINT lead_was, VALIDATE CONSTRAINT lead_is;
-- Merged leads are few; all others stay out of it.
CREATE INDEX lead_merged_into ON lead (master) WHERE master IS NOT NULL;

COMMENT ON COLUMN lead.master IS 'The lead that it became (D365: masterid). What it was stands in the columns of its former state.';
COMMENT ON COLUMN lead.merges IS 'The merges into it that hold, the last one at the end: what it was before, what each made of it, which keys it moved.';
COMMENT ON COLUMN lead.kept_apart IS 'Ids of leads, contacts and accounts that somebody said are others; each of them names this one.';
COMMENT ON COLUMN account.kept_apart IS 'As in lead.';
COMMENT ON COLUMN contact.kept_apart IS 'As in lead.';

-- A worker sees what it said itself. Of a lead whose lock it holds, it may know what all of them said, and whether
-- somebody outside had asked for it.
CREATE FUNCTION said_of_leads(leads uuid[], most integer)
    RETURNS TABLE (lead uuid, sequence bigint, type text, outside boolean, data text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.lead, said.sequence, said.type,
           EXISTS (SELECT FROM received AS r WHERE r.id = said.cause), said.data::text
    FROM unnest(leads) AS u (lead)
    CROSS JOIN LATERAL (SELECT e.sequence, e.type, e.cause, e.data FROM event AS e
                        WHERE e.subject = u.lead AND e.sequence > 0
                        ORDER BY e.sequence DESC LIMIT most) AS said
    ORDER BY u.lead, said.sequence
$$;
COMMENT ON FUNCTION said_of_leads IS 'The events about these leads, at most so many of each, the newest.';

CREATE FUNCTION touched_deals(leads uuid[]) RETURNS TABLE (lead uuid, type text)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (l.id) l.id, e.type
    FROM lead AS l JOIN event AS e ON e.subject = l.opportunity
    WHERE l.id = ANY(leads) AND EXISTS (SELECT FROM received AS r WHERE r.id = e.cause)
    ORDER BY l.id, e.position
$$;
COMMENT ON FUNCTION touched_deals IS 'What was said first about the deals of these leads because somebody outside had asked for it.';
REVOKE EXECUTE ON FUNCTION said_of_leads(uuid[], integer), touched_deals(uuid[]) FROM PUBLIC;
