//! Mail that went to many. List headers alone do not tell: group mailboxes and sales tools set them on mail of one
//! person to one other.

use domain::enquiry::NoLead;
use domain::word_list::{Pieces, Words};
use domain::{pieces, words};

use super::judgement::Judgement;
use crate::asks;
use crate::letter::{Letter, Mailbox};
use crate::sender;
use forms::fold;

/// Local parts of senders of newsletters, folded; they stand anywhere in it.
static SENDERS: Pieces = pieces!(&[
    "newsletter",
    "news",
    "marketing",
    "promo",
    "mailing",
    "campaign",
    "updates",
    "digest",
    "noreply",
    "bulletin",
    "boletin",
    "infolettre",
    "rundbrief",
    "nyhetsbrev",
    "nyhedsbrev",
    "uutiskirje",
    "hirlevel",
    "nieuwsbrief",
    "aktion",
    "deals",
    "offers",
    "angebote",
    "ofertas",
    "offerte",
    "reklam",
    "crm",
]);
/// Headers of programs that mail in bulk.
static HEADERS: Words = words!(
    "\
    feedback-id list-unsubscribe-post x-campaign x-campaignid x-campaign-id x-mc-user x-mailchimp-id \
    x-csa-complaints x-mailer-recptid x-sfmc-stack x-ses-outgoing x-sg-eid x-mandrill-user x-mailgun-sid \
    x-job x-mailingid x-cr-mailingid x-emarsys-identify x-rpcampaign x-newsletter x-bulkmail x-sib-id \
    x-mailjet-campaign x-cleverreach x-klaviyo-message-id"
);
/// What stands below a newsletter, lower case.
static OPT_OUT: Pieces = pieces!(&[
    "unsubscribe",
    "opt out",
    "opt-out",
    "manage your preferences",
    "email preferences",
    "view in browser",
    "view this email",
    "view online",
    "abmelden",
    "abbestellen",
    "austragen",
    "im browser",
    "online-version",
    "onlineversion",
    "se désabonner",
    "se desabonner",
    "désinscri",
    "désabonner",
    "darse de baja",
    "cancelar suscripci",
    "cancelar la suscripci",
    "disiscri",
    "annulla iscrizione",
    "cancella iscrizione",
    "uitschrijven",
    "afmelden",
    "wypisz",
    "zrezygnuj",
    "odhlásit",
    "odhlásenie",
    "leiratkoz",
    "avregistrera",
    "avsluta pren",
    "afmeld",
    "avmeld",
    "peruuta tilaus",
    "отписаться",
    "відписатися",
    "descadastr",
    "cancelar inscri",
    "dezabon",
    "abonelikten",
    "配信停止",
    "退订",
    "取消訂閱",
    "수신거부",
    "κατάργηση εγγραφής",
]);
/// What advertising says to its readers, lower case.
static ADS: Pieces = pieces!(&[
    "coupon",
    "click here",
    "shop now",
    "buy now",
    "sale ends",
    "% off",
    "special offer",
    "webinar",
    "gutscheincode",
    "rabattcode",
    "hier klicken",
    "jetzt kaufen",
    "jetzt sichern",
    "nur solange der vorrat",
    "code promo",
    "cliquez ici",
    "profitez",
    "haz clic",
    "descuento del",
    "clicca qui",
    "codice sconto",
    "approfitta",
    "klik hier",
    "kortingscode",
    "clique aqui",
    "kliknij tutaj",
    "kod rabatowy",
    "klikněte zde",
    "slevový kód",
    "klikk her",
    "klik her",
    "klicka här",
    "rabattkod",
    "napsauta tästä",
    "kattintson ide",
    "нажмите здесь",
    "промокод",
]);
/// Links from which on a text reads like advertising.
const LINKS_MANY: usize = 5;

/// Whether the mail is a newsletter, or may be one.
#[must_use]
pub(super) fn judge(letter: &Letter) -> Judgement {
    let unsubscribe = letter.header("list-unsubscribe").is_some();
    let precedence = letter.header("precedence").unwrap_or_default().to_lowercase();
    let bulk = precedence == "bulk" || precedence == "junk";
    let machine_made =
        letter.from.as_ref().is_some_and(|from| sender::takes_no_answers(&from.email));
    if !(unsubscribe || bulk) || is_ours(letter) {
        return Judgement::Fine;
    }
    let signs = signs(letter) + 2 * usize::from(machine_made) + usize::from(bulk && unsubscribe);
    let asks = asks::has_question(&letter.text);
    let answered = letter.header("in-reply-to").is_some() || letter.header("references").is_some();
    let newsletter = || {
        Judgement::Junk(
            NoLead::Newsletter,
            "The mail is a newsletter: it went to a list and offers to unsubscribe.".to_owned(),
        )
    };
    match (signs, asks || asks::wants(&letter.text)) {
        // An answer inside a thread is somebody's; a newsletter that is threaded has its signs.
        (0 | 1, _) if answered => Judgement::Fine,
        (0, true) if asks => Judgement::Fine,
        // One person's wish to one mailbox, with nothing to click.
        (0, true) if letter.to.len() == 1 && !letter.text.contains("://") => Judgement::Fine,
        (1, true) if asks && letter.to.len() == 1 => Judgement::Fine,
        (0, true) | (1, true) => Judgement::Suspect(
            "The mail went through a list or a mass mail service and asks for something; release \
             it if a person wrote it to us."
                .to_owned(),
        ),
        (0, false) if !unsubscribe => Judgement::Fine,
        _ if answered && asks => Judgement::Suspect(
            "The mail answers in a thread, but came through a mass mail service; release it if a \
             person wrote it to us."
                .to_owned(),
        ),
        _ => newsletter(),
    }
}

/// Whether the list is a group mailbox to which the mail was written, and its writer is named.
fn is_ours(letter: &Letter) -> bool {
    let group = |mailbox: &Mailbox| {
        let (local, host) = (sender::local(&mailbox.email), sender::host(&mailbox.email));
        let list = letter.header("list-id").or(letter.header("mailing-list")).unwrap_or_default();
        let list = list.to_lowercase();
        !host.is_empty() && list.contains(host) && list.contains(local)
    };
    let addressed = letter.to.iter().any(group);
    let by_other = ["x-original-from", "x-original-sender", "x-google-original-from"]
        .iter()
        .any(|name| letter.header(name).is_some());
    let from_elsewhere = letter
        .from
        .as_ref()
        .is_some_and(|from| !letter.to.iter().any(|to| sender::same_house(&to.email, &from.email)));
    addressed && (by_other || from_elsewhere) && signs(letter) < 2
}

/// How many things say that the mail went to many.
fn signs(letter: &Letter) -> usize {
    let local = letter.from.as_ref().map(|from| fold(sender::local(&from.email)));
    let by_sender = local.is_some_and(|local| SENDERS.stand_in(&local));
    let by_header = letter.has_header(&HEADERS);
    let lower = letter.text.to_lowercase();
    let by_text = OPT_OUT.stand_in(&lower);
    let by_ads = ADS.stand_in(&lower);
    let by_links = lower.matches("://").count() >= LINKS_MANY;
    let to_nobody = letter.to.is_empty() && letter.header("to").is_some();
    2 * usize::from(by_sender)
        + usize::from(by_header)
        + 2 * usize::from(by_text)
        + usize::from(by_ads)
        + usize::from(by_links)
        + usize::from(to_nobody)
}
