//! Quotes with their lines: parts of the opportunity, read and saved under its lock.

use std::collections::BTreeMap;

use domain::customer::Buyer;
use domain::document::PaymentTerms;
use domain::ids::Id;
use domain::lifecycle::Lifecycle;
use domain::opportunity::Opportunity;
use domain::quote::{Offer, Quote, QuoteState};
use domain::totals::Header;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::line::{LineColumns, line_of};
use crate::store::save::{Change, SaveError, all_touched, differing, placed};
use crate::store::totals::{TotalsColumns, totals_of};

/// Reads the quotes of locked opportunities into them.
///
/// # Errors
/// Those of the database.
pub async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Opportunity>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    let rows = sqlx::query!(
        r#"SELECT id, opportunity, sequence, number, revision, buyer AS "buyer: Json<Buyer>",
                  header AS "header: Json<Header>", detail_amount, line_discount, discount_amount,
                  amount_less_freight, freight_amount, tax_amount, total_amount,
                  tax_breakdown AS "tax_breakdown: Json<Vec<domain::totals::TaxPart>>",
                  payment_terms, effective_to, state, active_since, won_at, closed_at, close_reason
           FROM quote WHERE opportunity = ANY($1) ORDER BY opportunity, position"#,
        &ids
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut places = BTreeMap::new();
    for row in rows {
        let Some(opportunity) = found.get_mut(&row.opportunity) else { continue };
        let terms = PaymentTerms::named(&row.payment_terms);
        let offer = Offer {
            buyer: row.buyer.0,
            lines: Vec::new(),
            header: row.header.0,
            totals: totals_of!(row, opportunity.currency),
            payment_terms: terms
                .ok_or_else(|| corrupt("quote.payment_terms", &row.payment_terms))?,
            effective_to: row.effective_to,
        };
        let times = (row.active_since, row.won_at, row.closed_at);
        places.insert(row.id, (row.opportunity, opportunity.quotes.len()));
        opportunity.quotes.push(Quote {
            id: row.id.into(),
            sequence: row.sequence,
            number: row.number,
            revision: row.revision,
            offer,
            state: state_of(&row.state, times, row.close_reason.as_deref())?,
        });
    }
    if places.is_empty() { Ok(()) } else { load_lines(conn, found, &places).await }
}

/// Inserts new quotes and saves changed ones with the lines that differ.
///
/// First the changed ones: a revision that closes makes room for the next one of its number.
///
/// # Errors
/// [`SaveError::Version`] where a quote changed since it was read, [`SaveError::Frozen`] where one
/// was taken away, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Opportunity>],
) -> Result<(), SaveError> {
    let (mut new, mut kept, mut lines) = (Vec::new(), Vec::new(), LineColumns::default());
    let (mut shortened, mut lengths) = (Vec::new(), Vec::new());
    for (was, now) in changes {
        let stored = was.map_or(&[][..], |was| &was.quotes);
        if !stored.iter().map(|quote| quote.id).eq(now
            .quotes
            .iter()
            .map(|q| q.id)
            .take(stored.len()))
        {
            let what = "the order of its quotes";
            return Err(SaveError::Frozen { table: "opportunity", id: now.id.uuid(), what });
        }
        for (position, quote) in placed(&now.quotes) {
            let before = stored.iter().find(|before| before.id == quote.id);
            match before {
                Some(before) if before == quote => continue,
                Some(before) => kept.push((before, quote)),
                None => new.push((now.id.uuid(), position, quote)),
            }
            let before = before.map_or(&[][..], |before| &before.offer.lines);
            for (position, line) in differing(before, &quote.offer.lines) {
                lines.push(quote.id.uuid(), position, line);
            }
            if quote.offer.lines.len() < before.len() {
                shortened.push(quote.id.uuid());
                lengths.push(i32::try_from(quote.offer.lines.len()).unwrap_or(i32::MAX));
            }
        }
    }
    if !kept.is_empty() {
        update_states(conn, &kept).await?;
        update_offers(conn, &kept).await?;
    }
    if !new.is_empty() {
        insert(conn, &new).await?;
    }
    save_lines(conn, &lines, (&shortened, &lengths)).await
}

