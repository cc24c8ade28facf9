//! The lists that a name or an id means.

use anyhow::{anyhow, bail};

use crate::store::imports::{self, Imported};
use crate::store::{Connection, Fault};

/// Those that were imported under it, the oldest first.
pub(super) async fn of(conn: &mut Connection, import: &str) -> anyhow::Result<Vec<Imported>> {
    let mut lists = imports::list(conn, Some(import), i64::MAX).await.map_err(sentence)?;
    if lists.is_empty() {
        bail!("No list was imported under `{import}`. `leadmill import list` shows the newest.");
    }
    lists.reverse();
    Ok(lists)
}

pub(super) fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
