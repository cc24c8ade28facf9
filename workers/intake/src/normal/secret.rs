//! What must never be kept: passwords, numbers of payment cards, national identity numbers, answers to security
//! questions. Told by the name of a field in the languages of the markets, and by the value where that is plain.

use serde_json::Value;

mod words;

use words::{ALONE, CLUBS, PIECES, WORDS};

use forms::digits::plain;
use forms::fold;

/// Fewest digits of the number of a payment card.
const CARD_DIGITS_MIN: usize = 13;
/// Stands in a text for the number of a payment card.
pub const CARD_LEFT_OUT: &str = "[number of a payment card left out]";

/// Whether a field holds a secret, by its name or its value.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    names_secret(name, value) || is_plain_secret(value)
}

/// Whether a value is one by itself.
#[must_use]
pub fn is_plain_secret(value: &str) -> bool {
    is_card(value) || is_identity(value)
}

/// Whether a field of this name may hold one.
#[must_use]
pub fn may_be_secret(name: &str) -> bool {
    names_secret(name, "something")
}

/// Whether the name of a field says that a secret stands in it. Whether one was given is none.
fn names_secret(name: &str, value: &str) -> bool {
    /// Longest name that is looked at, in bytes.
    const NAME_BYTES_MAX: usize = 200;
    if name.len() > NAME_BYTES_MAX || super::truth(value).is_some() || value.trim().is_empty() {
        return false;
    }
    let folded = fold(name);
    if CLUBS.iter().any(|club| folded.contains(club)) && folded.contains("kart")
        || folded.contains("loyaltycard")
    {
        return false;
    }
    // The Indian postal code is called so, too.
    if matches!(folded.as_str(), "pincode" | "pinzip") {
        return !(value.trim().len() == 6 && value.trim().bytes().all(|b| b.is_ascii_digit()));
    }
    PIECES.stand_in(&folded)
        || WORDS.has(&folded)
        || name
            .split(|c: char| !c.is_alphanumeric())
            .map(fold)
            .any(|word| WORDS.has(&word) && !ALONE.contains(&word.as_str()))
}

/// Whether a value is the number of a payment card: of the length and beginning of an issuer, and with its check
/// digit (ISO/IEC 7812).
fn is_card(value: &str) -> bool {
    if value.len() < CARD_DIGITS_MIN {
        return false;
    }
    let value = plain(value);
    let value = value.trim();
    let shaped = value.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    shaped && is_card_number(&value.chars().filter(char::is_ascii_digit).collect::<String>())
}

fn is_card_number(digits: &str) -> bool {
    let begins = |from: usize, to: usize, length: usize| {
        digits
            .get(..length)
            .and_then(|head| head.parse::<usize>().ok())
            .is_some_and(|head| (from..=to).contains(&head))
    };
    let issued = match digits.len() {
        13 | 19 => begins(4, 4, 1),
        14 => begins(300, 305, 3) || begins(36, 36, 2) || begins(38, 39, 2),
        15 => begins(34, 34, 2) || begins(37, 37, 2),
        16 => {
            begins(4, 4, 1)
                || begins(51, 55, 2)
                || begins(2221, 2720, 4)
                || begins(6011, 6011, 4)
                || begins(644, 659, 3)
                || begins(3528, 3589, 4)
                || begins(50, 50, 2)
                || begins(56, 69, 2)
        }
        _ => false,
    };
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = if at % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    issued && sum.is_multiple_of(10)
}

/// Whether a value is an identity number that no other value looks like: a social security number of the United
/// States, the Italian tax code of a person.
fn is_identity(value: &str) -> bool {
    let value = value.trim();
    if !matches!(value.len(), 11 | 16) {
        return false;
    }
    let shape: String = value
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_alphabetic() {
                'A'
            } else {
                c
            }
        })
        .collect();
    matches!(shape.as_str(), "999-99-9999" | "AAAAAA99A99A999A")
}

/// A text in which the numbers of payment cards are left out.
#[must_use]
pub fn without_cards(text: &str) -> std::borrow::Cow<'_, str> {
    if text.bytes().filter(u8::is_ascii_digit).count() < CARD_DIGITS_MIN {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let run = rest
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-')))
            .unwrap_or(rest.len());
        let run = rest[..run].trim_end_matches([' ', '-']);
        if is_card(run) {
            out.push_str(CARD_LEFT_OUT);
        } else {
            out.push_str(run);
        }
        rest = &rest[run.len()..];
    }
    out.push_str(rest);
    if out == text { text.into() } else { out.into() }
}

/// A tree of values without the secrets in it, whether they are fields of their own or described by a label.
#[must_use]
pub fn scrubbed(tree: &Value) -> Value {
    match tree {
        Value::Object(fields) => {
            let label = ["label", "name", "title", "question", "key"]
                .iter()
                .find_map(|name| fields.get(*name)?.as_str())
                .unwrap_or_default();
            let kept = fields.iter().filter(|(name, value)| {
                let text = text(value);
                let described = matches!(name.as_str(), "value" | "answer" | "values");
                !(is_secret(name, &text) || described && is_secret(label, &text))
            });
            Value::Object(kept.map(|(name, value)| (name.clone(), scrubbed(value))).collect())
        }
        Value::Array(all) => Value::Array(all.iter().map(scrubbed).collect()),
        other => other.clone(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_name_or_value_and_ordinary_fields_are_none() {
        for (name, value) in [
            ("portal_pin", "4711"),
            ("Passwort", "geheim"),
            ("Kennwort (Shop)", "geheim"),
            ("Contraseña", "abc"),
            ("mot de passe", "abc"),
            ("Hasło", "abc"),
            ("CVV", "123"),
            ("Notiz", "4111 1111 1111 1111"),
            ("Zahlung", "5555-5555-5555-4444"),
            ("SSN", "123"),
            ("Feld 9", "078-05-1120"),
            ("Rodné číslo", "800101/1234"),
            ("Mädchenname der Mutter", "Kern"),
            ("Security answer", "Rex"),
            ("DNI", "12345678Z"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("IBAN", "DE89 3704 0044 0532 0130 00"),
            ("Telefon", "+49 341 5550170"),
            ("Pincode", "110001"),
            ("Kundenkartennummer", "4711"),
            ("Bestellnummer", "4111111111111112"),
            ("Pinnwand", "x"),
            ("Password set", "true"),
            ("Company", "Passau Kaffee"),
            ("NIF", "B12345678"),
            ("Tanja", "x"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
        assert_eq!(
            without_cards("Card 4111 1111 1111 1111, please call +49 341 5550170"),
            "Card [number of a payment card left out], please call +49 341 5550170"
        );
    }
}
