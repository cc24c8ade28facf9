//! The text of a business card, as a scanner or a telephone reads it from the picture.
//!
//! A card has no labels but for telephones: what a line is, is told by what stands in it and beside it. The name
//! is the line that the e-mail address repeats, or the one next to the position; where several lines could be
//! the name and nothing tells, a person looks.

use domain::certainty::Certainty;
use domain::enquiry::{LeadSource, PartReading};
use domain::party::is_freemail;

use crate::draft::Draft;
use crate::fields::Field;
use crate::mail::{is_position, labelled_phones};
use crate::normal;
use crate::options::ReadOptions;
use forms::fold;

/// Most lines of a card, and its longest line in characters.
const LINES_MAX: usize = 40;
const CHARS_MAX: usize = 120;

/// Legal forms and words of companies, folded.
const COMPANIES: &str = "\
    gmbh ag kg ohg ug ek ev mbh ltd limited llc llp inc corp corporation co company plc sa sas sarl srl spa sl slu \
    bv nv vof ab as aps oy oyj kft zrt bt sro doo ooo lda cia group gruppe holding studio agentur agency consulting \
    partners associates bros sons cie gbr";
/// Words of streets, folded; in many languages they are a part of a longer word.
const STREETS: &[&str] = &[
    "strasse",
    "straße",
    "str.",
    "platz",
    "weg",
    "allee",
    "gasse",
    "ring",
    "street",
    "road",
    "avenue",
    "lane",
    "st.",
    "drive",
    "way",
    "square",
    "rue",
    "boulevard",
    "place",
    "chemin",
    "via",
    "viale",
    "piazza",
    "corso",
    "calle",
    "avda",
    "plaza",
    "paseo",
    "c/",
    "carrer",
    "straat",
    "laan",
    "plein",
    "kade",
    "gracht",
    "dreef",
    "singel",
];

/// Whether a text may be that of a card: short lines, and a channel in it.
pub(super) fn is_one(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let (count, longest) =
        lines.fold((0, 0), |(count, longest), line| (count + 1, longest.max(line.chars().count())));
    (2..=LINES_MAX).contains(&count) && longest <= CHARS_MAX && !text.contains('\u{fffd}')
}

