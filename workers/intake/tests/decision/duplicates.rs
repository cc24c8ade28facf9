//! Whoever is alike before a lead is made of an enquiry, where a rule asks for that.

use domain::commands::InputRelease;
use domain::events::{InputHeld, LeadEnquiryAdded};
use domain::input::HoldReason;
use serde_json::{Value, json};

use super::*;

fn looking(action: &str) -> Desk {
    let rule = json!({"name": "domain", "compare": {"name": 60, "domain": 40}, "threshold": 88,
                      "action": action});
    Desk::looking_for(DuplicateRules::load(&json!({"version": "v1", "rule": [rule]})).unwrap())
}

fn form(name: &str, email: &str) -> Value {
    json!({ "name": name, "email": email, "message": "Please send an offer for two mills." })
}

#[test]
fn f61_a_rule_that_blocks_holds_the_input_naming_the_other_and_released_it_is_a_lead() {
    let mut desk = looking("block");
    let first = lead_of(&desk.form(&form("Regina Murphy", "regina@contoso.example")).0);
    let (input, told) = desk.form(&form("Regina Merphy", "rm@contoso.example"));
    assert_eq!(input.verdict, Verdict::Held, "{}", input.reason);
    let held: InputHeld = told.get().unwrap();
    assert_eq!((held.hold_reason, held.parties), (HoldReason::Duplicate, vec![first.0]));
    assert!(held.reason.contains("alike by the rule \"domain\""), "{}", held.reason);
    let release = InputRelease { input: input.id, enquiry: None, party: None, third: false };
    let told = desk.hears(When::Release(Box::new(release))).1.unwrap();
    assert_eq!(told.types(), ["lead.captured.v1"]);
}

#[test]
fn f20_a_rule_may_take_an_enquiry_for_one_of_the_open_lead_that_is_alike() {
    let mut desk = looking("new_enquiry");
    let first = lead_of(&desk.form(&form("Regina Murphy", "regina@contoso.example")).0);
    let (input, told) = desk.form(&form("Regina Merphy", "rm@contoso.example"));
    assert_eq!(input.verdict, Verdict::Joined { lead: first });
    let added: LeadEnquiryAdded = told.get().unwrap();
    assert_eq!(added.matched, ["rule domain (96)"]);
    assert_eq!(desk.lead(first).enquiry.person.emails.len(), 2);
}

#[test]
fn f20_what_only_links_or_holds_makes_a_lead_and_freemail_blocks_nobody() {
    for (action, domain) in
        [("link", "contoso.example"), ("hold", "contoso.example"), ("block", "gmail.com")]
    {
        let mut desk = looking(action);
        desk.form(&form("Regina Murphy", &format!("regina@{domain}")));
        let (input, _) = desk.form(&form("Regina Merphy", &format!("rm@{domain}")));
        assert!(matches!(input.verdict, Verdict::Created { .. }), "{action}: {}", input.reason);
        assert_eq!(desk.leads(), 2);
    }
}
