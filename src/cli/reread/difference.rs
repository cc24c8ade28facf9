//! Where two readings differ.

use std::collections::BTreeSet;

use domain::enquiry::PartReading;
use domain::input::CHANGES_MAX;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A value that two readings have otherwise; null where one of them has none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Changed {
    /// As `enquiry.person.emails`.
    pub(super) field: String,
    pub(super) before: Value,
    pub(super) now: Value,
}

/// Names what is made of an input, among its values.
pub(super) const READING: &str = "reading";

/// What a reading makes of an input.
pub(super) const fn verdict(reading: &PartReading) -> &'static str {
    match reading {
        PartReading::Enquiry(_) => "an enquiry",
        PartReading::NoLead { .. } => "no enquiry",
        PartReading::Unclear { .. } => "for a person to look at",
    }
}

/// What differs, in the order of the names; a list is one value. The reasons alone are no difference: a sentence may
/// be written anew.
pub(super) fn changed(before: &PartReading, now: &PartReading) -> serde_json::Result<Vec<Changed>> {
    let mut found = Vec::new();
    differences("", &told(before)?, &told(now)?, &mut found);
    found.truncate(CHANGES_MAX);
    Ok(found)
}

fn told(reading: &PartReading) -> serde_json::Result<Value> {
    let enquiry = match reading {
        PartReading::Enquiry(enquiry) => Some(enquiry),
        PartReading::Unclear { enquiry, .. } => enquiry.as_ref(),
        PartReading::NoLead { .. } => None,
    };
    let kind = match reading {
        PartReading::NoLead { kind, .. } => Some(kind),
        _ => None,
    };
    let enquiry = enquiry.map(serde_json::to_value).transpose()?.unwrap_or_else(|| json!({}));
    Ok(json!({ READING: verdict(reading), "kind": kind, "enquiry": enquiry }))
}

fn differences(path: &str, before: &Value, now: &Value, found: &mut Vec<Changed>) {
    let empty = Map::new();
    let (old, new) = match (before, now) {
        (Value::Object(old), Value::Object(new)) => (old, new),
        (Value::Object(old), Value::Null) => (old, &empty),
        (Value::Null, Value::Object(new)) => (&empty, new),
        _ if before == now => return,
        _ => {
            let field = path.to_owned();
            found.push(Changed { field, before: before.clone(), now: now.clone() });
            return;
        }
    };
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let of = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
        differences(&path, &of(old), &of(new), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::enquiry::{Enquiry, NoLead};

    fn enquiry(mail: &str, company: Option<&str>) -> Box<Enquiry> {
        let mut enquiry = Enquiry { company: company.map(str::to_owned), ..Enquiry::default() };
        enquiry.person.emails = vec![mail.to_owned()];
        Box::new(enquiry)
    }

    fn fields(before: &PartReading, now: &PartReading) -> Vec<String> {
        let changed = changed(before, now).expect("JSON");
        changed.into_iter().map(|changed| changed.field).collect()
    }

    #[test]
    fn only_what_differs_is_told_with_both_values() {
        let before = PartReading::Enquiry(enquiry("a@b.example", Some("Acme")));
        let now = PartReading::Enquiry(enquiry("c@d.example", None));
        assert_eq!(fields(&before, &before), [""; 0]);
        let told = changed(&before, &now).expect("JSON");
        let expected = [
            ("enquiry.company", json!("Acme"), Value::Null),
            ("enquiry.person.emails", json!(["a@b.example"]), json!(["c@d.example"])),
        ];
        let expected =
            expected.map(|(field, before, now)| Changed { field: field.into(), before, now });
        assert_eq!(told, expected);
    }

    #[test]
    fn what_becomes_of_it_is_told_and_a_reason_in_other_words_is_not() {
        let held = |reason: &str| PartReading::Unclear {
            reason: reason.to_owned(),
            enquiry: Some(enquiry("a@b.example", None)),
        };
        assert_eq!(fields(&held("Nobody can tell."), &held("It cannot be told.")), [""; 0]);
        let read = PartReading::Enquiry(enquiry("a@b.example", None));
        assert_eq!(fields(&held("Nobody can tell."), &read), ["reading"]);
        let spam = PartReading::NoLead { kind: NoLead::Spam, reason: "Spam.".into() };
        let named =
            ["enquiry.consent", "enquiry.person.emails", "enquiry.source", "kind", "reading"];
        assert_eq!(fields(&read, &spam), named);
    }
}
