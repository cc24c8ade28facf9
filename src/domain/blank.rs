//! A message without what it says of a person. What is personal its schema tells (`x-personal`): an optional field goes,
//! one that there must be becomes empty. So the event still reads as its type, and told again it makes the same
//! record without the person.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::message::{MessageType, SubjectKind};
use crate::pseudonym::nobody;
use crate::schema;

/// Lists of keys by which parties are recognised: of these the organisation's stay, which are everybody's there.
const KEYS: [&str; 3] = ["keys", "released", "matched"];
const OF_ORGANISATIONS: [&str; 2] = ["company ", "tax_id "];
/// Who of the seller's own people did it: another person.
const OF_THE_SELLER: [&str; 3] = ["by", "approved_by", "owner"];

/// Whose message it is.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// An organisation buys: its name and address on a document are not the person's.
    pub organisation: bool,
    /// The telephones of the person, where an organisation may have one of them as its own.
    pub phones: BTreeSet<String>,
    /// What the channel of their consent becomes, where it is to be known again; else it is nobody's.
    pub pseudonym: Option<String>,
}

/// Blanks messages; keeps the schemas that it has computed.
#[derive(Debug, Default)]
pub struct Blank {
    schemas: BTreeMap<&'static str, (Value, Map<String, Value>)>,
}

impl Blank {
    /// The data without the person, as JSON text; `None` where it cannot be read.
    pub fn data(&mut self, ty: &'static MessageType, data: &str, whose: &Whose) -> Option<String> {
        let mut value: Value = serde_json::from_str(data).ok()?;
        if ty.about == SubjectKind::Account {
            without_phone(&mut value, whose);
            return Some(value.to_string());
        }
        let settings = SchemaSettings::draft2020_12;
        let (root, definitions) =
            self.schemas.entry(ty.name).or_insert_with(|| schema::schema(ty, settings()));
        let walk = Walk { definitions, whose };
        let channel = (ty.about == SubjectKind::Consent).then(|| whose.channel(&value));
        walk.value(root, &mut value, "");
        if let (Some(now), Some(channel)) = (channel, value.get_mut("channel")) {
            *channel = now.into();
        }
        Some(value.to_string())
    }
}

impl Whose {
    /// The channel of a consent whose person is gone.
    fn channel(&self, consent: &Value) -> String {
        let id = consent.get("consent").and_then(Value::as_str).unwrap_or_default();
        self.pseudonym.clone().unwrap_or_else(|| nobody(id))
    }
}

/// An organisation that was made of a person's enquiry got their telephone.
fn without_phone(account: &mut Value, whose: &Whose) {
    let theirs = |phone: &Value| phone.as_str().is_some_and(|it| whose.phones.contains(it));
    let Some(fields) = account.as_object_mut() else { return };
    // What is known of it once others became it.
    if let Some(known) = fields.get_mut("known") {
        without_phone(known, whose);
    }
    match fields.get_mut("phone") {
        Some(Value::Object(change)) => change.retain(|_, phone| !theirs(phone)),
        Some(phone) if theirs(phone) => drop(fields.remove("phone")),
        _ => {}
    }
}

struct Walk<'a> {
    definitions: &'a Map<String, Value>,
    whose: &'a Whose,
}

impl Walk<'_> {
    /// Blanks a value by its schema, which the definition of that name is.
    fn value(&self, schema: &Value, value: &mut Value, name: &str) {
        if let Some(refers) = schema.get("$ref").and_then(Value::as_str) {
            let name = refers.rsplit('/').next().unwrap_or_default();
            if let Some(definition) = self.definitions.get(name) {
                self.value(definition, value, name);
            }
        }
        for any in ["anyOf", "oneOf", "allOf"] {
            let parts = schema.get(any).and_then(Value::as_array).into_iter().flatten();
            parts.for_each(|part| self.value(part, value, name));
        }
        if let (Some(items), Value::Array(values)) = (schema.get("items"), &mut *value) {
            values.iter_mut().for_each(|value| self.value(items, value, name));
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let (Some(properties), Value::Object(fields)) = (properties, value) else { return };
        let required = schema.get("required").and_then(Value::as_array);
        let needed = |field: &str| required.is_some_and(|it| it.iter().any(|it| it == field));
        for (field, schema) in properties {
            let Some(value) = fields.get_mut(field).filter(|_| !self.kept(name, field)) else {
                continue;
            };
            if schema.get("x-personal").is_none() {
                self.value(schema, value, "");
            } else if empty(field, value) && !needed(field) {
                fields.remove(field);
            }
        }
    }

    /// What stays although it is personal: of somebody else.
    fn kept(&self, name: &str, field: &str) -> bool {
        let documents = self.whose.organisation
            && matches!((name, field), ("Buyer", "name" | "address") | ("DeliverTo", "address"));
        documents || OF_THE_SELLER.contains(&field)
    }
}

