//! The lines of opportunities.

use std::collections::BTreeMap;

use domain::document::Line;
use domain::ids::Id;
use domain::opportunity::Opportunity;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::line::{line_of, line_part};
use crate::store::save::{Change, List, SaveError};

line_part! { [opportunity_line of opportunity: Line as line => OpportunityLineRow, replaced] line, {} }

/// Reads the lines of locked opportunities into them.
pub(super) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Opportunity>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    for row in read(conn, &ids).await? {
        if let Some(opportunity) = found.get_mut(&row.opportunity) {
            opportunity.lines.push(line_of!(row, opportunity.currency)?);
        }
    }
    Ok(())
}

pub(super) async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Opportunity>],
) -> Result<(), SaveError> {
    write(conn, &List::of(changes, |opportunity| opportunity.id.uuid(), |it| &it.lines)).await
}
