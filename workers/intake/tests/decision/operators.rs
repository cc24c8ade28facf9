//! Held inputs, released and rejected by a person.

use domain::commands::{InputReadAgain, InputReject, InputRelease};
use domain::decide::{Malformed, RawInputs};
use domain::enquiry::{Channel, NoLead, PartReading};
use domain::events::{InputHeld, InputRejected, InputReread, LeadCaptured};
use serde_json::json;

use super::*;

fn held(desk: &mut Desk) -> InputId {
    let (input, _) = desk.form(&json!({ "city": "Bonn" }));
    assert_eq!(input.verdict, Verdict::Held);
    input.id
}

fn release(desk: &mut Desk, input: InputId, enquiry: Option<Enquiry>) -> Result<Told, Refusal> {
    let enquiry = enquiry.as_ref().map(Into::into);
    desk.hears(When::Release(Box::new(InputRelease { input, enquiry, party: None, third: false })))
        .1
}

fn reject(desk: &mut Desk, input: InputId) -> Result<Told, Refusal> {
    let reason = "Our own test.".parse().unwrap();
    desk.hears(When::Reject(InputReject { input, reason })).1
}

fn rule(told: Result<Told, Refusal>) -> &'static str {
    match told {
        Err(Refusal::No(reason)) => reason.rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn f19_a_released_input_becomes_the_lead_that_a_person_read_in_it() {
    let mut desk = Desk::new();
    let input = held(&mut desk);
    let told = release(&mut desk, input, Some(person("Lopez", &["ana@acme.example"], &[])));
    assert_eq!(told.unwrap().types(), ["lead.captured.v1"]);
    let lead = lead_of(desk.input(input));
    assert_eq!(desk.lead(lead).input, input);
    // Again, also with something else in it: it is done.
    for enquiry in [None, Some(person("Orr", &["bob@orr.example"], &[]))] {
        let again = release(&mut desk, input, enquiry).unwrap();
        assert!(again.already && again.says.is_empty());
    }
    assert_eq!(desk.leads(), 1);
}

#[test]
fn f19_a_release_joins_the_lead_where_the_person_has_an_open_lead() {
    let mut desk = Desk::new();
    let (first, _) = desk.form(&json!({ "name": "Ana Lopez", "email": "ana@acme.example" }));
    let input = held(&mut desk);
    release(&mut desk, input, Some(person("Lopez", &["ana@acme.example"], &[]))).unwrap();
    assert_eq!(desk.input(input).verdict, Verdict::Joined { lead: lead_of(&first) });
}

#[test]
fn f19_a_held_input_keeps_what_was_read_and_a_person_types_only_what_is_missing() {
    let mut desk = Desk::new();
    let form = json!({ "name": "Ana Lopez", "company": "Acme", "message": "12 chairs", "email": "ana at acme" });
    let (input, told) = desk.form(&form);
    let event: InputHeld = told.get().unwrap();
    let kept = event.enquiry.unwrap();
    assert_eq!(
        (kept.company.as_deref(), kept.message.as_deref()),
        (Some("Acme"), Some("12 chairs"))
    );
    assert_eq!(desk.input(input.id).enquiry.as_ref(), Some(&*kept));
    // Nobody could be reached.
    assert_eq!(rule(release(&mut desk, input.id, None)), "input.no_channel");
    let when = sent(
        &json!({ "input": input.id, "enquiry": { "person": { "emails": ["ANA@acme.example"] } } }),
    );
    let lead: LeadCaptured = desk.hears(when.unwrap()).1.unwrap().get().unwrap();
    assert_eq!(lead.enquiry.person.full_name().as_deref(), Some("Ana Lopez"));
    assert_eq!(lead.enquiry.person.emails, ["ana@acme.example"]);
    assert_eq!(
        (lead.enquiry.company.as_deref(), lead.enquiry.message.as_deref()),
        (Some("Acme"), Some("12 chairs"))
    );
}

#[test]
fn f19_a_held_mail_is_released_as_it_was_read() {
    let mut desk = Desk::new();
    let mail = "From: Ana Lopez <ana@acme.example>\nSubject: Fwd: Hello\n\nfyi\n";
    let (input, told) = desk.mail(mail);
    assert_eq!(input.verdict, Verdict::Held, "{told:?}");
    let lead: LeadCaptured = release(&mut desk, input.id, None).unwrap().get().unwrap();
    assert_eq!(lead.enquiry.person.emails, ["ana@acme.example"]);
    assert_eq!(lead.enquiry.topic.as_deref(), Some("Fwd: Hello"));
}

#[test]
fn f19_nothing_read_and_nothing_given_is_no_release() {
    let mut desk = Desk::new();
    let (input, _) = desk.form(&json!("no form"));
    let input = input.id;
    assert_eq!(rule(release(&mut desk, input, None)), "input.no_enquiry");
    assert_eq!(desk.input(input).verdict, Verdict::Held);
}

#[test]
fn f19_a_rejected_input_stays_rejected() {
    let mut desk = Desk::new();
    let input = held(&mut desk);
    let event: InputRejected = reject(&mut desk, input).unwrap().get().unwrap();
    assert_eq!((event.kind, &*event.reason), (None, "Our own test."));
    assert!(reject(&mut desk, input).unwrap().already);
    let given = Some(person("Lopez", &["ana@acme.example"], &[]));
    assert_eq!(rule(release(&mut desk, input, given)), "illegal_step");
    let other = held(&mut desk);
    release(&mut desk, other, Some(person("Lopez", &["ana@acme.example"], &[]))).unwrap();
    assert_eq!(rule(reject(&mut desk, other)), "illegal_step");
}

#[test]
fn f19_a_command_about_an_input_that_nobody_knows_waits_for_it() {
    let mut desk = Desk::new();
    let given = Some(person("Lopez", &["ana@acme.example"], &[]));
    for told in [release(&mut desk, id(99), given), reject(&mut desk, id(98))] {
        let Err(Refusal::NotYet(reason)) = told else { panic!("{told:?}") };
        assert_eq!(reason.rule, "unknown");
    }
}

/// A release as it comes from outside.
fn sent(data: &serde_json::Value) -> Result<When, Malformed> {
    let arrived = Arrived {
        queue: "intake".into(),
        ty: Some("input.release.v1".into()),
        outside: true,
        body: data.to_string().into(),
        ..Arrived::default()
    };
    Desk::new().intake.read(&arrived)
}

#[test]
fn f19_what_a_person_read_takes_the_forms_of_what_a_reader_reads() {
    let mut desk = Desk::new();
    let (first, _) = desk.form(&json!({ "name": "Ana Lopez", "email": "ana@acme.example" }));
    let input = held(&mut desk);
    let when = sent(&json!({ "input": input, "enquiry": {
        "person": {
            "family_name": "  Ana   Lopez ",
            "emails": [" <ANA@Acme.Example> ", "ana@acme.example"],
            "phones": ["030 1234567"],
        },
        "company": " ",
        "message": " a \r\n\r\n\r\n b",
        "address": { "country": "Germany", "city": " " },
        "source": "other",
    } }));
    let when = when.unwrap();
    let When::Release(release) = &when else { panic!("{when:?}") };
    let enquiry = release.enquiry.as_ref().unwrap().of(None, Channel::Web).unwrap();
    assert_eq!(enquiry.person.family_name.as_deref(), Some("Ana Lopez"));
    assert_eq!(enquiry.person.emails, ["ana@acme.example"]);
    assert_eq!(enquiry.person.phones, ["+49301234567"]);
    assert_eq!((enquiry.company, enquiry.message.as_deref()), (None, Some("a\n\nb")));
    assert_eq!(enquiry.address.unwrap().country.as_deref(), Some("DE"));
    desk.hears(when).1.unwrap();
    assert_eq!(desk.input(input).verdict, Verdict::Joined { lead: lead_of(&first) });
}

#[test]
fn f19_a_release_keeps_to_every_limit_of_the_readers() {
    let many = |count: usize, value: serde_json::Value| vec![value; count];
    let other = json!({ "name": "a", "value": "b" });
    for (enquiry, field) in [
        (json!({ "company": "x".repeat(401) }), "enquiry.company"),
        (json!({ "topic": "a\nb" }), "enquiry.topic"),
        (json!({ "message": "x".repeat(20_001) }), "enquiry.message"),
        (json!({ "other": many(101, other) }), "enquiry.other"),
        (json!({ "interest": many(101, json!({ "product": "A" })) }), "enquiry.interest"),
        (
            json!({ "interest": [{ "product": "A", "quantity": "0" }] }),
            "enquiry.interest[0].quantity",
        ),
        (json!({ "person": { "emails": many(11, json!("a@b.de")) } }), "enquiry.person.emails"),
        (json!({ "person": { "emails": ["a@b.de", "nobody"] } }), "enquiry.person.emails[1]"),
        (json!({ "person": { "phones": ["call me"] } }), "enquiry.person.phones[0]"),
        (json!({ "person": { "given_name": "\u{202e}ana" } }), "enquiry.person.given_name"),
        (json!({ "thread": { "answers": many(20, json!("a@b")) } }), "enquiry.thread.answers"),
        (json!({ "tax_id": "none" }), "enquiry.tax_id"),
        (json!({ "budget": "1e20" }), "enquiry.budget"),
        (json!({ "close_date": "1926-03-01" }), "enquiry.close_date"),
        (json!({ "employees": 4_000_000_000_u32 }), "enquiry.employees"),
    ] {
        let mut enquiry = enquiry;
        enquiry["source"] = json!("other");
        let malformed =
            sent(&json!({ "input": id::<InputId>(9), "enquiry": enquiry })).unwrap_err();
        assert_eq!(malformed.field, field, "{malformed}");
        assert!(malformed.reason.contains(field) && malformed.reason.ends_with('.'), "{malformed}");
    }
}

#[test]
fn what_later_readers_make_of_an_input_is_kept_and_changes_nothing() {
    let mut desk = Desk::new();
    let (input, _) = desk.form(&json!({ "name": "Ana Lopez", "email": "ana@acme.example" }));
    let reading = PartReading::NoLead { kind: NoLead::Spam, reason: "It is spam.".into() };
    let changed = vec!["kind".parse().unwrap(), "reading".parse().unwrap()];
    let again = InputReadAgain { input: input.id, reading: reading.clone(), changed };
    let told = desk.hears(When::ReadAgain(Box::new(again.clone()))).1.unwrap();
    let said = told.get::<InputReread>().unwrap();
    assert_eq!((said.input, said.channel, said.reading), (input.id, Channel::Web, reading));
    let after = desk.input(input.id);
    assert_eq!((&after.verdict, &after.reason), (&input.verdict, &input.reason));
    assert_eq!(desk.leads(), 1);
    let nobody = InputReadAgain { input: id(9), ..again };
    assert!(matches!(desk.hears(When::ReadAgain(Box::new(nobody))).1, Err(Refusal::NotYet(_))));
}
