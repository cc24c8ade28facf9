//! What machines report of somebody's address: that nobody is reached there, that they complain, that they want no more
//! mail in bulk. Only what is said for good, and of one address, counts.

use domain::enquiry::{Channel, Reading};
use forms::{email, fold};
use serde_json::Value;

use crate::form;
use crate::mail;

/// What is reported of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Canonical.
    pub email: String,
    pub what: Reported,
}

/// See [`Signal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// Nobody is reached there, for good.
    Bounced,
    /// They called our mail spam.
    Complained,
    /// They want no more mail in bulk.
    Unsubscribed,
}

/// Most addresses that one input reports of.
const SIGNALS_MAX: usize = 100;
/// How much of a mail is looked at for what it reports, in bytes.
const REPORT_BYTES_MAX: usize = 64 * 1024;
/// Names of fields for the address of an event, folded.
const ADDRESSES: [&str; 6] =
    ["email", "emailaddress", "recipient", "rcpt", "rcptto", "subscriberemail"];
/// Names of fields that tell what happened, folded.
const EVENTS: [&str; 8] = [
    "event",
    "eventtype",
    "eventname",
    "type",
    "recordtype",
    "notificationtype",
    "action",
    "trigger",
];
/// How deep a hook is looked through.
const DEPTH_MAX: usize = 6;

/// What an input reports that is no enquiry.
pub(crate) fn of(
    channel: Channel,
    content_type: Option<&str>,
    body: &[u8],
    reading: &Reading,
) -> Vec<Signal> {
    let mut found = match (channel, reading) {
        (Channel::Email, Reading::NoLead { .. }) => of_mail(body),
        (Channel::Web, Reading::NoLead { .. } | Reading::Parts(_)) => {
            form::tree_of(content_type, body).map(|tree| of_hook(&tree)).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    found.truncate(SIGNALS_MAX);
    found
}

fn of_mail(body: &[u8]) -> Vec<Signal> {
    let Ok(letter) = mail::parse(body) else { return Vec::new() };
    let has = |kind: &str| letter.content_types.iter().any(|found| found.contains(kind));
    let raw = String::from_utf8_lossy(&body[..body.len().min(REPORT_BYTES_MAX)]);
    if has("feedback-report") {
        let named = field(&raw, "original-rcpt-to").next().and_then(email);
        let inner = letter.inner.as_ref().and_then(|inner| inner.to.first());
        let whom = named.or_else(|| inner.map(|mailbox| mailbox.email.clone()));
        return whom
            .into_iter()
            .map(|email| Signal { email, what: Reported::Complained })
            .collect();
    }
    bounced(&raw).map(|email| Signal { email, what: Reported::Bounced }).collect()
}

/// The recipients whom a delivery report (RFC 3464) calls failed for good. A mailbox that is full may be emptied.
fn bounced(raw: &str) -> impl Iterator<Item = String> {
    let blocks = raw.split("\n\n").flat_map(|block| block.split("\r\n\r\n"));
    blocks.filter_map(|block| {
        let whom = field(block, "final-recipient").next()?;
        let failed = field(block, "action").any(|it| it.eq_ignore_ascii_case("failed"));
        let good = |it: &str| it.starts_with("5.") && !it.starts_with("5.2.2");
        let for_good = field(block, "status").any(good);
        let whom = whom.split_once(';').map_or(whom, |(_, address)| address);
        email(whom).filter(|_| failed && for_good)
    })
}

/// The values of a header's line.
fn field<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The events of a hook, each with its address.
fn of_hook(tree: &Value) -> Vec<Signal> {
    let entries = tree.as_array().map_or_else(|| std::slice::from_ref(tree), Vec::as_slice);
    entries.iter().filter_map(event).collect()
}

fn event(entry: &Value) -> Option<Signal> {
    let (mut addresses, mut words) = (Vec::new(), Vec::new());
    look(entry, &mut addresses, &mut words, 0);
    addresses.sort();
    addresses.dedup();
    let [address] = addresses.as_slice() else { return None };
    let what = words.iter().find_map(|word| reported(word, entry))?;
    Some(Signal { email: address.clone(), what })
}

fn look(value: &Value, addresses: &mut Vec<String>, words: &mut Vec<String>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = fold(name);
                match value.as_str() {
                    Some(text) if ADDRESSES.contains(&name.as_str()) => {
                        addresses.extend(email(text));
                    }
                    Some(text) if EVENTS.contains(&name.as_str()) => words.push(fold(text)),
                    _ => look(value, addresses, words, depth + 1),
                }
            }
        }
        Value::Array(list) => {
            list.iter().for_each(|value| look(value, addresses, words, depth + 1));
        }
        _ => {}
    }
}

