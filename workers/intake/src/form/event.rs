//! Hooks that report something else than an enquiry: what our side said, what changed, ended or bounced.

use domain::enquiry::{NoLead, Reading};
use domain::word_list::Words;
use serde_json::Value;

use super::tree::scalar;
use forms::fold;

/// Fields that name an event, folded.
const EVENT: &[&str] = &[
    "event",
    "eventname",
    "eventtype",
    "trigger",
    "triggerevent",
    "triggertype",
    "webhookevent",
    "notificationtype",
    "recordtype",
    "subscriptiontype",
    "eventkey",
    "hook",
    "hookevent",
    "webhooktype",
    "webhooktopic",
    "activity",
    "activitytype",
    "ereignis",
    "evento",
    "evenement",
    "gebeurtenis",
    "udalost",
    "zdarzenie",
];
/// Fields that name one where their value looks like one.
const MAYBE_EVENT: &[&str] = &["type", "action", "kind", "topic", "name", "method", "typ", "tipo"];
/// Words of events that nobody asks anything by, folded.
static OVER: Words = domain::words!(
    " bounce bounced bounces hardbounce softbounce open opened opens click clicked clicks unsubscribe unsubscribed \
    unsubscription complaint complained spam spamreport spamcomplaint delivery delivered deliver dropped deferred processed \
    delete deleted destroy destroyed archive archived cancel canceled cancelled cancellation reschedule rescheduled update \
    updated change changed modified edited closed resolved solved expired rejected declined failed failure refunded refund paid \
    succeeded redeemed shipped fulfilled assigned unassigned typing read seen login loggedin logout ended finished left noshow \
    reminder reminded merged removed snoozed reopened rated viewed pageview identify track ping test blocked suppressed \
    deactivated disabled uninstalled unfollowed revoked withdrawn optout optedout transferred escalated invoice payment charge \
    receipt survey csat statuschange statuschanged onhold timeout missed outbound outgoing sent reply replied deletion lost won \
    noshow abandoned reset geloscht storniert storno abgesagt abgemeldet geandert gekundigt bezahlt zahlungseingang cancelado \
    eliminado actualizado baja pagado annullato disiscritto pagato annule supprime paye desinscrit uitgeschreven betaald "
);
/// Words of events about something that is no enquiry, even where it is new, folded.
static ASIDE: Words = domain::words!(
    " tag tags note notes review rating password invoice payment refund charge receipt task coupon points \
    loyalty cart session segment score "
);
/// Words that say that something was asked or somebody came, folded: they outweigh the others.
static NEW: Words = domain::words!(
    " created create submitted submission submit booked subscribed subscribe new received incoming inbound \
    added signup signedup registered registration requested request enquiry inquiry optin response answered lead \
    complete completed scheduled "
);
/// Values of a field for the direction, folded, that say that our side speaks.
const OUTWARD: &[&str] = &[
    "outgoing",
    "outbound",
    "out",
    "sent",
    "outboundapi",
    "outboundcall",
    "outboundreply",
    "fromagent",
    "agent",
    "bot",
    "ausgehend",
    "saliente",
    "uscita",
    "sortant",
    "uitgaand",
    "template",
    "activity",
    "operator",
    "system",
];

/// Whether a hook reports another event; then it is rejected as what it is.
pub(super) fn judge(tree: &Value) -> Option<Reading> {
    let levels = || {
        std::iter::once(tree)
            .chain(
                ["payload", "data", "event", "message", "meta", "body"]
                    .iter()
                    .filter_map(|name| tree.get(*name)),
            )
            .filter_map(Value::as_object)
    };
    for (depth, fields) in levels().enumerate() {
        for (name, value) in fields {
            let folded = fold(name);
            if says_ours(&folded, value) {
                return Some(other(
                    "The hook reports what our own side said; nobody asks for anything.",
                ));
            }
            let Some(text) = scalar(value).filter(|text| text.len() <= 60) else { continue };
            let sure = EVENT.contains(&folded.as_str());
            let maybe = MAYBE_EVENT.contains(&folded.as_str()) && has_envelope(tree) && depth < 2;
            if (sure || maybe) && is_over(&text, sure, has_envelope(tree)) {
                return Some(named(&text));
            }
            if matches!(folded.as_str(), "status" | "state")
                && depth == 0
                && has_envelope(tree)
                && is_closed(&text)
            {
                return Some(named(&text));
            }
        }
    }
    None
}

/// A hook wraps what it is about: at least one object stands in it.
fn has_envelope(tree: &Value) -> bool {
    tree.as_object().is_some_and(|fields| fields.values().any(Value::is_object))
}

