//! Lists that grow: any word of an open one passes in what leadmill says, none but the known ones in what it is
//! asked; to a closed one nothing is added.

use domain::decide::Arrived;
use domain::message::MessageType;
use domain::newer::OPEN;
use leadmill::contract;
use serde_json::{Value, json};

use super::bounds::{from_outside, read};
use super::unknown::{ours, schemas};
use super::{all_workers, golden, problems};

const WORD: &str = "unheard_of";

/// A place with a word of a list, as a JSON pointer.
struct Word {
    at: String,
    open: bool,
}

/// The places of a value where its schema lists words.
fn words(value: &Value, schema: &Value, all: &Value, at: &str, found: &mut Vec<Word>) {
    let alternatives = schemas(schema, all);
    let lists = |one: &&Value| one.get("enum").or(one.get("const")).is_some();
    if value.is_string() && alternatives.iter().any(lists) {
        let open = alternatives.iter().any(|one| one[OPEN] == true);
        found.push(Word { at: at.to_owned(), open });
    }
    let inner: Vec<_> = match value {
        Value::Object(fields) => fields.iter().map(|(name, of)| (name.clone(), of)).collect(),
        Value::Array(entries) => (0..).map(|n: usize| n.to_string()).zip(entries).collect(),
        _ => Vec::new(),
    };
    for (name, of) in inner {
        let below =
            alternatives.iter().filter_map(|one| one["properties"].get(&name).or(one.get("items")));
        let below = json!({ "anyOf": below.collect::<Vec<_>>() });
        words(of, &below, all, &format!("{at}/{name}"), found);
    }
}

/// The golden example of a type, once for each word of a list in it, with another word there.
fn with_another_word(ty: &MessageType) -> Vec<(Word, Value)> {
    let (data, schema) = (golden(ty.name)["data"].clone(), contract::schema(ty.name).unwrap());
    let mut found = Vec::new();
    words(&data, &schema, &schema, "", &mut found);
    let other = |word: Word| {
        let mut other = data.clone();
        *other.pointer_mut(&word.at).unwrap() = json!(WORD);
        (word, other)
    };
    found.into_iter().map(other).collect()
}

#[test]
fn t16_a_new_word_of_an_open_list_passes_in_an_event_and_of_a_closed_one_fails() {
    let (mut open, mut closed) = (0, 0);
    for ty in ours() {
        let schema = contract::schema(ty.name).unwrap();
        for (word, data) in with_another_word(ty) {
            let passes = problems(&schema, &data).is_empty();
            assert_eq!(passes, word.open, "{} {}", ty.name, word.at);
            *(if word.open { &mut open } else { &mut closed }) += 1;
        }
    }
    assert!(open > 20 && closed > 10, "{open} open, {closed} closed");
}

#[test]
fn a_worker_reads_what_it_hears_with_a_new_word_of_an_open_list_and_writes_the_word_as_it_was() {
    let workers = all_workers();
    let mut tried = 0;
    for ty in ours() {
        for (_, data) in with_another_word(ty).into_iter().filter(|(word, _)| word.open) {
            for worker in workers.iter().filter(|worker| worker.hears().contains(&ty)) {
                // How a collection goes on depends on its channel: that one is held for a newer program.
                let held = ty.name == "import.continue.v1";
                let body = data.to_string().into();
                let arrived = Arrived { ty: Some(ty.name.into()), body, ..Arrived::default() };
                let read = worker.read(&arrived).map(drop);
                assert_eq!(read.is_ok(), !held, "{}: {read:?}", ty.name);
                tried += 1;
            }
            // Answers are for others.
            if ty.field.is_some() {
                assert_eq!((ty.again)(data.clone()).unwrap(), data, "{}", ty.name);
            }
        }
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn every_list_of_a_command_from_outside_has_the_words_that_this_program_knows_and_no_others() {
    let mut tried = 0;
    for ty in from_outside() {
        let schema = contract::schema(ty.name).unwrap();
        assert!(!schema.to_string().contains(OPEN), "{}", ty.name);
        for (word, data) in with_another_word(ty) {
            let field = word.at.rsplit('/').next().unwrap();
            assert!(!problems(&schema, &data).is_empty(), "{} {}", ty.name, word.at);
            let malformed = read(ty, &data).expect_err(&word.at);
            assert!(malformed.field.ends_with(field), "{}: {malformed}", ty.name);
            tried += 1;
        }
    }
    assert!(tried > 3, "{tried}");
}

/// A life cycle and what amounts are computed from grow by no word.
#[test]
fn what_is_open_is_a_kind_a_reason_a_channel_a_source_or_a_term() {
    fn fields(schema: &Value, all: &Value, found: &mut std::collections::BTreeSet<String>) {
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (name, of) in properties {
            if schemas(of, all).iter().any(|one| one[OPEN] == true) {
                found.insert(name.clone());
            }
        }
        match schema {
            Value::Object(words) => words.values().for_each(|inner| fields(inner, all, found)),
            Value::Array(every) => every.iter().for_each(|inner| fields(inner, all, found)),
            _ => {}
        }
    }
    let mut found = std::collections::BTreeSet::new();
    for ty in ours() {
        let schema = contract::schema(ty.name).unwrap();
        fields(&schema, &schema, &mut found);
    }
    let known = [
        "action",
        "budget_status",
        "channel",
        "close_reason",
        "disqualify_reason",
        "document_type",
        "from",
        "hold_reason",
        "incoterm",
        "kind",
        "lost_reason",
        "need",
        "next",
        "payment_terms",
        "purchase_process",
        "purchase_timeframe",
        "purpose",
        "record_kind",
        "role",
        "source",
        "step",
        "suppression_reason",
        "terms_code",
        "to",
    ];
    assert!(found.iter().eq(known), "{found:?}");
}
