//! Shapes that vendors document and customers send, beyond the public samples.

use domain::enquiry::{Channel, Enquiry, LeadSource, NoLead, PartReading, Reading};
use intake::{ReadOptions, external_id, read};
use serde_json::json;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn options() -> ReadOptions {
    ReadOptions {
        default_region: "DE".to_owned(),
        own_domains: vec!["ours.example".to_owned()],
        ..ReadOptions::default()
    }
}

fn enquiry(reading: Reading) -> Enquiry {
    match reading {
        Reading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?}"),
    }
}

fn json(value: &serde_json::Value) -> Reading {
    read(Channel::Web, Some("application/json"), value.to_string().as_bytes(), &options())
}

fn form(body: &str) -> Reading {
    read(Channel::Web, FORM, body.as_bytes(), &options())
}

fn mail(text: &str) -> Reading {
    read(Channel::Email, None, text.as_bytes(), &options())
}

fn kind(reading: &Reading) -> Option<NoLead> {
    match reading {
        Reading::NoLead { kind, .. } => Some(*kind),
        _ => None,
    }
}

#[test]
fn f1_a_plain_form_names_products_and_quantities() {
    let read = enquiry(json(&json!({
        "name": "Anna Blum", "email": "anna@blum.de", "phone": "030 1234567",
        "message": "How much?\nThanks", "subject": "Pumps", "source": "trade show",
        "items": [{"sku": "P-100", "quantity": 3}, {"product": "Valve", "qty": "1.5"}],
        "close_date": "2026-12-24", "budget": "€ 12.500,50",
    })));
    assert_eq!(read.person.phones, ["+49301234567"]);
    assert_eq!(read.source, LeadSource::TradeShow);
    let interest: Vec<_> = read
        .interest
        .iter()
        .map(|i| (i.product.as_str(), i.quantity.map(|q| q.to_string())))
        .collect();
    assert_eq!(interest, [("P-100", Some("3".to_owned())), ("Valve", Some("1.5".to_owned()))]);
    assert_eq!(read.budget.map(|b| b.to_string()).as_deref(), Some("12500.50"));
    assert_eq!(read.close_date.map(|d| d.to_string()).as_deref(), Some("2026-12-24"));

    let read = enquiry(form(
        "email=a%40b.de&items%5B0%5D%5Bsku%5D=A&items%5B0%5D%5Bquantity%5D=2&sku=C&quantity=7",
    ));
    let products: Vec<_> = read.interest.iter().map(|i| i.product.as_str()).collect();
    assert_eq!(products, ["C", "A"]);
}

#[test]
fn f1_web_to_lead_and_list_hooks_post_urlencoded_fields() {
    let read = enquiry(form(
        "oid=00D0&retURL=https%3A%2F%2Fx.de&encoding=ISO-8859-1&first_name=J%F6rg&last_name=M%FCller\
         &company=M%FCller+GmbH&email=j%40m.de&state=BE&country=Germany&lead_source=Partner&00N123=yes",
    ));
    assert_eq!(read.person.full_name().as_deref(), Some("Jörg Müller"));
    assert_eq!(read.company.as_deref(), Some("Müller GmbH"));
    assert_eq!(read.source, LeadSource::Partner);
    assert!(read.other.iter().any(|o| o.name == "00N123") && read.other.len() == 1, "{read:?}");

    let subscribe = "type=subscribe&fired_at=2026-03-26+21%3A35%3A57&data%5Bid%5D=8a&data%5Blist_id%5D=a6\
        &data%5Bemail%5D=api%40m.com&data%5Bmerges%5D%5BEMAIL%5D=api%40m.com&data%5Bmerges%5D%5BFNAME%5D=Max\
        &data%5Bmerges%5D%5BLNAME%5D=Mut";
    let read = enquiry(form(subscribe));
    assert_eq!(read.person.full_name().as_deref(), Some("Max Mut"));
    assert_eq!(read.person.emails, ["api@m.com"]);
    assert_eq!(
        external_id(Channel::Web, FORM, subscribe.as_bytes()).map(|id| id.key).as_deref(),
        Some("a6:8a:2026-03-26 21:35:57")
    );
    let leave = subscribe.replace("type=subscribe", "type=unsubscribe");
    assert_eq!(kind(&form(&leave)), Some(NoLead::OtherEvent));
}

