//! The contract: what is published stays readable, and docs/ says what the code does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::commands::INTERNAL;
use domain::host::Hosted;
use domain::message::MessageKind;
use leadmill::contract::{self, Contract, Role, example};
use leadmill::messaging::{COMMANDS as TO_COMMANDS, REPLAY, from, said_by, way_back};
use leadmill::senders::{KINDS, Sender};
use leadmill::settings::Sources;
use leadmill::workers;
use serde_json::Value;
use uuid::Uuid;

mod bounds;
mod frozen;
mod golden;
mod open;
mod unknown;

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

fn all_workers() -> Vec<Box<dyn Hosted>> {
    let settings = Sources::default().with_servers("postgres://x/y", "amqp://x").settings();
    workers::all(&settings.unwrap()).unwrap()
}

fn golden(name: &str) -> Value {
    example(name).unwrap_or_else(|| {
        panic!("tests/data/contract/{name}.json is missing: add one whole message as published")
    })
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
        for field in ["given_name", "family_name", "job_title", "emails", "phones"] {
            assert_eq!(person["properties"][field]["x-personal"], true, "{field}");
        }
    }
    let company = &schema["$defs"]["Enquiry"]["properties"]["company"];
    assert!(company.is_object() && company.get("x-personal").is_none(), "{company}");
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
    let workers = all_workers();
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
fn the_bindings_of_every_queue_follow_from_what_its_worker_hears_and_who_says_it() {
    let workers = all_workers();
    let sayers = workers::sayers(&workers);
    let topology = workers::topology(&workers);
    for worker in &workers {
        let names = workers::queue_names(&**worker);
        let own = topology.queues.iter().filter(|queue| names.contains(&queue.name.as_str()));
        let mut bound: Vec<_> = own
            .flat_map(|queue| queue.bindings.iter().map(|binding| (queue.name.clone(), binding)))
            .map(|(queue, it)| (queue, it.exchange.clone(), it.routing_key.clone()))
            .collect();
        let mut expected: Vec<_> = worker
            .hears()
            .iter()
            .flat_map(|ty| {
                let saying = sayers.iter().filter(|sayer| sayer.says.contains(ty));
                let internal = INTERNAL.contains(ty);
                let asked = ty.kind == MessageKind::Command && !internal;
                let senders = KINDS.iter().filter(|sender| sender.commands.contains(ty));
                let all = saying.map(|sayer| said_by(sayer.name));
                let all = all.chain(asked.then(|| TO_COMMANDS.to_owned()));
                let all = all.chain(senders.map(|sender| from(sender.kind)));
                let queue = worker.queue_of(ty).to_owned();
                all.map(|it| (queue.clone(), it, ty.name.to_owned())).collect::<Vec<_>>()
            })
            .collect();
        for name in names {
            // By its name: a replay, a message that waited, and a raw input of its kind of sender.
            let raw = KINDS.iter().find(|sender| sender.raw == Some(name));
            assert_eq!(raw.is_some(), worker.raw_queues().contains(&name), "{name}");
            let ways = [REPLAY.to_owned(), way_back(worker.name())].into_iter();
            let ways = ways.chain(raw.map(|sender| from(sender.kind)));
            expected.extend(ways.map(|it| (name.to_owned(), it, name.to_owned())));
        }
        bound.sort();
        expected.sort();
        assert_eq!(bound, expected, "{}", worker.name());
    }
    assert_eq!(workers.iter().map(|worker| worker.name()).collect::<Vec<_>>(), workers::NAMES);
}

/// What a sayer can put into a queue, whatever routing keys the headers `CC` and `BCC` add, is what
/// it says and the queue hears.
#[test]
fn a_queue_is_bound_to_a_sayer_for_types_of_that_sayer_only() {
    let workers = all_workers();
    let sayers = workers::sayers(&workers);
    for queue in workers::topology(&workers).queues {
        for binding in &queue.bindings {
            let sayer = sayers.iter().find(|sayer| said_by(sayer.name) == binding.exchange);
            let says =
                |sayer: &workers::Sayer| sayer.says.iter().any(|ty| ty.name == binding.routing_key);
            assert!(sayer.is_none_or(says), "{}: {binding:?}", queue.name);
        }
    }
}

#[test]
fn a_kind_of_sender_sends_its_own_commands_and_no_others() {
    for (command, kinds) in [
        ("payment.received.v1", &["bank", "crm"][..]),
        ("order.ship.v1", &["warehouse"]),
        ("quote.activate.v1", &["crm"]),
    ] {
        let sends = |sender: &&Sender| sender.commands.iter().any(|ty| ty.name == command);
        let sending = KINDS.iter().filter(sends).map(|sender| sender.kind);
        assert_eq!(sending.collect::<Vec<_>>(), kinds, "{command}");
    }
    for entry in Contract::built_in().unwrap().entries() {
        let internal = INTERNAL.iter().any(|ty| ty.name == entry.name);
        let outside = entry.exchanges.iter().any(|it| it == TO_COMMANDS);
        assert_eq!(outside, entry.kind == Role::Command && !internal, "{entry:?}");
        assert!(!entry.exchanges.is_empty(), "{entry:?}");
    }
}

#[test]
fn every_raw_queue_is_described_and_every_queue_is_a_channel() {
    let document = Contract::built_in().unwrap().asyncapi();
    for worker in all_workers() {
        for queue in workers::queue_names(&*worker) {
            let channel = &document["channels"][queue];
            let messages = channel["messages"].as_object().map_or(0, serde_json::Map::len);
            assert!(messages > 0, "nothing is said about what `{queue}` takes");
        }
    }
    let billing = document["channels"][workers::OUT_BILLING]["messages"].as_object().unwrap();
    let invoices = contract::types().filter(|ty| ty.name.starts_with("invoice."));
    let events = invoices.filter(|ty| ty.kind == MessageKind::Event);
    assert!(billing.keys().eq(events.map(|ty| ty.name).collect::<BTreeSet<_>>()));
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
        // A report from outside, an import, a person, what is kept and what the catalog holds are named after what they are;
        // and an opportunity is asked for a quote, an order for an invoice.
        let asked = ["quote.draft.v1", "invoice.create.v1"];
        let own = subject == ty.about.name() || asked.contains(&ty.name);
        let parts =
            ["unit_group", "product", "discount_list", "price_list", "literature", "exchange_rate"];
        let others = [&["payment", "import", "person", "retention"][..], &parts[..]].concat();
        assert!(own || others.contains(&subject), "{}", ty.name);
        assert!(!ty.name.contains("cancelled"), "{}: the spelling is `canceled`", ty.name);
    }
}
