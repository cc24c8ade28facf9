//! Held inputs, released and rejected by a person.

use domain::commands::{InputReject, InputRelease};
use domain::events::InputRejected;
use serde_json::json;

use super::*;

fn held(desk: &mut Desk) -> InputId {
    let (input, _) = desk.form(&json!({ "city": "Bonn" }));
    assert_eq!(input.verdict, Verdict::Held);
    input.id
}

fn release(desk: &mut Desk, input: InputId, enquiry: Option<Enquiry>) -> Result<Told, Refusal> {
    desk.hears(When::Release(Box::new(InputRelease { input, enquiry }))).1
}

fn reject(desk: &mut Desk, input: InputId) -> Result<Told, Refusal> {
    let reason = "Our own test.".to_owned();
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
fn f19_a_release_is_merged_where_the_person_has_an_open_lead() {
    let mut desk = Desk::new();
    let (first, _) = desk.form(&json!({ "name": "Ana Lopez", "email": "ana@acme.example" }));
    let input = held(&mut desk);
    release(&mut desk, input, Some(person("Lopez", &["ana@acme.example"], &[]))).unwrap();
    assert_eq!(desk.input(input).verdict, Verdict::Merged { lead: lead_of(&first) });
}

#[test]
fn f19_nothing_read_and_nothing_given_is_no_release() {
    let mut desk = Desk::new();
    let input = held(&mut desk);
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
