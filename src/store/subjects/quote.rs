//! Quotes with their lines: parts of the opportunity, read and saved under its lock.

use std::collections::BTreeMap;

use domain::customer::Buyer;
use domain::delivery_terms::DeliveryTerms;
use domain::document::DeliverTo;
use domain::ids::Id;
use domain::lifecycle::Lifecycle;
use domain::opportunity::Opportunity;
use domain::quote::{Acceptance, Offer, OptionalLine, Quote, QuoteState};
use domain::totals::Header;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::save::{Change, SaveError};
use crate::store::subjects::totals::{totals_of, with_totals};

mod held;
pub mod lines;

use held::Held;

// First the changed ones: a revision that closes makes room for the next one of its number.
with_totals! { apart held.quote.offer.totals; [quote: Held<'_> as held => QuoteRow, within opportunity, kept_first] {
    let Quote { offer, state, .. } = held.quote;
    let active_since = match state {
        QuoteState::Active { since } => Some(*since),
        _ => None,
    };
    let held_since = match state {
        QuoteState::Held { since, .. } => Some(*since),
        _ => None,
    };
    let (won_at, acceptance) = match state {
        QuoteState::Held { acceptance, .. } => (None, Some(acceptance)),
        QuoteState::Won { at, acceptance } => (Some(*at), acceptance.as_ref()),
        _ => (None, None),
    };
    let (closed_at, close_reason) = match state {
        QuoteState::Closed { at, reason } => (Some(*at), Some(word(reason))),
        _ => (None, None),
    };
    key     id: uuid = held.quote.id.uuid();
    frozen  opportunity: uuid = held.opportunity;
    frozen  position: integer = held.position;
    version sequence: bigint = held.quote.sequence;
    frozen  number: text = held.quote.number.as_str();
    frozen  revision: integer = held.quote.revision;
    apart   buyer: jsonb<Buyer> = Json(&offer.buyer);
    apart   header: jsonb<Header> = Json(&offer.header);
    apart   payment_terms: text = word(offer.payment_terms);
    apart   deliver_to: jsonb<DeliverTo>? = offer.deliver_to.as_deref().map(Json);
    apart   delivery_terms: jsonb<DeliveryTerms>? = offer.delivery_terms.as_deref().map(Json);
    apart   effective_from: date? = offer.effective_from;
    apart   effective_to: date = offer.effective_to;
    apart   optional: jsonb<Vec<OptionalLine>>? = Some(&offer.optional).filter(|it| !it.is_empty()).map(Json);
    apart   introduction: text? = offer.introduction.as_deref();
    apart   closing_note: text? = offer.closing_note.as_deref();
    waits_for: text? = held.quote.waits_for.as_deref();
    edited: boolean = held.quote.edited;
    state: text = Quote::state_name(state);
    active_since: timestamptz? = active_since;
    held_since: timestamptz? = held_since;
    won_at: timestamptz? = won_at;
    acceptance: jsonb<Acceptance>? = acceptance.map(Json);
    closed_at: timestamptz? = closed_at;
    close_reason: text? = close_reason;
}}

/// Reads the quotes of locked opportunities into them.
pub async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Opportunity>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    let mut places = BTreeMap::new();
    for row in read(&mut *conn, &ids).await? {
        let Some(opportunity) = found.get_mut(&row.opportunity) else { continue };
        places.insert(row.id, (row.opportunity, opportunity.quotes.len()));
        opportunity.quotes.push(row.quote(opportunity)?);
    }
    if places.is_empty() { Ok(()) } else { lines::load(conn, found, &places).await }
}

/// Inserts new quotes and saves changed ones with the lines that differ.
///
/// # Errors
/// [`SaveError::Version`] where a quote changed since it was read, [`SaveError::Frozen`] where one
/// was taken away, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Opportunity>],
) -> Result<(), SaveError> {
    let mut held = Vec::new();
    for (was, now) in changes {
        let (opportunity, stored) = (now.id.uuid(), was.map_or(&[][..], |was| &was.quotes));
        let mut pairs = stored.iter().zip(&now.quotes);
        if now.quotes.len() < stored.len() || !pairs.all(|(was, now)| was.id == now.id) {
            let what = "the order of its quotes";
            return Err(SaveError::Frozen { table: "opportunity", id: opportunity, what });
        }
        let stored = stored.iter().map(Some).chain(std::iter::repeat(None));
        for ((position, quote), was) in (0_i32..).zip(&now.quotes).zip(stored) {
            let place = |quote| Held { opportunity, position, quote };
            if was != Some(quote) {
                held.push((was.map(place), place(quote)));
            }
        }
    }
    let changes: Vec<_> = held.iter().map(|(was, now)| (was.as_ref(), now)).collect();
    save_rows(&mut *conn, &changes).await?;
    lines::save(conn, &changes).await
}

impl QuoteRow {
    fn quote(self, opportunity: &Opportunity) -> Result<Quote, sqlx::Error> {
        let times = (self.active_since, self.held_since, self.won_at, self.closed_at);
        let acceptance = self.acceptance.map(|json| json.0);
        Ok(Quote {
            id: self.id.into(),
            sequence: self.sequence,
            number: self.number,
            revision: self.revision,
            offer: Offer {
                buyer: self.buyer.0,
                lines: Vec::new(),
                optional: self.optional.map(|json| json.0).unwrap_or_default(),
                header: self.header.0,
                totals: totals_of!(self, opportunity.currency),
                payment_terms: meant("quote.payment_terms", &self.payment_terms)?,
                deliver_to: self.deliver_to.map(|json| Box::new(json.0)),
                delivery_terms: self.delivery_terms.map(|json| Box::new(json.0)),
                effective_from: self.effective_from,
                effective_to: self.effective_to,
                introduction: self.introduction,
                closing_note: self.closing_note,
            },
            waits_for: self.waits_for,
            edited: self.edited,
            state: state_of(&self.state, times, acceptance, self.close_reason.as_deref())?,
        })
    }
}

type Time = Option<DateTime<Utc>>;

fn state_of(
    state: &str,
    (active_since, held_since, won_at, closed_at): (Time, Time, Time, Time),
    acceptance: Option<Acceptance>,
    close_reason: Option<&str>,
) -> Result<QuoteState, sqlx::Error> {
    Ok(match state {
        "draft" => QuoteState::Draft,
        "active" => QuoteState::Active { since: given("quote.active_since", active_since)? },
        "held" => QuoteState::Held {
            since: given("quote.held_since", held_since)?,
            acceptance: given("quote.acceptance", acceptance)?,
        },
        "won" => QuoteState::Won { at: given("quote.won_at", won_at)?, acceptance },
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
