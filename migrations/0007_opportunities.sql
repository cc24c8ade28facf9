-- Possible sales with their lines and quotes; the opportunity is the root that guards them all.
-- Lines are known by their place in the document: one index serves key, order and reading by root.

CREATE SEQUENCE quote_number AS bigint START 100001;

CREATE TABLE opportunity (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    name text NOT NULL,
    account uuid,
    contact uuid,
    originating_lead uuid,
    currency text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    price_list text NOT NULL,
    estimated_revenue numeric(20,6),
    close_date date,
    state text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    won_at timestamptz,
    actual_revenue numeric(20,6),
    lost_at timestamptz,
    lost_reason text,
    lost_to text,
    lost_comment text,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'won') = (won_at IS NOT NULL)),
    CHECK ((state = 'won') = (actual_revenue IS NOT NULL)),
    CHECK ((state = 'lost') = (lost_at IS NOT NULL)),
    CHECK ((state = 'lost') = (lost_reason IS NOT NULL)),
    CHECK (state = 'lost' OR (lost_to IS NULL AND lost_comment IS NULL))
) WITH (fillfactor = 50);
-- Whose business began without a lead is known by the deal alone.
CREATE INDEX opportunity_direct_account ON opportunity (account) WHERE originating_lead IS NULL;
CREATE INDEX opportunity_direct_contact ON opportunity (contact) WHERE originating_lead IS NULL;
COMMENT ON TABLE opportunity IS 'Possible sales (D365: opportunity).';
COMMENT ON COLUMN opportunity.estimated_revenue IS
    'What the sale may bring, net: without tax and freight, as amount_less_freight of its quotes.';
COMMENT ON COLUMN opportunity.actual_revenue IS 'What the sale brought, net: without tax and freight.';

CREATE TABLE opportunity_line (
    opportunity uuid NOT NULL REFERENCES opportunity,
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
    PRIMARY KEY (opportunity, position)
);
COMMENT ON TABLE opportunity_line IS 'Products of an opportunity, in the order of the document.';

CREATE TABLE quote (
    id uuid PRIMARY KEY,
    opportunity uuid NOT NULL REFERENCES opportunity,
    position integer NOT NULL CHECK (position >= 0),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    number text COLLATE "C" NOT NULL,
    revision integer NOT NULL CHECK (revision >= 0),
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
    effective_to date NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'active', 'won', 'closed')),
    active_since timestamptz,
    won_at timestamptz,
    acceptance jsonb,
    closed_at timestamptz,
    close_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (opportunity, position),
    UNIQUE (number, revision),
    CHECK ((state = 'active') = (active_since IS NOT NULL)),
    CHECK ((state = 'won') = (won_at IS NOT NULL)),
    CHECK (state = 'won' OR acceptance IS NULL),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK ((state = 'closed') = (close_reason IS NOT NULL))
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX quote_one_live_revision ON quote (number) WHERE state IN ('draft', 'active');
COMMENT ON TABLE quote IS 'Formal offers, each revision a row (D365: quote); parts of their opportunity.';
COMMENT ON INDEX quote_one_live_revision IS 'At most one revision of a quote can still be accepted.';

CREATE TABLE quote_line (
    quote uuid NOT NULL REFERENCES quote,
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
    PRIMARY KEY (quote, position)
);
COMMENT ON TABLE quote_line IS 'What a quote offers, in the order of the document.';
