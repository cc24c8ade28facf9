//! Orders with their lines; the shipments that they guard are in `shipment.rs`.
//!
//! An order is decided once: afterwards only its sequence and state, what became of its lines and
//! its shipments change, and nothing else is ever written.

use std::collections::BTreeMap;

use domain::customer::{Buyer, Customer};
use domain::document::PaymentTerms;
use domain::ids::{Id, LeadId, OrderId, QuoteId};
use domain::lifecycle::Lifecycle;
use domain::order::{Order, OrderLine, OrderState};
use domain::totals::{Header, TaxPart};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, currency, given, plain, uuids};
use crate::store::line::{LineColumns, line_of};
use crate::store::save::{Change, SaveError, all_touched, differing, parted, placed};
use crate::store::shipment;
use crate::store::totals::{TotalsColumns, totals_of};

/// Locks the orders, ascending, then reads their lines and shipments.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, ids: &[OrderId]) -> Result<Vec<Order>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id, sequence, number, quote, opportunity, account, contact, currency,
                  buyer AS "buyer: Json<Buyer>", header AS "header: Json<Header>", detail_amount,
                  line_discount, discount_amount, amount_less_freight, freight_amount, tax_amount,
                  total_amount, tax_breakdown AS "tax_breakdown: Json<Vec<TaxPart>>",
                  payment_terms, purchase_order, state, fulfilled_at, partial, canceled_at
           FROM sales_order WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        &uuids(ids)
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let currency = currency("sales_order.currency", &row.currency)?;
        let terms = PaymentTerms::named(&row.payment_terms);
        let terms =
            terms.ok_or_else(|| corrupt("sales_order.payment_terms", &row.payment_terms))?;
        let fulfilled = (row.fulfilled_at, row.partial);
        let order = Order {
            id: row.id.into(),
            sequence: row.sequence,
            number: row.number,
            quote: row.quote.into(),
            opportunity: row.opportunity.into(),
            customer: Customer {
                account: row.account.map(Into::into),
                contact: row.contact.map(Into::into),
            },
            currency,
            buyer: row.buyer.0,
            lines: Vec::new(),
            header: row.header.0,
            totals: totals_of!(row, currency),
            payment_terms: terms,
            purchase_order: row.purchase_order,
            shipments: Vec::new(),
            state: state_of(&row.state, fulfilled, row.canceled_at)?,
        };
        found.insert(row.id, order);
    }
    if !found.is_empty() {
        load_lines(conn, &mut found).await?;
        shipment::load(conn, &mut found).await?;
    }
    Ok(found.into_values().collect())
}

/// The orders that were made of quotes. Takes no lock: an order never changes its quote.
///
/// # Errors
/// Those of the database.
pub async fn of_quotes(
    conn: &mut PgConnection,
    quotes: &[QuoteId],
) -> Result<Vec<(QuoteId, OrderId)>, sqlx::Error> {
    let rows =
        sqlx::query!("SELECT id, quote FROM sales_order WHERE quote = ANY($1)", &uuids(quotes))
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(|row| (row.quote.into(), row.id.into())).collect())
}

/// The leads that the deals of these orders began with. Takes no lock: neither an order changes its
/// deal, nor a deal its lead.
///
/// # Errors
/// Those of the database.
pub async fn leads(
    conn: &mut PgConnection,
    orders: &[OrderId],
) -> Result<Vec<(OrderId, LeadId)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT s.id, o.originating_lead AS "lead!"
         FROM sales_order AS s JOIN opportunity AS o ON o.id = s.opportunity
         WHERE s.id = ANY($1) AND o.originating_lead IS NOT NULL"#,
        &uuids(orders)
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.lead.into())).collect())
}

/// Inserts new orders; of kept ones saves state, lines and shipments.
///
/// # Errors
/// [`SaveError::Version`] where an order changed since it was read, [`SaveError::Frozen`] where
/// anything else than those was changed, else those of the database.
pub async fn save(conn: &mut PgConnection, changes: &[Change<'_, Order>]) -> Result<(), SaveError> {
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
        update_lines(conn, &kept).await?;
    }
    shipment::save(conn, changes).await
}

fn check_frozen(was: &Order, now: &Order) -> Result<(), SaveError> {
    let frozen = |what| SaveError::Frozen { table: "sales_order", id: now.id.uuid(), what };
    if !was.lines.iter().map(|of| &of.line).eq(now.lines.iter().map(|of| &of.line)) {
        return Err(frozen("what its lines order"));
    }
    if accepted(was) != accepted(now) {
        return Err(frozen("what was accepted"));
    }
    Ok(())
}

