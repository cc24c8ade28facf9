//! What stands where somebody or some program had nothing to say: no name, company, topic or place.

use domain::word_list::{Pieces, Words};
use domain::{pieces, words};

/// Words for "nothing", folded: of scripts, databases and spreadsheets, of people in the languages of the
/// markets, and of forms that were left as they were.
static NOTHING: Words = words!(
    " \
    undefined objectobject objectundefined objectnull functionanonymous none nonegiven noname notprovided \
    notgiven notavailable notapplicable notset notspecified unspecified unknown unknownunknown dbnull \
    nothing nodata novalue noanswer noneprovided tbd tba tbc anonymous xxx xxxx xxxxx blank empty \
    pleaseselect pleasechoose selectone chooseone yourname yourcompany yourfirstname yourlastname firstnamehere \
    loremipsum ref name value div0 num spill calc gettingdata wert bezug valor rif valeur \
    keine keiner keines keinangabe keineangabe keineangaben ohneangabe ohneangaben ohnenamen nichtangegeben \
    nichtvorhanden nichtbekannt nichtzutreffend unbekannt entfallt entfaellt bittewahlen bitteauswahlen \
    ihrname ihrefirma leer sieheoben fehlt \
    ninguno ninguna nodisponible noaplica noprocede sindatos sinnombre sinempresa desconocido desconocida \
    seleccione seleccioneuna vacio \
    nessuno nessuna nondisponibile nonapplicabile nonspecificato nonindicato sconosciuto sconosciuta seleziona \
    geen onbekend nietvantoepassing nvt nietingevuld nietbekend maakeenkeuze leeg \
    aucun aucune inconnu inconnue nonrenseigne nonrenseignee nonapplicable nonprecise choisir selectionnez vide \
    nenhum nenhuma desconhecido desconhecida naoinformado naoaplicavel naodisponivel \
    brak brakdanych niepodano niedotyczy nieznany nieznana nezname neuvedeno neznamy nenizadano zadny zadna \
    nincs nincsadat ismeretlen nemadottmeg ingen okand okant ukendt ukjent eiole eitiedossa tuntematon puudub \
    nezinams nera nezinoma nenurodyta niciunul necunoscut nespecificat nepoznato nema bilinmiyor yok belirtilmemis \
    нет неизвестно неуказано отсутствует немає невідомо няма неизвестен ουδεν αγνωστο κανενα \
    nezadano eitietoa anonym anonimo anonyme anoniem 1001900 0011900 30121899 00000000 nn nomennescio \
    vornamenachname firstlast firstnamelastname nombreapellidos prenomnom nomecognome \
    なし 無し 不明 未入力 未記入 无 無 未知 没有 없음 미상 "
);

/// Words for "nothing" that are names of people too, where they are written as names are.
const ALSO_NAMES: &[&str] = &["null", "nil", "nan", "na", "test", "nada", "nom", "blank", "none"];

/// Short ones by their exact spelling, without blanks: letters alone may be initials.
static SHORT: Words =
    words!("n/a n.a n/d n.d n/v n.v k.a k/a s/d s/n s.d o.a b.d b/d n.v.t s.o u/k null nil nan");
/// What spreadsheets write behind a number sign.
static SHEET: Words = words!("n/a nv n/v na null name ¿nombre ¡ref ¡valor error");
/// Errors of spreadsheets that are words by themselves.
static ERRORS: Words = words!("ref name value div0 num spill calc wert bezug valor rif valeur");

/// Pairs that enclose what a merge was to fill in.
const MERGES: &[(&str, &str)] = &[
    ("{{", "}}"),
    ("{%", "%}"),
    ("${", "}"),
    ("#{", "}"),
    ("@{", "}"),
    ("{!", "}"),
    ("{$", "}"),
    ("%%", "%%"),
    ("*|", "|*"),
    ("<%", "%>"),
    ("<<", ">>"),
    ("«", "»"),
    ("[[", "]]"),
    ("@@", "@@"),
    ("##", "##"),
    ("~~", "~~"),
    ("__", "__"),
    ("%", "%"),
    ("{", "}"),
    ("[%", "%]"),
    ("$", "$"),
];

/// Whether a text says nothing: a word for that, a sign, or a field of a merge that was not filled in.
#[must_use]
pub fn is_filler(text: &str) -> bool {
    let text = text.trim();
    is_nothing(text)
        || may_be_merged(text) && text.chars().count() < 200 && {
            let merged = without_merges(text);
            merged != text && is_nothing(merged.trim())
        }
}

/// As [`is_filler`], of a text that may be a person's name: Null and Nil are families too.
#[must_use]
pub fn is_no_name(text: &str) -> bool {
    is_filler(text) && !(is_name_too(text) && text.chars().any(char::is_lowercase) && capital(text))
}

/// Whether the word is a name beside another one, and nothing alone.
#[must_use]
pub fn is_name_too(text: &str) -> bool {
    ALSO_NAMES.contains(&text.trim().to_lowercase().as_str())
}

fn capital(text: &str) -> bool {
    text.trim().chars().next().is_some_and(char::is_uppercase)
}

