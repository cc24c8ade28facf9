//! F13: a mail that answers a captured one belongs to its lead.

use domain::events::LeadEnquiryAdded;
use domain::lead::{DisqualifyReason, LeadAction};

use super::*;

const FIRST: &str = "From: Ana Lopez <ana@acme.example>\nSubject: Coffee\n\
                     Message-ID: <1@acme.example>\n\nTwo machines, please.\n";

fn mail(from: &str, headers: &str) -> String {
    format!("From: {from}\nSubject: Re: Coffee\n{headers}\n\nIn black, please.\n")
}

#[test]
fn f13_an_answer_from_another_address_joins_the_lead() {
    for headers in [
        "Message-ID: <2@home.example>\nIn-Reply-To: <1@acme.example>",
        "Message-ID: <2@home.example>\nReferences: <1@acme.example>\n <x@mill.example>\nIn-Reply-To: <x@mill.example>",
        "In-Reply-To: Your message of today <1@acme.example>",
    ] {
        let mut desk = Desk::new();
        let (first, _) = desk.mail(FIRST);
        let (answer, told) = desk.mail(&mail("Ana Lopez <ana@home.example>", headers));
        assert_eq!(answer.verdict, Verdict::Joined { lead: lead_of(&first) }, "{headers}");
        let added: LeadEnquiryAdded = told.get().unwrap();
        assert_eq!(added.matched, ["thread 1@acme.example"]);
        assert_eq!(desk.leads(), 1);
        // It is the same name, so the other address is hers from now on.
        let (later, _) = desk.mail("From: <ana@home.example>\nSubject: Milk\n\nAnd a frother?\n");
        assert_eq!(lead_of(&later), lead_of(&first));
    }
}

#[test]
fn f13_a_whole_conversation_is_followed_through_mails_that_were_never_captured() {
    let mut desk = Desk::new();
    let (first, _) = desk.mail(FIRST);
    // The seller's own answer went past us; theirs names both, the next one only the seller's.
    let headers = "Message-ID: <3@acme.example>\nReferences: <1@acme.example> <2@mill.example>\n\
                   In-Reply-To: <2@mill.example>";
    desk.mail(&mail("ana@home.example", headers));
    let headers = "Message-ID: <4@acme.example>\nIn-Reply-To: <2@mill.example>";
    let (last, _) = desk.mail(&mail("ana@third.example", headers));
    assert_eq!(lead_of(&last), lead_of(&first));
    assert_eq!(desk.leads(), 1);
}

#[test]
fn f13_a_colleague_who_answers_joins_the_lead_and_stays_another_person() {
    let mut desk = Desk::new();
    let (first, _) = desk.mail(FIRST);
    let headers = "Message-ID: <2@acme.example>\nIn-Reply-To: <1@acme.example>";
    let (answer, told) = desk.mail(&mail("Bob Orr <bob@acme.example>", headers));
    assert_eq!(lead_of(&answer), lead_of(&first));
    let added: LeadEnquiryAdded = told.get().unwrap();
    assert_eq!(added.enquiry.person.emails, ["bob@acme.example"], "the event says who wrote");
    assert_eq!(desk.lead(lead_of(&first)).enquiry.person.emails, ["ana@acme.example"]);
    let (own, _) =
        desk.mail("From: Bob Orr <bob@acme.example>\nSubject: Tea\n\nDo you sell tea?\n");
    assert!(matches!(own.verdict, Verdict::Created { .. }));
}

#[test]
fn f13_the_writers_own_lead_wins_and_a_thread_makes_no_conflict() {
    let mut desk = Desk::new();
    let (first, _) = desk.mail(FIRST);
    let (bobs, _) =
        desk.mail("From: Bob Orr <bob@orr.example>\nSubject: Tea\n\nDo you sell tea?\n");
    let (answer, _) = desk.mail(&mail("bob@orr.example", "In-Reply-To: <1@acme.example>"));
    assert_eq!(answer.verdict, Verdict::Joined { lead: lead_of(&bobs) });
    assert_ne!(lead_of(&bobs), lead_of(&first));
    // And Ana's conversation stays hers.
    let (again, _) = desk.mail(&mail("ana@home.example", "In-Reply-To: <1@acme.example>"));
    assert_eq!(lead_of(&again), lead_of(&first));
}

#[test]
fn f13_an_answer_to_a_closed_lead_is_a_new_one_which_the_conversation_then_follows() {
    let mut desk = Desk::new();
    let (first, _) = desk.mail(FIRST);
    let lost = LeadAction::Disqualify { at: desk.story.now, reason: DisqualifyReason::Lost };
    let closed = desk.lead(lead_of(&first)).apply(&lost).unwrap();
    desk.story.world.place(closed.into());
    let (second, _) = desk.mail(&mail("ana@home.example", "In-Reply-To: <1@acme.example>"));
    assert!(matches!(second.verdict, Verdict::Created { .. }));
    assert_eq!(desk.lead(lead_of(&second)).previous, Some(lead_of(&first)));
    let (third, _) = desk.mail(&mail("ana@third.example", "References: <1@acme.example>"));
    assert_eq!(third.verdict, Verdict::Joined { lead: lead_of(&second) });
}

#[test]
fn f13_strangers_whose_program_gives_every_mail_the_same_id_stay_apart() {
    let mut desk = Desk::new();
    let of = |from: &str| mail(from, "Message-ID: <constant@script.example>");
    let (one, _) = desk.mail(&of("ana@acme.example"));
    let (two, _) = desk.mail(&of("bob@orr.example"));
    assert_ne!(lead_of(&one), lead_of(&two));
}
