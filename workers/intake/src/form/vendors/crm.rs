//! Hooks of CRMs, mailing lists, chats and calendars.

use domain::enquiry::{LeadSource, NoLead, PartReading, Reading};
use serde_json::Value;

use super::entry::{keep, take};
use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::form::tree::{FIELDS_MAX, at, node, scalar};
use crate::html;
use crate::options::ReadOptions;

pub(super) fn is_calendly(tree: &Value) -> bool {
    at(tree, "event").is_some_and(|event| event.starts_with("invitee."))
}

pub(super) fn mailchimp(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let data = tree.get("data")?;
    tree.get("fired_at")?;
    let kind = at(tree, "type")?;
    if kind != "subscribe" {
        let reason = format!("Mailchimp reports \"{kind}\", which is about a subscriber it has.");
        return Some(Reading::NoLead { kind: NoLead::OtherEvent, reason });
    }
    let mut draft = Draft::new(LeadSource::Web, options);
    take(&mut draft, data, "email", Field::Email);
    for (name, value) in data.get("merges").and_then(Value::as_object).into_iter().flatten() {
        if let Value::Object(parts) = value {
            for (part, text) in parts {
                draft.named(part, &scalar(text).unwrap_or_default());
            }
        } else if name != "EMAIL" {
            draft.named(name, &scalar(value).unwrap_or_default());
        }
    }
    // Who subscribes asks for the list's mail; its time has no zone and stays as written.
    draft.field(Field::Consent, "subscribe", "yes");
    take(&mut draft, tree, "fired_at", Field::SubmittedAt);
    keep(&mut draft, data, &["list_id"]);
    Some(draft::whole(draft.finish("Mailchimp's subscription")))
}

pub(super) fn pipedrive(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let meta = tree.get("meta")?;
    let current = tree.get("current").or_else(|| tree.get("data"))?;
    let object = at(meta, "object").or_else(|| at(meta, "entity"))?;
    let action = at(meta, "action")?;
    if object != "person" || !matches!(action.as_str(), "added" | "create" | "created") {
        let reason =
            format!("Pipedrive reports \"{action}\" of a {object}; only new persons are leads.");
        return Some(Reading::NoLead { kind: NoLead::OtherEvent, reason });
    }
    let mut draft = Draft::new(LeadSource::Other, options);
    take(&mut draft, current, "first_name", Field::GivenName);
    take(&mut draft, current, "last_name", Field::FamilyName);
    take(&mut draft, current, "name", Field::FullName);
    take(&mut draft, current, "org_name", Field::Company);
    take(&mut draft, current, "org_id.name", Field::Company);
    take(&mut draft, current, "job_title", Field::JobTitle);
    // The owner's address and cc_email beside these are ours.
    for (name, field) in [
        ("email", Field::Email),
        ("emails", Field::Email),
        ("phone", Field::Phone),
        ("phones", Field::Phone),
    ] {
        for entry in current.get(name).and_then(Value::as_array).into_iter().flatten() {
            let value = at(entry, "value").or_else(|| scalar(entry)).unwrap_or_default();
            draft.field(field, name, &value);
        }
    }
    take(&mut draft, meta, "timestamp", Field::SubmittedAt);
    Some(draft::whole(draft.finish("Pipedrive's person")))
}

pub(super) fn intercom(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let item = node(tree, "data.item")?;
    let topic = at(tree, "topic")?;
    let is_new = matches!(
        topic.as_str(),
        "contact.created"
            | "contact.lead.created"
            | "contact.user.created"
            | "user.created"
            | "conversation.user.created"
            | "contact.added_email"
            | "lead.created"
    );
    if !is_new {
        let reason = format!("Intercom reports \"{topic}\", which is no new contact or question.");
        return Some(Reading::NoLead { kind: NoLead::OtherEvent, reason });
    }
    let person = ["user", "source.author", "contacts.contacts.0"]
        .iter()
        .find_map(|path| node(item, path))
        .unwrap_or(item);
    let mut draft = Draft::new(LeadSource::Web, options);
    take(&mut draft, person, "email", Field::Email);
    take(&mut draft, person, "phone", Field::Phone);
    take(&mut draft, person, "name", Field::FullName);
    take(&mut draft, person, "custom_attributes.job_title", Field::JobTitle);
    take(&mut draft, person, "companies.companies.0.name", Field::Company);
    for (path, field) in [
        ("city_name", Field::City),
        ("region_name", Field::Subdivision),
        ("postal_code", Field::PostalCode),
        ("country_code", Field::Country),
    ] {
        take(&mut draft, person, &format!("location_data.{path}"), field);
    }
    let message = node(item, "conversation_message").or_else(|| item.get("source"));
    if let Some(message) = message {
        take(&mut draft, message, "subject", Field::Topic);
        let text = at(message, "body").map(|body| html::to_text(&body)).unwrap_or_default();
        draft.field(Field::Message, "message", &text);
    }
    take(&mut draft, tree, "created_at", Field::SubmittedAt);
    keep(&mut draft, person, &["user_id"]);
    let key = at(person, "user_id").or_else(|| at(person, "id")).unwrap_or_default();
    let read = draft.finish("Intercom's contact");
    let known = match &read {
        PartReading::Unclear { reason, .. } => {
            format!("{reason} Intercom knows the visitor as user_id {key}.")
        }
        _ => return Some(draft::whole(read)),
    };
    Some(draft::whole(read.held(known)))
}

