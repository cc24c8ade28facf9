//! Fields of forms and columns of lists are told by name and value, in many languages; secrets are left out.

use domain::enquiry::{Channel, NoLead, PartReading, Reading};
use intake::{ReadOptions, read};
use serde_json::{Value, json};

use crate::{asked, name, row, rows, web};

#[test]
fn columns_of_many_languages_are_known() {
    for header in [
        "Imię;Nazwisko;Stanowisko;Firma;E-mail;Telefon;Miasto",
        "Jméno;Příjmení;Pozice;Společnost;E-mail;Telefon;Město",
        "Keresztnév;Vezetéknév;Beosztás;Cég;E-mail cím;Telefonszám;Város",
        "Förnamn;Efternamn;Befattning;Företag;E-post;Telefon;Ort",
        "Fornavn;Efternavn;Stilling;Virksomhed;Mailadresse;Telefonnummer;By",
        "Etunimi;Sukunimi;Tehtävä;Yritys;Sähköposti;Puhelin;Kaupunki",
        "Nome;Sobrenome;Cargo;Empresa;E-mail;Telefone;Cidade",
        "Имя;Фамилия;Должность;Компания;Эл. почта;Телефон;Город",
        "Όνομα;Επώνυμο;Θέση;Εταιρεία;Email;Τηλέφωνο;Πόλη",
        "Ad;Soyad;Unvan;Şirket;E-posta;Telefon;Şehir",
        "Prenume;Nume;Funcție;Companie;Email;Telefon;Oraș",
        "Ime;Prezime;Pozicija;Tvrtka;E-pošta;Telefon;Grad",
        "Ansprechpartner Vorname;Ansprechpartner Nachname;Position;Betrieb;Mail privat;Rückrufnummer;Ort (Rechnungsadresse)",
    ] {
        let list = format!(
            "{header}\nGerda;Olsen;Buyer;Olsen Konfekt;gerda@olsen.example;+45 86 55 01 10;Aarhus\n"
        );
        let rows = rows(list.as_bytes());
        let read = row(&rows[0]);
        assert_eq!(name(read), "Gerda Olsen", "{header}");
        assert_eq!(read.person.emails, ["gerda@olsen.example"], "{header}");
        assert_eq!(read.person.phones, ["+4586550110"], "{header}");
        assert_eq!(read.company.as_deref(), Some("Olsen Konfekt"), "{header}");
        assert_eq!(read.person.job_title.as_deref(), Some("Buyer"), "{header}");
        let city = read.address.as_ref().and_then(|address| address.city.as_deref());
        assert_eq!(city, Some("Aarhus"), "{header}");
    }
}

#[test]
fn a_channel_under_an_unknown_name_is_one_unless_it_is_somebody_elses() {
    for name in ["Feld 7", "Kontaktmöglichkeit", "Kundenmail", "field_2b"] {
        assert_eq!(
            asked(&json!({"vorname": "Rita", name: "rita@solano.example"})).person.emails,
            ["rita@solano.example"]
        );
    }
    assert_eq!(
        asked(&json!({"name": "Rita", "email": "rita@solano.example", "Unter welcher Nummer?": "0341 5550170"})).person.phones,
        ["0341 5550170"]
    );
    for name in [
        "Bearbeiter",
        "salesperson_email",
        "internal owner",
        "referred_by",
        "notify_admin",
        "kontakt_fax",
    ] {
        let read = asked(
            &json!({"name": "Rita", "email": "rita@solano.example", name: "max@ours.example"}),
        );
        assert_eq!(read.person.emails, ["rita@solano.example"], "{name}");
    }
    // Two of them: nothing tells whose each is.
    let two = web(
        &json!({"vorname": "Rita", "feld a": "rita@solano.example", "feld b": "bo@lund.example"}),
    );
    assert!(matches!(two, Reading::Unclear { .. }), "{two:?}");
    let number =
        asked(&json!({"name": "Rita", "email": "rita@solano.example", "kundennr": "+4711"}));
    assert!(number.person.phones.is_empty());
}

