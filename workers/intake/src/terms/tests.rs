//! Lists with what their senders declare.

use std::collections::BTreeMap;

use domain::declared::{Declared, Profile};
use domain::enquiry::{LeadSource, NoLead, PartReading};

use super::*;
use crate::ReadOptions;
use crate::table::Table;

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(column, field)| ((*column).to_owned(), (*field).to_owned())).collect()
}

fn open(text: &str, declared: &Declared) -> Result<Table, String> {
    let terms = Terms::new(false, declared)?;
    Table::open(text.as_bytes(), &ReadOptions::default(), &terms)
}

fn readings(text: &str, declared: &Declared) -> Vec<PartReading> {
    let table = open(text, declared).expect("opens");
    table.rows(1, 100).into_iter().map(|part| part.reading).collect()
}

fn enquiry(reading: &PartReading) -> &domain::enquiry::Enquiry {
    let PartReading::Enquiry(enquiry) = reading else { panic!("{reading:?}") };
    enquiry
}

#[test]
fn f17_a_declared_locale_reads_what_is_in_doubt_otherwise() {
    let text = "Name;E-Mail;Presupuesto;Empleados;Close date;Artículo;Cantidad\n\
                Ana;ana@acme.es;1.500;1.000;03/04/2026;P-1;1.000\n";
    let none = readings(text, &Declared::default());
    let (read, none) = (enquiry(&none[0]).clone(), Declared::default());
    assert_eq!((read.budget, read.close_date, read.interest[0].quantity), (None, None, None));
    let spanish = Declared { locale: Some("es-ES".into()), ..none };
    let rows = readings(text, &spanish);
    let read = enquiry(&rows[0]);
    assert_eq!(read.budget.map(|it| it.to_string()).as_deref(), Some("1500"));
    assert_eq!(read.close_date.map(|it| it.to_string()).as_deref(), Some("2026-04-03"));
    assert_eq!(read.interest[0].quantity.map(|it| it.to_string()).as_deref(), Some("1000"));
    assert_eq!(read.employees, Some(1000));
    assert!(read.doubts.is_empty(), "{:?}", read.doubts);
}

#[test]
fn a_declared_mapping_counts_more_than_what_is_recognised() {
    let text = "c1,Name,Phone,Email\nanna@x.example,Blum GmbH,secret,old@x.example\n";
    let map = map(&[("c1", "email"), ("Name", "company"), ("Phone", "ignore")]);
    let rows = readings(text, &Declared { map, ..Declared::default() });
    let read = enquiry(&rows[0]);
    assert_eq!(read.person.emails, ["anna@x.example"]);
    assert_eq!(read.company.as_deref(), Some("Blum GmbH"));
    let others: Vec<_> =
        read.other.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
    assert_eq!(others, [("Email", "old@x.example")], "kept, and read as nothing");
}

#[test]
fn a_header_that_nobody_knows_is_found_by_the_mapping() {
    let text = "Notes of March\nspalte a,spalte b\na@x.example,Anna\n";
    assert!(open(text, &Declared::default()).is_err());
    let map = map(&[("spalte a", "email"), ("spalte b", "given_name")]);
    let rows = readings(text, &Declared { map, ..Declared::default() });
    assert_eq!(enquiry(&rows[0]).person.given_name.as_deref(), Some("Anna"));
}

#[test]
fn what_is_proposed_can_be_declared_and_reads_the_same() {
    let text = "Vorname;Name;E-Mail;Lieblingsfarbe;Token\nAnna;Blum;a@b.de;rot;x\n";
    let table = open(text, &Declared::default()).expect("opens");
    let proposed = serde_json::to_string(&table.map()).expect("JSON");
    let map = serde_json::from_str(&proposed).expect("the form of a mapping");
    let declared = Declared { map, ..Declared::default() };
    assert_eq!(readings(text, &declared), readings(text, &Declared::default()));
    for name in Field::names() {
        assert_eq!(Field::of_name(name).map(Field::name), Some(name));
    }
}

