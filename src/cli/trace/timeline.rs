//! One pipeline in the order of time, for people and for programs.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::super::output::table;
use super::super::time::{counted, span};
use crate::store::found::Match;
use crate::store::trace::{
    Arrival, MESSAGES_MAX, PIPELINES_MAX, ParkedStep, Part, Refusal, Silence, Step, Trace,
};

/// Claims are known for eight days; an older message is not called unclaimed.
const CLAIMS_DAYS: i64 = 7;

/// All that was found.
#[derive(Serialize)]
pub(in crate::cli) struct TraceReport {
    /// What the searched text is.
    pub(super) found: Vec<Match>,
    pub(super) pipelines: Vec<Timeline>,
    /// There are more than the newest ones that are shown.
    pub(super) more_pipelines: bool,
    /// There are more messages than are shown.
    pub(super) cut: bool,
}

/// One pipeline.
#[derive(Serialize)]
pub(super) struct Timeline {
    correlation: Uuid,
    began_at: Option<DateTime<Utc>>,
    /// From its beginning to the last entry.
    span_ms: i64,
    messages: usize,
    entries: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    at: DateTime<Utc>,
    /// Since the pipeline began.
    after_ms: i64,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
enum What {
    Arrival(Arrival),
    Part(Part),
    Message {
        #[serde(flatten)]
        step: Step,
        /// From the cause to the moment a worker took it.
        waited_ms: Option<i64>,
        /// From there to the confirms of all that followed.
        worked_ms: Option<i64>,
        /// Workers that hear it and have not claimed it.
        unclaimed_by: Vec<String>,
    },
    Refusal(Refusal),
    Parked(ParkedStep),
    Nothing(Silence),
}

impl Timeline {
    pub(super) fn of(trace: &Trace, correlation: Uuid, heard: &[(String, String)]) -> Self {
        let steps: Vec<&Step> =
            trace.steps.iter().filter(|step| step.correlation == correlation).collect();
        let refusals = trace.refusals.iter().filter(|one| one.correlation == correlation);
        let refusals: Vec<&Refusal> = refusals.collect();
        let mut ids = BTreeSet::from([correlation]);
        ids.extend(steps.iter().flat_map(|step| [step.id, step.cause]));
        ids.extend(refusals.iter().map(|refusal| refusal.id));
        let parked = trace.parked.iter().filter(|one| {
            [one.message, one.replayed_as, Some(one.id)].iter().flatten().any(|id| ids.contains(id))
        });
        let parked: Vec<&ParkedStep> = parked.collect();
        let mut entries = Vec::new();
        for arrival in trace.arrivals.iter().filter(|arrival| ids.contains(&arrival.id)) {
            entries.push((arrival.received_at, What::Arrival(arrival.clone())));
        }
        for step in &steps {
            entries.push((step.at, message(step, trace, &parked, heard)));
        }
        for part in trace.parts.iter().filter(|part| part.id == correlation) {
            let at = steps.first().map(|step| step.at);
            entries.extend(at.map(|at| (at, What::Part(part.clone()))));
        }
        entries.extend(refusals.into_iter().map(|one| (one.at, What::Refusal(one.clone()))));
        entries.extend(parked.into_iter().map(|one| (one.parked_at, What::Parked(one.clone()))));
        for silence in trace.silences.iter().filter(|silence| ids.contains(&silence.message)) {
            let said = trace.steps.iter().find(|step| step.id == silence.message);
            let came = trace.arrivals.iter().find(|arrival| arrival.id == silence.message);
            let at = said.map(|step| step.at).or_else(|| came.map(|arrival| arrival.received_at));
            entries.extend(at.map(|at| (at, What::Nothing(silence.clone()))));
        }
        // Stable: what happened at the same time keeps the order above, which is that of saying.
        entries.sort_by_key(|(at, what)| (*at, what.rank()));
        let began_at = entries.first().map(|(at, _)| *at);
        let after = |at: DateTime<Utc>| began_at.map_or(0, |began| (at - began).num_milliseconds());
        let span_ms = entries.last().map_or(0, |(at, _)| after(*at));
        let entries = entries.into_iter().map(|(at, what)| Entry { at, after_ms: after(at), what });
        Self { correlation, began_at, span_ms, messages: steps.len(), entries: entries.collect() }
    }

