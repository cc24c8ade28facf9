//! What opening a message promises, whatever the bytes: shared by the tests here and the fuzz target,
//! each of which brings `envelope` beside this module.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::decide::{Arrived, Heard};

use super::envelope::{Opened, TYPE_BYTES_MAX, Transport, open};

/// Opens the bytes as a message of the contract and reads it as the workers do (but qualification,
/// whose rule engine a fuzz target had to build too). Lines `name: value` before an empty one are its
/// properties and headers; without an empty line all is the body.
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
    match open(transport, &Bytes::copy_from_slice(body)) {
        Ok(opened) => read(opened, &headers),
        Err(reason) => assert!(reason.ends_with('.'), "{reason:?}"),
    }
}

fn read(opened: Opened, headers: &BTreeMap<String, String>) {
    assert!(!opened.id.is_empty() && !opened.source.is_empty());
    assert!(opened.ty.len() <= TYPE_BYTES_MAX);
    assert!(opened.actor.is_none_or(|actor| !actor.trim().is_empty()), "it names nobody");
    let arrived = Arrived {
        ty: Some(opened.ty),
        headers: headers.clone(),
        body: opened.data,
        ..Arrived::default()
    };
    heard::<intake::When>(&arrived);
    heard::<quoting::When>(&arrived);
    heard::<ordering::When>(&arrived);
    heard::<invoicing::When>(&arrived);
}

fn heard<When: Heard>(arrived: &Arrived) {
    match When::read(arrived) {
        Ok(when) => assert!(when.subject().is_some(), "it is about nothing"),
        Err(malformed) => assert!(!malformed.reason.is_empty(), "no reason is given"),
    }
}
