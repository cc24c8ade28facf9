//! However much others have and do, what is looked up is found by an index, and little beside it is read.

use super::*;
use crate::operators::plans::{FILL, IDS};

/// Customers with a deal, a quote, an order and an invoice each; two of ten leads are nobody's yet, and the one after
/// the seventh of ten is the one before it.
const CUSTOMERS: &str = "
    UPDATE lead SET enquiry = jsonb_build_object('company', 'Company ' || (n % 20000), 'source', 'web'),
                    previous = CASE WHEN n % 10 = 7 THEN v7(n + 1) END,
                    account = CASE WHEN n % 10 < 8 THEN v7(n) END, contact = CASE WHEN n % 10 < 8 THEN v7(n) END,
                    opportunity = CASE WHEN n % 10 < 8 THEN v7(n) END
    FROM (SELECT id AS of, substr(number, 3)::bigint AS n FROM lead) AS x WHERE of = id;
    INSERT INTO party_key (kind, value, lead, contact, account)
    SELECT 'email', 'person' || n || '@company.example', v7(n), CASE WHEN n % 10 < 8 THEN v7(n) END, NULL
    FROM generate_series(1, 10000) AS n;
    INSERT INTO party_key (kind, value, account)
    SELECT 'company', 'company ' || n || '|company' || n || '.example', v7(n) FROM generate_series(1, 10000) AS n;
    INSERT INTO account (id, sequence, name, state) SELECT v7(n), 1, 'Company ' || n, 'active' FROM generate_series(1, 10000) AS n;
    INSERT INTO contact (id, sequence, family_name, emails, phones, account, consent, state)
    SELECT v7(n), 1, 'Person', '[]', '[]', v7(n), false, 'active' FROM generate_series(1, 10000) AS n;
    INSERT INTO opportunity (id, sequence, name, account, contact, originating_lead, currency, price_list, state)
    SELECT v7(n), 1, 'Deal ' || n, v7(n), v7(n), v7(n), 'EUR', 'standard-eur', 'open' FROM generate_series(1, 10000) AS n;
    INSERT INTO quote (id, opportunity, position, sequence, number, revision, buyer, header, detail_amount, line_discount,
                       discount_amount, amount_less_freight, freight_amount, tax_amount, total_amount, tax_breakdown,
                       payment_terms, effective_to, state, active_since)
    SELECT v7(n), v7(n), 0, 1, 'Q-' || n, 0, '{}', '{}', 1, 0, 0, 1, 0, 0, 1, '[]', 'net30', '2100-01-01', 'active', now()
    FROM generate_series(1, 10000) AS n;
    INSERT INTO quote_line (quote, position, id, kind, sku, name, unit, quantity, unit_price, volume_discount, manual_discount,
                            tax_category, tax_rate, net_amount)
    SELECT v7(n), 0, v7(n), 'product', 'X', 'X', 'pcs', 1, 1, 0, 0, 'S', 21, 1 FROM generate_series(1, 10000) AS n;
    INSERT INTO sales_order (id, sequence, number, quote, opportunity, account, contact, currency, buyer, header,
                             detail_amount, line_discount, discount_amount, amount_less_freight, freight_amount,
                             tax_amount, total_amount, tax_breakdown, payment_terms, state)
    SELECT v7(n), 1, 'O-' || n, v7(n), v7(n), v7(n), v7(n), 'EUR', '{}', '{}', 1, 0, 0, 1, 0, 0, 1, '[]', 'net30', 'active'
    FROM generate_series(1, 10000) AS n;
    INSERT INTO order_line (sales_order, position, id, kind, sku, name, unit, quantity, unit_price, volume_discount,
                            manual_discount, tax_category, tax_rate, net_amount, quantity_shipped, quantity_canceled)
    SELECT v7(n), 0, v7(n), 'product', 'X', 'X', 'pcs', 1, 1, 0, 0, 'S', 21, 1, 0, 0 FROM generate_series(1, 10000) AS n;
    INSERT INTO shipment (id, sales_order, position, reference, shipped_at)
    SELECT v7(n), v7(n), 0, 'DN-' || n, now() FROM generate_series(1, 10000) AS n;
    INSERT INTO shipment_line (shipment, position, order_line, quantity)
    SELECT v7(n), 0, v7(n), 1 FROM generate_series(1, 10000) AS n;
    INSERT INTO invoice (id, sequence, document_type, preceding, series_seller, series_kind, series_year, counter, number, sales_order, quote,
                         opportunity, account, contact, issue_date, due_date, currency, seller, buyer, header,
                         detail_amount, line_discount, discount_amount, amount_less_freight, freight_amount, tax_amount,
                         total_amount, tax_breakdown, payment_terms, state)
    SELECT v7(n), 1, '380', '[]', 'INV', 'invoice', 2026, n, 'INV-' || n, v7(n), v7(n), v7(n), v7(n), v7(n), '2026-01-01', '2026-01-31',
           'EUR', '{}', '{}', '{}', 1, 0, 0, 1, 0, 0, 1, '[]', 'net30', 'issued'
    FROM generate_series(1, 10000) AS n;
    INSERT INTO invoice_line (invoice, position, id, kind, sku, name, unit, quantity, unit_price, volume_discount,
                              manual_discount, tax_category, tax_rate, net_amount, order_line)
    SELECT v7(n), 0, v7(n), 'product', 'X', 'X', 'pcs', 1, 1, 0, 0, 'S', 21, 1, v7(n) FROM generate_series(1, 10000) AS n;
    INSERT INTO payment (invoice, position, id, payer, reference, amount, value_date)
    SELECT v7(n), 0, v7(n), 'bank', 'T-' || n, 1, '2026-01-01' FROM generate_series(1, 10000) AS n;
    ANALYZE";