/// What never changes of an order, beside its lines. Each field is named, so that a new one is not
/// forgotten.
fn accepted(order: &Order) -> impl PartialEq {
    let Order {
        id,
        sequence: _,
        number,
        quote,
        opportunity,
        customer,
        currency,
        buyer,
        lines: _,
        header,
        totals,
        payment_terms,
        purchase_order,
        shipments: _,
        state: _,
    } = order;
    let which = (id, number, quote, opportunity);
    (which, customer, currency, buyer, header, totals, payment_terms, purchase_order)
}

async fn insert(conn: &mut PgConnection, new: &[&Order]) -> Result<(), SaveError> {
    let states = States::of(new.iter().copied());
    let mut totals = TotalsColumns::default();
    new.iter().for_each(|order| totals.push(&order.totals));
    let numbers: Vec<_> = new.iter().map(|order| order.number.as_str()).collect();
    let quotes: Vec<_> = new.iter().map(|order| order.quote.uuid()).collect();
    let opportunities: Vec<_> = new.iter().map(|order| order.opportunity.uuid()).collect();
    let accounts: Vec<_> = new.iter().map(|o| o.customer.account.map(Uuid::from)).collect();
    let contacts: Vec<_> = new.iter().map(|o| o.customer.contact.map(Uuid::from)).collect();
    let currencies: Vec<_> = new.iter().map(|order| order.currency.as_str()).collect();
    let buyers: Vec<_> = new.iter().map(|order| Json(&order.buyer)).collect();
    let headers: Vec<_> = new.iter().map(|order| Json(&order.header)).collect();
    let terms: Vec<_> = new.iter().map(|order| order.payment_terms.name()).collect();
    let purchase_orders: Vec<_> = new.iter().map(|o| o.purchase_order.as_deref()).collect();
    sqlx::query!(
        "INSERT INTO sales_order (id, sequence, number, quote, opportunity, account, contact,
                                  currency, buyer, header, detail_amount, line_discount,
                                  discount_amount, amount_less_freight, freight_amount, tax_amount,
                                  total_amount, tax_breakdown, payment_terms, purchase_order, state,
                                  fulfilled_at, partial, canceled_at)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::uuid[],
                              $6::uuid[], $7::uuid[], $8::text[], $9::jsonb[], $10::jsonb[],
                              $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[],
                              $15::numeric[], $16::numeric[], $17::numeric[], $18::jsonb[],
                              $19::text[], $20::text[], $21::text[], $22::timestamptz[],
                              $23::boolean[], $24::timestamptz[])",
        &states.ids,
        &states.sequences,
        &numbers as &[&str],
        &quotes,
        &opportunities,
        &accounts as &[Option<Uuid>],
        &contacts as &[Option<Uuid>],
        &currencies as &[&str],
        &buyers as &[Json<&Buyer>],
        &headers as &[Json<&Header>],
        &totals.detail_amounts,
        &totals.line_discounts,
        &totals.discount_amounts,
        &totals.amounts_less_freight,
        &totals.freight_amounts,
        &totals.tax_amounts,
        &totals.total_amounts,
        &totals.tax_breakdowns as &[Json<&Vec<TaxPart>>],
        &terms as &[&str],
        &purchase_orders as &[Option<&str>],
        &states.states as &[&str],
        &states.fulfilled_ats as &[Option<DateTime<Utc>>],
        &states.partials as &[Option<bool>],
        &states.canceled_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(conn: &mut PgConnection, kept: &[(&Order, &Order)]) -> Result<(), SaveError> {
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = States::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE sales_order AS o
         SET sequence = u.sequence, state = u.state, fulfilled_at = u.fulfilled_at,
             partial = u.partial, canceled_at = u.canceled_at, modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[],
                     $6::boolean[], $7::timestamptz[])
              AS u(id, version, sequence, state, fulfilled_at, partial, canceled_at)
         WHERE o.id = u.id AND o.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.states as &[&str],
        &columns.fulfilled_ats as &[Option<DateTime<Utc>>],
        &columns.partials as &[Option<bool>],
        &columns.canceled_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    all_touched("sales_order", kept.len(), &done)
}

