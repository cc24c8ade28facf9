//! Canonical forms of what people type: texts, e-mail addresses, phones, names, numbers, dates.
//!
//! Nothing is guessed: what can be read in two ways is `None`, and the caller keeps it as written.

use chrono::{DateTime, Utc};
use domain::day::Moment;
use domain::enquiry::{LeadSource, PurchaseTimeframe};
pub use forms::{Phones, warm_up};
pub(crate) use forms::{
    country, digits::plain, email, host, is_blank, is_scientific, line, lower, paragraph, phone,
    phones, push_words, tax_id,
};

use forms::fold;

mod escape;
mod filler;
mod name;
mod notation;
mod number;
mod quantity;
mod secret;

pub(crate) use escape::unescaped;
pub use filler::{is_filler, is_name_too, is_no_name, without_fillers};
pub use name::{Named, is_firm, is_salutation, person_name};
pub use notation::Notation;
pub use number::{budget, count, date, decimal, timestamp};
pub use quantity::{Quantity, quantity};
pub use secret::{
    CARD_LEFT_OUT, is_plain_secret, is_secret, may_be_secret, scrubbed, without_cards,
};

/// ISO 4217 code of a currency given as code or sign; signs that several countries share are not
/// guessed.
#[must_use]
pub fn currency(raw: &str) -> Option<String> {
    let raw = raw.trim();
    match raw {
        "€" => Some("EUR".to_owned()),
        "£" => Some("GBP".to_owned()),
        "US$" => Some("USD".to_owned()),
        _ => {
            let code = raw.to_ascii_uppercase();
            (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
        }
    }
}

/// Yes or no as forms say it in six languages.
#[must_use]
pub fn truth(raw: &str) -> Option<bool> {
    match fold(raw).as_str() {
        "1" | "true" | "yes" | "y" | "on" | "ja" | "j" | "si" | "oui" | "sim" | "x" | "checked"
        | "tak" | "ano" | "igen" | "да" | "accepted" | "agreed" | "granted" | "optin"
        | "subscribed" => Some(true),
        "0" | "false" | "no" | "nie" | "nej" | "nem" | "нет" | "rejected" | "abgelehnt"
        | "refused" | "n" | "off" | "nein" | "non" | "nee" | "nao" | "unchecked" | "denied"
        | "declined" | "optout" | "unsubscribed" => Some(false),
        _ => None,
    }
}

/// A no in a sentence: "No, thanks", "Nein danke". `None` where the text says something else.
#[must_use]
pub fn refusal(raw: &str) -> Option<bool> {
    let first = raw.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty())?;
    let no = matches!(
        fold(first).as_str(),
        "no" | "nein"
            | "non"
            | "nee"
            | "nao"
            | "nie"
            | "ne"
            | "nej"
            | "ei"
            | "nem"
            | "kein"
            | "keine"
            | "never"
            | "not"
            | "нет"
            | "disagree"
            | "decline"
            | "declined"
            | "rejected"
            | "refused"
            | "abgelehnt"
    );
    no.then_some(false)
}

/// The purchase time frame as D365 and common forms write it.
#[must_use]
pub fn timeframe(raw: &str) -> Option<PurchaseTimeframe> {
    match fold(raw).as_str() {
        "immediate" | "immediately" | "now" | "asap" | "sofort" | "inmediato" | "immediato"
        | "immediat" | "onmiddellijk" => Some(PurchaseTimeframe::Immediate),
        "thisquarter" | "diesesquartal" | "estetrimestre" | "questotrimestre" | "ditkwartaal"
        | "cetrimestre" => Some(PurchaseTimeframe::ThisQuarter),
        "nextquarter" | "nachstesquartal" | "proximotrimestre" | "prossimotrimestre"
        | "volgendkwartaal" | "prochaintrimestre" => Some(PurchaseTimeframe::NextQuarter),
        "thisyear" | "diesesjahr" | "esteano" | "questanno" | "ditjaar" | "cetteannee" => {
            Some(PurchaseTimeframe::ThisYear)
        }
        "unknown" | "unbekannt" | "desconocido" => Some(PurchaseTimeframe::Unknown),
        _ => None,
    }
}

/// The lead source as D365 and Salesforce name it.
#[must_use]
pub fn source(raw: &str) -> Option<LeadSource> {
    Some(match fold(raw).as_str() {
        "advertisement" | "advertising" | "ad" | "ads" => LeadSource::Advertisement,
        "employeereferral" => LeadSource::EmployeeReferral,
        "externalreferral" | "referral" => LeadSource::ExternalReferral,
        "partner" | "partnerreferral" => LeadSource::Partner,
        "publicrelations" | "pr" => LeadSource::PublicRelations,
        "seminar" | "webinar" => LeadSource::Seminar,
        "tradeshow" | "fair" | "messe" | "feria" | "fiera" | "beurs" | "salon" => {
            LeadSource::TradeShow
        }
        "web" | "website" | "internet" | "webseite" => LeadSource::Web,
        "wordofmouth" => LeadSource::WordOfMouth,
        "email" | "mail" => LeadSource::Email,
        "list" | "purchasedlist" => LeadSource::List,
        "other" => LeadSource::Other,
        _ => return None,
    })
}

/// A time in seconds or milliseconds since 1970; `None` where its year makes no sense.
#[must_use]
pub fn epoch(value: i64) -> Option<DateTime<Utc>> {
    /// Seconds of the year 5138: a larger number is milliseconds.
    const SECONDS_MAX: i64 = 100_000_000_000;
    let at = if value < SECONDS_MAX {
        DateTime::from_timestamp(value, 0)
    } else {
        DateTime::from_timestamp_millis(value)
    };
    at.and_then(Moment::within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_words_are_read() {
        assert_eq!(currency("€").as_deref(), Some("EUR"));
        assert_eq!(currency("$"), None);
        assert_eq!(truth("Sí"), Some(true));
        assert_eq!(timeframe("This Quarter"), Some(PurchaseTimeframe::ThisQuarter));
    }
}
