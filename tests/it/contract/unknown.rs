//! Fields that nobody declared: what is ours is read with them, what comes from outside is refused by their
//! name.

use domain::message::MessageType;
use leadmill::contract;
use serde_json::{Value, json};

use super::bounds::{example_of, from_outside, read};
use super::golden;

const UNKNOWN: &str = "unheard_of";

/// What leadmill reads of what it said itself: events, answers, and commands to itself.
pub(super) fn ours() -> impl Iterator<Item = &'static MessageType> {
    contract::types().filter(|ty| !domain::commands::is_from_outside(ty))
}

/// Puts an unknown field into every object of a value.
fn salted(value: &mut Value, schema: &Value, all: &Value) -> usize {
    let alternatives = schemas(schema, all);
    let below = |name: &str| {
        let inner = alternatives.iter().filter_map(|one| one["properties"].get(name));
        inner.cloned().collect::<Vec<_>>()
    };
    match value {
        Value::Object(fields) => {
            let mut count = 0;
            for (name, value) in fields.iter_mut() {
                count += salted(value, &json!({ "anyOf": below(name) }), all);
            }
            // A choice is an object with one key, which says what was chosen: there is no room for a field.
            // What is no declared object is somebody's data as it came.
            let choice = alternatives.iter().any(|one| one["additionalProperties"] == false);
            if !choice && alternatives.iter().any(|one| one["properties"].is_object()) {
                fields.insert(UNKNOWN.into(), json!({ "of": ["a", "newer", "program"] }));
                count += 1;
            }
            count
        }
        Value::Array(entries) => {
            let items = alternatives.iter().filter_map(|one| one.get("items"));
            let items = json!({ "anyOf": items.collect::<Vec<_>>() });
            entries.iter_mut().map(|entry| salted(entry, &items, all)).sum()
        }
        _ => 0,
    }
}

/// The alternatives of a schema, behind their references.
pub(super) fn schemas<'v>(schema: &'v Value, all: &'v Value) -> Vec<&'v Value> {
    if let Some(target) = schema["$ref"].as_str() {
        return schemas(all.pointer(target.trim_start_matches('#')).unwrap(), all);
    }
    let inner = ["anyOf", "oneOf"].iter().filter_map(|word| schema[word].as_array()).flatten();
    let inner: Vec<_> = inner.flat_map(|one| schemas(one, all)).collect();
    if inner.is_empty() { vec![schema] } else { inner }
}

#[test]
fn t7_what_leadmill_said_itself_is_read_with_an_unknown_field_in_every_object_as_without() {
    for ty in ours() {
        let schema = contract::schema(ty.name).unwrap();
        let data = golden(ty.name)["data"].clone();
        let mut newer = data.clone();
        assert!(salted(&mut newer, &schema, &schema) > 0, "{}", ty.name);
        assert!(super::problems(&schema, &newer).is_empty(), "{}: the schema refuses it", ty.name);
        let again = (ty.again)(newer).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
        assert_eq!(again, data, "{}", ty.name);
    }
}

#[test]
fn in_what_leadmill_says_only_a_choice_of_one_key_takes_no_other() {
    fn walk(schema: &Value, name: &str) {
        if schema["additionalProperties"] == false {
            assert_eq!(schema["properties"].as_object().unwrap().len(), 1, "{name}: {schema}");
            assert_eq!(schema["required"].as_array().unwrap().len(), 1, "{name}: {schema}");
        }
        match schema {
            Value::Object(words) => words.values().for_each(|inner| walk(inner, name)),
            Value::Array(all) => all.iter().for_each(|inner| walk(inner, name)),
            _ => {}
        }
    }
    ours().for_each(|ty| walk(&contract::schema(ty.name).unwrap(), ty.name));
}

#[test]
fn t7_a_command_from_outside_is_refused_by_the_name_of_a_field_that_nobody_declared_at_any_depth() {
    let mut tried = 0;
    for ty in from_outside() {
        let schema = contract::schema(ty.name).unwrap();
        let golden = golden(ty.name)["data"].clone();
        read(ty, &golden).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
        for data in [golden, example_of(ty).0] {
            for at in objects(&data, String::new()) {
                let mut bad = data.clone();
                bad.pointer_mut(&at).unwrap()[UNKNOWN] = json!(1);
                assert!(!super::problems(&schema, &bad).is_empty(), "{} {at}: not told", ty.name);
                let malformed = read(ty, &bad).expect_err(&at);
                assert!(malformed.reason.contains(UNKNOWN), "{} {at}: {malformed}", ty.name);
                let field = at.trim_start_matches('/').replace("/0", "[0]").replace('/', ".");
                assert_eq!(malformed.field, field, "{}: {malformed}", ty.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 60, "{tried}");
}

/// Every object of a value, as JSON pointers.
fn objects(value: &Value, at: String) -> Vec<String> {
    let inner: Vec<_> = match value {
        Value::Object(fields) => fields.iter().map(|(name, of)| (name.clone(), of)).collect(),
        // One entry is as good as another.
        Value::Array(entries) => entries.iter().take(1).map(|of| ("0".to_owned(), of)).collect(),
        _ => return Vec::new(),
    };
    let below = inner.into_iter().flat_map(|(name, of)| objects(of, format!("{at}/{name}")));
    let below: Vec<_> = below.collect();
    if value.is_object() { [vec![at], below].concat() } else { below }
}
