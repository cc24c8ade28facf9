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

-- Known by the worker and what was delivered to it, so that nothing is taken for something else: two
-- broken messages of one id are two rows, and so is one message at two workers.
CREATE TABLE parked (
    id          uuid PRIMARY KEY,
    worker      text COLLATE "C" NOT NULL,
    queue       text NOT NULL,
    message     uuid,
    sender      text,
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
CREATE INDEX parked_by_message ON parked (message);
COMMENT ON TABLE parked IS
    'Our own trouble: messages that could not be handled, with original bytes and headers, until a person replays or discards them.';
COMMENT ON COLUMN parked.id IS
    'Derived from worker, queue, properties, headers and bytes: the same delivery is the same row.';
COMMENT ON COLUMN parked.message IS
    'The id of the message; null where the envelope could not be opened, or where the id is that of another message.';
COMMENT ON COLUMN parked.sender IS
    'Who the broker says sent it: its checked user_id, else the exchange it came by; null: anybody.';
COMMENT ON COLUMN parked.replayed_as IS 'The new id under which it went back into its queue.';
COMMENT ON COLUMN parked.body IS 'The bytes as they arrived; may be nulled by the role privacy.';

-- What waits in a delay queue: the broker tells only counts, and not of what it has lost.
CREATE TABLE delayed (
    worker  text COLLATE "C" NOT NULL,
    message uuid NOT NULL,
    queue   text NOT NULL,
    since   timestamptz NOT NULL DEFAULT now(),
    due     timestamptz NOT NULL,
    PRIMARY KEY (worker, message)
);
CREATE INDEX delayed_by_due ON delayed (due);
COMMENT ON TABLE delayed IS
    'Messages that wait to be asked again: a row is written with the claim that is given back, and goes when the message comes back.';
COMMENT ON COLUMN delayed.queue IS 'The queue that it comes back to.';
COMMENT ON COLUMN delayed.due IS 'When it should be back; long after that somebody must look.';

CREATE TABLE trial (
    worker      text COLLATE "C" NOT NULL,
    fingerprint uuid NOT NULL,
    times       integer NOT NULL CHECK (times >= 1),
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (worker, fingerprint)
);
COMMENT ON TABLE trial IS
    'Messages that were delivered often and are therefore decided alone, each between a row that is written and taken back: what stays here ended the process.';
COMMENT ON COLUMN trial.fingerprint IS 'Of the message as it was delivered: queue, properties, headers and bytes.';
COMMENT ON COLUMN trial.times IS 'How often the process ended with it, and one more while it is in hand.';

CREATE TABLE schedule (
    id           uuid PRIMARY KEY,
    worker       text COLLATE "C" NOT NULL,
    due_at       timestamptz NOT NULL,
    type         text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL CHECK (name <> ''),
    subject_kind text NOT NULL,
    subject      uuid NOT NULL,
    data         json NOT NULL,
    correlation  uuid NOT NULL,
    cause        uuid NOT NULL,
    claimed_at   timestamptz,
    batch        uuid CHECK ((batch IS NOT NULL) = (claimed_at IS NOT NULL)),
    unsaid       text CHECK (unsaid <> '')
);
CREATE UNIQUE INDEX schedule_waiting ON schedule (subject, name) WHERE claimed_at IS NULL;
CREATE INDEX schedule_due ON schedule (due_at, id) WHERE claimed_at IS NULL AND unsaid IS NULL;
CREATE INDEX schedule_done ON schedule (claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX schedule_unsaid ON schedule (due_at) WHERE unsaid IS NOT NULL;
COMMENT ON TABLE schedule IS
    'Commands that become due: claiming a row makes it happen once, even with many clocks running.';
COMMENT ON COLUMN schedule.name IS 'Which timer of its subject it is: planned again while it waits, it is moved.';
COMMENT ON COLUMN schedule.claimed_at IS 'When the clock said it; 8 days later the row goes.';
COMMENT ON COLUMN schedule.worker IS 'Who planned it: the clock says of it only what that worker may plan.';
COMMENT ON COLUMN schedule.unsaid IS 'Why the clock does not say it, where it is none that its planner may plan; null it to have it said.';

-- Tests and rehearsals look at what happens in two days without waiting for them. Nobody but the owner of the
-- tables may write it; `status`, `audit` and `migrate` say so as long as it is not zero.
CREATE TABLE clock_shift (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    by  interval NOT NULL
);
INSERT INTO clock_shift (by) VALUES ('0');
COMMENT ON TABLE clock_shift IS 'How far the time that decisions see is ahead of the server''s; one row.';

CREATE FUNCTION decision_time() RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT now() + by FROM clock_shift
$$;
COMMENT ON FUNCTION decision_time IS 'The time that a decision sees: the begin of its transaction, shifted.';
