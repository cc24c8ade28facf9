//! `leadmill person`: everything that is known of somebody, for whoever asks for it.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use domain::ids::InputId;
use domain::message::SubjectKind;
use serde::Serialize;
use uuid::Uuid;

use super::Context;
use crate::store::detail::{self, Detail};
use crate::store::{self, Connection, Fault, chunk, customer};

#[derive(Clone, Debug, Subcommand)]
pub enum Person {
    /// Print all that is known of somebody as JSON: their records, what happened to each, and what they sent
    Export {
        /// An e-mail address, a telephone with the code of its country, or a contact's id; any other id or number means
        /// the organisation behind it
        #[arg(value_name = "PERSON")]
        person: String,
    },
}

/// All that is known of somebody.
#[derive(Debug, Default, Serialize)]
struct Export {
    /// Their records by subject, with parts, links and history.
    records: BTreeMap<&'static str, Vec<Detail>>,
    /// What they sent, by the id of the input, as far as it is text; of a list the part alone stands in its records.
    sent: BTreeMap<Uuid, String>,
    /// There are more leads than are followed.
    cut: bool,
}

impl Person {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let Self::Export { person } = self;
        let person = person.trim();
        let settings = context.settings().await?;
        let mut conn = context.reading(&settings).await?;
        let export = export(&mut conn, person).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        let Some(export) = export else {
            bail!(
                "Nothing is known of `{person}`. `leadmill list contacts` shows of whom something is."
            );
        };
        let text = serde_json::to_string_pretty(&export)?;
        context.output.print(&export, |_| text)?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn export(conn: &mut Connection, person: &str) -> Result<Option<Export>, Fault> {
    let Some(found) = customer::of(conn, person).await? else { return Ok(None) };
    let mut export = Export { cut: found.cut, ..Export::default() };
    for (kind, ids) in customer::records(conn, &found).await? {
        let records = export.records.entry(kind.name()).or_default();
        for id in &ids {
            records.extend(detail::read(conn, kind, *id).await?);
        }
        if kind == SubjectKind::Input {
            let ids: Vec<_> = ids.iter().copied().map(InputId).collect();
            let bytes = chunk::load(conn, &ids).await?.into_iter();
            export.sent = bytes
                .map(|(id, bytes)| (id.0, String::from_utf8_lossy(&bytes).into_owned()))
                .collect();
        }
    }
    Ok(Some(export))
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
