use super::*;

#[test]
fn the_seller_that_is_built_in_has_no_problems() {
    assert_eq!(seller().problems(), Vec::<String>::new());
    assert_eq!(seller().zone, chrono_tz::Europe::Berlin);
}

#[test]
fn every_problem_of_a_seller_is_named_at_once() {
    let text = |text: &str| Some(text.to_owned());
    let wrong = SellerSettings {
        code: "inv/2026".into(),
        name: " ".into(),
        vat_id: text("123456789"),
        tax_number: text(""),
        address: Address { country: text("Germany"), ..Address::default() },
        iban: text("DE89370400440532013001"),
        bic: text("COBA"),
        email: text("billing"),
        exemption_code: text("132"),
        exemption_reason: String::new(),
        ..seller()
    };
    let problems = wrong.problems();
    let fields = [
        "code",
        "name",
        "tax_number",
        "vat_id",
        "address",
        "address.country",
        "iban",
        "bic",
        "email",
        "exemption_code",
        "exemption_reason",
    ];
    assert_eq!(problems.len(), fields.len(), "{problems:#?}");
    for (problem, field) in problems.iter().zip(fields) {
        assert!(problem.starts_with(&format!("seller.{field} ")), "{field}: {problem}");
        assert!(problem.ends_with('.'), "a finished sentence: {problem}");
    }
}

#[test]
fn a_seller_needs_one_tax_identification() {
    let neither = SellerSettings { vat_id: None, tax_number: None, ..seller() };
    assert_eq!(neither.problems().len(), 1);
    let number_only = SellerSettings { vat_id: None, ..seller() };
    assert_eq!(number_only.problems(), Vec::<String>::new());
}

#[test]
fn a_code_of_eight_makes_numbers_of_twenty_characters_at_most() {
    for (code, fine) in [("A", true), ("MILL-ES1", true), ("MILLS-ES1", false), ("", false)] {
        let settings = SellerSettings { code: code.into(), ..seller() };
        assert_eq!(settings.problems().is_empty(), fine, "{code}");
    }
    let settings = SellerSettings { code: "MILL-ES1".into(), ..seller() };
    let mut story =
        Story::of(Invoicing::new(settings), Rates::default()).given(deal()).given(order());
    let told = story.when(fulfilled(ORDER)).expect("billed");
    let number = told.get::<InvoiceIssued>().expect("invoice.issued").invoice_number;
    assert_eq!((number.as_str(), number.len()), ("MILL-ES1-2026-000001", 20));
}

#[test]
fn an_iban_with_any_digit_wrong_is_noticed() {
    let right = seller().iban.expect("an IBAN");
    for n in 2..right.len() {
        let mut digits: Vec<char> = right.chars().collect();
        digits[n] = if digits[n] == '7' { '8' } else { '7' };
        let iban = Some(digits.into_iter().collect());
        let settings = SellerSettings { iban, ..seller() };
        assert_eq!(settings.problems().len(), 1, "digit {n}");
    }
}

#[test]
fn a_setting_that_does_not_exist_is_refused() {
    let text = "code = 'INV'\nzone = 'Europe/Berlin'\nname = 'X'\naddress = {}\nvatid = 'DE1'";
    let read = toml::from_str::<SellerSettings>(text);
    assert!(read.expect_err("a typing error").to_string().contains("vatid"));
    let text =
        text.replace("address = {}", "address = { citty = 'Bonn' }").replace("vatid", "vat_id");
    let read = toml::from_str::<SellerSettings>(&text);
    assert!(read.expect_err("a typing error").to_string().contains("citty"));
}
