-- On which terms goods are delivered: a rule of Incoterms 2020, and the place that it names; and what lines hold of the
-- properties of their products.

ALTER TABLE quote ADD COLUMN delivery_terms jsonb;
ALTER TABLE sales_order ADD COLUMN delivery_terms jsonb;
ALTER TABLE invoice ADD COLUMN delivery_terms jsonb;
ALTER TABLE opportunity_line ADD COLUMN properties jsonb;
ALTER TABLE quote_line ADD COLUMN properties jsonb;
ALTER TABLE order_line ADD COLUMN properties jsonb;
ALTER TABLE invoice_line ADD COLUMN properties jsonb;

COMMENT ON COLUMN quote.delivery_terms IS 'On which terms goods are delivered: a rule of Incoterms 2020, and the place that it names; null: none.';
COMMENT ON COLUMN sales_order.delivery_terms IS 'As on the quote that was accepted.';
COMMENT ON COLUMN invoice.delivery_terms IS 'As on the order.';
COMMENT ON COLUMN opportunity_line.properties IS 'Values of the properties of its product; a required one without a value keeps the offer from being made. Null: it has none.';
COMMENT ON COLUMN quote_line.properties IS 'As of a line of an opportunity.';
COMMENT ON COLUMN order_line.properties IS 'As on the quote.';
COMMENT ON COLUMN invoice_line.properties IS 'As on the order.';
