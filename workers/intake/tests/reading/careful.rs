//! Forms and hooks are read as a careful person reads them, in many languages and notations.

use domain::enquiry::{Channel, NoLead, PartReading, Reading};
use intake::{ReadOptions, read};
use serde_json::json;

use crate::{asked, name, row, web};

#[test]
fn the_person_is_taken_and_our_side_is_not() {
    for hook in [
        json!({"channel": {"name": "Shop DE"}, "host": {"email": "max@ours.example"}, "guest": {"name": "Rita Solano", "email": "rita@solano.example"}}),
        json!({"agent": {"name": "Bo", "email": "bo@ours.example"}, "visitor": {"name": "Rita Solano", "email": "rita@solano.example"}, "message": "Hi"}),
        json!({"form": {"name": "Contact", "title": "Ask us"}, "name": "Rita Solano", "email": "rita@solano.example", "shop": {"name": "Ours", "email": "shop@ours.example"}}),
        json!({"event": "invitee_created", "payload": {"event": {"title": "Demo"}, "organizer": {"name": "Nora", "email": "nora@ours.example"},
            "attendees": [{"name": "Rita Solano", "email": "rita@solano.example"}]}}),
        json!({"berater": {"name": "Max", "email": "max@ours.example"}, "kunde": {"vorname": "Rita", "nachname": "Solano", "email": "rita@solano.example"}}),
        json!({"vendedor": {"nombre": "Max", "correo": "max@ours.example"}, "cliente": {"nombre": "Rita", "apellidos": "Solano", "correo": "rita@solano.example"}}),
        json!({"participants": [{"type": "agent", "name": "Bo", "email": "bo@ours.example"}, {"type": "customer", "name": "Rita Solano", "email": "rita@solano.example"}]}),
        json!({"author": {"role": "staff", "name": "Bo", "email": "bo@ours.example"}, "contact": {"name": "Rita Solano", "emails": [{"value": "rita@solano.example"}]}}),
        json!({"page": {"title": "Kontakt", "name": "Startseite"}, "contact": {"full_name": "Rita Solano", "email": "rita@solano.example"}}),
    ] {
        let read = asked(&hook);
        assert_eq!(read.person.emails, ["rita@solano.example"], "{hook}");
        assert_eq!(name(&read), "Rita Solano", "{hook}");
        assert_eq!(
            (read.company.as_deref(), read.person.job_title.as_deref()),
            (None, None),
            "{hook}"
        );
    }
    let company = asked(
        &json!({"contact": {"name": "Rita Solano", "email": "rita@solano.example", "title": "Buyer", "account": {"name": "Solano Mart"}}}),
    );
    assert_eq!(
        (company.company.as_deref(), company.person.job_title.as_deref()),
        (Some("Solano Mart"), Some("Buyer"))
    );
    // Only our own side is there.
    assert!(matches!(
        web(&json!({"host": {"name": "Max", "email": "max@ours.example"}, "topic": "x"})),
        Reading::Unclear { .. }
    ));
    // Two people, and nothing tells who asks.
    let two = web(
        &json!({"left": {"name": "A Bo", "email": "a@left.example"}, "right": {"name": "C Do", "email": "c@right.example"}}),
    );
    assert!(
        matches!(two, Reading::Unclear { reason, .. } if reason.contains("a@left.example") && reason.contains("c@right.example"))
    );
}

#[test]
fn a_list_of_people_inside_an_object_is_as_many_enquiries() {
    let hook = json!({"list": "fair", "message": "Please call", "members": [
        {"name": "Ana Ruiz", "email": "ana@ruiz.example"}, {"name": "Jo Reed", "email": "jo@reed.example"}, {"name": "Nobody"}]});
    let Reading::Parts(parts) = web(&hook) else { panic!("no parts") };
    let emails: Vec<_> =
        parts.iter().map(|part| row(&part.reading).person.emails.clone()).collect();
    assert_eq!(emails, [["ana@ruiz.example"], ["jo@reed.example"]]);
    assert!(parts.iter().all(|part| row(&part.reading).message.as_deref() == Some("Please call")));
    // A booker with guests is one enquiry.
    let booker = asked(
        &json!({"name": "Ana Ruiz", "email": "ana@ruiz.example", "guests": [{"email": "jo@reed.example"}, {"email": "li@reed.example"}]}),
    );
    assert_eq!(booker.person.emails, ["ana@ruiz.example"]);
}

