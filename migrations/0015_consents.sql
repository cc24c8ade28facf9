-- What people agreed to, by the address or telephone that reaches them.

CREATE TABLE consent (
    id uuid PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0),
    channel text COLLATE "C" NOT NULL,
    standing jsonb NOT NULL CHECK (jsonb_typeof(standing) = 'array'),
    state text NOT NULL CHECK (state IN ('open', 'suppressed')),
    suppressed_at timestamptz,
    suppression_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    modified_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_channel UNIQUE (channel),
    CHECK ((state = 'suppressed') = (suppressed_at IS NOT NULL)),
    CHECK ((state = 'suppressed') = (suppression_reason IS NOT NULL))
) WITH (fillfactor = 80);
COMMENT ON TABLE consent IS
    'What counts today of what was said of consent, by purpose; every word that was ever said stands in the log. A row is made under the lock of its key in party_key.';
COMMENT ON COLUMN consent.channel IS 'The key by which they are reached, as `email a@b.example`.';
COMMENT ON COLUMN consent.standing IS 'For each purpose the word that counts, with wording, time, source and input.';
