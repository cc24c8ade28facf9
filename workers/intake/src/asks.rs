//! Whether a text asks for something, as far as words tell.

use domain::word_list::{Begins, Pieces};
use domain::{begins, pieces};

use crate::normal;
use forms::any_word;

/// Beginnings of words by which people ask for goods, prices and answers, folded.
static STEMS: Begins = begins!(&[
    "quot",
    "pric",
    "cost",
    "purchas",
    "buy",
    "interested",
    "availab",
    "angebot",
    "preis",
    "kost",
    "bestell",
    "benotig",
    "brauch",
    "anfrag",
    "interess",
    "lieferzeit",
    "devis",
    "prix",
    "tarif",
    "commander",
    "besoin",
    "souhait",
    "voudri",
    "presupuest",
    "precio",
    "cotiza",
    "necesit",
    "queremos",
    "quisier",
    "preventiv",
    "prezz",
    "vorremmo",
    "vorrei",
    "orcamento",
    "preco",
    "cotac",
    "precis",
    "prijs",
    "offerte",
    "oferta",
    "oferty",
    "cena",
    "ceny",
    "cene",
    "wycen",
    "zamow",
    "potrzeb",
    "nabidk",
    "cenov",
    "objedn",
    "potreb",
    "ajanlat",
    "arajanlat",
    "szuksegunk",
    "tilbud",
    "pris",
    "offert",
    "behover",
    "tarjous",
    "hinta",
    "tarvits",
    "pretul",
    "teklif",
    "fiyat",
    "hinna",
    "pakkumi",
    "piedavaj",
    "pasiulym",
    "kaina",
    "ponud",
]);
/// The same where words are not divided by blanks, or letters are not Latin.
static PIECES: Pieces = pieces!(&[
    "цен",
    "предложени",
    "заказ",
    "стоимост",
    "нужн",
    "цін",
    "пропозиц",
    "προσφορ",
    "τιμή",
    "τιμές",
    "見積",
    "価格",
    "注文",
    "报价",
    "報價",
    "价格",
    "價格",
    "订购",
    "견적",
    "가격",
    "주문",
    "מחיר",
    "سعر",
    "عرض",
]);
/// How much of a text is looked at, in characters.
const CHARS_MAX: usize = 8_000;

/// Whether the text asks: by a question mark, or by a word of asking.
#[must_use]
pub(crate) fn asks(text: &str) -> bool {
    has_question(text) || wants(text)
}

/// Whether a question mark stands in the text, that of a link left aside.
#[must_use]
pub(crate) fn has_question(text: &str) -> bool {
    const MARKS: [char; 4] = ['?', '？', '؟', '\u{37e}'];
    text.contains(MARKS)
        && text.split_whitespace().any(|word| word.contains(MARKS) && !word.contains("://"))
}

/// Whether a word of asking stands in the text.
#[must_use]
pub(crate) fn wants(text: &str) -> bool {
    let text = normal::lower(text, CHARS_MAX);
    PIECES.stand_in(&text)
        || any_word(&text, |word, written| written.len() > 3 && STEMS.begin(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_seen_in_many_languages_and_small_talk_is_none() {
        for text in [
            "Was kostet die CM-200",
            "We need a quote",
            "Prosím o cenovou nabídku",
            "報價",
            "ok?",
            "Сколько стоит доставка, цена",
            "Quisiéramos comprar",
        ] {
            assert!(asks(text), "{text}");
        }
        for text in ["Danke, bis Montag!", "See https://x.example/?a=1", "Vielen Dank"] {
            assert!(!asks(text), "{text}");
        }
    }
}
