//! What the labels in mails of forms mean, beyond the names that fields have elsewhere.

use domain::word_list::Words;
use domain::words;

use crate::fields::{self, Field};
use crate::normal;
use forms::fold;

/// Words that address the visitor, folded; they say nothing of the field.
const POSSESSIVES: &[&str] = &[
    "ihr", "ihre", "dein", "deine", "your", "votre", "vos", "ton", "su", "tu", "il", "la", "tuo",
    "tua", "vostro", "vostra", "seu", "sua", "o", "uw", "je", "jouw", "din", "ditt", "dit", "twoj",
    "twoje", "vas", "vase", "the", "el", "le", "visitor", "visitors", "customer", "client",
    "kunde", "kunden", "absender", "besucher", "contact", "kontakt", "of",
];
/// Labels that only mails of forms have, by meaning, folded.
static LABELS: [(Field, Words); 2] = [
    (Field::FullName, words!("från fra from von de from od van da absendername sendername")),
    (
        Field::Phone,
        words!(
            "telefonniho ruckrufunter callback callmeat reachmeat erreichbarunter bellen rappel llamar richiamare"
        ),
    ),
];
/// Pieces of labels of telephones, folded.
const PHONES: &[&str] = &["tel", "ruf", "call", "phone", "handy", "mob", "fon", "gsm", "whatsapp"];

/// What a label means; where it does not tell, its value may.
#[must_use]
pub(super) fn meaning(label: &str, value: &str) -> Option<Field> {
    let bare = without_possessive(label);
    let of_bare = || (bare != label).then(|| fields::meaning(&bare)).flatten();
    let known = fields::meaning(label).or_else(of_bare).or_else(|| {
        let folded = [fold(label), fold(&bare)];
        LABELS
            .iter()
            .find(|(_, words)| folded.iter().any(|label| words.has(label)))
            .map(|(field, _)| *field)
    });
    let value = value.trim();
    let is_address = value.contains('@') && !value.contains(' ') && normal::email(value).is_some();
    match known {
        Some(Field::Email | Field::OtherEmail) => known,
        _ if is_address => Some(Field::Email),
        Some(_) => known,
        None => {
            let folded = fold(label);
            let digits = value.chars().filter(char::is_ascii_digit).count();
            (PHONES.iter().any(|piece| folded.contains(piece)) && digits >= 6)
                .then_some(Field::Phone)
        }
    }
}

fn without_possessive(label: &str) -> String {
    let words = label.split_whitespace();
    let kept = words.filter(|word| !POSSESSIVES.contains(&fold(word).as_str()));
    kept.collect::<Vec<_>>().join(" ")
}
