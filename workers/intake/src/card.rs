//! The reader of business cards: vCard 2.1, 3.0 and 4.0 as phones and mail programs write them, their other
//! notations (MeCard, jCard, xCard), and the text of a card that was scanned.

use domain::enquiry::{LeadSource, Part, PartReading, Reading};
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::options::ReadOptions;
use crate::{normal, rows};
use forms::fold;

mod json;
mod lines;
mod mecard;
mod text;
mod xml;

#[cfg(test)]
mod tests;

use lines::{Card, Property};

/// Most cards of one file.
pub const CARDS_MAX: usize = 10_000;

/// Reads one card, or several as parts.
#[must_use]
pub fn read(body: &[u8], options: &ReadOptions) -> Reading {
    let parts = read_all(body, options);
    if parts.is_empty() {
        return Reading::unclear(
            "The file holds no business card: it is no vCard, MeCard, jCard or xCard, and no text of one; send a \
             .vcf file.",
        );
    }
    if parts.len() > CARDS_MAX {
        return Reading::unclear(format!(
            "The file holds more than {CARDS_MAX} cards; send it in parts."
        ));
    }
    draft::collected(parts)
}

/// Reads every card of a file, at most one more than [`CARDS_MAX`].
#[must_use]
pub fn read_all(body: &[u8], options: &ReadOptions) -> Vec<Part> {
    let text = rows::decode(&lines::unfolded(body));
    let text = text.trim_start_matches('\u{feff}');
    let cards = cards(text);
    if cards.is_empty() && text::is_one(text) {
        let reading = text::reading(text, options);
        return vec![Part { number: 1, reading, original: Value::String(text.to_owned()) }];
    }
    (1..)
        .zip(cards)
        .map(|(number, card)| Part {
            number,
            reading: reading(&card, options),
            original: Value::String(card.text),
        })
        .collect()
}

/// The cards of a text, in whichever notation it is.
fn cards(text: &str) -> Vec<Card> {
    let limit = CARDS_MAX + 1;
    let begin = text.trim_start();
    if begin.starts_with(['{', '[']) {
        json::cards(text, limit)
    } else if begin.starts_with('<') {
        xml::cards(text, limit)
    } else if mecard::is_one(begin) {
        mecard::cards(text, limit)
    } else {
        lines::cards(text, limit)
    }
}

fn reading(card: &Card, options: &ReadOptions) -> PartReading {
    let mut draft = Draft::new(LeadSource::TradeShow, options);
    who(&mut draft, card);
    for person in &card.inner {
        draft.other("card inside the card", person);
    }
    for property in &card.properties {
        match property.name.as_str() {
            // What is no address at all is not kept: phones put names there.
            "EMAIL" if property.value.contains('@') => {
                draft.field(Field::Email, "email", &property.text());
            }
            "TEL" => phone(&mut draft, card, property),
            "TITLE" => draft.field(Field::JobTitle, "title", &property.text()),
            "ROLE" => draft.other("role", &property.text()),
            "URL" => draft.field(Field::Website, "url", &property.text()),
            "NOTE" => draft.field(Field::Message, "note", &property.text()),
            "X-SOCIALPROFILE" => draft.field(Field::Profile, "profile", &property.text()),
            "ADR" => address(&mut draft, property),
            "REV" => {}
            _ => {}
        }
    }
    draft.finish("The card")
}

/// Person and company: phones put a person's name into ORG, and a company's into FN.
fn who(draft: &mut Draft<'_>, card: &Card) {
    let first = |name: &str| card.properties.iter().find(|property| property.name == name);
    let shown = first("FN").and_then(|property| normal::line(&property.text())).unwrap_or_default();
    let parts = first("N").map(Property::components).unwrap_or_default();
    let part = |at: usize| parts.get(at).and_then(|part| normal::line(part)).unwrap_or_default();
    let (mut family, mut given) = (part(0), part(1));
    let org = first("ORG").map(Property::components).unwrap_or_default();
    let mut company = org.first().and_then(|name| normal::line(name)).unwrap_or_default();
    let person = fold(&format!("{given}{family}"));
    let is_company = first("KIND").is_some_and(|kind| kind.value.eq_ignore_ascii_case("org"))
        || first("X-ABSHOWAS").is_some_and(|show| show.value.eq_ignore_ascii_case("company"))
        || !company.is_empty() && fold(&shown) == fold(&company) && fold(&company) != person;
    if is_company {
        let name = if company.is_empty() { shown } else { company };
        return draft.field(Field::Company, "org", &name);
    }
    let rest = company.strip_prefix(given.as_str()).map(str::trim).unwrap_or_default().to_owned();
    if !person.is_empty() && fold(&company) == person {
        company.clear();
    } else if family.is_empty() && !given.is_empty() && !rest.is_empty() && !rest.contains(' ') {
        family = rest;
        company.clear();
    }
    if given.is_empty() && family.is_empty() {
        draft.field(Field::FullName, "fn", &shown);
    } else if given.is_empty() && family.contains(' ') || family.is_empty() && given.contains(' ') {
        // The whole name stands in one component: it is not split anew.
        family.push_str(&std::mem::take(&mut given));
        draft.field(Field::FamilyName, "n", &family);
    } else {
        draft.field(Field::GivenName, "n", &given);
        draft.field(Field::FamilyName, "n", &family);
    }
    draft.other("middle name", &part(2));
    draft.field(Field::Company, "org", &company);
    if let Some(department) = org.get(1) {
        draft.other("department", department);
    }
}

fn phone(draft: &mut Draft<'_>, card: &Card, property: &Property) {
    let is = |kind: &str| property.types.iter().any(|found| found == kind);
    let label = property.group.as_deref().and_then(|group| card.label(group)).unwrap_or_default();
    let label = label.to_lowercase();
    // Netscape marks one number as fax and voice: it can be called.
    let fax = is("FAX") && !is("VOICE")
        || is("PAGER")
        || label.contains("fax")
        || label.contains("pager");
    let field = if fax {
        Field::Fax
    } else if property.pref.is_some() {
        // Those that the owner prefers come first, in the order that they say.
        Field::Phone
    } else if is("CELL") || label.contains("mobil") {
        Field::Mobile
    } else if is("HOME") {
        Field::OtherPhone
    } else {
        Field::Phone
    };
    let number = property.text();
    let number = number.strip_prefix("tel:").unwrap_or(&number);
    draft.field(
        field,
        if fax { "fax" } else { "tel" },
        number.split(';').next().unwrap_or_default(),
    );
}

fn address(draft: &mut Draft<'_>, property: &Property) {
    let fields = [
        (1, Field::Line2),
        (2, Field::Line1),
        (3, Field::City),
        (4, Field::Subdivision),
        (5, Field::PostalCode),
        (6, Field::Country),
    ];
    let parts = property.components();
    for (at, field) in fields {
        if let Some(part) = parts.get(at) {
            draft.field(field, "address", part);
        }
    }
}
