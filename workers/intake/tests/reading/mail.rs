//! Mail as people, programs and relays write it: who is the lead, what they said, and what is no lead.

use domain::enquiry::{Channel, Enquiry, NoLead, Reading};
use intake::{ReadOptions, read};

fn mail(text: &str) -> Reading {
    read(Channel::Email, None, text.as_bytes(), &ReadOptions::default())
}

#[track_caller]
fn lead(text: &str) -> Enquiry {
    match mail(text) {
        Reading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?}\n{text}"),
    }
}

#[track_caller]
fn held(text: &str) -> String {
    match mail(text) {
        Reading::Unclear { reason, .. } => reason,
        other => panic!("not held: {other:?}\n{text}"),
    }
}

#[track_caller]
fn rejected(text: &str) -> NoLead {
    match mail(text) {
        Reading::NoLead { kind, reason } => {
            assert!(reason.ends_with('.'), "{reason}");
            kind
        }
        other => panic!("not rejected: {other:?}\n{text}"),
    }
}

#[track_caller]
fn is(read: &Enquiry, name: &str, email: &str) {
    assert_eq!(read.person.full_name().as_deref(), Some(name), "{read:?}");
    assert_eq!(read.person.emails, [email], "{read:?}");
}

#[track_caller]
fn says(read: &Enquiry, text: &str) {
    assert!(read.message.as_deref().unwrap_or_default().contains(text), "{text}: {read:?}");
}

#[test]
fn who_stands_behind_a_relay_is_the_lead() {
    for (head, body) in [
        (
            "From: Kundenportal <portal@hofladen.example>\nReply-To: lea.kurz@kurz-hof.example\n",
            "Ihr Name: Lea Kurz\nIhre Mail: lea.kurz@kurz-hof.example\nRückruf unter: +49 341 5550180\nAnliegen: Was kostet die CM-200?",
        ),
        (
            "From: Strona <www-data@mlyn.example>\n",
            "Imię i nazwisko: Lea Kurz\nE-mail: lea.kurz@kurz-hof.example\nTelefon: +49 341 5550180\nWiadomość: Was kostet die CM-200?",
        ),
        (
            "From: Website <mailer@host.example>\n",
            "Name\nLea Kurz\n\nEmail\nlea.kurz@kurz-hof.example\n\nPhone\n+49 341 5550180\n\nMessage\nWas kostet die CM-200?",
        ),
    ] {
        let read = lead(&format!("{head}To: info@os.example\nSubject: Formular\n\n{body}\n"));
        is(&read, "Lea Kurz", "lea.kurz@kurz-hof.example");
        assert_eq!(read.person.phones, ["+493415550180"]);
        says(&read, "Was kostet die CM-200?");
    }
    // A list that rewrites its senders; a ticket tool; a colleague's scanner.
    for head in [
        "From: \"Lea Kurz via Einkauf\" <einkauf@os.example>\nReply-To: lea@kurz.example\nTo: einkauf@os.example\n",
        "From: Einkauf <einkauf@os.example>\nX-Original-From: Lea Kurz <lea@kurz.example>\nTo: einkauf@os.example\n",
        "From: Helpdesk <ticket@desk.example>\nReply-To: Lea Kurz <lea@kurz.example>\nTo: info@os.example\n",
        "From: Scan <scanner@os.example>\nReply-To: Lea Kurz <lea@kurz.example>\nTo: info@os.example\n",
    ] {
        let read = lead(&format!("{head}Subject: Preis\n\nWas kostet die CM-200?\n"));
        is(&read, "Lea Kurz", "lea@kurz.example");
        says(&read, "CM-200");
    }
    // A person with a second address stays who they are.
    let read = lead(
        "From: Lea Kurz <lea@kurz.example>\nReply-To: buero@kurz-hof.example\nTo: info@os.example\n\
         Subject: Preis\n\nWas kostet die CM-200?\n",
    );
    assert_eq!(read.person.emails[0], "lea@kurz.example");
    let reason = held(
        "From: \"Lea via Einkauf\" <einkauf@os.example>\nTo: einkauf@os.example\nSubject: Preis\n\n\
         Was kostet die CM-200?\nLea, lea@kurz.example\n",
    );
    assert!(reason.contains("einkauf@os.example"), "{reason}");
}

