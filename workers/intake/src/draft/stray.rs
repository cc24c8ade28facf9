//! Channels in fields with names that say nothing.

use domain::word_list::{Pieces, Words};
use domain::{pieces, words};

use crate::fields::Field;
use crate::normal;

/// Pieces of names of fields, folded, whose channels are our side's or somebody else's.
static OURS: Pieces = pieces!([
    "owner agent sales assign host staff seller admin notify creat updat modif from sender recipient \
     bearbeit betreu berater verkauf vertrieb zustand vendedor comercial vendeur verkop iban manager \
     dealer shop store support emergency notfall reference parent partner referr empfohlen user"
]);
/// The same as words of their own, folded.
static OURS_ALONE: Words = words!("fax vat ust tax cc bcc to id by an von");

/// Pieces of names of fields for telephones, folded.
static SPOKEN: Pieces =
    pieces!(["tel fon phone mobil handy ruf nummer wahl call numer cell whatsapp"]);

/// The channel that a value plainly is, unless its name says that it is somebody else's.
pub(super) fn channel(name: &str, value: &str) -> Option<Field> {
    let value = value.trim();
    if value.len() > 100 || !value.contains(|c: char| c == '@' || c.is_ascii_digit()) {
        return None;
    }
    let folded = forms::fold(name);
    let mut words = name.split(|c: char| !c.is_alphanumeric()).map(forms::fold);
    let is_ours = OURS.stand_in(&folded) || words.any(|word| OURS_ALONE.has(&word));
    if is_ours {
        return None;
    }
    let bare = value.trim_start_matches("mailto:");
    if bare.contains('@') && !bare.contains(char::is_whitespace) {
        return normal::email(bare).map(|_| Field::Email);
    }
    let spoken = SPOKEN.stand_in(&folded);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let shaped = value.chars().all(|c| c.is_ascii_digit() || " +()-./\u{a0}".contains(c));
    let certain = value.starts_with('+') || spoken && value.starts_with('0') && digits > 8;
    (shaped && certain && normal::phone(value, "").is_some()).then_some(Field::Phone)
}
