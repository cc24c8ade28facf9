-- Delivery: what came in, who claimed it, what was said about it. Effects happen once because of
-- the primary keys in this file.
--
-- Ids are UUIDv7, so that their order is the order of time and tables partition by id. Texts in
-- keys have the collation "C": bytes, as Rust sorts them, so that all workers lock in one order.

CREATE TABLE received (
    source         text COLLATE "C" NOT NULL CHECK (octet_length(source) BETWEEN 1 AND 512),
    external_id    text COLLATE "C" NOT NULL CHECK (octet_length(external_id) BETWEEN 1 AND 1024),
    id             uuid NOT NULL,
    worker         text COLLATE "C" NOT NULL,
    sender         text,
    actor          text CHECK (char_length(actor) BETWEEN 1 AND 200),
    kind           text NOT NULL,
    content_type   text,
    digest         bytea NOT NULL CHECK (octet_length(digest) = 32),
    received_at    timestamptz NOT NULL DEFAULT now(),
    repeats        integer NOT NULL DEFAULT 0 CHECK (repeats >= 0),
    last_repeat_at timestamptz CHECK ((last_repeat_at IS NOT NULL) = (repeats > 0)),
    batch          uuid,
    headers        jsonb,
    -- One id that was sent to two workers is a message for each of them. The worker stands last:
    -- whoever looks for a sender's key looks for it with any worker.
    PRIMARY KEY (source, external_id, worker)
) PARTITION BY HASH (source, external_id);

DO $$
BEGIN
    FOR n IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE received_%s PARTITION OF received FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
            lpad(n::text, 2, '0'), n);
    END LOOP;
END $$;

-- Not unique: a unique index would have to contain the partition key. The id is minted by us.
CREATE INDEX received_by_id ON received (id);
CREATE INDEX received_waiting ON received (received_at) WHERE batch IS NULL;

COMMENT ON TABLE received IS
    'Everything that entered from outside. The insert is the claim; never pruned, so that a repeat is known after years.';
COMMENT ON COLUMN received.external_id IS 'The sender''s own key, unique per source.';
COMMENT ON COLUMN received.id IS
    'The id that leadmill knows it by from then on; one that was given back and waited too long gets a new one.';
COMMENT ON COLUMN received.sender IS
    'Who the broker says sent it: its checked user_id, else the exchange it came by; null: anybody. Written once; `source` is the sender''s own word.';
COMMENT ON COLUMN received.actor IS
    'The person for whom a sender spoke that may; or named one and was refused, since it may not.';
COMMENT ON COLUMN received.kind IS 'The channel of a raw input, or the type of a command without `leadmill.`.';
COMMENT ON COLUMN received.digest IS 'SHA-256 of the bytes; the same key with another digest is a conflicting repeat.';
COMMENT ON COLUMN received.repeats IS 'Further copies with the same digest, redeliveries by the broker included.';
COMMENT ON COLUMN received.batch IS 'The batch that decided it; null while it waits in a delay queue to be asked again.';
COMMENT ON COLUMN received.headers IS 'Header fields of the transport; may be nulled by the role privacy.';

