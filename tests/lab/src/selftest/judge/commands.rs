//! What became of the commands of those outside.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use crate::queries::evidence::{self, Conflict};
use crate::selftest::ledger::Ledger;

/// Whether every command was decided.
pub fn decided(found: Vec<evidence::Command>, ledger: &Ledger) -> Finding {
    let mut finding = Finding::of(
        "sent.decided",
        "Was every command that the broker accepted from those outside decided?",
    );
    let decided = found.into_iter().filter(|command| command.decided);
    let decided: BTreeSet<_> = decided.map(|it| (it.source, it.external_id)).collect();
    finding.checked = ledger.commands.len();
    for (source, id) in ledger.commands.difference(&decided) {
        finding.wrong(id, format!("{source} sent it, and nobody has decided it."));
    }
    finding
}

/// Whether each content that came under the id of another one was answered with one refusal.
pub fn refused(found: Vec<Conflict>, ledger: &Ledger) -> Finding {
    let mut finding = Finding::of(
        "sent.conflict",
        "Was every content that came under a known id answered with one refusal, however often it came?",
    );
    finding.checked = ledger.conflicts.len();
    let mut answers: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for conflict in found {
        let key = (conflict.source, conflict.external_id);
        answers.entry(key).or_default().push(conflict.answers);
    }
    for key in &ledger.conflicts {
        let answers = answers.remove(key).unwrap_or_default();
        if answers != [1] {
            finding.wrong(&key.1, format!("{} sent it; refusals: {answers:?}.", key.0));
        }
    }
    for (source, id) in answers.into_keys() {
        finding.wrong(id, format!("{source} has not sent two contents under it."));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_without_an_answer_with_two_or_of_nobody_is_named() {
        let key = |id: &str| ("urn:test".to_owned(), id.to_owned());
        let conflict = |id: &str, answers| Conflict {
            source: "urn:test".to_owned(),
            external_id: id.to_owned(),
            answers,
        };
        let conflicts = ["good", "silent", "twice", "lost"].map(key);
        let mut ledger = Ledger::default();
        ledger.conflicts.extend(conflicts);
        let found = [("good", 1), ("silent", 0), ("twice", 2), ("strange", 1)];
        let found = found.map(|(id, answers)| conflict(id, answers));
        let finding = refused(found.into(), &ledger);
        let named: Vec<_> = finding.wrong.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(named, ["lost", "silent", "twice", "strange"]);
    }
}