#[test]
fn f1_lead_forms_of_advertisers_are_read() {
    let google = json!({
        "lead_id": "TeSter-123", "google_key": "k", "campaign_id": 42, "is_test": false,
        "user_column_data": [
            {"column_name": "Full Name", "string_value": "Anna Blum", "column_id": "FULL_NAME"},
            {"string_value": "anna@blum.de", "column_id": "EMAIL"},
            {"column_name": "User Phone", "string_value": "+16505550123"},
        ],
    });
    let read = enquiry(json(&google));
    assert_eq!(read.source, LeadSource::Advertisement);
    assert_eq!(read.person.phones, ["+16505550123"]);
    assert_eq!(read.campaign.as_deref(), Some("42"));
    let body = google.to_string();
    assert_eq!(
        external_id(Channel::Web, None, body.as_bytes()).map(|id| id.key).as_deref(),
        Some("TeSter-123")
    );
    let test = body.replace("\"is_test\":false", "\"is_test\":true");
    let read = read_web(test.as_bytes());
    assert_eq!(kind(&read), Some(NoLead::Test));

    let read = enquiry(json(
        &json!({"id": "1", "created_time": "2026-01-05T10:00:00+0000", "field_data": [
        {"name": "full_name", "values": ["Max Mut"]}, {"name": "work_email", "values": ["max@mut.de"]},
        {"name": "what_size?", "values": ["L"]}]}),
    ));
    assert_eq!(read.person.emails, ["max@mut.de"]);
    assert!(read.submitted_at.is_some() && read.other.iter().any(|o| o.value == "L"));

    let read = enquiry(json(&json!({"event_type": "form_response", "form_response": {
        "token": "tok", "submitted_at": "2026-01-05T10:00:00Z",
        "definition": {"title": "Ask us", "fields": [
            {"id": "a", "title": "Your first name?"}, {"id": "b", "title": "Which pump?"}]},
        "answers": [
            {"type": "text", "text": "Anna", "field": {"id": "a"}},
            {"type": "email", "email": "anna@blum.de", "field": {"id": "c"}},
            {"type": "choice", "choice": {"label": "Big"}, "field": {"id": "b"}}]}})));
    assert_eq!(read.person.emails, ["anna@blum.de"]);
    assert_eq!(read.campaign.as_deref(), Some("Ask us"));
    assert!(read.other.iter().any(|o| o.name == "Which pump?" && o.value == "Big"), "{read:?}");

    let read =
        enquiry(json(&json!({"id": "li", "submittedAt": 1_767_600_000_000_i64, "testLead": false,
        "formResponse": {"answers": [
            {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "x@y.de"}}},
            {"questionId": 2, "answerDetails": {"textQuestionAnswer": {"answer": "Acme"}}}]}})));
    assert_eq!(read.person.emails, ["x@y.de"]);
    assert!(read.submitted_at.is_some());
}

fn read_web(body: &[u8]) -> Reading {
    read(Channel::Web, None, body, &options())
}

#[test]
fn f1_forms_and_contacts_of_hubspot_are_read_and_thin_hooks_are_held() {
    let read =
        enquiry(json(&json!({"submittedAt": 1_767_600_000_000_i64, "context": {"hutk": "h"},
        "fields": [{"name": "firstname", "value": "Anna"}, {"name": "lastname", "value": "Blum"},
            {"name": "email", "value": "anna@blum.de"}, {"name": "numemployees", "value": "12"}],
        "legalConsentOptions": {"consent": {"communications": [{"value": true}]}}})));
    assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
    assert!(read.consent);
    let read = enquiry(json(&json!({"vid": 1, "properties": {
        "email": {"value": "anna@blum.de"}, "company": {"value": "Blum KG"}}})));
    assert_eq!(read.company.as_deref(), Some("Blum KG"));
    let thin = json!([{"objectId": 7, "subscriptionType": "contact.creation"},
        {"objectId": 8, "subscriptionType": "contact.propertyChange"}]);
    let Reading::Parts(parts) = json(&thin) else { panic!("two entries") };
    assert!(
        matches!(&parts[0].reading, PartReading::Unclear { reason, .. } if reason.contains('7'))
    );
    assert!(matches!(&parts[1].reading, PartReading::NoLead { kind: NoLead::OtherEvent, .. }));
    assert_eq!(parts[1].original["objectId"], 8);
}

