-- What people ask for (`status`, `trace`, `parked`, `import list`), found without reading tables whole. Each index
-- is partial or on a table of few rows per pipeline, so that the way of a message pays little for it.

CREATE INDEX input_running ON input (id) WHERE verdict = 'split' AND NOT done;
COMMENT ON INDEX input_running IS 'The collections whose parts are being taken out.';

CREATE INDEX input_split ON input (id) WHERE verdict = 'split';
COMMENT ON INDEX input_split IS 'Collections are few among the inputs, and listed by their age.';

CREATE INDEX received_repeated ON received (kind, repeats) WHERE repeats > 0;
COMMENT ON INDEX received_repeated IS 'The copies are counted from the index alone.';

CREATE INDEX parked_by_replay ON parked (replayed_as) WHERE replayed_as IS NOT NULL;
COMMENT ON INDEX parked_by_replay IS 'From a replayed message back to what lay parked.';

CREATE INDEX shipment_by_reference ON shipment (reference);
COMMENT ON INDEX shipment_by_reference IS 'The warehouse asks by its own reference, without an order.';
