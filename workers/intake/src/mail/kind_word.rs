//! Short mails that thank, wish, take leave or are private, in words of their own.

use domain::begins;
use domain::word_list::Begins;

use super::talk::names_article;
use crate::asks;
use forms::fold;

/// Words that thank, wish or take leave, folded: what people write who ask for nothing. They begin a word.
static KIND: Begins = begins!(&[
    "thank",
    "danke",
    "dank",
    "merci",
    "gracias",
    "grazie",
    "obrigad",
    "bedankt",
    "tack",
    "takk",
    "tak",
    "kiitos",
    "kiitti",
    "dzieki",
    "dziekuj",
    "dekuj",
    "diky",
    "dakuj",
    "koszon",
    "multumesc",
    "hvala",
    "aciu",
    "paldies",
    "aitah",
    "tesekkur",
    "спасибо",
    "дякую",
    "ευχαριστ",
    "congratul",
    "gluckwunsch",
    "gratul",
    "felicit",
    "auguri",
    "buonnatale",
    "feliz",
    "joyeu",
    "frohe",
    "schonenurlaub",
    "schoneswochenende",
    "schonesfest",
    "bisdann",
    "bismontag",
    "bisbald",
    "bismorgen",
    "seeyou",
    "abientot",
    "hastaluego",
    "hastapronto",
    "apresto",
    "totdan",
    "totziens",
    "doz",
    "naschledanou",
    "trevlig",
    "godhelg",
    "godjul",
    "hyvaaviik",
    "hyvaajoulu",
    "boanoite",
    "bonnejournee",
    "bonweekend",
    "buonagiornata",
    "buonweekend",
    "passt",
    "perfect",
    "perfekt",
    "allesklar",
    "verstanden",
    "understood",
    "dacord",
    "vabene",
    "deacuerdo",
    "inorde",
    "wesolych",
    "veselevanoce",
    "getwell",
    "gutebesserung",
    "happy",
    "merrychristmas",
    "herzlichengluck",
]);
/// Words by which somebody asks for something all the same, folded; they begin a word.
static REQUESTS: Begins = begins!(&[
    "please",
    "pls",
    "bitte",
    "porfavor",
    "perfavore",
    "svp",
    "graag",
    "prosze",
    "prosim",
    "kerem",
    "kerjuk",
    "pozalu",
    "пожалуйста",
    "παρακαλ",
    "vanligen",
    "venligst",
    "call",
    "anruf",
    "ruckruf",
    "rappel",
    "llam",
    "chiam",
    "send",
    "schick",
    "senden",
    "envoy",
    "envi",
    "invi",
    "stuur",
    "wysla",
    "posl",
    "suche",
    "looking",
    "cherch",
    "busc",
    "cerc",
    "zoek",
    "termin",
    "appointment",
    "catalog",
    "katalog",
    "brochur",
    "prospekt",
    "machine",
    "maschine",
    "kaffee",
    "coffee",
    "cafe",
    "hatten",
    "mochten",
    "wouldlike",
    "need",
    "wish",
    "voudr",
    "quisier",
    "vorrei",
    "gostar",
    "complain",
    "beschwer",
    "reklam",
    "defekt",
    "broken",
    "kaputt",
    "problem",
]);
/// Most words of a text that only thanks, wishes or takes leave.
const KIND_WORDS_MAX: usize = 16;

/// Whether a short text thanks, wishes or takes leave in words of its own, and asks for nothing that could be told.
#[must_use]
pub(super) fn is_kind_word(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || ",.;:!-–—/()".contains(c))
        .map(fold)
        .filter(|word| !word.is_empty())
        .take(KIND_WORDS_MAX + 1)
        .collect();
    if words.is_empty() || words.len() > KIND_WORDS_MAX {
        return false;
    }
    let pairs: Vec<String> = words.windows(2).map(|pair| pair.concat()).collect();
    let begins = |list: &Begins| words.iter().chain(&pairs).any(|word| list.begin(word));
    let quiet = !asks::has_question(text)
        && !names_article(text)
        && !text.bytes().any(|byte| byte.is_ascii_digit());
    quiet && begins(&KIND) && !begins(&REQUESTS) || quiet && is_test(&words)
}

/// "This is only a test, please ignore it."
fn is_test(words: &[String]) -> bool {
    let one =
        |list: &[&str]| words.iter().any(|word| list.iter().any(|begin| word.starts_with(begin)));
    one(&["test", "prueba", "prova", "essai", "teste", "proba"])
        && one(&[
            "ignor",
            "only",
            "nur",
            "just",
            "solo",
            "seulement",
            "alleen",
            "only",
            "tylko",
            "bara",
            "kun",
        ])
}

/// Whether a text is about meeting as friends do, folded words: lunch, a beer, a birthday.
#[must_use]
pub(super) fn is_private(text: &str) -> bool {
    const PRIVATE: &[&str] = &[
        "lunch",
        "mittagessen",
        "dinner",
        "abendessen",
        "birthday",
        "geburtstag",
        "bier",
        "beer",
        "weekend",
        "wochenende",
        "kino",
        "dejeuner",
        "anniversaire",
        "cumpleanos",
        "compleanno",
        "pranzo",
        "cena",
        "almoco",
        "aniversario",
        "verjaardag",
        "urodziny",
        "narozeniny",
        "frokost",
        "fodselsdag",
        "syntymapaiva",
        "grillen",
        "barbecue",
    ];
    let mut words = text.split(|c: char| !c.is_alphanumeric()).map(fold);
    let short = text.split_whitespace().count() <= KIND_WORDS_MAX;
    short
        && words.any(|word| PRIVATE.contains(&word.as_str()))
        && !names_article(text)
        && !asks::wants(text)
}
