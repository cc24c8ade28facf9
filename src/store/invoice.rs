//! Invoices with their lines; the payments that they guard are in `payment.rs`.
//!
//! An invoice is issued once: afterwards only its sequence, state and payments change, and nothing
//! else is ever written.

use std::collections::BTreeMap;

use domain::customer::{Buyer, Customer};
use domain::document::PaymentTerms;
use domain::ids::{Id, InvoiceId, OrderId};
use domain::invoice::{Invoice, InvoiceLine, InvoiceState, Seller, SeriesKey};
use domain::totals::{Header, TaxPart};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{amount, corrupt, currency, given, uuids};
use crate::store::line::{LineColumns, line_of};
use crate::store::payment;
use crate::store::save::{Change, SaveError, all_touched, parted, placed};
use crate::store::totals::totals_of;

/// Locks the invoices, ascending, then reads their lines and payments.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, ids: &[InvoiceId]) -> Result<Vec<Invoice>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id, sequence, series_seller, series_kind, series_year, counter, number,
                  sales_order, quote, opportunity, account, contact, issue_date, due_date, currency,
                  seller AS "seller: Json<Seller>", buyer AS "buyer: Json<Buyer>",
                  header AS "header: Json<Header>", detail_amount, line_discount, discount_amount,
                  amount_less_freight, freight_amount, tax_amount, total_amount,
                  tax_breakdown AS "tax_breakdown: Json<Vec<TaxPart>>", payment_terms,
                  purchase_order, state, paid_at, discount, canceled_at
           FROM invoice WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        &uuids(ids)
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let currency = currency("invoice.currency", &row.currency)?;
        let terms = PaymentTerms::named(&row.payment_terms);
        let discount = row.discount.map(|discount| amount(discount, currency));
        let invoice = Invoice {
            id: row.id.into(),
            sequence: row.sequence,
            series: SeriesKey {
                seller: row.series_seller,
                kind: row.series_kind,
                year: row.series_year,
            },
            number: row.number,
            counter: row.counter,
            order: row.sales_order.into(),
            quote: row.quote.into(),
            opportunity: row.opportunity.into(),
            customer: Customer {
                account: row.account.map(Into::into),
                contact: row.contact.map(Into::into),
            },
            issue_date: row.issue_date,
            due_date: row.due_date,
            currency,
            seller: row.seller.0,
            buyer: row.buyer.0,
            lines: Vec::new(),
            header: row.header.0,
            totals: totals_of!(row, currency),
            payment_terms: terms
                .ok_or_else(|| corrupt("invoice.payment_terms", &row.payment_terms))?,
            purchase_order: row.purchase_order,
            payments: Vec::new(),
            state: state_of(&row.state, (row.paid_at, discount), row.canceled_at)?,
        };
        found.insert(row.id, invoice);
    }
    if !found.is_empty() {
        load_lines(conn, &mut found).await?;
        payment::load(conn, &mut found).await?;
    }
    Ok(found.into_values().collect())
}

/// The invoices of orders. Takes no lock: an invoice never changes its order.
///
/// # Errors
/// Those of the database.
pub async fn of_orders(
    conn: &mut PgConnection,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, InvoiceId)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, sales_order FROM invoice WHERE sales_order = ANY($1)",
        &uuids(orders)
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.sales_order.into(), row.id.into())).collect())
}

/// The invoices of those numbers. Takes no lock: a number never changes.
///
/// # Errors
/// Those of the database.
pub async fn numbered(
    conn: &mut PgConnection,
    numbers: &[String],
) -> Result<Vec<(String, InvoiceId)>, sqlx::Error> {
    let rows = sqlx::query!("SELECT id, number FROM invoice WHERE number = ANY($1)", numbers)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.number, row.id.into())).collect())
}

/// Inserts new invoices; of kept ones saves state and payments.
///
/// # Errors
/// [`SaveError::Version`] where an invoice changed since it was read, [`SaveError::Frozen`] where
/// anything else than those was changed, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Invoice>],
) -> Result<(), SaveError> {
    let (new, kept) = parted(changes);
    if !new.is_empty() {
        insert(conn, &new).await?;
        insert_lines(conn, &new).await?;
    }
    if !kept.is_empty() {
        for (was, now) in &kept {
            check_frozen(was, now)?;
        }
        update(conn, &kept).await?;
    }
    payment::save(conn, changes).await
}

fn check_frozen(was: &Invoice, now: &Invoice) -> Result<(), SaveError> {
    if issued(was) == issued(now) {
        return Ok(());
    }
    Err(SaveError::Frozen { table: "invoice", id: now.id.uuid(), what: "what was issued" })
}

/// What never changes of an invoice. Each field is named, so that a new one is not forgotten.
fn issued(invoice: &Invoice) -> impl PartialEq {
    let Invoice {
        id,
        sequence: _,
        series,
        number,
        counter,
        order,
        quote,
        opportunity,
        customer,
        issue_date,
        due_date,
        currency,
        seller,
        buyer,
        lines,
        header,
        totals,
        payment_terms,
        purchase_order,
        payments: _,
        state: _,
    } = invoice;
    let which = (id, series, number, counter, order, quote, opportunity);
    let who = (customer, seller, buyer, purchase_order);
    (which, who, issue_date, due_date, currency, lines, header, totals, payment_terms)
}