    fn text(&self) -> String {
        let began = self.began_at.map_or(String::new(), |at| {
            format!(" began {}", at.format("%Y-%m-%d %H:%M:%S%.3f UTC"))
        });
        let rows = self.entries.iter().map(Entry::row);
        format!(
            "Pipeline {}{began}: {} in {}.\n{}",
            self.correlation,
            counted(self.messages, "message", "messages"),
            span(TimeDelta::milliseconds(self.span_ms)),
            table(["After", "Who", "What", "Id", "Details", "Waited", "Worked"], rows)
        )
    }
}

fn message(step: &Step, trace: &Trace, parked: &[&ParkedStep], heard: &[(String, String)]) -> What {
    let between = |from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>| {
        Some((to? - from?).num_milliseconds().max(0))
    };
    let known = step.at > Utc::now() - TimeDelta::days(CLAIMS_DAYS)
        && !parked.iter().any(|one| one.message == Some(step.id));
    let hearers = heard.iter().filter(|(_, ty)| known && *ty == step.ty).map(|(worker, _)| worker);
    let claimed =
        |worker: &&String| trace.claims.iter().any(|(by, id)| by == *worker && *id == step.id);
    What::Message {
        waited_ms: between(step.cause_at, step.taken_at),
        worked_ms: between(step.taken_at, step.published_at),
        unclaimed_by: hearers.filter(|worker| !claimed(worker)).cloned().collect(),
        step: step.clone(),
    }
}

impl What {
    const fn rank(&self) -> u8 {
        match self {
            Self::Arrival(_) => 0,
            Self::Part(_) => 2,
            Self::Message { .. } => 1,
            Self::Refusal(_) => 3,
            Self::Parked(_) => 4,
            Self::Nothing(_) => 5,
        }
    }
}

impl Entry {
    /// After, who, what, id, details, waited, worked.
    fn row(&self) -> [String; 7] {
        let after = format!("+{}", span(TimeDelta::milliseconds(self.after_ms)));
        let row = |who: &str, what: &str, id: String, details: String| {
            let (who, what) = (who.to_owned(), what.to_owned());
            [after.clone(), who, what, id, details, String::new(), String::new()]
        };
        match &self.what {
            What::Arrival(arrival) => {
                row(&arrival.source, &arrival.kind, arrival.id.to_string(), arrived(arrival))
            }
            What::Part(part) => {
                let file = part.file.as_ref().or(part.external_id.as_ref());
                let named = file.map(|name| format!(" ({name})")).unwrap_or_default();
                let details = format!(
                    "Part {} of the collection {}{named}: {}. {}",
                    part.number, part.collection, part.verdict, part.reason
                );
                row("intake", "part", part.id.to_string(), details)
            }
            What::Message { step, waited_ms, worked_ms, unclaimed_by } => {
                let ms = |ms: &Option<i64>| ms.map(|ms| span(TimeDelta::milliseconds(ms)));
                let place = step.sequence.map(|n| format!(" #{n}")).unwrap_or_default();
                let mut details = format!("{} {}{place}", step.subject_kind, step.subject);
                if !unclaimed_by.is_empty() {
                    details += &format!("; not taken yet by {}", unclaimed_by.join(", "));
                }
                let mut row = row(&step.worker, &step.ty, step.id.to_string(), details);
                row[5] = ms(waited_ms).unwrap_or_default();
                row[6] = ms(worked_ms).unwrap_or_default();
                row
            }
            What::Refusal(one) => {
                let details = format!("Refused by the rule {}: {}", one.rule, one.message);
                row(&one.worker, &one.ty, one.id.to_string(), details)
            }
            What::Parked(one) => {
                let after = one.replayed_as.map(|id| format!(" as {id}")).unwrap_or_default();
                let details =
                    format!("Parked ({}): {} It is {}{after}.", one.class, one.reason, one.state);
                row(&one.worker, &one.queue, one.id.to_string(), details)
            }
            What::Nothing(one) => {
                row(&one.worker, "nothing", one.message.to_string(), one.why.clone())
            }
        }
    }
}

fn arrived(arrival: &Arrival) -> String {
    let file = arrival.headers.as_ref().and_then(|headers| headers.get("x-file")?.as_str());
    let file = file.map(|name| format!(" as {name}")).unwrap_or_default();
    let mut details = format!("Received{file}, key {}", arrival.external_id);
    let sender = arrival.sender.as_deref().unwrap_or("anybody");
    let actor = arrival.actor.as_ref().map(|actor| format!(" for {actor}")).unwrap_or_default();
    details += &format!(", sent by {sender}{actor}");
    if arrival.conflicts {
        details += ", with other content than what came under this key before";
    }
    if let Some(verdict) = &arrival.verdict {
        let reason = arrival.reason.as_deref().unwrap_or_default();
        details += &format!(": {verdict}. {reason}");
    }
    if arrival.repeats > 0 {
        let times = usize::try_from(arrival.repeats).unwrap_or_default();
        details += &format!(" Repeated {}.", counted(times, "time", "times"));
    }
    if arrival.waits {
        details += " It waits to be asked again.";
    }
    details
}

impl TraceReport {
    pub(in crate::cli) fn text(&self) -> String {
        let found = self.found.iter().map(|found| format!("{} {}", found.what, found.id));
        let mut parts = vec![format!("Found: {}.", found.collect::<Vec<_>>().join(", "))];
        if self.more_pipelines {
            parts.push(format!(
                "It belongs to more pipelines; these are the newest {PIPELINES_MAX}."
            ));
        }
        parts.extend(self.pipelines.iter().map(Timeline::text));
        if self.cut {
            parts.push(format!("There are more messages; these are the first {MESSAGES_MAX}."));
        }
        parts.join("\n\n")
    }
}
