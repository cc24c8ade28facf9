//! Consent, by the address that reaches somebody: yes, no, and what machines report.

use domain::commands::{ConsentChange, ConsentLift, ConsentSuppress};
use domain::consent::{Consent, ConsentState, ConsentWord, Purpose, SuppressionReason};
use domain::events::{ConsentChanged, ConsentLifted, ConsentSuppressed, LeadCaptured};
use domain::ids::ConsentId;
use domain::keys::ConsentOf;
use domain::pseudonym::PseudonymKey;
use serde_json::json;

use super::*;

const MAIL: &str = "ana@acme.example";

fn known(desk: &Desk) -> &Consent {
    desk.story.world.by(ConsentOf(format!("email {MAIL}"))).unwrap()
}

fn word(desk: &Desk) -> ConsentWord {
    known(desk).standing(Purpose::BulkMail).unwrap().said.word
}

fn later(desk: &mut Desk) {
    desk.story.now += chrono::TimeDelta::hours(1);
}

fn change(word: ConsentWord) -> ConsentChange {
    ConsentChange {
        consent: None,
        channel: Some("Ana@Acme.example".parse().unwrap()),
        purpose: Purpose::BulkMail,
        word,
        wording: None,
        version: Some("2026-03".parse().unwrap()),
        at: None,
    }
}

fn hears(desk: &mut Desk, when: When) -> Result<Told, Refusal> {
    desk.hears(when).1
}

fn rule(told: Result<Told, Refusal>) -> (&'static str, String) {
    match told {
        Err(Refusal::No(reason)) => (reason.rule, reason.message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn f18_an_opt_out_after_an_opt_in_counts_and_lead_and_history_say_so() {
    let mut desk = Desk::new();
    let (first, told) =
        desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "newsletter": "yes" }));
    let said: ConsentChanged = told.get().unwrap();
    assert_eq!((said.from, said.to.said.word, said.bulk_mail), (None, ConsentWord::Given, true));
    assert_eq!((said.to.input, said.channel.as_str()), (Some(first.id), "email ana@acme.example"));
    assert!(desk.lead(lead_of(&first)).enquiry.consent);
    later(&mut desk);
    let (_, told) =
        desk.form(&json!({ "email": MAIL, "donotbulkemail": "1", "message": "No more." }));
    let said: ConsentChanged = told.get().unwrap();
    assert_eq!((said.from, said.to.said.word), (Some(ConsentWord::Given), ConsentWord::Withdrawn));
    assert!(!desk.lead(lead_of(&first)).enquiry.consent);
    assert_eq!(known(&desk).sequence, 2, "both words are kept");
}

#[test]
fn f18_the_yes_of_a_list_does_not_overrule_a_withdrawal_and_their_own_later_yes_does() {
    let mut desk = Desk::new();
    desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "donotbulkemail": "yes" }));
    later(&mut desk);
    let (file, _) =
        desk.takes("intake.import", "text/csv", b"email;newsletter\nana@acme.example;yes\n");
    let row = domain::commands::InputRow {
        input: file.id,
        channel: domain::enquiry::Channel::Import,
        part: domain::enquiry::Part {
            number: 1,
            reading: domain::enquiry::PartReading::Enquiry(Box::new(agreeing())),
            original: json!({}),
        },
    };
    let told = hears(&mut desk, When::Row(Box::new(row))).unwrap();
    assert!(told.get::<ConsentChanged>().is_none(), "{:?}", told.types());
    assert_eq!(word(&desk), ConsentWord::Withdrawn);
    later(&mut desk);
    let (again, _) = desk.form(&json!({ "email": MAIL, "newsletter": "yes" }));
    assert_eq!(word(&desk), ConsentWord::Given);
    assert!(desk.lead(lead_of(&again)).enquiry.consent);
}

fn agreeing() -> Enquiry {
    let said = domain::consent::ConsentSaid {
        purpose: Purpose::BulkMail,
        word: ConsentWord::Given,
        wording: None,
        version: None,
    };
    Enquiry { consent: true, consents: vec![said], ..person("Lopez", &[MAIL], &[]) }
}

#[test]
fn f18_a_new_lead_of_somebody_who_withdrew_does_not_say_that_they_agreed() {
    let mut desk = Desk::new();
    hears(&mut desk, When::Change(Box::new(change(ConsentWord::Withdrawn)))).unwrap();
    let card =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Lopez\r\nEMAIL:ana@acme.example\r\nEND:VCARD\r\n";
    let (input, _) = desk.takes("intake.card", "text/vcard", card.as_bytes());
    assert!(!desk.lead(lead_of(&input)).enquiry.consent);
    let said = known(&desk).standing(Purpose::BulkMail).unwrap();
    assert_eq!(said.said.version.as_deref(), Some("2026-03"));
}

