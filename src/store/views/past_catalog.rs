//! The catalog as it was: told again from its own events, in memory.

use chrono::{DateTime, Utc};
use domain::catalog::Catalog;
use domain::history::Told;
use domain::world::World;

use crate::store::{Connection, Fault, Result};

/// The catalog before the first change that was decided at that time or later; `None` where there was none yet.
///
/// # Errors
/// [`Fault::Ours`] where the log has what this program cannot tell; else those of the database.
pub async fn before(conn: &mut Connection, until: DateTime<Utc>) -> Result<Option<Catalog>> {
    let rows = sqlx::query!(
        r#"SELECT id, type AS ty, at, sequence AS "sequence!", data::text AS "data!"
           FROM event WHERE subject = $1 AND sequence > 0 AND at < $2 ORDER BY sequence"#,
        Catalog::empty().id.0,
        until
    );
    let rows = rows.fetch_all(conn).await?;
    let mut world = World { discovering: true, ..World::default() };
    for row in rows {
        let fault = |why: &dyn std::fmt::Display| {
            Fault::ours(format!("The event {} (`{}`) cannot be told again: {why}", row.id, row.ty))
        };
        let told = Told::read(&row.ty, &row.data).map_err(|error| fault(&error))?;
        let Some(told) = told else {
            return Err(fault(&"This program does not know such events. Run the newer leadmill."));
        };
        told.replay(&mut world, row.at, row.sequence).map_err(|gap| fault(&gap))?;
    }
    Ok(world.catalog().cloned())
}
