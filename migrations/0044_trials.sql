-- What was tried in vain: messages that ended the process, and timers that nobody can say.

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

ALTER TABLE schedule ADD COLUMN unsaid text CHECK (unsaid <> '');
COMMENT ON COLUMN schedule.unsaid IS 'Why the clock does not say it, where it is none that its planner may plan; null it to have it said.';
DROP INDEX schedule_due;
CREATE INDEX schedule_due ON schedule (due_at, id) WHERE claimed_at IS NULL AND unsaid IS NULL;
CREATE INDEX schedule_unsaid ON schedule (due_at) WHERE unsaid IS NOT NULL;