#[test]
fn whoever_wrote_the_forwarded_mail_is_the_lead() {
    let outer = "From: Ole Kollege <ole@os.example>\nTo: salg@os.example\n";
    for (subject, body) in [
        (
            "Tilbud",
            "Tager du den?\n\nEmne: Tilbud på kværn\nDato: 3. marts\nFra: Mette Holt <mette@holt.example>\nTil: salg@os.example\n\nHvad koster GR-10?",
        ),
        (
            "VB: Offert",
            "Fråga nedan.\n\nFrån: Mette Holt\n <mette@holt.example>\nSkickat: den 3 mars\nTill: salg@os.example\n\nHvad koster GR-10?",
        ),
        (
            "Fwd: Offer",
            "From: Mette Holt <mette@holt.example> Sent: Monday To: salg@os.example Subject: Offer\n\nHvad koster GR-10?",
        ),
        (
            "WG: Angebot",
            "| Von: Mette Holt <mette@holt.example>\n| Datum: 3. März\n| An: salg@os.example\n\nHvad koster GR-10?",
        ),
        (
            "转发：询价",
            "发件人：Mette Holt <mette@holt.example>\n日期：3月3日\n收件人：salg@os.example\n\nHvad koster GR-10?",
        ),
        (
            "FW: FW: Offer",
            "see below\n\nFrom: Per Chef <per@os.example>\nSent: Monday\nTo: ole@os.example\nSubject: FW: Offer\n\nFrom: Mette Holt <mette@holt.example>\nSent: Sunday\nTo: per@os.example\nSubject: Offer\n\nHvad koster GR-10?",
        ),
        (
            "Fwd: Offer",
            "On Mon, 3 Mar 2026 at 10:00, Mette Holt <mette@holt.example> wrote:\n> Hvad koster GR-10?",
        ),
    ] {
        let read = lead(&format!("{outer}Subject: {subject}\n\n{body}\n"));
        assert_eq!(read.person.emails, ["mette@holt.example"], "{body}");
        says(&read, "GR-10");
        assert!(!read.message.unwrap_or_default().contains("ole@"), "{body}");
    }
    let reason = held(&format!("{outer}Subject: WG: Anfrage\n\n"));
    assert!(reason.contains("forwarded") || reason.contains("os.example"), "{reason}");
}

#[test]
fn an_answer_is_never_taken_for_a_forward_of_our_own_mail() {
    let read = lead(
        "From: Mette Holt <mette@holt.example>\nTo: anna@os.example\nSubject: Re: Offer\n\
         In-Reply-To: <a@os.example>\n\nFrom: Anna Selger <anna@os.example>\nSent: Monday\n\
         To: Mette Holt\nSubject: Offer\n\n> Ten CM-200 for 900.\n\nWe take them, 10 x CM-200.\n",
    );
    is(&read, "Mette Holt", "mette@holt.example");
    says(&read, "We take them");
    let read = lead(
        "From: Mette Holt <mette@holt.example>\nTo: anna@os.example\nSubject: Fwd: Offer\n\n\
         Can I still order?\n\nFrom: Anna Selger <anna@os.example>\nSent: Monday\nTo: Mette Holt\n\
         Subject: Offer\n\nTen CM-200 for 900.\n",
    );
    is(&read, "Mette Holt", "mette@holt.example");
    says(&read, "Can I still order?");
}

#[test]
fn what_the_writer_wrote_is_kept_whatever_it_looks_like() {
    let head = "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Vraag\n\n";
    for (body, kept) in [
        ("Cheers,\n\nwe need four CM-200.\nCan you deliver in May?\n\nJan", "Can you deliver"),
        ("Von: Gleis 4\nAn: Halle 2\nDatum: 6. Mai\nWas kostet dafür ein CM-500?", "Gleis 4"),
        (
            "Il 4 maggio la vostra collega mi ha scritto:\nsconto del 5 %.\nAccetto, mandate l'offerta.",
            "Accetto",
        ),
        ("Our conditions:\n> 3 bar\n> 500 l\nPrice?", "> 500 l"),
        (
            "We need 2 CM-100.\n\nBest regards\nJan Vos\n\nPS: And one GR-10, what does it cost?",
            "And one GR-10",
        ),
        ("Sent from my iPhone\n\nPlease quote 3 x CM-200 for us.", "3 x CM-200"),
    ] {
        let read = lead(&format!("{head}{body}\n"));
        is(&read, "Jan Vos", "jan@vos.example");
        says(&read, kept);
    }
    // And what is old goes, in an answer and below an attribution.
    let read = lead(&format!(
        "{head}Prijs?\n\nOp di 3 mrt. 2026 om 10:00 schreef Anna <anna@os.example>:\n> CM-100 is nieuw\n"
    ));
    assert_eq!(read.message.as_deref(), Some("Prijs?"));
}