/// The text without the words that a program wrote for a part that it did not have: "Anna undefined".
#[must_use]
pub fn without_fillers(text: &str) -> String {
    let merged = without_merges(text);
    let words = || merged.split_whitespace();
    let program =
        |word: &str| matches!(word, "undefined" | "null" | "NULL" | "(null)" | "NaN" | "None");
    let left: Vec<&str> = words().filter(|word| !program(word)).collect();
    if left.len() == words().count() { merged } else { left.join(" ") }
}

fn is_nothing(text: &str) -> bool {
    /// Longest text that is looked up, in bytes; and longest that may be a short spelling, blanks in it.
    const BYTES_MAX: usize = 60;
    const SHORT_BYTES_MAX: usize = 10;
    if text.len() > BYTES_MAX {
        return false;
    }
    if !text.chars().any(char::is_alphanumeric) {
        // Signs only; what is drawn (an emoji) is said.
        return text.chars().all(|c| c.is_ascii() || "–—−…·•、。".contains(c) || c.is_whitespace());
    }
    let bare = text.trim_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace());
    if bare.len() <= SHORT_BYTES_MAX && {
        let lower = bare.to_lowercase();
        SHORT.has(&lower.replace(' ', "")) || text.starts_with('#') && SHEET.has(&lower)
    } || matches!(text, "\\N" | "NA" | "N A" | "x" | "X" | "xx" | "XX")
    {
        return true;
    }
    // "[Vorname]", "<Name>": a template that was not filled in.
    let inside = text
        .strip_prefix(['<', '[', '{', '('])
        .and_then(|rest| rest.strip_suffix(['>', ']', '}', ')']));
    if inside.is_some_and(|name| !name.contains('@') && crate::fields::meaning(name).is_some()) {
        return true;
    }
    let folded = forms::fold(text);
    if NOTHING.has(&folded) {
        // "name" is one only as a spreadsheet's error; so are its neighbours.
        return !ERRORS.has(&folded) || text.starts_with('#');
    }
    if !text.contains(char::is_whitespace) {
        return matches!(folded.as_str(), "null" | "nan");
    }
    // Two and more of them are none either: "undefined undefined".
    let mut words =
        text.split_whitespace().filter(|one| one.chars().any(char::is_alphanumeric)).peekable();
    words.peek().is_some()
        && words.all(|one| {
            let folded = forms::fold(one);
            folded == "null" || folded == "nan" || NOTHING.has(&folded)
        })
}

/// Whether the sign stands in a text with which a merge begins.
fn may_be_merged(text: &str) -> bool {
    static OPEN: Pieces = pieces!(MERGES.iter().map(|(open, _)| open));
    OPEN.stand_in(text)
}

fn without_merges(text: &str) -> String {
    let mut text = text.to_owned();
    if !may_be_merged(&text) {
        return text;
    }
    for (open, close) in MERGES {
        while let Some(at) = text.find(open) {
            let inside = at + open.len();
            let Some(end) = text[inside..].find(close) else { break };
            let field = &text[inside..inside + end];
            // A merge names one field; "50 % or 60 %" and "Smith {Berlin}" do not.
            if field.is_empty() || field.len() > 80 || !names_field(field, open) {
                break;
            }
            text.replace_range(at..inside + end + close.len(), "");
        }
    }
    text
}

fn names_field(field: &str, open: &str) -> bool {
    let plain =
        field.trim().chars().all(|c| c.is_alphanumeric() || "._-:|!?=\"' $[]()".contains(c));
    let one_word = !field.contains(' ') && field.chars().any(char::is_alphabetic);
    match open {
        "%" | "$" | "{" | "__" | "##" | "~~" | "@@" => plain && one_word,
        _ => plain && field.chars().any(char::is_alphabetic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHINGS: &str = "undefined | null | (null) | <null> | NULL | \\N | NaN | [object Object] | #REF! | \
        #N/A | #NV | #WERT! | #NAME? | %%VORNAME%% | {{ first_name }} | \
        {{first_name}} {{last_name}} | *|FNAME|* | ${name} | %FIRSTNAME% | \
        {!Contact.Name} | <<Nachname>> | «Nachname» | - | -- | — | ... | n/a | N.A. | \
        n. a. | k. A. | keine Angabe | nicht angegeben | sin datos | n.v.t. | \
        non renseigné | brak | нет | なし | undefined undefined | unknown | (none) | \
        - none - | Bitte wählen | s/d | None None | {name|default}";
    const SOMETHINGS: &str = "Nina | Na Young | Nanni | Ref GmbH | Namensgeber | Braković | 50 % or 60 % | A&B | \
        1&1 | C-3 | 3M | Keiner & Sohn | {Smith} Berlin GmbH | X-Form | Nada Surf | H&M | \
        👍 | Ingenium | A. N. Other | #1 Coffee";

    #[test]
    fn what_programs_and_people_write_for_nothing_is_nothing() {
        for text in NOTHINGS.split(" | ") {
            assert!(is_filler(text), "{text}");
        }
        for text in SOMETHINGS.split(" | ") {
            assert!(!is_filler(text), "{text}");
        }
        assert!(
            !is_no_name("Null")
                && is_no_name("null")
                && is_no_name("undefined")
                && is_no_name("NULL")
        );
        assert_eq!(without_fillers("Anna undefined"), "Anna");
        assert_eq!(without_fillers("{{title}} Jennifer Null").trim(), "Jennifer Null");
    }
}
