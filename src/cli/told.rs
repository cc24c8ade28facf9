//! What events and readings tell people, in a line each.

use domain::certainty::{Certainty, Evidence};
use serde_json::Value;

use super::output::{minute, narrow, plain};
use crate::store::history::Entry;
use crate::store::label::Labelled;

/// Most characters of one value.
const VALUE_CHARS_MAX: usize = 60;
/// What matters to people in the data of events, most telling first; a value that does not stand there is passed over.
const TELLING: [&str; 28] = [
    "/enquiry/topic",
    "/enquiry/message",
    "/name",
    "/person/given_name",
    "/person/family_name",
    "/disqualify_reason",
    "/lost_reason",
    "/close_reason",
    "/hold_reason",
    "/kind",
    "/rule",
    "/reason",
    "/message",
    "/competitor",
    "/comment",
    "/purchase_order",
    "/waits_for",
    "/undecided",
    "/reference",
    "/assessment/score",
    "/number",
    "/invoice_number",
    "/amount",
    "/estimated_revenue",
    "/actual_revenue",
    "/offer/totals/total_amount",
    "/totals/total_amount",
    "/totals/payable",
];

/// The entries of a history under each other; with the record where they are about several.
pub(super) fn history(entries: &[Entry], records: bool) -> String {
    let mut heads = vec!["When (UTC)", "Record", "What", "By", "Details"];
    if !records {
        heads.remove(1);
    }
    let rows = entries.iter().map(|entry| {
        let label = entry.label.as_deref().unwrap_or_default();
        let record = format!("{} {label}", entry.subject);
        let by = entry.source.as_ref().unwrap_or(&entry.worker).clone();
        let mut row = vec![minute(entry.at), record, entry.ty.clone(), by, details(&entry.data)];
        if !records {
            row.remove(1);
        }
        row
    });
    narrow(&heads, rows, &[])
}

/// A record in a line.
pub(super) fn line(it: &Labelled) -> String {
    let label = it.label.as_deref().unwrap_or_default();
    format!("{} {label} ({}, {})", it.subject, it.state, it.id)
}

/// Where a value stands in its input, and how sure it was read.
pub(super) fn place(Evidence { field, place, certainty, .. }: &Evidence) -> String {
    let place = place.as_deref().unwrap_or("nowhere word for word");
    let sure = match certainty {
        Certainty::Certain => "",
        Certainty::Likely => ", likely",
        Certainty::Guessed => ", guessed",
    };
    format!("{place}: {field}{sure}")
}

fn details(data: &Value) -> String {
    let told = TELLING.iter().filter_map(|place| data.pointer(place));
    let mut told: Vec<_> = told.map(|value| excerpt(&plain(value))).collect();
    told.retain(|value| !value.is_empty());
    if let Some(currency) = data["currency"].as_str().filter(|_| !told.is_empty()) {
        told.push(currency.to_owned());
    }
    told.join(", ")
}

fn excerpt(text: &str) -> String {
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text.to_owned();
    }
    let cut: String = text.chars().take(VALUE_CHARS_MAX).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_tells_why_and_how_much_and_no_long_letter() {
        let lost = json!({ "opportunity": "…", "lost_reason": "out_sold", "competitor": "Rival" });
        assert_eq!(details(&lost), "out_sold, Rival");
        let paid = json!({ "number": "INV-2026-1", "amount": "12.50", "reference": "bank-1" });
        assert_eq!(details(&paid), "bank-1, INV-2026-1, 12.50");
        let letter = json!({ "enquiry": { "message": "long ".repeat(100) } });
        assert_eq!(details(&letter).chars().count(), VALUE_CHARS_MAX + 1);
    }
}
