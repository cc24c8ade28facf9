//! Small talk, and what tells it from an enquiry.

use domain::word_list::Words;
use domain::words;

use crate::asks;
use forms::fold;

/// Words that greet, thank, agree or say goodbye, folded.
static SMALL_TALK: Words = words!(
    "\
    hello hi hey hallo hola ciao bonjour salut test testing testmail thanks thankyou thank you danke \
    dankeschon gracias grazie merci bedankt dankje ok okay there all team vielen dank many so much very \
    muchas mille beaucoup tack takk tak kiitos dzieki dziekuje dziekujemy dekuji dekujeme dakujem koszonom \
    koszonjuk spasibo obrigado obrigada multumesc tesekkurler hvala aciu paldies aitah спасибо дякую \
    ευχαριστώ 谢谢 ありがとう ありがとうございます 감사합니다 bis montag dienstag mittwoch donnerstag freitag samstag sonntag \
    morgen bald dann see soon tomorrow monday tuesday wednesday thursday friday a demain lundi mardi \
    mercredi jeudi vendredi bientot hasta luego manana lunes martes miercoles jueves viernes presto domani \
    tot maandag vrijdag ses vi perfect perfekt super prima great fine gut alles klar received erhalten \
    angekommen nice day weekend schones wochenende schonen tag guten good morning afternoon evening happy \
    birthday frohe weihnachten merry christmas new year neues jahr gutes ihnen dir auch too und and y e et \
    en an liebe lieber dear sehr geehrte damen herren for fur your die the info help hilfe message \
    nachricht antwort"
);
/// Most words of small talk; a longer text says something.
const TALK_WORDS_MAX: usize = 10;

/// Whether the text is nothing but small talk.
#[must_use]
pub(super) fn is_small_talk(text: &str) -> bool {
    let words = text
        .split(|c: char| c.is_whitespace() || ",.;:!-–—/()".contains(c))
        .map(fold)
        .filter(|word| !word.is_empty());
    // The first word that says something ends it.
    let mut all = 0;
    let small = words.take(TALK_WORDS_MAX + 1).all(|word| {
        all += 1;
        SMALL_TALK.has(&word)
    });
    small && all <= TALK_WORDS_MAX && !asks::has_question(text)
}

/// Whether something like an article's number stands in the text: letters and digits in one word.
#[must_use]
pub(super) fn names_article(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || ",;:()\"".contains(c)).any(|word| {
        word.chars().filter(|c| c.is_uppercase()).count() >= 2
            && (word.contains('-') || word.chars().any(|c| c.is_ascii_digit()))
    })
}
