-- Claims are each worker's own: one id that was sent to two workers is a message for each of them.
--
-- The worker stands last in the key: whoever looks for a sender's key looks for it with any worker.
ALTER TABLE received
    DROP CONSTRAINT received_pkey,
    ADD PRIMARY KEY (source, external_id, worker),
    ADD COLUMN sender text;
COMMENT ON COLUMN received.id IS
    'The id that leadmill knows it by from then on; one that was given back and waited too long gets a new one.';
COMMENT ON COLUMN received.sender IS
    'Who the broker says sent it: its checked user_id, else the exchange it came by; null: anybody. Written once; `source` is the sender''s own word.';

-- Other content under a known key is a message of its own: claimed once, refused once.
CREATE TABLE conflict (
    source         text COLLATE "C" NOT NULL CHECK (octet_length(source) BETWEEN 1 AND 512),
    external_id    text COLLATE "C" NOT NULL CHECK (octet_length(external_id) BETWEEN 1 AND 1024),
    worker         text COLLATE "C" NOT NULL,
    digest         bytea NOT NULL CHECK (octet_length(digest) = 32),
    id             uuid NOT NULL,
    kind           text NOT NULL,
    sender         text,
    received_at    timestamptz NOT NULL DEFAULT now(),
    repeats        integer NOT NULL DEFAULT 0 CHECK (repeats >= 0),
    last_repeat_at timestamptz CHECK ((last_repeat_at IS NOT NULL) = (repeats > 0)),
    batch          uuid NOT NULL,
    PRIMARY KEY (source, external_id, worker, digest)
);
CREATE INDEX conflict_by_id ON conflict (id);
COMMENT ON TABLE conflict IS
    'Commands whose id was used before with other content. The insert is the claim; never pruned.';
COMMENT ON COLUMN conflict.id IS 'The id that its refusal and the answer to it are known by.';
COMMENT ON COLUMN conflict.repeats IS 'Further copies with this content, redeliveries by the broker included.';
COMMENT ON COLUMN conflict.batch IS 'The batch that refused it.';

-- What a worker of ours said is known by its id; whether a repeat has the content of the first may be
-- asked by who cannot read what others said: it learns of that one message whether it is the same.
CREATE FUNCTION said_otherwise(ids uuid[], types text[], digests bytea[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id FROM unnest(ids, types, digests) AS u (id, type, digest)
    JOIN event AS e ON e.id = u.id
    WHERE e.type <> u.type OR sha256(convert_to(e.data::text, 'UTF8')) <> u.digest
$$;
COMMENT ON FUNCTION said_otherwise IS 'Which of these messages the log knows with another type or other data.';
REVOKE EXECUTE ON FUNCTION said_otherwise(uuid[], text[], bytea[]) FROM PUBLIC;
