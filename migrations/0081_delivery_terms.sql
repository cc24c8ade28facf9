-- On which terms goods are delivered: a rule of Incoterms 2020, and the place that it names.

ALTER TABLE quote ADD COLUMN delivery_terms jsonb;
ALTER TABLE sales_order ADD COLUMN delivery_terms jsonb;
ALTER TABLE invoice ADD COLUMN delivery_terms jsonb;

COMMENT ON COLUMN quote.delivery_terms IS 'On which terms goods are delivered: a rule of Incoterms 2020, and the place that it names; null: none.';
COMMENT ON COLUMN sales_order.delivery_terms IS 'As on the quote that was accepted.';
COMMENT ON COLUMN invoice.delivery_terms IS 'As on the order.';