#[test]
fn f18_a_double_opt_in_is_a_yes_once_it_is_confirmed() {
    let mut desk = Desk::new();
    let pending = hears(&mut desk, When::Change(Box::new(change(ConsentWord::Pending)))).unwrap();
    assert!(!pending.get::<ConsentChanged>().unwrap().bulk_mail);
    later(&mut desk);
    let given = hears(&mut desk, When::Change(Box::new(change(ConsentWord::Given)))).unwrap();
    let said: ConsentChanged = given.get().unwrap();
    assert_eq!((said.from, said.bulk_mail), (Some(ConsentWord::Pending), true));
    let again = hears(&mut desk, When::Change(Box::new(change(ConsentWord::Given)))).unwrap();
    assert!(again.already && again.says.is_empty());
    later(&mut desk);
    hears(&mut desk, When::Change(Box::new(change(ConsentWord::Withdrawn)))).unwrap();
    let at = Some(desk.story.now - chrono::TimeDelta::hours(2));
    let older = ConsentChange { at, ..change(ConsentWord::Given) };
    let (rule, message) = rule(hears(&mut desk, When::Change(Box::new(older))));
    assert_eq!(rule, "consent.older_word");
    assert!(
        message.contains("withdrawn stands") && message.contains("leadmill show consent"),
        "{message}"
    );
}

#[test]
fn f18_whom_nobody_reaches_and_who_complains_are_suppressed_by_what_intake_recognises_and_lifted_by_hand()
 {
    let mut desk = Desk::new();
    desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "newsletter": "yes" }));
    let hook =
        json!({ "RecordType": "Bounce", "Type": "HardBounce", "Email": MAIL, "MessageID": "1" });
    let (input, told) = desk.form(&hook);
    assert_eq!(input.verdict, Verdict::Rejected);
    let said: ConsentSuppressed = told.get().unwrap();
    assert_eq!((said.suppression_reason, said.input), (SuppressionReason::Bounce, Some(input.id)));
    assert!(!known(&desk).allows(Purpose::BulkMail) && word(&desk) == ConsentWord::Given);
    let consent: ConsentId = known(&desk).id;
    let lift = ConsentLift {
        consent: Some(consent),
        channel: None,
        reason: "New mailbox".parse().unwrap(),
    };
    let lifted = hears(&mut desk, When::Lift(Box::new(lift.clone()))).unwrap();
    assert!(lifted.get::<ConsentLifted>().unwrap().bulk_mail);
    assert!(hears(&mut desk, When::Lift(Box::new(lift))).unwrap().already);

    later(&mut desk);
    let (_, told) = desk
        .form(&json!({ "event": "spamreport", "email": MAIL, "sg_event_id": "x", "timestamp": 1 }));
    assert_eq!(told.get::<ConsentChanged>().unwrap().to.said.word, ConsentWord::Withdrawn);
    assert!(matches!(
        known(&desk).state,
        ConsentState::Suppressed { reason: SuppressionReason::Complaint, .. }
    ));
}

#[test]
fn f18_a_person_suppresses_by_address_or_telephone_and_what_is_neither_is_refused() {
    let mut desk = Desk::new();
    let suppress = |channel: &str| ConsentSuppress {
        consent: None,
        channel: Some(channel.parse().unwrap()),
        reason: SuppressionReason::ByHand,
        comment: None,
    };
    let told = hears(&mut desk, When::Suppress(Box::new(suppress("+49 89 123456")))).unwrap();
    assert_eq!(told.get::<ConsentSuppressed>().unwrap().channel, "phone +4989123456");
    assert!(hears(&mut desk, When::Suppress(Box::new(suppress("+49 89 123456")))).unwrap().already);
    let (rule, message) = rule(hears(&mut desk, When::Suppress(Box::new(suppress("Ana")))));
    assert!(rule == "consent.no_channel" && message.contains("\"Ana\""), "{message}");
}

#[test]
fn f18_purposes_are_kept_apart_and_a_held_input_takes_back_at_once() {
    let mut desk = Desk::new();
    let form = json!({ "name": "Ana Lopez", "email": MAIL, "phone": "+4989123456", "newsletter": "yes",
        "donotphone": "1", "profilingconsent": "yes" });
    let (_, told) = desk.form(&form);
    let mut said: Vec<_> = told
        .all::<ConsentChanged>()
        .into_iter()
        .map(|it| format!("{} {} {:?}", it.channel, it.to.said.purpose, it.to.said.word))
        .collect();
    said.sort();
    assert_eq!(
        said,
        [
            "email ana@acme.example bulk_mail Given",
            "email ana@acme.example profiling Given",
            "phone +4989123456 phone Withdrawn",
        ]
    );
    later(&mut desk);
    desk.form(&json!({ "name": "Bob Orr", "email": "bob@orr.example" }));
    let both =
        json!({ "email": MAIL, "email2": "bob@orr.example", "name": "Ana", "newsletter": "no" });
    let (input, _) = desk.form(&both);
    assert_eq!(input.verdict, Verdict::Held);
    assert_eq!(word(&desk), ConsentWord::Withdrawn);
}

