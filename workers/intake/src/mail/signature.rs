//! What a signature adds: phone and position.

use domain::certainty::Certainty;
use domain::word_list::{Pieces, Words};
use domain::{pieces, words};

use crate::draft::Draft;
use crate::fields::Field;
use crate::letter::Mailbox;
use crate::normal;
use crate::options::ReadOptions;
use forms::fold;

/// Labels of telephones, folded; one of one or two letters stands alone before the number.
static PHONES: Words = words!(
    "\
    tel t p ph phone telephone telefon telefono telefoon telefone tlf tlfnr tfno office fon fone \
    fijo ufficio bureau buro puh puhelin telefonas talr telephon tél тел телефон т τηλ τηλέφωνο 電話 \
    电话 電話番号 전화 טל טלפון هاتف direct direkt durchwahl dw d zentrale festnetz phoneoffice \
    telnr telefonnr ruf w o tfn tfnnr vaxel zentrale centralita centralino standard ured sediu ofis \
    inkoop verkoop"
);
static MOBILES: Words = words!(
    "\
    mob m mobile cell c mobil mobiltelefon handy movil cellulare cel celular telemovel mobiel gsm \
    portable port kom komorka matkapuhelin mobilnummer моб мобильный мобильныйтелефон κιν κινητό 携帯 \
    手机 手機 휴대폰 נייד جوال whatsapp cep telefonmobil mobilni mobilis"
);
static FAXES: Words = words!(
    "\
    fax telefax f faks факс φαξ 传真 傳真 팩스 פקס فاكس"
);
/// Pieces that companies, places and slogans have and positions do not, folded words.
static NO_POSITIONS: Words = words!(
    "\
    gmbh ag kg ohg ug ltd limited llc inc corp co plc sa sas sarl srl spa sl slu bv nv ab as aps oy \
    oyj kft zrt bt sro doo ooo ооо зао оао eood ad lda sp zoo strasse str platz weg allee street \
    road avenue rue calle via straat ulica ul utca"
);
/// Pieces that the words of a position begin or end with, folded.
static POSITIONS: Pieces = pieces!(&[
    "manager",
    "leit",
    "direkt",
    "direct",
    "geschaftsfuhr",
    "einkauf",
    "einkauf",
    "verkauf",
    "vertrieb",
    "buyer",
    "purchas",
    "procure",
    "sales",
    "owner",
    "inhaber",
    "founder",
    "chef",
    "head",
    "chief",
    "ceo",
    "cto",
    "cfo",
    "coo",
    "president",
    "vorstand",
    "prokurist",
    "engineer",
    "ingenieur",
    "ingeniero",
    "ingegnere",
    "techni",
    "develop",
    "entwickl",
    "consult",
    "berat",
    "assist",
    "sekret",
    "secret",
    "sachbearb",
    "koordinat",
    "coordinat",
    "responsable",
    "responsabile",
    "gerente",
    "jefe",
    "jefa",
    "encargad",
    "comercial",
    "compras",
    "acquisti",
    "titolare",
    "gerant",
    "achat",
    "acheteu",
    "charge",
    "inkoop",
    "inkoper",
    "eigenaar",
    "hoofd",
    "beszerz",
    "vezet",
    "igazgat",
    "tulajdonos",
    "kierowni",
    "dyrektor",
    "wlasciciel",
    "kupiec",
    "specjalist",
    "specialist",
    "spezialist",
    "nakup",
    "reditel",
    "riaditel",
    "jednatel",
    "vedouc",
    "majitel",
    "konatel",
    "inkop",
    "indkob",
    "innkjop",
    "ansvarig",
    "ansvarlig",
    "leder",
    "daglig",
    "paallikk",
    "johtaja",
    "ostaja",
    "hankinta",
    "juhataja",
    "vadovas",
    "vaditajs",
    "achizit",
    "mudur",
    "satin",
    "nabav",
    "voditelj",
    "direktor",
    "директор",
    "менеджер",
    "закуп",
    "начальник",
    "руководитель",
    "инженер",
    "керівник",
    "διευθυντ",
    "υπεύθυν",
    "部長",
    "課長",
    "社長",
    "担当",
    "主任",
    "购",
    "经理",
    "總監",
    "总监",
    "采购",
    "採購",
    "과장",
    "부장",
    "대표",
    "팀장",
    "מנהל",
    "מדיר",
    "teamlead",
    "supervisor",
    "officer",
    "administrat",
    "analyst",
    "architect",
    "architekt",
    "planner",
    "buchhalt",
    "account",
    "marketing",
    "operations",
    "logisti",
    "facility",
    "werkst",
    "meister",
    "koch",
    "cuisin",
    "cocin",
    "baker",
    "backer",
    "barista",
    "partner",
    "executive",
    "representative",
    "agent",
    "clerk",
    "lead",
    "professor",
    "lehrer",
    "teacher",
    "arzt",
    "arztin",
    "software",
    "trainer",
    "trainee",
    "praktikant",
    "intern",
    "student",
]);

