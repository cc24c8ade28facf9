//! The lines of quotes.

use std::collections::BTreeMap;

use domain::document::Line;
use domain::ids::Id;
use domain::opportunity::Opportunity;
use sqlx::PgConnection;
use uuid::Uuid;

use super::held::Held;
use crate::store::save::{Change, List, SaveError};
use crate::store::subjects::line::{line_of, line_part};

line_part! { [quote_line of quote: Line as line => QuoteLineRow, replaced] line, {} }

/// Reads the lines of quotes into them; each quote is found in an opportunity, at a place.
pub(super) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Opportunity>,
    places: &BTreeMap<Uuid, (Uuid, usize)>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = places.keys().copied().collect();
    for row in read(conn, &ids).await? {
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

pub(super) async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Held<'_>>],
) -> Result<(), SaveError> {
    write(conn, &List::of(changes, |held| held.quote.id.uuid(), |it| &it.quote.offer.lines)).await
}
