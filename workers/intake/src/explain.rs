//! What intake makes of an input, told without making anything of it: the worker's own decisions, in a world
//! where nobody is known.

use domain::certainty::Evidence;
use domain::commands::{ImportContinue, InputRow};
use domain::decide::{Arrived, RawInputs, Refusal};
use domain::enquiry::{Enquiry, NoLead};
use domain::events::{InputHeld, InputRejected, LeadCaptured, LeadEnquiryAdded};
use domain::story::{Story, Told};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::evidence;
use crate::worker::{Intake, When};

/// An input with its verdict.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Explained {
    /// created, joined, held, rejected or split.
    pub verdict: &'static str,
    /// A finished sentence.
    pub reason: String,
    /// What a rejected input is instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<NoLead>,
    /// Of a list: the fields that its columns are read as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<Map<String, Value>>,
    /// What leads would be made of, and the parts of a collection.
    pub leads: Vec<Lead>,
    /// What was read of a held input: as it would be released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Box<Enquiry>>,
    /// Where the values of a reading stand in an input about one person, and how sure each is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// What was read of one person.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Lead {
    /// Of an input about one person.
    Enquiry(Box<Enquiry>),
    /// Of a part of a collection.
    Part {
        row: u64,
        verdict: &'static str,
        reason: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        enquiry: Option<Box<Enquiry>>,
    },
}

/// The verdict on one input or part.
struct Judged {
    verdict: &'static str,
    reason: String,
    kind: Option<NoLead>,
    enquiry: Option<Box<Enquiry>>,
}

impl Explained {
    /// An input that cannot be read at all.
    #[must_use]
    pub fn held(reason: String) -> Self {
        Self { verdict: "held", reason, ..Self::default() }
    }
}

/// Reads an input, and judges it as if nobody were known yet; each part of a collection for itself, in turn.
///
/// # Errors
/// The refusal of a decision, which no raw input meets.
pub fn explain(intake: &Intake, arrived: &Arrived) -> Result<Explained, Refusal> {
    let mut story = Story::of(intake.clone(), ());
    let read = intake.read(arrived).ok().or_else(|| intake.broken(arrived, "It cannot be read."));
    let Some(when) = read else {
        return Ok(Explained { verdict: "none", reason: UNKNOWN.into(), ..Explained::default() });
    };
    let mut told = story.when(when)?;
    let Some(first) = told.get::<ImportContinue>() else {
        let Judged { verdict, reason, kind, enquiry } = judged(&told);
        let channel = told.get::<LeadCaptured>().map(|event| event.channel);
        let channel = channel.or_else(|| told.get::<InputHeld>().map(|event| event.channel));
        let evidence = channel.zip(enquiry.as_deref());
        let evidence =
            evidence.map(|(channel, read)| evidence::evidence(channel, &arrived.body, read));
        let evidence = evidence.unwrap_or_default();
        let (held, lead) = if verdict == "held" { (enquiry, None) } else { (None, enquiry) };
        let leads = lead.into_iter().map(Lead::Enquiry).collect();
        return Ok(Explained {
            verdict,
            reason,
            kind,
            leads,
            held,
            evidence,
            ..Explained::default()
        });
    };
    story.world.raw.insert(first.import, arrived.body.clone());
    let map = intake.table(&first, &arrived.body).map(|table| table.map());
    let mut rows: Vec<InputRow> = Vec::new();
    while let Some(next) = told.get::<ImportContinue>() {
        told = story.when(When::Continue(next))?;
        rows.extend(told.all::<InputRow>());
    }
    let mut leads = Vec::with_capacity(rows.len());
    for row in rows {
        let number = row.part.number;
        let Judged { verdict, reason, enquiry, .. } =
            judged(&story.when(When::Row(Box::new(row)))?);
        leads.push(Lead::Part { row: number, verdict, reason, enquiry });
    }
    let reason = format!("{} parts, each with its own verdict.", leads.len());
    Ok(Explained { verdict: "split", reason, map, leads, ..Explained::default() })
}

/// Said of a queue that carries no raw inputs.
const UNKNOWN: &str = "This is no way in for raw inputs.";

fn judged(told: &Told) -> Judged {
    let judged = |verdict, reason: &str| Judged {
        verdict,
        reason: reason.to_owned(),
        kind: None,
        enquiry: None,
    };
    if let Some(event) = told.get::<LeadCaptured>() {
        let enquiry = Some(Box::new(event.enquiry));
        Judged { enquiry, ..judged("created", "A lead would be made of it.") }
    } else if let Some(event) = told.get::<LeadEnquiryAdded>() {
        let reason = format!("It would be added to the lead of {}.", event.matched.join(", "));
        Judged { enquiry: Some(Box::new(event.enquiry)), ..judged("joined", &reason) }
    } else if let Some(event) = told.get::<InputHeld>() {
        Judged { enquiry: event.enquiry, ..judged("held", &event.reason) }
    } else if let Some(event) = told.get::<InputRejected>() {
        Judged { kind: event.kind, ..judged("rejected", &event.reason) }
    } else {
        judged("none", "Nothing would follow.")
    }
}
