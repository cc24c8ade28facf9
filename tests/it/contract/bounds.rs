//! Bounds: every text, date and number that may come from outside has its own, told in the schema and
//! held by the reader.

use std::sync::LazyLock;

use domain::commands::{COMMANDS, is_from_outside};
use domain::day::{DAY_PATTERN, MOMENT_PATTERN};
use domain::decide::{Arrived, Malformed};
use domain::host::Hosted;
use domain::message::{Message, MessageType};
use domain::money::{CURRENCY_PATTERN, DECIMAL_PATTERN};
use domain::refusal::INVALID_DATA;
use domain::text::{LINE_PATTERN, NOTE_PATTERN};
use leadmill::contract;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{all_workers, validator};

/// The most that an answer may repeat and say.
const REASON_CHARS_MAX: usize = 1_500;

/// What others may send; the rest leadmill says to itself, and reads it as it is.
pub(super) fn from_outside() -> impl Iterator<Item = &'static MessageType> {
    COMMANDS.iter().copied().filter(|ty| is_from_outside(ty))
}

pub(super) fn read(ty: &MessageType, data: &Value) -> Result<(), Malformed> {
    static WORKERS: LazyLock<Vec<Box<dyn Hosted>>> = LazyLock::new(all_workers);
    let worker = WORKERS.iter().find(|worker| worker.hears().contains(&ty)).unwrap();
    let arrived = arrived(ty, data);
    worker.read(&arrived).map(drop)
}

fn arrived(ty: &MessageType, data: &Value) -> Arrived {
    Arrived {
        ty: Some(ty.name.into()),
        outside: true,
        body: data.to_string().into(),
        ..Arrived::default()
    }
}

/// A place in the data of a command, with its schema.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// As a JSON pointer, and as an answer names it.
    at: (String, String),
    schema: Value,
}

/// An example of a schema with every field filled, and the places in it.
fn example(schema: &Value, all: &Value, at: (String, String), leaves: &mut Vec<Leaf>) -> Value {
    let schema = first(schema, all);
    leaves.push(Leaf { at: at.clone(), schema: schema.clone() });
    if let Some(word) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return word.clone();
    }
    match kinds(schema).as_slice() {
        ["object", ..] => {
            let mut object = Map::new();
            for (name, of) in schema["properties"].as_object().unwrap() {
                let dot = if at.1.is_empty() { "" } else { "." };
                let at = (format!("{}/{name}", at.0), format!("{}{dot}{name}", at.1));
                let value = example(of, all, at, leaves);
                let of_reader = known(name).filter(|_| first(of, all)["format"] != "uuid");
                object.insert(name.clone(), of_reader.unwrap_or(value));
            }
            Value::Object(object)
        }
        ["array", ..] => {
            let at = (format!("{}/0", at.0), format!("{}[0]", at.1));
            json!([example(&schema["items"], all, at, leaves)])
        }
        ["string", ..] => match (schema["format"].as_str(), schema["pattern"].as_str()) {
            (Some("uuid"), _) => json!(Uuid::now_v7()),
            (_, Some(DECIMAL_PATTERN)) => json!("1.5"),
            (_, Some(CURRENCY_PATTERN)) => json!("EUR"),
            (_, Some(DAY_PATTERN)) => json!("2026-03-31"),
            (_, Some(MOMENT_PATTERN)) => json!("2026-03-31T08:00:00Z"),
            _ => json!("a text"),
        },
        ["integer", ..] => schema["minimum"].clone(),
        ["boolean", ..] => json!(true),
        other => panic!("{other:?} at {at:?}"),
    }
}

/// Fields that a reader brings into a form of their own.
fn known(name: &str) -> Option<Value> {
    Some(match name {
        "emails" => json!(["ana@acme.example"]),
        "phones" => json!(["+493012345678"]),
        "tax_id" => json!("DE123456789"),
        _ => return None,
    })
}

