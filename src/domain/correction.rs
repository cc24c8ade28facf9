//! What changes in an enquiry: what a person corrects in what a reader read, what a later enquiry says otherwise.

use std::borrow::Cow;
use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::enquiry::{Channel, Enquiry, LeadSource};

/// A JSON merge patch (RFC 7396) of an [`Enquiry`]: what is absent stays as it was read, null takes a value
/// away, and a list stands in place of the one that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Correction(Map<String, Value>);

impl Correction {
    /// The enquiry as corrected; of nothing, where nothing was read. `None` where the patch holds what no
    /// enquiry can.
    #[must_use]
    pub fn of(&self, read: Option<&Enquiry>, channel: Channel) -> Option<Enquiry> {
        let blank = Enquiry { source: source(channel), ..Enquiry::default() };
        let mut whole = serde_json::to_value(read.unwrap_or(&blank)).ok()?;
        merge(&mut whole, &Value::Object(self.0.clone()));
        serde_json::from_value(whole).ok()
    }

    /// What leads from one enquiry to another, and back: the fields in which they differ, as they were and as they are.
    #[must_use]
    pub fn between(was: &Enquiry, now: &Enquiry) -> (Self, Self) {
        let (Self(was), Self(now)) = (was.into(), now.into());
        let (from, to) = difference(&was, &now);
        (Self(from), Self(to))
    }

    /// Does it change nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does it speak of that field, or of a part of it?
    #[must_use]
    pub fn names(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// This one and then the other.
    #[must_use]
    pub fn then(&self, other: &Self) -> Self {
        Self(both(&self.0, &other.0))
    }

    /// The same fields, with the values that they have in `settled`: what a reader would have made of them.
    #[must_use]
    pub fn settled(&self, settled: &Enquiry) -> Self {
        match serde_json::to_value(settled) {
            Ok(Value::Object(values)) => Self(picked(&self.0, &values)),
            _ => self.clone(),
        }
    }
}

/// Fields of a newer program are left out, as elsewhere; of what comes from outside they are refused before.
impl<'de> Deserialize<'de> for Correction {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(known(Map::deserialize(from)?, &SHAPE)))
    }
}

/// The schema of an enquiry, in one piece.
static SHAPE: LazyLock<Value> = LazyLock::new(|| {
    let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Enquiry>().to_value()
});

/// The fields that the schema of an object has, at every depth.
fn known(fields: Map<String, Value>, schema: &Value) -> Map<String, Value> {
    let of = |(name, value): (String, Value)| {
        let schema = schema["properties"].get(&name)?;
        Some((name, known_value(value, schema)))
    };
    fields.into_iter().filter_map(of).collect()
}

fn known_value(value: Value, schema: &Value) -> Value {
    let alternatives = || schema["anyOf"].as_array().into_iter().flatten().chain([schema]);
    match value {
        Value::Object(fields) => match alternatives().find(|one| one["properties"].is_object()) {
            Some(schema) => Value::Object(known(fields, schema)),
            None => Value::Object(fields),
        },
        Value::Array(items) => match alternatives().find(|one| one["items"].is_object()) {
            Some(schema) => {
                items.into_iter().map(|item| known_value(item, &schema["items"])).collect()
            }
            None => Value::Array(items),
        },
        other => other,
    }
}

impl From<&Enquiry> for Correction {
    fn from(enquiry: &Enquiry) -> Self {
        match serde_json::to_value(enquiry) {
            Ok(Value::Object(fields)) => Self(fields),
            _ => Self::default(),
        }
    }
}

impl JsonSchema for Correction {
    fn schema_name() -> Cow<'static, str> {
        "Correction".into()
    }

    /// That of the enquiry, in which no field is required.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
        let mut schema = settings.into_generator().into_root_schema_for::<Enquiry>();
        for unwanted in ["$schema", "title", "required"] {
            schema.remove(unwanted);
        }
        let said = "What a person corrects in the reading, as a JSON merge patch (RFC 7396): what is absent stays \
                    as it was read, null takes a value away, a list stands in place of the one that was read.";
        schema.insert("description".to_owned(), said.into());
        schema
    }
}

/// Where leads of a channel come from, as far as the channel alone tells.
const fn source(channel: Channel) -> LeadSource {
    match channel {
        Channel::Email => LeadSource::Email,
        Channel::Web => LeadSource::Web,
        Channel::Import => LeadSource::List,
        Channel::Card | Channel::Newer(_) => LeadSource::Other,
    }
}

fn merge(whole: &mut Value, patch: &Value) {
    let (Value::Object(fields), Value::Object(patch)) = (&mut *whole, patch) else {
        *whole = patch.clone();
        return;
    };
    for (name, value) in patch {
        match value {
            Value::Null => drop(fields.remove(name)),
            value => merge(fields.entry(name).or_insert_with(|| Value::Object(Map::new())), value),
        }
    }
}