async fn insert(conn: &mut PgConnection, new: &[&Invoice]) -> Result<(), SaveError> {
    let states = States::of(new.iter().copied());
    let columns = Issued::of(new);
    sqlx::query!(
        "INSERT INTO invoice (id, sequence, series_seller, series_kind, series_year, counter,
                              number, sales_order, quote, opportunity, account, contact, issue_date,
                              due_date, currency, seller, buyer, header, detail_amount,
                              line_discount, discount_amount, amount_less_freight, freight_amount,
                              tax_amount, total_amount, tax_breakdown, payment_terms,
                              purchase_order, state, paid_at, discount, canceled_at)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::int[],
                              $6::bigint[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[],
                              $11::uuid[], $12::uuid[], $13::date[], $14::date[], $15::text[],
                              $16::jsonb[], $17::jsonb[], $18::jsonb[], $19::numeric[],
                              $20::numeric[], $21::numeric[], $22::numeric[], $23::numeric[],
                              $24::numeric[], $25::numeric[], $26::jsonb[], $27::text[],
                              $28::text[], $29::text[], $30::timestamptz[], $31::numeric[],
                              $32::timestamptz[])",
        &states.ids,
        &states.sequences,
        &columns.sellers as &[&str],
        &columns.kinds as &[&str],
        &columns.years,
        &columns.counters,
        &columns.numbers as &[&str],
        &columns.orders,
        &columns.quotes,
        &columns.opportunities,
        &columns.accounts as &[Option<Uuid>],
        &columns.contacts as &[Option<Uuid>],
        &columns.issue_dates,
        &columns.due_dates,
        &columns.currencies as &[&str],
        &columns.seller_papers as &[Json<&Seller>],
        &columns.buyers as &[Json<&Buyer>],
        &columns.headers as &[Json<&Header>],
        &columns.totals.detail_amounts,
        &columns.totals.line_discounts,
        &columns.totals.discount_amounts,
        &columns.totals.amounts_less_freight,
        &columns.totals.freight_amounts,
        &columns.totals.tax_amounts,
        &columns.totals.total_amounts,
        &columns.totals.tax_breakdowns as &[Json<&Vec<TaxPart>>],
        &columns.payment_terms as &[&str],
        &columns.purchase_orders as &[Option<&str>],
        &states.states as &[&str],
        &states.paid_ats as &[Option<DateTime<Utc>>],
        &states.discounts as &[Option<Decimal>],
        &states.canceled_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(conn: &mut PgConnection, kept: &[(&Invoice, &Invoice)]) -> Result<(), SaveError> {
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = States::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE invoice AS i
         SET sequence = u.sequence, state = u.state, paid_at = u.paid_at, discount = u.discount,
             canceled_at = u.canceled_at, modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[],
                     $6::numeric[], $7::timestamptz[])
              AS u(id, version, sequence, state, paid_at, discount, canceled_at)
         WHERE i.id = u.id AND i.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.states as &[&str],
        &columns.paid_ats as &[Option<DateTime<Utc>>],
        &columns.discounts as &[Option<Decimal>],
        &columns.canceled_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    all_touched("invoice", kept.len(), &done)
}

async fn load_lines(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Invoice>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    let rows = sqlx::query!(
        "SELECT invoice, id, sku, name, unit, quantity, unit_price, volume_discount,
                manual_discount, tax_category, tax_rate, net_amount, order_line
         FROM invoice_line WHERE invoice = ANY($1) ORDER BY invoice, position",
        &ids
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let Some(invoice) = found.get_mut(&row.invoice) else { continue };
        let order_line = row.order_line.into();
        let line = line_of!(row, invoice.currency)?;
        invoice.lines.push(InvoiceLine { line, order_line });
    }
    Ok(())
}

async fn insert_lines(conn: &mut PgConnection, new: &[&Invoice]) -> Result<(), SaveError> {
    let (mut columns, mut order_lines) = (LineColumns::default(), Vec::new());
    for invoice in new {
        for (position, line) in placed(&invoice.lines) {
            columns.push(invoice.id.uuid(), position, &line.line);
            order_lines.push(line.order_line.uuid());
        }
    }
    if columns.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO invoice_line (invoice, position, id, sku, name, unit, quantity, unit_price,
                                   volume_discount, manual_discount, tax_category, tax_rate,
                                   net_amount, order_line)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                              $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                              $11::text[], $12::numeric[], $13::numeric[], $14::uuid[])",
        &columns.owners,
        &columns.positions,
        &columns.ids,
        &columns.skus as &[&str],
        &columns.names as &[&str],
        &columns.units as &[&str],
        &columns.quantities,
        &columns.unit_prices,
        &columns.volume_discounts,
        &columns.manual_discounts,
        &columns.tax_categories,
        &columns.tax_rates,
        &columns.net_amounts,
        &order_lines,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn state_of(
    state: &str,
    (paid_at, discount): (Option<DateTime<Utc>>, Option<Decimal>),
    canceled_at: Option<DateTime<Utc>>,
) -> Result<InvoiceState, sqlx::Error> {
    Ok(match state {
        "issued" => InvoiceState::Issued,
        "partially_paid" => InvoiceState::PartiallyPaid,
        "paid" => InvoiceState::Paid {
            at: given("invoice.paid_at", paid_at)?,
            discount: given("invoice.discount", discount)?,
        },
        "canceled" => InvoiceState::Canceled { at: given("invoice.canceled_at", canceled_at)? },
        other => return Err(corrupt("invoice.state", &other)),
    })
}

mod columns;
use columns::{Issued, States};
