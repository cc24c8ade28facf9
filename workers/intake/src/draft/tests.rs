use rust_decimal_macros::dec;

use domain::enquiry::NoLead;

use super::*;

fn read(pairs: &[(&str, &str)]) -> PartReading {
    let options = ReadOptions {
        default_region: "ES".to_owned(),
        own_domains: vec![],
        ..ReadOptions::default()
    };
    let mut draft = Draft::new(LeadSource::Web, &options);
    pairs.iter().for_each(|(name, value)| draft.named(name, value));
    draft.finish("The form")
}

fn enquiry(pairs: &[(&str, &str)]) -> Enquiry {
    match read(pairs) {
        PartReading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?}"),
    }
}

#[test]
fn how_sure_it_is_follows_from_the_fields() {
    use domain::certainty::Certainty::{Certain, Guessed, Likely};
    for (fields, who, channel) in [
        (&[("name", "Ana Ruiz"), ("email", "ana@ruiz.example")][..], Certain, Certain),
        (&[("company", "Ruiz"), ("email", "info@ruiz.example")], Certain, Certain),
        (&[("email", "ana@ruiz.example")], Guessed, Certain),
        (&[("name", "Ana Ruiz <ana@ruiz.example>")], Certain, Likely),
        (&[("name", "Ana Ruiz"), ("field 7", "ana@ruiz.example")], Certain, Likely),
    ] {
        let PartReading::Enquiry(read) = read(fields) else { panic!("{fields:?}") };
        assert_eq!((read.certainty.who, read.certainty.channel), (who, channel), "{fields:?}");
        assert_eq!(read.certainty.doubts().next().is_some(), who != Certain || channel != Certain);
    }
}

#[test]
fn f1_fields_in_any_language_become_one_enquiry() {
    let read = enquiry(&[
        ("Nombre y apellidos", "Ana Ruiz"),
        ("Correo electrónico", " ANA@Acme.ES "),
        ("Teléfono móvil", "612 345 678"),
        ("teléfono", "912 345 678"),
        ("Empresa", "Acme S.A."),
        ("sku", "P-100"),
        ("cantidad", "3"),
        ("Presupuesto", "1.234,56 €"),
        ("favourite colour", "red"),
    ]);
    assert_eq!(read.person.full_name().as_deref(), Some("Ana Ruiz"));
    assert_eq!(read.person.emails, ["ana@acme.es"]);
    assert_eq!(read.person.phones, ["+34912345678", "+34612345678"]);
    assert_eq!(read.interest[0].quantity, Some(dec!(3)));
    assert_eq!((read.budget, read.currency.as_deref()), (Some(dec!(1234.56)), Some("EUR")));
    assert_eq!(read.other[0].name, "favourite colour");
}

#[test]
fn f17_what_has_two_meanings_is_kept_as_written() {
    let read = enquiry(&[("email", "a@b.de"), ("close_date", "03/04/2026"), ("budget", "1.234")]);
    assert_eq!((read.close_date, read.budget), (None, None));
    let kept: Vec<_> = read.other.iter().map(|o| (o.name.as_str(), o.value.as_str())).collect();
    assert_eq!(kept, [("close_date", "03/04/2026"), ("budget", "1.234")]);
}

#[test]
fn f18_consent_is_given_explicitly_and_an_opt_out_wins() {
    assert!(!enquiry(&[("email", "a@b.de")]).consent);
    assert!(enquiry(&[("email", "a@b.de"), ("newsletter", "on")]).consent);
    let both = enquiry(&[("email", "a@b.de"), ("consent", "1"), ("donotbulkemail", "1")]);
    assert!(!both.consent);
}

#[test]
fn nobody_to_answer_to_is_unclear_and_nothing_at_all_is_empty() {
    assert!(matches!(read(&[("message", "hi")]), PartReading::Unclear { .. }));
    assert!(matches!(read(&[("name", "Ana Ruiz")]), PartReading::Unclear { .. }));
    let empty = |pairs| matches!(read(pairs), PartReading::NoLead { kind: NoLead::Empty, .. });
    assert!(empty(&[("email", " "), ("submit", "Send")]));
    let hashes = "629f4cf9337b0d0c76f305d860f98894cfa8c279516b425747514ca8710deb97";
    assert!(matches!(
        read(&[("em", hashes)]),
        PartReading::NoLead { kind: NoLead::OtherEvent, .. }
    ));
}

#[test]
fn self_employed_is_no_company() {
    let read = enquiry(&[("email", "b@c.de"), ("company", "Self-employed")]);
    assert_eq!(read.company, None);
    assert_eq!(read.other[0].value, "Self-employed");
}
