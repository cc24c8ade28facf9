-- What came in, the one verdict on it, and the leads made of it.

CREATE TABLE input (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    channel text NOT NULL,
    collection uuid,
    part bigint,
    reason text NOT NULL,
    enquiry jsonb,
    verdict text NOT NULL
        CHECK (verdict IN ('received', 'created', 'joined', 'held', 'rejected', 'split')),
    lead uuid,
    next_part bigint,
    done boolean,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((collection IS NULL) = (part IS NULL)),
    CHECK ((verdict IN ('created', 'joined')) = (lead IS NOT NULL)),
    CHECK ((verdict = 'split') = (next_part IS NOT NULL)),
    CHECK ((verdict = 'split') = (done IS NOT NULL))
) WITH (fillfactor = 90);
CREATE UNIQUE INDEX input_part ON input (collection, part) WHERE collection IS NOT NULL;
-- Held inputs are few and are listed often; all others stay out of this index.
CREATE INDEX input_held ON input (id) WHERE verdict = 'held';
COMMENT ON TABLE input IS
    'Raw inputs and the verdict on each. The bytes are in input_chunk, the arrival is in received.';

CREATE SEQUENCE lead_number AS bigint START 100001;

CREATE TABLE lead (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    number text COLLATE "C" NOT NULL UNIQUE,
    enquiry jsonb NOT NULL,
    input uuid NOT NULL,
    previous uuid,
    account uuid,
    contact uuid,
    opportunity uuid,
    assessment jsonb,
    state text NOT NULL CHECK (state IN ('open', 'qualified', 'disqualified')),
    open_reason text CHECK (open_reason IN ('new', 'contacted')),
    qualified_at timestamptz,
    disqualified_at timestamptz,
    disqualify_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'open') = (open_reason IS NOT NULL)),
    CHECK ((state = 'qualified') = (qualified_at IS NOT NULL)),
    CHECK ((state = 'disqualified') = (disqualified_at IS NOT NULL)),
    CHECK ((state = 'disqualified') = (disqualify_reason IS NOT NULL))
) WITH (fillfactor = 50);
COMMENT ON TABLE lead IS
    'Unproven interest (D365: lead). Of what changes only the customer is indexed (see the operators'' indexes), which is new once.';
COMMENT ON COLUMN lead.previous IS
    'The last lead before it of the same person or conversation: a person''s leads are found from the last one, which their keys name.';
