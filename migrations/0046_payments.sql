-- One transfer pays several invoices: a reference of the bank is booked once on each of them.
ALTER TABLE payment DROP CONSTRAINT payment_payer_reference_key,
    ADD CONSTRAINT payment_once UNIQUE (invoice, payer, reference);
COMMENT ON TABLE payment IS
    'Money that came in, append-only; payer is the system that reported it, the reference its own, which may pay several invoices.';
