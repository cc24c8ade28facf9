//! The contract: what is published stays readable, and docs/ says what the code does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::answers::{AlreadyDone, Refused};
use domain::commands::*;
use domain::document::compute;
use domain::events::*;
use domain::message::{MessageKind, MessageType};
use domain::totals::TaxMode;
use leadmill::contract::{self, Contract, ENVELOPE, Role, example};
use leadmill::envelope::{Seal, Transport, open, seal};
use leadmill::messaging::{COMMANDS as TO_COMMANDS, EVENTS as TO_EVENTS};
use leadmill::settings::Sources;
use leadmill::workers;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

const WRITE: &str = "cargo run -- contract --write docs";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let validator = validator(schema);
    validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn golden(name: &str) -> Value {
    example(name).unwrap_or_else(|| {
        panic!("tests/data/contract/{name}.json is missing: add one whole message as published")
    })
}

/// Each struct's data, read and written again.
type Again = fn(Value) -> serde_json::Result<Value>;

fn again<T: DeserializeOwned + Serialize>(data: Value) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_value::<T>(data)?)
}

macro_rules! again {
    ($($message:ident),* $(,)?) => {
        [$((<$message as domain::message::Message>::TYPE.name, again::<$message> as Again)),*]
    };
}

fn readers() -> BTreeMap<&'static str, Again> {
    let declared = again![
        InputHeld,
        InputRejected,
        LeadCaptured,
        LeadMerged,
        LeadScored,
        LeadQualified,
        LeadDisqualified,
        LeadReactivated,
        AccountCreated,
        ContactCreated,
        OpportunityCreated,
        OpportunityRepriced,
        OpportunityWon,
        OpportunityLost,
        OpportunityReopened,
        QuoteDrafted,
        QuoteActivated,
        QuoteRevised,
        QuoteClosed,
        QuoteWon,
        OrderCreated,
        OrderShipped,
        OrderFulfilled,
        OrderCanceled,
        InvoiceIssued,
        InvoicePaid,
        InvoiceCanceled,
        CatalogReplaced,
        InputRelease,
        InputReject,
        InputRow,
        ImportContinue,
        LeadQualify,
        LeadDisqualify,
        LeadReactivate,
        OpportunityAddLine,
        OpportunityWin,
        OpportunityLose,
        OpportunityReopen,
        QuoteActivate,
        QuoteRevise,
        QuoteClose,
        QuoteAccept,
        OrderShip,
        OrderCancel,
        PaymentReceived,
        InvoiceCancel,
        CatalogReplace,
    ];
    let answer = |ty: &'static MessageType| match ty.name.split('.').nth(1) {
        Some("refused") => Some((ty.name, again::<Refused> as Again)),
        Some("already") => Some((ty.name, again::<AlreadyDone> as Again)),
        _ => None,
    };
    declared.into_iter().chain(contract::types().filter_map(answer)).collect()
}

#[test]
fn docs_are_what_the_code_says() {
    let files = Contract::built_in().unwrap().files();
    for (path, text) in &files {
        let found = std::fs::read_to_string(root("docs").join(path)).unwrap_or_default();
        assert!(found == *text, "docs/{path} is not what the code says: run `{WRITE}`, commit it");
    }
    for entry in std::fs::read_dir(root("docs/schemas")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = files.contains_key(&format!("schemas/{name}"));
        assert!(known, "docs/schemas/{name} is of no type: run `{WRITE}`, commit what is removed");
    }
}

#[test]
fn the_contract_is_printed_without_servers_and_settings() {
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadmill"));
        command.arg("contract").args(arguments).env("LEADMILL_CONFIG", "/nowhere/leadmill.toml");
        command.env("LEADMILL_DATABASE__URL", "postgres://nowhere.invalid/x").output().unwrap()
    };
    let document = run(&[]);
    assert!(document.status.success(), "{}", String::from_utf8_lossy(&document.stderr));
    let committed = std::fs::read(root("docs/asyncapi.json")).unwrap();
    assert!(document.stdout == committed, "what is printed is what is written");
    let schema = run(&["--schema", "leadmill.lead.qualified.v1"]).stdout;
    assert_eq!(schema, std::fs::read(root("docs/schemas/lead.qualified.v1.json")).unwrap());
    let unknown = run(&["--schema", "lead.forgotten.v1"]);
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(!unknown.status.success() && said.contains("`leadmill contract --list`"), "{said}");
    let list = String::from_utf8(run(&["--list"]).stdout).unwrap();
    for ty in contract::types() {
        assert!(list.contains(ty.name), "{} is not listed", ty.name);
    }
}

