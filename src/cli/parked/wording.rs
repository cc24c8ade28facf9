//! What people write and read about parked messages.

use anyhow::anyhow;
use strum::VariantArray as _;
use uuid::Uuid;

use crate::store::parked::{self, ParkedClass};
use crate::store::{Connection, Fault};

pub(super) fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}

pub(super) fn class(text: &str) -> Result<ParkedClass, String> {
    text.parse().map_err(|_| {
        let known: Vec<_> = ParkedClass::VARIANTS.iter().map(|class| class.into_str()).collect();
        format!("the classes are {}", known.join(", "))
    })
}

pub(super) fn unknown(id: Uuid) -> String {
    format!("No message lies parked under {id}. `leadmill parked list --all` shows the ids.")
}

/// Why a message cannot be closed.
pub(super) async fn not_open(conn: &mut Connection, id: Uuid) -> anyhow::Result<String> {
    let found = parked::show(conn, id).await.map_err(sentence)?;
    Ok(match found {
        Some(found) => format!("{id} is {} already.", found.line.state.into_str()),
        None => unknown(id),
    })
}
