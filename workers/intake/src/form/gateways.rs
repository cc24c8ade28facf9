//! Hooks of mail gateways: they hold a mail, so the mail's reader judges it.

use domain::enquiry::{NoLead, Reading};
use domain::word_list::Words;
use domain::words;
use mail_parser::decoders::base64::base64_decode;
use serde_json::Value;

use super::tree::{at, node};
use crate::letter::Letter;
use crate::{mail, normal};

mod more;
mod parts;

use parts::{base, body, header, headers, list, mailboxes, names};

/// Fields of which each gateway's hook has one: a form without any is not looked at further.
static MARKS: Words = words!(
    "\
    RecordType MessageID RawEmail body-mime msys msg payload Text-part Html-part items RawTextBody headers type \
    TopicArn Records mail notificationType body-plain body-html envelope sender_ip"
);

/// The mail that a gateway's hook holds; `None` where this is no gateway's hook, `Err` where the
/// hook holds no mail that could be judged.
pub(super) fn letter(tree: &Value) -> Option<Result<Letter, Reading>> {
    if !tree.as_object()?.keys().any(|name| MARKS.has(name)) {
        return None;
    }
    // Postmark reports bounces, openings and complaints in the shape of a mail.
    if let Some(record) = at(tree, "RecordType").filter(|record| record != "Inbound")
        && tree.get("MessageID").is_some()
    {
        return Some(Err(other_event(&format!(
            "Postmark reports \"{record}\" of a mail that was sent."
        ))));
    }
    if let Some(raw) = raw_mail(tree) {
        return Some(mail::parse(&raw).map_err(Reading::unclear));
    }
    postmark(tree)
        .or_else(|| more::letter(tree))
        .or_else(|| mandrill(tree))
        .or_else(|| front(tree))
        .or_else(|| ses(tree))
        .or_else(|| mailgun(tree))
        .or_else(|| sendgrid(tree))
}

/// The gateway's id of the mail, or the mail's Message-ID.
pub(super) fn external_id(tree: &Value) -> Option<String> {
    let rfc = header(&headers(tree), "message-id");
    if tree.get("MessageID").is_some() && tree.get("From").is_some() {
        return at(tree, "MessageID");
    }
    if tree.get("msg").is_some() && tree.get("event").is_some() {
        return at(tree, "_id")
            .or_else(|| at(tree, "msg._id"))
            .or_else(|| at(tree, "msg.headers.Message-Id"));
    }
    if let Some(event) = tree.get("mandrill_events") {
        return node(event, "0").filter(|_| node(event, "1").is_none()).and_then(external_id);
    }
    at(tree, "payload.target.data.id")
        .or_else(|| at(tree, "Records.0.ses.mail.messageId"))
        .or_else(|| at(tree, "mail.messageId"))
        .or_else(|| tree.get("TopicArn").and_then(|_| at(tree, "MessageId")))
        .or_else(|| tree.get("body-plain").and_then(|_| at(tree, "Message-Id")))
        .or_else(|| more::external_id(tree))
        .or_else(|| is_sendgrid(tree).then_some(rfc).flatten())
}

/// The whole mail, where the gateway was told to send it.
fn raw_mail(tree: &Value) -> Option<Vec<u8>> {
    let inbound = at(tree, "event").as_deref() == Some("inbound");
    let sendgrid =
        || at(tree, "email").filter(|_| is_sendgrid(tree)).filter(|raw| raw.contains('\n'));
    at(tree, "msg.raw_msg")
        .filter(|_| inbound)
        .or_else(|| at(tree, "RawEmail"))
        .or_else(|| at(tree, "body-mime"))
        .or_else(sendgrid)
        .map(String::into_bytes)
        .or_else(|| more::raw(tree))
        .or_else(|| {
            let raw = at(tree, "content").filter(|_| tree.get("notificationType").is_some())?;
            if raw.contains(':') { Some(raw.into_bytes()) } else { base64_decode(raw.as_bytes()) }
        })
}

fn postmark(tree: &Value) -> Option<Result<Letter, Reading>> {
    tree.get("MessageID")?;
    tree.get("From")?;
    let mut letter = base(
        at(tree, "FromFull.Name").or_else(|| at(tree, "FromName")),
        at(tree, "FromFull.Email").or_else(|| at(tree, "From")),
    );
    letter.reply_to = at(tree, "ReplyTo").as_deref().map(mailboxes).unwrap_or_default();
    letter.to = list(tree.get("ToFull"), "Email");
    letter.subject = at(tree, "Subject");
    letter.text = body(at(tree, "TextBody"), at(tree, "HtmlBody"));
    letter.fresh = at(tree, "StrippedTextReply");
    letter.sent_at = at(tree, "Date").as_deref().and_then(normal::timestamp);
    letter.headers = headers(tree);
    letter.files = names(tree.get("Attachments"), "Name");
    // The part of the address behind "+", by which a mail is routed.
    letter.notes.extend(at(tree, "MailboxHash").map(|hash| ("mailbox_hash".to_owned(), hash)));
    letter.notes.extend(at(tree, "Tag").map(|tag| ("tag".to_owned(), tag)));
    Some(Ok(letter))
}

