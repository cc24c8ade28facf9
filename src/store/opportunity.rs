//! Opportunities with their lines; the quotes that they guard are in [`quote`].

use std::collections::BTreeMap;

use domain::customer::Customer;
use domain::ids::{Id, OpportunityId, QuoteId};
use domain::lifecycle::Lifecycle;
use domain::opportunity::{Opportunity, OpportunityState};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::store::column::{amount, corrupt, currency, given, meant, uuids, word};
use crate::store::line::{LineColumns, line_of};
use crate::store::quote;
use crate::store::save::{Change, SaveError, all_touched, differing, parted};

/// Locks the opportunities, ascending, then reads their lines and quotes.
///
/// # Errors
/// Those of the database.
pub async fn load(
    conn: &mut PgConnection,
    ids: &[OpportunityId],
) -> Result<Vec<Opportunity>, sqlx::Error> {
    let rows = sqlx::query_as!(
        OpportunityRow,
        "SELECT id, sequence, name, account, contact, originating_lead, currency, price_list,
                estimated_revenue, close_date, state, won_at, actual_revenue, lost_at, lost_reason
         FROM opportunity WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        &uuids(ids)
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut found = BTreeMap::new();
    for row in rows {
        found.insert(row.id, row.opportunity()?);
    }
    if !found.is_empty() {
        load_lines(conn, &mut found).await?;
        quote::load(conn, &mut found).await?;
    }
    Ok(found.into_values().collect())
}

/// The opportunities of quotes, by the quotes' ids. Takes no lock: a quote never moves.
///
/// # Errors
/// Those of the database.
pub async fn of_quotes(
    conn: &mut PgConnection,
    quotes: &[QuoteId],
) -> Result<Vec<(QuoteId, OpportunityId)>, sqlx::Error> {
    let rows = sqlx::query!("SELECT id, opportunity FROM quote WHERE id = ANY($1)", &uuids(quotes))
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.opportunity.into())).collect())
}

/// Inserts new opportunities and saves changed ones, each with the lines and quotes that differ.
///
/// # Errors
/// [`SaveError::Version`] where an opportunity or quote changed since it was read, else those of
/// the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Opportunity>],
) -> Result<(), SaveError> {
    let (new, kept) = parted(changes);
    if !new.is_empty() {
        insert(conn, &new).await?;
    }
    // Where only quotes changed, they bring their own versions, under the lock of the root.
    let kept: Vec<_> = kept.into_iter().filter(|(was, now)| root(was) != root(now)).collect();
    if !kept.is_empty() {
        update(conn, &kept).await?;
    }
    save_lines(conn, changes).await?;
    quote::save(conn, changes).await
}

/// What the row of an opportunity says, without its parts. Each field is named, so that a new one is
/// not forgotten.
fn root(opportunity: &Opportunity) -> impl PartialEq {
    let Opportunity {
        id,
        sequence,
        name,
        customer,
        originating_lead,
        currency,
        price_list,
        estimated_revenue,
        close_date,
        lines: _,
        quotes: _,
        state,
    } = opportunity;
    let whose = (id, name, customer, originating_lead);
    (whose, sequence, currency, price_list, estimated_revenue, close_date, state)
}

