-- Accounts and contacts that are one: a merged one names its master and keeps what it was; the master keeps what takes
-- each merge back. Keys, leads, deals and documents go on naming whom they were of.

ALTER TABLE account
    ADD COLUMN master uuid,
    ADD COLUMN merged_at timestamptz,
    ADD COLUMN merges jsonb;
ALTER TABLE contact
    ADD COLUMN master uuid,
    ADD COLUMN merged_at timestamptz,
    ADD COLUMN merges jsonb;

-- The checks of the baseline have no names of their own.
DO $$
DECLARE of regclass; name text;
BEGIN
    FOREACH of IN ARRAY ARRAY['account', 'contact']::regclass[] LOOP
        FOR name IN SELECT conname FROM pg_constraint
                    WHERE conrelid = of AND contype = 'c' AND pg_get_constraintdef(oid) ~ '\mstate\M'
        LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', of, name);
        END LOOP;
        EXECUTE format($f$
            ALTER TABLE %1$s
                ADD CONSTRAINT %1$s_state CHECK (state IN ('active', 'inactive', 'merged')) NOT VALID,
                ADD CONSTRAINT %1$s_master CHECK ((state = 'merged') = (master IS NOT NULL)) NOT VALID,
                ADD CONSTRAINT %1$s_merged CHECK ((state = 'merged') = (merged_at IS NOT NULL)) NOT VALID,
                ADD CONSTRAINT %1$s_is CHECK (CASE state WHEN 'active' THEN inactive_at IS NULL
                    WHEN 'inactive' THEN inactive_at IS NOT NULL ELSE true END) NOT VALID $f$, of);
        EXECUTE format('ALTER TABLE %1$s VALIDATE CONSTRAINT %1$s_state, VALIDATE CONSTRAINT %1$s_master,
                        VALIDATE CONSTRAINT %1$s_merged, VALIDATE CONSTRAINT %1$s_is', of);
    END LOOP;
END $$;
-- Merged ones are few; all others stay out of it.
CREATE INDEX account_merged_into ON account (master) WHERE master IS NOT NULL;
CREATE INDEX contact_merged_into ON contact (master) WHERE master IS NOT NULL;

COMMENT ON COLUMN account.master IS 'The account that it became (D365: masterid); whatever names this one means that one.';
COMMENT ON COLUMN contact.master IS 'As in account.';
COMMENT ON COLUMN account.inactive_at IS 'Of a merged account too, that was inactive before.';
COMMENT ON COLUMN contact.inactive_at IS 'As in account.';
COMMENT ON COLUMN account.merges IS 'The merges into it that hold, the last one at the end: what it was before, and what each made of it.';
COMMENT ON COLUMN contact.merges IS 'As in account.';