/// Takes phone and position from a signature, if it is signed with the contact's own name.
pub(super) fn take(
    draft: &mut Draft<'_>,
    contact: &Mailbox,
    lines: &[String],
    options: &ReadOptions,
) {
    let name = contact.name.as_deref().filter(|name| fold(name).len() > 2);
    let signed =
        name.and_then(|name| Some((name, lines.iter().position(|line| names(line, name))?)));
    let Some((name, at)) = signed else {
        // Without a name to compare, or signed in another script, the numbers are still the writer's.
        if name.is_none_or(|name| name.is_ascii() && lines.iter().any(|line| is_other_script(line)))
        {
            take_phones(draft, lines, options);
        }
        return;
    };
    let beside = behind_name(&lines[at], name);
    let near =
        [lines.get(at + 1), lines.get(at + 2), at.checked_sub(1).and_then(|at| lines.get(at))];
    let near = near.into_iter().flatten().map(String::as_str);
    let near = beside.into_iter().chain(near).flat_map(pieces);
    // Directly below, a position needs no known word; elsewhere it does.
    let below = lines.get(at + 1).map(String::as_str).filter(|line| is_position(line, false));
    let known = near.clone().find(|line| is_position(line, true));
    if let Some(title) = known.or(below) {
        draft.field(Field::JobTitle, "signature", title.trim_matches(['*', ' ', '|', ',']));
    }
    take_phones(draft, lines, options);
}

fn take_phones(draft: &mut Draft<'_>, lines: &[String], options: &ReadOptions) {
    for line in lines {
        for (number, kind) in labelled_phones(line) {
            let read = normal::phones(number, &options.default_region);
            if !read.numbers.is_empty() {
                draft.at_most(Certainty::Likely, |it| it.number(kind, "signature", number, read));
            }
        }
    }
}

/// The parts of a line that says several things: "Head of Procurement | Ray Hotels Ltd".
fn pieces(line: &str) -> impl Iterator<Item = &str> + Clone {
    line.split(['|', '·', '•']).map(str::trim).filter(|piece| !piece.is_empty())
}

/// Whether a line is written in letters that are not Latin.
fn is_other_script(line: &str) -> bool {
    line.chars().filter(|c| *c >= '\u{370}' && c.is_alphabetic()).count() > 1
}

/// Whether the line holds the name, in either order and whatever stands between.
fn names(line: &str, name: &str) -> bool {
    let folded = fold(line);
    let mut words = name.split([' ', ',']).map(fold).filter(|word| word.len() > 1).peekable();
    folded.contains(&fold(name))
        || words.peek().is_some() && words.all(|word| folded.contains(&word))
}

/// What stands behind the name on its line: "Kiss Réka, beszerző".
fn behind_name<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (before, behind) = line.split_once([',', '|', '–', '—', '/'])?;
    (names(before, name) && !behind.trim().is_empty()).then(|| behind.trim())
}

/// Whether a line is a position: letters only, no company, place, slogan or rule.
pub(crate) fn is_position(line: &str, by_word: bool) -> bool {
    /// Longest line that is taken for a position, in characters, and its most words.
    const CHARS_MAX: usize = 60;
    const WORDS_MAX: usize = 7;
    let clean = line.trim_matches(['*', ' ', '|', ',']);
    let folded: Vec<String> = clean
        .split(|c: char| !c.is_alphanumeric())
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect();
    let shaped = (2..=CHARS_MAX).contains(&clean.chars().count())
        && clean.chars().all(|c| c.is_alphabetic() || " -&/,.'’()·".contains(c))
        && clean.chars().any(char::is_alphabetic)
        && !clean.ends_with(['.', '!'])
        && !clean.to_lowercase().contains("www.")
        && (1..=WORDS_MAX).contains(&folded.len());
    if !shaped {
        return false;
    }
    let foreign = folded.iter().any(|word| NO_POSITIONS.has(word));
    let known = folded.iter().any(|word| POSITIONS.stand_in(word));
    let labelled = folded.len() == 1 && PHONES.has(&folded[0]);
    !foreign && !labelled && known && (by_word || !folded.is_empty())
}

