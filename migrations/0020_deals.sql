-- What a qualified lead hands on to its opportunities, and which of several is the primary one; and many leads that are
-- qualified by one command.

ALTER TABLE opportunity
    ADD COLUMN primary_of_lead uuid,
    ADD COLUMN previous uuid,
    ADD COLUMN description text,
    ADD COLUMN need text,
    ADD COLUMN purchase_timeframe text,
    ADD COLUMN campaign text,
    ADD COLUMN owner text;
-- Nearly every lead has one opportunity, which the lead itself names: those stay out of this index.
CREATE INDEX opportunity_beside ON opportunity (originating_lead, id) WHERE primary_of_lead IS NOT NULL;
COMMENT ON COLUMN opportunity.primary_of_lead IS
    'The primary opportunity of the same lead, where this is another one.';
COMMENT ON COLUMN opportunity.previous IS
    'The opportunity of the same lead before it, which was lost: from the last, which the lead names, all are found.';
COMMENT ON COLUMN opportunity.owner IS 'The seller whose deal it is, as the lead says: a name or an address.';
COMMENT ON INDEX opportunity_beside IS 'From a lead to its opportunities beside the primary one.';

CREATE TABLE bulk (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    selector jsonb NOT NULL,
    asked bigint NOT NULL CHECK (asked >= 0),
    state text NOT NULL CHECK (state IN ('running', 'done')),
    window_from uuid,
    window_before uuid,
    done_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'running') = (window_before IS NOT NULL)),
    CHECK (state = 'running' OR window_from IS NULL),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
COMMENT ON TABLE bulk IS 'Many leads that are qualified by one command, in slices (D365: bulkoperation).';
COMMENT ON COLUMN bulk.window_before IS 'The next slice looks at leads from window_from up to this one, without it.';