#[test]
fn other_events_are_rejected_as_what_they_are() {
    for hook in [
        json!({"event_name": "coupon_redeemed", "profile": {"email": "a@acme.example"}}),
        json!({"event": "message_created", "message_type": "outgoing", "content": "We offer", "sender": {"name": "Bo", "email": "bo@ours.example"}}),
        json!({"type": "contact.updated", "data": {"email": "a@acme.example", "name": "Ann"}}),
        json!({"event": "unsubscribed", "email": "a@acme.example"}),
        json!({"RecordType": "Bounce", "MessageID": "1", "Email": "a@acme.example", "From": "us@ours.example"}),
        json!({"notificationType": "Complaint", "complaint": {}, "mail": {"source": "us@ours.example"}}),
        json!({"triggerEvent": "BOOKING_CANCELLED", "payload": {"attendees": [{"email": "a@acme.example", "name": "Ann"}]}}),
        json!({"direction": "outbound", "from": {"name": "Bo"}, "to": "+4930555017"}),
    ] {
        assert!(matches!(web(&hook), Reading::NoLead { kind: NoLead::OtherEvent, .. }), "{hook}");
    }
    let events = web(
        &json!([{"event": "open", "email": "a@acme.example"}, {"event": "spamreport", "email": "b@acme.example"}]),
    );
    let Reading::Parts(parts) = events else { panic!("{events:?}") };
    assert!(parts.iter().all(|part| matches!(part.reading, PartReading::NoLead { .. })));
    assert_eq!(
        asked(&json!({"event": "Frühjahrsmesse", "name": "Ann Bo", "email": "a@acme.example"}))
            .campaign
            .as_deref(),
        Some("Frühjahrsmesse")
    );
    asked(
        &json!({"event": "form.submitted", "data": {"email": "a@acme.example", "status": "open"}}),
    );
}

#[test]
fn metas_messages_are_read_or_held_and_its_tests_are_tests() {
    let comment = json!({"object": "instagram", "entry": [{"id": "1", "changes": [{"field": "comments",
        "value": {"from": {"username": "casa.lola"}, "text": "What does the CM-200 cost?"}}]}]});
    assert!(
        matches!(web(&comment), Reading::Unclear { reason, .. } if reason.contains("CM-200") && reason.contains("casa.lola"))
    );
    let messenger = json!({"object": "page", "entry": [{"messaging": [{"sender": {"id": "77"}, "message": {"text": "Price of GR-10?"}}]}]});
    assert!(matches!(web(&messenger), Reading::Unclear { reason, .. } if reason.contains("GR-10")));
    let status = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {"statuses": [{"status": "read"}]}}]}]});
    assert!(matches!(web(&status), Reading::NoLead { kind: NoLead::OtherEvent, .. }));
    let lead = |email: &str, name: &str| {
        json!({"id": "1", "field_data": [{"name": "email", "values": [email]}, {"name": "full_name", "values": [name]},
        {"name": "phone_number", "values": ["Test-Lead: Dummy für Telefon"]}]})
    };
    assert!(matches!(
        web(&lead("test@meta.com", "Test-Lead: Dummy für Name")),
        Reading::NoLead { kind: NoLead::Test, .. }
    ));
    asked(&lead("ann@acme.example", "Ann Bo"));
}

