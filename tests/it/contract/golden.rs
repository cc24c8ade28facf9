//! The golden examples: what was once published is read for ever, and fits what is said about it.

use std::collections::BTreeMap;

use domain::document::compute;
use domain::events::QuoteActivated;
use leadmill::contract::{self, Contract, ENVELOPE, Role};
use leadmill::envelope::{Seal, Transport, open, seal};
use serde_json::Value;
use uuid::Uuid;

use super::{golden, problems, root};

#[test]
fn every_golden_example_is_read_and_written_again_without_a_difference() {
    for ty in contract::types() {
        let data = golden(ty.name)["data"].clone();
        let again = (ty.again)(data.clone()).unwrap_or_else(|error| panic!("{}: {error}", ty.name));
        assert_eq!(again, data, "{}", ty.name);
    }
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
        let opened = open(transport, &body.into()).unwrap();
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
            actor: field("actor"),
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
    let totals = compute(&mut lines, &quote.offer.header, quote.currency);
    assert_eq!(totals.unwrap(), quote.offer.totals);
    assert_eq!(lines, quote.offer.lines);
    assert_eq!(quote.offer.sha256(), quote.offer_sha256);
}

#[test]
fn the_subject_of_a_golden_example_is_the_record_that_it_is_about() {
    for ty in contract::types() {
        let message = golden(ty.name);
        if Role::Answer.name() != kind(ty.name) {
            // What begins something is about nothing that is there yet.
            let Some(subject) = message["subject"].as_str() else {
                assert_eq!(kind(ty.name), Role::Command.name(), "{}", ty.name);
                continue;
            };
            let data = message["data"].as_object().unwrap();
            assert!(data.values().any(|value| value.as_str() == Some(subject)), "{}", ty.name);
        }
    }
}

fn kind(name: &str) -> &'static str {
    let entries = Contract::built_in().unwrap().entries();
    entries.iter().find(|entry| entry.name == name).unwrap().kind.name()
}