#[test]
fn f1_several_entries_of_one_hook_are_parts() {
    let meta = json!({"object": "page", "entry": [
        {"changes": [{"field": "leadgen", "value": {"leadgen_id": "1"}}, {"field": "leadgen", "value": {"leadgen_id": 2}}]},
        {"changes": [{"field": "feed", "value": {}}]}]});
    let Reading::Parts(parts) = json(&meta) else { panic!("three changes") };
    assert_eq!(parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(
        matches!(&parts[1].reading, PartReading::Unclear { reason, .. } if reason.contains("leadgen_id 2"))
    );
    assert_eq!(external_id(Channel::Web, None, meta.to_string().as_bytes()), None);
}

#[test]
fn f2_gateways_post_forms_lists_and_envelopes() {
    let events = json!([{"event": "inbound", "msg": {"from_email": "a@b.de", "from_name": "Anna Blum",
        "subject": "Pumps", "text": "How much?"}}]);
    let mut body = String::from("mandrill_events=");
    for byte in events.to_string().bytes() {
        body.push_str(&format!("%{byte:02X}"));
    }
    let read = enquiry(form(&body));
    assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));

    let read = enquiry(form(
        "recipient=x%40ours.example&sender=a%40b.de&from=Anna+Blum+%3Ca%40b.de%3E&subject=Pumps\
         &body-plain=How+much%3F%0A%0AOn+Mon%2C+1+Jan+wrote%3A%0A%3E+old&stripped-text=How+much%3F\
         &message-headers=%5B%5B%22Auto-Submitted%22%2C%22no%22%5D%5D&Message-Id=%3Cm%40b.de%3E",
    ));
    assert_eq!(
        (read.topic.as_deref(), read.message.as_deref()),
        (Some("Pumps"), Some("How much?"))
    );

    let notice = json!({"notificationType": "Received", "mail": {"messageId": "ses-1"},
        "receipt": {"spamVerdict": {"status": "PASS"}},
        "content": "From: Anna Blum <a@b.de>\r\nSubject: Pumps\r\n\r\nHow much?\r\n"});
    let sns = json!({"Type": "Notification", "TopicArn": "arn", "MessageId": "sns-1", "Message": notice.to_string()});
    assert_eq!(enquiry(json(&sns)).message.as_deref(), Some("How much?"));
    let confirm = json!({"Type": "SubscriptionConfirmation", "TopicArn": "arn", "Message": "visit", "SubscribeURL": "u"});
    assert_eq!(kind(&json(&confirm)), Some(NoLead::OtherEvent));

    let bounce = json!({"MessageID": "m", "From": "mailer-daemon@b.de", "Subject": "Undelivered", "TextBody": "x"});
    assert_eq!(kind(&json(&bounce)), Some(NoLead::Bounce));
}

const ADF: &str = "<?ADF VERSION \"1.0\"?>\n<?xml version=\"1.0\"?>\n<adf><prospect><id sequence=\"1\" source=\"Shop\">77</id>\
    <requestdate>2026-02-09T18:26:00-05:00</requestdate>\
    <vehicle interest=\"trade-in\"><year>2001</year><make>Old</make></vehicle>\
    <vehicle interest=buy status=\"new\"><year>2026</year><make>Seat</make><model>Ibiza</model><stock>S-77</stock></vehicle>\
    <customer><contact><name part=\"first\">Ana &amp; Co</name><name part=\"last\">Ruiz</name><email>ana@acme.es</email>\
    <phone type=\"cellphone\">+34 612 345 678</phone><address><street line=\"1\">Calle 1</street><city>Madrid</city>\
    <country>ES</country></address></contact><comments><![CDATA[Is it < 5000?]]></comments></customer>\
    <vendor><contact><name part=\"full\">Dealer</name><email>dealer@d.es</email></contact></vendor></prospect></adf>";

