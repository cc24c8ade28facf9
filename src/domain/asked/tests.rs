use super::*;

const SKUS: [&str; 4] = ["CM-100", "CM-200", "GR-10", "WF-3"];

fn read(text: &str) -> Vec<(String, Option<String>)> {
    let text = text.to_lowercase();
    let mut named: Vec<Named<'_>> = SKUS
        .iter()
        .flat_map(|sku| {
            let found =
                text.match_indices(&sku.to_lowercase()).map(|(at, _)| at).collect::<Vec<_>>();
            found.into_iter().map(|start| Named { sku, start, end: start + sku.len() })
        })
        .collect();
    named.sort_by_key(|one| one.start);
    let found = asked(&text, named).into_iter();
    found.map(|it| (it.sku, it.quantity.map(|q| q.to_string()))).collect()
}

fn is(text: &str, wanted: &[(&str, Option<&str>)]) {
    let wanted: Vec<_> =
        wanted.iter().map(|(sku, q)| ((*sku).to_owned(), q.map(str::to_owned))).collect();
    assert_eq!(read(text), wanted, "{text}");
}

#[test]
fn a_number_that_counts_the_product_is_its_quantity_before_or_behind_in_digits_or_words() {
    is(
        "We need 3 x CM-100 and 2 pieces of the GR-10.",
        &[("CM-100", Some("3")), ("GR-10", Some("2"))],
    );
    is(
        "Bitte Angebot: zwanzig CM-100 und 12 Stück WF-3",
        &[("CM-100", Some("20")), ("WF-3", Some("12"))],
    );
    is("Nous voudrions deux CM-200.", &[("CM-200", Some("2"))]);
    is("Necesitamos 5 unidades del CM-200", &[("CM-200", Some("5"))]);
    is(
        "Please quote:\nCM-100 x 4\nGR-10 (2)\nWF-3: 10 pcs",
        &[("CM-100", Some("4")), ("GR-10", Some("2")), ("WF-3", Some("10"))],
    );
    is("Ich brauche 2,5 kg WF-3", &[("WF-3", Some("2.5"))]);
}

#[test]
fn a_number_that_can_be_read_in_two_ways_or_counts_something_else_is_no_quantity() {
    for text in [
        "Please quote 1.500 WF-3",
        "Bitte 1,000 WF-3 anbieten",
        "Wir brauchen 3-5 WF-3",
        "Angebot für 2026 WF-3 bitte",
        "a dozen WF-3, please quote",
        "Was kostet auf Seite 12 WF-3?",
        "What does the WF-3 cost?",
        "price for -5 WF-3",
    ] {
        is(text, &[("WF-3", None)]);
    }
    is("0 x CM-100, 2 x CM-200", &[("CM-200", Some("2"))]);
}

#[test]
fn what_is_owned_given_back_or_compared_with_is_not_asked_for() {
    is(
        "We bought a CM-100 from you and it works well. What do filters WF-3 cost?",
        &[("WF-3", None)],
    );
    is(
        "Unser CM-100 in Raum 12 GR-10 genügt uns nicht, was kostet die CM-200?",
        &[("CM-200", None)],
    );
    is("We have a CM-100 and need a CM-200.", &[("CM-200", None)]);
    is("Statt der CM-100 möchten wir 2 CM-200.", &[("CM-200", Some("2"))]);
    is("Is the CM-200 quieter than the CM-100?", &[("CM-200", None)]);
    is(
        "Nous avons déjà la CM-100, mais il nous faut un devis pour 3 WF-3.",
        &[("WF-3", Some("3"))],
    );
    is("Für unser Büro brauchen wir 3 CM-100.", &[("CM-100", Some("3"))]);
    is("Our CM-100 is broken.", &[]);
}

#[test]
fn a_product_that_is_named_alone_is_asked_for_and_how_many_is_a_doubt() {
    is("CM-100", &[("CM-100", None)]);
    let text = "cm-100?";
    let found = asked(text, [Named { sku: "CM-100", start: 0, end: 6 }]);
    assert_eq!(found[0].doubt.as_deref(), Some("How many of `CM-100` are wanted is not said."));
}
