//! Where the values of a reading stand in the input that it was read from: for whoever must look, and not for
//! the readers, which need no trace of it.

use domain::certainty::{Certainty, EVIDENCE_MAX, Evidence};
use domain::enquiry::{Channel, Enquiry};
use memchr::memmem;
use serde_json::Value;

use crate::fields::{self, Field};

/// Shortest value that is looked for: shorter ones stand anywhere.
const CHARS_MIN: usize = 3;
/// Most characters of a text that are looked for; its first line stands for it.
const CHARS_MAX: usize = 200;
/// How much of an input is looked through, in bytes: what people read stands at its beginning.
const BYTES_MAX: usize = 1024 * 1024;
/// Fewest digits by which a telephone is found.
const DIGITS_MIN: usize = 6;

/// The places of what was read, in the order of the enquiry's fields.
#[must_use]
pub(crate) fn evidence(channel: Channel, body: &[u8], enquiry: &Enquiry) -> Vec<Evidence> {
    let body = &body[..body.len().min(BYTES_MAX)];
    let mut values = Vec::new();
    if let Ok(tree) = serde_json::to_value(enquiry) {
        texts(&tree, &mut String::new(), &mut values);
    }
    let lower = body.to_ascii_lowercase();
    let found = values.into_iter().take(EVIDENCE_MAX).map(|(field, value)| {
        let at = if field.starts_with("person.phones") {
            digits(body, &value)
        } else {
            plain(body, &lower, &value, |at| suits(&field, &place(channel, body, at)))
        };
        let place = at.map(|(from, _)| place(channel, body, from));
        let said = match field.as_str() {
            "person.given_name" | "person.family_name" => Some(enquiry.certainty.who),
            "person.emails[0]" => Some(enquiry.certainty.channel),
            _ => None,
        };
        let by_place = match &place {
            Some(Place { named: true, .. }) => Certainty::Certain,
            _ => Certainty::Likely,
        };
        Evidence {
            field,
            place: place.map(|place| place.text),
            certainty: said.unwrap_or(by_place),
            bytes: at.map(|(from, to)| [from as u64, to as u64]),
        }
    });
    found.collect()
}