#[test]
fn f2_adf_in_a_mail_is_read_as_adf() {
    let plain = format!("From: leads@portal.com\nSubject: Lead\n\n{ADF}\n");
    let escaped = ADF.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let html = format!(
        "From: noreply@portal.com\nContent-Type: text/html\n\n<html><body><pre>{escaped}</pre></body></html>"
    );
    let attached = format!(
        "From: leads@portal.com\nSubject: Lead\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nsee file\n--x\n\
         Content-Type: application/xml; name=lead.xml\nContent-Disposition: attachment; filename=lead.xml\n\n{ADF}\n--x--\n"
    );
    for text in [plain, html, attached] {
        let read = enquiry(mail(&text));
        assert_eq!(read.person.full_name().as_deref(), Some("Ana & Co Ruiz"));
        assert_eq!(read.person.emails, ["ana@acme.es"]);
        assert_eq!(read.person.phones, ["+34612345678"]);
        assert_eq!(read.message.as_deref(), Some("Is it < 5000?"));
        assert_eq!(read.interest[0].product, "S-77");
        assert_eq!(read.interest.len(), 1, "the trade-in is not wanted");
        assert_eq!(read.topic.as_deref(), Some("buy new 2026 Seat Ibiza"));
    }
    assert_eq!(
        external_id(Channel::Web, None, ADF.as_bytes()).map(|id| id.key).as_deref(),
        Some("Shop:77")
    );
    let two = ADF.replace(
        "</adf>",
        "<prospect><customer><contact><email>b@c.es</email></contact></customer></prospect></adf>",
    );
    assert!(matches!(read_web(two.as_bytes()), Reading::Parts(parts) if parts.len() == 2));
    assert!(matches!(read_web(b"<html><body>x</body></html>"), Reading::Unclear { .. }));
}

#[test]
fn f2_what_our_own_people_forward_is_the_customers() {
    for (subject, body) in [
        (
            "WG: Anfrage",
            "Bitte übernehmen!\n\nVon: Anna Blum <anna@blum.de>\nGesendet: Montag\nAn: info@ours.example\nBetreff: Anfrage\n\nWas kosten 5 Pumpen?\n\nMit freundlichen Grüßen\nAnna Blum\nEinkauf\nTel.: 030 1234567\n",
        ),
        (
            "Anfrage",
            "---------- Forwarded message ---------\nFrom: Anna Blum <anna@blum.de>\nDate: Mon\nSubject: Anfrage\nTo: <info@ours.example>\n\nWas kosten 5 Pumpen?\n\n--\nAnna Blum\nEinkauf\nTel.: 030 1234567\n",
        ),
    ] {
        let read = enquiry(mail(&format!(
            "From: Sales <sales@ours.example>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{body}"
        )));
        assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
        assert_eq!(read.person.emails, ["anna@blum.de"]);
        assert_eq!(read.message.as_deref(), Some("Was kosten 5 Pumpen?"));
        assert_eq!(read.topic.as_deref(), Some("Anfrage"));
        assert_eq!(read.person.phones, ["+49301234567"]);
        assert_eq!(read.person.job_title.as_deref(), Some("Einkauf"));
    }
    let own = mail("From: a@ours.example\nSubject: lunch\n\nShall we?\n");
    assert!(matches!(own, Reading::Unclear { .. }), "{own:?}");
}

#[test]
fn f2_a_web_sites_own_mail_is_the_form_that_was_filled_in() {
    let read = enquiry(mail(
        "From: WordPress <wordpress@ours.example>\nReply-To: Ana Ruiz <ana@acme.es>\nSubject: Contacto\n\n\
         Nombre: Ana Ruiz\nEmail: ana@acme.es\nTeléfono: +34 912 345 678\nMensaje: Hola,\n¿cuánto cuesta?\n",
    ));
    assert_eq!(read.person.full_name().as_deref(), Some("Ana Ruiz"));
    assert_eq!(read.person.emails, ["ana@acme.es"]);
    assert_eq!(read.person.phones, ["+34912345678"]);
    assert_eq!(read.message.as_deref(), Some("Hola,\n¿cuánto cuesta?"));
    assert_eq!(read.source, LeadSource::Web);
    let shipped = mail(
        "From: no-reply@shop.com\nSubject: Your order 55 has shipped\n\nName: A\nEmail: a@b.de\nPhone: 1\n",
    );
    assert_eq!(kind(&shipped), Some(NoLead::Notification));
    assert!(matches!(mail("From: noreply@x.com\nSubject: Hi\n\nhello\n"), Reading::Unclear { .. }));
}

