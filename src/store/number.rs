//! Document numbers that come from a sequence. Gaps are allowed: a rollback gives none back.

use domain::decide::NumberKind;
use sqlx::PgConnection;

/// Takes the next `n` numbers of a kind, ascending, in one query.
pub async fn take(
    conn: &mut PgConnection,
    kind: NumberKind,
    n: usize,
) -> Result<Vec<i64>, sqlx::Error> {
    if n == 0 {
        return Ok(Vec::new());
    }
    let n = i32::try_from(n).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query_scalar!(
        r#"SELECT nextval($1::text::regclass) AS "number!" FROM generate_series(1, $2::int)"#,
        sequence(kind),
        n
    )
    .fetch_all(conn)
    .await
}

/// The sequence that numbers of this kind come from.
pub(super) const fn sequence(kind: NumberKind) -> &'static str {
    match kind {
        NumberKind::Lead => "lead_number",
        NumberKind::Quote => "quote_number",
        NumberKind::Order => "order_number",
    }
}