#[test]
fn secrets_are_left_out_and_the_field_is_named() {
    for (name, value) in [
        ("portal_pin", "8812"),
        ("Passwort", "Gurke77!"),
        ("Hasło", "tajne12"),
        ("Пароль", "sekret12"),
        ("Kreditkarte", "4111 1111 1111 1111"),
        ("CVC", "917"),
        ("Rodné číslo", "800101/1234"),
        ("Sicherheitsfrage Antwort", "Rex88"),
        ("DNI", "12345678Z"),
        ("Custom 3", "078-05-1120"),
        ("Feld 12", "5555-5555-5555-4444"),
    ] {
        let list = format!("Name;E-Mail;{name}\nGerda Olsen;gerda@olsen.example;{value}\n");
        let Reading::Parts(parts) =
            read(Channel::Import, None, list.as_bytes(), &ReadOptions::default())
        else {
            panic!("no parts")
        };
        let all = format!("{:?} {}", parts[0].reading, parts[0].original);
        assert!(!all.contains(value) && all.contains("gerda@olsen.example"), "{all}");
        assert!(all.contains(name), "{all}");
        let form =
            asked(&json!({"name": "Gerda Olsen", "email": "gerda@olsen.example", name: value}));
        assert!(!format!("{form:?}").contains(value), "{form:?}");
    }
    let hook = json!({"list": "x", "members": [
        {"name": "Ana", "email": "ana@ruiz.example", "password": "Gurke77!"},
        {"name": "Jo", "email": "jo@reed.example", "fields": [{"label": "PIN", "value": "8812"}]}]});
    assert!(!format!("{:?}", web(&hook)).contains("Gurke77!"));
    assert!(!format!("{:?}", web(&hook)).contains("8812"));
    let kept = asked(
        &json!({"name": "Gerda", "email": "g@olsen.example", "IBAN": "DE89370400440532013000", "Kundenkartennummer": "77112233"}),
    );
    assert_eq!(kept.other.len(), 2, "{:?}", kept.other);
}

#[test]
fn events_that_are_no_enquiry_and_questions_that_are() {
    for event in [
        json!({"action": "deal.lost", "deal": {"person": {"name": "Rita", "email": "rita@solano.example"}}}),
        json!({"event": "appointment.no_show", "client": {"email": "rita@solano.example"}}),
        json!({"event": "cart_abandoned", "customer": {"email": "rita@solano.example"}}),
        json!({"trigger": "contact_tag_added", "contact": {"email": "rita@solano.example"}}),
        json!({"event": "note_added", "contact": {"email": "rita@solano.example"}, "text": "wants CM-200"}),
        json!({"ereignis": "abgemeldet", "kontakt": {"email": "rita@solano.example"}}),
        json!({"typ": "zahlungseingang", "kunde": {"email": "rita@solano.example"}}),
    ] {
        assert!(matches!(web(&event), Reading::NoLead { kind: NoLead::OtherEvent, .. }), "{event}");
    }
    for form in [
        json!({"event": "ticket.created", "requester": {"name": "Rita", "email": "rita@solano.example"}}),
        json!({"event": "score_review_tour", "name": "Rita", "email": "rita@solano.example"}),
        json!({"name": "Rita", "email": "rita@solano.example", "deleted": false, "topic": "Cancel culture"}),
        json!({"rawRequest": "{\"q3_name\":{\"first\":\"Rita\",\"last\":\"Solano\"},\"q4_email\":\"rita@solano.example\"}"}),
        json!({"meeting": {"title": "Beratung", "host_name": "Max", "host_email": "max@ours.example",
            "invitee_name": "Rita", "invitee_email": "rita@solano.example"}}),
    ] {
        let read = asked(&form);
        assert_eq!(read.person.emails, ["rita@solano.example"], "{form}");
        assert_eq!(read.person.job_title, None, "{form}");
    }
    for (list, kept) in [
        ("Name;E-Mail;gelöscht\nA B;a@b.example;ja\n", false),
        ("Name;E-Mail;gelöscht\nA B;a@b.example;nein\n", true),
    ] {
        let kind = matches!(rows(list.as_bytes())[0], PartReading::Enquiry(_));
        assert_eq!(kind, kept, "{list}");
    }
}