async fn load_lines(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Order>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    let rows = sqlx::query!(
        "SELECT sales_order, id, sku, name, unit, quantity, unit_price, volume_discount,
                manual_discount, tax_category, tax_rate, net_amount, quantity_shipped,
                quantity_canceled
         FROM order_line WHERE sales_order = ANY($1) ORDER BY sales_order, position",
        &ids
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let Some(order) = found.get_mut(&row.sales_order) else { continue };
        order.lines.push(OrderLine {
            line: line_of!(row, order.currency)?,
            quantity_shipped: plain(row.quantity_shipped),
            quantity_canceled: plain(row.quantity_canceled),
        });
    }
    Ok(())
}

async fn insert_lines(conn: &mut PgConnection, new: &[&Order]) -> Result<(), SaveError> {
    let mut columns = LineColumns::default();
    let (mut shipped, mut canceled) = (Vec::new(), Vec::new());
    for order in new {
        for (position, line) in placed(&order.lines) {
            columns.push(order.id.uuid(), position, &line.line);
            shipped.push(line.quantity_shipped);
            canceled.push(line.quantity_canceled);
        }
    }
    if columns.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO order_line (sales_order, position, id, sku, name, unit, quantity, unit_price,
                                 volume_discount, manual_discount, tax_category, tax_rate,
                                 net_amount, quantity_shipped, quantity_canceled)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                              $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                              $11::text[], $12::numeric[], $13::numeric[], $14::numeric[],
                              $15::numeric[])",
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
        &shipped,
        &canceled,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update_lines(conn: &mut PgConnection, kept: &[(&Order, &Order)]) -> Result<(), SaveError> {
    let (mut orders, mut positions): (Vec<Uuid>, Vec<i32>) = (Vec::new(), Vec::new());
    let (mut shipped, mut canceled): (Vec<Decimal>, Vec<Decimal>) = (Vec::new(), Vec::new());
    for (was, now) in kept {
        for (position, line) in differing(&was.lines, &now.lines) {
            orders.push(now.id.uuid());
            positions.push(position);
            shipped.push(line.quantity_shipped);
            canceled.push(line.quantity_canceled);
        }
    }
    if orders.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "UPDATE order_line AS l
         SET quantity_shipped = u.shipped, quantity_canceled = u.canceled
         FROM unnest($1::uuid[], $2::int[], $3::numeric[], $4::numeric[])
              AS u(sales_order, position, shipped, canceled)
         WHERE l.sales_order = u.sales_order AND l.position = u.position",
        &orders,
        &positions,
        &shipped,
        &canceled,
    )
    .execute(conn)
    .await?;
    all_touched("order_line", orders.len(), &done)
}

fn state_of(
    state: &str,
    (fulfilled_at, partial): (Option<DateTime<Utc>>, Option<bool>),
    canceled_at: Option<DateTime<Utc>>,
) -> Result<OrderState, sqlx::Error> {
    Ok(match state {
        "active" => OrderState::Active,
        "fulfilled" => OrderState::Fulfilled {
            at: given("sales_order.fulfilled_at", fulfilled_at)?,
            partial: given("sales_order.partial", partial)?,
        },
        "canceled" => OrderState::Canceled { at: given("sales_order.canceled_at", canceled_at)? },
        other => return Err(corrupt("sales_order.state", &other)),
    })
}

/// Ids, versions and states by column.
#[derive(Default)]
struct States {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    states: Vec<&'static str>,
    fulfilled_ats: Vec<Option<DateTime<Utc>>>,
    partials: Vec<Option<bool>>,
    canceled_ats: Vec<Option<DateTime<Utc>>>,
}

impl States {
    fn of<'o>(orders: impl Iterator<Item = &'o Order>) -> Self {
        let mut columns = Self::default();
        for order in orders {
            let (fulfilled, canceled) = match &order.state {
                OrderState::Active => (None, None),
                OrderState::Fulfilled { at, partial } => (Some((*at, *partial)), None),
                OrderState::Canceled { at } => (None, Some(*at)),
            };
            let (fulfilled_at, partial) = fulfilled.unzip();
            columns.ids.push(order.id.uuid());
            columns.sequences.push(order.sequence);
            columns.states.push(Order::state_name(&order.state));
            columns.fulfilled_ats.push(fulfilled_at);
            columns.partials.push(partial);
            columns.canceled_ats.push(canceled);
        }
        columns
    }
}