-- Other content under a known key is a message of its own: claimed once, refused once.
CREATE TABLE conflict (
    source         text COLLATE "C" NOT NULL CHECK (octet_length(source) BETWEEN 1 AND 512),
    external_id    text COLLATE "C" NOT NULL CHECK (octet_length(external_id) BETWEEN 1 AND 1024),
    worker         text COLLATE "C" NOT NULL,
    digest         bytea NOT NULL CHECK (octet_length(digest) = 32),
    id             uuid NOT NULL,
    kind           text NOT NULL,
    sender         text,
    actor          text CHECK (char_length(actor) BETWEEN 1 AND 200),
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

CREATE TABLE input_chunk (
    input uuid NOT NULL,
    n     integer NOT NULL CHECK (n >= 0),
    bytes bytea CHECK (octet_length(bytes) <= 262144),
    PRIMARY KEY (input, n)
);
-- Not compressed: a slice of an import is read without unpacking the whole, and writing costs less.
ALTER TABLE input_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE input_chunk IS
    'What came from outside as it came, inputs and commands, in pieces of 256 KiB: kept for ever beside what was made of it.';
COMMENT ON COLUMN input_chunk.bytes IS 'Null once erased by the role privacy.';

-- The lists in workbooks: opened once, when they arrive, and read slice by slice like any other list.
CREATE TABLE opened_chunk (
    input uuid NOT NULL,
    n     integer NOT NULL CHECK (n >= 0),
    bytes bytea CHECK (octet_length(bytes) <= 262144),
    PRIMARY KEY (input, n)
);
ALTER TABLE opened_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE opened_chunk IS
    'The first sheet of inputs that are workbooks, as CSV in pieces of 256 KiB; what came stays in input_chunk.';
COMMENT ON COLUMN opened_chunk.bytes IS 'Null once erased by the role privacy.';

CREATE TABLE inbox (
    worker text COLLATE "C" NOT NULL,
    id     uuid NOT NULL,
    batch  uuid NOT NULL,
    PRIMARY KEY (worker, id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE inbox IS
    'Our own messages that a worker has claimed: one row per worker and message, so that a redelivery is recognised. Days of id, kept for 8 days; an older message is parked, not decided.';

-- Every claim can be explained: by an event whose cause it is, a refusal, a parked row, or a row
-- here. The outcome is known only after the decision, and a column for it in `inbox` would cost a
-- second write of every row; most messages say something, so only the silent ones are recorded.
CREATE TABLE nothing (
    worker text COLLATE "C" NOT NULL,
    id     uuid NOT NULL,
    batch  uuid NOT NULL,
    why    text NOT NULL CHECK (why <> ''),
    PRIMARY KEY (worker, id)
) PARTITION BY RANGE (id);
COMMENT ON TABLE nothing IS
    'Messages that were decided and to which nothing followed, or whose effect already held. Lives as long as inbox.';

-- Taken while the locks of a decision are held, and given out one by one (never cached): so what was decided
-- on the same record, or because of something said before, has the order in which it was decided.
CREATE SEQUENCE log_position AS bigint CACHE 1;

CREATE TABLE event (
    id           uuid NOT NULL PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT now(),
    worker       text COLLATE "C" NOT NULL,
    type         text COLLATE "C" NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('event', 'command')),
    subject_kind text NOT NULL,
    subject      uuid NOT NULL,
    sequence     bigint CHECK (sequence > 0),
    correlation  uuid NOT NULL,
    cause        uuid NOT NULL,
    batch        uuid NOT NULL,
    position     bigint NOT NULL DEFAULT nextval('log_position'),
    tx           xid8 NOT NULL DEFAULT pg_current_xact_id(),
    traceparent  text,
    -- json, not jsonb: the text is published again byte by byte, and is not rebuilt when written.
    -- json, not text: it is checked once, here, and can be queried with ->>.
    data         json NOT NULL,
    CONSTRAINT event_commands_have_no_sequence CHECK (kind = 'event' OR sequence IS NULL)
) PARTITION BY RANGE (id);
CREATE INDEX event_by_subject ON event (subject);
CREATE INDEX event_by_correlation ON event (correlation);
CREATE INDEX event_by_cause ON event (cause);
CREATE INDEX event_by_batch ON event (batch);
COMMENT ON TABLE event IS
    'Everything that was said: audit trail, timeline and outbox at once. Append-only for every role but privacy; months of id, never dropped.';
COMMENT ON COLUMN event.worker IS 'Who said it.';
COMMENT ON COLUMN event.type IS 'Without `leadmill.`, with the major version; also the routing key.';
COMMENT ON COLUMN event.sequence IS 'Its place in the history of its subject; null for commands and refusals, which change nothing.';
COMMENT ON COLUMN event.cause IS 'The message that it follows from.';
COMMENT ON COLUMN event.position IS 'Its place in the log: in this order it can be told again, and within a batch it is published.';
COMMENT ON COLUMN event.tx IS 'Lets a reader tail the log safely: read below pg_snapshot_xmin(pg_current_snapshot()).';

CREATE TABLE batch (
    id           uuid NOT NULL PRIMARY KEY,
    worker       text COLLATE "C" NOT NULL,
    taken_at     timestamptz NOT NULL,
    decided_at   timestamptz NOT NULL,
    published_at timestamptz,
    messages     integer NOT NULL CHECK (messages >= 0),
    events       integer NOT NULL CHECK (events >= 0)
) PARTITION BY RANGE (id);
CREATE INDEX batch_unmarked ON batch (worker, id) WHERE published_at IS NULL;
COMMENT ON TABLE batch IS
    'One row per transaction of a worker. The three times are one clock''s, the worker''s: they give the latencies.';
COMMENT ON COLUMN batch.published_at IS
    'When the broker had confirmed all its events; null: not known to be published, the sweeper looks after it.';
