-- When invoices of an order are made, as the customer, the quote and the order say it; null: the word that is left out.

ALTER TABLE account ADD COLUMN billing text;
ALTER TABLE quote ADD COLUMN billing text;
ALTER TABLE sales_order ADD COLUMN billing text;
COMMENT ON COLUMN account.billing IS 'When invoices are made for it; null: as the settings say.';
COMMENT ON COLUMN quote.billing IS 'When invoices would be made; null: when the order is fulfilled.';
COMMENT ON COLUMN sales_order.billing IS 'When invoices of it are made; null: when it is fulfilled.';