/// Rows that were read in whatever way, and scans of whole tables; partitions by their rows, since an empty one is
/// scanned for nothing.
const READ: &str = "
    SELECT 'rows ' || sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
    UNION ALL
    SELECT relname || ' ' || CASE WHEN relname ~ '_[0-9]+$' THEN seq_tup_read ELSE seq_scan END
    FROM pg_stat_user_tables WHERE relname NOT IN ('parked', 'conflict', '_sqlx_migrations', 'program_min')";
/// When a connection is gone, its counts are there.
const GONE: &str = "SELECT count(*) = 0 FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'leadmill cli'";
/// Rows that an answer may need: of the customer, of the page, of the names beside it.
const ROWS_MAX: i64 = 400;

#[tokio::test]
async fn what_others_have_and_do_costs_nobody_who_looks_something_up() {
    let it = Installation::new().await;
    it.execute(IDS).await;
    // At once, so that the ids are those of one moment.
    it.execute(&format!("{FILL}; {CUSTOMERS}")).await;
    let id = it.texts("SELECT id::text FROM lead WHERE number = 'L-777'").await.remove(0);
    for (arguments, most) in [
        (&["trace", "--customer", &id][..], ROWS_MAX),
        (&["trace", "--customer", "L-777"], ROWS_MAX),
        (&["trace", "--customer", "INV-777"], ROWS_MAX),
        (&["trace", "--customer", "person778@company.example"], ROWS_MAX),
        (&["trace", "--customer", "L-779"], ROWS_MAX),
        // Names that begin alike are looked through.
        (&["trace", "--customer", "Company 777"], 3_000),
        (&["trace", "person777@company.example"], ROWS_MAX),
        (&["show", "account", &id], ROWS_MAX),
        (&["show", "contact", &id], ROWS_MAX),
        (&["show", "opportunity", &id], ROWS_MAX),
        (&["show", "lead", "L-777"], ROWS_MAX),
        (&["show", "quote", "Q-777"], ROWS_MAX),
        (&["show", "order", "O-777"], ROWS_MAX),
        (&["show", "invoice", "INV-777"], ROWS_MAX),
        (&["show", "input", &id], ROWS_MAX),
        (&["list", "leads"], ROWS_MAX),
        (&["list", "leads", "--sort", "number", "--after", &id], ROWS_MAX),
        (&["list", "quotes", "--sort", "number", "--after", &id], ROWS_MAX),
        (&["list", "invoices", "--customer", &id, "--state", "issued"], ROWS_MAX),
        (&["list", "orders", "--number", "O-777"], ROWS_MAX),
        (&["list", "inputs", "--state", "held"], ROWS_MAX),
        // Nothing is in this state: so many are looked through, twice where it is told where to go on.
        (&["list", "leads", "--state", "disqualified"], 2 * 20_000 + ROWS_MAX),
    ] {
        it.until("all is counted", GONE).await;
        let before = it.texts(READ).await;
        let answer = leadmill(&it, arguments).await;
        assert!(answer.success, "{arguments:?}: {}", answer.err);
        it.until("all is counted", GONE).await;
        let after = it.texts(READ).await;
        let rows = |all: &[String]| all[0].split_once(' ').unwrap().1.parse::<i64>().unwrap();
        let read = rows(&after) - rows(&before);
        assert!(read <= most, "{arguments:?} read {read} rows");
        let scanned: Vec<_> = after[1..].iter().filter(|row| !before.contains(row)).collect();
        assert!(scanned.is_empty(), "{arguments:?} scanned from end to end: {scanned:?}");
    }
    let none = leadmill(&it, &["list", "leads", "--state", "disqualified"]).await;
    assert!(
        none.out.starts_with("Among the next 20000 leads none is as asked for."),
        "{}",
        none.out
    );
    let (_, next) =
        lines(&leadmill(&it, &["list", "leads", "--state", "disqualified", "--json"]).await);
    let rest = ["list", "leads", "--state", "disqualified", "--after", next.as_deref().unwrap()];
    let rest = leadmill(&it, &rest).await;
    assert!(rest.out.contains("Next: ") || rest.out.contains("no further leads"), "{}", rest.out);
}