/// The numbers behind labels of telephones in a line, and what kind of phone each is.
pub(crate) fn labelled_phones(line: &str) -> Vec<(&str, Field)> {
    /// Longest line of a signature.
    const BYTES_MAX: usize = 300;
    let mut found = Vec::new();
    if line.len() > BYTES_MAX {
        return found;
    }
    for piece in line.split(['|', '•', ';', '·', '│', '\t']) {
        if let Some(bare) = bare_number(piece) {
            found.push(bare);
            continue;
        }
        let mut rest = piece;
        while let Some(begin) = rest.find(|c: char| c.is_ascii_digit() || c == '+') {
            let begin = if rest[..begin].ends_with('(') { begin - 1 } else { begin };
            let number = &rest[begin..];
            let length = number
                .find(|c: char| !(c.is_ascii_digit() || " +()-./\u{a0}".contains(c)))
                .unwrap_or(number.len());
            if let Some(kind) = kind_of(&rest[..begin]) {
                found.push((number[..length].trim_end_matches([' ', '.', '-', '/', '(']), kind));
            }
            rest = &number[length.max(1)..];
        }
    }
    found
}

/// A number that stands alone, international, with its label behind it at most: "+44 20 7946 0191 (office)".
fn bare_number(piece: &str) -> Option<(&str, Field)> {
    /// Fewest digits of a number without a label.
    const DIGITS_MIN: usize = 9;
    let piece = piece.trim();
    if !piece.starts_with('+') {
        return None;
    }
    let is_number = |c: char| c.is_ascii_digit() || " +()-./\u{a0}".contains(c);
    let length = piece.find(|c| !is_number(c)).unwrap_or(piece.len());
    let (number, label) = piece.split_at(length);
    let number = number.trim_end_matches([' ', '.', '-', '/', '(']);
    let kind = if label.is_empty() { Some(Field::Phone) } else { kind_of(label) };
    let enough = number.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_MIN;
    let alone = label.split_whitespace().count() < 2;
    Some((number, kind?)).filter(|_| enough && alone)
}

/// The kind of phone by what stands before the number.
fn kind_of(label: &str) -> Option<Field> {
    let words = label.split(|c: char| c.is_whitespace() || ":.,/*()".contains(c));
    let words: Vec<String> = words.map(fold).filter(|word| !word.is_empty()).collect();
    let last = words.last()?;
    let all = words.concat();
    let is = |list: &Words| list.has(last) || list.has(&all);
    if is(&FAXES) {
        None
    } else if is(&MOBILES) {
        Some(Field::Mobile)
    } else if is(&PHONES) {
        Some(Field::Phone)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_numbers_on_a_line_are_told_apart_and_faxes_left_out() {
        let found =
            labelled_phones("Mob.: +36 30 555 0101 | Tel.: +36 1 555 0102 Fax: +36 1 555 0103");
        assert_eq!(found, [("+36 30 555 0101", Field::Mobile), ("+36 1 555 0102", Field::Phone)]);
        assert_eq!(labelled_phones("тел. +7 495 555 01 01"), [("+7 495 555 01 01", Field::Phone)]);
        assert_eq!(labelled_phones("T (030) 555 01"), [("(030) 555 01", Field::Phone)]);
        assert!(labelled_phones("Hauptstr. 12, 10115 Berlin").is_empty());
    }

    #[test]
    fn a_company_slogan_or_divider_is_no_position() {
        for line in ["Einkaufsleiterin", "beszerző", "Head of Laboratory", "Responsable achats"] {
            assert!(is_position(line, true), "{line}");
        }
        for line in ["Blum GmbH", "----", "Wir machen Kaffee schöner.", "Hauptstrasse", "Tel"] {
            assert!(!is_position(line, false), "{line}");
        }
    }
}
