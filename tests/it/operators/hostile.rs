//! Texts of senders that a terminal would obey: seen by people, escaped for programs, never obeyed.

use leadmill::messaging::Outgoing;
use uuid::Uuid;

use super::*;
use crate::installation::{command, raw};

/// A title for the window, a cleared screen, the one-byte form of both, and letters that run backwards.
const HOSTILE: &str =
    "x\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}y";

fn obeyed(c: char) -> bool {
    let directs = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}');
    c.is_control() && c != '\n' || directs || ('\u{2028}'..='\u{202e}').contains(&c)
}

#[tokio::test]
async fn nothing_that_a_sender_wrote_reaches_the_terminal_as_an_order() {
    let it = Installation::new().await;
    let workers = it.start(&["quoting"], &[]);
    let broken = Outgoing {
        headers: vec![("x-note".into(), HOSTILE.into())],
        ..raw("quoting", "text/plain", HOSTILE.into())
    };
    let unknown = command(HOSTILE, "quote.activate.v1", &json!({ "quote": Uuid::new_v4() }));
    it.publish(vec![broken, unknown]).await;
    it.until("one is parked", "SELECT count(*) = 1 FROM parked").await;
    let named = format!("SELECT count(*) = 1 FROM received WHERE external_id = '{HOSTILE}'");
    it.until("the other is known", &named).await;
    // Whoever is not careful with a queue, a source or a reason of ours is careful with all of them.
    it.execute(&format!(
        "INSERT INTO parked (id, worker, queue, class, reason, properties, body)
         VALUES (gen_random_uuid(), '{HOSTILE}', '{HOSTILE}', 'type', '{HOSTILE}', '{{}}', 'x');
         INSERT INTO input (id, sequence, channel, reason, enquiry, verdict)
         SELECT gen_random_uuid(), 0, 'web', '{HOSTILE}',
                jsonb_build_object('source', 'web', 'company', '{HOSTILE}'), 'held'"
    ))
    .await;
    let parked = it.texts("SELECT id::text FROM parked ORDER BY length(body)").await;
    let received = "SELECT id::text FROM received WHERE kind = 'quote.activate.v1'";
    let received = it.texts(received).await.remove(0);
    let input = it.texts("SELECT id::text FROM input").await.remove(0);
    let [planted, broken] = [&parked[0], &parked[1]];
    let mut seen = 0;
    for verb in [
        &["parked", "list"][..],
        &["parked", "show", planted],
        &["parked", "show", broken],
        &["parked", "replay", planted],
        &["trace", &received],
        &["trace", HOSTILE],
        &["trace", &format!("nobody-{HOSTILE}")],
        &["trace", "--customer", HOSTILE],
        &["list", "inputs"],
        &["show", "input", &input],
        &["status"],
        &["audit"],
    ] {
        for arguments in [verb.to_vec(), [verb, &["--json"]].concat()] {
            let Output { out, err, .. } = leadmill(&it, &arguments).await;
            assert!(!out.chars().chain(err.chars()).any(obeyed), "{arguments:?}: {out:?} {err:?}");
            let shown = [r"\u{1b}", r"\u{202e}", r"\u001b", r"\u202e"];
            seen += usize::from(shown.iter().any(|escape| (out.clone() + &err).contains(escape)));
        }
    }
    assert!(seen >= 18, "the texts are seen, not left out: {seen}");
    let body = leadmill(&it, &["parked", "show", "--body", broken]).await;
    assert!(body.out.contains('\u{202e}'), "where no terminal is, the bytes are as they arrived");
    workers.stop().await;
}