#[test]
fn f19_what_may_be_spam_is_held_and_what_surely_is_rejected() {
    let seo =
        "From: a@seo.biz\nSubject: first page of Google\n\nWe offer SEO services and backlinks.\n";
    assert_eq!(kind(&mail(seo)), Some(NoLead::Spam));
    let maybe = "From: a@b.biz\nSubject: offer\n\nWe do SEO services, increase your traffic.\n";
    assert!(matches!(mail(maybe), Reading::Unclear { .. }));
    let fine = "From: a@casino-hotel.com\nSubject: Chairs\n\nPlease quote 40 chairs, unsubscribe us from nothing.\n";
    assert!(matches!(mail(fine), Reading::Enquiry(_)));
    let held = json(
        &json!({"name": "X", "email": "x@y.biz", "message": "SEO services and backlinks, guest post"}),
    );
    assert!(matches!(held, Reading::Unclear { .. }));
}

#[test]
fn damaged_json_is_read_as_far_as_it_makes_sense() {
    let lone = br#"{"name":"Anna \ud800Blum\u0000","email":"anna@blum.de"}"#;
    let read = enquiry(read_web(lone));
    assert!(
        read.person
            .full_name()
            .is_some_and(|name| name.starts_with("Anna") && !name.contains('\0'))
    );
    let bom = b"\xef\xbb\xbf{\"email\":\"a@b.de\"}";
    assert!(matches!(read_web(bom), Reading::Enquiry(_)));
    let utf16: Vec<u8> =
        "{\"email\":\"a@b.de\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(read_web(&utf16), Reading::Enquiry(_)));
    assert!(matches!(read_web(b"{\"email\":"), Reading::Unclear { .. }));
    assert_eq!(kind(&read_web(b"{}")), Some(NoLead::Empty));
    assert_eq!(kind(&read_web(b"[]")), Some(NoLead::Empty));
}

#[test]
fn f2_raw_bytes_inside_an_encoded_word_are_in_its_charset() {
    let head = b"From: =?iso-8859-1?Q?J=F6rg_M\xfcller?= <j@m.de>\nSubject: =?iso-8859-1?Q?=DCber Fr\xf6sche?=\n\nwhat do they cost?";
    let read = enquiry(read(Channel::Email, None, head, &options()));
    assert_eq!(read.person.full_name().as_deref(), Some("Jörg Müller"));
    assert_eq!(read.topic.as_deref(), Some("Über Frösche"));
}

#[test]
fn f2_a_program_that_mails_through_a_mass_service_is_held() {
    let text = "From: accounts@tool.com\nFeedback-ID: 1.eu:AmazonSES\nSubject: A ticket was assigned\n\nClick here\n";
    assert!(matches!(mail(text), Reading::Unclear { .. }));
}

