-- Who hears events in a durable queue of its own, made by `leadmill consumer add`.

CREATE TABLE consumer (
    name       text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    hears      text[] NOT NULL CHECK (cardinality(hears) > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE consumer IS 'A program outside that hears events in the queue out.<name>.';
COMMENT ON COLUMN consumer.hears IS
    'Types without leadmill., or patterns of them; `migrate` binds the queue by them anew.';
