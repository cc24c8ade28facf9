-- What did not go through, and what is to come.

CREATE TABLE refusal (
    no           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           uuid NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    worker       text COLLATE "C" NOT NULL,
    batch        uuid NOT NULL,
    type         text NOT NULL,
    source       text NOT NULL,
    outside      boolean NOT NULL,
    subject_kind text NOT NULL,
    named        text NOT NULL,
    rule         text NOT NULL,
    found        text NOT NULL,
    message      text NOT NULL CHECK (message <> ''),
    attempt      integer NOT NULL CHECK (attempt >= 1),
    final        boolean NOT NULL,
    correlation  uuid NOT NULL,
    cause        uuid
);
CREATE INDEX refusal_by_id ON refusal (id);
CREATE INDEX refusal_by_correlation ON refusal (correlation);
COMMENT ON TABLE refusal IS
    'Messages that a business rule refused: an answer, not an error. Not final: it waits and is asked again.';
COMMENT ON COLUMN refusal.id IS 'The message that was refused; has more rows where it was asked more than once.';
COMMENT ON COLUMN refusal.outside IS 'Sent from outside, so that the sender was answered; false: one of our own.';
COMMENT ON COLUMN refusal.named IS 'The id or number of the subject as the sender named it.';
COMMENT ON COLUMN refusal.found IS 'The state found.';

CREATE TABLE parked (
    id          uuid PRIMARY KEY,
    worker      text COLLATE "C" NOT NULL,
    queue       text NOT NULL,
    message     uuid,
    class       text NOT NULL CHECK (class IN
                ('envelope', 'type', 'schema', 'poison', 'panic', 'too_large', 'too_old',
                 'dead_letter', 'input_fault')),
    reason      text NOT NULL CHECK (reason <> ''),
    history     jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(history) = 'array'),
    headers     jsonb,
    properties  jsonb NOT NULL,
    body        bytea,
    parked_at   timestamptz NOT NULL DEFAULT now(),
    state       text NOT NULL DEFAULT 'parked' CHECK (state IN ('parked', 'replayed', 'discarded')),
    replayed_as uuid CHECK ((replayed_as IS NOT NULL) = (state = 'replayed')),
    closed_at   timestamptz CHECK ((closed_at IS NOT NULL) = (state <> 'parked'))
);
-- Once: a redelivery of what lies here already parks nothing new. A broken envelope has no message
-- id; there the caller derives `id` itself from what arrived.
CREATE UNIQUE INDEX parked_once ON parked (worker, message) WHERE state = 'parked';
CREATE INDEX parked_by_message ON parked (message);
COMMENT ON TABLE parked IS
    'Our own trouble: messages that could not be handled, with original bytes and headers, until a person replays or discards them.';
COMMENT ON COLUMN parked.message IS 'The id of the message; null where the envelope could not be opened.';
COMMENT ON COLUMN parked.replayed_as IS 'The new id under which it went back into its queue.';
COMMENT ON COLUMN parked.body IS 'The bytes as they arrived; may be nulled by the role privacy.';

CREATE TABLE schedule (
    id           uuid PRIMARY KEY,
    due_at       timestamptz NOT NULL,
    type         text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL CHECK (key <> ''),
    subject_kind text NOT NULL,
    subject      uuid NOT NULL,
    data         json NOT NULL,
    correlation  uuid NOT NULL,
    cause        uuid NOT NULL,
    claimed_at   timestamptz,
    batch        uuid CHECK ((batch IS NOT NULL) = (claimed_at IS NOT NULL)),
    UNIQUE (type, key, due_at)
);
CREATE INDEX schedule_due ON schedule (due_at, id) WHERE claimed_at IS NULL;
COMMENT ON TABLE schedule IS
    'Commands that become due: claiming a row makes it happen once, even with many clocks running.';
COMMENT ON COLUMN schedule.key IS 'What it is about, for the planner: the same key, type and time is the same timer.';