fn reported(word: &str, entry: &Value) -> Option<Reported> {
    const NO_MORE: [&str; 7] =
        ["unsub", "optout", "optedout", "abgemeldet", "disiscri", "desinscri", "uitgeschreven"];
    let is = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if is(&["complain", "spamreport", "markedasspam"]) {
        Some(Reported::Complained)
    } else if is(&NO_MORE) && !word.contains("resub") {
        Some(Reported::Unsubscribed)
    } else if is(&["hardbounce", "permanentbounce", "permanentfail"])
        || word.contains("bounce") && says_for_good(entry)
    {
        Some(Reported::Bounced)
    } else {
        None
    }
}

/// Whether a field for the sort of a bounce says that it is one for good.
fn says_for_good(entry: &Value) -> bool {
    let fields = entry.as_object().into_iter().flatten();
    fields.into_iter().any(|(name, value)| match value {
        Value::Object(_) => says_for_good(value),
        Value::String(text) => {
            ["bouncetype", "type", "severity", "classification", "bounceclass"]
                .contains(&fold(name).as_str())
                && ["hard", "hardbounce", "permanent"].contains(&fold(text).as_str())
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_json(tree: &Value) -> Vec<(String, Reported)> {
        of_hook(tree).into_iter().map(|it| (it.email, it.what)).collect()
    }

    #[test]
    fn f18_hooks_report_complaints_bounces_for_good_and_who_wants_no_more() {
        use Reported::{Bounced, Complained, Unsubscribed};
        let mail = "a@b.example";
        for (tree, what) in [
            (json!({ "event": "unsubscribe", "email": mail }), Some(Unsubscribed)),
            (
                json!({ "type": "contact.unsubscribed", "data": { "email": mail } }),
                Some(Unsubscribed),
            ),
            (
                json!({ "event-data": { "event": "complained", "recipient": mail } }),
                Some(Complained),
            ),
            (json!({ "RecordType": "Bounce", "Type": "HardBounce", "Email": mail }), Some(Bounced)),
            (
                json!({ "notificationType": "Bounce", "bounce": { "bounceType": "Permanent",
                "bouncedRecipients": [{ "emailAddress": mail }] } }),
                Some(Bounced),
            ),
            (
                json!({ "notificationType": "Bounce", "bounce": { "bounceType": "Transient",
                "bouncedRecipients": [{ "emailAddress": mail }] } }),
                None,
            ),
            (json!({ "RecordType": "Bounce", "Type": "SoftBounce", "Email": mail }), None),
            (json!({ "event": "open", "email": mail }), None),
            (json!({ "event": "unsubscribe", "email": mail, "recipient": "c@d.example" }), None),
        ] {
            let expected: Vec<_> = what.map(|what| (mail.to_owned(), what)).into_iter().collect();
            assert_eq!(of_json(&tree), expected, "{tree}");
        }
        let two =
            json!([{ "event": "spamreport", "email": mail }, { "event": "open", "email": mail }]);
        assert_eq!(of_json(&two), [(mail.to_owned(), Complained)]);
    }

    #[test]
    fn f18_a_delivery_report_names_who_is_not_reached_for_good() {
        let report = |action: &str, status: &str| {
            format!(
                "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; Ana@Acme.example\r\n\
                 Action: {action}\r\nStatus: {status}\r\n"
            )
        };
        for (action, status, found) in [
            ("failed", "5.1.1", true),
            ("failed", "5.2.2", false),
            ("failed", "4.4.7", false),
            ("delayed", "5.1.1", false),
        ] {
            let names: Vec<_> = bounced(&report(action, status)).collect();
            assert_eq!(names == ["ana@acme.example"], found, "{action} {status}");
        }
    }
}