async fn insert(conn: &mut PgConnection, new: &[(Uuid, i32, &Quote)]) -> Result<(), SaveError> {
    let opportunities: Vec<_> = new.iter().map(|(opportunity, ..)| *opportunity).collect();
    let positions: Vec<_> = new.iter().map(|(_, position, _)| *position).collect();
    let numbers: Vec<_> = new.iter().map(|(.., quote)| quote.number.as_str()).collect();
    let revisions: Vec<_> = new.iter().map(|(.., quote)| quote.revision).collect();
    let states = States::of(new.iter().map(|(.., quote)| *quote));
    let offers = Offers::of(new.iter().map(|(.., quote)| *quote));
    sqlx::query!(
        "INSERT INTO quote (id, opportunity, position, sequence, number, revision, buyer, header,
                            detail_amount, line_discount, discount_amount, amount_less_freight,
                            freight_amount, tax_amount, total_amount, tax_breakdown, payment_terms,
                            effective_to, state, active_since, won_at, closed_at, close_reason)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::text[],
                              $6::int[], $7::jsonb[], $8::jsonb[], $9::numeric[], $10::numeric[],
                              $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[],
                              $15::numeric[], $16::jsonb[], $17::text[], $18::date[], $19::text[],
                              $20::timestamptz[], $21::timestamptz[], $22::timestamptz[],
                              $23::text[])",
        &states.ids,
        &opportunities,
        &positions,
        &states.sequences,
        &numbers as &[&str],
        &revisions,
        &offers.buyers as &[Json<&Buyer>],
        &offers.headers as &[Json<&Header>],
        &offers.totals.detail_amounts,
        &offers.totals.line_discounts,
        &offers.totals.discount_amounts,
        &offers.totals.amounts_less_freight,
        &offers.totals.freight_amounts,
        &offers.totals.tax_amounts,
        &offers.totals.total_amounts,
        &offers.totals.tax_breakdowns as &[Json<&Vec<domain::totals::TaxPart>>],
        &offers.payment_terms as &[&str],
        &offers.effective_tos,
        &states.states as &[&str],
        &states.active_sinces as &[Option<DateTime<Utc>>],
        &states.won_ats as &[Option<DateTime<Utc>>],
        &states.closed_ats as &[Option<DateTime<Utc>>],
        &states.close_reasons as &[Option<String>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update_states(
    conn: &mut PgConnection,
    kept: &[(&Quote, &Quote)],
) -> Result<(), SaveError> {
    for (was, now) in kept {
        if (&was.number, was.revision) != (&now.number, now.revision) {
            let what = "its number or revision";
            return Err(SaveError::Frozen { table: "quote", id: now.id.uuid(), what });
        }
    }
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = States::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE quote AS q
         SET sequence = u.sequence, state = u.state, active_since = u.active_since,
             won_at = u.won_at, closed_at = u.closed_at, close_reason = u.close_reason,
             modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[],
                     $6::timestamptz[], $7::timestamptz[], $8::text[])
              AS u(id, version, sequence, state, active_since, won_at, closed_at, close_reason)
         WHERE q.id = u.id AND q.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.states as &[&str],
        &columns.active_sinces as &[Option<DateTime<Utc>>],
        &columns.won_ats as &[Option<DateTime<Utc>>],
        &columns.closed_ats as &[Option<DateTime<Utc>>],
        &columns.close_reasons as &[Option<String>],
    )
    .execute(conn)
    .await?;
    all_touched("quote", kept.len(), &done)
}

/// Saves what is offered, where that differs: most steps of a quote leave it alone.
async fn update_offers(
    conn: &mut PgConnection,
    kept: &[(&Quote, &Quote)],
) -> Result<(), SaveError> {
    let edited = kept.iter().filter(|(was, now)| was.offer != now.offer).map(|(_, now)| *now);
    let edited: Vec<_> = edited.collect();
    if edited.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = edited.iter().map(|quote| quote.id.uuid()).collect();
    let columns = Offers::of(edited.iter().copied());
    let done = sqlx::query!(
        "UPDATE quote AS q
         SET buyer = u.buyer, header = u.header, detail_amount = u.detail_amount,
             line_discount = u.line_discount, discount_amount = u.discount_amount,
             amount_less_freight = u.amount_less_freight, freight_amount = u.freight_amount,
             tax_amount = u.tax_amount, total_amount = u.total_amount,
             tax_breakdown = u.tax_breakdown, payment_terms = u.payment_terms,
             effective_to = u.effective_to
         FROM unnest($1::uuid[], $2::jsonb[], $3::jsonb[], $4::numeric[], $5::numeric[],
                     $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                     $11::jsonb[], $12::text[], $13::date[])
              AS u(id, buyer, header, detail_amount, line_discount, discount_amount,
                   amount_less_freight, freight_amount, tax_amount, total_amount, tax_breakdown,
                   payment_terms, effective_to)
         WHERE q.id = u.id",
        &ids,
        &columns.buyers as &[Json<&Buyer>],
        &columns.headers as &[Json<&Header>],
        &columns.totals.detail_amounts,
        &columns.totals.line_discounts,
        &columns.totals.discount_amounts,
        &columns.totals.amounts_less_freight,
        &columns.totals.freight_amounts,
        &columns.totals.tax_amounts,
        &columns.totals.total_amounts,
        &columns.totals.tax_breakdowns as &[Json<&Vec<domain::totals::TaxPart>>],
        &columns.payment_terms as &[&str],
        &columns.effective_tos,
    )
    .execute(conn)
    .await?;
    all_touched("quote", edited.len(), &done)
}