/// What the lines of a card are.
#[derive(Default)]
struct Lines<'t> {
    emails: Vec<String>,
    sites: Vec<String>,
    phones: Vec<(&'t str, Field)>,
    titles: Vec<(usize, &'t str)>,
    companies: Vec<(usize, &'t str)>,
    places: Vec<&'t str>,
    /// Lines that could be a name or a company, by their number.
    words: Vec<(usize, &'t str)>,
}

/// Reads the text of one card.
pub(super) fn reading(text: &str, options: &ReadOptions) -> PartReading {
    let lines = sorted(text);
    let mut draft = Draft::new(LeadSource::TradeShow, options);
    for email in &lines.emails {
        draft.field(Field::Email, "e-mail", email);
    }
    for (number, kind) in &lines.phones {
        let label = if *kind == Field::Fax { "fax" } else { "telephone" };
        draft.field(*kind, label, number);
    }
    if let Some(site) = lines.sites.first() {
        draft.field(Field::Website, "web site", site);
    }
    if let Some((_, title)) = lines.titles.first() {
        draft.at_most(Certainty::Likely, |it| it.field(Field::JobTitle, "position", title));
    }
    place(&mut draft, &lines.places);
    let (name, certainty) = name(&lines);
    if let Some((_, name)) = name {
        draft.at_most(certainty, |it| it.field(Field::FullName, "name", name));
    }
    let company = company(&lines, name.map(|(at, _)| at));
    if let Some(company) = company {
        draft.at_most(Certainty::Likely, |it| it.field(Field::Company, "company", company));
    }
    for (at, rest) in &lines.words {
        if name.is_none_or(|(name, _)| name != *at) && company != Some(*rest) {
            draft.other("line", rest);
        }
    }
    let read = draft.finish("The text of the card");
    match name {
        Some((_, name)) if certainty == Certainty::Guessed => {
            let reason = format!(
                "The text of the card does not tell which line is the name, perhaps \"{name}\"; correct it and \
                 release the card."
            );
            read.held(reason)
        }
        Some(_) => read,
        None if company.is_some() => read,
        None => read.held(
            "The text of the card has no line that could be a name; enter it and release the card.",
        ),
    }
}

fn sorted(text: &str) -> Lines<'_> {
    let mut lines = Lines::default();
    let pieces = text.lines().take(LINES_MAX).flat_map(|line| line.split(['|', '•', '·', '\t']));
    let pieces =
        pieces.map(|piece| piece.trim_matches(|c: char| c.is_whitespace() || "*_,;".contains(c)));
    for (at, piece) in pieces.filter(|piece| !piece.is_empty()).enumerate() {
        sort(&mut lines, at, piece);
    }
    lines
}

fn sort<'t>(lines: &mut Lines<'t>, at: usize, piece: &'t str) {
    let words = || piece.split(|c: char| c.is_whitespace() || "<>()[],;".contains(c));
    let emails: Vec<_> =
        words().filter_map(|word| normal::email(word.trim_start_matches("mailto:"))).collect();
    if !emails.is_empty() {
        lines.emails.extend(emails);
        return;
    }
    if let Some(site) = words().find(|word| is_site(word)) {
        lines.sites.push(site.to_owned());
        return;
    }
    let phones = labelled_phones(piece);
    if !phones.is_empty() {
        lines.phones.extend(phones);
        return;
    }
    let digits = piece.chars().filter(char::is_ascii_digit).count();
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    if digits >= 7 && fold(piece).starts_with('f') && letters <= 7 {
        lines.phones.push((piece, Field::Fax));
    } else if digits >= 7 && letters == 0 {
        lines.phones.push((piece, Field::Phone));
    } else if is_place(piece, digits) {
        lines.places.push(piece);
    } else if is_company(piece) {
        lines.companies.push((at, piece));
    } else if is_position(piece, true) {
        lines.titles.push((at, piece));
    } else if letters > 1 && digits == 0 {
        lines.words.push((at, piece));
    }
}

fn is_site(word: &str) -> bool {
    let word = word.trim_end_matches(['.', '/']);
    let lower = word.to_lowercase();
    let marked = ["www.", "http://", "https://"].iter().any(|mark| lower.starts_with(mark));
    let bare = lower.rsplit_once('.').is_some_and(|(name, end)| {
        name.len() > 2
            && (2..=6).contains(&end.len())
            && end.bytes().all(|b| b.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
    });
    (marked || bare && lower == word) && normal::host(word).is_some()
}

/// A street with its number, or a town with its postal code.
fn is_place(piece: &str, digits: usize) -> bool {
    let lower = piece.to_lowercase();
    let street = STREETS.iter().any(|street| {
        lower
            .split(|c: char| c.is_whitespace() || c == ',')
            .any(|word| word.starts_with(street) || word.ends_with(street))
    });
    digits > 0 && street || town(piece).is_some()
}

fn is_company(piece: &str) -> bool {
    let words = piece.split(|c: char| c.is_whitespace() || c == ',').map(fold);
    let known = |word: String| COMPANIES.split_whitespace().any(|company| company == word);
    piece.contains('&') || words.filter(|word| !word.is_empty()).any(known)
}

/// The postal code and the town of a line, as "20121 Milano (MI)", "1012 AB Amsterdam", "D-50667 Köln".
fn town(piece: &str) -> Option<(String, &str)> {
    let piece = piece
        .rsplit(',')
        .find(|part| part.chars().any(|c| c.is_ascii_digit()))
        .unwrap_or(piece)
        .trim();
    let begin = piece.find(|c: char| c.is_ascii_digit())?;
    // A letter of the country before it, as D-50667.
    let country = piece[..begin].trim_end_matches('-').trim();
    if country.chars().count() > 2 || !country.chars().all(|c| c.is_ascii_uppercase()) {
        return None;
    }
    let rest = &piece[begin..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if !(4..=5).contains(&end) {
        return None;
    }
    let (mut code, mut town) = (rest[..end].to_owned(), rest[end..].trim());
    if let Some((letters, behind)) = town.split_once(' ')
        && letters.len() == 2
        && letters.bytes().all(|b| b.is_ascii_uppercase())
    {
        code = format!("{code} {letters}");
        town = behind.trim();
    }
    let name = town.chars().next().is_some_and(char::is_uppercase);
    (name && !town.is_empty()).then_some((code, town))
}

fn place(draft: &mut Draft<'_>, places: &[&str]) {
    for piece in places {
        for part in piece.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if let Some((code, name)) = town(part) {
                draft.field(Field::PostalCode, "postal code", &code);
                // "Milano (MI)", "Köln / Germany"
                let name = name.split(['(', '/']).next().unwrap_or(name).trim();
                draft.field(Field::City, "town", name);
            } else if part.chars().any(|c| c.is_ascii_digit())
                && part.chars().any(char::is_alphabetic)
            {
                draft.field(Field::Line1, "street", part);
            } else if part.chars().all(|c| c.is_ascii_digit()) {
                draft.field(Field::Line2, "street", part);
            } else if is_place(part, 1) {
                draft.field(Field::Line1, "street", part);
            } else {
                draft.field(Field::Country, "country", part);
            }
        }
    }
}

/// The line with the name, and how sure that is.
fn name<'t>(lines: &Lines<'t>) -> (Option<(usize, &'t str)>, Certainty) {
    let candidates: Vec<_> =
        lines.words.iter().copied().filter(|(_, line)| is_name(line)).collect();
    let locals = lines.emails.iter().filter_map(|email| email.split('@').next());
    let locals: Vec<_> = locals.map(fold).collect();
    let repeated = |(_, line): &&(usize, &str)| {
        let words: Vec<_> =
            line.split_whitespace().map(fold).filter(|word| word.len() > 2).collect();
        locals.iter().any(|local| words.iter().any(|word| local.contains(word.as_str())))
    };
    if let Some(found) = candidates.iter().find(repeated) {
        return (Some(*found), Certainty::Certain);
    }
    let beside =
        |(at, _): &&(usize, &str)| lines.titles.iter().any(|(title, _)| title.abs_diff(*at) == 1);
    if let Some(found) = candidates.iter().find(beside) {
        return (Some(*found), Certainty::Likely);
    }
    match candidates.as_slice() {
        [] => (None, Certainty::Guessed),
        [only] => (Some(*only), Certainty::Likely),
        [first, ..] => (Some(*first), Certainty::Guessed),
    }
}

/// Two to five words with a capital each, or all in capitals.
fn is_name(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().collect();
    let shaped =
        |word: &&str| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase());
    let letters = line.chars().all(|c| c.is_alphabetic() || " .-'’,".contains(c));
    (2..=5).contains(&words.len())
        && letters
        && words.iter().filter(|word| shaped(word)).count() >= 2
}

/// The line with the company: by its legal form, else by the domain of address or web site.
fn company<'t>(lines: &Lines<'t>, name: Option<usize>) -> Option<&'t str> {
    if let Some((_, company)) = lines.companies.first() {
        return Some(company);
    }
    let domains =
        lines.emails.iter().filter_map(|email| email.split('@').nth(1)).map(str::to_owned);
    let sites = lines.sites.iter().filter_map(|site| normal::host(site));
    let own: Vec<_> = domains
        .chain(sites)
        .filter(|domain| !is_freemail(domain))
        .map(|domain| fold(domain.trim_start_matches("www.").split('.').next().unwrap_or_default()))
        .collect();
    let others = || lines.words.iter().filter(|(at, _)| Some(*at) != name);
    let named = others().find(|(_, line)| {
        let line = fold(line);
        own.iter().any(|domain| {
            !domain.is_empty() && (line.contains(domain.as_str()) || domain.contains(&line))
        })
    });
    named.map(|(_, line)| *line)
}