/// Every text that was read, by its path; what the reader says itself is none.
fn texts(node: &Value, path: &mut String, out: &mut Vec<(String, String)>) {
    let length = path.len();
    match node {
        Value::Object(fields) => {
            for (name, value) in fields {
                if matches!(name.as_str(), "doubts" | "certainty" | "source" | "thread" | "name") {
                    continue;
                }
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                texts(value, path, out);
                path.truncate(length);
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                path.push_str(&format!("[{at}]"));
                texts(value, path, out);
                path.truncate(length);
            }
        }
        Value::String(text) => out.push((path.clone(), text.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The first place of a text, as written or in any case.
///
/// One that has a name which means the field goes before others: a name may be the company's too.
fn plain(
    body: &[u8],
    lower: &[u8],
    value: &str,
    suits: impl Fn(usize) -> bool,
) -> Option<(usize, usize)> {
    /// Most places that are looked at.
    const PLACES_MAX: usize = 20;
    let line = value.lines().next().unwrap_or_default().trim();
    let line: String = line.chars().take(CHARS_MAX).collect();
    if line.chars().count() < CHARS_MIN {
        return None;
    }
    let mut places = memmem::find_iter(body, line.as_bytes()).take(PLACES_MAX).peekable();
    let from = match places.peek().copied() {
        Some(first) => places.find(|at| suits(*at)).unwrap_or(first),
        None => memmem::find(lower, line.to_ascii_lowercase().as_bytes())?,
    };
    Some((from, from + line.len()))
}

/// The first place of a telephone, whatever divides its digits: those behind the country code suffice.
fn digits(body: &[u8], number: &str) -> Option<(usize, usize)> {
    let wanted: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    let wanted = wanted.get(wanted.len().checked_sub(DIGITS_MIN)?..)?;
    let places: Vec<usize> = (0..body.len()).filter(|at| body[*at].is_ascii_digit()).collect();
    let run = |window: &&[usize]| {
        let near = window.windows(2).all(|pair| pair[1] - pair[0] <= 3);
        near && window.iter().zip(wanted).all(|(at, digit)| body[*at] == *digit)
    };
    let end = places.windows(DIGITS_MIN).find(run)?;
    // Back to where the number begins.
    let (first, last) = (*end.first()?, *end.last()?);
    let mut from = first;
    let dials = |b: u8| b.is_ascii_digit() || b"+() -/.".contains(&b);
    while from > 0 && dials(body[from - 1]) && last - from < 30 {
        from -= 1;
    }
    while from < first && b" -/.".contains(&body[from]) {
        from += 1;
    }
    Some((from, last + 1))
}

/// What stands at a place.
struct Place {
    text: String,
    /// It has a name there, and does not stand in running text.
    named: bool,
}

/// Whether the name of a place means this field.
fn suits(field: &str, place: &Place) -> bool {
    let Some((_, name)) = place.text.split_once(' ').filter(|_| place.named) else { return false };
    let Some(meant) = fields::meaning(name) else { return false };
    match field {
        "company" => meant == Field::Company,
        "person.given_name" => matches!(meant, Field::GivenName | Field::FullName),
        "person.family_name" => matches!(meant, Field::FamilyName | Field::FullName),
        "person.job_title" => meant == Field::JobTitle,
        "topic" => meant == Field::Topic,
        "message" => meant == Field::Message,
        "address.city" => meant == Field::City,
        _ => field.starts_with("person.emails") && meant == Field::Email,
    }
}

fn place(channel: Channel, body: &[u8], at: usize) -> Place {
    let before = &body[..at];
    let line = || Place {
        text: format!("line {}", 1 + memchr::memchr_iter(b'\n', before).count()),
        named: false,
    };
    let named = |kind: &str, name: &[u8]| {
        let name = String::from_utf8_lossy(name).trim().to_lowercase();
        Place { text: format!("{kind} {name}"), named: true }
    };
    match channel {
        Channel::Email => match header(body, at) {
            Some(name) => named("header", name),
            None => line(),
        },
        Channel::Web => match key(before) {
            Some(name) => named("field", name),
            None => line(),
        },
        Channel::Card => {
            let begin = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            // The text of a scanned card has lines and no properties.
            match body[begin..at].split(|b| *b == b':').next() {
                Some(name) if begin + name.len() < at => named("property", name),
                _ => line(),
            }
        }
        Channel::Import | Channel::Newer(_) => line(),
    }
}

/// The header that holds this byte; `None` in the body of a mail.
fn header(body: &[u8], at: usize) -> Option<&[u8]> {
    let ends =
        [b"\r\n\r\n".as_slice(), b"\n\n"].into_iter().filter_map(|end| memmem::find(body, end));
    if ends.min().is_some_and(|end| end < at) {
        return None;
    }
    let mut begin = at;
    loop {
        begin = memchr::memrchr(b'\n', &body[..begin]).map_or(0, |at| at + 1);
        // A folded line belongs to the header above.
        if begin == 0 || !matches!(body.get(begin), Some(b' ' | b'\t')) {
            break;
        }
        begin -= 1;
    }
    let name = body[begin..].split(|b| *b == b':').next()?;
    name.iter().all(|b| b.is_ascii_graphic()).then_some(name)
}

/// The name of the field before a value: of JSON, of a form, of a part of a multipart body.
fn key(before: &[u8]) -> Option<&[u8]> {
    /// How far away a name may stand.
    const NEAR: usize = 2_000;
    let near = &before[before.len().saturating_sub(NEAR)..];
    if let Some(at) = memmem::rfind(near, b"name=\"") {
        return near[at + 6..].split(|b| *b == b'"').next();
    }
    if let Some(colon) = memmem::rfind(near, b"\":") {
        let quote = memchr::memrchr(b'"', &near[..colon])?;
        return Some(&near[quote + 1..colon]);
    }
    let equals = memchr::memrchr(b'=', near)?;
    let begin =
        near[..equals].iter().rposition(|b| matches!(b, b'&' | b'?')).map_or(0, |at| at + 1);
    Some(&near[begin..equals])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;
    use domain::enquiry::Reading;

    fn told(channel: Channel, body: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let options = ReadOptions { default_region: "DE".into(), ..ReadOptions::default() };
        let Reading::Enquiry(read) = crate::read(channel, None, body.as_bytes(), &options) else {
            panic!("no enquiry: {body}")
        };
        let found = evidence(channel, body.as_bytes(), &read).into_iter();
        let text = |[from, to]: [u64; 2]| {
            let range = usize::try_from(from).ok()?..usize::try_from(to).ok()?;
            Some(body.get(range)?.to_owned())
        };
        found.map(|it| (it.field, it.place, it.bytes.and_then(text))).collect()
    }

    #[track_caller]
    fn holds(
        found: &[(String, Option<String>, Option<String>)],
        field: &str,
        place: &str,
        text: &str,
    ) {
        let one = found.iter().find(|(name, ..)| name == field);
        let one = one.map(|(_, place, text)| (place.as_deref(), text.as_deref()));
        assert_eq!(one, Some((Some(place), Some(text))), "{field}: {found:?}");
    }

    #[test]
    fn values_of_a_mail_stand_in_headers_and_lines() {
        let mail = "From: Ana Lopez\n <ana@acme.example>\nSubject: Chairs\n\nPlease offer 12 chairs for our canteen.\n\n\
                    Regards\n-- \nAna Lopez\nBuyer\nTel. 030 / 123 45-67\n";
        let found = told(Channel::Email, mail);
        holds(&found, "person.emails[0]", "header from", "ana@acme.example");
        holds(&found, "person.family_name", "header from", "Lopez");
        holds(&found, "topic", "header subject", "Chairs");
        holds(&found, "message", "line 5", "Please offer 12 chairs for our canteen.");
        holds(&found, "person.phones[0]", "line 11", "030 / 123 45-67");
    }

    #[test]
    fn values_of_a_form_stand_in_its_fields() {
        let json =
            r#"{"contact":{"name":"Ana Lopez","email":"ANA@acme.example"},"company":"Acme"}"#;
        let found = told(Channel::Web, json);
        holds(&found, "person.emails[0]", "field email", "ANA@acme.example");
        holds(&found, "company", "field company", "Acme");
        let twice =
            r#"{"last_name":"Acme","first_name":"Ana","company":"Acme","email":"a@acme.example"}"#;
        let found = told(Channel::Web, twice);
        holds(&found, "company", "field company", "Acme");
        holds(&found, "person.family_name", "field last_name", "Acme");
        let found = told(Channel::Web, "company=Acme&email=ana@acme.example&tel=030+1234567");
        holds(&found, "company", "field company", "Acme");
        holds(&found, "person.phones[0]", "field tel", "030+1234567");
    }

    #[test]
    fn values_of_a_card_stand_in_its_properties() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Lopez\r\nEMAIL;TYPE=work:ana@acme.example\r\nEND:VCARD\r\n";
        let found = told(Channel::Card, card);
        holds(&found, "person.emails[0]", "property email;type=work", "ana@acme.example");
        let scan =
            "Blue Harbour Ltd\nAnna Blum\nHead of Sales\n+49 30 5550188\nanna@harbour.example\n";
        let found = told(Channel::Card, scan);
        holds(&found, "company", "line 1", "Blue Harbour Ltd");
        holds(&found, "person.emails[0]", "line 5", "anna@harbour.example");
    }
}
