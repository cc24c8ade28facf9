//! Mails of many kinds and languages are read as a careful person reads them: tables of short inputs.

use base64ish::word;
use domain::enquiry::{Channel, Enquiry, NoLead, Reading};
use intake::{ReadOptions, read};

use crate::name;

/// What writes encoded words for these tests.
mod base64ish {
    /// An encoded word in the Q encoding.
    pub fn word(charset: &str, bytes: &[u8]) -> String {
        let coded: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
        format!("=?{charset}?Q?{coded}?=")
    }
}

fn mail(from: &str, subject: &str, headers: &str, text: &str) -> Reading {
    let raw = format!(
        "From: {from}\r\nTo: sales@shop.example\r\nSubject: {subject}\r\nMessage-ID: <1@x.example>\r\n{headers}\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    );
    read(Channel::Email, None, raw.as_bytes(), &ReadOptions::default())
}

#[track_caller]
fn enquiry(reading: Reading, what: &str) -> Enquiry {
    match reading {
        Reading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?} of {what}"),
    }
}

#[track_caller]
fn no_lead(reading: &Reading, what: &str) {
    assert!(
        matches!(reading, Reading::NoLead { .. } | Reading::Unclear { .. }),
        "{reading:?} of {what}"
    );
}

#[test]
fn the_person_behind_a_forms_mail_is_read_in_many_languages() {
    for (from, text, who, email, phone) in [
        (
            "Webformulier <formulier@bakker.example>",
            "Naam: Sanne Mol\nE-mailadres: sanne@mol.example\nTelefoonnummer: +31 20 555 0174\nBericht: Offerte CM-200?",
            "Sanne Mol",
            "sanne@mol.example",
            "+31205550174",
        ),
        (
            "Formularz <formularz@sklep.example>",
            "Imię i nazwisko: Ewa Król\nAdres e-mail: ewa@krol.example\nTelefon: +48 22 555 01 75\nTreść: Oferta CM-200?",
            "Ewa Król",
            "ewa@krol.example",
            "+48225550175",
        ),
        (
            "Hotel <rezeption@hotel.example>",
            "Jméno: Jan Dvořák\nE-mail: jan@dvorak.example\nTelefon: +420 222 555 019\nDotaz: Cena CM-200?",
            "Jan Dvořák",
            "jan@dvorak.example",
            "+420222555019",
        ),
        (
            "Портал <site@kofe.example>",
            "Имя: Анна Белова\nЭл. почта: anna@belova.example\nТелефон: +7 495 555-01-81\nСообщение: Цена CM-200?",
            "Анна Белова",
            "anna@belova.example",
            "+74955550181",
        ),
    ] {
        let read = enquiry(mail(from, "New message", "", text), text);
        assert_eq!(name(&read), who);
        assert_eq!(
            (&read.person.emails[..], &read.person.phones[..]),
            (&[email.to_owned()][..], &[phone.to_owned()][..])
        );
        assert!(read.message.is_some_and(|text| text.contains("CM-200") && !text.contains('@')));
    }
    // What the program writes below is nobody's; what somebody writes with labels of their own is theirs.
    let text = "Ihr Name: Greta Ohm\nIhre Mail: greta@ohm.example\nIhr Anliegen: Zwei CM-200\n\nDiese Mail wurde automatisch erzeugt.";
    let read = enquiry(mail("Portal <portal@hof.example>", "x", "", text), text);
    assert_eq!(read.message.as_deref(), Some("Zwei CM-200"));
    let own = "Guten Tag, bitte 2 CM-100 anbieten.\nName: Beck Floristik\nTelefon: +49 221 5550187";
    assert_eq!(
        name(&enquiry(mail("Jana Beck <jana@beck.example>", "x", "", own), own)),
        "Jana Beck"
    );
}

