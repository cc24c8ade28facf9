use serde_json::{Value, json};

use super::*;
use crate::customer::{Account, Contact, Customer, CustomerState};
use crate::duplicate::{Duplicate, DuplicateAction, DuplicateState, id_of};
use crate::enquiry::LeadSource;
use crate::ids::{AccountId, ContactId, InputId, LeadId, minted};
use crate::lead::Lead;
use crate::world::World;
use chrono::DateTime;
use uuid::Uuid;

fn id(n: u8) -> Uuid {
    minted(DateTime::from_timestamp_millis(n.into()).unwrap(), [n; 10])
}

fn rules(rule: &Value) -> DuplicateRules {
    DuplicateRules::load(&json!({"version": "v1", "rule": [rule]})).unwrap()
}

fn by_company() -> Value {
    json!({"name": "company", "compare": {"name": 60, "company": 40}, "threshold": 85, "action": "link"})
}

fn by_domain() -> Value {
    json!({"name": "domain", "compare": {"name": 60, "domain": 40}, "threshold": 88, "action": "link"})
}

fn with(mut rule: Value, key: &str, value: Value) -> Value {
    rule[key] = value;
    rule
}

/// `Given Family, Company, e-mail`; what is empty is not said.
fn asks(who: &str) -> Enquiry {
    let said = |part: &str| Some(part.trim().to_owned()).filter(|part| !part.is_empty());
    let mut parts = who.split(',');
    let name = parts.next().and_then(said).unwrap_or_default();
    let (given, family) = name.split_once(' ').unwrap_or(("", &name));
    let (given_name, family_name) = (said(given), said(family));
    let company = parts.next().and_then(said);
    let emails = parts.next().and_then(said).into_iter().collect();
    let person = Person { given_name, family_name, emails, ..Person::default() };
    Enquiry { person, company, ..Enquiry::default() }
}

fn lead(n: u8, who: &str) -> Lead {
    Lead::new(LeadId(id(n)), format!("L-{n}"), InputId(id(100)), asks(who))
}

fn contact(n: u8, who: &str, state: CustomerState) -> Contact {
    let Enquiry { person, .. } = asks(who);
    let sample = crate::samples::contact(ContactId(id(n)));
    Contact { person, account: None, originating_lead: None, state, ..sample }
}

fn knowing(records: impl IntoIterator<Item = crate::record::Record>) -> World {
    let mut world = World { discovering: true, ..World::default() };
    records.into_iter().for_each(|record| world.place(record));
    world
}

fn ask<'r>(world: &World, rules: &'r DuplicateRules, enquiry: &Enquiry) -> Vec<Alike<'r>> {
    alike(world, rules, Asked { enquiry, lead: None, customer: Customer::default(), last: None })
}

#[test]
fn f21_regina_murphy_of_contoso_is_alike_regina_merphy_of_contoso_inc_and_kenny_is_not_john() {
    for (known, asking, rule, score) in [
        ("Regina Murphy, Contoso", "Regina Merphy, Contoso Inc", by_company(), Some(96)),
        ("Kenny Smith,, kenny@gmail.com", "John Smith,, john@gmail.com", by_domain(), None),
        ("Kenny,, kenny@gmail.com", "John,, john@gmail.com", by_domain(), None),
        (
            "Regina Murphy,, r@contoso.example",
            "Regina Merphy,, rm@contoso.example",
            by_domain(),
            Some(96),
        ),
        ("Anna Weber,, a@weber.example", "Peter Weber,, p@weber.example", by_domain(), None),
        ("Regina Murphy, Contoso", "Regina Merphy, Fabrikam", by_company(), None),
        ("Ana García López, Molinos", "Ana García, Molinos S.L.", by_company(), Some(91)),
        ("Jörg Müller, Mühle", "Joerg Mueller, Muehle GmbH", by_company(), Some(88)),
    ] {
        let rules = rules(&rule);
        let world = knowing([lead(1, known).into()]);
        let found = ask(&world, &rules, &asks(asking));
        assert_eq!(found.first().map(|it| it.score), score, "{known} and {asking}");
        for it in found {
            assert_eq!((it.like, it.more), (Like::Lead(LeadId(id(1))), false));
            assert_eq!(it.evidence.len(), 2, "what was compared is told");
        }
    }
}

