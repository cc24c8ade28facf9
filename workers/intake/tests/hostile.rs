//! No bytes make a reader panic, hang or say nothing.

mod promises;

use std::path::Path;
use std::time::{Duration, Instant};

use domain::enquiry::{Channel, TEXT_CHARS_MAX};
use intake::{ReadOptions, external_id, read};
use promises::{check, check_source_map, check_text, content_types};
use proptest::prelude::*;

const CHANNELS: [Channel; 4] = [Channel::Email, Channel::Web, Channel::Import, Channel::Card];
/// The corpora in `fuzz/corpus`, and the reader of each.
const CORPORA: [(&str, Channel); 4] = [
    ("mail", Channel::Email),
    ("web_form", Channel::Web),
    ("csv", Channel::Import),
    ("vcard", Channel::Card),
];
/// Fewer inputs mean that a corpus was lost.
const CORPUS_INPUTS_MIN: usize = 20;
/// Longest that one hostile input of the size below may take, in an unoptimised build on a busy
/// machine; alone it takes about a second.
const TIME_MAX: Duration = Duration::from_secs(10);

macro_rules! samples {
    ($($path:literal),* $(,)?) => {
        [$(include_bytes!(concat!("../../../tests/data/", $path)).as_slice()),*]
    };
}

/// One sample for each path through the readers.
fn samples() -> Vec<&'static [u8]> {
    samples![
        "email/adf-lead-empty-to-continuation.eml",
        "email/forward-as-attachment.eml",
        "email/iso-2022-jp-subject-blank-fold.eml",
        "email/outlook-inline-forward-as-quote.eml",
        "email/pec-certified-mail-italy.eml",
        "email/raw-8bit-from-header.eml",
        "email/reply-with-signature-phone.eml",
        "email/spam-german-html-bad-boundary.eml",
        "email/forwarded-body-hubspot-german.txt",
        "web/adf-minimal-phone-only.xml",
        "web/intercom-lead-created.json",
        "web/mailchimp-subscribe.json",
        "web/mandrill-inbound.json",
        "web/meta-leadgen-page-webhook.json",
        "web/pipedrive-person-added.json",
        "web/postmark-inbound.json",
        "web/sendgrid-inbound-parse-multipart.txt",
        "import/google-shared-contacts-outlook-style.csv",
        "import/linkedin-connections-notes-preamble.csv",
        "import/three-row-header-bom-semicolon.csv",
        "import/utf16le-bom.csv",
        "import/password-protected.xlsx",
        "card/android-six-cards-qp.vcf",
        "card/netscape-no-version-latin1-qp.vcf",
        "card/utf16-bom-two-cards.vcf",
    ]
    .to_vec()
}

/// Reads the bytes through every channel and checks what every reading promises.
fn read_all(bytes: &[u8]) {
    for channel in CHANNELS {
        check(channel, None, bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_samples_are_read_without_a_panic(
        which in 0..25_usize,
        cut in 0.0..1.0_f64,
        flips in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 0..12),
    ) {
        let mut bytes = samples()[which].to_vec();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, clippy::float_arithmetic)]
        let place = |part: f64, length: usize| (part * length as f64) as usize;
        if cut > 0.3 {
            bytes.truncate(place(cut, bytes.len()));
        }
        for (part, value) in flips {
            let length = bytes.len();
            if let Some(byte) = bytes.get_mut(place(part, length)) {
                *byte = value;
            }
        }
        read_all(&bytes);
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,300}") {
        read_all(text.as_bytes());
        read_all(format!("From: {text}\nSubject: {text}\n\n{text}").as_bytes());
        read_all(serde_json::json!({"email": text, "phone": text, "name": text}).to_string().as_bytes());
        read_all(format!("name,phone,email\n{text},{text},{text}").as_bytes());
        read_all(format!("BEGIN:VCARD\nFN:{text}\nTEL:{text}\nEMAIL:{text}\n{text}\nEND:VCARD").as_bytes());
    }

    #[test]
    fn any_phone_is_read_without_a_panic(text in "[+0-9() ./x-]{0,42}", region in "[A-Z]{0,2}") {
        if let Some(phone) = forms::phone(&text, &region) {
            check_text(&phone, TEXT_CHARS_MAX);
        }
    }
}

/// What a fuzz target once found: each broke a promise.
#[test]
fn inputs_that_once_broke_a_promise_keep_it() {
    check(
        Channel::Web,
        Some("application/xml"),
        b"<adf><prospect><nam\0\0e part=\"full\">John Doe</name></prospect></adf>",
    );
    let full = "x".repeat(TEXT_CHARS_MAX);
    check(
        Channel::Import,
        None,
        format!("email,notes 2\na@b.example,{full} and more words").as_bytes(),
    );
}