#[test]
fn list_headers_alone_make_no_newsletter_and_newsletters_are_still_known() {
    let list = "List-Unsubscribe: <mailto:x@y.example>\n";
    let read = lead(&format!(
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Prijs\n{list}\nWat kost een CM-200?\n"
    ));
    is(&read, "Jan Vos", "jan@vos.example");
    let kind = rejected(&format!(
        "From: Shop <news@shop.example>\nTo: info@os.example\nSubject: Spring sale\n{list}\n\
         Buy now! 20 % off. Why wait?\nView in browser | Unsubscribe\n"
    ));
    assert_eq!(kind, NoLead::Newsletter);
}

#[test]
fn a_signature_in_any_language_names_telephone_and_position() {
    for body in [
        "Kérem az árat: CM-200.\n\nÜdvözlettel\nKiss Réka, beszerző\nMob.: +36 30 555 0101 | Tel.: +36 1 555 0102",
        "Cena CM-200?\n\nS pozdravem\nbeszerző\nRéka Kiss\nTel +36 1 555 0102, mobil +36 30 555 0101",
    ] {
        let text = format!(
            "From: Kiss Réka <reka@kiss.example>\nTo: info@os.example\nSubject: Ár\n\n{body}\n"
        );
        let read = lead(&text);
        assert_eq!(read.person.job_title.as_deref(), Some("beszerző"), "{body}");
        assert!(read.person.phones.contains(&"+3615550102".to_owned()), "{:?}", read.person.phones);
        assert!(
            read.person.phones.contains(&"+36305550101".to_owned()),
            "{:?}",
            read.person.phones
        );
    }
    let read = lead(
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Prijs\n\nWat kost een CM-200?\n\n\
         Met vriendelijke groet,\nJan Vos\nVos Bloemen\n",
    );
    assert_eq!(read.person.job_title, None);
}

#[test]
fn broken_mime_keeps_its_text() {
    let head =
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Prijs\nMIME-Version: 1.0\n";
    for (kind, body) in [
        (
            "Content-Type: multipart/mixed; boundary=\"x\"\n",
            "--x\nContent-Type: text/html\n\n<p>Grüße, was kostet die CM-200",
        ),
        (
            "Content-Type: multipart/mixed; boundary=\"x\"\n",
            "--other\nContent-Type: text/plain; charset=utf-8\n\nGrüße, was kostet die CM-200?\n--other--\n",
        ),
        ("Content-Type: multipart/mixed; boundary=\"x\"\n", "Grüße, was kostet die CM-200?\n"),
        (
            "Content-Type: multipart/mixed; boundary=\"x\"\n",
            "--x\nContent-Type: text/plain;\n charset=utf-8\nGrüße, was kostet die CM-200?\nJan\n\n--x--\n",
        ),
        (
            "Content-Type: multipart/mixed; boundary=\"x\"\n",
            "--x\nContent-Type: multipart/alternative;\nboundary=\"y\"\n\n--y\nContent-Type: text/plain; charset=utf-8\n\n\
             Grüße, was kostet die CM-200?\n--y--\n--x--\n",
        ),
        ("Content-Type: text\n", "Grüße, was kostet die CM-200?\n"),
        ("Content-Type: foo/bar\n", "Grüße, was kostet die CM-200?\n"),
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n",
            "R3LDvMOfZSwgd2FzIGtvc3RldCBkaWUgQ00tMjAwPyBEYW5r!ZQ\n",
        ),
        (
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
            "Gr=FC=DFe, was kostet = die CM-200?=\n",
        ),
        (
            "Content-Type: text/plain; charset=utf-8\n",
            "R3LDvMOfZSwgd2FzIGtvc3RldCBkaWUgQ00tMjAwPyBEYW5rZSE=\n",
        ),
        ("", "Grüße, was kostet die CM-200?\n"),
    ] {
        let read = lead(&format!("{head}{kind}\n{body}"));
        let message = read.message.clone().unwrap_or_default();
        assert!(message.contains("Grüße, was kostet"), "{kind}{body}: {message}");
        assert!(message.contains("CM-200") && !message.contains('\u{fffd}'), "{kind}: {message}");
    }
    let reason = held(&format!(
        "{head}Content-Type: text/html\n\n<html><body><img src=\"https://x.example/a.png\" width=1></body></html>\n"
    ));
    assert!(reason.contains("jan@vos.example"), "{reason}");
}

