-- What is known of a person goes where they want it.

CREATE TABLE erasure (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    keys jsonb NOT NULL CHECK (jsonb_typeof(keys) = 'array'),
    records jsonb NOT NULL CHECK (jsonb_typeof(records) = 'array'),
    reason text NOT NULL,
    step text NOT NULL,
    after uuid,
    receipt jsonb NOT NULL CHECK (jsonb_typeof(receipt) = 'array'),
    erased jsonb NOT NULL CHECK (jsonb_typeof(erased) = 'array'),
    acknowledged jsonb NOT NULL CHECK (jsonb_typeof(acknowledged) = 'array'),
    state text NOT NULL CHECK (state IN ('open', 'done')),
    done_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
) WITH (fillfactor = 50);
COMMENT ON TABLE erasure IS 'Requests that what is known of a person goes, each with the receipt of what went.';
COMMENT ON COLUMN erasure.keys IS 'Whom it is about, as `email a@b.example`; empty once it is done.';
COMMENT ON COLUMN erasure.step IS 'What is done next, behind the input `after`.';
COMMENT ON COLUMN erasure.receipt IS 'How much went from which store, and what was kept.';

-- What an erasure has found and not yet erased: whatever was found once is not found by its keys any more.
CREATE TABLE erasure_input (
    erasure uuid NOT NULL REFERENCES erasure,
    input uuid NOT NULL,
    PRIMARY KEY (erasure, input)
);
COMMENT ON TABLE erasure_input IS
    'Inputs and commands whose bytes an erasure has still to null; a row goes with the bytes.';

-- The one exception from the rule that what was said stays as it was said.
COMMENT ON TABLE event IS
    'Everything that was said: audit trail, timeline and outbox at once. Append-only but for the role privacy, which takes persons out of `data`; months of id, never dropped.';
