//! What a sender outside is answered: that it was done already, or why not.

use domain::answers::{self, AlreadyDone, Refused};
use domain::decide::{Already, Reason};
use domain::message::{Said, Subject, SubjectKind};
use uuid::Uuid;

use super::arrival::Message;
use super::origin::Origin;

/// The answer to a command whose effect held already; none where nobody waits for one.
pub fn already(message: &Message, already: &Already) -> Option<Said> {
    let (ty, subject) = asked(message)?;
    let data = AlreadyDone {
        command: message.external_id(),
        command_source: message.source(),
        command_type: ty,
        already: true,
        record_kind: already.subject,
        record: already.id,
        reference: already.reference.clone(),
    };
    Some(Said { ty: answers::already(subject.kind), subject, data: json(&data) })
}

/// The answer to a command that is refused for good; none where nobody waits for one.
pub fn refused(message: &Message, reason: &Reason) -> Option<Said> {
    let (ty, subject) = asked(message)?;
    let data = Refused {
        command: message.external_id(),
        command_source: message.source(),
        command_type: ty,
        rule: reason.rule.to_owned(),
        found: reason.found.clone(),
        message: reason.message.clone(),
    };
    Some(Said { ty: answers::refused(subject.kind), subject, data: json(&data) })
}

/// Why a copy with other content is not taken.
pub fn conflicting(message: &Message, id: Uuid) -> Reason {
    Reason::new(
        message.subject.map_or(SubjectKind::Input, |subject| subject.kind),
        message.subject.map_or(id, |subject| subject.id),
        "conflicting_repeat",
        "known",
        format!(
            "The id `{}` of `{}` was used before with other content; send new content under a new \
             id.",
            message.external_id(),
            message.source()
        ),
    )
}

/// A reason as a row keeps it: it may quote what came.
pub fn short(reason: &str, chars_max: usize) -> String {
    let end = reason.char_indices().nth(chars_max).map_or(reason.len(), |(end, _)| end);
    let kept = reason[..end].replace('\0', "\u{fffd}");
    if end < reason.len() { format!("{kept} … and so on.") } else { kept }
}

/// The type and the subject of a command from outside, whose sender waits for an answer.
fn asked(message: &Message) -> Option<(String, Subject)> {
    let outside = matches!(message.origin, Origin::Outside { raw: false, .. });
    let ty = message.arrived.ty.as_ref().filter(|_| outside)?;
    Some((format!("{}{ty}", domain::message::TYPE_PREFIX), message.subject?))
}

fn json<T: serde::Serialize>(data: &T) -> String {
    serde_json::to_string(data).expect("an answer has string keys only, so that it is always JSON")
}