async fn load_lines(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Opportunity>,
    places: &BTreeMap<Uuid, (Uuid, usize)>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = places.keys().copied().collect();
    let rows = sqlx::query!(
        "SELECT quote, id, sku, name, unit, quantity, unit_price, volume_discount,
                manual_discount, tax_category, tax_rate, net_amount
         FROM quote_line WHERE quote = ANY($1) ORDER BY quote, position",
        &ids
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let place = places.get(&row.quote);
        let root = place.and_then(|(id, at)| Some((found.get_mut(id)?, *at)));
        let Some((opportunity, at)) = root else { continue };
        let line = line_of!(row, opportunity.currency)?;
        if let Some(quote) = opportunity.quotes.get_mut(at) {
            quote.offer.lines.push(line);
        }
    }
    Ok(())
}

async fn save_lines(
    conn: &mut PgConnection,
    columns: &LineColumns<'_>,
    (shortened, lengths): (&[Uuid], &[i32]),
) -> Result<(), SaveError> {
    if !shortened.is_empty() {
        sqlx::query!(
            "DELETE FROM quote_line AS l
             USING unnest($1::uuid[], $2::int[]) AS u(quote, length)
             WHERE l.quote = u.quote AND l.position >= u.length",
            shortened,
            lengths
        )
        .execute(&mut *conn)
        .await?;
    }
    if columns.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO quote_line (quote, position, id, sku, name, unit, quantity, unit_price,
                                 volume_discount, manual_discount, tax_category, tax_rate,
                                 net_amount)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                              $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                              $11::text[], $12::numeric[], $13::numeric[])
         ON CONFLICT (quote, position) DO UPDATE
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

type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

fn state_of(
    state: &str,
    (active_since, won_at, closed_at): Times,
    close_reason: Option<&str>,
) -> Result<QuoteState, sqlx::Error> {
    Ok(match state {
        "draft" => QuoteState::Draft,
        "active" => QuoteState::Active { since: given("quote.active_since", active_since)? },
        "won" => QuoteState::Won { at: given("quote.won_at", won_at)? },
        "closed" => {
            let reason = given("quote.close_reason", close_reason)?;
            QuoteState::Closed {
                at: given("quote.closed_at", closed_at)?,
                reason: meant("quote.close_reason", reason)?,
            }
        }
        other => return Err(corrupt("quote.state", &other)),
    })
}

/// Ids, versions and states by column.
#[derive(Default)]
struct States {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    states: Vec<&'static str>,
    active_sinces: Vec<Option<DateTime<Utc>>>,
    won_ats: Vec<Option<DateTime<Utc>>>,
    closed_ats: Vec<Option<DateTime<Utc>>>,
    close_reasons: Vec<Option<String>>,
}

impl States {
    fn of<'q>(quotes: impl Iterator<Item = &'q Quote>) -> Self {
        let mut columns = Self::default();
        for quote in quotes {
            let (active, won, closed) = match &quote.state {
                QuoteState::Draft => (None, None, None),
                QuoteState::Active { since } => (Some(*since), None, None),
                QuoteState::Won { at } => (None, Some(*at), None),
                QuoteState::Closed { at, reason } => (None, None, Some((*at, word(reason)))),
            };
            let (closed_at, close_reason) = closed.unzip();
            columns.ids.push(quote.id.uuid());
            columns.sequences.push(quote.sequence);
            columns.states.push(Quote::state_name(&quote.state));
            columns.active_sinces.push(active);
            columns.won_ats.push(won);
            columns.closed_ats.push(closed_at);
            columns.close_reasons.push(close_reason);
        }
        columns
    }
}

/// Offers by column, without their lines.
#[derive(Default)]
struct Offers<'q> {
    buyers: Vec<Json<&'q Buyer>>,
    headers: Vec<Json<&'q Header>>,
    totals: TotalsColumns<'q>,
    payment_terms: Vec<&'static str>,
    effective_tos: Vec<NaiveDate>,
}

impl<'q> Offers<'q> {
    fn of(quotes: impl Iterator<Item = &'q Quote>) -> Self {
        let mut columns = Self::default();
        for Quote { offer, .. } in quotes {
            columns.buyers.push(Json(&offer.buyer));
            columns.headers.push(Json(&offer.header));
            columns.totals.push(&offer.totals);
            columns.payment_terms.push(offer.payment_terms.name());
            columns.effective_tos.push(offer.effective_to);
        }
        columns
    }
}
