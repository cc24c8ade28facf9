//! What the demo found in the database when all was done, and whether it adds up.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use chrono::DateTime;
use domain::host::Hosted;
use serde::Serialize;

use super::super::audit;
use super::super::output::table;
use super::super::trace;
use crate::store::summary::{self, Count, Draft, Invoiced, Journey, Reckoning, WorkerTimes};
use crate::store::{Connection, Fault};
use crate::workers;

/// Fewer invoices than this mean that something is wrong, whatever else adds up.
const INVOICES_MIN: i64 = 300;

/// The summary of a run.
#[derive(Serialize)]
pub(super) struct DemoReport {
    /// Inputs sent.
    sent: i64,
    verdicts: Vec<Count>,
    records: Vec<Count>,
    invoiced: Vec<Invoiced>,
    stages: Vec<WorkerTimes>,
    /// A mail on its way to an invoice.
    journey: Option<Journey>,
    /// The same, step by step.
    trace: Option<trace::TraceReport>,
    /// How an offer was negotiated, step by step.
    pub(super) negotiated: Vec<String>,
    /// A quote above the limit up to which quotes activate themselves.
    draft: Option<Draft>,
    reckoning: Reckoning,
    /// What `leadmill audit --settled` said.
    pub(super) audit: Option<audit::AuditReport>,
    /// What does not add up, as finished sentences; empty where all is well.
    pub(super) wrong: Vec<String>,
    pub(super) seconds: u64,
    pub(super) logs: PathBuf,
    /// What other commands need to look at this run; holds the servers' passwords.
    #[serde(skip)]
    pub(super) environment: Vec<(String, String)>,
}

impl DemoReport {
    /// Reads it; `sent` is the number of inputs.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub(super) async fn read(
        database: &mut Connection,
        workers: &[Box<dyn Hosted>],
        sent: i64,
    ) -> anyhow::Result<Self> {
        let fault = |fault: Fault| anyhow!("{fault}");
        let reckoning = summary::reckoning(database).await.map_err(fault)?;
        let journey = summary::journey(database, "email").await.map_err(fault)?;
        let verdicts = summary::verdicts(database).await.map_err(fault)?;
        let mut wrong = wrong(&reckoning, &verdicts, sent);
        let mut trace = None;
        if let Some(journey) = &journey {
            let what = journey.correlation.to_string();
            trace = Some(trace::tell(database, workers, &what).await?);
        } else {
            wrong.push("No mail became an invoice.".to_owned());
        }
        let place =
            |stage: &WorkerTimes| workers::NAMES.iter().position(|name| *name == stage.worker);
        let mut stages = summary::stages(database, DateTime::UNIX_EPOCH).await.map_err(fault)?;
        stages.sort_by_key(place);
        Ok(Self {
            sent,
            verdicts,
            records: summary::records(database).await.map_err(fault)?,
            invoiced: summary::invoiced(database).await.map_err(fault)?,
            stages,
            journey,
            trace,
            negotiated: Vec::new(),
            draft: summary::draft(database).await.map_err(fault)?,
            reckoning,
            audit: None,
            wrong,
            seconds: 0,
            logs: PathBuf::new(),
            environment: Vec::new(),
        })
    }

    /// The summary for people.
    pub(super) fn for_people(&self) -> String {
        let mut text = format!("\n{} inputs were sent. What they were:\n", self.sent);
        section(&mut text, &pivot("channel", &self.verdicts));
        section(&mut text, &format!("What became of them:\n{}", pivot("record", &self.records)));
        let rows = self.invoiced.iter().map(|one| {
            let (total, paid) = (one.total.to_string(), one.paid.to_string());
            [one.currency.clone(), one.invoices.to_string(), total, paid]
        });
        let invoiced = table(["currency", "invoices", "invoiced", "paid"], rows);
        section(&mut text, &format!("Invoices:\n{invoiced}"));
        let ms =
            |time: Option<f64>| time.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0} ms"));
        let rows = self.stages.iter().map(|stage| {
            [
                stage.worker.clone(),
                stage.messages.to_string(),
                stage.batches.to_string(),
                format!("{} / {}", ms(stage.waiting_p50_ms), ms(stage.waiting_p95_ms)),
                format!("{} / {}", ms(stage.working_p50_ms), ms(stage.working_p95_ms)),
            ]
        });
        let heads = ["worker", "messages", "batches", "waiting p50 / p95", "working p50 / p95"];
        section(&mut text, &format!("How long it took:\n{}", table(heads, rows)));
        if let Some(trace) = &self.trace {
            section(&mut text, &format!("A mail on its way to an invoice:\n{}", trace.text()));
        }
        if !self.negotiated.is_empty() {
            let steps = self.negotiated.join("\n  - ");
            section(&mut text, &format!("An offer that was negotiated:\n  - {steps}"));
        }
        section(&mut text, &self.next());
        if self.wrong.is_empty() {
            let asked = self.audit.as_ref().map_or(0, |audit| audit.invariants.len());
            let _ = write!(
                text,
                "All of it adds up, and the {asked} invariants of the audit hold, after {} s.",
                self.seconds
            );
        } else {
            let wrong = self.wrong.join("\n  - ");
            let _ =
                write!(text, "Something is wrong:\n  - {wrong}\nThe logs: {}", self.logs.display());
        }
        text
    }

    /// What to try next, ready to be pasted into a shell.
    fn next(&self) -> String {
        let program = std::env::args().next().unwrap_or_else(|| "leadmill".to_owned());
        let set = self.environment.iter().map(|(name, value)| format!("{name}='{value}'"));
        let set: Vec<_> = set.collect();
        let mut text = format!("To look at it:\n  export {}\n", set.join(" "));
        let mut add = |command: String, what: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {program} {command}   # {what}");
        };
        if let Some(Journey { correlation, lead, invoice }) = &self.journey {
            let what = format!("the mail that became lead {lead} and invoice {invoice}");
            add(format!("trace {correlation}"), &what);
            add(format!("trace {invoice}"), "the same, found by its invoice");
            add("status".to_owned(), "how things stand, and what needs a person");
        }
        add("run &".to_owned(), "the workers again; `kill %1` ends them");
        if let Some(Draft { quote, number, total, currency }) = &self.draft {
            let what = format!("offer {number} over {currency} {total}, which waits for a person");
            add(
                format!(
                    "command quote.activate '{{\"quote\": \"{quote}\"}}' --actor ana@mill.example"
                ),
                &what,
            );
        }
        add("send email FILE.eml".to_owned(), "a mail of your own");
        let _ = write!(text, "The workers' logs are in {}.", self.logs.display());
        text
    }
}

