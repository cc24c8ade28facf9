//! What opening a message promises, whatever the bytes: shared by the tests here and the fuzz target.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use domain::decide::Arrived;
use domain::host::Hosted;
use leadmill::envelope::{Opened, Transport, open};
use leadmill::settings::Sources;
use leadmill::workers;

static WORKERS: LazyLock<Vec<Box<dyn Hosted>>> = LazyLock::new(|| {
    let sources = Sources::default().with_servers("postgres://127.0.0.1/x", "amqp://127.0.0.1");
    let settings = sources.settings().expect("the built-in settings are good");
    workers::all(&settings).expect("the built-in rules are good")
});

/// Opens the bytes as a message of the contract and lets every worker read it. Lines `name: value`
/// before an empty one are its properties and headers; without an empty line all is the body.
pub fn check(bytes: &[u8]) {
    let middle = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = middle.map_or((&[][..], bytes), |at| (&bytes[..at], &bytes[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<_, _> =
        lines.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let property = |name: &str| headers.get(name).map(String::as_str);
    let transport = Transport {
        content_type: property("content_type"),
        message_id: property("message_id"),
        kind: property("type"),
        app_id: property("app_id"),
        headers: &headers,
    };
    match open(transport, body) {
        Ok(opened) => read(opened, &headers),
        Err(reason) => assert!(reason.ends_with('.'), "{reason:?}"),
    }
}

fn read(opened: Opened, headers: &BTreeMap<String, String>) {
    assert!(!opened.id.is_empty() && !opened.source.is_empty());
    let arrived = Arrived {
        ty: Some(opened.ty),
        headers: headers.clone(),
        body: Arc::clone(&opened.data),
        ..Arrived::default()
    };
    for worker in &*WORKERS {
        match worker.read(&arrived) {
            Ok(when) => assert!(worker.subject(&when).is_some(), "it is about nothing"),
            Err(malformed) => assert!(!malformed.0.is_empty(), "no reason is given"),
        }
    }
}
