//! What the demo sends: real files of four channels, and made-up ones that want our products.

use std::fmt::Write;

use super::super::send::Channel;

/// Rows of the made-up list.
pub(super) const ROWS: u32 = 500;
/// The made-up list is the same in every run.
const SEED: u64 = 20_260_301;
/// One row in so many repeats the person of the row before it.
const DUPLICATE_EVERY: u32 = 13;
/// One row in so many wants nothing that is sold.
const VAGUE_EVERY: u32 = 9;

/// One input, as it will be sent.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) channel: Channel,
    pub(super) name: String,
    pub(super) body: Vec<u8>,
}

/// Everything that the demo sends, always the same.
pub(super) fn all() -> Vec<Input> {
    let real = FILES.iter().map(|(channel, name, body)| Input {
        channel: *channel,
        name: (*name).to_owned(),
        body: body.to_vec(),
    });
    let list =
        Input { channel: Channel::Import, name: "trade-show.csv".to_owned(), body: list().into() };
    real.chain(mails()).chain([list]).collect()
}

macro_rules! files {
    ($($channel:ident $folder:literal: $($name:literal),*;)*) => {
        /// Files of other projects; `ORIGIN.md` beside them says where each comes from.
        const FILES: &[(Channel, &str, &[u8])] = &[$($((
            Channel::$channel,
            $name,
            include_bytes!(concat!("../../../tests/data/", $folder, "/", $name)),
        )),*),*];
    };
}

files! {
    Email "email":
        "abuse-report-arf.eml",
        "adf-lead-empty-to-continuation.eml",
        "advance-fee-scam-undisclosed-recipients.eml",
        "anfrage-xlsx-attachment-no-body.eml",
        "auto-reply-exchange-empty-return-path.eml",
        "auto-reply-polish-no-from.eml",
        "booking-inquiry-reply-base64.eml",
        "bounce-multipart-without-boundary.eml",
        "bounce-office365.eml",
        "display-name-is-another-address.eml",
        "empty-reply-to-uppercase-from.eml",
        "encoded-comma-in-display-name.eml",
        "forward-as-attachment.eml",
        "from-without-angle-brackets.eml",
        "iso-2022-jp-subject-blank-fold.eml",
        "korean-ks_c_5601-1987.eml",
        "newsletter-list-unsubscribe.eml",
        "order-notification-dutch-mbox-from-line.eml",
        "outlook-inline-forward-as-quote.eml",
        "pec-certified-mail-italy.eml",
        "raw-8bit-from-header.eml",
        "read-receipt-mdn.eml",
        "reply-with-signature-phone.eml",
        "spam-german-html-bad-boundary.eml",
        "winmail-dat-koi8r.eml";
    Web "web":
        "adf-minimal-phone-only.xml",
        "aws-ses-lambda-event.json",
        "calendly-invitee-created.json",
        "front-inbound-message.json",
        "intercom-conversation-lead-without-email.json",
        "intercom-lead-created.json",
        "mailchimp-subscribe.json",
        "mandrill-inbound.json",
        "meta-leadgen-page-webhook.json",
        "multipart-chrome-nested-fields.txt",
        "pipedrive-person-added.json",
        "postmark-inbound.json",
        "sendgrid-inbound-parse-multipart.txt";
    Import "import":
        "german-crm-template.ods",
        "google-shared-contacts-outlook-style.csv",
        "linkedin-connections-notes-preamble.csv",
        "password-protected.xlsx",
        "salesforce-accounts.csv",
        "semicolon-decimal-comma.csv",
        "strict-ooxml.xlsx",
        "taiwan-order-contacts.xlsx",
        "three-row-header-bom-semicolon.csv",
        "utf16le-bom.csv";
    Card "card":
        "android-six-cards-qp.vcf",
        "ansi-cp1252-german.vcf",
        "gmail-three-cards.vcf",
        "netscape-no-version-latin1-qp.vcf",
        "org-holds-person-name.vcf",
        "outlook-2007-qp-key-photo.vcf",
        "utf16-bom-two-cards.vcf";
}