#[test]
fn personal_fields_are_marked_in_every_document() {
    let schema = contract::schema("lead.captured.v1").unwrap();
    let document = Contract::built_in().unwrap().asyncapi();
    for person in [&schema["$defs"]["Person"], &document["components"]["schemas"]["Person"]] {
        for field in ["given_name", "family_name", "emails", "phones"] {
            assert_eq!(person["properties"][field]["x-personal"], true, "{field}");
        }
        assert_eq!(person["properties"]["job_title"].get("x-personal"), None);
    }
}

#[test]
fn writing_creates_what_is_missing_once_and_removes_schemas_that_are_gone() {
    let folder = std::env::temp_dir().join(format!("leadmill-contract-{}", Uuid::now_v7()));
    let contract = Contract::built_in().unwrap();
    let written = contract.write(&folder).unwrap();
    assert_eq!((written.changed, written.removed), (written.files, 0));
    std::fs::write(folder.join("schemas/lead.gone.v1.json"), "{}").unwrap();
    std::fs::write(folder.join("notes.md"), "kept").unwrap();
    let written = contract.write(&folder).unwrap();
    assert_eq!((written.changed, written.removed), (0, 1));
    assert!(folder.join("notes.md").exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn every_golden_example_is_read_and_written_again_without_a_difference() {
    let readers = readers();
    for ty in contract::types() {
        let data = golden(ty.name)["data"].clone();
        let again = readers.get(ty.name).unwrap_or_else(|| panic!("list {} above", ty.name));
        let again = again(data.clone()).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
        assert_eq!(again, data, "{}", ty.name);
    }
    assert_eq!(readers.len(), contract::types().count());
}

#[test]
fn every_golden_example_fits_its_schema_and_the_envelope() {
    let envelope = contract::schema(ENVELOPE).unwrap();
    for ty in contract::types() {
        let message = golden(ty.name);
        let none: [String; 0] = [];
        assert_eq!(problems(&envelope, &message), none, "{}", ty.name);
        let schema = contract::schema(ty.name).unwrap();
        assert_eq!(problems(&schema, &message["data"]), none, "{}", ty.name);
        assert_eq!(contract::schema(&ty.wire_name()), Some(schema));
    }
    let files = std::fs::read_dir(root("tests/data/contract")).unwrap().count();
    assert_eq!(files, contract::types().count(), "an example is of no type");
}

#[test]
fn what_does_not_fit_is_found() {
    let envelope = contract::schema(ENVELOPE).unwrap();
    let good = golden("lead.qualified.v1");
    for (at, bad) in [
        ("/id", Value::from("7")),
        ("/time", "yesterday".into()),
        ("/type", "lead.qualified".into()),
        ("/sequence", "1".into()),
        ("/specversion", "0.3".into()),
    ] {
        let mut message = good.clone();
        *message.pointer_mut(at).unwrap() = bad;
        assert_eq!(problems(&envelope, &message).len(), 1, "{at}");
    }
    let mut ours = good.clone();
    ours.as_object_mut().unwrap().remove("correlationid");
    assert_eq!(problems(&envelope, &ours).len(), 1, "ours without correlationid");
    ours["source"] = "urn:somebody".into();
    assert!(problems(&envelope, &ours).is_empty(), "a sender outside may leave it out");
    let schema = contract::schema("order.ship.v1").unwrap();
    let mut ship = golden("order.ship.v1")["data"].clone();
    for (at, bad) in [("/order", "O-1"), ("/lines/0/quantity", "1e3")] {
        let kept = std::mem::replace(ship.pointer_mut(at).unwrap(), bad.into());
        assert_eq!(problems(&schema, &ship).len(), 1, "{at}");
        *ship.pointer_mut(at).unwrap() = kept;
    }
    ship["typo"] = 1.into();
    assert_eq!(problems(&schema, &ship).len(), 1, "an unknown field of a command");
}

#[test]
fn the_golden_examples_of_ours_are_what_the_envelope_writes() {
    for entry in Contract::built_in().unwrap().entries() {
        let message = golden(entry.name);
        let body = message.to_string();
        let none = BTreeMap::new();
        let transport = Transport {
            content_type: None,
            message_id: None,
            kind: None,
            app_id: None,
            headers: &none,
        };
        let opened = open(transport, body.as_bytes()).unwrap();
        assert_eq!(opened.ty, entry.name);
        let Some(worker) = opened.said_by() else {
            assert_eq!(entry.kind, Role::Command, "{}", entry.name);
            continue;
        };
        assert!(entry.said_by.contains(&worker), "{} is not said by {worker}", entry.name);
        let field = |name: &str| message[name].as_str();
        let id = |name: &str| field(name).unwrap().parse::<Uuid>().unwrap();
        let sealed = seal(&Seal {
            id: id("id"),
            worker,
            ty: entry.name,
            subject: id("subject"),
            at: field("time").unwrap().parse().unwrap(),
            sequence: field("sequence").map(|sequence| sequence.parse().unwrap()),
            correlation: id("correlationid"),
            cause: id("causationid"),
            traceparent: field("traceparent"),
            data: &message["data"].to_string(),
        });
        assert_eq!(serde_json::from_slice::<Value>(&sealed.unwrap()).unwrap(), message);
        assert_eq!(message.get("sequence").is_some(), entry.kind == Role::Event, "{}", entry.name);
    }
}

#[test]
fn f88_the_offer_of_the_golden_quote_still_has_its_totals_and_its_digest() {
    let data = golden("quote.activated.v1")["data"].clone();
    let quote: QuoteActivated = serde_json::from_value(data).unwrap();
    let mut lines = quote.offer.lines.clone();
    let totals = compute(&mut lines, &quote.offer.header, TaxMode::Document, quote.currency);
    assert_eq!(totals.unwrap(), quote.offer.totals);
    assert_eq!(lines, quote.offer.lines);
    assert_eq!(quote.offer.sha256(), quote.offer_sha256);
}

#[test]
fn the_subject_of_a_golden_example_is_the_record_that_it_is_about() {
    for ty in contract::types() {
        let message = golden(ty.name);
        if readers().contains_key(ty.name) && Role::Answer.name() != kind(ty.name) {
            let subject = message["subject"].as_str().unwrap();
            let data = message["data"].as_object().unwrap();
            assert!(data.values().any(|value| value.as_str() == Some(subject)), "{}", ty.name);
        }
    }
}

fn kind(name: &str) -> &'static str {
    let entries = Contract::built_in().unwrap().entries();
    entries.iter().find(|entry| entry.name == name).unwrap().kind.name()
}

#[test]
fn the_examples_of_the_asyncapi_document_fit_its_payloads() {
    let document = Contract::built_in().unwrap().asyncapi();
    for (name, message) in document["components"]["messages"].as_object().unwrap() {
        let mut schema = message["payload"].clone();
        schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
        schema["components"] = document["components"].clone();
        for example in message["examples"].as_array().into_iter().flatten() {
            let found = problems(&schema, &example["payload"]);
            assert!(found.is_empty(), "{name}: {found:?}");
            let mut wrong = example["payload"].clone();
            if wrong.get("type").is_some() {
                wrong["type"] = "leadmill.lead.other.v1".into();
                assert_eq!(problems(&schema, &wrong).len(), 1, "{name}: another type passes");
            }
        }
    }
}

#[test]
fn every_reference_of_the_asyncapi_document_leads_somewhere() {
    fn walk<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|field| walk(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let document = Contract::built_in().unwrap().asyncapi();
    let mut found = Vec::new();
    walk(&document, &mut found);
    assert!(found.len() > 300, "{}", found.len());
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
}

#[test]
fn every_type_of_a_worker_is_declared_once_and_every_declared_type_has_its_place() {
    let all: Vec<_> = contract::types().map(|ty| ty.name).collect();
    for name in &all {
        assert_eq!(all.iter().filter(|other| *other == name).count(), 1, "{name}");
    }
    let settings = Sources::default().with_servers("postgres://x/y", "amqp://x").settings();
    let workers = workers::all(&settings.unwrap()).unwrap();
    for worker in &workers {
        for ty in worker.hears().iter().chain(worker.says()) {
            assert!(all.contains(&ty.name), "{} is declared nowhere", ty.name);
        }
    }
    for entry in Contract::built_in().unwrap().entries() {
        match entry.kind {
            Role::Command => assert_eq!(entry.heard_by.len(), 1, "{entry:?}"),
            Role::Event | Role::Answer => assert!(!entry.said_by.is_empty(), "{entry:?}"),
        }
    }
}

#[test]
fn the_bindings_of_every_queue_follow_from_what_its_worker_hears() {
    let settings = Sources::default().with_servers("postgres://x/y", "amqp://x").settings();
    let workers = workers::all(&settings.unwrap()).unwrap();
    for worker in &workers {
        let queues = workers::queues(&**worker);
        let mut bound: Vec<_> = queues
            .iter()
            .flat_map(|queue| queue.bindings.iter().map(|binding| (queue.name.clone(), binding)))
            .filter(|(_, binding)| binding.exchange == TO_EVENTS || binding.exchange == TO_COMMANDS)
            .map(|(queue, binding)| {
                (queue, binding.exchange.as_str(), binding.routing_key.as_str())
            })
            .collect();
        let mut heard: Vec<_> = worker
            .hears()
            .iter()
            .map(|ty| {
                let exchange = match ty.kind {
                    MessageKind::Event => TO_EVENTS,
                    MessageKind::Command => TO_COMMANDS,
                };
                (worker.queue_of(ty).to_owned(), exchange, ty.name)
            })
            .collect();
        bound.sort();
        heard.sort();
        assert_eq!(bound, heard, "{}", worker.name());
        let names: Vec<_> = queues.iter().map(|queue| queue.name.as_str()).collect();
        assert!(worker.raw_queues().iter().all(|raw| names.contains(raw)));
    }
    assert_eq!(workers.iter().map(|worker| worker.name()).collect::<Vec<_>>(), workers::NAMES);
}

#[test]
fn every_raw_queue_is_described_and_every_queue_is_a_channel() {
    let document = Contract::built_in().unwrap().asyncapi();
    let settings = Sources::default().with_servers("postgres://x/y", "amqp://x").settings();
    for worker in workers::all(&settings.unwrap()).unwrap() {
        for queue in workers::queues(&*worker) {
            let channel = &document["channels"][&queue.name];
            let messages = channel["messages"].as_object().map_or(0, serde_json::Map::len);
            assert!(messages > 0, "nothing is said about what `{}` takes", queue.name);
        }
    }
    let billing = document["channels"][workers::OUT_BILLING]["messages"].as_object().unwrap();
    let invoices = contract::types().filter(|ty| ty.name.starts_with("invoice."));
    let events = invoices.filter(|ty| ty.kind == MessageKind::Event);
    assert!(billing.keys().eq(events.map(|ty| ty.name).collect::<std::collections::BTreeSet<_>>()));
}

#[test]
fn names_are_subject_dot_verb_dot_version() {
    for ty in contract::types() {
        let words: Vec<_> = ty.name.split('.').collect();
        let [subject, verb, version] = words[..] else { panic!("{} has not three words", ty.name) };
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        assert!(word(subject) && word(verb), "{}", ty.name);
        let number = version.strip_prefix('v').and_then(|number| number.parse::<u32>().ok());
        assert!(number.is_some_and(|number| number > 0), "{}", ty.name);
        // A report from outside and an import are named after what they are.
        let own = subject == ty.about.name();
        assert!(own || ["payment", "import"].contains(&subject), "{}", ty.name);
        assert!(!ty.name.contains("cancelled"), "{}: the spelling is `canceled`", ty.name);
    }
}
