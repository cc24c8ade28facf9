-- Orders with their lines and shipments. The table has D365's name (salesorder), since ORDER is a
-- word of SQL; a column that refers to it has the same name.

CREATE SEQUENCE order_number AS bigint START 100001;

CREATE TABLE sales_order (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    number text COLLATE "C" NOT NULL UNIQUE,
    quote uuid UNIQUE,
    opportunity uuid,
    account uuid,
    contact uuid,
    currency text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    buyer jsonb NOT NULL,
    header jsonb NOT NULL,
    detail_amount numeric(20,6) NOT NULL,
    line_discount numeric(20,6) NOT NULL,
    discount_amount numeric(20,6) NOT NULL,
    amount_less_freight numeric(20,6) NOT NULL,
    freight_amount numeric(20,6) NOT NULL,
    tax_amount numeric(20,6) NOT NULL,
    total_amount numeric(20,6) NOT NULL,
    tax_breakdown jsonb NOT NULL,
    payment_terms text NOT NULL,
    deliver_to jsonb,
    purchase_order text,
    state text NOT NULL CHECK (state IN ('active', 'fulfilled', 'canceled')),
    fulfilled_at timestamptz,
    partial boolean,
    canceled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'fulfilled') = (fulfilled_at IS NOT NULL)),
    CHECK ((state = 'fulfilled') = (partial IS NOT NULL)),
    CHECK ((state = 'canceled') = (canceled_at IS NOT NULL)),
    CHECK (quote IS NULL OR opportunity IS NOT NULL)
) WITH (fillfactor = 55);
-- A direct order is known by its customer alone.
CREATE INDEX sales_order_direct_account ON sales_order (account) WHERE quote IS NULL;
CREATE INDEX sales_order_direct_contact ON sales_order (contact) WHERE quote IS NULL;
COMMENT ON TABLE sales_order IS
    'What customers accepted (D365: salesorder). One order per quote. After its birth only sequence and state change.';

CREATE TABLE order_line (
    sales_order uuid NOT NULL REFERENCES sales_order,
    position integer NOT NULL CHECK (position >= 0),
    id uuid NOT NULL,
    kind text NOT NULL,
    parent uuid,
    sku text,
    name text NOT NULL,
    description text,
    unit text NOT NULL,
    quantity numeric(20,6) NOT NULL,
    unit_price numeric(20,6) NOT NULL,
    volume_discount numeric(20,6) NOT NULL,
    manual_discount numeric(20,6) NOT NULL,
    tax_category text NOT NULL CHECK (tax_category IN ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
    tax_rate numeric(20,6) NOT NULL,
    net_amount numeric(20,6) NOT NULL,
    price_override jsonb,
    price_trace jsonb,
    quantity_shipped numeric(20,6) NOT NULL,
    quantity_canceled numeric(20,6) NOT NULL,
    PRIMARY KEY (sales_order, position),
    -- Between nothing and what was ordered; a line that takes something back counts downwards.
    CHECK (quantity_shipped BETWEEN least(quantity, 0) AND greatest(quantity, 0)),
    CHECK (quantity_canceled BETWEEN least(quantity, 0) AND greatest(quantity, 0)),
    CHECK (quantity_shipped + quantity_canceled BETWEEN least(quantity, 0) AND greatest(quantity, 0))
) WITH (fillfactor = 50);
COMMENT ON TABLE order_line IS 'What was ordered and what became of it; shipped and canceled never exceed ordered.';

CREATE TABLE shipment (
    id uuid PRIMARY KEY,
    sales_order uuid NOT NULL REFERENCES sales_order,
    position integer NOT NULL CHECK (position >= 0),
    reference text COLLATE "C" NOT NULL,
    shipped_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (sales_order, reference)
);
COMMENT ON TABLE shipment IS
    'Deliveries, append-only; the reference is the warehouse''s own. Read by order through (sales_order, reference).';

CREATE TABLE shipment_line (
    shipment uuid NOT NULL REFERENCES shipment,
    position integer NOT NULL CHECK (position >= 0),
    order_line uuid NOT NULL,
    quantity numeric(20,6) NOT NULL,
    PRIMARY KEY (shipment, position)
);
COMMENT ON TABLE shipment_line IS 'How many of which order line a delivery held, append-only.';
