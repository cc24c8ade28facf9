//! How people close a letter. Some of these words also open one: the place tells.

use domain::begins;
use domain::word_list::Begins;

use super::talk;
use crate::asks;
use forms::fold;

/// Lines that mail programs of telephones add, lower case.
static SENT_FROM: Begins = begins!(&[
    "sent from my",
    "sent from mail for",
    "sent from outlook",
    "get outlook for",
    "sent via",
    "von meinem",
    "gesendet von mein",
    "von mobile gesendet",
    "gesendet mit der",
    "envoyé de mon",
    "envoyé depuis",
    "envoyé à partir de",
    "enviado desde mi",
    "enviado desde",
    "enviado do meu",
    "enviado a partir",
    "inviato da",
    "inviata da",
    "verzonden vanaf mijn",
    "verstuurd vanaf mijn",
    "wysłano z",
    "wysłane z",
    "odesláno z",
    "odoslané z",
    "küldve ",
    "skickat från min",
    "skickat från",
    "sendt fra min",
    "lähetetty ",
    "отправлено с",
    "надіслано з",
    "trimis de pe",
    "iphone'umdan gönderildi",
    "poslano s",
    "{emailsignature}",
]);
/// Closings, folded; the signature begins there.
static CLOSINGS: Begins = begins!(&[
    "bestregards",
    "kindregards",
    "regards",
    "warmregards",
    "withkindregards",
    "withbestregards",
    "kindestregards",
    "manythanksandregards",
    "thanksandregards",
    "sincerely",
    "yourssincerely",
    "sincerelyyours",
    "yoursfaithfully",
    "yourstruly",
    "respectfully",
    "cheers",
    "best",
    "bestwishes",
    "allthebest",
    "withthanks",
    "mitfreundlichengrussen",
    "mitfreundlichengruessen",
    "mitfreundlichemgruss",
    "mitbestengrussen",
    "mitbestemgruss",
    "freundlichegrusse",
    "freundlichegruesse",
    "freundlichergruss",
    "vielegrusse",
    "vielegruesse",
    "liebegrusse",
    "bestegrusse",
    "bestegruesse",
    "schonegrusse",
    "herzlichegrusse",
    "hochachtungsvoll",
    "grusse",
    "gruss",
    "mfg",
    "lg",
    "vg",
    "bg",
    "cordialement",
    "biencordialement",
    "biencordialementavous",
    "trescordialement",
    "salutations",
    "sinceressalutations",
    "salutationsdistinguees",
    "meilleuressalutations",
    "respectueusement",
    "bienavous",
    "saludos",
    "unsaludo",
    "saludoscordiales",
    "uncordialsaludo",
    "atentamente",
    "muyatentamente",
    "atentossaludos",
    "recibauncordialsaludo",
    "cordialisaluti",
    "distintisaluti",
    "salutocordiale",
    "saluti",
    "unsaluto",
    "cordialmente",
    "inattesadigentilerispostaporgodistintisaluti",
    "metvriendelijkegroet",
    "metvriendelijkegroeten",
    "vriendelijkegroet",
    "vriendelijkegroeten",
    "hartelijkegroet",
    "hartelijkegroeten",
    "mvg",
    "groeten",
    "groet",
    "hoogachtend",
    "atenciosamente",
    "comosmelhorescumprimentos",
    "melhorescumprimentos",
    "cumprimentos",
    "cordiaissaudacoes",
    "saudacoes",
    "abracos",
    "att",
    "udvozlettel",
    "tisztelettel",
    "koszonettel",
    "szivelyesudvozlettel",
    "spozdravem",
    "spratelskympozdravem",
    "spozdravom",
    "sprianimpeknehodna",
    "suctou",
    "zpowazaniem",
    "pozdrawiam",
    "lacze",
    "lacze pozdrowienia",
    "pozdrowienia",
    "serdeczniepozdrawiam",
    "medvanlighalsning",
    "medvanligahalsningar",
    "vanligahalsningar",
    "halsningar",
    "mvh",
    "medvenlighilsen",
    "venlighilsen",
    "hilsen",
    "bedstehilsner",
    "medbestehilsen",
    "medvennlighilsen",
    "vennlighilsen",
    "bestehilsen",
    "ystavallisinterveisin",
    "ystavallisestit",
    "terveisin",
    "parhainterveisin",
    "lugupidamisega",
    "parimatesoovidega",
    "tervitades",
    "arcienu",
    "cienu",
    "supagarba",
    "pagarbiai",
    "geriausilinkejimai",
    "custima",
    "custimă",
    "cudeosebitastima",
    "saygilarimla",
    "saygilar",
    "iyicalismalar",
    "slijeppozdrav",
    "spostovanjem",
    "lepozdravljeni",
    "leppozdrav",
    "lijeppozdrav",
    "srdacanpozdrav",
    "sapostovanjem",
    "spostovanjem",
    "suvazhaniem",
    "суважением",
    "знайлучшимипожеланиями",
    "снаилучшимипожеланиями",
    "всегодоброго",
    "зповагою",
    "суважение",
    "споздрави",
    "поздрави",
    "меεκτίμηση",
    "μεεκτίμηση",
    "φιλικούςχαιρετισμούς",
    "μεφιλικούςχαιρετισμούς",
    "ευχαριστώ",
    "よろしくお願いいたします",
    "よろしくお願いします",
    "宜しくお願い致します",
    "敬具",
    "此致",
    "此致敬礼",
    "祝好",
    "顺祝商祺",
    "順頌商祺",
    "谢谢",
    "감사합니다",
    "드림",
    "בברכה",
    "معالتحية",
    "معأطيبالتحيات",
    "hormatsaya",
    "salam",
    "trantrong",
]);
/// Closings that are long enough to know them with something behind, as "… aus Köln" or a name.
const LONG_BYTES_MIN: usize = 9;
/// Most that stands behind one on its line, in bytes as folded.
const BEHIND_BYTES_MAX: usize = 22;
/// Most lines below a closing.
const LINES_BELOW_MAX: usize = 15;
/// Longest line of a closing, in bytes.
const LINE_BYTES_MAX: usize = 90;

