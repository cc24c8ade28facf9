//! Names of fields that say more than the field: which of several it is, or a whole question.

use domain::word_list::{Pieces, Words};
use domain::{pieces, words};

use super::kind::Field;
use super::names::known;
use forms::fold;

/// Words that say that a channel or address is of the business, before or behind its name.
static BUSINESS: Words = words!(
    "\
    business work office company corporate firma firmen geschaftlich geschaeftlich geschaft \
    dienstlich dienst buro buero beruflich empresa trabajo oficina lavoro ufficio aziendale azienda \
    werk zakelijk bureau professionnel travail entreprise main haupt direct billing rechnungs \
    rechnung organization organisation address adresse post postal firmy praca prace munkahelyi \
    jobb arbete arbejde tyo primary pro rechnungsadresse rechnungsanschrift firmenadresse firmenanschrift lieferadresse \
    billingaddress businessaddress workaddress"
);
/// Words that say that it is private, or another one beside.
static PRIVATE: Words = words!(
    "\
    home private privat privater personal other andere anderes weitere weiteres alternative \
    alternate additional second secondary zweite otro otra casa particular privato prive domicile \
    domowy otthoni hjem hem sonstige sonstiges"
);

/// Words of both kinds: without one of them there is nothing to look for.
static EITHER: Pieces = pieces!(BUSINESS.iter().chain(PRIVATE.iter()));

/// "Phone 1 - Value", "Telefon 3", "emails": a number or a plural says which, not what.
pub(super) fn counted(folded: &str) -> Option<Field> {
    let bare: String = folded.chars().filter(|c| !c.is_ascii_digit()).collect();
    let first = bare.len() == folded.len() || folded.contains('1');
    let field = known(&bare).or_else(|| {
        let field = bare.strip_suffix('s').and_then(known)?;
        matches!(field, Field::Email | Field::Phone | Field::Mobile).then_some(field)
    });
    let field = field.filter(|_| bare.len() > 2)?;
    Some(match field {
        Field::Email if !first => Field::OtherEmail,
        Field::Phone if !first => Field::OtherPhone,
        // A second company, address or question is not the first.
        field
            if !first
                && !matches!(field, Field::OtherEmail | Field::OtherPhone | Field::Mobile) =>
        {
            return None;
        }
        field => field,
    })
}

/// "Business City", "Firma PLZ", "Telefon (privat)": which of several it is.
pub(super) fn qualified(folded: &str) -> Option<Field> {
    if !EITHER.stand_in(folded) {
        return None;
    }
    let rest = |words: &'static Words| {
        words
            .iter()
            .flat_map(move |word| [folded.strip_prefix(word), folded.strip_suffix(word)])
            .flatten()
    };
    let named = |rest: &str| known(rest).or_else(|| counted(rest)).filter(|_| rest.len() > 1);
    if let Some(field) = rest(&BUSINESS).find_map(|rest| {
        let nested = || BUSINESS.iter().find_map(|word| rest.strip_prefix(word).and_then(named));
        named(rest).or_else(nested).filter(|field| field.is_place_or_channel())
    }) {
        return Some(field);
    }
    rest(&PRIVATE).find_map(|rest| {
        let nested = || {
            ["address", "adresse", "post"]
                .iter()
                .find_map(|word| rest.strip_prefix(word).and_then(named))
        };
        named(rest).or_else(nested)?.at_home()
    })
}

/// What names of traps hold, folded.
static TRAP: Pieces = pieces!(["\
    honeypot donotfill leaveblank leaveempty leavethisblank leavethisempty leavethisfield \
    nichtausfull freilassen leerlassen norellenar noncompilare nietinvullen leeglaten \
    nepasremplir dejarenblanco spamtrap bottrap gotcha contactmebyfax nichtausfuell nevyplnovat \
    nepreencher naopreencher vulditniet niewypelnia fylltinteut fyldikke taytaala nelasciare"]);
/// Words that only together name one: somebody is to leave something empty.
static LEAVE: Words = words!(
    " leave lassen lass laisser laissez laat deja dejar deje lascia lasciare lasciate deixe deixar \
    zostaw nechte ponechte lad lat jata hagyja "
);
static EMPTY: Words = words!(
    " blank empty unfilled leer frei vide leeg blanco vacio vuoto bianco branco vazio puste pusty \
    prazdne tomt tom tyhjaksi uresen "
);
/// Marks of a trap that stand as a word of their own beside the name of a field.
static MARKS: Words = words!("hp hpot trap honey pusty prazdne");
/// … of terms and privacy policies.
static TERMS: Pieces = pieces!(["\
    datenschutz privacy gdpr dsgvo rgpd privacidad dataprotection termsof termsand \
    nutzungsbedingung datenverarbeitung confidentialite voorwaarden policy einverstanden \
    verarbeitungmeiner tratamientode trattamento regulamin kontaktaufnahme"]);
/// … of mail in bulk.
static BULK: Pieces = pieces!(["\
    newsletter marketing werbung werbe mailinglist promotion promocion publicidad pubblicit \
    publicite reclame nieuwsbrief boletin infolettre reklam nyhedsbrev"]);
/// … that somebody does not want it.
static REFUSES: Pieces = pieces!(["\
    donot dont optout unsubscribe nicht keine abmeld noquiero noacepto neplus nepas geen \
    desuscri withdraw widerruf"]);

/// What a longer name is about: bulk mail, terms, or a trap for robots.
pub(super) fn spoken(name: &str) -> Option<Field> {
    /// Longest question that is looked at, in bytes.
    const QUESTION_BYTES_MAX: usize = 300;
    if name.len() > QUESTION_BYTES_MAX {
        return None;
    }
    let folded = fold(name);
    if folded.starts_with("donotcontact") || folded.starts_with("donotemail") {
        return Some(Field::NoBulk);
    }
    if TRAP.stand_in(&folded) || is_trap(name) {
        return Some(Field::Trap);
    }
    let (terms, bulk, refuses) =
        (TERMS.stand_in(&folded), BULK.stand_in(&folded), REFUSES.stand_in(&folded));
    match (bulk, terms) {
        (true, _) if refuses => Some(Field::NoBulk),
        // One tick for both says nothing about the second.
        (_, true) => Some(Field::Privacy),
        (true, false) => Some(Field::Consent),
        (false, false) => None,
    }
}

/// Whether the words of a name tell of a trap: "Leave this field empty", `website_hp`, or what Mailchimp puts into
/// its forms, `b_` with two ids.
fn is_trap(name: &str) -> bool {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(fold)
        .collect();
    let one_of = |list: &Words| words.iter().any(|word| list.has(word));
    let beside = |word: &String| {
        known(word).is_some_and(|it| it != Field::Trap) || word == "form" || word == "fields"
    };
    let marked = one_of(&MARKS) && (words.len() == 1 || words.iter().any(beside));
    let id = |word: &String| word.len() > 3 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mailchimp = words.len() == 3 && words[0] == "b" && words[1..].iter().all(id);
    one_of(&LEAVE) && one_of(&EMPTY) || marked || mailchimp
}