#[test]
fn f34_a_second_mail_with_another_budget_reaches_the_lead_as_a_newer_fact_and_its_text_too() {
    let mut desk = Desk::new();
    let (first, _) = desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "budget": "1000 EUR", "message": "One mill." }));
    let (_, told) = desk
        .form(&json!({ "email": MAIL, "budget": "90000 EUR", "message": "Ten mills, please." }));
    let said: domain::events::LeadEnquiryAdded = told.get().unwrap();
    let newer = serde_json::to_value(said.newer.unwrap()).unwrap();
    assert_eq!(newer, json!({ "from": { "budget": "1000" }, "to": { "budget": "90000" } }));
    let lead = desk.lead(lead_of(&first));
    assert_eq!(lead.enquiry.budget.map(|it| it.to_string()).as_deref(), Some("90000"));
    assert_eq!(lead.enquiry.message.as_deref(), Some("Ten mills, please."));
    assert_eq!(lead.enquiry.earlier, ["One mill."]);
    let captured: Option<LeadCaptured> = told.get();
    assert!(captured.is_none());
}

/// Their record as an erasure leaves it, without the lead and the key.
fn erased(desk: Desk, secret: &str) -> Desk {
    let was = known(&desk).clone();
    let pseudonym = PseudonymKey::of(secret).pseudonym(&was.channel);
    let gone = Desk::knowing(PseudonymKey::of("the secret"));
    gone.given(Consent { channel: pseudonym, ..was })
}

#[test]
fn f18_f119_who_was_suppressed_and_erased_is_known_again_and_nothing_is_sent_to_them() {
    let mut desk = Desk::new();
    desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "newsletter": "yes" }));
    let reason = SuppressionReason::Complaint;
    let channel = Some(MAIL.parse().unwrap());
    let suppress = ConsentSuppress { consent: None, channel, reason, comment: None };
    hears(&mut desk, When::Suppress(Box::new(suppress))).unwrap();
    let id = known(&desk).id;
    let mut desk = erased(desk, "the secret");
    later(&mut desk);
    let form =
        json!({ "name": "Ana Lopez", "email": MAIL, "newsletter": "yes", "message": "Me again." });
    let (input, told) = desk.form(&form);
    assert!(!desk.lead(lead_of(&input)).enquiry.consent, "nothing is sent in bulk");
    assert!(told.all::<ConsentChanged>().iter().all(|said| !said.bulk_mail && said.consent == id));
    let again = ConsentSuppress {
        consent: None,
        channel: Some(MAIL.parse().unwrap()),
        reason,
        comment: None,
    };
    assert!(hears(&mut desk, When::Suppress(Box::new(again))).unwrap().already);
}

#[test]
fn f18_f119_a_withdrawal_outlives_its_person_and_only_they_themselves_take_it_back() {
    let mut desk = Desk::new();
    desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "donotbulkemail": "1" }));
    let id = known(&desk).id;
    let mut desk = erased(desk, "the secret");
    later(&mut desk);
    let list = format!("name,email,newsletter\nAna Lopez,{MAIL},yes\n");
    let (_, told) = desk.takes("intake.import", "text/csv", list.as_bytes());
    assert!(told.all::<ConsentChanged>().is_empty());
    let gone = desk.story.world.find(id).unwrap();
    assert!(domain::pseudonym::is_gone(&gone.channel), "the address is not kept");
    let (input, told) =
        desk.form(&json!({ "email": MAIL, "newsletter": "yes", "message": "Yes." }));
    let said: ConsentChanged = told.get().unwrap();
    assert_eq!((said.consent, said.channel.as_str()), (id, "email ana@acme.example"));
    assert_eq!((said.from, said.bulk_mail), (Some(ConsentWord::Withdrawn), true));
    assert!(desk.lead(lead_of(&input)).enquiry.consent && known(&desk).id == id);
}

#[test]
fn f18_f119_by_another_secret_nobody_is_known_again() {
    let mut desk = Desk::new();
    desk.form(&json!({ "name": "Ana Lopez", "email": MAIL, "donotbulkemail": "1" }));
    let id = known(&desk).id;
    let mut desk = erased(desk, "another secret");
    later(&mut desk);
    desk.form(
        &json!({ "name": "Ana Lopez", "email": MAIL, "newsletter": "yes", "message": "Hi." }),
    );
    assert_ne!(known(&desk).id, id);
}