/// Whether the line is one that a telephone's mail program adds.
pub(super) fn is_sent_from(line: &str) -> bool {
    /// Longest such line, in bytes.
    const BYTES_MAX: usize = 80;
    if line.is_empty() || line.len() > BYTES_MAX {
        return false;
    }
    let lower = line.to_lowercase();
    SENT_FROM.begin(&lower)
}

/// Whether a letter closes with the first of these lines: text stands above, and little but a name
/// below.
pub(super) fn is_closing(lines: &[&str], has_above: bool) -> bool {
    let Some(line) = lines.first().map(|line| line.trim()) else { return false };
    if !closes(line) {
        return false;
    }
    let mut below = lines[1..]
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty() && !line.starts_with('>'));
    let first = below.clone().next();
    if !has_above {
        // Nothing above: it closes only where nothing is said below either.
        return first.is_some() && below.all(|line| !is_sentence(line));
    }
    let name_below = first.is_none_or(|line| !is_sentence(line) || is_postscript(line));
    name_below && (below.by_ref().take(LINES_BELOW_MAX + 1).count() <= LINES_BELOW_MAX)
}

/// Whether the words of a line are such as close a letter.
pub(super) fn closes(line: &str) -> bool {
    if line.is_empty() || line.len() > LINE_BYTES_MAX {
        return false;
    }
    let folded = fold(line);
    // "Greetings, we need two CM-100": it opens a sentence.
    CLOSINGS.behind(&folded).any(|behind| {
        behind.is_empty()
            || folded.len() - behind.len() >= LONG_BYTES_MIN
                && behind.len() <= BEHIND_BYTES_MAX
                && !asks::asks(line)
    }) && !talk::names_article(line)
}

/// Whether a line says something: several words, a question or an end, and no line of a card.
pub(super) fn is_sentence(line: &str) -> bool {
    /// Fewest words that say something.
    const WORDS_MIN: usize = 4;
    let line = line.trim();
    if asks::has_question(line) {
        return true;
    }
    let words =
        line.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    let marks = line.chars().filter(|c| matches!(c, '|' | '•' | '·' | '@' | '/' | '–')).count();
    let lower = line.chars().any(char::is_lowercase);
    let wide = line.chars().filter(|c| *c >= '\u{3040}' && c.is_alphabetic()).count() >= 8;
    wide || words >= WORDS_MIN
        && marks == 0
        && (line.ends_with(['.', '!', ':', ',', ';', '…']) || words > 6 || asks::wants(line))
        && lower
}

/// Whether a line begins what was forgotten.
pub(super) fn is_postscript(line: &str) -> bool {
    let begin: String = line.chars().take(8).filter(|c| !c.is_whitespace()).collect();
    let begin = begin.to_lowercase();
    ["ps:", "p.s", "ps.", "pps", "ps-", "pd:", "p.d.", "nb:", "n.b.", "ps ", "post scriptum", "з.ы"]
        .iter()
        .any(|known| begin.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closes_at(text: &str, above: bool) -> bool {
        is_closing(&text.lines().collect::<Vec<_>>(), above)
    }

    #[test]
    fn a_closing_is_known_by_its_place() {
        assert!(closes_at("Üdvözlettel\nKiss Réka, beszerző\nMob.: +36 30 555 0101", true));
        assert!(closes_at("Mit freundlichen Grüßen aus Köln\nAnna Blum", true));
        assert!(closes_at("С уважением,\nИван Петров", true));
        assert!(closes_at("Cheers\nTom", true));
        assert!(!closes_at("Cheers,\n\nwe need four CM-200 for our hotel.", true));
        assert!(!closes_at("Salutations,\n\nnous voulons un devis pour six machines.", false));
        assert!(!closes_at("Saludos,\n\nnecesitamos 4 x CM-200 para nuestro hotel.", false));
        assert!(!closes_at("Regards the order, we need more.", true));
    }
}