#[test]
fn a_telephone_in_parts_is_put_together_and_a_dialling_code_is_no_country() {
    for (body, expected) in [
        ("name=Ann+Bo&tel[vorwahl]=0341&tel[anschluss]=5550180", "0341 5550180"),
        ("name=Ann+Bo&telefon_vorwahl=0341&telefon=5550180", "0341 5550180"),
        ("name=Ann+Bo&phone_country_code=%2B49&phone=0341+5550180", "+493415550180"),
        ("name=Ann+Bo&country_code=49&phone=0341+5550180", "+493415550180"),
        ("name=Ann+Bo&phone[countryCode]=%2B49&phone[number]=3415550180", "+493415550180"),
        ("name=Ann+Bo&phone[full]=%2B493415550180&phone[number]=3415550180", "+493415550180"),
        ("name=Ann+Bo&q5_phone[area]=617&q5_phone[phone]=5550142", "617 5550142"),
        ("name=Ann+Bo&landesvorwahl=0039&telefono=06+55501234", "+390655501234"),
    ] {
        let read = read(
            Channel::Web,
            Some("application/x-www-form-urlencoded"),
            body.as_bytes(),
            &ReadOptions::default(),
        );
        let Reading::Enquiry(read) = read else { panic!("{read:?} of {body}") };
        assert_eq!(read.person.phones, [expected], "{body}");
        assert_eq!(read.address.and_then(|address| address.country), None, "{body}");
    }
}

#[test]
fn the_page_of_the_form_is_ours_and_a_site_of_the_mails_domain_is_the_writers() {
    let form = |field: &str, value: &str| {
        asked(&json!({"name": "Gil Perrin", "email": "gil@perrin.example", "company": "Perrin", field: value})).website
    };
    for (field, value) in [
        ("page_url", "https://ours.example/contact"),
        ("domain", "ours.example"),
        ("url", "https://ours.example/l/spring"),
        ("referrer", "https://www.google.com/"),
    ] {
        assert_eq!(form(field, value), None, "{field}");
    }
    assert_eq!(
        form("url", "https://www.perrin.example/").as_deref(),
        Some("https://www.perrin.example/")
    );
    assert_eq!(
        form("website", "perrin-traiteur.example").as_deref(),
        Some("perrin-traiteur.example")
    );
}

#[test]
fn a_trap_is_for_robots_and_a_choice_is_its_text() {
    for (trap, value) in [
        ("fax_do_not_fill", "x"),
        ("honeypot", "http://rank.example"),
        ("bitte_freilassen", "abc"),
        ("hp_email", "a@b.example"),
    ] {
        assert!(
            matches!(
                web(&json!({"name": "Ann Bo", "email": "a@acme.example", trap: value})),
                Reading::Unclear { .. }
            ),
            "{trap}"
        );
        asked(&json!({"name": "Ann Bo", "email": "a@acme.example", trap: ""}));
    }
    for choices in ["choices", "options"] {
        let read = asked(
            &json!({"email": "a@acme.example", "fields": {"a": {"label": "Produkt", "value": "opt_b",
            choices: [{"id": "opt_a", "label": "CM-100"}, {"id": "opt_b", "label": "GR-10"}]}}}),
        );
        assert_eq!(read.interest[0].product, "GR-10", "{choices}");
    }
    let map = asked(
        &json!({"email": "a@acme.example", "p": {"label": "Product", "value": "2", "options": {"1": "CM-100", "2": "CM-200"}}}),
    );
    assert_eq!(map.interest[0].product, "CM-200");
}

#[test]
fn a_channel_in_a_field_for_a_name_is_used_as_that() {
    let read = asked(&json!({"company": "Spa", "ansprechpartner": "0341 5550199"}));
    assert_eq!(
        (read.person.phones.as_slice(), name(&read)),
        (["0341 5550199".to_owned()].as_slice(), String::new())
    );
    let read = asked(&json!({"customer": "Ingrid Dahl <ingrid@spa.example>"}));
    assert_eq!(
        (read.person.emails.as_slice(), name(&read).as_str()),
        (["ingrid@spa.example".to_owned()].as_slice(), "Ingrid Dahl")
    );
    let read = asked(&json!({"user": "ingrid@spa.example", "message": "hi"}));
    assert_eq!((read.person.emails.len(), name(&read)), (1, String::new()));
    let read = asked(&json!({"contact": "Ingrid Dahl, +47 22 55 01 77"}));
    assert_eq!(
        (read.person.phones.as_slice(), name(&read).as_str()),
        (["+4722550177".to_owned()].as_slice(), "Ingrid Dahl")
    );
    let read = asked(&json!({"name": "Ingrid Dahl", "email": "0341 5550199"}));
    assert_eq!(read.person.phones, ["0341 5550199"]);
}

