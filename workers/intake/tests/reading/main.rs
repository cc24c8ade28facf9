//! Inputs are read as a careful person reads them: tables of short ones, of many kinds and languages.

use domain::enquiry::{Channel, Enquiry, PartReading, Reading};
use intake::{ReadOptions, read};
use serde_json::Value;

mod careful;
mod fields;
mod kinds;
mod lists;
mod mail;

fn web(tree: &Value) -> Reading {
    let bytes = tree.to_string();
    read(Channel::Web, Some("application/json"), bytes.as_bytes(), &ReadOptions::default())
}

#[track_caller]
fn asked(tree: &Value) -> Enquiry {
    match web(tree) {
        Reading::Enquiry(enquiry) => *enquiry,
        other => panic!("no enquiry: {other:?} of {tree}"),
    }
}

#[track_caller]
fn rows(text: &[u8]) -> Vec<PartReading> {
    match read(Channel::Import, None, text, &ReadOptions::default()) {
        Reading::Parts(parts) => parts.into_iter().map(|part| part.reading).collect(),
        other => panic!("no rows: {other:?}"),
    }
}

#[track_caller]
fn row(reading: &PartReading) -> &Enquiry {
    match reading {
        PartReading::Enquiry(enquiry) => enquiry,
        other => panic!("no enquiry: {other:?}"),
    }
}

fn name(read: &Enquiry) -> String {
    read.person.full_name().unwrap_or_default()
}
