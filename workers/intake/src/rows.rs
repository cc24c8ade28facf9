//! Bytes of lists and cards to text: line by line, since one row from elsewhere decides nothing for the others.

use encoding_rs::{
    Encoding, ISO_8859_15, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254,
    WINDOWS_1257,
};
use oem_cp::code_table::{
    DECODING_TABLE_CP437, DECODING_TABLE_CP850, DECODING_TABLE_CP852, DECODING_TABLE_CP866,
};

use crate::charset;

/// How much of what is beyond ASCII is looked at to find a code page, in bytes.
const SAMPLE_BYTES_MAX: usize = 64 * 1024;

/// Decodes a list or cards. Where some lines are UTF-8 beyond ASCII, all are but the damaged places; else the code
/// page is the one in which the words are words.
#[must_use]
pub(crate) fn decode(bytes: &[u8]) -> String {
    let bom = Encoding::for_bom(bytes).is_some();
    if !bom && bytes.contains(&0) || std::str::from_utf8(bytes).is_ok() {
        return charset::decode(bytes, None);
    }
    if bom && !bytes.starts_with(b"\xef\xbb\xbf") {
        return charset::decode(bytes, None);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = || bytes.split_inclusive(|b| *b == b'\n');
    let is_utf8 = |line: &[u8]| !line.is_ascii() && std::str::from_utf8(line).is_ok();
    if !bom && !lines().any(is_utf8) && !mostly_utf8(bytes) {
        return Page::of(bytes).decode(bytes);
    }
    let mut out = String::with_capacity(bytes.len());
    // The damaged lines that hold nothing of UTF-8 have one code page together.
    let foreign: Vec<u8> = lines().filter(|line| is_foreign(line)).flatten().copied().collect();
    let page = Page::of(&foreign);
    for line in lines() {
        match std::str::from_utf8(line) {
            Ok(text) => out.push_str(text),
            Err(_) if is_foreign(line) => out.push_str(&page.decode(line)),
            Err(_) => mend(line, page, &mut out),
        }
    }
    out
}

/// Whether a line is in another code page as a whole.
fn is_foreign(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_err() && line.utf8_chunks().all(|chunk| chunk.valid().is_ascii())
}

/// One line only, most of whose letters are UTF-8.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > invalid
}

/// A line of UTF-8 with a damaged place: half a letter goes, a foreign one is read in its code page.
fn mend(line: &[u8], page: Page, out: &mut String) {
    for chunk in line.utf8_chunks() {
        out.push_str(chunk.valid());
        let half = match chunk.invalid() {
            [] => true,
            [first] => matches!(first, 0x80..=0xbf | 0xc2 | 0xc3),
            // The beginning of a longer sequence that was cut.
            [..] => true,
        };
        if !half {
            out.push_str(&page.decode(chunk.invalid()));
        }
    }
}