#[test]
fn f20_leads_contacts_and_accounts_are_found_where_a_rule_asks_for_them() {
    let mut company = asks(", Contoso Milling, ");
    company.address = Some(Address { postal_code: Some("28 001".into()), ..Address::default() });
    let account = Account {
        name: "Contoso Milling Ltd".into(),
        address: Some(Address { postal_code: Some("28001".into()), ..Address::default() }),
        originating_lead: None,
        ..crate::samples::account(AccountId(id(3)))
    };
    let murphy = "Regina Murphy,, r@contoso.example";
    let world = knowing([
        lead(1, murphy).into(),
        contact(2, murphy, CustomerState::Active).into(),
        account.into(),
    ]);
    let likes = |rule: &Value, enquiry: &Enquiry| -> Vec<Like> {
        let rules = rules(rule);
        let mut likes: Vec<_> = ask(&world, &rules, enquiry).iter().map(|it| it.like).collect();
        likes.sort();
        likes
    };
    let (one, two) = (Like::Lead(LeadId(id(1))), Like::Contact(ContactId(id(2))));
    let merphy = asks("Regina Merphy,, rm@contoso.example");
    assert_eq!(likes(&by_domain(), &merphy), [one, two]);
    assert_eq!(likes(&with(by_domain(), "with", json!(["contact"])), &merphy), [two]);
    let place = json!({"name": "place", "compare": {"company": 70, "postal_code": 30}, "threshold": 92,
                       "action": "link", "with": ["account"]});
    assert_eq!(likes(&place, &company), [Like::Account(AccountId(id(3)))]);
}

#[test]
fn f20_who_is_inactive_counts_where_the_rule_says_so_and_a_closed_lead_is_its_contact() {
    let at = DateTime::UNIX_EPOCH;
    let murphy = "Regina Murphy,, r@contoso.example";
    let mut closed = lead(1, murphy).apply(&crate::lead::LeadAction::Qualify { at }).unwrap();
    let merphy = asks("Regina Merphy,, rm@contoso.example");
    let inactive = contact(2, murphy, CustomerState::Inactive { at });
    let world = knowing([closed.clone().into(), inactive.into()]);
    assert_eq!(ask(&world, &rules(&by_domain()), &merphy), []);
    let all = rules(&with(by_domain(), "inactive", json!(true)));
    assert_eq!(ask(&world, &all, &merphy).len(), 2);
    closed.contact = Some(ContactId(id(5)));
    let rules = rules(&by_domain());
    let world = knowing([closed.into()]);
    let found = ask(&world, &rules, &merphy);
    assert_eq!(found.first().map(|it| it.like), Some(Like::Contact(ContactId(id(5)))));
}

#[test]
fn f20_a_source_may_have_a_threshold_of_its_own() {
    let rules = rules(&with(by_company(), "threshold_of", json!({"list": 97})));
    let world = knowing([lead(1, "Regina Murphy, Contoso").into()]);
    let mut merphy = asks("Regina Merphy, Contoso Inc");
    assert_eq!(ask(&world, &rules, &merphy).len(), 1);
    merphy.source = LeadSource::List;
    assert_eq!(ask(&world, &rules, &merphy), []);
}

#[test]
fn f21_a_freemail_or_role_address_makes_no_duplicate_and_hinders_none() {
    let company = rules(&by_company());
    let world = knowing([lead(1, "Regina Murphy, Contoso, regina@gmail.com").into()]);
    let found = ask(&world, &company, &asks("Regina Merphy, Contoso Inc, rmerphy@gmail.com"));
    assert_eq!(found.len(), 1, "another freemail address speaks against nobody");
    let email = rules(
        &json!({"name": "e-mail", "compare": {"email": 70, "other_name": 30}, "threshold": 80,
                              "action": "block"}),
    );
    let world = knowing([lead(1, "Ana Weber, Mill, info@mill.example").into()]);
    assert_eq!(ask(&world, &email, &asks("Juan Sol, Mill, info@mill.example")), []);
}

#[test]
fn f20_whoever_shares_a_telephone_under_another_name_is_alike_by_a_rule_that_says_so() {
    let phone = rules(
        &json!({"name": "phone", "compare": {"phone": 70, "other_name": 30}, "threshold": 80,
                              "action": "link"}),
    );
    let mut known = lead(1, "Ana Weber");
    known.enquiry.person.phones = vec!["+34911234567".into()];
    let key = person_key(&known.enquiry);
    let party = crate::party::Party { lead: Some(known.id), ..crate::party::Party::unknown(key) };
    let world = knowing([known.clone().into(), party.into()]);
    let mut other = asks("Juan Sol");
    other.person.phones = known.enquiry.person.phones;
    assert_eq!(ask(&world, &phone, &other).first().map(|it| it.score), Some(100));
    other.person.family_name = Some("Weber".into());
    other.person.given_name = Some("Ana".into());
    assert_eq!(ask(&world, &phone, &other), [], "the same name is another matter");
}

fn person_key(enquiry: &Enquiry) -> crate::party::PartyKey {
    crate::party::person_keys(enquiry).remove(0)
}

