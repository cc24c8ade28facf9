//! What every reading promises, whatever the bytes: shared by the tests here and the fuzz targets.

use domain::commands::InputRelease;
use domain::enquiry::{Channel, Enquiry, MESSAGE_CHARS_MAX, PartReading, Reading, TEXT_CHARS_MAX};
use domain::ids::InputId;
use domain::message::Message;
use domain::shape::fit;
use intake::sources::SourceMap;
use intake::{ReadOptions, external_id, read};

/// Reads the bytes through one channel and checks what the reading promises.
pub fn check(channel: Channel, content_type: Option<&str>, bytes: &[u8]) {
    let options = ReadOptions {
        default_region: "ES".to_owned(),
        own_domains: vec!["example.com".to_owned()],
        ..ReadOptions::default()
    };
    let _ = external_id(channel, content_type, bytes);
    check_reading(read(channel, content_type, bytes, &options));
}

/// Reads a hook by a map of a source, both as bytes divided by a NUL, and checks what both promise.
pub fn check_source_map(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|byte| *byte == 0) else { return };
    let Ok(map) = std::str::from_utf8(&bytes[..at]) else { return };
    match SourceMap::read(map) {
        Ok(map) => {
            let options = ReadOptions { sources: vec![map].into(), ..ReadOptions::default() };
            let hook = &bytes[at + 1..];
            check_reading(read(Channel::Web, Some("application/json"), hook, &options));
        }
        Err(problems) => problems.iter().for_each(|problem| check_reason(problem)),
    }
}

/// Checks what any reading promises.
pub fn check_reading(reading: Reading) {
    match reading {
        Reading::Enquiry(enquiry) => check_enquiry(&enquiry),
        Reading::Parts(parts) => {
            for part in parts {
                match part.reading {
                    PartReading::Enquiry(enquiry) => check_enquiry(&enquiry),
                    PartReading::NoLead { reason, .. } | PartReading::Unclear { reason, .. } => {
                        check_reason(&reason);
                    }
                }
            }
        }
        Reading::NoLead { reason, .. } | Reading::Unclear { reason, .. } => check_reason(&reason),
    }
}

/// The content types that a reader tells apart, and none.
pub fn content_types(channel: Channel) -> &'static [Option<&'static str>] {
    match channel {
        Channel::Web => &[
            None,
            Some("application/json"),
            Some("application/x-www-form-urlencoded; charset=utf-8"),
            Some("multipart/form-data; boundary=xYzZY"),
            Some("application/xml"),
        ],
        _ => &[None],
    }
}

/// A trimmed text without NUL, neither empty nor too long.
pub fn check_text(text: &str, chars_max: usize) {
    assert!(!text.contains('\0') && text.trim() == text && !text.is_empty(), "{text:?}");
    assert!(text.chars().count() <= chars_max, "{} characters", text.chars().count());
}

fn check_reason(reason: &str) {
    assert!(reason.ends_with('.') && !reason.contains('\0'), "{reason:?}");
}

fn check_enquiry(enquiry: &Enquiry) {
    let person = &enquiry.person;
    let names = [&person.given_name, &person.family_name, &person.job_title];
    let texts = [&enquiry.company, &enquiry.topic, &enquiry.website, &enquiry.campaign];
    names.into_iter().chain(texts).flatten().for_each(|text| check_text(text, TEXT_CHARS_MAX));
    enquiry.message.iter().for_each(|text| check_text(text, MESSAGE_CHARS_MAX));
    person.emails.iter().chain(&person.phones).for_each(|text| check_text(text, TEXT_CHARS_MAX));
    enquiry.other.iter().for_each(|other| check_text(&other.value, TEXT_CHARS_MAX));
    // What a reader reads keeps to every bound that a person must keep to.
    let input = InputId(domain::ids::minted(chrono::DateTime::UNIX_EPOCH, [1; 10]));
    let by_hand = InputRelease { input, enquiry: Some(enquiry.into()), party: None, third: false };
    let by_hand = serde_json::to_vec(&by_hand).expect("a command is written as JSON");
    assert_eq!(fit(InputRelease::TYPE, &by_hand), Ok(()));
    let written = serde_json::to_string(enquiry).expect("an enquiry is written as JSON");
    let again: Enquiry = serde_json::from_str(&written).expect("what was written is read again");
    assert_eq!(&again, enquiry);
}