async fn insert(conn: &mut PgConnection, new: &[&Opportunity]) -> Result<(), SaveError> {
    let columns = Columns::of(new.iter().copied());
    let leads: Vec<_> = new.iter().map(|o| o.originating_lead.map(Uuid::from)).collect();
    let currencies: Vec<_> = new.iter().map(|o| o.currency.as_str()).collect();
    sqlx::query!(
        "INSERT INTO opportunity (id, sequence, name, account, contact, originating_lead, currency,
                                  price_list, estimated_revenue, close_date, state, won_at,
                                  actual_revenue, lost_at, lost_reason)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::uuid[],
                              $6::uuid[], $7::text[], $8::text[], $9::numeric[], $10::date[],
                              $11::text[], $12::timestamptz[], $13::numeric[], $14::timestamptz[],
                              $15::text[])",
        &columns.ids,
        &columns.sequences,
        &columns.names as &[&str],
        &columns.accounts as &[Option<Uuid>],
        &columns.contacts as &[Option<Uuid>],
        &leads as &[Option<Uuid>],
        &currencies as &[&str],
        &columns.price_lists as &[&str],
        &columns.estimated_revenues as &[Option<Decimal>],
        &columns.close_dates as &[Option<NaiveDate>],
        &columns.states as &[&str],
        &columns.won_ats as &[Option<DateTime<Utc>>],
        &columns.actual_revenues as &[Option<Decimal>],
        &columns.lost_ats as &[Option<DateTime<Utc>>],
        &columns.lost_reasons as &[Option<String>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(
    conn: &mut PgConnection,
    kept: &[(&Opportunity, &Opportunity)],
) -> Result<(), SaveError> {
    for (was, now) in kept {
        if (was.originating_lead, was.currency) != (now.originating_lead, now.currency) {
            let what = "its originating lead or currency";
            return Err(SaveError::Frozen { table: "opportunity", id: now.id.uuid(), what });
        }
    }
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = Columns::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE opportunity AS o
         SET sequence = u.sequence, name = u.name, account = u.account, contact = u.contact,
             price_list = u.price_list, estimated_revenue = u.estimated_revenue,
             close_date = u.close_date, state = u.state, won_at = u.won_at,
             actual_revenue = u.actual_revenue, lost_at = u.lost_at, lost_reason = u.lost_reason,
             modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::uuid[], $6::uuid[],
                     $7::text[], $8::numeric[], $9::date[], $10::text[], $11::timestamptz[],
                     $12::numeric[], $13::timestamptz[], $14::text[])
              AS u(id, version, sequence, name, account, contact, price_list, estimated_revenue,
                   close_date, state, won_at, actual_revenue, lost_at, lost_reason)
         WHERE o.id = u.id AND o.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.names as &[&str],
        &columns.accounts as &[Option<Uuid>],
        &columns.contacts as &[Option<Uuid>],
        &columns.price_lists as &[&str],
        &columns.estimated_revenues as &[Option<Decimal>],
        &columns.close_dates as &[Option<NaiveDate>],
        &columns.states as &[&str],
        &columns.won_ats as &[Option<DateTime<Utc>>],
        &columns.actual_revenues as &[Option<Decimal>],
        &columns.lost_ats as &[Option<DateTime<Utc>>],
        &columns.lost_reasons as &[Option<String>],
    )
    .execute(conn)
    .await?;
    all_touched("opportunity", kept.len(), &done)
}

async fn load_lines(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Opportunity>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    let rows = sqlx::query!(
        "SELECT opportunity, id, sku, name, unit, quantity, unit_price, volume_discount,
                manual_discount, tax_category, tax_rate, net_amount
         FROM opportunity_line WHERE opportunity = ANY($1) ORDER BY opportunity, position",
        &ids
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        if let Some(opportunity) = found.get_mut(&row.opportunity) {
            opportunity.lines.push(line_of!(row, opportunity.currency)?);
        }
    }
    Ok(())
}