pub(super) fn calendly(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let payload = tree.get("payload")?;
    if !is_calendly(tree) {
        return None;
    }
    let event = at(tree, "event").unwrap_or_default();
    if event != "invitee.created"
        || payload.get("rescheduled").and_then(Value::as_bool) == Some(true)
    {
        let reason = format!("Calendly reports \"{event}\" of a meeting that was booked before.");
        return Some(Reading::NoLead { kind: NoLead::OtherEvent, reason });
    }
    let person = payload.get("invitee").unwrap_or(payload);
    let mut draft = Draft::new(LeadSource::Web, options);
    take(&mut draft, person, "email", Field::Email);
    take(&mut draft, person, "first_name", Field::GivenName);
    take(&mut draft, person, "last_name", Field::FamilyName);
    take(&mut draft, person, "name", Field::FullName);
    take(&mut draft, person, "text_reminder_number", Field::Mobile);
    take(&mut draft, payload, "tracking.utm_campaign", Field::Campaign);
    for path in ["scheduled_event.name", "event_type.name"] {
        take(&mut draft, payload, path, Field::Topic);
    }
    for answer in
        payload.get("questions_and_answers").and_then(Value::as_array).into_iter().flatten()
    {
        if let (Some(question), Some(value)) = (at(answer, "question"), at(answer, "answer")) {
            draft.named(&question, &value);
        }
    }
    take(&mut draft, payload, "created_at", Field::SubmittedAt);
    keep(&mut draft, payload, &["timezone", "event", "uri"]);
    Some(draft::whole(draft.finish("Calendly's booking")))
}

pub(super) fn hubspot(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    if let (Some(object), Some(kind)) = (at(tree, "objectId"), at(tree, "subscriptionType")) {
        return Some(if kind == "contact.creation" {
            Reading::unclear(format!(
                "HubSpot names a new contact (objectId {object}) without saying who it is; fetch \
                     it by its id and send the answer."
            ))
        } else {
            let reason = format!("HubSpot reports \"{kind}\", which is no new contact.");
            Reading::NoLead { kind: NoLead::OtherEvent, reason }
        });
    }
    let mut draft = Draft::new(LeadSource::Web, options);
    let fields = tree.get("fields").or_else(|| tree.get("values"));
    if let Some(fields) = fields.and_then(Value::as_array) {
        // Other builders describe their fields in lists of the same name.
        let is_other = |field: &Value| {
            let described = ["label", "title", "options", "choices", "key", "question"];
            at(field, "name").is_none() || described.iter().any(|name| field.get(*name).is_some())
        };
        if fields.is_empty() || fields.iter().take(FIELDS_MAX).any(is_other) {
            return None;
        }
        for field in fields.iter().take(FIELDS_MAX) {
            if let (Some(name), Some(value)) = (at(field, "name"), at(field, "value")) {
                draft.named(&name, &value);
            }
        }
    } else {
        let properties = tree.get("properties")?.as_object()?;
        for (name, value) in properties.iter().take(FIELDS_MAX) {
            draft.named(name, &scalar(value).or_else(|| at(value, "value")).unwrap_or_default());
        }
    }
    let agreed = node(tree, "legalConsentOptions.consent.communications")
        .and_then(Value::as_array)
        .is_some_and(|all| {
            all.iter().any(|one| one.get("value").and_then(Value::as_bool) == Some(true))
        });
    if agreed {
        draft.agree(None);
    }
    take(&mut draft, tree, "submittedAt", Field::SubmittedAt);
    take(&mut draft, tree, "context.pageName", Field::Campaign);
    keep(&mut draft, tree, &["pageUrl"]);
    if let Some(page) = at(tree, "context.pageUri") {
        draft.other("pageUri", &page);
    }
    Some(draft::whole(draft.finish("HubSpot's form")))
}
