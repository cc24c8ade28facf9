-- The catalog with life cycles, families, bundles, units, discount lists and literature; changed list by list.

-- Whoever knows only `active` would sell drafts.
UPDATE program_min SET version = GREATEST(version, 60);

ALTER TABLE product
    ADD COLUMN kind text NOT NULL DEFAULT 'product' CHECK (kind IN ('product', 'family', 'bundle')),
    ADD COLUMN parent text COLLATE "C",
    ADD COLUMN description text,
    ADD COLUMN unit_group text COLLATE "C",
    ADD COLUMN quantity_decimals smallint CHECK (quantity_decimals BETWEEN 0 AND 5),
    ADD COLUMN properties jsonb,
    ADD COLUMN parts jsonb,
    ADD COLUMN related jsonb,
    ADD COLUMN state text NOT NULL DEFAULT 'active'
        CHECK (state IN ('draft', 'active', 'under_revision', 'retired'));
UPDATE product SET state = 'retired' WHERE NOT active;
ALTER TABLE product DROP COLUMN active;
COMMENT ON COLUMN product.parent IS 'The family that it lies in.';
COMMENT ON COLUMN product.properties IS 'Properties that it names itself; none where absent, as for parts and related.';

ALTER TABLE price_list
    ADD COLUMN valid_from date,
    ADD COLUMN valid_to date,
    ADD COLUMN territory text,
    ADD COLUMN customer_group text,
    ADD COLUMN unit_rounding text NOT NULL DEFAULT 'line_last'
        CHECK (unit_rounding IN ('line_last', 'unit_first'));
COMMENT ON COLUMN price_list.valid_to IS 'The last day on which it gives prices.';

ALTER TABLE price_list_item
    ADD COLUMN unit text,
    ADD COLUMN discount_list text COLLATE "C";
COMMENT ON COLUMN price_list_item.unit IS 'The unit that the price is for; absent: that of the product.';

CREATE TABLE catalog_part (
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('unit_group', 'revision', 'discount_list', 'literature')),
    code text COLLATE "C" NOT NULL,
    content jsonb NOT NULL,
    PRIMARY KEY (kind, code)
);
COMMENT ON TABLE catalog_part IS
    'What of the catalog is read whole and asked for by no column: unit groups, revisions of products, discount lists, literature.';