#[test]
fn words_that_open_a_letter_close_none_and_routes_are_no_mails() {
    for text in [
        "Schöne Grüße, wir möchten zwei GR-10.\nBüro München",
        "De : Rennes\nÀ : Brest\nDate : 3 juin\nObjet : 4 GR-10\n\nMerci de chiffrer avec le transport.",
        "Beste,\n\nVan: Rotterdam\nAan: Luik\nDatum: 4 mei\nOnderwerp: 6 x GR-10\n\nWat kost dit?",
        "Hei,\n\nFra: Bergen\nTil: Oslo\nDato: 4. mai\nEmne: 2 stk GR-10\n\nHva blir prisen?",
    ] {
        let read = enquiry(mail("Eva Lind <eva@lind.example>", "GR-10", "", text), text);
        let message = read.message.unwrap_or_default();
        let last = text.lines().last().unwrap_or_default();
        assert!(message.contains("GR-10") && message.contains(last), "{message} of {text}");
        assert_eq!(read.person.emails, ["eva@lind.example"]);
    }
}

#[test]
fn forwards_of_further_mail_programs_name_the_writer() {
    for head in [
        "-------- Пересылаемое сообщение --------\nОт кого: A\nКому: sales@shop.example\nДата: 3 марта 2026\nТема: CM-200",
        "-------- Proslijeđena poruka --------\nŠalje: A\nDatum: 3. ožujka 2026.\nPrima: sales@shop.example\nPredmet: CM-200",
        "--------- Posredovano sporočilo ---------\nOd: A\nPoslano: torek, 3. marec 2026\nZa: sales@shop.example\nZadeva: CM-200",
        "---------- Přeposlaná zpráva ---------\nOd: A\nDatum: út 3. 3. 2026 v 9:12\nPředmět: CM-200\nKomu: sales@shop.example",
    ] {
        let text = format!(
            "FYI\n\n{}\n\nWe need two CM-200.\n",
            head.replace(": A\n", ": Mette Holt <mette@holt.example>\n")
        );
        let read = enquiry(mail("Bo <bo@shop.example>", "Fwd: CM-200", "", &text), head);
        assert_eq!(
            (name(&read).as_str(), &read.person.emails[..]),
            ("Mette Holt", &["mette@holt.example".to_owned()][..])
        );
    }
}

#[test]
fn signatures_of_many_notations_give_number_and_position() {
    for (who, signature, phone, position) in [
        (
            "Tom Ray",
            "Best regards,\nTom Ray | Head of Procurement | Ray Hotels Ltd\n+44 20 7946 0191 (office)",
            "+442079460191",
            Some("Head of Procurement"),
        ),
        (
            "Anna Blum",
            "Viele Grüße\nAnna Blum\nGeschäftsführerin | Blum GmbH\nT +49 30 5550198",
            "+49305550198",
            Some("Geschäftsführerin"),
        ),
        (
            "Eva Lind",
            "Med vänlig hälsning\nEva Lind\nInköpschef\nTfn: +46 8 555 014 98",
            "+46855501498",
            Some("Inköpschef"),
        ),
        (
            "Carla Sanz",
            "Un saludo,\nCarla Sanz\n--------------\nMóvil: +34 600 555 018",
            "+34600555018",
            None,
        ),
        (
            "Sato Yui",
            "よろしくお願いいたします。\n佐藤 結衣\n電話: +81 3 5550 0123",
            "+81355500123",
            None,
        ),
    ] {
        let text = format!("Hello,\n\nwhat does the CM-200 cost?\n\n{signature}\n");
        let read =
            enquiry(mail(&format!("{who} <x@firm.example>"), "CM-200", "", &text), signature);
        assert_eq!(read.person.phones, [phone], "{signature}");
        assert_eq!(read.person.job_title.as_deref(), position, "{signature}");
    }
}

