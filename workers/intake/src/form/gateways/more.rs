//! Hooks of Mailjet, Brevo, SparkPost, CloudMailin and Resend.

use domain::enquiry::Reading;
use mail_parser::decoders::base64::base64_decode;
use serde_json::Value;

use super::parts::{base, body, header, headers, mailboxes, names};
use crate::form::tree::{at, node};
use crate::letter::Letter;
use crate::normal;

pub(super) fn letter(tree: &Value) -> Option<Result<Letter, Reading>> {
    mailjet(tree).or_else(|| brevo(tree)).or_else(|| cloudmailin(tree)).or_else(|| resend(tree))
}

/// The gateway's id of the mail, or its Message-ID.
pub(super) fn external_id(tree: &Value) -> Option<String> {
    at(tree, "msys.relay_message.webhook_id")
        .and_then(|hook| {
            Some(format!(
                "{hook}:{}",
                header(&headers(node(tree, "msys.relay_message.content")?), "message-id")?
            ))
        })
        .or_else(|| one_item(tree).and_then(|item| at(item, "MessageId")))
        .or_else(|| at(tree, "data.email_id").filter(|_| is_resend(tree)))
        .or_else(|| at(tree, "Headers.Message-ID").filter(|_| tree.get("Text-part").is_some()))
        .or_else(|| at(tree, "headers.message_id").filter(|_| tree.get("envelope").is_some()))
}

/// SparkPost sends the whole mail.
pub(super) fn raw(tree: &Value) -> Option<Vec<u8>> {
    let content = node(tree, "msys.relay_message.content")?;
    let raw = at(content, "email_rfc822")?;
    let encoded = content.get("email_rfc822_is_base64").and_then(Value::as_bool) == Some(true);
    if encoded { base64_decode(raw.as_bytes()) } else { Some(raw.into_bytes()) }
}

fn mailjet(tree: &Value) -> Option<Result<Letter, Reading>> {
    if tree.get("Text-part").is_none() && tree.get("Html-part").is_none() {
        return None;
    }
    let mut letter = base(None, at(tree, "From").or_else(|| at(tree, "Sender")));
    letter.subject = at(tree, "Subject");
    letter.text = body(at(tree, "Text-part"), at(tree, "Html-part"));
    letter.sent_at = at(tree, "Date").as_deref().and_then(normal::timestamp);
    letter.headers = headers(tree);
    let reply_to = header(&letter.headers, "reply-to");
    letter.reply_to = reply_to.as_deref().map(mailboxes).unwrap_or_default();
    Some(Ok(letter))
}

fn one_item(tree: &Value) -> Option<&Value> {
    node(tree, "items.0")
        .filter(|item| item.get("RawTextBody").is_some() && node(tree, "items.1").is_none())
}

fn brevo(tree: &Value) -> Option<Result<Letter, Reading>> {
    let item = one_item(tree).or_else(|| tree.get("RawTextBody").map(|_| tree))?;
    let mut letter = base(at(item, "From.Name"), at(item, "From.Address"));
    letter.reply_to = at(item, "ReplyTo.Address").as_deref().map(mailboxes).unwrap_or_default();
    letter.subject = at(item, "Subject");
    letter.text = body(at(item, "RawTextBody"), at(item, "RawHtmlBody"));
    letter.sent_at = at(item, "SentAtDate").as_deref().and_then(normal::timestamp);
    letter.headers = headers(item);
    letter.files = names(item.get("Attachments"), "Name");
    Some(Ok(letter))
}

fn cloudmailin(tree: &Value) -> Option<Result<Letter, Reading>> {
    let from = at(tree, "headers.from").or_else(|| at(tree, "headers.From"))?;
    if tree.get("plain").is_none() && tree.get("html").is_none() || tree.get("envelope").is_none() {
        return None;
    }
    let mut letter = base(None, Some(from));
    letter.headers = headers(tree);
    for (name, _) in &mut letter.headers {
        // Its names have underscores: in_reply_to.
        *name = name.replace('_', "-");
    }
    letter.subject = header(&letter.headers, "subject");
    letter.text = body(at(tree, "plain"), at(tree, "html"));
    letter.fresh = at(tree, "reply_plain");
    letter.sent_at = header(&letter.headers, "date").as_deref().and_then(normal::timestamp);
    Some(Ok(letter))
}

fn is_resend(tree: &Value) -> bool {
    at(tree, "type").as_deref() == Some("email.received")
}

fn resend(tree: &Value) -> Option<Result<Letter, Reading>> {
    if !is_resend(tree) {
        return None;
    }
    Some(Err(Reading::unclear(format!(
        "Resend sent only the envelope of a mail from {} (\"{}\"); fetch its text by email_id {} \
             and send that.",
        at(tree, "data.from").unwrap_or_else(|| "an unknown sender".to_owned()),
        at(tree, "data.subject").unwrap_or_default(),
        at(tree, "data.email_id").unwrap_or_else(|| "that is missing".to_owned()),
    ))))
}
