//! Raw inputs are never malformed: the bytes are stored first, then somebody looks at them.

use super::*;
use crate::installation::form;

const QUEUES: [(&str, &str); 4] = [
    ("intake.email", "message/rfc822"),
    ("intake.web", "application/json"),
    ("intake.import", "text/csv"),
    ("intake.card", "text/vcard"),
];

/// A good input for each queue: it becomes one lead.
fn good(queue: &str, n: usize) -> Vec<u8> {
    match queue {
        "intake.email" => {
            format!("From: Ana <ana@e{n}.example>\r\nSubject: Buy\r\n\r\nTwo, please.\r\n")
        }
        "intake.import" => format!("name,email\nAna,ana@i{n}.example\n"),
        "intake.card" => {
            format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nEMAIL:ana@c{n}.example\r\nEND:VCARD\r\n"
            )
        }
        _ => return form(n),
    }
    .into_bytes()
}

/// What nobody can make a lead of, whichever queue it comes to.
fn hopeless() -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        b"\xff\xfe\x00\x80\xc3".to_vec(),
        vec![0; 4_000],
        [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
        b"PK\x03\x04 a spreadsheet".to_vec(),
    ]
}

/// The bytes of all inputs that came by themselves, with what became of them.
const STORED: &str = "SELECT encode(sha256(string_agg(bytes, ''::bytea ORDER BY n)), 'hex') || ' ' || \
                      verdict || ' ' || reason FROM input JOIN input_chunk ON input = input.id \
                      GROUP BY input.id, verdict, reason";

#[tokio::test]
async fn f25_hopeless_inputs_are_kept_and_held_and_good_ones_around_them_become_leads() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let mut wild = Vec::new();
    for (queue, _) in QUEUES {
        wild.push(Wild::to(queue, good(queue, 1)));
        wild.extend(hopeless().into_iter().map(|body| Wild::to(queue, body)));
        wild.push(Wild::to(queue, good(queue, 2)));
    }
    let sent: Vec<_> = wild.iter().map(|wild| digest(&wild.body)).collect();
    publish(&it, wild).await;
    it.until("8 leads are there", "SELECT count(*) = 8 FROM lead").await;
    let all = "SELECT count(*) = 28 FROM input WHERE collection IS NULL AND verdict <> 'received'";
    it.until("all have a verdict", all).await;
    let stored = it.texts(STORED).await;
    assert_eq!(stored.len(), sent.len());
    for digest in sent {
        assert!(
            stored.iter().any(|row| row.starts_with(&digest)),
            "the bytes of {digest} are gone"
        );
    }
    for row in stored {
        assert!(row.ends_with('.') && row.len() > 90, "no reason: {row}");
    }
    let unjudged = "SELECT count(*) FROM input WHERE verdict IN ('held', 'rejected')";
    assert_eq!(it.count(unjudged).await, 20);
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn f25_nul_and_halves_of_characters_cost_nothing_but_themselves() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let bodies: [(&str, &[u8]); 8] = [
        ("intake.web", br#"{"name":"Ana\u0000 Lopez","email":"ana@w1.example","n\u0000":"\u0000"}"#),
        ("intake.web", br#"{"name":"Ana \ud800","email":"ana@w2.example","message":"\udc00 hello"}"#),
        ("intake.web", b"name=Ana%00&email=ana@w3.example&message=%ff%fe\xff"),
        (
            "intake.web",
            br#"[{"name":"Ana\u0000","email":"ana@w4.example","x\u0000":"\u0000"},{"email":"ana@w5.example"}]"#,
        ),
        ("intake.email", b"From: A\0na <ana@e1.example>\r\nSubject: \0 \xff\r\n\r\nTwo\0 \xff please.\r\n"),
        ("intake.import", b"name,email,note\nAna,ana@i1.example,\\u0000 \xff\xe4\n"),
        ("intake.card", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\0na \xff\r\nEMAIL:ana@c1.example\r\nEND:VCARD\r\n"),
        (
            "intake.card",
            b"BEGIN:VCARD\r\nFN:A\0\r\nEMAIL:a@c2.example\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:B\r\nEMAIL:b@c2.example\r\nEND:VCARD\r\n",
        ),
    ];
    publish(&it, bodies.iter().map(|(queue, body)| Wild::to(queue, *body)).collect()).await;
    it.until("all 10 are leads", "SELECT count(*) = 10 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    let stored = it.texts(STORED).await.join("\n");
    for (_, body) in bodies {
        assert!(stored.contains(&digest(body)), "{}", String::from_utf8_lossy(body));
    }
    intake.stop().await;
}

#[tokio::test]
async fn f25_odd_properties_and_headers_do_not_stop_a_queue() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let mut odd = Vec::new();
    for (n, (queue, content_type)) in QUEUES.into_iter().enumerate() {
        let of = |n: usize| Wild::to(queue, good(queue, n));
        let mut headers = FieldTable::default();
        headers.insert("a\0b".into(), AMQPValue::LongString("c\0d".into()));
        headers.insert("traceparent".into(), AMQPValue::LongString("x\0".into()));
        headers.insert("bytes".into(), AMQPValue::LongString(b"\xff\x00".as_slice().into()));
        let nul = || format!("{content_type}\0");
        odd.push(of(10 * n + 1).with(|p| p.with_headers(ten_thousand_headers())));
        odd.push(of(10 * n + 2).with(|p| {
            p.with_headers(headers)
                .with_content_type(nul().into())
                .with_message_id("i\0".into())
                .with_app_id("a\0".into())
                .with_type("t\0".into())
        }));
        odd.push(of(10 * n + 3).with(|p| p.with_content_type("image/png".into())));
    }
    publish(&it, odd).await;
    it.until("all 12 are leads", "SELECT count(*) = 12 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    assert_eq!(it.count("SELECT count(*) FROM event WHERE traceparent IS NOT NULL").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn f25_an_input_of_100_mb_is_refused_by_the_broker_or_stored_whole_and_held() {
    let it = Installation::new().await;
    let large = vec![b'x'; 100 * 1024 * 1024];
    let expected = format!("{} held The input has 104857600 bytes", digest(&large));
    publish(&it, vec![Wild::to("intake.web", form(1))]).await;
    let taken = publish_large(&it, Wild::to("intake.web", large)).await;
    publish(&it, vec![Wild::to("intake.web", form(2))]).await;
    let intake = it.start(&["intake"], &[]);
    it.until("both forms are leads", "SELECT count(*) = 2 FROM lead").await;
    if taken {
        it.until("all have a verdict", "SELECT count(*) = 3 FROM input").await;
        let stored = it.texts(STORED).await;
        assert!(stored.iter().any(|row| row.starts_with(&expected)), "{stored:?}");
    }
    intake.stop().await;
    assert_eq!(it.count("SELECT count(*) FROM input").await, 2 + i64::from(taken));
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
}