#[test]
fn what_systems_and_strangers_write_makes_no_lead() {
    for (from, subject, text) in [
        (
            "Cloudbox <service@cloudbox.example>",
            "Wartungsarbeiten",
            "Sehr geehrte Kundin, unser Dienst steht am 24.11. nicht zur Verfügung.",
        ),
        (
            "PayNow <service@paynow.example>",
            "You received a payment",
            "John sent you 120.00 EUR. Transaction ID 7788.",
        ),
        (
            "Faktura <rt-7f@reply.rekki.example>",
            "Re: Faktura 118",
            "Fakturaen forfaller 30.11. Logg inn for å betale.",
        ),
        (
            "Mail <mail@provider.example>",
            "Message non distribué",
            "Votre message n'a pas pu être remis à eva@rank.example.",
        ),
        (
            "Poczta <poczta@mx.example>",
            "Nie dostarczono wiadomości",
            "Nie udało się dostarczyć do eva@rank.example",
        ),
        ("Anna <anna@x.example>", "***SPAM*** Offer", "Nice prices"),
        (
            "Valves <sales8@valve.example>",
            "Valve supplier",
            "Dear purchasing manager, we are a professional manufacturer of valves. MOQ 100.",
        ),
        ("Loan <loan@quick.example>", "Loan", "We offer loans without collateral. Apply today."),
        ("Jo Ray <jo@ray.example>", "Frohe Weihnachten", "Wir wünschen Ihnen frohe Weihnachten!"),
        (
            "Jo Ray <jo@ray.example>",
            "Danke",
            "Vielen Dank für die schnelle Hilfe gestern. Alles läuft wieder.",
        ),
        ("Jo Ray <jo@ray.example>", "Lunch?", "Hi Tom, are we still on for lunch on Friday?"),
        ("Jo Ray <jo@ray.example>", "testmail", "Das ist nur ein Test."),
        (
            "Eva <eva@rank.example>",
            "Aktualisierte Einladung: Demo @ Fr 20. Nov",
            "Diese Einladung wurde aktualisiert.",
        ),
        ("Eva <eva@rank.example>", "Automatická odpoveď: ponuka", "Som mimo kancelárie."),
        (
            "Eva <eva@rank.example>",
            "Re: CM-200 (Automatic reply)",
            "I'm on parental leave until March.",
        ),
        (
            "Eva <eva@rank.example>",
            "Bin dann mal weg",
            "Ich bin bis 30.11. nicht im Haus. Ihre E-Mail wird nicht weitergeleitet.",
        ),
    ] {
        no_lead(&mail(from, subject, "", text), subject);
    }
}

#[test]
fn what_people_ask_beside_thanks_and_private_words_stays_an_enquiry() {
    for (subject, text) in [
        ("Kaffee", "Hallo, wir suchen etwas für unser Büro. Danke und Gruß, Eva"),
        ("Hello", "Dear customer service,\nour machine is broken, please help."),
        ("Status of my order", "Where is my order 8812? It was due on Monday."),
        ("Anfrage", "Vielen Dank für das Gespräch. Wir hätten gern Unterlagen zur CM-200."),
        ("Birthday", "We plan a birthday event and want to rent 2 CM-200. Price?"),
        ("Re: catalogue", "Thank you, we take three of the CM-100."),
        ("Delivery", "My parcel was not delivered, can you send it again to eva@rank.example?"),
        ("Job change", "I no longer work for Kern AG, now I am at Falk AG and need 2 CM-200."),
        ("Spam filter", "Do you sell coffee filters? Price?"),
    ] {
        enquiry(mail("Max Kern <max@kern.example>", subject, "", text), subject);
    }
}

#[test]
fn names_with_degrees_brackets_and_firms_are_read_and_never_divided_wrongly() {
    for (written, given, family) in [
        ("Ida Falk, CPA, CFE", Some("Ida"), "Falk"),
        ("Ida Falk, Architektin", Some("Ida"), "Falk"),
        ("Ida Falk, Mag. phil.", Some("Ida"), "Falk"),
        ("Falk, Ida (Einkauf)", Some("Ida"), "Falk"),
        ("Ida Falk (she/her)", Some("Ida"), "Falk"),
        ("Ida Falk | Falk GmbH", Some("Ida"), "Falk"),
        ("Ida Falk - Falk GmbH", Some("Ida"), "Falk"),
        ("Ida Falk, Falk GmbH", Some("Ida"), "Falk"),
        ("FALK Ida", None, "FALK Ida"),
        ("Falk, Ida", Some("Ida"), "Falk"),
        ("FALK, IDA", Some("IDA"), "FALK"),
        ("Falk Druck, Ltd", None, "Falk Druck, Ltd"),
    ] {
        let read = enquiry(
            mail(&format!("\"{written}\" <ida@falk.example>"), "x", "", "CM-200?"),
            written,
        );
        assert_eq!(
            (read.person.given_name.as_deref(), read.person.family_name.as_deref()),
            (given, Some(family)),
            "{written}"
        );
    }
}

