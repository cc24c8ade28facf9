-- Customers have a territory and a group, by which price lists are chosen; a deal for which several are equally good has
-- none until a person chooses.

-- Whoever knows no deal without a price list could not read one.
UPDATE program_min SET version = GREATEST(version, 82);

ALTER TABLE account
    ADD COLUMN territory text,
    ADD COLUMN customer_group text;
COMMENT ON COLUMN account.territory IS 'By which price lists are chosen, as for customer_group.';
ALTER TABLE contact
    ADD COLUMN territory text,
    ADD COLUMN customer_group text;
COMMENT ON COLUMN contact.territory IS 'By which price lists are chosen where they buy without an account, as for customer_group.';

ALTER TABLE opportunity
    ALTER COLUMN price_list DROP NOT NULL,
    ADD COLUMN undecided text,
    ADD COLUMN wanted jsonb,
    ADD CONSTRAINT opportunity_priced_by CHECK ((price_list IS NULL) = (undecided IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT opportunity_wanted CHECK (undecided IS NOT NULL OR wanted IS NULL) NOT VALID;
ALTER TABLE opportunity
    VALIDATE CONSTRAINT opportunity_priced_by, VALIDATE CONSTRAINT opportunity_wanted;
COMMENT ON COLUMN opportunity.undecided IS 'Why it has no price list: which ones are equally good, and what chooses.';
COMMENT ON COLUMN opportunity.wanted IS 'What is priced as soon as it has one.';
