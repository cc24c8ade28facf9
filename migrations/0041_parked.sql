-- A parked message is known by the worker and what was delivered to it, so that nothing is taken for
-- something else: two broken messages of one id are two rows, and so are one message at two workers.
DROP INDEX parked_once;
ALTER TABLE parked ADD COLUMN sender text;
COMMENT ON COLUMN parked.id IS
    'Derived from worker, queue, properties, headers and bytes: the same delivery is the same row.';
COMMENT ON COLUMN parked.message IS
    'The id of the message; null where the envelope could not be opened, or where the id is that of another message.';
COMMENT ON COLUMN parked.sender IS
    'Who the broker says sent it: its checked user_id, else the exchange it came by; null: anybody.';