async fn save_lines(
    conn: &mut PgConnection,
    changes: &[Change<'_, Opportunity>],
) -> Result<(), SaveError> {
    let mut columns = LineColumns::default();
    let (mut shortened, mut lengths) = (Vec::new(), Vec::new());
    for (was, now) in changes {
        let stored = was.map_or(&[][..], |was| &was.lines);
        for (position, line) in differing(stored, &now.lines) {
            columns.push(now.id.uuid(), position, line);
        }
        if now.lines.len() < stored.len() {
            shortened.push(now.id.uuid());
            lengths.push(i32::try_from(now.lines.len()).unwrap_or(i32::MAX));
        }
    }
    if !shortened.is_empty() {
        sqlx::query!(
            "DELETE FROM opportunity_line AS l
             USING unnest($1::uuid[], $2::int[]) AS u(opportunity, length)
             WHERE l.opportunity = u.opportunity AND l.position >= u.length",
            &shortened,
            &lengths
        )
        .execute(&mut *conn)
        .await?;
    }
    if columns.is_empty() {
        return Ok(());
    }
    upsert_lines(conn, &columns).await
}

async fn upsert_lines(conn: &mut PgConnection, columns: &LineColumns<'_>) -> Result<(), SaveError> {
    sqlx::query!(
        "INSERT INTO opportunity_line (opportunity, position, id, sku, name, unit, quantity,
                                       unit_price, volume_discount, manual_discount, tax_category,
                                       tax_rate, net_amount)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                              $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                              $11::text[], $12::numeric[], $13::numeric[])
         ON CONFLICT (opportunity, position) DO UPDATE
         SET id = excluded.id, sku = excluded.sku, name = excluded.name, unit = excluded.unit,
             quantity = excluded.quantity, unit_price = excluded.unit_price,
             volume_discount = excluded.volume_discount, manual_discount = excluded.manual_discount,
             tax_category = excluded.tax_category, tax_rate = excluded.tax_rate,
             net_amount = excluded.net_amount",
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
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct OpportunityRow {
    id: Uuid,
    sequence: i64,
    name: String,
    account: Option<Uuid>,
    contact: Option<Uuid>,
    originating_lead: Option<Uuid>,
    currency: String,
    price_list: String,
    estimated_revenue: Option<Decimal>,
    close_date: Option<NaiveDate>,
    state: String,
    won_at: Option<DateTime<Utc>>,
    actual_revenue: Option<Decimal>,
    lost_at: Option<DateTime<Utc>>,
    lost_reason: Option<String>,
}

impl OpportunityRow {
    fn opportunity(self) -> Result<Opportunity, sqlx::Error> {
        let currency = currency("opportunity.currency", &self.currency)?;
        let revenue = |value: Option<Decimal>| value.map(|value| amount(value, currency));
        let state = match self.state.as_str() {
            "open" => OpportunityState::Open,
            "won" => OpportunityState::Won {
                at: given("opportunity.won_at", self.won_at)?,
                actual_revenue: given("opportunity.actual_revenue", revenue(self.actual_revenue))?,
            },
            "lost" => {
                let reason = given("opportunity.lost_reason", self.lost_reason)?;
                OpportunityState::Lost {
                    at: given("opportunity.lost_at", self.lost_at)?,
                    reason: meant("opportunity.lost_reason", &reason)?,
                }
            }
            other => return Err(corrupt("opportunity.state", &other)),
        };
        Ok(Opportunity {
            id: self.id.into(),
            sequence: self.sequence,
            name: self.name,
            customer: Customer {
                account: self.account.map(Into::into),
                contact: self.contact.map(Into::into),
            },
            originating_lead: self.originating_lead.map(Into::into),
            currency,
            price_list: self.price_list,
            estimated_revenue: revenue(self.estimated_revenue),
            close_date: self.close_date,
            lines: Vec::new(),
            quotes: Vec::new(),
            state,
        })
    }
}

/// What both statements write, by column.
#[derive(Default)]
struct Columns<'o> {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    names: Vec<&'o str>,
    accounts: Vec<Option<Uuid>>,
    contacts: Vec<Option<Uuid>>,
    price_lists: Vec<&'o str>,
    estimated_revenues: Vec<Option<Decimal>>,
    close_dates: Vec<Option<NaiveDate>>,
    states: Vec<&'static str>,
    won_ats: Vec<Option<DateTime<Utc>>>,
    actual_revenues: Vec<Option<Decimal>>,
    lost_ats: Vec<Option<DateTime<Utc>>>,
    lost_reasons: Vec<Option<String>>,
}

impl<'o> Columns<'o> {
    fn of(opportunities: impl Iterator<Item = &'o Opportunity>) -> Self {
        let mut columns = Self::default();
        for opportunity in opportunities {
            let (won, lost) = match &opportunity.state {
                OpportunityState::Open => (None, None),
                OpportunityState::Won { at, actual_revenue } => {
                    (Some((*at, *actual_revenue)), None)
                }
                OpportunityState::Lost { at, reason } => (None, Some((*at, word(reason)))),
            };
            let ((won_at, actual_revenue), (lost_at, lost_reason)) = (won.unzip(), lost.unzip());
            columns.ids.push(opportunity.id.uuid());
            columns.sequences.push(opportunity.sequence);
            columns.names.push(&opportunity.name);
            columns.accounts.push(opportunity.customer.account.map(Uuid::from));
            columns.contacts.push(opportunity.customer.contact.map(Uuid::from));
            columns.price_lists.push(&opportunity.price_list);
            columns.estimated_revenues.push(opportunity.estimated_revenue);
            columns.close_dates.push(opportunity.close_date);
            columns.states.push(Opportunity::state_name(&opportunity.state));
            columns.won_ats.push(won_at);
            columns.actual_revenues.push(actual_revenue);
            columns.lost_ats.push(lost_at);
            columns.lost_reasons.push(lost_reason);
        }
        columns
    }
}
