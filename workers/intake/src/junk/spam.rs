//! How much a mail reads like fraud or bulk advertising. A spam filter is to stand before intake: this is for what
//! came through.

use domain::pieces;
use domain::word_list::Pieces;

use crate::letter::Letter;
use crate::normal;
use crate::sender;

/// Words of fraud and hard selling with their weight, lower case.
const SPAM_WORDS: &[(&str, u32)] = &[
    ("western union", 2),
    ("beneficiary", 2),
    ("next of kin", 3),
    ("inheritance", 2),
    ("lottery", 2),
    ("you have won", 3),
    ("atm card", 2),
    ("united states dollars", 1),
    ("million dollars", 2),
    ("million usd", 2),
    ("fund transfer", 1),
    ("swift money transfer", 2),
    ("reconfirm your", 2),
    ("god bless", 1),
    ("euro pro jahr", 3),
    ("grarantiert", 2),
    ("millionen euro", 2),
    ("kostenfreie plätze", 2),
    ("jeder nachmachen", 2),
    ("jeder kann es", 2),
    ("ohne schulabschluss", 2),
    ("keinen schulabschluss", 2),
    ("geld verdienen", 1),
    ("geheimesgeld", 3),
    ("has ganado", 3),
    ("herencia", 1),
    ("lotería", 2),
    ("vous avez gagné", 3),
    ("hai vinto", 3),
    ("u heeft gewonnen", 3),
    ("viagra", 3),
    ("cialis", 3),
    ("online casino", 2),
    ("casino bonus", 3),
    ("bitcoin investment", 3),
    ("double your", 2),
    ("crypto profit", 3),
    ("make money fast", 3),
    ("work from home and earn", 3),
    ("guaranteed first page", 3),
    ("first page of google", 2),
    ("rank your website", 2),
    ("seo services", 2),
    ("backlinks", 2),
    ("guest post", 2),
    ("increase your traffic", 2),
    ("web design and development company", 2),
    ("newsletter abmelden", 1),
    ("unsubscribe", 1),
    ("kostenlos", 1),
    ("final notice", 2),
    ("last reminder", 1),
    ("account will be suspended", 3),
    ("account has been suspended", 3),
    ("account has been limited", 3),
    ("verify your account", 3),
    ("confirm your account", 2),
    ("verify your mailbox", 3),
    ("mailbox quota", 2),
    ("storage is full", 2),
    ("password will expire", 3),
    ("password expires", 2),
    ("your package", 1),
    ("customs fee", 2),
    ("claim your prize", 4),
    ("claim your reward", 4),
    ("gift card", 1),
    ("you have been selected", 2),
    ("100% free", 2),
    ("act now", 1),
    ("limited time offer", 2),
    ("risk free", 1),
    ("no obligation", 1),
    ("wire transfer", 1),
    ("dormant account", 3),
    ("confidential business", 3),
    ("business proposal", 2),
    ("loan offer", 3),
    ("low interest loan", 3),
    ("your computer has been hacked", 5),
    ("i recorded you", 4),
    ("bitcoin wallet", 3),
    ("pay in bitcoin", 3),
    ("forex", 2),
    ("email list", 2),
    ("email database", 3),
    ("leads database", 3),
    ("bulk sms", 2),
    ("website redesign", 2),
    ("search engine ranking", 2),
    ("sponsored post", 2),
    ("link building", 2),
    ("domain authority", 2),
    ("weight loss", 2),
    ("penis", 4),
    ("konto wurde gesperrt", 3),
    ("konto wird gesperrt", 3),
    ("konto eingeschränkt", 3),
    ("bestätigen sie ihr konto", 3),
    ("letzte mahnung", 1),
    ("sie haben gewonnen", 3),
    ("kredit ohne schufa", 4),
    ("passives einkommen", 3),
    ("compte a été suspendu", 3),
    ("compte sera suspendu", 3),
    ("vérifier votre compte", 2),
    ("cuenta ha sido suspendida", 3),
    ("verifique su cuenta", 3),
    ("conto è stato sospeso", 3),
    ("verifica il tuo account", 3),
    ("rekening is geblokkeerd", 3),
    ("ваш выигрыш", 4),
    ("заработок в интернете", 4),
    ("продвижение сайтов", 3),
    ("发票代开", 4),
    ("代开发票", 4),
    ("dear friend", 2),
    ("late client", 3),
    ("strict confidence", 2),
    ("strictly confidential", 2),
    ("professional manufacturer", 3),
    ("leading manufacturer", 3),
    ("we are a manufacturer", 3),
    ("we are manufacturer", 3),
    ("leading supplier", 2),
    ("our factory", 2),
    ("dear purchasing manager", 3),
    ("dear manager", 1),
    ("hope to cooperate", 2),
    ("long-term cooperation", 1),
    ("iso9001", 1),
    ("moq", 1),
    ("konto wurde eingeschränkt", 3),
    ("bestätigen sie ihre daten", 3),
    ("innerhalb von 24 stunden", 1),
    ("lonely", 2),
    ("dating", 2),
    ("my photos", 2),
    ("we offer loans", 4),
    ("interest rate", 1),
    ("without collateral", 3),
    ("apply today", 1),
    ("préstamos sin", 3),
    ("prêt sans", 2),
    ("offre de prêt", 3),
    ("prestiti senza", 3),
    ("kredyt bez", 3),
    ("confirme sus datos", 3),
    ("confirmez vos données", 3),
    ("conferma i tuoi dati", 3),
    ("unsubscribe here", 1),
    ("opt-out", 1),
    ("opt out", 1),
    ("if you no longer wish", 1),
    ("abbestellen", 1),
    ("se désabonner", 1),
    ("désinscri", 1),
    ("darse de baja", 1),
    ("disiscri", 1),
    ("uitschrijven", 1),
    ("отписаться", 1),
];
static SPAM: Pieces = pieces!(SPAM_WORDS.iter().map(|(word, _)| word));
/// Most of what a link is worth that leads elsewhere than its sender.
const LINKS_MAX: usize = 40;

