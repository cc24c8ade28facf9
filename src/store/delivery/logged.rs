//! What was said of records by all workers, for decisions that hang on their past.

use std::collections::BTreeMap;

use domain::logged::{LOGGED_MAX, Log, Logged};
use sqlx::PgConnection;
use uuid::Uuid;

/// The log of each of these records, of one that nobody speaks of too. Under their locks it is all.
pub async fn load(
    conn: &mut PgConnection,
    records: &[Uuid],
) -> Result<BTreeMap<Uuid, Log>, sqlx::Error> {
    let most = i32::try_from(LOGGED_MAX).unwrap_or(i32::MAX).saturating_add(1);
    let rows = sqlx::query!(
        r#"SELECT lead AS "lead!", sequence AS "sequence!", type AS "ty!", outside AS "outside!", data AS "data!"
           FROM said_of_leads($1, $2)"#,
        records,
        most
    );
    let mut logs: BTreeMap<_, Log> = records.iter().map(|id| (*id, Log::default())).collect();
    for row in rows.fetch_all(&mut *conn).await? {
        let log = logs.entry(row.lead).or_default();
        log.events.push(Logged::read(&row.ty, row.sequence, row.outside, &row.data));
    }
    let touched =
        sqlx::query!(r#"SELECT lead AS "lead!", type AS "ty!" FROM touched_deals($1)"#, records);
    for row in touched.fetch_all(&mut *conn).await? {
        logs.entry(row.lead).or_default().deal_touched = Some(row.ty);
    }
    let shared = sqlx::query_scalar!(
        r#"SELECT lead AS "lead!" FROM shared_accounts($1) AS s (lead)"#,
        records
    );
    for lead in shared.fetch_all(conn).await? {
        logs.entry(lead).or_default().account_shared = true;
    }
    for log in logs.values_mut().filter(|log| log.events.len() > LOGGED_MAX) {
        log.events.remove(0);
        log.more = true;
    }
    Ok(logs)
}
