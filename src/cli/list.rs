//! `leadmill list`: records of a subject, newest first, page by page.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use chrono::{DateTime, Utc};
use domain::ids::OrderId;
use domain::message::SubjectKind;
use serde_json::Value;
use strum::VariantNames;
use uuid::Uuid;

use super::Context;
use super::meant::{after, nothing_known, subject_of};
use super::output;
use super::time::moment;
use crate::store::billable::{Billable, billable};
use crate::store::customer::LEADS_MAX;
use crate::store::list::{self, LOOK_MAX, PAGE_MAX, Page, Sort, Wanted};
use crate::store::{self, Connection, Fault, customer, detail, subject};

/// What is no subject, and listed all the same.
const BILLABLE: &str = "billable";
/// Records on a page that people read.
const PAGE: i64 = 50;

/// Options of `leadmill list`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  leadmill list inputs --state held                  what waits for a person
  leadmill list proposals --state open               what later enquiries say otherwise
  leadmill list consents --state suppressed          to whom nothing is sent
  leadmill list opportunities --state open
  leadmill list quotes --customer jane@example.com   or an id, a company, any document's number
  leadmill list quotes --state draft                 with what waits for somebody who may approve of it, and why
  leadmill list quotes --state held                  accepted after their last day: yes or no?
  leadmill list invoices --state issued --state partially_paid --since 2026-11-01
  leadmill list quotes --number Q-100042             all revisions
  leadmill list billable                             orders of which something is on no invoice, and what
  leadmill list leads --sort oldest --limit 1000 --json

A record's time is that of the message that it began with. Where states are asked for, a page looks through at \
most 20000 records and says where to go on. With --json each line is one record, and where there is more a last \
line {\"next\": ID} gives what --after takes.")]
pub struct List {
    /// inputs, leads, duplicates, accounts, contacts, consents, proposals, opportunities, quotes, orders, invoices, transfers, bulks or erasures; or billable: what of orders can be billed
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Only in this state, as the life cycles have it (docs/lifecycles.md); may be given again
    #[arg(long, value_name = "STATE")]
    state: Vec<String>,
    /// Only of this customer: an e-mail address, a telephone, a company, or any id or number of theirs
    #[arg(long, value_name = "WHO")]
    customer: Option<String>,
    /// Only with this number
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// Only what came from then on: a day (UTC) or a moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime<Utc>>,
    /// Only what came before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<DateTime<Utc>>,
    /// newest, oldest or number
    #[arg(long, value_name = "ORDER", default_value = "newest")]
    sort: String,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = PAGE, value_parser = clap::value_parser!(i64).range(1..=PAGE_MAX))]
    limit: i64,
    /// Go on after this record, as the page before says
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

impl List {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        if self.subject == BILLABLE {
            return self.billable(context).await;
        }
        let mut wanted = self.wanted()?;
        let settings = context.settings().await?;
        let mut conn = context.reading(&settings).await?;
        let mut cut = false;
        if let Some(who) = &self.customer {
            let (records, more) = records_of(&mut conn, who.trim(), wanted.kind).await?;
            (wanted.among, cut) = (Some(records), more);
        }
        if let (Sort::Number, Some(after)) = (wanted.sort, wanted.after) {
            let known = detail::find(&mut conn, wanted.kind, &after.to_string()).await;
            if known.map_err(sentence)?.is_none() {
                bail!(
                    "No {} has the id {after}; give --after as the page before says it.",
                    wanted.kind
                );
            }
        }
        let page = list::page(&mut conn, &wanted).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        let next = page.next.map(|id| id.to_string());
        context.output.lines(&page.rows, next, || self.for_people(&wanted, &page, cut))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Orders with what of them is on no invoice.
    async fn billable(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let filters = !self.state.is_empty() || self.customer.is_some() || self.number.is_some();
        if filters || self.since.is_some() || self.until.is_some() || self.sort != "newest" {
            bail!(
                "`leadmill list {BILLABLE}` takes --limit and --after alone; leave the others out."
            );
        }
        let after = after(self.after.as_deref())?.map(OrderId);
        let settings = context.settings().await?;
        let mut conn = context.reading(&settings).await?;
        let found = billable(&mut conn, after, self.limit + 1).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        let page = found.len().min(usize::try_from(self.limit)?);
        let next = found.get(page).and_then(|_| found.get(page - 1));
        let next = next.map(|order| order.order.to_string());
        let rows = &found[..page];
        context.output.lines(rows, next.clone(), || what_is_billable(rows, next))?;
        Ok(ExitCode::SUCCESS)
    }

    /// What is asked for, checked before anything is opened.
    fn wanted(&self) -> anyhow::Result<Wanted> {
        let kind = subject_of(&self.subject)?;
        let states = subject::states(kind);
        if let Some(state) = self.state.iter().find(|state| !states.contains(&state.as_str())) {
            bail!("No {kind} is ever `{state}`; its states are {}.", states.join(", "));
        }
        let sort: Sort = self.sort.parse().map_err(|_| {
            let orders = Sort::VARIANTS.join(", ");
            anyhow!(
                "Nothing is sorted by `{}`; the orders are {orders}, for which there are indexes.",
                self.sort
            )
        })?;
        let by_number = if sort == Sort::Number { Some("--sort number") } else { None };
        let by_number = self.number.as_ref().map(|_| "--number").or(by_number);
        if let Some(option) = by_number.filter(|_| !subject::numbered(kind)) {
            bail!("{} have no numbers; leave `{option}` out.", capital(&subject::plural(kind)));
        }
        let (since, until) = (self.since, self.until);
        Ok(Wanted {
            states: self.state.clone(),
            since,
            until,
            number: self.number.clone(),
            sort,
            after: after(self.after.as_deref())?,
            limit: self.limit,
            ..Wanted::newest(kind)
        })
    }