/// What does not add up.
fn wrong(found: &Reckoning, verdicts: &[Count], sent: i64) -> Vec<String> {
    let repeated = verdicts.iter().filter(|count| count.state == "repeated");
    let repeated: i64 = repeated.map(|count| count.count).sum();
    let mut wrong = Vec::new();
    let mut equal = |what: &str, a: i64, and: &str, b: i64| {
        if a != b {
            wrong.push(format!("There are {a} {what} but {b} {and}."));
        }
    };
    equal("inputs sent", sent, "received", found.received + repeated);
    equal("inputs received", found.received, "with a verdict", found.judged);
    equal("rows and parts", found.parts_split, "with a verdict", found.parts_judged);
    equal("inputs that made a lead", found.created, "leads", found.leads);
    equal("fulfilled orders", found.orders_fulfilled, "invoices", found.invoices);
    equal("inputs without a verdict", found.unjudged, "expected", 0);
    equal("parked messages", found.parked, "expected", 0);
    equal("refused messages of our own", found.own_refusals, "expected", 0);
    if found.invoices < INVOICES_MIN {
        let invoices = found.invoices;
        wrong
            .push(format!("There are {invoices} invoices; at least {INVOICES_MIN} were expected."));
    }
    wrong
}

/// A line per kind: each state with its count.
fn pivot(head: &str, counts: &[Count]) -> String {
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    for Count { of, state, count } in counts {
        let cell = format!("{count} {state}");
        match rows.last_mut() {
            Some((kind, cells)) if kind == of => cells.push(cell),
            _ => rows.push((of, vec![cell])),
        }
    }
    let rows = rows.into_iter().map(|(kind, cells)| [kind.to_owned(), cells.join(", ")]);
    table([head, ""], rows).to_string()
}

fn section(text: &mut String, body: &str) {
    text.push_str(body.trim_end());
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_differ_are_named() {
        let good = Reckoning {
            received: 9,
            judged: 9,
            parts_split: 5,
            parts_judged: 5,
            created: 4,
            leads: 4,
            orders_fulfilled: INVOICES_MIN,
            invoices: INVOICES_MIN,
            ..Reckoning::default()
        };
        let repeated = Count { of: "web".into(), state: "repeated".into(), count: 1 };
        assert_eq!(wrong(&good, &[repeated], 10), Vec::<String>::new());
        let bad = Reckoning { parked: 1, leads: 3, invoices: 0, ..good };
        let wrong = wrong(&bad, &[], 9).join(" ");
        assert!(wrong.contains("4 inputs that made a lead but 3 leads"), "{wrong}");
        assert!(wrong.contains("1 parked messages"), "{wrong}");
        assert!(wrong.contains("There are 0 invoices; at least"), "{wrong}");
    }
}