#[test]
fn a_head_that_names_the_wrong_charset_is_in_that_of_the_text() {
    let (name, subject) = (b"\xa3ukasz W\xf3jcik".as_slice(), b"Pro\xb6ba o ofert\xea".as_slice());
    let text = b"Dzie\xf1 dobry,\nprosz\xea o ofert\xea na dwa ekspresy CM-200. Dostawa do \xa3odzi, p\xb3atno\xb6\xe6 przelewem.\n";
    let head = format!(
        "From: {} <l@wojcik.example>\r\nSubject: {}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
        word("utf-8", name),
        word("utf-8", subject)
    );
    let raw = [head.as_bytes(), text].concat();
    let read = enquiry(read(Channel::Email, None, &raw, &ReadOptions::default()), "polish");
    assert_eq!(
        (self::name(&read).as_str(), read.topic.as_deref()),
        ("Łukasz Wójcik", Some("Prośba o ofertę"))
    );
}

#[test]
fn a_text_that_nobody_says_is_encoded_is_read_and_a_secret_is_not_kept() {
    let text = "wir m=C3=B6chten drei CM-200 f=C3=BCr K=C3=B6ln";
    let read = enquiry(mail("Ida Moll <ida@moll.example>", "x", "", text), text);
    assert_eq!(read.message.as_deref(), Some("wir möchten drei CM-200 für Köln"));
    let text = "Name: Gerda Olsen\nE-Mail: gerda@olsen.example\nPasswort: Gurke77!\nNachricht: 2 CM-100, Karte 4111 1111 1111 1111";
    let read = enquiry(mail("Shop <wordpress@shop.example>", "Neue Anfrage", "", text), text);
    let all = serde_json::to_string(&read).expect("JSON");
    assert!(
        all.contains("Passwort") && !all.contains("Gurke77!") && !all.contains("4111 1111"),
        "{all}"
    );
}

#[test]
fn a_spam_filters_points_beside_a_gateways_mail_are_heard() {
    let body = |more: &str| {
        format!(
            "from=Rita+%3Crita%40solano.example%3E&to=s%40o.example&subject=x&text=CM-200%3F&envelope=%7B%7D&sender_ip=1.2.3.4{more}"
        )
    };
    let form = Some("application/x-www-form-urlencoded");
    let of = |more: &str| read(Channel::Web, form, body(more).as_bytes(), &ReadOptions::default());
    enquiry(of("&spam_score=0.2"), "clean");
    assert!(matches!(of("&spam_score=17.4"), Reading::NoLead { kind: NoLead::Spam, .. }));
    assert!(matches!(
        of("&spam_report=details%3A+%2817.4+points%2C+5.0+required%29"),
        Reading::NoLead { kind: NoLead::Spam, .. }
    ));
    assert!(matches!(of("&spam_score=6.1"), Reading::Unclear { .. }));
}

#[test]
fn one_mail_in_several_wrappings_has_one_id_that_tells_its_content() {
    let id = |channel, body: &[u8]| intake::external_id(channel, None, body);
    let one = "Received: by a\r\nFrom: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nCM-200?";
    let two =
        "Received: by b\r\nX-Copy: 2\r\nFrom: a@b.example\r\nMessage-ID: <1@x>\r\n\r\nCM-200?";
    let (first, second) = (id(Channel::Email, one.as_bytes()), id(Channel::Email, two.as_bytes()));
    assert!(first.as_ref().is_some_and(|id| id.tells_content) && first == second);
    let hook = |attempt: u8| {
        format!(
            r#"{{"MessageID":"m1","From":"a@b.example","TextBody":"CM-200?","Attempt":{attempt}}}"#
        )
    };
    let (first, second) =
        (id(Channel::Web, hook(1).as_bytes()), id(Channel::Web, hook(2).as_bytes()));
    assert!(first.as_ref().is_some_and(|id| id.tells_content) && first == second);
    let lead = id(Channel::Web, br#"{"lead_id":"7","user_column_data":[]}"#);
    assert!(lead.is_some_and(|id| !id.tells_content));
}