    fn for_people(&self, wanted: &Wanted, page: &Page, cut: bool) -> String {
        let words = subject::plural(wanted.kind);
        let mut parts = Vec::new();
        if !page.rows.is_empty() {
            parts.push(table(wanted.kind, &page.rows));
        }
        match page.next {
            Some(id) => {
                if page.rows.is_empty() {
                    parts.push(format!("Among the next {LOOK_MAX} {words} none is as asked for."));
                }
                parts.push(format!("Next: the same with `--after {id}` goes on."));
            }
            None if page.rows.is_empty() && self.after.is_some() => {
                parts.push(format!("There are no further {words} as asked for."));
            }
            None if page.rows.is_empty() => {
                parts.push(format!(
                    "There are no {words} as asked for. Leave a filter out, or see with `leadmill status` what there is."
                ));
            }
            None => {}
        }
        if cut {
            parts
                .push(format!("The customer has more leads; the newest {LEADS_MAX} are followed."));
        }
        parts.join("\n\n")
    }
}

/// For people: a line for each order.
fn what_is_billable(rows: &[Billable], next: Option<String>) -> String {
    if rows.is_empty() {
        return "Of no order anything can be billed that is not.".to_owned();
    }
    let line = |order: &Billable| {
        let what = order.lines.iter();
        let what: Vec<_> = what.map(|it| format!("{} {}", it.billable, it.name)).collect();
        let (number, state) = (order.number.clone(), order.state.clone());
        vec![number, state, order.billing.clone(), order.buyer.clone(), what.join(", ")]
    };
    let heads = ["Number", "State", "Billed", "Buyer", "What"];
    let table = output::narrow(&heads, rows.iter().map(line), &[]);
    let next = next.map(|id| format!("Next: the same with `--after {id}` goes on."));
    [Some(table), next].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// The records of a subject that belong to a customer, and whether not all of their leads were followed.
async fn records_of(
    conn: &mut Connection,
    who: &str,
    kind: SubjectKind,
) -> anyhow::Result<(Vec<Uuid>, bool)> {
    let Some(found) = customer::of(conn, who).await.map_err(sentence)? else {
        return Err(nothing_known(who));
    };
    let mut records = customer::records(conn, &found).await.map_err(sentence)?;
    Ok((records.remove(&kind).unwrap_or_default(), found.cut))
}

/// What people see of a record: the fields of each subject under their heads. Where it has no number, they need the id.
fn table(kind: SubjectKind, rows: &[Value]) -> String {
    use SubjectKind::{
        Account, Bulk, Catalog, Consent, Contact, Duplicate, Erasure, Input, Invoice, Lead,
        Opportunity, Order, Proposal, Quote, Transfer,
    };
    let heads: &[(&str, &str)] = match kind {
        Input => &[("Id", "id"), ("Verdict", "verdict"), ("Channel", "channel"), ("Who", "name")],
        Lead => &[("Number", "number"), ("State", "state"), ("Who", "name"), ("E-mail", "email")],
        Duplicate => &[
            ("Id", "id"),
            ("State", "state"),
            ("Lead", "name"),
            ("Alike", "other"),
            ("Score", "score"),
            ("Rule", "rule"),
        ],
        Account => &[("Id", "id"), ("State", "state"), ("Name", "name"), ("Tax id", "tax_id")],
        Contact => &[("Id", "id"), ("State", "state"), ("Name", "name"), ("E-mail", "email")],
        Consent => &[("Id", "id"), ("State", "state"), ("Reached by", "channel"), ("Said", "name")],
        Erasure => &[("Id", "id"), ("State", "state"), ("Step", "step"), ("Reason", "name")],
        Proposal => &[
            ("Id", "id"),
            ("State", "state"),
            ("Account", "account"),
            ("Contact", "contact"),
            ("What", "name"),
        ],
        Opportunity => &[
            ("Id", "id"),
            ("State", "state"),
            ("Name", "name"),
            ("Estimated", "estimated_revenue"),
            ("", "currency"),
        ],
        Quote => &[
            ("Number", "number"),
            ("Rev.", "revision"),
            ("State", "state"),
            ("Buyer", "name"),
            ("Total", "total_amount"),
            ("", "currency"),
            ("Until", "effective_to"),
            ("Waits for approval", "waits_for"),
        ],
        Order => &[
            ("Number", "number"),
            ("State", "state"),
            ("Buyer", "name"),
            ("Total", "total_amount"),
            ("", "currency"),
        ],
        Invoice => &[
            ("Number", "number"),
            ("State", "state"),
            ("Buyer", "name"),
            ("Total", "total_amount"),
            ("", "currency"),
            ("Due", "due_date"),
        ],
        Transfer => &[
            ("Id", "id"),
            ("State", "state"),
            ("Payer", "name"),
            ("Reference", "reference"),
            ("Amount", "amount"),
            ("", "currency"),
        ],
        Bulk => &[("Id", "id"), ("State", "state"), ("Leads", "name"), ("Asked", "asked")],
        Catalog => &[],
    };
    let line = |row: &Value| {
        let field = |(_, name): &(&str, &str)| output::plain(&row[*name]);
        let mut line: Vec<_> = heads.iter().map(field).collect();
        let since = serde_json::from_value(row["created_at"].clone());
        line.push(since.map(output::minute).unwrap_or_default());
        line
    };
    let mut names: Vec<_> = heads.iter().map(|(head, _)| *head).collect();
    names.push("Since");
    output::narrow(&names, rows.iter().map(line), &["Total", "Estimated", "Amount"])
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
