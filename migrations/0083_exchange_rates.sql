-- What currencies are worth on a day is a part of the catalog; a deal keeps the rate that it was made with. Quotes, orders and
-- invoices keep theirs in their header.

-- Whoever does not know the kind could not read the catalog.
UPDATE program_min SET version = GREATEST(version, 83);

ALTER TABLE catalog_part
    DROP CONSTRAINT catalog_part_kind_check,
    ADD CONSTRAINT catalog_part_kind_check
        CHECK (kind IN ('unit_group', 'revision', 'discount_list', 'literature', 'exchange_rate')) NOT VALID;
ALTER TABLE catalog_part VALIDATE CONSTRAINT catalog_part_kind_check;
COMMENT ON TABLE catalog_part IS
    'What of the catalog is read whole and asked for by no column: unit groups, revisions of products, discount lists, literature, exchange rates.';

ALTER TABLE opportunity ADD COLUMN exchange jsonb;
COMMENT ON COLUMN opportunity.exchange IS 'The exchange rate that it was made with, where it is in another currency than the base one.';
