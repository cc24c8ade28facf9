-- What people ask for (`status`, `trace`, `list`, `show`, `parked`, `import list`), found without reading tables whole. Each index
-- is partial or on a table of few rows per pipeline, so that the way of a message pays little for it.

CREATE INDEX input_running ON input (id) WHERE verdict = 'split' AND NOT done;
COMMENT ON INDEX input_running IS 'The collections whose parts are being taken out.';

CREATE INDEX input_split ON input (id) WHERE verdict = 'split';
COMMENT ON INDEX input_split IS 'Collections are few among the inputs, and listed by their age.';

CREATE INDEX received_repeated ON received (kind, repeats) WHERE repeats > 0;
COMMENT ON INDEX received_repeated IS 'The copies are counted from the index alone.';

CREATE INDEX parked_by_replay ON parked (replayed_as) WHERE replayed_as IS NOT NULL;
COMMENT ON INDEX parked_by_replay IS 'From a replayed message back to what lay parked.';

-- From a customer to all that they ever asked for: leads are the only link, since every deal, quote, order and
-- invoice hangs on a lead by keys that are there already. Both columns change once, where qualification makes a
-- new customer; that update alone leaves its page, which costs about 10 us of the 760 that PostgreSQL spends on a
-- lead until it is invoiced. The persons of an account are those of its leads, and who is no customer yet is found by
-- party keys and `lead.previous`: neither needs an index.
CREATE INDEX lead_by_account ON lead (account) WHERE account IS NOT NULL;
COMMENT ON INDEX lead_by_account IS 'All enquiries of an organisation, also those that came to nothing.';

CREATE INDEX lead_by_contact ON lead (contact) WHERE contact IS NOT NULL;
COMMENT ON INDEX lead_by_contact IS 'All enquiries of a person who is a customer.';

-- An account has the name that its first lead gave; so one index finds customers and those who never became one.
-- The beginning is enough, and no text is too long for it. An enquiry seldom changes, so updates stay on their page.
CREATE INDEX lead_by_company ON lead (left(lower(enquiry ->> 'company'), 100) COLLATE "C")
    WHERE enquiry ->> 'company' IS NOT NULL;
COMMENT ON INDEX lead_by_company IS 'Enquiries of an organisation by the name that they give, whether or not it is a customer.';

CREATE INDEX shipment_by_reference ON shipment (reference);
COMMENT ON INDEX shipment_by_reference IS 'The warehouse asks by its own reference, without an order.';