/// The weight of words, and of what contradicts itself in the header and links.
#[must_use]
pub(super) fn weight(letter: &Letter) -> u32 {
    /// How much of the text is weighed, in characters.
    const CHARS_MAX: usize = 20_000;
    let subject = letter.subject.as_deref().unwrap_or_default().to_lowercase();
    let text = normal::lower(&letter.text, CHARS_MAX);
    let mut flat = String::with_capacity(subject.len() + text.len() + 1);
    normal::push_words(&mut flat, &subject);
    normal::push_words(&mut flat, &text);
    if !SPAM.stand_in(&flat) {
        return 0;
    }
    let words: u32 =
        SPAM_WORDS.iter().filter(|(word, _)| flat.contains(word)).map(|(_, weight)| weight).sum();
    let undisclosed =
        letter.header("to").is_some_and(|to| to.to_lowercase().contains("undisclosed"));
    let from_host = letter.from.as_ref().and_then(|from| from.email.split('@').nth(1));
    let elsewhere =
        letter.reply_to.iter().any(|mailbox| mailbox.email.split('@').nth(1) != from_host);
    let returns_elsewhere = letter
        .header("return-path")
        .and_then(|path| path.trim_matches(['<', '>']).split('@').nth(1))
        .is_some_and(|host| Some(host) != from_host);
    let only_elsewhere = links_elsewhere(&flat, from_host.unwrap_or_default());
    words
        + 2 * u32::from(undisclosed)
        + u32::from(elsewhere)
        + u32::from(returns_elsewhere)
        + 2 * u32::from(only_elsewhere && words > 1)
        + 2 * u32::from(imitates(letter))
}

/// Whether there are links, and all lead to other hosts than the sender's.
fn links_elsewhere(text: &str, from_host: &str) -> bool {
    let hosts = text.match_indices("://").take(LINKS_MAX).map(|(at, sign)| {
        let rest = &text[at + sign.len()..];
        rest.split(|c: char| !c.is_alphanumeric() && !".-".contains(c)).next().unwrap_or_default()
    });
    let mut any = false;
    for host in hosts {
        any = true;
        let host = format!("x@{}", host.trim_start_matches("www."));
        if sender::same_house(&host, &format!("x@{from_host}")) {
            return false;
        }
    }
    any
}

/// Whether the name of the sender is an address of another house than the sender's own.
fn imitates(letter: &Letter) -> bool {
    let written = letter.header("from").unwrap_or_default();
    let named = written.split(['"', ' ', '<', '>']).find(|word| word.contains('@'));
    letter.from.as_ref().zip(named).is_some_and(|(from, named)| {
        let named = named.trim_matches(['\'', ',', ';']).to_lowercase();
        named != from.email && sender::host(&named) != sender::host(&from.email)
    })
}
