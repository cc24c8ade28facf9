//! The one declaration of what fields of forms and columns of files are called, in English,
//! Spanish, Italian, Dutch, German and French and by the vendors' own field names.

mod foreign;
mod kind;
mod names;
mod qualified;
mod question;

use domain::begins;
use domain::word_list::Begins;
use forms::fold;

pub use kind::Field;
use names::known;
use qualified::{counted, qualified, spoken};
use question::asked;

/// Words that vendors and page builders put before a field's name; left out where the rest is known.
static PREFIXES: Begins = begins!(&[
    "your",
    "contact",
    "customer",
    "lead",
    "person",
    "user",
    "client",
    "visitor",
    "my",
    "kontakt",
    "cliente",
    "form",
    "field",
    "fields",
    "kunde",
    "buyer",
    "applicant",
    "sender",
    "primary",
    "input",
    "txt",
    "billing",
    "personal",
    "ansprechpartner",
]);
/// The same before what names or reaches somebody: `invitee_email` is the writer's, `guest_count` is not.
static ASKERS: Begins = begins!(&[
    "invitee",
    "attendee",
    "guest",
    "requester",
    "requestor",
    "respondent",
    "subscriber",
    "participant",
    "registrant",
    "booker",
    "patient",
    "student",
    "prospect",
    "member",
    "enduser",
    "shopper",
    "caller",
    "interessent",
    "gast",
    "teilnehmer",
    "besteller",
    "kontaktperson",
    "absender",
    "invitado",
    "asistente",
    "remitente",
    "mittente",
    "ospite",
    "expediteur",
    "demandeur",
    "klant",
    "klient",
    "zakaznik",
    "kund",
]);
/// Longest name that is looked up, in bytes; longer ones are questions, not names.
const NAME_BYTES_MAX: usize = 80;

/// What a field of this name means; `None` where the name is not known.
#[must_use]
pub fn meaning(name: &str) -> Option<Field> {
    if name.len() > NAME_BYTES_MAX {
        return spoken(name).or_else(|| asked(name));
    }
    let folded = fold(name);
    if folded.is_empty() {
        return None;
    }
    // JotForm numbers its questions: q3_name.
    let numbered =
        folded.strip_prefix('q').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let folded = match numbered {
        Some(rest) if folded.len() - rest.len() > 1 => rest.to_owned(),
        _ => folded,
    };
    known(&folded)
        .or_else(|| {
            PREFIXES.behind(&folded).filter(|rest| !rest.is_empty()).find_map(|rest| {
                known(rest).or_else(|| qualified(rest).filter(|it| it.is_contact()))
            })
        })
        .or_else(|| {
            ASKERS
                .behind(&folded)
                .filter_map(known)
                .find(|field| field.is_contact() && *field != Field::Company)
        })
        .or_else(|| counted(&folded))
        .or_else(|| qualified(&folded))
        .or_else(|| spoken(name))
        .or_else(|| asked(name))
}

#[cfg(test)]
mod tests {
    use super::names::NAMES;
    use super::*;

    #[test]
    fn every_name_is_folded_and_stands_once() {
        let mut seen = std::collections::HashMap::new();
        for (field, names) in NAMES.iter().chain(foreign::NAMES) {
            for name in names.split_whitespace() {
                assert_eq!(fold(name), name);
                assert_eq!(seen.insert(name, field), None, "{name} stands twice");
            }
        }
    }

    #[test]
    fn names_of_six_languages_and_vendors_are_known() {
        for (name, field) in [
            ("E-mail 2 Address", Field::OtherEmail),
            ("Straße & Hausnummer", Field::Line1),
            ("Straße", Field::Line1),
            ("correo electrónico", Field::Email),
            ("Partita IVA", Field::TaxId),
            ("your-email", Field::Email),
            ("address1_stateorprovince", Field::Subdivision),
            ("FNAME", Field::GivenName),
            ("Prénom", Field::GivenName),
            ("Telefoonnummer", Field::Phone),
            ("Mobile Phone", Field::Mobile),
            ("PHONE_NUMBER", Field::Phone),
            ("items[0][sku]", Field::Product),
        ] {
            let name = name.strip_prefix("items[0]").unwrap_or(name);
            assert_eq!(meaning(name), Some(field), "{name}");
        }
        assert_eq!(meaning("Favourite colour"), None);
        assert_eq!(meaning(""), None);
    }
}