/// A code page of one byte a letter, or what the guesser of web pages found.
#[derive(Clone, Copy)]
enum Page {
    Known(&'static Encoding),
    Dos(&'static [char; 128]),
}

impl Page {
    /// The page in which the words are words; Western where nothing tells.
    fn of(bytes: &[u8]) -> Self {
        let sample: Vec<u8> = words(bytes);
        if sample.is_empty() {
            return Self::Known(WINDOWS_1252);
        }
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        detector.feed(&sample, true);
        let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
        let enough = sample.iter().filter(|b| !b.is_ascii()).count() >= 6;
        let first = if enough { guess } else { WINDOWS_1252 };
        let pages = [
            Self::Known(first),
            Self::Known(WINDOWS_1252),
            Self::Known(WINDOWS_1250),
            Self::Dos(&DECODING_TABLE_CP850),
            Self::Dos(&DECODING_TABLE_CP852),
            Self::Dos(&DECODING_TABLE_CP437),
            Self::Known(MACINTOSH),
            Self::Known(WINDOWS_1251),
            Self::Dos(&DECODING_TABLE_CP866),
            Self::Known(WINDOWS_1254),
            Self::Known(WINDOWS_1257),
            Self::Known(ISO_8859_15),
        ];
        let mut best = (i64::MIN, pages[0]);
        for page in pages {
            let text = page.decode(&sample);
            let points = points(&text) + points_of_one_language(&text);
            // The first of equals: the likelier page.
            if points > best.0 {
                best = (points, page);
            }
        }
        best.1
    }

    fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Known(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Dos(table) => bytes
                .iter()
                .map(|b| b.checked_sub(128).map_or(char::from(*b), |high| table[usize::from(high)]))
                .collect(),
        }
    }
}

/// The words that hold a letter beyond ASCII, each on a line of its own.
fn words(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let divides = |b: &u8| b.is_ascii() && !b.is_ascii_alphanumeric() && *b != b'\'';
    for word in bytes.split(divides).filter(|word| !word.is_ascii()) {
        out.extend_from_slice(word);
        out.push(b'\n');
        if out.len() > SAMPLE_BYTES_MAX {
            break;
        }
    }
    out
}

/// How much the words look like words: letters of one script, capitals at the beginning or throughout.
fn points(text: &str) -> i64 {
    let mut points = 0;
    for word in text.lines() {
        let letters: Vec<char> = word.chars().collect();
        let shouted = letters.iter().filter(|c| c.is_alphabetic()).all(|c| !c.is_lowercase());
        // No Latin word is without any letter of ASCII.
        let foreign =
            letters.len() >= 4 && letters.iter().all(|c| !c.is_ascii() && script(*c) == 0);
        points -= if foreign { 4 * i64::try_from(letters.len()).unwrap_or(0) } else { 0 };
        for (at, c) in letters.iter().enumerate().filter(|(_, c)| !c.is_ascii()) {
            let before = at.checked_sub(1).map(|at| letters[at]).filter(|c| c.is_alphabetic());
            let after = letters.get(at + 1).copied().filter(|c| c.is_alphabetic());
            points += if c.is_control() || *c == '\u{fffd}' {
                -10
            } else if !c.is_alphabetic() {
                sign_points(*c, before.is_some() || after.is_some())
            } else if before.is_none() && after.is_none() {
                // A letter alone says little.
                0
            } else if [before, after].into_iter().flatten().any(|other| script(other) != script(*c))
            {
                -6
            } else if c.is_uppercase() && before.is_some() && !shouted {
                -4
            } else if c.is_lowercase() && shouted_around(before, after) {
                -2
            } else {
                letter_points(*c)
            };
        }
    }
    points
}

/// The letters beyond ASCII of languages, in small.
const ALPHABETS: &[&str] = &[
    "äöüß",
    "àâçéèêëîïôùûüÿœæ",
    "áéíñóúü",
    "ãáâàçéêíóôõú",
    "àèéìíòóù",
    "åäöéü",
    "æøåéö",
    "ąćęłńóśźż",
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "ăâîșțşţ",
    "ąčęėįšųūž",
    "āčēģīķļņšūž",
    "čćđšž",
    "çğıi̇öşüâî",
    "õäöüšž",
    "áðéíóúýþæö",
];

/// Letters that all belong to one language say more than each by itself.
fn points_of_one_language(text: &str) -> i64 {
    let small: String =
        text.chars().filter(|c| !c.is_ascii()).flat_map(char::to_lowercase).collect();
    let count = small.chars().filter(|c| c.is_alphabetic()).count();
    let fits = |alphabet: &&&str| {
        small.chars().filter(|c| c.is_alphabetic()).all(|c| alphabet.contains(c))
    };
    if ALPHABETS.iter().any(|alphabet| fits(&alphabet)) {
        i64::try_from(count).unwrap_or(0)
    } else {
        0
    }
}

/// Signs stand alone: within a word they say that the page is another one.
fn sign_points(c: char, in_word: bool) -> i64 {
    match c {
        '’' | '‘' | '\u{a0}' | '–' | '—' | '“' | '”' | '„' | '«' | '»' | '€' | '°' | '®' | '™'
            if !in_word =>
        {
            1
        }
        '’' | '\u{a0}' | '®' | '™' => 0,
        _ if in_word => -5,
        _ => -1,
    }
}

/// "GüNTHER": a small letter among capitals.
fn shouted_around(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_uppercase)
}

