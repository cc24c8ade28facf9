-- Invoices with their lines and payments, and the runs of their gapless numbers.

CREATE TABLE series (
    seller text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    year integer NOT NULL,
    last_number bigint NOT NULL CHECK (last_number >= 0),
    last_date date,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (seller, kind, year),
    CHECK (last_date IS NULL OR last_number > 0)
) WITH (fillfactor = 10);
COMMENT ON TABLE series IS
    'Runs of gapless numbers: the last lock of a batch. Few rows, updated by every batch of invoices, hence the empty pages.';

CREATE TABLE invoice (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    document_type text NOT NULL,
    preceding jsonb NOT NULL,
    series_seller text COLLATE "C" NOT NULL,
    series_kind text COLLATE "C" NOT NULL,
    series_year integer NOT NULL,
    counter bigint NOT NULL CHECK (counter > 0),
    number text COLLATE "C" NOT NULL UNIQUE,
    sales_order uuid,
    quote uuid,
    opportunity uuid,
    account uuid,
    contact uuid,
    issue_date date NOT NULL,
    due_date date NOT NULL,
    currency text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    seller jsonb NOT NULL,
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
    state text NOT NULL CHECK (state IN ('issued', 'partially_paid', 'paid', 'canceled')),
    paid_at timestamptz,
    discount numeric(20,6),
    canceled_at timestamptz,
    credit_note uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (series_seller, series_kind, series_year, counter),
    CHECK (quote IS NULL OR sales_order IS NOT NULL),
    CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
    CHECK ((state = 'paid') = (discount IS NOT NULL)),
    CHECK ((state = 'canceled') = (canceled_at IS NOT NULL)),
    CHECK (state = 'canceled' OR credit_note IS NULL)
) WITH (fillfactor = 85);
COMMENT ON TABLE invoice IS
    'Issued invoices (EN 16931). After its birth only sequence and state change.';
COMMENT ON COLUMN invoice.document_type IS 'BT-3, of UNCL1001: 380 invoice, 381 credit note, 386 down payment.';
COMMENT ON COLUMN invoice.preceding IS 'BG-3: the invoices that it corrects or whose down payments it takes off.';

-- Not unique: an order can be billed in parts. `audit` sees to it that no more is billed than was shipped.
CREATE INDEX invoice_by_order ON invoice (sales_order) WHERE sales_order IS NOT NULL;

-- An invoice of its own is known by its customer alone.
CREATE INDEX invoice_direct_account ON invoice (account) WHERE sales_order IS NULL;
CREATE INDEX invoice_direct_contact ON invoice (contact) WHERE sales_order IS NULL;

CREATE TABLE invoice_line (
    invoice uuid NOT NULL REFERENCES invoice,
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
    order_line uuid,
    PRIMARY KEY (invoice, position)
);
COMMENT ON TABLE invoice_line IS 'What an invoice bills, append-only.';

CREATE TABLE payment (
    invoice uuid NOT NULL REFERENCES invoice,
    position integer NOT NULL CHECK (position >= 0),
    id uuid NOT NULL,
    payer text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    amount numeric(20,6) NOT NULL,
    value_date date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (invoice, position),
    -- One transfer pays several invoices: a reference of the bank is booked once on each of them.
    CONSTRAINT payment_once UNIQUE (invoice, payer, reference)
);
COMMENT ON TABLE payment IS
    'Money that came in, append-only; payer is the system that reported it, the reference its own, which may pay several invoices.';

-- Money that came in without a document that it pays.
CREATE TABLE transfer (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    payer text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    amount numeric(20,6) NOT NULL CHECK (amount > 0),
    currency text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    value_date date NOT NULL,
    remittance text,
    state text NOT NULL CHECK (state IN ('held', 'assigned', 'returned')),
    assigned_at timestamptz,
    returned_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT transfer_once UNIQUE (reference, payer),
    CHECK ((state = 'assigned') = (assigned_at IS NOT NULL)),
    CHECK ((state = 'returned') = (returned_at IS NOT NULL))
);
COMMENT ON TABLE transfer IS
    'Money of which nobody said what it pays, held for a person. What named its invoices is in payment alone.';