#[test]
fn a_tick_for_the_terms_is_no_consent_and_a_no_outweighs_a_yes() {
    for (fields, expected) in [
        (json!({"datenschutz_gelesen": "ja", "werbung": "nein"}), false),
        (json!({"privacy_policy": "on"}), false),
        (json!({"acepto la política de privacidad": "sí"}), false),
        (json!({"newsletter": "yes", "marketing": "no"}), false),
        (json!({"consent": "1", "newsletter": "Nein danke"}), false),
        (json!({"gdpr_consent": "on", "newsletter": "on"}), true),
        (json!({"werbung": "ja"}), true),
        (json!({"Ich möchte den Newsletter erhalten": "ja"}), true),
        (json!({"Ich möchte keinen Newsletter, keine Werbung": "ja"}), false),
    ] {
        let mut form = fields;
        form["email"] = json!("a@acme.example");
        assert_eq!(asked(&form).consent, expected, "{form}");
    }
}

#[test]
fn placeholders_name_nobody_and_escaped_characters_are_seen() {
    for nothing in [
        "[object Object]",
        "(null)",
        "%%VORNAME%%",
        "#REF!",
        "undefined",
        "—",
        "{{contact.name}}",
        "k. A.",
    ] {
        let read = asked(
            &json!({"name": nothing, "company": nothing, "topic": nothing, "phone": nothing, "email": "a@acme.example"}),
        );
        assert_eq!(
            (name(&read), read.company, read.topic, read.person.phones.len()),
            (String::new(), None, None, 0),
            "{nothing}"
        );
    }
    let null =
        asked(&json!({"first_name": "Jennifer", "last_name": "Null", "email": "a@acme.example"}));
    assert_eq!(name(&null), "Jennifer Null");
    let read = asked(
        &json!({"company": "B&auml;ckerei K&#252;hn", "name": "Se&aacute;n O&amp;#39;Dowd", "email": "a@acme.example"}),
    );
    assert_eq!(
        (read.company.as_deref(), name(&read).as_str()),
        (Some("Bäckerei Kühn"), "Seán O'Dowd")
    );
    let placeholder =
        asked(&json!({"name": "Ann Bo", "email": "keine@keine.example", "phone": "+353215550160"}));
    assert_eq!(placeholder.person.emails.len(), 0);
}

#[test]
fn what_cannot_be_read_is_a_doubt_and_zero_is_not_wanted() {
    for (quantity, expected, doubts) in [
        (json!("25 Stück"), Some("25"), 0),
        (json!("1.000"), None, 1),
        (json!("-5"), None, 1),
        (json!("ein Dutzend"), None, 1),
        (json!(12.125), Some("12.1250"), 0),
        (json!(1000), Some("1000"), 0),
        (json!(""), None, 0),
    ] {
        let read =
            asked(&json!({"email": "a@acme.example", "product": "CM-100", "quantity": quantity}));
        assert_eq!(
            read.interest[0].quantity.map(|q| q.to_string()).as_deref(),
            expected,
            "{quantity}"
        );
        assert_eq!(read.doubts.len(), doubts, "{quantity}");
    }
    assert!(
        asked(&json!({"email": "a@acme.example", "product": "CM-100", "quantity": "0"}))
            .interest
            .is_empty()
    );
}

#[test]
fn a_title_is_a_position_unless_it_is_a_salutation() {
    let title =
        asked(&json!({"title": "Head of Sales", "name": "Ann Bo", "email": "a@acme.example"}));
    assert_eq!(title.person.job_title.as_deref(), Some("Head of Sales"));
    let mister =
        asked(&json!({"title": "Herr Dipl.-Ing.", "name": "Ann Bo", "email": "a@acme.example"}));
    assert_eq!(mister.person.job_title, None);
}
