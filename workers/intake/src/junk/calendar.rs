//! Mail of calendar programs: somebody accepts, declines, moves or cancels an appointment.

use domain::enquiry::NoLead;
use domain::pieces;
use domain::word_list::Pieces;

use super::judgement::Judgement;
use crate::asks;
use crate::letter::Letter;
use crate::subject;
use forms::fold;

/// Methods of iTIP (RFC 5546) by which nobody asks for an appointment.
const METHODS: &[&str] = &["reply", "cancel", "counter", "declinecounter", "refresh"];
/// What calendar programs put before a subject, folded.
const SUBJECTS: &[&str] = &[
    "accepted",
    "declined",
    "tentative",
    "tentativelyaccepted",
    "canceled",
    "cancelled",
    "canceledevent",
    "cancelledevent",
    "updatedinvitation",
    "newtimeproposed",
    "aktualisierteeinladung",
    "aktualisiert",
    "invitationmiseajour",
    "invitacionactualizada",
    "invitoaggiornato",
    "conviteatualizado",
    "bijgewerkteuitnodiging",
    "zaktualizowanezaproszenie",
    "aktualizovanapozvanka",
    "uppdateradinbjudan",
    "opdateretinvitation",
    "oppdatertinvitasjon",
    "paivitettykutsu",
    "zugesagt",
    "abgelehnt",
    "mitvorbehalt",
    "mitvorbehaltzugesagt",
    "vorlaufigzugesagt",
    "abgesagt",
    "terminabgesagt",
    "neuerzeitvorschlag",
    "accepte",
    "refuse",
    "provisoire",
    "annule",
    "nouvelhoraire",
    "aceptado",
    "aceptada",
    "rechazado",
    "rechazada",
    "provisional",
    "cancelado",
    "cancelada",
    "accettato",
    "accettata",
    "rifiutato",
    "rifiutata",
    "provvisorio",
    "annullato",
    "annullata",
    "aceito",
    "aceite",
    "recusado",
    "provisorio",
    "geaccepteerd",
    "geweigerd",
    "afgewezen",
    "voorlopig",
    "voorlopiggeaccepteerd",
    "geannuleerd",
    "zaakceptowano",
    "odrzucono",
    "wstepniezaakceptowano",
    "anulowano",
    "odwolano",
    "prijato",
    "odmitnuto",
    "predbezne",
    "zruseno",
    "prijate",
    "odmietnute",
    "zrusene",
    "elfogadva",
    "elutasitva",
    "lemondva",
    "accepterat",
    "avbojt",
    "nekad",
    "preliminart",
    "installt",
    "accepteret",
    "afvist",
    "forelobig",
    "aflyst",
    "godtatt",
    "avslatt",
    "avlyst",
    "hyvaksytty",
    "hylatty",
    "alustava",
    "peruutettu",
    "принято",
    "отклонено",
    "подпроцвопросом",
    "отменено",
    "прийнято",
    "відхилено",
    "скасовано",
    "kabuledildi",
    "reddedildi",
    "iptaledildi",
    "acceptat",
    "refuzat",
    "anulat",
    "承諾済み",
    "辞退",
    "仮承諾",
    "キャンセル済み",
    "已接受",
    "已拒绝",
    "已取消",
    "已謝絕",
    "수락됨",
    "거절됨",
    "취소됨",
];
/// What they write as a text, lower case.
static SAYS: Pieces = pieces!(&[
    "accepted this invitation",
    "declined this invitation",
    "tentatively accepted",
    "accepted your invitation",
    "declined your invitation",
    "has accepted",
    "has declined",
    "event has been canceled",
    "event has been cancelled",
    "meeting has been canceled",
    "event has been updated",
    "event has been changed",
    "invitation has been updated",
    "einladung wurde aktualisiert",
    "termin wurde aktualisiert",
    "invitation a été mise à jour",
    "invitación se ha actualizado",
    "invito è stato aggiornato",
    "uitnodiging is bijgewerkt",
    "einladung angenommen",
    "einladung abgelehnt",
    "hat zugesagt",
    "hat abgesagt",
    "termin wurde abgesagt",
    "accepté cette invitation",
    "refusé cette invitation",
    "accepté l'invitation",
    "aceptado esta invitación",
    "rechazado esta invitación",
    "accettato l'invito",
    "rifiutato l'invito",
    "uitnodiging geaccepteerd",
    "uitnodiging afgewezen",
    "przyjął zaproszenie",
    "odrzucił zaproszenie",
    "přijal pozvánku",
    "přijal(a)",
    "odmítl",
]);

/// Whether a calendar program writes; what its user added is left to a person.
#[must_use]
pub(super) fn judge(letter: &Letter) -> Judgement {
    let calendar = letter.content_types.iter().any(|kind| kind.starts_with("text/calendar"));
    let answers = letter.content_types.iter().any(|kind| {
        kind.split_once("method=").is_some_and(|(_, method)| METHODS.contains(&method))
    });
    let raw = subject::bare(letter.subject.as_deref().unwrap_or_default());
    let by_subject = raw
        .split_once([':', '：'])
        .is_some_and(|(begin, _)| SUBJECTS.contains(&fold(begin).as_str()));
    let says = || SAYS.stand_in(&letter.text.to_lowercase());
    if !(answers || by_subject && (calendar || says())) {
        if by_subject && letter.text.trim().is_empty() {
            return Judgement::Suspect(
                "The subject reads like a calendar's answer to an invitation, and there is no \
                 text; release it if somebody asks for something."
                    .to_owned(),
            );
        }
        return Judgement::Fine;
    }
    if asks::asks(&letter.text) {
        return Judgement::Suspect(
            "A calendar program answers an invitation, and its user added a text that may ask for \
             something; release it if it does."
                .to_owned(),
        );
    }
    Judgement::Junk(
        NoLead::OtherEvent,
        "A calendar program answers, moves or cancels an appointment; nobody asks for anything new."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str, text: &str, kind: &str) -> Letter {
        Letter {
            subject: Some(subject.to_owned()),
            text: text.to_owned(),
            content_types: vec![kind.to_owned()],
            ..Letter::default()
        }
    }

    #[test]
    fn answers_of_calendars_are_no_enquiries_and_acceptances_of_quotes_are() {
        for (subject, text, kind) in [
            ("Odmítnuto: Ukázka CM-200", "", "text/calendar method=reply"),
            ("Zugesagt: Vorführung", "", "text/calendar"),
            ("Demo CM-500", "Nouvelle heure", "text/calendar method=counter"),
            ("Declined: Demo", "Tom has declined this invitation.", "text/plain"),
        ] {
            let found = judge(&letter(subject, text, kind));
            assert!(matches!(found, Judgement::Junk(NoLead::OtherEvent, _)), "{subject}");
        }
        let accepted = letter("Accepted: quote Q-100042", "Please deliver in May.", "text/plain");
        assert_eq!(judge(&accepted), Judgement::Fine);
        let invited =
            letter("Demo CM-500", "Please come on Monday", "text/calendar method=request");
        assert_eq!(judge(&invited), Judgement::Fine);
        let asked = letter("Declined: Demo", "Send a quote instead?", "text/calendar method=reply");
        assert!(matches!(judge(&asked), Judgement::Suspect(_)));
    }
}
