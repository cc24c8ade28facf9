//! What went to programs outside and may still lie in their queues: counted, since nobody can take it out of there.

use std::collections::BTreeMap;

use domain::pattern::takes;
use uuid::Uuid;

use super::log::Blanked;
use super::scope::Scope;
use crate::store::consumer::{BILLING, BILLING_HEARS};
use crate::store::{Connection, Result};

/// By queue, how many messages that held the person went there since its consumer was added. The broker says how many
/// wait, and not whose they are.
pub(super) async fn count(
    conn: &mut Connection,
    blanked: &Blanked,
    scope: &Scope,
) -> Result<BTreeMap<String, u64>> {
    let invoices: Vec<_> = scope.invoices.iter().copied().collect::<Vec<Uuid>>();
    let rows = sqlx::query!(
        r#"SELECT c.name AS "name!", c.hears AS "hears!", e.type AS "ty!", count(*) AS "count!"
           FROM (SELECT name, hears, created_at FROM consumer
                 UNION ALL SELECT $3, ARRAY[$4], '-infinity') AS c (name, hears, since)
           JOIN event AS e ON e.at >= c.since
           WHERE e.kind = 'event' AND (e.id = ANY($1) OR e.subject = ANY($2))
           GROUP BY c.name, c.hears, e.type"#,
        &blanked.ids,
        &invoices,
        BILLING,
        BILLING_HEARS
    );
    let mut queues: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows.fetch_all(conn).await? {
        if row.hears.iter().any(|pattern| takes(pattern, &row.ty)) {
            let count = u64::try_from(row.count).unwrap_or_default();
            *queues.entry(format!("out.{}", row.name)).or_default() += count;
        }
    }
    Ok(queues)
}
