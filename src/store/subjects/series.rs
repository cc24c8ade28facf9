//! Runs of gapless numbers: the last lock of a batch.

use domain::invoice::{Series, SeriesKey};
use sqlx::PgConnection;

use crate::store::column::bulk;
use crate::store::save::{Change, SaveError, all_touched};

/// Makes the rows that are missing and locks all, in the order of their keys. Every key comes back.
pub async fn load(conn: &mut PgConnection, keys: &[SeriesKey]) -> Result<Vec<Series>, sqlx::Error> {
    bulk!(
        r#"INSERT INTO series (seller, kind, year, last_number)
           SELECT u.seller, u.kind, u.year, 0
           FROM unnest($1::text[], $2::text[], $3::int[]) AS u(seller, kind, year)
           ORDER BY u.seller COLLATE "C", u.kind COLLATE "C", u.year
           ON CONFLICT DO NOTHING"#,
        [],
        keys.iter(),
        |key| { key.seller.as_str() => &str, key.kind.as_str() => &str, key.year => i32 }
    )
    .execute(&mut *conn)
    .await?;
    let rows = bulk!(
        "SELECT s.seller, s.kind, s.year, s.last_number, s.last_date
         FROM unnest($1::text[], $2::text[], $3::int[]) AS u(seller, kind, year)
         JOIN series AS s ON s.seller = u.seller AND s.kind = u.kind AND s.year = u.year
         ORDER BY s.seller, s.kind, s.year
         FOR NO KEY UPDATE OF s",
        [],
        keys.iter(),
        |key| { key.seller.as_str() => &str, key.kind.as_str() => &str, key.year => i32 }
    )
    .fetch_all(conn)
    .await?;
    let series = rows.into_iter().map(|row| Series {
        key: SeriesKey { seller: row.seller, kind: row.kind, year: row.year },
        last_number: row.last_number,
        last_date: row.last_date,
    });
    Ok(series.collect())
}

/// Saves the last number and date of each run.
///
/// # Errors
/// [`SaveError::Version`] where a run moved since it was read, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Series>],
) -> Result<(), SaveError> {
    if changes.is_empty() {
        return Ok(());
    }
    let done = bulk!(
        "UPDATE series AS s
         SET last_number = u.last_number, last_date = u.last_date, modified_at = now()
         FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::date[])
              AS u(seller, kind, year, version, last_number, last_date)
         WHERE s.seller = u.seller AND s.kind = u.kind AND s.year = u.year
           AND s.last_number = u.version",
        [],
        changes.iter(),
        |(was, now)| {
            now.key.seller.as_str() => &str,
            now.key.kind.as_str() => &str,
            now.key.year => i32,
            was.map_or(0, |was| was.last_number) => i64,
            now.last_number => i64,
            now.last_date => Option<chrono::NaiveDate>,
        }
    )
    .execute(conn)
    .await?;
    all_touched("series", changes.len(), &done)
}