#[test]
fn f20_of_a_key_the_newest_50_are_compared_and_the_match_says_that_there_were_more() {
    let rules = rules(&by_company());
    let merphy = asks("Regina Merphy, Contoso Inc");
    let leads = |names: std::ops::RangeInclusive<u8>| {
        names.map(|n| {
            lead(n, if n == 1 { "Regina Murphy, Contoso" } else { "Max Marfai, Contoso" }).into()
        })
    };
    let found = ask(&knowing(leads(1..=50)), &rules, &merphy)
        .iter()
        .map(|it| (it.like, it.more))
        .collect::<Vec<_>>();
    assert_eq!(found, [(Like::Lead(LeadId(id(1))), false)]);
    assert_eq!(ask(&knowing(leads(1..=51)), &rules, &merphy), [], "the oldest is beyond");
    let mut world = knowing(leads(2..=52));
    world.place(lead(60, "Regina Murphy, Contoso").into());
    assert_eq!(ask(&world, &rules, &merphy).first().map(|it| it.more), Some(true));
}

#[test]
fn f24_n9_what_a_person_closed_is_not_found_again_in_either_direction() {
    let rules = rules(&by_company());
    let (one, two) = (lead(1, "Regina Murphy, Contoso"), lead(2, "Regina Merphy, Contoso Inc"));
    let closed = Duplicate {
        id: id_of(one.id.0, two.id.0),
        sequence: 1,
        lead: one.id,
        other_lead: Some(two.id),
        contact: None,
        account: None,
        rules: "v1".into(),
        rule: "company".into(),
        action: DuplicateAction::Link,
        score: 96,
        evidence: Vec::new(),
        more: false,
        state: DuplicateState::Closed { at: DateTime::UNIX_EPOCH },
    };
    let open = Duplicate { state: DuplicateState::Open, ..closed.clone() };
    for (known, left) in [(open, 1), (closed, 0)] {
        let world = knowing([one.clone().into(), two.clone().into(), known.into()]);
        for lead in [&one, &two] {
            let asked = Asked {
                enquiry: &lead.enquiry,
                lead: Some(lead),
                customer: Customer::default(),
                last: None,
            };
            let found = alike(&world, &rules, asked);
            assert_eq!(found.len(), 1);
            assert_eq!(
                found
                    .iter()
                    .filter(|it| not_kept_apart(&world, lead, Customer::default(), it))
                    .count(),
                left
            );
        }
    }
}

#[test]
fn f24_who_is_kept_apart_is_not_found_again_although_they_are_alike() {
    let rules = rules(&by_company());
    let (one, two) = (lead(1, "Regina Murphy, Contoso"), lead(2, "Regina Merphy, Contoso Inc"));
    let mut apart = one.clone();
    apart.kept_apart = vec![two.id.0];
    let world = knowing([apart.clone().into(), two.clone().into()]);
    let asked = Asked {
        enquiry: &apart.enquiry,
        lead: Some(&apart),
        customer: Customer::default(),
        last: None,
    };
    let found = alike(&world, &rules, asked);
    assert_eq!(found.len(), 1);
    assert!(
        !not_kept_apart(&world, &apart, Customer::default(), &found[0])
            && not_kept_apart(&world, &one, Customer::default(), &found[0])
    );
}

#[test]
fn f21_a_party_has_at_most_three_keys_and_each_joins_two_facts() {
    let mut murphy = asks("Regina Murphy, Contoso, r@contoso.example");
    let count = |enquiry: &Enquiry| Likeness::of_enquiry(enquiry).keys().len();
    assert_eq!(count(&murphy), 2);
    murphy.address = Some(Address { postal_code: Some("28001".into()), ..Address::default() });
    assert_eq!(count(&murphy), KEYS_MAX);
    for alone in
        ["Regina Murphy", ", Contoso", ",, r@contoso.example", "Regina Murphy,, r@gmail.com"]
    {
        assert_eq!(count(&asks(alone)), 0, "{alone}");
    }
}

#[test]
fn f20_every_problem_of_the_rules_is_named_at_once() {
    let bad = json!({"rule": [
        {"name": "a", "compare": {"domain": 40, "postal_code": 10}, "threshold": 101, "action": "merge"},
        {"name": "a", "compare": {"name": 0, "surname": 5}, "threshold": 50, "action": "link", "inactive": "no",
         "threshold_of": {"fair": 10, "list": 0}, "with": ["person"], "weight": 1},
    ], "rules": 1});
    let problems = DuplicateRules::load(&bad).unwrap_err();
    for told in [
        "has no key `rules`",
        "`version` is missing",
        "Rule 1 \"a\": `compare` names too little",
        "Rule 1 \"a\": `threshold` is no",
        "Rule 1 \"a\": `action` is none of link",
        "Rule 2 \"a\": give the key",
        "the weight of `name`",
        "`compare` names `surname`",
        "`inactive` is neither",
        "names `fair`",
        "`threshold_of.list`",
        "`with` names `person`",
        "has no key `weight`",
    ] {
        assert!(problems.iter().any(|problem| problem.contains(told)), "{told}: {problems:#?}");
    }
}
