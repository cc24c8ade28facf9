//! The one declaration of what fields of forms and columns of files are called, in English,
//! Spanish, Italian, Dutch, German and French and by the vendors' own field names.

mod names;
mod qualified;

use names::NAMES;
use qualified::{counted, qualified, spoken};

/// What a field of an input means to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    Email,
    OtherEmail,
    Phone,
    Mobile,
    OtherPhone,
    /// The dialling code of a country, in a field of its own.
    DialCode,
    /// The code of an area, in a field of its own.
    AreaCode,
    Fax,
    GivenName,
    FamilyName,
    FullName,
    JobTitle,
    /// A salutation, or the position: told by the value and by what stands beside it.
    Title,
    Company,
    TaxId,
    Website,
    /// Where the form stands: ours, not the writer's.
    Page,
    Profile,
    Line1,
    Line2,
    City,
    PostalCode,
    Subdivision,
    Country,
    /// Parts of a private address, which counts where there is no other.
    HomeLine1,
    HomeCity,
    HomePostalCode,
    HomeCountry,
    Topic,
    Message,
    Product,
    Quantity,
    Budget,
    Currency,
    Timeframe,
    CloseDate,
    Employees,
    Industry,
    Source,
    Campaign,
    Owner,
    Consent,
    /// Terms or a privacy policy were read: no consent to mail in bulk.
    Privacy,
    NoBulk,
    SubmittedAt,
    /// What to do with the row: add, update, delete.
    Action,
    /// The sending system marks it as a test.
    Test,
    /// A trap for robots, which people cannot see.
    Trap,
    /// Plumbing of the form itself (buttons, tokens, return addresses): not kept.
    Plumbing,
}

impl Field {
    /// Whether the field can name or reach somebody.
    #[must_use]
    pub fn is_contact(self) -> bool {
        matches!(
            self,
            Self::Email
                | Self::OtherEmail
                | Self::Phone
                | Self::Mobile
                | Self::OtherPhone
                | Self::GivenName
                | Self::FamilyName
                | Self::FullName
                | Self::Company
        )
    }

    /// Whether it may be one of several, of the business or private.
    fn is_place_or_channel(self) -> bool {
        self.at_home().is_some()
            || matches!(
                self,
                Self::OtherEmail
                    | Self::Website
                    | Self::DialCode
                    | Self::AreaCode
                    | Self::Subdivision
                    | Self::Line2
            )
    }

    /// The same of a private address or line.
    fn at_home(self) -> Option<Self> {
        Some(match self {
            Self::Email | Self::OtherEmail => Self::OtherEmail,
            Self::Phone | Self::OtherPhone => Self::OtherPhone,
            Self::Mobile => Self::Mobile,
            Self::Fax => Self::Fax,
            Self::Line1 => Self::HomeLine1,
            Self::City => Self::HomeCity,
            Self::PostalCode => Self::HomePostalCode,
            Self::Country => Self::HomeCountry,
            _ => return None,
        })
    }
}

/// Words that vendors and page builders put before a field's name; left out where the rest is known.
const PREFIXES: &[&str] = &[
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
];
/// Longest name that is looked up, in bytes; longer ones are questions, not names.
const NAME_BYTES_MAX: usize = 80;

/// What a field of this name means; `None` where the name is not known.
#[must_use]
pub fn meaning(name: &str) -> Option<Field> {
    if name.len() > NAME_BYTES_MAX {
        return spoken(name);
    }
    let folded = fold(name);
    // JotForm numbers its questions: q3_name.
    let numbered =
        folded.strip_prefix('q').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let folded = match numbered {
        Some(rest) if folded.len() - rest.len() > 1 => rest.to_owned(),
        _ => folded,
    };
    known(&folded)
        .or_else(|| {
            PREFIXES
                .iter()
                .filter_map(|prefix| folded.strip_prefix(prefix))
                .find_map(|rest| known(rest).filter(|_| !rest.is_empty()))
        })
        .or_else(|| counted(&folded))
        .or_else(|| qualified(&folded))
        .or_else(|| spoken(name))
}

fn known(folded: &str) -> Option<Field> {
    static BY_NAME: std::sync::LazyLock<std::collections::HashMap<&str, Field>> =
        std::sync::LazyLock::new(|| {
            NAMES
                .iter()
                .flat_map(|(field, names)| names.split_whitespace().map(|name| (name, *field)))
                .collect()
        });
    BY_NAME.get(folded).copied()
}

/// Letters and digits only, lower case, without accents: `Straße & Nr.` becomes `strassenr`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ì'..='ï' | 'ī' | 'ı' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            // Accents that stand by themselves, as decomposed text has them.
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_folded_and_stands_once() {
        let mut seen = std::collections::HashMap::new();
        for (field, names) in NAMES {
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