/// The letters that names and places are written with in Europe, against those that hardly occur.
fn letter_points(c: char) -> i64 {
    if "äöüßéèêëàáâçñóòôíìîúùûåæøÄÖÜÉÅØÁÓÍÚÇÈŁłśŚżŻźŹćĆčČšŠžŽřŘěůňťďąęńőűýđĐôõã".contains(c)
    {
        3
    } else if matches!(c, 'þ' | 'ð' | 'Þ' | 'Ð' | 'ª' | 'º' | 'ƒ' | 'Ÿ' | 'Ý') {
        0
    } else {
        2
    }
}

fn script(c: char) -> u8 {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => 0,
        '\u{370}'..='\u{3ff}' => 1,
        '\u{400}'..='\u{52f}' => 2,
        '\u{590}'..='\u{5ff}' => 3,
        '\u{600}'..='\u{6ff}' => 4,
        '\u{3040}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' => 5,
        '\u{ac00}'..='\u{d7af}' => 6,
        '\u{e00}'..='\u{e7f}' => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_row_decides_nothing_for_the_others() {
        let mut bytes = "Zoë;Łukasik;Łódź\nJürgen;Größl;Zürich\n".as_bytes().to_vec();
        bytes.extend_from_slice(b"Anna;M\xfcller;Ulm\n");
        assert_eq!(decode(&bytes), "Zoë;Łukasik;Łódź\nJürgen;Größl;Zürich\nAnna;Müller;Ulm\n");
        // A letter that was cut, in a line that is UTF-8 otherwise.
        let mut bytes = "Größe: gro".as_bytes().to_vec();
        bytes.extend_from_slice(b"\xc3\nx");
        assert_eq!(decode(&bytes), "Größe: gro\nx");
        // A foreign letter beside those of UTF-8.
        let mut bytes = "Łódź, ".as_bytes().to_vec();
        bytes.extend_from_slice(b"K\xf6ln");
        assert_eq!(decode(&bytes), "Łódź, Köln");
    }

    #[test]
    fn the_code_page_is_that_in_which_names_are_names() {
        for (bytes, expected) in [
            (b"G\x81nther;J\x84ger;M\x81nster".as_slice(), "Günther;Jäger;Münster"),
            (b"\x9d\xa2d\xab;Gda\xe4sk", "Łódź;Gdańsk"),
            (b"M\xfcller;K\xf6ln", "Müller;Köln"),
            (b"M\x9fller;J\x8ager;Stra\xa7e", "Müller;Jäger;Straße"),
            (b"\xa3\xf3d\x9f;Gda\xf1sk", "Łódź;Gdańsk"),
            (b"Jos\xe9;Garc\xeda", "José;García"),
            (b"Jos\x82;Garc\xa1a;Espa\xa4a", "José;García;España"),
            (b"M\x9aLLER;K\x99LN", "MÜLLER;KÖLN"),
            (b"\xcc\xee\xf1\xea\xe2\xe0;\xc8\xe2\xe0\xed\xee\xe2", "Москва;Иванов"),
            (b"\x8c\xae\xe1\xaa\xa2\xa0;\x88\xa2\xa0\xad\xae\xa2", "Москва;Иванов"),
            (b"Preis 5 \x80; D\x92Angelo", "Preis 5 €; D’Angelo"),
        ] {
            assert_eq!(decode(bytes), expected);
        }
    }
}