/// What coverage-guided fuzzing found worth keeping: one input for each path through a reader.
#[test]
fn the_corpora_of_the_fuzz_targets_are_read_without_a_panic() {
    for (target, channel) in CORPORA {
        for bytes in corpus(target) {
            for content_type in content_types(channel) {
                check(channel, *content_type, &bytes);
            }
        }
    }
    corpus("source_map").iter().for_each(|bytes| check_source_map(bytes));
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).expect("the corpus is there");
    let read =
        |file: std::io::Result<std::fs::DirEntry>| file.and_then(|it| std::fs::read(it.path()));
    let inputs: Vec<_> = files.map(|file| read(file).expect("it can be read")).collect();
    assert!(inputs.len() >= CORPUS_INPUTS_MIN, "{target} has only {} inputs", inputs.len());
    inputs
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures how long reading takes")]
fn hostile_inputs_are_answered_in_time() {
    let big = 2 * 1024 * 1024;
    let deep_mail = {
        let mut mail = String::from("From: a@b.de\r\n");
        for n in 0..2_000 {
            mail.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"
            ));
        }
        mail
    };
    let mails = "Content-Type: message/rfc822\r\n\r\n".repeat(5_000);
    let inputs: Vec<(&str, Vec<u8>)> = vec![
        ("deep JSON list", vec![b'['; big]),
        ("deep JSON object", b"{\"a\":".repeat(big / 5)),
        ("wide JSON", format!("{{{}\"z\":1}}", "\"k\":[1],".repeat(big / 10)).into_bytes()),
        (
            "lone surrogates",
            format!("{{\"name\":\"{}\",\"email\":\"a@b.de\"}}", "\\ud800".repeat(big / 6))
                .into_bytes(),
        ),
        ("many fields", b"a=b&".repeat(big / 4)),
        ("deep brackets", [b"a".to_vec(), b"[x]".repeat(big / 3), b"=1".to_vec()].concat()),
        ("deep ADF", [b"<adf><prospect>".to_vec(), b"<a>".repeat(big / 3)].concat()),
        ("many headers", b"From: a@b.de\r\n".repeat(big / 14)),
        ("long header", [b"Subject: ".to_vec(), b"=?utf-8?q?a?= ".repeat(big / 14)].concat()),
        (
            "many boundaries",
            [
                b"From: a@b.de\nContent-Type: multipart/mixed; boundary=x\n\n".to_vec(),
                b"--x\n\na\n".repeat(big / 8),
            ]
            .concat(),
        ),
        ("deep mail", deep_mail.into_bytes()),
        ("mail in mail", [b"From: a@b.de\r\n".to_vec(), mails.into_bytes()].concat()),
        (
            "deep HTML",
            [b"From: a@b.de\nContent-Type: text/html\n\n".to_vec(), b"<div>".repeat(big / 5)]
                .concat(),
        ),
        (
            "open tags",
            [b"From: a@b.de\nContent-Type: text/html\n\n".to_vec(), b"<a <".repeat(big / 4)]
                .concat(),
        ),
        ("quotations", [b"From: a@b.de\n\n".to_vec(), b"From: x\n".repeat(big / 8)].concat()),
        ("wrapped quotations", [b"From: a@b.de\n\n".to_vec(), b"On a\n".repeat(big / 5)].concat()),
        ("one long line", [b"From: a@b.de\n\n".to_vec(), vec![b'a'; big]].concat()),
        ("open quotation mark", [b"email\n\"".to_vec(), vec![b'x'; big]].concat()),
        ("many columns", [b"email".to_vec(), b",a".repeat(big / 2)].concat()),
        ("many cells", [b"email\n".to_vec(), vec![b','; big]].concat()),
        ("many cards", b"BEGIN:VCARD\n".repeat(big / 12)),
        ("one long card", [b"BEGIN:VCARD\nNOTE:".to_vec(), b"a\n b".repeat(big / 4)].concat()),
        ("many card lines", [b"BEGIN:VCARD\n".to_vec(), b"TEL:1\n".repeat(big / 6)].concat()),
        ("nothing but NUL", vec![0; big]),
        ("nothing", Vec::new()),
    ];
    intake::normal::warm_up();
    for (what, bytes) in inputs {
        for channel in CHANNELS {
            let started = Instant::now();
            let _ = external_id(channel, None, &bytes);
            let _ = read(channel, None, &bytes, &ReadOptions::default());
            let took = started.elapsed();
            if took > Duration::from_millis(700) {
                eprintln!("{what} by {channel}: {took:?}");
            }
            assert!(took < TIME_MAX, "{what} by {channel} took {took:?}");
        }
    }
}
