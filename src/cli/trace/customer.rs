//! All that ever happened with a customer, as one list: by the links between records, since each enquiry begins a
//! pipeline of its own.

use anyhow::{anyhow, bail};

use super::super::meant::{after, nothing_known};
use super::super::output::quoted;
use super::super::time::counted;
use super::super::told;
use crate::store::customer::{self, LEADS_MAX};
use crate::store::history::{self, Entry};
use crate::store::label::{self, Labelled};
use crate::store::list::PAGE_MAX;
use crate::store::{Connection, Fault, subject};

/// Entries on a page that people read.
const PAGE: i64 = 100;
/// Most accounts and contacts that are named.
const NAMED_MAX: usize = 10;

/// Which page is wanted.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Asked {
    /// With --customer: at most so many entries
    #[arg(long, value_name = "N", default_value_t = PAGE, requires = "customer",
          value_parser = clap::value_parser!(i64).range(1..=PAGE_MAX))]
    limit: i64,
    /// With --customer: go on after this entry, as the page before says
    #[arg(long, value_name = "ID", requires = "customer")]
    after: Option<String>,
}

/// A page of the history of a customer.
pub(super) struct Told {
    what: String,
    /// The accounts and contacts that the customer is.
    who: Vec<Labelled>,
    /// How many records there are, as `3 leads`.
    records: Vec<String>,
    pub(super) entries: Vec<Entry>,
    more: bool,
    first: bool,
    /// The customer has more leads than are followed.
    cut: bool,
}

/// A page of what happened with the customer behind a text.
///
/// # Errors
/// That nothing is known of it, or that no customer is behind it.
pub(super) async fn tell(conn: &mut Connection, what: &str, asked: &Asked) -> anyhow::Result<Told> {
    let after = after(asked.after.as_deref())?;
    if let Some(id) = after
        && !history::exists(conn, id).await.map_err(sentence)?
    {
        bail!("There is no event {id} to go on after; give --after as the page before says it.");
    }
    let found = customer::of(conn, what).await.map_err(sentence)?;
    let found = found.ok_or_else(|| nothing_known(what))?;
    let records = customer::records(conn, &found).await.map_err(sentence)?;
    if records.is_empty() {
        bail!(
            "`{what}` belongs to no customer: no lead came of it. `leadmill trace {}` shows what became of it.",
            quoted(what)
        );
    }
    let limit = asked.limit;
    let entries = history::of_records(conn, &records, after, limit + 1).await;
    let mut entries = entries.map_err(sentence)?;
    let whole = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > whole;
    entries.truncate(whole);
    let who = customer::who(&found);
    let who = label::of(conn, &who).await.map_err(sentence)?;
    let records =
        records.iter().map(|(kind, ids)| counted(ids.len(), kind.name(), &subject::plural(*kind)));
    Ok(Told {
        what: what.to_owned(),
        who,
        records: records.collect(),
        entries,
        more,
        first: after.is_none(),
        cut: found.cut,
    })
}

impl Told {
    /// Where the next page begins.
    pub(super) fn next(&self) -> Option<String> {
        self.entries.last().filter(|_| self.more).map(|entry| entry.id.to_string())
    }

    pub(super) fn text(&self) -> String {
        let mut parts = Vec::new();
        if self.first {
            parts.push(self.head());
        }
        if self.entries.is_empty() {
            parts.push("There are no further entries.".to_owned());
        } else {
            parts.push(told::history(&self.entries, true));
        }
        if let Some(next) = self.next() {
            let what = quoted(&self.what);
            parts.push(format!("Next: leadmill trace --customer {what} --after {next}"));
        }
        parts.join("\n\n")
    }

    fn head(&self) -> String {
        let mut lines: Vec<_> = self.who.iter().take(NAMED_MAX).map(told::line).collect();
        if lines.is_empty() {
            lines.push("Nobody of them is a customer yet.".to_owned());
        }
        if self.who.len() > NAMED_MAX {
            lines.push(format!("… and {} more customers.", self.who.len() - NAMED_MAX));
        }
        lines.push(format!("{}.", self.records.join(", ")));
        if self.cut {
            lines.push(format!("There are more leads; these are the newest {LEADS_MAX}."));
        }
        lines.join("\n")
    }
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