#[test]
fn f2_further_gateways_are_read_as_the_mail_they_hold() {
    let raw = "From: Anna Blum <a@b.de>\r\nSubject: Pumps\r\n\r\nHow much?\r\n";
    let base64 = "RnJvbTogQW5uYSBCbHVtIDxhQGIuZGU+DQpTdWJqZWN0OiBQdW1wcw0KDQpIb3cgbXVjaD8NCg==";
    let content = |raw: &str, encoded: bool| json!([{"msys": {"relay_message": {"content": {"email_rfc822": raw, "email_rfc822_is_base64": encoded}}}}]);
    for hook in [
        content(raw, false),
        content(base64, true),
        json!({"notificationType": "Received", "mail": {}, "content": base64}),
        json!({"Sender": "a@b.de", "From": "Anna Blum <a@b.de>", "Subject": "Pumps", "Text-part": "How much?",
            "Headers": {"Received": ["x"], "Message-ID": "<m@b.de>"}}),
        json!({"items": [{"Uuid": ["u"], "MessageId": "<m@b.de>", "From": {"Name": "Anna Blum", "Address": "a@b.de"},
            "Subject": "Pumps", "RawTextBody": "How much?", "Headers": {}}]}),
        json!({"headers": {"from": "Anna Blum <a@b.de>", "subject": "Pumps"}, "envelope": {"to": "x"},
            "plain": "How much?\n\nOn Mon, 1 Jan wrote:\n> old", "reply_plain": "How much?"}),
    ] {
        let read = enquiry(json(&hook));
        assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"), "{hook}");
        assert_eq!(read.topic.as_deref(), Some("Pumps"), "{hook}");
        assert_eq!(read.message.as_deref(), Some("How much?"), "{hook}");
    }
    let resend = json!({"type": "email.received", "data": {"email_id": "r-1", "from": "a@b.de", "subject": "Pumps"}});
    assert!(matches!(json(&resend), Reading::Unclear { reason, .. } if reason.contains("r-1")));
    let mandrill = json!([{"event": "inbound", "msg": {"from_email": "a@b.de", "text": "x", "subject": "1"}},
        {"event": "hard_bounce", "msg": {"email": "c@d.de"}}]);
    let mut body = String::from("mandrill_events=");
    mandrill.to_string().bytes().for_each(|byte| body.push_str(&format!("%{byte:02x}")));
    let Reading::Parts(parts) = form(&body) else { panic!("two events") };
    assert!(matches!(&parts[0].reading, PartReading::Enquiry(_)));
    assert!(matches!(&parts[1].reading, PartReading::NoLead { kind: NoLead::OtherEvent, .. }));
}

#[test]
fn f1_forms_of_page_builders_describe_or_nest_their_fields() {
    let described = json!({"form": {"name": "Ask us"}, "fields": {
        "email": {"id": "email", "type": "email", "title": "E-mail", "value": "a@b.de"},
        "field_7": {"id": "field_7", "type": "text", "title": "Vor- und Nachname", "value": "Anna Blum"},
        "field_8": {"id": "field_8", "type": "checkbox", "title": "Colours", "value": ["red", "blue"]}}});
    let list = json!({"eventType": "FORM_RESPONSE", "data": {"fields": [
        {"key": "q1", "label": "Full name", "type": "INPUT_TEXT", "value": "Anna Blum"},
        {"key": "q2", "label": "Email", "type": "INPUT_EMAIL", "value": "a@b.de"},
        {"key": "q3", "label": "Colours", "type": "CHECKBOXES", "value": ["red", "blue"]}]}});
    let jotform = json!({"q3_name": {"first": "Anna", "last": "Blum"}, "q4_email": "a@b.de", "q9_colours": "red, blue"});
    for form in [described, list, jotform] {
        let read = enquiry(json(&form));
        assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"), "{form}");
        assert_eq!(read.person.emails, ["a@b.de"], "{form}");
        assert!(read.other.iter().any(|o| o.value == "red, blue"), "{read:?}");
    }
    let nested = enquiry(json(&json!({"customer": {"name": "Anna Blum", "email": "a@b.de",
        "company": {"name": "Blum KG", "website": "blum.de"}, "address": {"street": "Weg 1", "city": "Köln"}},
        "owner": {"name": "Our Max", "email": "max@us.com", "phone": "030 7654321"}})));
    assert_eq!(nested.person.full_name().as_deref(), Some("Anna Blum"));
    assert_eq!((nested.person.emails.len(), nested.person.phones.len()), (1, 0), "{nested:?}");
    assert_eq!(nested.company.as_deref(), Some("Blum KG"));
    assert_eq!(nested.address.and_then(|a| a.city).as_deref(), Some("Köln"));
}

#[test]
fn f2_a_note_for_information_passes_a_mail_on() {
    let read = enquiry(mail(
        "From: Bob <bob@partner.com>\nSubject: pumps\n\nFYI\n\nFrom: Anna Blum <anna@blum.de>\nSent: x\nTo: bob\n\
         Subject: Pumps\n\nHow much are 5?\n",
    ));
    assert_eq!(read.person.emails, ["anna@blum.de"]);
}