fn mandrill(tree: &Value) -> Option<Result<Letter, Reading>> {
    let message = tree.get("msg")?;
    let event = at(tree, "event")?;
    if event != "inbound" {
        return Some(Err(other_event(&format!(
            "Mandrill reports \"{event}\" of a mail that was sent."
        ))));
    }
    let mut letter = base(at(message, "from_name"), at(message, "from_email"));
    letter.subject = at(message, "subject");
    letter.text = body(at(message, "text"), at(message, "html"));
    letter.headers = headers(message);
    let points = at(message, "spam_report.score");
    letter.headers.extend(points.map(|points| ("x-spam-score".to_owned(), points)));
    Some(Ok(letter))
}

fn front(tree: &Value) -> Option<Result<Letter, Reading>> {
    let conversation = node(tree, "payload.conversation")?;
    let message = node(tree, "payload.target.data").or_else(|| conversation.get("last_message"))?;
    if message.get("is_inbound").and_then(Value::as_bool) != Some(true) {
        return Some(Err(other_event("Front reports something else than an incoming message.")));
    }
    let sender = message
        .get("recipients")
        .and_then(Value::as_array)
        .and_then(|all| all.iter().find(|one| at(one, "role").as_deref() == Some("from")));
    let sender = sender.or_else(|| conversation.get("recipient"))?;
    let mut letter = base(at(sender, "name"), at(sender, "handle"));
    letter.subject = at(message, "subject").or_else(|| at(conversation, "subject"));
    letter.text = body(at(message, "text"), at(message, "body"));
    let seconds = message.get("created_at").and_then(Value::as_f64);
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds are enough")]
    let seconds = seconds.map(|seconds| seconds as i64);
    letter.sent_at = seconds.and_then(normal::epoch);
    Some(Ok(letter))
}

fn ses(tree: &Value) -> Option<Result<Letter, Reading>> {
    // SNS wraps the notice as text.
    if tree.get("TopicArn").is_some() && tree.get("Message").is_some() {
        if at(tree, "Type").as_deref() != Some("Notification") {
            return Some(Err(other_event("Amazon SNS asks to confirm a subscription.")));
        }
        let inner = serde_json::from_str::<Value>(&at(tree, "Message")?).ok()?;
        return letter_once(&inner);
    }
    let kind = at(tree, "notificationType").or_else(|| at(tree, "eventType")).unwrap_or_default();
    if tree.get("mail").is_some() && !kind.is_empty() && kind != "Received" {
        return Some(Err(other_event(&format!(
            "Amazon SES reports \"{kind}\" of a mail that was sent."
        ))));
    }
    let notice = node(tree, "Records.0.ses").or_else(|| {
        (at(tree, "notificationType").as_deref() == Some("Received")).then_some(tree)
    })?;
    let from = at(notice, "mail.commonHeaders.from.0").or_else(|| at(notice, "mail.source"));
    let failed =
        |verdict: &str| at(notice, &format!("receipt.{verdict}.status")).as_deref() == Some("FAIL");
    if failed("spamVerdict") || failed("virusVerdict") {
        let reason = "Amazon SES judged the mail to be spam or to carry a virus.".to_owned();
        return Some(Err(Reading::NoLead { kind: NoLead::Spam, reason }));
    }
    let subject = at(notice, "mail.commonHeaders.subject").unwrap_or_default();
    Some(Err(Reading::unclear(format!(
        "Amazon SES sent only the envelope of a mail from {} (\"{subject}\"); fetch its text by \
             the message id {} and send that.",
        from.unwrap_or_else(|| "an unknown sender".to_owned()),
        at(notice, "mail.messageId").unwrap_or_else(|| "that is missing".to_owned()),
    ))))
}

/// The notice inside an SNS envelope, which holds no further envelope.
fn letter_once(inner: &Value) -> Option<Result<Letter, Reading>> {
    if inner.get("TopicArn").is_some() {
        return None;
    }
    if let Some(raw) = raw_mail(inner) {
        return Some(mail::parse(&raw).map_err(Reading::unclear));
    }
    ses(inner)
}