#[test]
fn traps_are_seen_by_their_words_and_ordinary_fields_are_none() {
    for name in [
        "Lassen Sie dieses Feld leer",
        "website_hp",
        "url_trap",
        "nicht_ausfuellen",
        "b_8f2c41_9aa7be",
        "vul-dit-niet-in",
        "contact_me_by_fax_only",
    ] {
        let form = json!({"name": "Gil", "email": "gil@perrin.example", name: "http://x.example"});
        assert!(
            matches!(web(&form), Reading::Unclear { reason, .. } if reason.contains("robot")),
            "{name}"
        );
    }
    for name in ["hp_printer", "empty_rooms", "Please leave a comment", "fax"] {
        asked(&json!({"name": "Gil", "email": "gil@perrin.example", name: "yes"}));
    }
}

#[test]
fn choices_products_and_telephones_in_parts_are_put_together() {
    let product = |form: &Value| -> Vec<String> {
        asked(form).interest.into_iter().map(|it| it.product).collect()
    };
    let who = |more: Value| {
        let mut form = json!({"name": "Nele Maas", "email": "nele@maas.example"});
        form.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        form
    };
    assert_eq!(product(&who(json!({"product": {"value": "k7", "label": "WF-3"}}))), ["WF-3"]);
    assert_eq!(product(&who(json!({"products": ["CM-100", "GR-10"]}))), ["CM-100", "GR-10"]);
    let choices = json!([{"value": "c1", "label": "CM-100"}, {"value": "c2", "label": "CM-200"}, {"value": "c3", "label": "GR-10"}]);
    let several = json!({"answers": [{"question": "Email", "answer": "nele@maas.example"},
        {"question": "Which product?", "answer": ["c2", "c3"], "choices": choices}]});
    assert_eq!(product(&several), ["CM-200", "GR-10"]);
    for (form, number) in [
        (json!({"phone_area": "617", "phone_prefix": "555", "phone_line": "0142"}), "617 555 0142"),
        (json!({"tel1": "03", "tel2": "5550", "tel3": "0123"}), "03 5550 0123"),
        (json!({"phone_cc": "+34", "phone": "935550111"}), "+34935550111"),
    ] {
        assert_eq!(asked(&who(form)).person.phones, [number]);
    }
    assert_eq!(
        asked(&who(json!({"tel1": "0341 5550170", "tel2": "0171 5550161"}))).person.phones.len(),
        2
    );
}

#[test]
fn templates_escapes_and_days_are_what_they_are() {
    for nothing in
        ["[Vorname]", "<Name>", "Vorname Nachname", "N.N.", "anonym", "nezadáno", "#¿NOMBRE?"]
    {
        let read = asked(
            &json!({"name": nothing, "company": nothing, "email": "k@hoff.example", "message": "CM-100?"}),
        );
        assert_eq!((name(&read).as_str(), read.company), ("", None), "{nothing}");
    }
    for (written, company) in [
        ("Caf\\u00e9 Noir", "Café Noir"),
        ("Caf%C3%A9 Noir", "Café Noir"),
        ("O\\'Dowd", "O'Dowd"),
        ("50 % Kaffee", "50 % Kaffee"),
    ] {
        assert_eq!(
            asked(&json!({"email": "k@hoff.example", "company": written})).company.as_deref(),
            Some(company)
        );
    }
    let list = "Name;E-Mail;Telefon\nGerda Olsen;gerda@olsen.example;\nStand: 17.11.2026;;\nExported on 2026-11-17;;\n";
    let rows = rows(list.as_bytes());
    assert!(rows[1..].iter().all(|row| !matches!(row, PartReading::Enquiry(_))), "{rows:?}");
}

#[test]
fn code_pages_of_further_languages_are_told_by_their_letters() {
    let (turkish, ..) = encoding_rs::WINDOWS_1254.encode("Ayşe Yıldız;x@y.example;İzmir\n");
    let (baltic, ..) = encoding_rs::WINDOWS_1257.encode("Jānis Bērziņš;x@y.example;Rīga\n");
    for (bytes, who) in [(turkish, "Ayşe Yıldız"), (baltic, "Jānis Bērziņš")] {
        let list =
            [b"Name;E-Mail;Ort\nTom Ray;tom@ray.example;London\n".as_slice(), &bytes].concat();
        let rows = rows(&list);
        assert_eq!(name(row(&rows[1])), who);
    }
}