/// The schema itself: behind a reference, the first of alternatives that is not null.
fn first<'v>(schema: &'v Value, all: &'v Value) -> &'v Value {
    if let Some(target) = schema["$ref"].as_str() {
        return first(all.pointer(target.trim_start_matches('#')).unwrap(), all);
    }
    let some = ["anyOf", "oneOf"].iter().find_map(|word| schema[word].as_array());
    let some = some.and_then(|all| all.iter().find(|one| one["type"] != "null"));
    some.map_or(schema, |one| first(one, all))
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn example_of(ty: &MessageType) -> (Value, Vec<Leaf>) {
    let (schema, mut leaves) = (contract::schema(ty.name).unwrap(), Vec::new());
    let data = example(&schema, &schema, (String::new(), String::new()), &mut leaves);
    (data, leaves)
}

/// Everything in a schema that says nothing of how long or how large it may be.
fn unbounded(schema: &Value, at: &str, found: &mut Vec<String>) {
    for kind in kinds(schema) {
        let bounded = match kind {
            "string" if schema.get("const").or(schema.get("enum")).is_some() => true,
            "string" => match (schema["format"].as_str(), schema["pattern"].as_str()) {
                (Some("uuid"), _) => true,
                (_, Some(DECIMAL_PATTERN | CURRENCY_PATTERN | DAY_PATTERN | MOMENT_PATTERN)) => {
                    true
                }
                (_, Some(LINE_PATTERN | NOTE_PATTERN)) => schema["maxLength"].is_u64(),
                _ => false,
            },
            "integer" => schema["minimum"].is_i64() && schema["maximum"].is_i64(),
            "array" => schema["items"].is_object(),
            "object" => schema["properties"].is_object(),
            "boolean" | "null" => true,
            _ => false,
        };
        if !bounded {
            found.push(format!("{at}: {schema}"));
        }
    }
    match schema {
        Value::Object(words) => {
            let inner = words.iter().filter(|(word, _)| *word != "default");
            inner.for_each(|(word, of)| unbounded(of, &format!("{at}/{word}"), found));
        }
        Value::Array(all) => all.iter().for_each(|of| unbounded(of, at, found)),
        _ => {}
    }
}

#[test]
fn every_text_date_and_number_of_a_command_from_outside_has_its_bounds_in_the_schema() {
    for ty in from_outside() {
        let mut found = Vec::new();
        unbounded(&contract::schema(ty.name).unwrap(), ty.name, &mut found);
        assert!(found.is_empty(), "give these a type with a bound:\n{}", found.join("\n"));
    }
}

/// What must be refused at such a place.
fn hostile(schema: &Value, good: &Value) -> Vec<Value> {
    let text = |chars: u64| json!("x".repeat(usize::try_from(chars).unwrap()));
    let mut values = vec![json!({ "x": 1 }), json!(1.5)];
    match kinds(schema).first().copied() {
        Some("string") => {
            values.extend([
                json!([]),
                json!(7),
                json!("a\0b"),
                json!("a\u{1b}[2J"),
                json!("\u{85}"),
            ]);
            values.extend(["a\u{202e}b", "\u{2066}a", "a\u{200f}", "\u{61c}"].map(Value::from));
            values.push(text(schema["maxLength"].as_u64().unwrap_or(99) + 1));
            values.push(text(200_000));
            if schema["pattern"] != NOTE_PATTERN {
                values.extend([json!("a\nb"), json!("a\r"), json!("a\u{2028}b")]);
            }
            match schema["pattern"].as_str() {
                Some(DAY_PATTERN | MOMENT_PATTERN) => values.extend(
                    ["1926-03-01", "2200-01-01", "262142-01-01", "+262142-12-31", "2026-02-30", ""]
                        .map(Value::from),
                ),
                Some(DECIMAL_PATTERN) => values.extend(
                    ["100000000000000", "0.1234567", "1e3", "+1", "", "NaN", "1,5", " 1"]
                        .map(Value::from),
                ),
                _ => {}
            }
        }
        Some("integer") => {
            let beyond = schema["maximum"].as_i64().unwrap() + 1;
            values.extend([json!("1"), json!(-1), json!(beyond), json!(u64::MAX)]);
        }
        Some("boolean") => values.extend([json!("true"), json!(1), json!([])]),
        Some("array") => {
            values.push(json!("x"));
            if let Some(max) = schema["maxItems"].as_u64() {
                values.push(vec![good[0].clone(); usize::try_from(max).unwrap() + 1].into());
            }
        }
        _ => values = vec![json!([]), json!("x"), json!(1)],
    }
    values
}

#[test]
fn what_breaks_a_bound_is_refused_by_the_name_of_its_field() {
    let mut tried = 0;
    for ty in from_outside() {
        let (data, leaves) = example_of(ty);
        let told = validator(&contract::schema(ty.name).unwrap());
        assert!(told.is_valid(&data), "{}: {data}", ty.name);
        read(ty, &data).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
        for leaf in leaves.iter().filter(|leaf| !leaf.at.0.is_empty()) {
            for value in hostile(&leaf.schema, data.pointer(&leaf.at.0).unwrap()) {
                let mut bad = data.clone();
                *bad.pointer_mut(&leaf.at.0).unwrap() = value.clone();
                let short: String = value.to_string().chars().take(60).collect();
                let case = format!("{} {} = {short}", ty.name, leaf.at.1);
                assert!(!told.is_valid(&bad), "{case}: the schema does not tell");
                let malformed = read(ty, &bad).expect_err(&case);
                assert!(malformed.field.starts_with(&leaf.at.1), "{case}: {malformed}");
                assert!(malformed.reason.contains(&leaf.at.1), "{case}: {malformed}");
                check_answer(&case, ty, &bad, &malformed);
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

/// A finished, short and harmless sentence; and a refusal where the subject can be read.
fn check_answer(case: &str, ty: &MessageType, data: &Value, malformed: &Malformed) {
    let reason = &malformed.reason;
    assert!(reason.ends_with('.') && reason.len() < REASON_CHARS_MAX, "{case}: {reason}");
    let harmful = |c: char| c.is_control() || domain::text::is_direction(c);
    assert!(!reason.contains(harmful), "{case}: {reason:?}");
    let Some(subject) = arrived(ty, data).about(ty) else {
        let (top, field) = (malformed.field.is_empty(), ty.field.unwrap());
        let schema = contract::schema(ty.name).unwrap();
        // What need not say what it is about is broken elsewhere; a selector is about nothing that is there.
        let needed = schema["required"].as_array().is_some_and(|it| it.contains(&field.into()));
        let own = malformed.field == field || malformed.field.starts_with(&format!("{field}."));
        assert!(top || own || !needed, "{case}: {malformed}");
        return;
    };
    let refusal = malformed.refusal(subject);
    let answer = refusal.reason();
    assert_eq!((answer.rule, &answer.message), (INVALID_DATA, reason), "{case}");
    assert!(answer.found.len() < 300 && answer.named == subject.id.to_string(), "{case}");
}

/// Any small JSON, strings of every kind among it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[-0-9.eTZ:+ ]{0,20}".prop_map(Value::from),
        ".{0,150}".prop_map(Value::from),
        // What serde alone would take.
        "[a\u{1b}\u{202e}\n]{1,3}".prop_map(Value::from),
        (100_usize..2_100).prop_map(|chars| "x".repeat(chars).into()),
        any::<u128>().prop_map(|n| json!(Uuid::from_u128(n).simple().to_string())),
        any::<u16>().prop_map(|n| json!(format!("{n}.125").parse::<f64>().unwrap())),
    ];
    let leaf = leaf.boxed();
    let nested = leaf.clone().prop_recursive(2, 12, 4, |inner| {
        let entries = proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
        let field = ("[a-z_]{1,8}", inner);
        let object = proptest::collection::vec(field, 0..4).prop_map(Map::from_iter);
        prop_oneof![entries, object.prop_map(Value::Object)]
    });
    prop_oneof![4 => leaf, 1 => nested]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_reader_takes_from_outside_fits_the_schema_that_is_told(
        place in any::<prop::sample::Index>(),
        value in any_json(),
    ) {
        // A type with many fields is tried as often as it has fields.
        static PLACES: LazyLock<Vec<(&MessageType, Value, String)>> = LazyLock::new(|| {
            let of = |ty| {
                let (data, leaves) = example_of(ty);
                leaves.into_iter().map(move |leaf| (ty, data.clone(), leaf.at.0))
            };
            from_outside().flat_map(of).collect()
        });
        let (ty, mut data, at) = PLACES[place.index(PLACES.len())].clone();
        let at = &at;
        // Blanks around a text are cut, and count for the length in the schema alone.
        let padded = value.as_str().is_some_and(|text| text.trim() != text);
        *data.pointer_mut(at).unwrap() = value;
        match read(ty, &data) {
            Ok(()) if !padded => {
                let schema = contract::schema(ty.name).unwrap();
                prop_assert!(validator(&schema).is_valid(&data), "{} {at}: {data}", ty.name);
            }
            Ok(()) => {}
            Err(malformed) => check_answer(at, ty, &data, &malformed),
        }
    }
}

#[test]
fn a_merge_of_nobody_is_not_taken() {
    for ty in from_outside().filter(|ty| ty.name.ends_with(".merge.v1")) {
        let (mut data, _) = example_of(ty);
        data["losers"] = json!([]);
        let malformed = read(ty, &data).unwrap_err();
        check_answer("/losers", ty, &data, &malformed);
    }
}

#[test]
fn a_list_is_never_taken_for_an_object() {
    for ty in from_outside() {
        let (data, leaves) = example_of(ty);
        for leaf in leaves.iter().filter(|leaf| leaf.schema["properties"].is_object()) {
            let mut bad = data.clone();
            let object = bad.pointer_mut(&leaf.at.0).unwrap();
            // Serde alone takes such a list where its values fit the fields in their order.
            let values = object.as_object().unwrap().values().cloned().collect();
            *object = Value::Array(values);
            let malformed = read(ty, &bad).expect_err(&leaf.at.1);
            assert!(malformed.reason.contains(" is a list, "), "{}: {malformed}", ty.name);
            assert_eq!(malformed.field, leaf.at.1, "{}", ty.name);
        }
    }
}

#[test]
fn what_does_not_fit_is_repeated_as_an_excerpt_only() {
    let ty = domain::commands::QuoteClose::TYPE;
    let quote = Uuid::now_v7();
    let long = "\u{1b}\u{202e}x".repeat(60_000);
    let unknown = Map::from_iter([("quote".into(), json!(quote)), (long.clone(), json!(1))]);
    for data in [
        json!({ "quote": long, "reason": "lost" }),
        json!({ "quote": quote, "reason": long }),
        json!({ "quote": quote, "reason": "lost", "comment": long }),
        Value::Object(unknown),
    ] {
        let malformed = read(ty, &data).unwrap_err();
        check_answer("", ty, &data, &malformed);
    }
}

#[test]
fn what_a_worker_of_ours_said_before_there_was_a_bound_is_still_read() {
    let mut event = super::golden("lead.captured.v1")["data"].clone();
    event["enquiry"]["company"] = json!(format!("Acme\u{202e} \n{}", "x".repeat(500)));
    event["enquiry"]["close_date"] = json!("1926-03-01");
    let workers = all_workers();
    let qualification = workers.iter().find(|worker| worker.name() == "qualification").unwrap();
    let arrived = Arrived {
        ty: Some("lead.captured.v1".into()),
        body: event.to_string().into(),
        ..Arrived::default()
    };
    assert!(qualification.read(&arrived).is_ok());
}
