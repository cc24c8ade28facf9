-- What an offer says beside its lines and totals, which of its lines may be left out, and what became of it: why it
-- waits for somebody, that somebody edited it, and that it was accepted after its last day.

ALTER TABLE quote
    ADD COLUMN optional jsonb,
    ADD COLUMN effective_from date,
    ADD COLUMN introduction text,
    ADD COLUMN closing_note text,
    ADD COLUMN waits_for text,
    ADD COLUMN edited boolean NOT NULL DEFAULT false,
    ADD COLUMN held_since timestamptz;

-- The checks of the baseline have no names of their own.
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint
                WHERE conrelid = 'quote'::regclass AND contype = 'c'
                  AND pg_get_constraintdef(oid) ~ '\mstate\M'
    LOOP
        EXECUTE format('ALTER TABLE quote DROP CONSTRAINT %I', name);
    END LOOP;
END $$;
ALTER TABLE quote
    ADD CONSTRAINT quote_state CHECK (state IN ('draft', 'active', 'held', 'won', 'closed')) NOT VALID,
    ADD CONSTRAINT quote_active CHECK ((state = 'active') = (active_since IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT quote_held CHECK ((state = 'held') = (held_since IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT quote_won CHECK ((state = 'won') = (won_at IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT quote_accepted CHECK (state IN ('held', 'won') OR acceptance IS NULL) NOT VALID,
    ADD CONSTRAINT quote_held_with CHECK (state <> 'held' OR acceptance IS NOT NULL) NOT VALID,
    ADD CONSTRAINT quote_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL)
        AND (state = 'closed') = (close_reason IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT quote_waits CHECK (state = 'draft' OR waits_for IS NULL) NOT VALID;
ALTER TABLE quote
    VALIDATE CONSTRAINT quote_state, VALIDATE CONSTRAINT quote_active, VALIDATE CONSTRAINT quote_held,
    VALIDATE CONSTRAINT quote_won, VALIDATE CONSTRAINT quote_accepted, VALIDATE CONSTRAINT quote_held_with,
    VALIDATE CONSTRAINT quote_closed, VALIDATE CONSTRAINT quote_waits;

COMMENT ON COLUMN quote.optional IS 'Which of its lines the customer may take or leave, and which of them are alternatives.';
COMMENT ON COLUMN quote.effective_from IS 'The first day on which it may be accepted; null: from the moment on when it stands.';
COMMENT ON COLUMN quote.waits_for IS 'Why a draft waits for somebody with the right approve_discount.';
COMMENT ON COLUMN quote.edited IS 'Somebody said what it offers: it no longer follows the lines of its opportunity.';
COMMENT ON COLUMN quote.held_since IS 'When the customer accepted it too late, while the seller has said neither yes nor no.';
