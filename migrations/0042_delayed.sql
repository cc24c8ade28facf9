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

-- A role sees and writes the rows of its own worker, as of the other tables.
ALTER TABLE conflict ENABLE ROW LEVEL SECURITY;
ALTER TABLE delayed ENABLE ROW LEVEL SECURITY;
