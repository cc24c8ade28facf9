-- Products and price lists: reference data, replaced as a whole by one command. Documents copy what
-- they use, so that nothing refers to these rows.

CREATE TABLE catalog (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX catalog_is_one ON catalog ((true));
-- The row exists from the start, so that there is something to lock before the first replacement.
INSERT INTO catalog (id, sequence) VALUES ('00000000-0000-7000-8000-000000000001', 0);
COMMENT ON TABLE catalog IS 'The one catalog; its sequence is the version by which workers see that it changed.';

CREATE TABLE product (
    sku text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    unit text NOT NULL,
    tax_class text NOT NULL,
    quantity_control text NOT NULL
        CHECK (quantity_control IN ('no_control', 'whole', 'whole_and_fractional')),
    list_price numeric(20,6),
    standard_cost numeric(20,6),
    current_cost numeric(20,6),
    active boolean NOT NULL
);
COMMENT ON TABLE product IS 'What can be sold (D365: product).';

CREATE TABLE price_list (
    code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    currency text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    active boolean NOT NULL
);
COMMENT ON TABLE price_list IS 'Prices in one currency (D365: pricelevel).';

CREATE TABLE price_list_item (
    price_list text COLLATE "C" NOT NULL REFERENCES price_list,
    position integer NOT NULL CHECK (position >= 0),
    sku text COLLATE "C" NOT NULL,
    price jsonb NOT NULL,
    bands jsonb,
    PRIMARY KEY (price_list, position)
);
COMMENT ON TABLE price_list_item IS
    'The price of one product in one list (D365: productpricelevel): the pricing rule, and volume discounts.';
