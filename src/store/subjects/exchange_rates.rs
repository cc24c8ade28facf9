//! The exchange rates alone, for workers that need nothing else of the catalog.

use domain::exchange_rate::ExchangeRates;
use sqlx::PgConnection;

use crate::store::catalog::told;

/// The tables in which they stand: they are a part of the catalog, and have its version.
pub(in crate::store) const TABLES: &[&str] = &["catalog", "catalog_part"];

pub use crate::store::catalog::version;

/// Reads them without a lock.
pub async fn load(conn: &mut PgConnection) -> Result<ExchangeRates, sqlx::Error> {
    let rates = sqlx::query!("SELECT code, content FROM catalog_part WHERE kind = 'exchange_rate'");
    let mut known = ExchangeRates::default();
    for row in rates.fetch_all(conn).await? {
        known.0.insert(row.code, told(row.content)?);
    }
    Ok(known)
}
