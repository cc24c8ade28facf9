//! Orders, deliveries, invoices: what belongs together, and what may not exceed what.

use super::invariant::{Invariant, counted, offenders};
use crate::store::{Connection, Result};

pub(super) async fn order_of_quote(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "order.quote",
        "Has every accepted quote its one order, and every order of a quote an accepted one?",
    );
    let checked = counted!(conn, "sales_order").await?;
    let rows = offenders!(
        conn,
        "SELECT coalesce(o.id, q.id), CASE
                 WHEN o.id IS NULL THEN format('The quote %s was accepted and has no order.', q.number)
                 WHEN q.id IS NULL THEN format('The order %s stands on the quote %s, which does not '
                     'exist.', o.number, o.quote)
                 ELSE format('The order %s stands on the quote %s, which is %s.', o.number, q.number,
                     q.state) END, false
         FROM quote AS q FULL JOIN sales_order AS o ON o.quote = q.id
         WHERE (q.state = 'won') IS DISTINCT FROM (o.id IS NOT NULL)
           AND (q.id IS NOT NULL OR o.quote IS NOT NULL)
         UNION ALL
         SELECT quote, format('The quote has %s orders: %s.', count(*), string_agg(number, ', ')), false
         FROM sales_order WHERE quote IS NOT NULL GROUP BY quote HAVING count(*) > 1"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn quantities(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "order.quantities",
        "Do shipped and canceled quantities never exceed what was ordered, and fit the state?",
    );
    let checked = counted!(conn, "order_line").await?;
    let rows = offenders!(
        conn,
        "SELECT o.id, format('The order %s (%s), line %s %s: ordered %s, shipped %s, canceled %s.',
                     o.number, o.state, l.position + 1, coalesce(l.sku, l.name), trim_scale(l.quantity),
                     trim_scale(l.quantity_shipped), trim_scale(l.quantity_canceled)), false
         FROM order_line AS l JOIN sales_order AS o ON o.id = l.sales_order
         WHERE l.quantity_shipped NOT BETWEEN SYMMETRIC 0 AND l.quantity
            OR l.quantity_canceled NOT BETWEEN SYMMETRIC 0 AND l.quantity
            OR l.quantity_shipped + l.quantity_canceled NOT BETWEEN SYMMETRIC 0 AND l.quantity
            OR (o.state = 'fulfilled' AND l.quantity_shipped + l.quantity_canceled <> l.quantity)
            OR (o.state = 'canceled' AND l.quantity_shipped <> 0)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn shipments(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "order.shipments",
        "Is the shipped quantity of every order line the sum of its shipments?",
    );
    let checked = counted!(conn, "shipment_line").await?;
    let rows = offenders!(
        conn,
        "SELECT coalesce(l.sales_order, s.sales_order),
                CASE WHEN l.id IS NULL
                     THEN format('A shipment names the line %s, which is not of this order.', s.line)
                     ELSE format('Line %s %s: shipped %s, but its shipments hold %s.', l.position + 1,
                                 coalesce(l.sku, l.name), trim_scale(l.quantity_shipped),
                                 trim_scale(coalesce(s.quantity, 0))) END, false
         FROM order_line AS l
         FULL JOIN (SELECT s.sales_order, p.order_line AS line, sum(p.quantity) AS quantity
                    FROM shipment_line AS p JOIN shipment AS s ON s.id = p.shipment
                    GROUP BY s.sales_order, p.order_line) AS s
              ON s.line = l.id AND s.sales_order = l.sales_order
         WHERE l.id IS NULL OR l.quantity_shipped <> coalesce(s.quantity, 0)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn billed(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "invoice.quantities",
        "Do all invoices together bill no more of an order line than was shipped, or ordered where it is billed before?",
    );
    let checked = counted!(conn, "invoice_line").await?;
    let rows = offenders!(
        conn,
        "SELECT b.sales_order, format('%s bills %s of the order line %s; at most %s.', b.numbers,
                     trim_scale(b.quantity), b.line,
                     coalesce(trim_scale(l.most)::text, 'none, it is not of this order')),
                false
         FROM (SELECT i.sales_order, p.order_line AS line, string_agg(i.number, ', ') AS numbers,
                      -- A credit note gives back, also what an invoice that was canceled by it had billed.
                      sum(CASE i.document_type WHEN '381' THEN -p.quantity ELSE p.quantity END) AS quantity
               FROM invoice_line AS p JOIN invoice AS i ON i.id = p.invoice
               WHERE (i.state <> 'canceled' OR i.credit_note IS NOT NULL) AND p.order_line IS NOT NULL
               GROUP BY i.sales_order, p.order_line) AS b
         LEFT JOIN (SELECT l.sales_order, l.id, CASE WHEN o.billing IN ('on_order', 'by_hand')
                           THEN l.quantity - l.quantity_canceled ELSE l.quantity_shipped END AS most
                    FROM order_line AS l JOIN sales_order AS o ON o.id = l.sales_order) AS l
              ON l.id = b.line AND l.sales_order = b.sales_order
         WHERE l.id IS NULL OR b.quantity NOT BETWEEN SYMMETRIC 0 AND l.most"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn exact(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "invoice.exact",
        "Where all of an order is billed in parts, do its invoices less its credit notes come to the order in every column?",
    );
    let checked = counted!(conn, "invoice WHERE sales_order IS NOT NULL").await?;
    let rows = offenders!(
        conn,
        "WITH document AS (
             SELECT *, CASE document_type WHEN '381' THEN -1 ELSE 1 END AS sign FROM invoice
             WHERE sales_order IS NOT NULL AND (state <> 'canceled' OR credit_note IS NOT NULL)
         ), line AS (
             SELECT d.sales_order, p.order_line AS id, sum(d.sign * p.quantity) AS quantity,
                    sum(d.sign * p.net_amount) AS net_amount
             FROM document AS d JOIN invoice_line AS p ON p.invoice = d.id GROUP BY 1, 2
         ), whole AS (
             SELECT l.sales_order, bool_and(coalesce(b.net_amount, 0) = l.net_amount) AS same
             FROM order_line AS l LEFT JOIN line AS b ON b.sales_order = l.sales_order AND b.id = l.id
             WHERE l.kind <> 'text' AND l.sales_order IN (SELECT sales_order FROM document)
             GROUP BY l.sales_order HAVING bool_and(coalesce(b.quantity, 0) = l.quantity)
         ), billed AS (
             SELECT sales_order, string_agg(number, ', ' ORDER BY id) AS numbers,
                    sum(sign * detail_amount) AS detail_amount, sum(sign * discount_amount) AS discount_amount,
                    sum(sign * freight_amount) AS freight_amount, sum(sign * tax_amount) AS tax_amount,
                    sum(sign * total_amount) AS total_amount
             FROM document GROUP BY sales_order HAVING count(*) > 1
         )
         SELECT o.id, format('%s come to lines %s, discount %s, freight %s, tax %s, total %s; the order %s to %s, %s, %s, '
                             '%s, %s.', b.numbers, b.detail_amount, b.discount_amount, b.freight_amount, b.tax_amount,
                             b.total_amount, o.number, o.detail_amount, o.discount_amount, o.freight_amount,
                             o.tax_amount, o.total_amount), false
         FROM whole AS w JOIN sales_order AS o ON o.id = w.sales_order JOIN billed AS b ON b.sales_order = o.id
         WHERE NOT w.same OR b.detail_amount <> o.detail_amount OR b.discount_amount <> o.discount_amount
            OR b.freight_amount <> o.freight_amount
            -- Invoices are taxed as EN 16931 has it, whatever the order was.
            OR o.header #>> '{rules,tax_mode}' = 'document'
               AND (b.tax_amount <> o.tax_amount OR b.total_amount <> o.total_amount)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn numbers(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "invoice.numbers",
        "Are the invoice numbers of every series 1 to n without a gap, and do their dates never go \
         back?",
    );
    let checked = counted!(conn, "invoice").await?;
    let rows = offenders!(
        conn,
        "WITH numbered AS (
             SELECT id, number, counter, issue_date, lag(counter) OVER run AS counter_before,
                    lag(issue_date) OVER run AS date_before,
                    series_seller || '-' || series_year || '-'
                        || lpad(counter::text, greatest(6, length(counter::text)), '0') AS right_number
             FROM invoice
             WINDOW run AS (PARTITION BY series_seller, series_kind, series_year ORDER BY counter)
         )
         SELECT id::text, format('%s follows number %s.', number, coalesce(counter_before, 0)), false
         FROM numbered WHERE counter <> coalesce(counter_before, 0) + 1
         UNION ALL
         SELECT id::text, format('%s is dated %s, the one before it %s.', number, issue_date,
                                 date_before), false
         FROM numbered WHERE issue_date < date_before
         UNION ALL
         SELECT id::text, format('%s should be %s.', number, right_number), false
         FROM numbered WHERE number <> right_number
         UNION ALL
         SELECT concat_ws('/', coalesce(s.seller, i.seller), coalesce(s.kind, i.kind),
                          coalesce(s.year, i.year)),
                format('The series stands at %s of %s, its last invoice is %s of %s.',
                       coalesce(s.last_number, 0), coalesce(s.last_date::text, 'no date'),
                       coalesce(i.last_number, 0), coalesce(i.last_date::text, 'no date')), false
         FROM series AS s
         FULL JOIN (SELECT series_seller AS seller, series_kind AS kind, series_year AS year,
                           max(counter) AS last_number, max(issue_date) AS last_date
                    FROM invoice GROUP BY 1, 2, 3) AS i
              ON i.seller = s.seller AND i.kind = s.kind AND i.year = s.year
         WHERE coalesce(s.last_number, 0) <> coalesce(i.last_number, 0)
            OR s.last_date IS DISTINCT FROM i.last_date"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}