/// The fields in which two objects differ, as they are in one and in the other; null where one has none.
fn difference(
    was: &Map<String, Value>,
    now: &Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut from, mut to) = (Map::new(), Map::new());
    let mut names: Vec<_> = was.keys().chain(now.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (before, after) = match (was.get(name), now.get(name)) {
            (Some(Value::Object(was)), Some(Value::Object(now))) => {
                let (from, to) = difference(was, now);
                if to.is_empty() {
                    continue;
                }
                (Value::Object(from), Value::Object(to))
            }
            (before, after) if before == after => continue,
            (before, after) => {
                (before.cloned().unwrap_or_default(), after.cloned().unwrap_or_default())
            }
        };
        from.insert(name.clone(), before);
        to.insert(name.clone(), after);
    }
    (from, to)
}

/// Two patches as one: where both speak of a field, the second one counts.
fn both(first: &Map<String, Value>, second: &Map<String, Value>) -> Map<String, Value> {
    let mut whole = first.clone();
    for (name, value) in second {
        let joined = match (whole.get(name), value) {
            (Some(Value::Object(first)), Value::Object(second)) => {
                Value::Object(both(first, second))
            }
            _ => value.clone(),
        };
        whole.insert(name.clone(), joined);
    }
    whole
}

/// What `values` has in the places of `patch`; null where it has nothing there.
fn picked(patch: &Map<String, Value>, values: &Map<String, Value>) -> Map<String, Value> {
    let at = |(name, value): (&String, &Value)| {
        let settled = match (value, values.get(name)) {
            (Value::Object(inner), Some(Value::Object(values))) => {
                Value::Object(picked(inner, values))
            }
            (Value::Null, _) | (_, None) => Value::Null,
            (_, Some(settled)) => settled.clone(),
        };
        (name.clone(), settled)
    };
    patch.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn corrected(read: Option<&Enquiry>, patch: Value) -> Enquiry {
        let patch: Correction = serde_json::from_value(patch).expect("an object");
        patch.of(read, Channel::Web).expect("an enquiry")
    }

    #[test]
    fn what_is_absent_stays_as_it_was_read() {
        let read = json!({
            "person": { "given_name": "Ana", "family_name": "Ruiz", "emails": ["a@b.example"] },
            "company": "Ruiz", "message": "Hello", "source": "email",
        });
        let read: Enquiry = serde_json::from_value(read).expect("an enquiry");
        let patch = json!({ "person": { "family_name": "Ruiz Mora", "emails": ["c@d.example"] }, "company": null });
        let now = corrected(Some(&read), patch);
        assert_eq!(now.person.full_name().as_deref(), Some("Ana Ruiz Mora"));
        assert_eq!(now.person.emails, ["c@d.example"]);
        assert_eq!((now.company, now.message.as_deref()), (None, Some("Hello")));
        assert_eq!(now.source, LeadSource::Email);
    }

    #[test]
    fn the_difference_of_two_enquiries_leads_from_one_to_the_other_and_back() {
        let was = json!({
            "person": { "given_name": "Ana", "emails": ["a@b.example"] }, "company": "Ruiz",
            "budget": "10", "source": "email", "address": { "city": "Bonn" },
        });
        let now = json!({
            "person": { "given_name": "Ana", "emails": ["c@b.example"] }, "budget": "20", "currency": "EUR",
            "source": "email", "address": { "city": "Bonn", "line1": "Weg 1" },
        });
        let was: Enquiry = serde_json::from_value(was).expect("an enquiry");
        let now: Enquiry = serde_json::from_value(now).expect("an enquiry");
        let (from, to) = Correction::between(&was, &now);
        assert_eq!(to.of(Some(&was), Channel::Web).as_ref(), Some(&now));
        assert_eq!(from.of(Some(&now), Channel::Web).as_ref(), Some(&was));
        assert!(to.names("budget") && to.names("address") && !to.names("source"));
        let said = serde_json::to_value(&to).expect("JSON");
        assert_eq!(said["person"], json!({ "emails": ["c@b.example"] }), "only what differs");
        assert_eq!(said["company"], Value::Null);
        let (nothing, _) = Correction::between(&now, &now);
        assert!(nothing.is_empty());
    }

    #[test]
    fn two_patches_one_after_the_other_are_one() {
        let patch = |value| serde_json::from_value::<Correction>(value).expect("an object");
        let first =
            patch(json!({ "address": { "city": "Bonn", "line1": "Weg 1" }, "company": "A" }));
        let second = patch(json!({ "address": { "city": "Ulm" }, "company": null }));
        let both =
            patch(json!({ "address": { "city": "Ulm", "line1": "Weg 1" }, "company": null }));
        assert_eq!(first.then(&second), both);
    }

    #[test]
    fn where_nothing_was_read_the_correction_is_all() {
        let now = corrected(None, json!({ "address": { "city": "Bonn" } }));
        assert_eq!(now.address.and_then(|address| address.city).as_deref(), Some("Bonn"));
        assert_eq!(now.source, LeadSource::Web);
    }

    #[test]
    fn a_correction_takes_the_forms_of_what_a_reader_reads() {
        let patch: Correction = serde_json::from_value(
            json!({ "company": " ", "person": { "phones": ["1"] }, "topic": null }),
        )
        .expect("an object");
        let mut settled = Enquiry::default();
        settled.person.phones.push("+491".into());
        let expected = json!({ "company": null, "person": { "phones": ["+491"] }, "topic": null });
        assert_eq!(serde_json::to_value(patch.settled(&settled)).ok(), Some(expected));
    }
}