#[test]
fn names_of_files_in_pieces_are_whole() {
    for written in [
        "filename*0*=UTF-8''St%C3; filename*1*=%BCckliste; filename*2=\".pdf\"",
        "filename*1=\"ckliste.pdf\"; filename*0*=iso-8859-1''St%FC",
        "filename*0=\"Stück\"; filename*1=\"liste.pdf\"",
    ] {
        let read = lead(&format!(
            "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Prijs\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=\"x\"\n\n--x\nContent-Type: text/plain\n\nPrijs CM-200?\n--x\n\
             Content-Type: application/pdf\nContent-Disposition: attachment; {written}\n\n%PDF\n--x--\n"
        ));
        assert!(read.other.iter().any(|kept| kept.value == "Stückliste.pdf"), "{:?}", read.other);
    }
}

#[test]
fn headers_of_old_programs_are_read() {
    let read = lead(
        "From: jan@vos.example (Jan Vos)\rTo: info@os.example\rSubject: Prijs\r\rWat kost een CM-200?\r",
    );
    is(&read, "Jan Vos", "jan@vos.example");
    says(&read, "CM-200");
    let read = lead(
        "From: Sato <sato.@mobile.example>\nTo: info@os.example\nSubject: Price\n\nPrice of a CM-200?\n",
    );
    is(&read, "Sato", "sato.@mobile.example");
    let reason = held("From: Jan Vos\nTo: info@os.example\nSubject: Price\n\nPrice of a CM-200?\n");
    assert!(reason.contains("Jan Vos"), "{reason}");
    let read = lead(
        "From: Jan Vos <postmaster@vos.example>\nTo: info@os.example\nSubject: Price\n\nPrice of a CM-200?\n",
    );
    is(&read, "Jan Vos", "postmaster@vos.example");
}

#[test]
fn bills_notices_and_small_talk_are_no_enquiries() {
    for text in [
        "From: Stadtwerke <rechnung@stadtwerke.example>\nTo: info@os.example\nIn-Reply-To: <a@b>\n\
         Subject: Ihre Rechnung für Mai\n\nIhre Rechnung liegt bereit. Der Betrag wird abgebucht.\n",
        "From: Hosting <service@host.example>\nTo: info@os.example\nSubject: Maintenance\n\n\
         Servers restart on Monday. This is an automatically generated message, please do not reply.\n",
        "From: Liste <liste-request@verein.example>\nTo: info@os.example\n\
         Subject: Liste Digest, Vol 12, Issue 3\n\nToday's topics: price of coffee?\n",
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Re: Offer\n\nDanke, bis Montag!\n",
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Test\n\nTest\n",
    ] {
        let read = mail(text);
        assert!(!matches!(read, Reading::Enquiry(_)), "{text}: {read:?}");
    }
    for text in [
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: Offer\n\nThanks! We take two CM-200.\n",
        "From: Jan Vos <bestellung@vos.example>\nTo: info@os.example\nSubject: Bestellung 17\n\nBitte liefern Sie 5 x CM-200.\n",
        "From: Jan Vos <jan@vos.example>\nTo: info@os.example\nSubject: 3 x GR-10\n\nHello\n",
    ] {
        assert!(matches!(mail(text), Reading::Enquiry(_)), "{text}: {:?}", mail(text));
    }
}