#[test]
fn what_is_not_known_is_refused_by_its_name() {
    let text = "Name,Email\nAnna,a@x.example\n";
    let with = |pairs: &[(&str, &str)]| Declared { map: map(pairs), ..Declared::default() };
    let locale = |it: &str| Declared { locale: Some(it.into()), ..Declared::default() };
    let profile = |it: Profile| Declared { profile: Some(it), ..Declared::default() };
    for (declared, said) in [
        (
            with(&[("Nmae", "full_name")]),
            "names `Nmae`, which the list does not have (it has Name, Email)",
        ),
        (
            with(&[("Name", "fullname")]),
            "column `Name` is `fullname`, which is no field; write `full_name`",
        ),
        (with(&[("Name", "shoe size")]), "`shoe size`, which is no field; name one of"),
        (locale("es"), "locale `es` is not known"),
        (
            profile(Profile { countries: vec!["Atlantis".into()], ..Profile::default() }),
            "`Atlantis`",
        ),
        (
            profile(Profile {
                employees_min: Some(9),
                employees_max: Some(1),
                ..Profile::default()
            }),
            "at least 9 and at most 1",
        ),
    ] {
        let refused = open(text, &declared).expect_err("refused");
        assert!(refused.contains(said) && refused.ends_with('.'), "{refused}");
    }
    for (name, value, said) in [
        ("x-source", "the moon", "declared source is `the moon`"),
        ("x-map", "{", "`x-map` cannot be read"),
        ("x-profile", "{\"colour\":1}", "unknown field `colour`"),
    ] {
        let headers = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let refused = declared(&headers).expect_err("refused");
        assert!(refused.contains(said) && refused.ends_with('.'), "{refused}");
    }
}

#[test]
fn f6_rows_outside_of_the_target_profile_are_rejected_with_the_condition() {
    let profile = Profile {
        countries: vec!["ES".into(), "Portugal".into()],
        industries: vec!["Hospitality".into()],
        employees_min: Some(10),
        ..Profile::default()
    };
    let declared = Declared { profile: Some(profile), ..Declared::default() };
    let text = "Name,Email,Country,Industry,Employees\n\
                In,a@x.example,Spain,hospitality,10\n\
                Where,b@x.example,France,Hospitality,20\n\
                What,c@x.example,PT,Mining,20\n\
                Small,d@x.example,ES,Hospitality,9\n\
                Unsaid,e@x.example,ES,Hospitality,\n\
                Both,f@x.example,FR,,\n";
    let rows = readings(text, &declared);
    assert_eq!(enquiry(&rows[0]).person.emails, ["a@x.example"]);
    for (row, said) in [
        (1, "country is `FR`, not ES or PT"),
        (2, "industry is `Mining`"),
        (3, "9 employees, fewer than 10"),
        (5, "country"),
    ] {
        let PartReading::NoLead { kind: NoLead::Profile, reason } = &rows[row] else {
            panic!("{:?}", rows[row])
        };
        assert!(reason.contains(said), "{reason}");
    }
    let PartReading::Unclear { reason, enquiry: Some(_) } = &rows[4] else {
        panic!("{:?}", rows[4])
    };
    assert!(reason.contains("number of employees"), "{reason}");
}

#[test]
fn source_campaign_owner_and_consent_of_the_list_are_those_of_its_leads() {
    let declared = Declared {
        source: Some(LeadSource::TradeShow),
        campaign: Some("Fair 2026".into()),
        owner: Some("eva@us.example".into()),
        consent: Some("Yes, write to me about chairs.".into()),
        map: map(&[("Owner", "owner")]),
        ..Declared::default()
    };
    let text = "Email,Campaign,Owner,Newsletter,Source\n\
                a@x.example,Other,,,Partner\nb@x.example,,Max,no,\n";
    let rows = readings(text, &declared);
    let (first, second) = (enquiry(&rows[0]), enquiry(&rows[1]));
    assert_eq!(first.source, LeadSource::TradeShow);
    assert_eq!(first.campaign.as_deref(), Some("Fair 2026"));
    assert_eq!(
        (first.owner.as_deref(), second.owner.as_deref()),
        (Some("eva@us.example"), Some("Max"))
    );
    assert!(first.consent);
    let wording =
        |of: &domain::enquiry::Enquiry| of.other.iter().any(|it| it.name == "consent wording");
    assert!(wording(first));
    assert!(!second.consent && !wording(second), "their own no counts more");
}
