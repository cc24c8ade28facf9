//! The settings `[seller]`: who issues the invoices.

use chrono_tz::Tz;
use domain::enquiry::Address;
use domain::exchange_rate::Base;
use domain::invoice::Seller;
use domain::money::Currency;
use serde::Deserialize;

/// Most characters of the code, so that `CODE-2026-000042` has at most 20: what receivers take.
const CODE_CHARS_MAX: usize = 8;

/// Who sells, and by which calendar; one per installation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SellerSettings {
    /// The first part of every invoice number, as `INV`; a new code begins new series.
    pub code: String,
    /// By its calendar invoices are dated and quotes expire, as `Europe/Berlin`.
    pub zone: Tz,
    /// As registered (EN 16931 BT-27).
    pub name: String,
    /// With its country prefix (BT-31).
    #[serde(default)]
    pub vat_id: Option<String>,
    /// Of the local tax office (BT-32).
    #[serde(default)]
    pub tax_number: Option<String>,
    /// BG-5.
    #[serde(with = "SellerAddress")]
    pub address: Address,
    /// Where customers pay to (BT-84), without blanks.
    #[serde(default)]
    pub iban: Option<String>,
    /// BT-86.
    #[serde(default)]
    pub bic: Option<String>,
    /// Where customers ask (BT-43).
    #[serde(default)]
    pub email: Option<String>,
    /// The currency that the seller counts in: documents in others keep what they amount to in it. Absent: none do.
    #[serde(default)]
    pub base_currency: Option<Currency>,
    /// How many days old an exchange rate may be that a document is made with.
    #[serde(default = "days_max")]
    pub exchange_rate_days_max: u32,
    /// Why goods of tax category E are exempt, as a VATEX code (BT-121); it depends on the trade.
    #[serde(default)]
    pub exemption_code: Option<String>,
    /// The same in words (BT-120).
    #[serde(default = "exempt")]
    pub exemption_reason: String,
}

/// An address as a person writes it: a misspelt key is refused. [`Address`] takes what it does not know, because it
/// is stored and published too.
#[derive(Default, Deserialize)]
#[serde(remote = "Address", deny_unknown_fields, default)]
struct SellerAddress {
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    subdivision: Option<String>,
    country: Option<String>,
}

impl SellerSettings {
    /// By what amounts in other currencies are converted.
    #[must_use]
    pub const fn base(&self) -> Base {
        Base { currency: self.base_currency, days_max: self.exchange_rate_days_max }
    }

    /// Everything that is wrong with the settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut check = |fine: bool, problem: &str| {
            if !fine {
                found.push(problem.to_owned());
            }
        };
        check(
            is_code(&self.code),
            "seller.code must be 1 to 8 characters of A-Z, 0-9 and -, as INV; it begins every \
             invoice number.",
        );
        check(!self.name.trim().is_empty(), "seller.name is empty; write the registered name.");
        check(
            self.vat_id.is_some() || self.tax_number.is_some(),
            "seller.vat_id and seller.tax_number are both missing; an invoice must name one.",
        );
        check(
            self.tax_number.as_deref().is_none_or(|number| !number.trim().is_empty()),
            "seller.tax_number is empty; write the number or leave the line out.",
        );
        check(
            self.vat_id.as_deref().is_none_or(is_vat_id),
            "seller.vat_id must begin with its country's two letters and have no blanks, as \
             DE123456789.",
        );
        let address = &self.address;
        check(
            [&address.line1, &address.city, &address.postal_code]
                .iter()
                .all(|part| part.as_deref().is_some_and(|text| !text.trim().is_empty())),
            "seller.address must have line1, postal_code and city.",
        );
        check(
            address.country.as_deref().is_some_and(|c| c.len() == 2 && is_upper(c)),
            "seller.address.country must be the two upper-case letters of ISO 3166, as DE.",
        );
        check(
            self.iban.as_deref().is_none_or(is_iban),
            "seller.iban is no IBAN: check it for a typing error and leave out the blanks.",
        );
        check(
            self.bic.as_deref().is_none_or(is_bic),
            "seller.bic must have 8 or 11 characters, letters and digits, as COBADEFFXXX.",
        );
        check(
            self.email.as_deref().is_none_or(is_email),
            "seller.email must be an e-mail address.",
        );
        check(
            self.exemption_code.as_deref().is_none_or(|code| code.starts_with("VATEX-")),
            "seller.exemption_code must be a VATEX code, as VATEX-EU-132.",
        );
        check(
            !self.exemption_reason.trim().is_empty(),
            "seller.exemption_reason is empty; say in words why goods are exempt.",
        );
        found
    }

    /// The seller as it stands on invoices.
    #[must_use]
    pub fn seller(&self) -> Seller {
        Seller {
            name: self.name.clone(),
            vat_id: self.vat_id.clone(),
            tax_number: self.tax_number.clone(),
            address: self.address.clone(),
            iban: self.iban.clone(),
            bic: self.bic.clone(),
            email: self.email.clone(),
        }
    }
}

/// Rates of a Friday hold over a long weekend.
const fn days_max() -> u32 {
    7
}

fn exempt() -> String {
    "Exempt from VAT".into()
}

fn is_upper(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_upper_or_digit(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_code(code: &str) -> bool {
    (1..=CODE_CHARS_MAX).contains(&code.len()) && is_upper_or_digit(&code.replace('-', ""))
}

fn is_vat_id(id: &str) -> bool {
    (4..=15).contains(&id.len())
        && id.is_ascii()
        && is_upper(&id[..2])
        && id[2..].bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// ISO 13616: country, check digits, account; the whole, turned and read as a number, is 1 modulo 97.
fn is_iban(iban: &str) -> bool {
    if !(15..=34).contains(&iban.len()) || !is_upper_or_digit(iban) || !is_upper(&iban[..2]) {
        return false;
    }
    let turned = iban[4..].chars().chain(iban[..4].chars());
    let rest = turned.filter_map(|c| c.to_digit(36)).fold(0_u32, |rest, digit| {
        let shift = if digit < 10 { 10 } else { 100 };
        (rest * shift + digit) % 97
    });
    rest == 1
}

fn is_bic(bic: &str) -> bool {
    matches!(bic.len(), 8 | 11) && is_upper_or_digit(bic) && is_upper(&bic[..6])
}

fn is_email(email: &str) -> bool {
    let blank = email.chars().any(char::is_whitespace);
    let parts = email.split_once('@');
    !blank && parts.is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
}
