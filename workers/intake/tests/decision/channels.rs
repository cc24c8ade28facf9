//! Created, rejected and held, for each channel; and capture by hand.

use domain::decide::RawInputs;
use domain::enquiry::{LeadSource, NoLead};
use domain::events::{InputHeld, InputRejected, LeadCaptured};
use domain::input::HoldReason;
use serde_json::json;

use super::*;

#[test]
fn f1_a_form_is_created_as_an_open_lead_that_the_event_tells_of() {
    let mut desk = Desk::new();
    let (input, told) = desk.form(&json!({ "name": "Ana Lopez", "email": " ANA@Acme.example " }));
    let lead = desk.lead(lead_of(&input));
    assert!(lead.is_open() && lead.input == input.id);
    assert_eq!(input.reason, format!("Lead {} was made of it.", lead.number));
    let captured: LeadCaptured = told.get().unwrap();
    assert_eq!(told.types(), ["lead.captured.v1"]);
    assert_eq!((captured.lead, captured.input), (lead.id, input.id));
    assert_eq!(captured.enquiry.person.emails, ["ana@acme.example"]);
    assert_eq!(captured.enquiry.source, LeadSource::Web);
}

#[test]
fn f2_a_mail_is_created_with_its_text_and_source() {
    let mut desk = Desk::new();
    let (input, _) = desk.mail(
        "From: Ana Lopez <ana@acme.example>\nTo: sales@mill.example\nSubject: Coffee\n\
         Message-ID: <1@acme.example>\n\nWe want two machines.\n",
    );
    let enquiry = &desk.lead(lead_of(&input)).enquiry;
    assert_eq!(enquiry.message.as_deref(), Some("We want two machines."));
    assert_eq!(enquiry.source, LeadSource::Email);
    assert_eq!(enquiry.thread.message.as_deref(), Some("1@acme.example"));
}

#[test]
fn f3_a_card_is_created() {
    let mut desk = Desk::new();
    let card =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lopez;Ana\r\nEMAIL:ana@acme.example\r\nEND:VCARD\r\n";
    let (input, _) = desk.takes("intake.card", "text/vcard", card.as_bytes());
    assert_eq!(desk.lead(lead_of(&input)).enquiry.source, LeadSource::TradeShow);
}

#[test]
fn f19_surely_no_lead_is_rejected_with_its_kind_and_reason() {
    let mut desk = Desk::new();
    let (input, told) = desk.mail(
        "From: Ana <ana@acme.example>\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nAway.\n",
    );
    assert_eq!(input.verdict, Verdict::Rejected);
    let event: InputRejected = told.get().unwrap();
    assert_eq!((event.kind, &event.reason), (Some(NoLead::AutoReply), &input.reason));
    assert!(event.reason.ends_with('.'), "{}", event.reason);
    let (input, _) = desk.takes("intake.import", "text/csv", b"name,email\n");
    assert_eq!((input.verdict, desk.leads()), (Verdict::Rejected, 0));
    assert_eq!(input.reason, "The file has a header but no rows.");
}

#[test]
fn f25_what_nobody_can_read_is_held_with_its_reason_on_every_channel() {
    let mut desk = Desk::new();
    for (queue, content_type) in [
        ("intake.email", "message/rfc822"),
        ("intake.web", "application/json"),
        ("intake.import", "text/csv"),
        ("intake.card", "text/vcard"),
    ] {
        let (input, told) = desk.takes(queue, content_type, b"\xff\xfe\x00\x80 nothing");
        assert_eq!(input.verdict, Verdict::Held, "{queue}");
        let event: InputHeld = told.get().unwrap();
        assert_eq!(event.hold_reason, HoldReason::Unclear);
        assert!(event.reason.len() > 20 && event.reason.ends_with('.'), "{}", event.reason);
    }
}

#[test]
fn f25_an_input_whose_handling_failed_is_held_as_unreadable_and_never_dropped() {
    let mut desk = Desk::new();
    let arrived = |queue: &str| Arrived { queue: queue.into(), ..Arrived::default() };
    for queue in desk.intake.queues() {
        let when = desk.intake.broken(&arrived(queue), "It\0panicked.").unwrap();
        let (input, told) = desk.hears(when);
        let event: InputHeld = told.unwrap().get().unwrap();
        assert_eq!(input.verdict, Verdict::Held);
        assert_eq!((event.hold_reason, &*event.reason), (HoldReason::Unreadable, "It panicked."));
    }
    // A message of the contract is parked instead.
    assert!(desk.intake.broken(&arrived("intake.row"), "x").is_none());
}

#[test]
fn f7_who_captures_by_hand_owns_the_lead_also_after_another_enquiry() {
    let mut desk = Desk::new();
    let (input, told) = desk.form(&json!({
        "name": "Ana Lopez", "email": "ana@acme.example", "captured_by": "Bea Seller",
    }));
    let captured: LeadCaptured = told.get().unwrap();
    assert_eq!(captured.enquiry.owner.as_deref(), Some("Bea Seller"));
    let (second, _) = desk.form(&json!({
        "email": "ana@acme.example", "message": "And two more.", "owner": { "name": "Carl" },
    }));
    assert_eq!(lead_of(&second), lead_of(&input));
    assert_eq!(desk.lead(lead_of(&input)).enquiry.owner.as_deref(), Some("Bea Seller"));
    // A lead without an owner gets the one that a later input names.
    let (third, _) = desk.form(&json!({ "name": "Dan Orr", "email": "dan@orr.example" }));
    desk.form(&json!({ "email": "dan@orr.example", "lead_owner": "carl@mill.example" }));
    assert_eq!(desk.lead(lead_of(&third)).enquiry.owner.as_deref(), Some("carl@mill.example"));
}