/// Takes what is personal out of a field. Is nothing left of it?
fn empty(field: &str, value: &mut Value) -> bool {
    match value {
        Value::Array(list) if KEYS.contains(&field) => {
            let organisation = |key: &Value| {
                let key = key.as_str().unwrap_or_default();
                OF_ORGANISATIONS.iter().any(|kind| key.starts_with(kind))
            };
            list.retain(organisation);
            list.is_empty()
        }
        Value::Array(list) => {
            list.clear();
            true
        }
        Value::Object(fields) => {
            fields.clear();
            true
        }
        _ => {
            *value = Value::String(String::new());
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::{AccountCreated, ConsentChanged, LeadCaptured, OrderCreated};
    use crate::message::Message;

    fn blank(ty: &'static MessageType, data: &Value, whose: &Whose) -> Value {
        let text = Blank::default().data(ty, &data.to_string(), whose).expect("JSON");
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn f119_a_captured_lead_keeps_what_was_wanted_and_the_keys_of_the_organisation() {
        let id = "019cadc7-84e0-7c22-9a31-5b7e8d1f0a42";
        let data = json!({
            "lead": id, "number": "L-1", "input": id, "channel": "web",
            "enquiry": {
                "person": { "given_name": "Ana", "family_name": "Ruiz", "emails": ["ana@x.example"] },
                "company": "Acme", "message": "Call Ana.", "topic": "Ana asks", "source": "web",
                "address": { "line1": "Calle 4", "country": "ES" }, "owner": "Sam",
                "other": [{ "name": "pet", "value": "Rex" }], "consent": false,
                "interest": [{ "product": "TABLE" }],
            },
            "keys": ["company acme|x.example", "email ana@x.example"],
        });
        let blanked = blank(LeadCaptured::TYPE, &data, &Whose::default());
        assert_eq!(
            blanked["enquiry"],
            json!({ "person": {}, "company": "Acme", "source": "web", "address": { "country": "ES" },
                    "owner": "Sam", "consent": false, "interest": [{ "product": "TABLE" }] }
            )
        );
        assert_eq!(blanked["keys"], json!(["company acme|x.example"]));
        assert_eq!(blank(LeadCaptured::TYPE, &blanked, &Whose::default()), blanked);
    }

    #[test]
    fn f119_an_organisation_keeps_its_name_and_address_on_documents_but_not_the_telephone_of_its_person()
     {
        let buyer = json!({ "name": "Acme", "contact_name": "Ana", "email": "ana@x.example",
                            "address": { "line1": "Calle 4" } });
        let data = json!({ "buyer": buyer });
        let phones = ["+34600".to_owned()].into();
        let whose = Whose { organisation: true, phones, ..Whose::default() };
        let expected = json!({ "name": "Acme", "address": { "line1": "Calle 4" } });
        assert_eq!(blank(OrderCreated::TYPE, &data, &whose)["buyer"], expected);
        let alone = blank(OrderCreated::TYPE, &data, &Whose::default());
        assert_eq!(alone["buyer"], json!({ "name": "", "address": {} }));
        let account = json!({ "account": "a", "name": "Acme", "phone": "+34600" });
        let account = blank(AccountCreated::TYPE, &account, &whose);
        assert_eq!(account, json!({ "account": "a", "name": "Acme" }));
    }

    #[test]
    fn f119_a_consent_stands_for_nobody_and_for_no_other_consent() {
        let data = json!({ "consent": "c1", "channel": "email ana@x.example", "bulk_mail": false });
        let blanked = blank(ConsentChanged::TYPE, &data, &Whose::default());
        assert_eq!(blanked["channel"], "erased c1");
        let whose = Whose { pseudonym: Some("erased email 5b".into()), ..Whose::default() };
        let blanked = blank(ConsentChanged::TYPE, &data, &whose);
        assert_eq!(blanked["channel"], "erased email 5b");
    }
}
