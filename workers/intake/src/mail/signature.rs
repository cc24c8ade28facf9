//! What a signature adds: phone and position.

use crate::draft::Draft;
use crate::fields::{self, Field};
use crate::letter::Mailbox;
use crate::normal;
use crate::options::ReadOptions;

/// Takes phone and position from a signature, if it is signed with the contact's own name.
pub(super) fn take(
    draft: &mut Draft<'_>,
    contact: &Mailbox,
    lines: &[String],
    options: &ReadOptions,
) {
    let Some(name) = contact.name.as_deref().map(fields::fold).filter(|name| name.len() > 2) else {
        return;
    };
    let Some(at) = lines.iter().position(|line| fields::fold(line).contains(&name)) else { return };
    if let Some(title) = lines.get(at + 1).filter(|line| is_position(line)) {
        draft.field(Field::JobTitle, "signature", title);
    }
    for (number, kind) in lines[at..].iter().filter_map(|line| labelled_phone(line)) {
        if normal::phone(number, &options.default_region).is_some() {
            draft.field(kind, "signature", number);
        }
    }
}

fn is_position(line: &str) -> bool {
    /// Longest line that is taken for a position, in characters.
    const CHARS_MAX: usize = 60;
    let clean = line.trim_matches(['*', ' ', '|']);
    (3..=CHARS_MAX).contains(&clean.chars().count())
        && clean.chars().all(|c| c.is_alphabetic() || " -&/,.'()".contains(c))
        && !clean.to_lowercase().contains("www.")
}

/// The number behind a phone's label in a signature, and what kind of phone it is.
fn labelled_phone(line: &str) -> Option<(&str, Field)> {
    let line = line.trim_matches(['*', ' ', '|', '\t']);
    let end = line.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(')?;
    let number = line[end..].split(['|', '•', ';']).next()?.trim();
    let kind = match fields::fold(&line[..end]).as_str() {
        "tel" | "t" | "p" | "ph" | "phone" | "telephone" | "telefon" | "telefono" | "telefoon"
        | "tlf" | "tfno" | "office" | "fon" => Field::Phone,
        "mob" | "m" | "mobile" | "cell" | "c" | "mobil" | "handy" | "movil" | "cellulare"
        | "cel" | "mobiel" | "gsm" | "portable" => Field::Mobile,
        _ => return None,
    };
    Some((number, kind))
}