fn says_ours(name: &str, value: &Value) -> bool {
    match name {
        "direction" | "messagetype" | "messagedirection" | "calldirection" | "eventdirection"
        | "sendertype" | "authortype" | "fromtype" => {
            let text = scalar(value).map(|text| fold(&text)).unwrap_or_default();
            OUTWARD.contains(&text.as_str())
                || matches!(name, "sendertype" | "authortype" | "fromtype")
                    && matches!(text.as_str(), "user" | "admin" | "teammate" | "staff")
        }
        "incoming" | "inbound" | "isinbound" | "isincoming" => value.as_bool() == Some(false),
        "outgoing" | "outbound" | "isoutbound" | "isoutgoing" | "fromme" | "isecho" => {
            value.as_bool() == Some(true)
        }
        _ => false,
    }
}

fn is_closed(text: &str) -> bool {
    matches!(
        fold(text).as_str(),
        "canceled"
            | "cancelled"
            | "deleted"
            | "bounced"
            | "unsubscribed"
            | "spam"
            | "archived"
            | "declined"
            | "expired"
            | "noshow"
    )
}

/// Whether the words of an event say that something is over. In a sentence of several words the last one does.
fn is_over(text: &str, sure: bool, wraps: bool) -> bool {
    let words = words(text);
    let spoken = text.contains(' ');
    if words.is_empty() || words.len() > 6 || spoken && !sure {
        return false;
    }
    let over = |word: &String| OVER.has(word);
    let fresh = words.iter().any(|word| NEW.has(word));
    let folded = fold(text);
    let whole = OVER.has(&folded) || folded.ends_with("noshow");
    if wraps && !spoken && words.len() > 1 && words.iter().any(|word| ASIDE.has(word)) {
        return true;
    }
    // "Open house" is a fair; "email.opened" and "Email opened" are events.
    let found = if spoken {
        words.last().is_some_and(over) && words.len() < 4
    } else {
        words.iter().any(over)
    };
    // A lead or request that was closed, changed or deleted is not new.
    let ended = words.last().is_some_and(over);
    whole || found && (!fresh || ended)
}

/// The words of `contact.status_changed`, `BOOKING_CANCELLED`, `emailOpened`.
fn words(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut before_lower = false;
    for c in text.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && before_lower {
            out.push(String::new());
        }
        before_lower = c.is_lowercase();
        if let Some(last) = out.last_mut().filter(|_| c.is_alphanumeric()) {
            last.push(c);
        }
    }
    out.iter().map(|word| fold(word)).filter(|word| !word.is_empty()).collect()
}

fn named(event: &str) -> Reading {
    let event = crate::normal::line(event).unwrap_or_default();
    let folded = fold(&event);
    let no_more = [
        "unsub",
        "baja",
        "disiscri",
        "desinscri",
        "uitgeschreven",
        "complain",
        "spam",
        "optout",
        "optedout",
        "abgemeldet",
    ]
    .iter()
    .any(|word| folded.contains(word));
    other(&if no_more {
        format!(
            "The hook reports \"{event}\": somebody wants no more mail in bulk, and asks for nothing."
        )
    } else {
        format!("The hook reports \"{event}\", which is no enquiry.")
    })
}

fn other(reason: &str) -> Reading {
    Reading::NoLead { kind: NoLead::OtherEvent, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_over_is_no_enquiry_and_what_is_new_may_be_one() {
        for event in [
            "coupon_redeemed",
            "contact.updated",
            "BOOKING_CANCELLED",
            "emailOpened",
            "Email opened",
            "conversation_status_changed",
            "bounce",
            "unsubscribed",
            "lead.deleted",
            "invoice.paid",
            "message_read",
            "Bounce",
            "subscriber.unsubscribed",
        ] {
            let tree = json!({ "event_name": event, "profile": { "email": "a@acme.example" } });
            assert!(judge(&tree).is_some(), "{event}");
        }
        for event in [
            "message_created",
            "BOOKING_CREATED",
            "form_submission",
            "Form Submitted",
            "new_lead",
            "lead.created",
            "Open House 2026",
            "Frühjahrsmesse",
            "survey_completed",
            "contact.subscribed",
            "FORM_RESPONSE",
            "order_request",
        ] {
            let tree = json!({ "event": event, "profile": { "email": "a@acme.example" } });
            assert!(judge(&tree).is_none(), "{event}");
        }
        assert!(
            judge(&json!({ "email": "a@acme.example", "type": "update", "name": "Open" }))
                .is_none()
        );
        assert!(
            judge(&json!({ "direction": "outbound", "text": "x", "from": { "name": "Bo" } }))
                .is_some()
        );
        assert!(
            judge(&json!({ "direction": "inbound", "text": "x", "from": { "name": "Bo" } }))
                .is_none()
        );
    }
}
