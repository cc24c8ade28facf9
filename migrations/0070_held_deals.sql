-- A deal rests for a while; somebody else than its lines says what it may bring; who takes part in its decision; the
-- day on which it was closed.

ALTER TABLE opportunity
    ADD COLUMN revenue_mode text NOT NULL DEFAULT 'system' CHECK (revenue_mode IN ('system', 'user')),
    ADD COLUMN held_at timestamptz,
    ADD COLUMN hold_reason text,
    ADD COLUMN actual_close_date date,
    ADD COLUMN stakeholders jsonb,
    ADD COLUMN competitors jsonb;
ALTER TABLE opportunity
    DROP CONSTRAINT opportunity_state_check,
    ADD CONSTRAINT opportunity_state_check CHECK (state IN ('open', 'on_hold', 'won', 'lost')) NOT VALID,
    ADD CONSTRAINT opportunity_held_at CHECK ((state = 'on_hold') = (held_at IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT opportunity_hold_reason CHECK ((state = 'on_hold') = (hold_reason IS NOT NULL)) NOT VALID;
-- Few deals have competitors that somebody named.
CREATE INDEX opportunity_competed ON opportunity (id) WHERE competitors IS NOT NULL;
COMMENT ON COLUMN opportunity.revenue_mode IS
    'Who says what it may bring: system, as the lines do, or user (D365: isrevenuesystemcalculated).';
COMMENT ON COLUMN opportunity.actual_close_date IS
    'The day on which it was closed, where that is not the day of won_at or lost_at.';
COMMENT ON COLUMN opportunity.stakeholders IS 'Contacts who have a part in the decision, with their roles.';
COMMENT ON COLUMN opportunity.competitors IS 'Names of the rivals who want the same sale.';