/// Enquiries in five languages that name products of the demo catalog.
const LETTERS: &[(&str, &str, &str)] = &[
    (
        "Sarah Whitfield <s.whitfield@harbourcafe.example>",
        "Quote for two Barista Duo",
        "Hello,\n\nwe are opening a second shop in May. Please send us a quote for 2 x Barista Duo and\n\
         10 x Arabica House Blend.\n\nKind regards\nSarah Whitfield\nHarbour Cafe Ltd\n\
         Phone: +44 20 7946 0123\n",
    ),
    (
        "Jörg Brandmüller <brandmueller@hotel-seeblick.example>",
        "Anfrage Kaffeemaschine",
        "Guten Tag,\n\nwir suchen für unser Frühstücksbuffet 1 Barista Pro 500 und 3 Silent Grinder.\n\
         Bitte machen Sie uns ein Angebot.\n\nMit freundlichen Grüßen\nJörg Brandmüller\n\
         Hotel Seeblick GmbH\nTel.: +49 89 1234567\n",
    ),
    (
        "Lucía Ferrer <lucia@panaderiaferrer.example>",
        "Presupuesto",
        "Buenos días:\n\n¿Cuánto cuesta el Barista One? Necesitamos un presupuesto para 4 Barista One\n\
         y 20 Descaling Tablets.\n\nUn saludo\nLucía Ferrer\nPanadería Ferrer\n",
    ),
    (
        "Paolo Ricci <paolo.ricci@bar-centrale.example>",
        "Richiesta di preventivo",
        "Buongiorno,\n\nvorremmo un preventivo per 1 Barista Duo e 2 Aqua Filter Set.\n\n\
         Cordiali saluti\nPaolo Ricci\nBar Centrale\n+39 06 6982 1234\n",
    ),
    (
        "Femke de Vries <femke@bakkerijdevries.example>",
        "Offerte graag",
        "Goedemorgen,\n\nGraag ontvangen wij een offerte voor 12 Barista One.\n\n\
         Met vriendelijke groet\nFemke de Vries\nBakkerij De Vries\n",
    ),
];

fn mails() -> impl Iterator<Item = Input> {
    (1..).zip(LETTERS).map(|(number, (from, subject, text))| {
        let body = format!(
            "From: {from}\nTo: sales@example.com\nSubject: {subject}\n\
             Date: Mon, 02 Mar 2026 09:1{number}:00 +0100\n\
             Message-ID: <enquiry-{number}@demo.example>\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}"
        );
        let name = format!("enquiry-{number}.eml");
        Input { channel: Channel::Email, name, body: body.replace('\n', "\r\n").into_bytes() }
    })
}

/// A list as a trade show hands it over: most want products, some nothing, some stand there twice.
fn list() -> String {
    const GIVEN: &[&str] =
        &["Anna", "Björn", "Chloé", "Diego", "Elif", "Fabio", "Greta", "Henk", "Iris", "João"];
    const FAMILY: &[&str] =
        &["Lindner", "Moretti", "Novak", "Okafor", "Petit", "Quiroga", "Rossi", "Santos"];
    const HOUSES: &[(&str, &str)] = &[
        ("Café", "DE"),
        ("Ristorante", "IT"),
        ("Panadería", "ES"),
        ("Bakkerij", "NL"),
        ("Bistro", "FR"),
    ];
    const PRODUCTS: &[(&str, u32)] = &[
        ("CM-100", 14),
        ("CM-200", 4),
        ("CM-500", 12),
        ("GR-10", 6),
        ("WF-3", 30),
        ("BN-ARA", 40),
        ("CT-1", 50),
        ("SV-1Y", 3),
    ];
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut text =
        "First name,Last name,Email,Company,Country,Currency,SKU,Quantity,Message\n".to_owned();
    for row in 1..=ROWS {
        // The person of the row before, who stopped at the stand twice.
        let person = if row % DUPLICATE_EVERY == 0 { row - 1 } else { row };
        let mut of_person = fastrand::Rng::with_seed(SEED + u64::from(person));
        let given = GIVEN[of_person.usize(..GIVEN.len())];
        let family = FAMILY[of_person.usize(..FAMILY.len())];
        let (house, country) = HOUSES[of_person.usize(..HOUSES.len())];
        let currency = if of_person.u32(..6) == 0 { "USD" } else { "EUR" };
        let email = format!("contact@house-{person}.example");
        let (sku, most) = PRODUCTS[random.usize(..PRODUCTS.len())];
        let vague = row % VAGUE_EVERY == 0;
        let sku = if vague { "" } else { sku };
        let quantity = if vague { String::new() } else { random.u32(1..=most).to_string() };
        let message = if vague { "Took a brochure" } else { "Please quote, \"soon\"" };
        let message = message.replace('"', "\"\"");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{given},{family},{email},\"{house} {family}, No. {person}\",{country},{currency},{sku},\
             {quantity},\"{message}\""
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_sample_of_the_tests_is_sent() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        for folder in ["email", "web", "import", "card"] {
            for entry in std::fs::read_dir(data.join(folder)).expect("the samples lie there") {
                let name =
                    entry.expect("readable").file_name().into_string().expect("a plain name");
                // Bodies without a mail around them are for the reader's own tests.
                let sent = name != "ORIGIN.md" && !name.starts_with("forwarded-body-");
                let known = FILES.iter().any(|(_, known, _)| *known == name);
                assert_eq!(known, sent, "{folder}/{name}");
            }
        }
    }

    #[test]
    fn the_list_is_the_same_in_every_run_and_readable_by_intake() {
        assert_eq!(list(), list());
        let table = intake::table::Table::open(
            list().as_bytes(),
            &intake::ReadOptions::default(),
            &intake::terms::Terms::default(),
        );
        assert_eq!(table.expect("a table of contacts").row_count(), u64::from(ROWS));
    }
}