fn mailgun(tree: &Value) -> Option<Result<Letter, Reading>> {
    let text = at(tree, "body-plain");
    let markup = at(tree, "body-html");
    if text.is_none() && markup.is_none() || tree.get("recipient").is_none() {
        return None;
    }
    let mut letter = Letter {
        from: at(tree, "from")
            .or_else(|| at(tree, "From"))
            .or_else(|| at(tree, "sender"))
            .as_deref()
            .and_then(|from| mailboxes(from).into_iter().next()),
        subject: at(tree, "subject").or_else(|| at(tree, "Subject")),
        text: body(text, markup),
        fresh: at(tree, "stripped-text"),
        headers: headers(tree),
        ..Letter::default()
    };
    // Its filter's words stand beside the headers.
    for name in ["X-Mailgun-Sflag", "X-Mailgun-Sscore"] {
        letter.headers.extend(at(tree, name).map(|value| (name.to_lowercase(), value)));
    }
    letter.reply_to = at(tree, "Reply-To").as_deref().map(mailboxes).unwrap_or_default();
    letter.sent_at = at(tree, "timestamp").as_deref().and_then(normal::timestamp);
    Some(Ok(letter))
}

fn is_sendgrid(tree: &Value) -> bool {
    tree.get("from").is_some()
        && tree.get("to").is_some()
        && (tree.get("envelope").is_some() || tree.get("sender_ip").is_some())
}

fn sendgrid(tree: &Value) -> Option<Result<Letter, Reading>> {
    if !is_sendgrid(tree) {
        return None;
    }
    let headers = headers(tree);
    let letter = Letter {
        from: at(tree, "from").and_then(|from| mailboxes(&from).into_iter().next()),
        to: at(tree, "to").as_deref().map(mailboxes).unwrap_or_default(),
        reply_to: header(&headers, "reply-to").as_deref().map(mailboxes).unwrap_or_default(),
        subject: at(tree, "subject"),
        text: body(at(tree, "text"), at(tree, "html")),
        sent_at: header(&headers, "date").as_deref().and_then(normal::timestamp),
        files: names(tree.get("attachment_names"), ""),
        headers: headers.into_iter().chain(spam_points(tree)).collect(),
        ..Letter::default()
    };
    Some(Ok(letter))
}

/// What the gateway's filter gave the mail, as the header that its relatives write.
fn spam_points(tree: &Value) -> Option<(String, String)> {
    let points = at(tree, "spam_score").or_else(|| {
        // "Content analysis details: (12.3 points, 5.0 required)"
        let report = at(tree, "spam_report")?;
        let (_, rest) = report.split_once('(')?;
        rest.split_once(" points").map(|(points, _)| points.trim().to_owned())
    })?;
    Some(("x-sendgrid-spam-score".to_owned(), points))
}

fn other_event(reason: &str) -> Reading {
    Reading::NoLead { kind: NoLead::OtherEvent, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_hook_of_every_gateway_is_seen_and_a_form_is_none() {
        let raw = "From: ana@acme.example\n\nHello";
        for tree in [
            json!({ "RecordType": "Bounce", "MessageID": "1" }),
            json!({ "MessageID": "1", "From": "ana@acme.example" }),
            json!({ "RawEmail": raw }),
            json!({ "body-mime": raw }),
            json!({ "msys": { "relay_message": { "content": { "email_rfc822": raw } } } }),
            json!({ "msg": { "raw_msg": raw }, "event": "inbound" }),
            json!({ "payload": { "conversation": { "last_message": {} } } }),
            json!({ "Text-part": "Hello" }),
            json!({ "Html-part": "Hello" }),
            json!({ "items": [{ "RawTextBody": "Hello" }] }),
            json!({ "RawTextBody": "Hello" }),
            json!({ "headers": { "from": "ana@acme.example" }, "plain": "Hello", "envelope": {} }),
            json!({ "type": "email.received" }),
            json!({ "TopicArn": "arn", "Message": "{}" }),
            json!({ "Records": [{ "ses": {} }] }),
            json!({ "mail": {}, "eventType": "Bounce" }),
            json!({ "notificationType": "Received", "content": raw }),
            json!({ "body-plain": "Hello", "recipient": "sales@example.com" }),
            json!({ "body-html": "Hello", "recipient": "sales@example.com" }),
            json!({ "from": "ana@acme.example", "to": "sales@example.com", "envelope": "{}" }),
            json!({ "from": "ana@acme.example", "to": "sales@example.com", "sender_ip": "::1" }),
        ] {
            assert!(letter(&tree).is_some(), "{tree}");
        }
        let form = json!({ "from": "Ana", "to": "Berlin", "email": "ana@acme.example" });
        assert!(letter(&form).is_none());
    }
}
