//! Every public sample is read as a careful person reads it.

use domain::enquiry::{Channel, Enquiry, LeadSource, NoLead, Part, PartReading, Reading};
use intake::table::Table;
use intake::terms::Terms;
use intake::{ReadOptions, external_id, mail, read};

macro_rules! sample {
    ($path:literal) => {
        include_bytes!(concat!("../../../tests/data/", $path)).as_slice()
    };
}

fn options() -> ReadOptions {
    ReadOptions { own_domains: vec!["leadmill.example".to_owned()], ..ReadOptions::default() }
}

fn enquiry(reading: Reading) -> Enquiry {
    match reading {
        Reading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?}"),
    }
}

fn letter(bytes: &[u8]) -> Enquiry {
    enquiry(read(Channel::Email, None, bytes, &options()))
}

fn web(bytes: &[u8]) -> Enquiry {
    enquiry(read(Channel::Web, None, bytes, &options()))
}

fn kind(channel: Channel, bytes: &[u8]) -> Option<NoLead> {
    match read(channel, None, bytes, &options()) {
        Reading::NoLead { kind, reason } => {
            assert!(reason.ends_with('.'), "{reason}");
            Some(kind)
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn unclear(channel: Channel, bytes: &[u8]) -> String {
    match read(channel, None, bytes, &options()) {
        Reading::Unclear { reason, .. } => reason,
        other => panic!("not unclear: {other:?}"),
    }
}

#[track_caller]
fn says(read: &Enquiry, name: Option<&str>, email: &str, topic: &str) {
    assert_eq!(read.person.full_name().as_deref(), name);
    assert_eq!(read.person.emails.first().map(String::as_str), Some(email));
    assert_eq!(read.topic.as_deref(), Some(topic));
}

#[test]
fn f2_a_personal_mail_becomes_an_enquiry_of_its_writer() {
    let read = letter(sample!("email/anfrage-xlsx-attachment-no-body.eml"));
    says(
        &read,
        None,
        "from@there.com",
        "386 - 400021804 - 19., Heiligenstädter Straße 80 - 0819306 - Anfrage Vergabevorschlag",
    );
    assert_eq!(read.source, LeadSource::Email);
    assert!(read.other.iter().any(|o| o.value == "2021_Mängelliste_0819306.xlsx"), "{read:?}");

    let read = letter(sample!("email/display-name-is-another-address.eml"));
    says(&read, None, "bob@example.com", "Test email with email address as display name");
    assert_eq!(read.person.emails, ["bob@example.com", "ivan@example.com"]);

    let read = letter(sample!("email/empty-reply-to-uppercase-from.eml"));
    says(&read, Some("Sender"), "sender@example.com", "Empty Reply-To address");
    assert_eq!(read.person.emails.len(), 1);

    let read = letter(sample!("email/encoded-comma-in-display-name.eml"));
    says(
        &read,
        Some("FirstName LastßlName"),
        "comma.name@example.com",
        "Test for Comma and Name Bugs",
    );
    assert_eq!(read.person.family_name.as_deref(), Some("LastßlName"));
    assert_eq!(read.person.emails.len(), 1);

    let read = letter(sample!("email/from-without-angle-brackets.eml"));
    says(&read, Some("Big Bug"), "bb@bug.com", "undef method parameter bug");
    assert_eq!(read.message.as_deref(), Some("foo bar"));

    let read = letter(sample!("email/raw-8bit-from-header.eml"));
    says(
        &read,
        Some("Ingo Lütkebohle"),
        "ingo@blank.pages.de",
        "Re: running server as root (Was: Re: PUT method)",
    );
    assert_eq!(read.company.as_deref(), Some("dev/consulting GmbH"));
    assert_eq!(read.person.emails.len(), 1, "the list is not the writer's address");
    let message = read.message.unwrap_or_default();
    assert!(message.starts_with("Isn't that the case") && !message.contains("Marc"), "{message}");
}

#[test]
fn f2_charsets_and_broken_folding_do_not_hide_the_text() {
    let read = letter(sample!("email/korean-ks_c_5601-1987.eml"));
    says(&read, None, "name@company.com", "[Korea] Name");
    assert_eq!(read.message.as_deref(), Some("My traveling companions!\nMy friend, Le Pliage!"));
    let read = letter(sample!("email/winmail-dat-koi8r.eml"));
    says(&read, Some("RR Tester 1"), "rrtest1@xink.io", "rr test 7");
    assert_eq!(read.message.as_deref(), Some("шостий"));

    // A greeting alone asks for nothing; its header is read all the same.
    let sample = sample!("email/iso-2022-jp-subject-blank-fold.eml");
    assert_eq!(kind(Channel::Email, sample), Some(NoLead::Conversation));
    let read = mail::parse(sample).expect("parses");
    assert_eq!(read.subject.as_deref(), Some("Re: TEST テストテスト"));
    assert_eq!(read.text.trim(), "Hello");
    let from = read.from.expect("a sender");
    assert_eq!(from.name.as_deref(), Some("Atsushi Yoshida"));
    assert_eq!(from.email, "atsushi@example.com");
}

#[test]
fn f2_a_reply_is_read_without_what_it_answers() {
    let read = letter(sample!("email/booking-inquiry-reply-base64.eml"));
    says(&read, Some("Joe Doe"), "xxx@example.com", "Re: You've got a new booking inquiry!");
    let message = read.message.unwrap_or_default();
    assert!(message.contains("3 or 4 course dinner") && message.ends_with("Joe XXX"), "{message}");

    let read = letter(sample!("email/reply-with-signature-phone.eml"));
    says(
        &read,
        Some("Sony Mathew"),
        "sony@chatwoot.com",
        "Re: Checking mail forwarding to cw inbox",
    );
    assert_eq!(
        read.message.as_deref(),
        Some("Yes, I am providing you step how to reproduce this issue")
    );
    assert_eq!(read.person.phones, ["9999999999"]);
    assert_eq!(read.person.job_title.as_deref(), Some("Software developer"));

    assert_eq!(
        kind(Channel::Email, sample!("email/outlook-inline-forward-as-quote.eml")),
        Some(NoLead::Conversation)
    );
}

#[test]
fn f2_the_contact_of_a_forward_is_whoever_wrote_first() {
    let read = letter(sample!("email/forward-as-attachment.eml"));
    says(&read, Some("Kirk Douglas"), "dan@example.com", "Thanks!");
    assert!(read.person.phones.is_empty(), "the signature is somebody else's: {read:?}");
    assert!(
        read.other.iter().any(|o| o.name == "forwarded_by" && o.value.contains("bob@example.net"))
    );
    let read = letter(sample!("email/pec-certified-mail-italy.eml"));
    says(&read, None, "test@example.com", "test-subject");
    assert_eq!(read.message.as_deref(), Some("test-content"));
}

#[test]
fn f2_a_forwarded_text_names_its_inner_sender() {
    for (bytes, sent) in [
        (
            sample!("email/forwarded-body-hubspot-german.txt"),
            "Montag, 19. September 2022, 17:55:44 -0400",
        ),
        (sample!("email/forwarded-body-outlook-live.txt"), "Wednesday, October 27, 2021 15:14"),
    ] {
        let found = mail::forwarded(&String::from_utf8_lossy(bytes)).expect("a forward");
        assert_eq!(found.from.name.as_deref(), Some("John Doe"));
        assert_eq!(found.from.email, "john.doe@acme.com");
        assert_eq!(found.subject.as_deref(), Some("Integer consequat non purus"));
        assert_eq!(found.sent.as_deref(), Some(sent));
        assert!(found.certain && found.before.is_empty());
        assert!(found.body.starts_with("Aenean quis"), "{}", found.body);
        assert!(found.body.ends_with("sagittis eget."), "{}", found.body);
    }
}

#[test]
fn f2_mail_of_machines_and_swindlers_is_no_lead() {
    for (bytes, expected) in [
        (sample!("email/abuse-report-arf.eml"), NoLead::Report),
        (sample!("email/read-receipt-mdn.eml"), NoLead::Report),
        (sample!("email/bounce-multipart-without-boundary.eml"), NoLead::Bounce),
        (sample!("email/bounce-office365.eml"), NoLead::Bounce),
        (sample!("email/auto-reply-exchange-empty-return-path.eml"), NoLead::AutoReply),
        (sample!("email/auto-reply-polish-no-from.eml"), NoLead::AutoReply),
        (sample!("email/newsletter-list-unsubscribe.eml"), NoLead::Newsletter),
        (sample!("email/order-notification-dutch-mbox-from-line.eml"), NoLead::Notification),
        (sample!("email/advance-fee-scam-undisclosed-recipients.eml"), NoLead::Spam),
        (sample!("email/spam-german-html-bad-boundary.eml"), NoLead::Spam),
    ] {
        assert_eq!(kind(Channel::Email, bytes), Some(expected));
    }
}

#[test]
fn f19_the_scam_is_spam_by_its_words_too() {
    let raw = String::from_utf8_lossy(sample!("email/advance-fee-scam-undisclosed-recipients.eml"));
    let unmarked = raw.replace("X-Spam-Status: Yes", "X-Other: 1");
    assert_eq!(kind(Channel::Email, unmarked.as_bytes()), Some(NoLead::Spam));
}

#[test]
fn f2_a_distributors_mail_that_is_cut_off_goes_to_a_person() {
    let reason = unclear(Channel::Email, sample!("email/adf-lead-empty-to-continuation.eml"));
    assert!(reason.contains("ADF"), "{reason}");
    let letter = mail::parse(sample!("email/adf-lead-empty-to-continuation.eml")).expect("parses");
    assert_eq!(letter.subject.as_deref(), Some("[Online Lead] Online Lead #1111111"));
    assert!(letter.to.iter().any(|to| to.email == "cc@c-l-example.com"), "{:?}", letter.to);
}

#[test]
fn f1_vendors_hooks_become_enquiries() {
    let read = web(sample!("web/calendly-invitee-created.json"));
    assert_eq!(read.person.full_name().as_deref(), Some("Betty"));
    assert_eq!(read.person.emails, ["betty@rei.com"]);
    assert!(read.other.iter().any(|o| o.value == "America/New_York"));

    let read = web(sample!("web/intercom-lead-created.json"));
    assert_eq!(read.person.full_name().as_deref(), Some("Johnny Bravo"));
    assert_eq!(read.person.emails, ["johnnybravo@rei.com"]);
    assert_eq!(read.company.as_deref(), Some("REI"));
    assert!(read.person.phones.is_empty());
    let address = read.address.unwrap_or_default();
    assert_eq!((address.city.as_deref(), address.country.as_deref()), (Some("Dublin"), Some("IE")));

    let read = web(sample!("web/mailchimp-subscribe.json"));
    assert_eq!(read.person.full_name().as_deref(), Some("John Doe"));
    assert_eq!(read.person.emails, ["john@test.com"]);
    assert_eq!(read.person.phones, ["1123123123"]);
    assert!(read.consent && read.submitted_at.is_none());
    let address = read.address.unwrap_or_default();
    assert_eq!((address.country.as_deref(), address.city, address.line1), (Some("US"), None, None));

    let read = web(sample!("web/pipedrive-person-added.json"));
    assert_eq!(read.person.full_name().as_deref(), Some("Tim"));
    assert_eq!(read.person.emails, ["timmy@theco.com"]);
    assert_eq!(read.person.phones, ["5553452345"]);
    assert_eq!(read.company.as_deref(), Some("TheCo"));
}

#[test]
fn f1_gateways_hooks_are_read_as_the_mail_they_hold() {
    let read = web(sample!("web/front-inbound-message.json"));
    says(&read, Some("Sabrina Calhoun"), "sabrina@fictionalcustomer.com", "Package update?");
    assert!(read.message.unwrap_or_default().contains("When will it be delivered?"));

    let read = web(sample!("web/mandrill-inbound.json"));
    says(&read, Some("From Name"), "from@example.com", "[inbound] Sample Subject");

    let read = web(sample!("web/postmark-inbound.json"));
    says(&read, Some("John Doe"), "myuser@theirdomain.com", "This is an inbound message");
    assert_eq!(read.message.as_deref(), Some("Ok, thanks for letting me know!"));
    assert!(read.other.iter().any(|o| o.value == "ahoy"), "{read:?}");

    let read = web(sample!("web/sendgrid-inbound-parse-multipart.txt"));
    says(&read, Some("Example User"), "test@example.com", "Testing non-raw");
    assert_eq!(read.message.as_deref(), Some("Hello Twilio SendGrid!"));
}

#[test]
fn f1_adf_names_the_customer_and_not_the_dealer() {
    let read = web(sample!("web/adf-minimal-phone-only.xml"));
    assert_eq!(read.person.full_name().as_deref(), Some("John Doe"));
    assert_eq!(read.person.phones, ["393-999-3922"]);
    assert_eq!((read.company, read.person.emails.len()), (None, 0));
    assert_eq!(read.topic.as_deref(), Some("buy used 1999 Chevrolet Blazer"));
    assert_eq!(read.interest[0].product, "1999 Chevrolet Blazer");
    assert_eq!(
        read.submitted_at.map(|at| at.to_rfc3339()).as_deref(),
        Some("2020-02-09T23:26:00+00:00")
    );
}

#[test]
fn f1_what_must_be_fetched_or_completed_goes_to_a_person() {
    let reason = unclear(Channel::Web, sample!("web/meta-leadgen-page-webhook.json"));
    assert!(reason.contains("233370042045345"), "{reason}");
    let reason =
        unclear(Channel::Web, sample!("web/intercom-conversation-lead-without-email.json"));
    assert!(reason.contains("75067020-1204-495c-8edc-abb7d88bdd43"), "{reason}");
    let reason = unclear(Channel::Web, sample!("web/aws-ses-lambda-event.json"));
    assert!(reason.contains("aws@amazon.com") && reason.contains("Test Subject"), "{reason}");
    let profile = sample!("web/multipart-chrome-nested-fields.txt");
    assert_eq!(kind(Channel::Web, profile), Some(NoLead::OtherEvent));
}

#[test]
fn f11_the_senders_own_key_is_found() {
    for (bytes, expected) in [
        (sample!("web/meta-leadgen-page-webhook.json"), Some("233370042045345")),
        (sample!("web/postmark-inbound.json"), Some("22c74902-a0c1-4511-804f2-341342852c90")),
        (sample!("web/front-inbound-message.json"), Some("msg_1sagx9sk")),
        (
            sample!("web/calendly-invitee-created.json"),
            Some(
                "https://api.calendly.com/scheduled_events/DDVRNUTABYGF4LO2/invitees/AHT4VZ5PQYFOSTFB",
            ),
        ),
        (
            sample!("web/intercom-lead-created.json"),
            Some("notif_d67fe036-69ce-4202-99c7-0b99c9a5b098"),
        ),
        (sample!("web/multipart-chrome-nested-fields.txt"), None),
        (sample!("web/adf-minimal-phone-only.xml"), None),
    ] {
        assert_eq!(external_id(Channel::Web, None, bytes).map(|id| id.key).as_deref(), expected);
    }
    let raw = sample!("email/from-without-angle-brackets.eml");
    let id = mail::identity(raw).expect("has a Message-Id");
    assert!(id.starts_with("201002191008.30117.foo.bar@company.com:"), "{id}");
    let moved = [b"Received: by another mailbox\r\n", raw].concat();
    let first_line = raw.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
    assert_eq!(mail::identity(&raw[first_line..]), Some(id.clone()));
    assert!(mail::identity(&moved).is_some());
    assert_eq!(mail::identity(sample!("email/auto-reply-polish-no-from.eml")), None);
}

fn rows(bytes: &[u8]) -> Vec<Part> {
    let table = Table::open(bytes, &options(), &Terms::default()).expect("opens");
    let rows = table.rows(1, 1000);
    assert_eq!(rows.len() as u64, table.row_count());
    rows
}

fn row(part: &Part) -> &Enquiry {
    match &part.reading {
        PartReading::Enquiry(enquiry) => enquiry,
        other => panic!("no enquiry: {other:?}"),
    }
}

#[test]
fn f5_rows_of_contacts_are_read_and_rows_to_delete_are_not_wanted() {
    let rows = rows(sample!("import/google-shared-contacts-outlook-style.csv"));
    let adam = row(&rows[0]);
    assert_eq!(adam.person.full_name().as_deref(), Some("Adam Glacius"));
    assert_eq!(
        adam.person.emails,
        ["adam.glacius@anycom.com", "adam.g@example.com", "ag@glacius.com"]
    );
    assert!(adam.person.phones.contains(&"+1 555 3227 8544".to_owned()), "{adam:?}");
    assert_eq!(adam.company.as_deref(), Some("Acme Inc."));
    assert_eq!(adam.person.job_title.as_deref(), Some("Sales Planner"));
    assert!(matches!(rows[1].reading, PartReading::NoLead { kind: NoLead::NotWanted, .. }));
    assert!(matches!(rows[2].reading, PartReading::NoLead { kind: NoLead::OtherEvent, .. }));
    assert_eq!(rows[1].original["Name"], "Daniel Ireland");
}

#[test]
fn f5_a_header_below_notes_and_a_list_of_accounts_are_understood() {
    let connections = rows(sample!("import/linkedin-connections-notes-preamble.csv"));
    assert_eq!(connections.len(), 10);
    let ada = row(&connections[0]);
    assert_eq!(ada.person.full_name().as_deref(), Some("Ada Lovelace"));
    assert_eq!(ada.company.as_deref(), Some("Analytical Engines Inc"));
    let bob = row(&connections[4]);
    assert_eq!((bob.person.full_name().as_deref(), &bob.company), (Some("Bob Lee"), &None));
    assert_eq!(row(&connections[9]).company.as_deref(), Some("University of Nowhere"));

    let accounts = rows(sample!("import/salesforce-accounts.csv"));
    assert_eq!(accounts.len(), 100);
    for account in &accounts {
        let read = row(account);
        assert!(read.company.as_deref().is_some_and(|name| name.starts_with("account insert #")));
        assert!(read.person.full_name().is_none() && read.person.phones.len() == 1, "{read:?}");
        assert!(read.website.is_some());
    }
}

#[test]
fn f5_files_without_contacts_are_refused_with_the_reason() {
    for (bytes, expected) in [
        (sample!("import/semicolon-decimal-comma.csv"), "This, Are, Headers"),
        (sample!("import/utf16le-bom.csv"), "column1"),
    ] {
        let reason = unclear(Channel::Import, bytes);
        assert!(reason.contains(expected), "{reason}");
    }
    let signals = rows(sample!("import/three-row-header-bom-semicolon.csv"));
    assert_eq!(signals.len(), 2);
    for signal in signals {
        assert!(matches!(signal.reading, PartReading::NoLead { kind: NoLead::OtherEvent, .. }));
    }
}

fn cards(bytes: &[u8]) -> Vec<Part> {
    intake::card::read_all(bytes, &options())
}

#[test]
fn f3_cards_of_phones_and_mail_programs_are_read() {
    let many = cards(sample!("card/android-six-cards-qp.vcf"));
    assert_eq!(many.len(), 6);
    assert_eq!(row(&many[0]).person.emails, ["john.doe@company.com"]);
    assert_eq!(row(&many[1]).person.emails, ["jane.doe@company.com"]);
    assert_eq!(row(&many[2]).person.full_name().as_deref(), Some("Ñ Ñ Ñ Ñ"));
    assert_eq!(row(&many[2]).person.phones, ["123456789"]);
    assert_eq!(row(&many[3]).person.phones.len(), 4);
    assert_eq!(row(&many[4]).person.emails, ["bob@company.com"]);
    assert_eq!(row(&many[5]).person.emails, ["henry@company.com"]);
    assert_eq!(row(&many[5]).person.phones, ["55556666"]);
    assert_eq!(row(&many[5]).person.full_name().as_deref(), Some("ÑÑÑÑ"));

    let gmail = cards(sample!("card/gmail-three-cards.vcf"));
    let emails: Vec<_> = gmail.iter().map(|part| row(part).person.emails[0].as_str()).collect();
    assert_eq!(emails, ["asmithk@gmail.com", "chrisy55d@yahoo.com", "dwhite@gmail.com"]);
    assert_eq!(row(&gmail[1]).person.family_name.as_deref(), Some("Beatle"));

    let old = cards(sample!("card/netscape-no-version-latin1-qp.vcf"));
    let mayor = row(&old[0]);
    assert_eq!(mayor.person.given_name.as_deref(), Some("Meister"));
    assert_eq!(mayor.person.family_name.as_deref(), Some("Berger"));
    assert_eq!(mayor.person.emails, ["mb@goerlitz.de"]);
    assert_eq!(mayor.person.phones, ["+493581123456"]);
    assert_eq!((mayor.person.job_title.as_deref(), &mayor.company), (Some("Mayor"), &None));

    let outlook = cards(sample!("card/outlook-2007-qp-key-photo.vcf"));
    let mike = row(&outlook[0]);
    assert_eq!(mike.person.given_name.as_deref(), Some("Michael"));
    assert_eq!(mike.person.emails, ["mike.angstadt@gmail.com"]);
    assert_eq!(mike.company.as_deref(), Some("TheCompany"));
    assert_eq!(mike.person.job_title.as_deref(), Some("TheJobTitle"));
    assert_eq!(mike.person.phones, ["(111) 555-1111", "(111) 555-4444", "(111) 555-2222"]);
}

#[test]
fn f3_charsets_and_misused_fields_of_cards_are_understood() {
    let two = cards(sample!("card/utf16-bom-two-cards.vcf"));
    let folker = row(&two[0]);
    assert_eq!(folker.person.full_name().as_deref(), Some("Folker Kinzel"));
    assert_eq!(folker.person.emails[0], "email1@wumms.de");
    assert_eq!(folker.person.phones, ["0123-45678"]);
    let address = folker.address.clone().unwrap_or_default();
    assert_eq!(address.line1.as_deref(), Some("Berliner Str. 85"));
    assert_eq!(
        (address.postal_code.as_deref(), address.country.as_deref()),
        (Some("06789"), Some("DE"))
    );
    let branch = row(&two[1]);
    assert_eq!(branch.company.as_deref(), Some("KMS Außenstelle"));
    assert_eq!(branch.person.emails, ["blablö@blub.com"]);
    assert_eq!(branch.person.phones, ["03443-303776"]);

    let apple = cards(sample!("card/org-holds-person-name.vcf"));
    let jane = row(&apple[0]);
    assert_eq!((jane.person.full_name().as_deref(), &jane.company), (Some("Jane Doe"), &None));
    // One digit more than British numbers have: as written, and nobody's key.
    assert_eq!(jane.person.phones, ["004412345667890"]);
    assert_eq!(row(&apple[1]).person.full_name().as_deref(), Some("John Doe"));

    let reason = unclear(Channel::Card, sample!("card/ansi-cp1252-german.vcf"));
    assert!(reason.contains("Sören Nüßlebaum"), "{reason}");
}
