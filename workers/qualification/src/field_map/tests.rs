use domain::enquiry::Enquiry;
use domain::ids::InputId;
use domain::samples::Dice;

use super::kind::Kind;
use super::*;

const BUILT_IN: &str = include_str!("../../../../config/field_map.toml");

fn problems(text: &str) -> Vec<String> {
    FieldMap::load(text).unwrap_err().problems
}

#[test]
fn f59_the_map_that_is_built_in_takes_every_lead_that_can_be() {
    let map = FieldMap::load(BUILT_IN).unwrap();
    assert_eq!(map.version(), "2026-03");
    let mut dice = Dice::new(1);
    for _ in 0..300 {
        let enquiry: Enquiry = dice.any();
        let nobody = uuid::Uuid::nil();
        let lead = Lead::new(nobody.into(), "L-1".into(), InputId(nobody), enquiry.clone());
        let mapped = map.follow(&lead).unwrap();
        assert_eq!(mapped.opportunity.name, enquiry.topic);
        assert_eq!(mapped.opportunity.description, enquiry.message);
        assert_eq!(mapped.opportunity.estimated_revenue, enquiry.budget);
        assert_eq!(mapped.opportunity.interest, enquiry.interest);
        assert_eq!(mapped.account.phone, enquiry.person.phones.first().cloned());
        assert_eq!(mapped.account.address, enquiry.address);
        assert_eq!(mapped.contact.emails, enquiry.person.emails);
        assert_eq!(mapped.contact.consent, enquiry.consent);
    }
}

#[test]
fn f59_every_unknown_field_on_either_side_is_named_at_once() {
    let found = problems(
        "version = ''\ncolour = 1\n[opportunity]\nname = 'topi'\nmood = 'topic'\n[account]\n\
         website = 7\n[contact]\nemails = 'person.mails'",
    );
    let parts = [
        "`colour`",
        "`version`",
        "a lead has no field \"topi\"",
        "[opportunity] mood: there is no such field; the fields are campaign",
        "[account] website: a lead has no field \"\"",
        "a lead has no field \"person.mails\"; its fields are address.city",
        "[account] name",
    ];
    for part in parts {
        assert!(found.iter().any(|problem| problem.contains(part)), "{part}: {found:#?}");
    }
    assert_eq!(found.len(), parts.len(), "{found:#?}");
}

#[test]
fn f59_a_field_of_another_type_is_refused_with_both_types() {
    let found = problems(
        "version = 'x'\n[opportunity]\nname = 'message'\nneed = 'topic'\nclose_date = 'budget'\n\
         interest = 'person.emails'\nestimated_revenue = 'employees'\ndescription = 'source'\n\
         [account]\nname = 'person.phones'\n[contact]\nconsent = 'company'",
    );
    let expected = [
        "[opportunity] name is text of one line and 400 characters, and the lead's message is text of 20000 characters",
        "[opportunity] need is one of must_have, should_have, good_to_have, no_need, and the lead's topic is text",
        "[opportunity] close_date is a day, and the lead's budget is a decimal",
        "[opportunity] interest is a list of an object with product, properties, quantity, and the lead's person.emails is a list of text",
        "[opportunity] estimated_revenue is a decimal, and the lead's employees is a whole number",
        "and the lead's source is one of advertisement",
        "[account] name is text of one line and 400 characters, and the lead's person.phones is a list of text",
        "[contact] consent is yes or no, and the lead's company is text",
        "an amount is nothing without its currency",
    ];
    for part in expected {
        assert!(found.iter().any(|problem| problem.contains(part)), "{part}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn f59_a_shorter_text_goes_where_a_longer_one_may_and_a_place_of_a_list_is_a_field() {
    let map = FieldMap::load(
        "version = 'x'\n[opportunity]\ndescription = 'topic'\nowner = 'person.emails.0'\n\
         [account]\nname = 'company'",
    );
    let map = map.unwrap();
    let mut enquiry = Enquiry { topic: Some("Two".into()), ..Enquiry::default() };
    enquiry.person.emails = vec!["a@b.example".into()];
    let nobody = uuid::Uuid::nil();
    let mapped = map.follow(&Lead::new(nobody.into(), "L-1".into(), InputId(nobody), enquiry));
    let mapped = mapped.unwrap().opportunity;
    assert_eq!(mapped.description.as_deref(), Some("Two"));
    assert_eq!(mapped.owner.as_deref(), Some("a@b.example"));
}

#[test]
fn every_field_of_a_lead_is_known_by_its_path() {
    let lead = Kind::of::<Enquiry>();
    for path in lead.paths() {
        let kind = lead.at(&path).unwrap();
        assert!(!kind.to_string().ends_with("with "), "{path} is {kind}");
    }
    assert!(lead.paths().contains(&"person.given_name".to_owned()));
    assert_eq!(lead.at("person.emails.0.x"), None);
    assert_eq!(lead.at("person.emails.x"), None);
}

#[test]
fn what_is_no_table_or_too_long_is_refused() {
    assert!(problems(&"#".repeat(70_000))[0].contains("longer"));
    assert!(problems("[")[0].contains("no TOML"));
    assert!(problems("version = 'x'\naccount = 1")[0].contains("no table"));
}
