//! Channels in fields with names that say nothing.

use crate::fields::{self, Field};
use crate::normal;

/// Pieces of names of fields, folded, whose channels are our side's or somebody else's; short ones are words of their own.
const OURS: &[&str] = &[
    "owner",
    "agent",
    "sales",
    "assign",
    "host",
    "staff",
    "seller",
    "admin",
    "notify",
    "creat",
    "updat",
    "modif",
    "from",
    "sender",
    "recipient",
    "bearbeit",
    "betreu",
    "berater",
    "verkauf",
    "vertrieb",
    "zustand",
    "vendedor",
    "comercial",
    "vendeur",
    "verkop",
    "fax",
    "iban",
    "vat",
    "ust",
    "tax",
    "manager",
    "dealer",
    "shop",
    "store",
    "support",
    "cc",
    "bcc",
    "to",
    "emergency",
    "notfall",
    "id",
    "reference",
    "parent",
    "partner",
    "referr",
    "empfohlen",
    "user",
    "by",
    "an",
    "von",
];

/// The channel that a value plainly is, unless its name says that it is somebody else's.
pub(super) fn channel(name: &str, value: &str) -> Option<Field> {
    let folded = fields::fold(name);
    let words = name.split(|c: char| !c.is_alphanumeric()).map(fields::fold);
    let short = |word: &str| word.len() < 4;
    let is_ours = OURS.iter().any(|ours| {
        if short(ours) { words.clone().any(|word| word == *ours) } else { folded.contains(ours) }
    });
    let value = value.trim();
    if is_ours || value.len() > 100 {
        return None;
    }
    let bare = value.trim_start_matches("mailto:");
    if bare.contains('@') && !bare.contains(char::is_whitespace) {
        return normal::email(bare).map(|_| Field::Email);
    }
    let spoken = [
        "tel", "fon", "phone", "mobil", "handy", "ruf", "nummer", "wahl", "call", "numer", "cell",
        "whatsapp",
    ];
    let spoken = spoken.iter().any(|piece| folded.contains(piece));
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let shaped = value.chars().all(|c| c.is_ascii_digit() || " +()-./\u{a0}".contains(c));
    let certain = value.starts_with('+') || spoken && value.starts_with('0') && digits > 8;
    (shaped && certain && normal::phone(value, "").is_some()).then_some(Field::Phone)
}
