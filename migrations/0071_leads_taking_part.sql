-- Who takes part in the decision on a lead; its opportunities begin with them.

ALTER TABLE lead
    ADD COLUMN stakeholders jsonb,
    ADD COLUMN competitors jsonb;
COMMENT ON COLUMN lead.stakeholders IS 'Contacts who have a part in the decision, with their roles.';
COMMENT ON COLUMN lead.competitors IS 'Names of the rivals who want the same sale.';
