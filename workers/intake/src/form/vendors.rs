//! Hooks of lead forms and CRMs whose shape says who sent them.

use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use serde_json::Value;

use super::{at, node, nothing, scalar};
use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::{ReadOptions, html, normal};

/// Reads the hook of a known vendor; `None` where the shape is nobody's.
pub(super) fn read(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    meta(tree, options)
        .or_else(|| google(tree, options))
        .or_else(|| typeform(tree, options))
        .or_else(|| linkedin(tree, options))
        .or_else(|| mailchimp(tree, options))
        .or_else(|| pipedrive(tree, options))
        .or_else(|| intercom(tree, options))
        .or_else(|| calendly(tree, options))
        .or_else(|| hubspot(tree, options))
}

/// The vendor's own id of the entry.
pub(super) fn external_id(tree: &Value) -> Option<String> {
    let one_change =
        || node(tree, "entry.1").is_none() && node(tree, "entry.0.changes.1").is_none();
    at(tree, "lead_id")
        .filter(|_| tree.get("user_column_data").is_some())
        .or_else(|| at(tree, "form_response.token"))
        .or_else(|| at(tree, "entry.0.changes.0.value.leadgen_id").filter(|_| one_change()))
        .or_else(|| {
            at(tree, "id")
                .filter(|_| tree.get("field_data").is_some() || tree.get("formResponse").is_some())
        })
        .or_else(|| {
            let hutk = at(tree, "context.hutk")?;
            Some(format!("{hutk}:{}", at(tree, "submittedAt")?))
        })
        .or_else(|| at(tree, "payload.uri").filter(|_| is_calendly(tree)))
        .or_else(|| {
            let data = tree.get("data").filter(|_| tree.get("fired_at").is_some())?;
            Some(format!("{}:{}:{}", at(data, "list_id")?, at(data, "id")?, at(tree, "fired_at")?))
        })
        .or_else(|| {
            at(tree, "id").filter(|_| at(tree, "type").as_deref() == Some("notification_event"))
        })
        .or_else(|| {
            let meta = tree
                .get("meta")
                .filter(|_| tree.get("current").is_some() || tree.get("data").is_some())?;
            Some(format!(
                "{}:{}:{}",
                at(meta, "object").or_else(|| at(meta, "entity"))?,
                at(meta, "id").or_else(|| at(meta, "entity_id"))?,
                at(meta, "timestamp_micro").or_else(|| at(meta, "timestamp"))?
            ))
        })
}

fn is_calendly(tree: &Value) -> bool {
    at(tree, "event").is_some_and(|event| event.starts_with("invitee"))
}

/// Meta's page hook names leads without saying who they are; the Graph answer says it.
fn meta(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    if let Some(answers) = tree.get("field_data").and_then(Value::as_array) {
        let mut draft = Draft::new(LeadSource::Advertisement, options);
        for answer in answers.iter().take(super::FIELDS_MAX) {
            let value = at(answer, "values.0").or_else(|| at(answer, "value"));
            if let (Some(name), Some(value)) = (at(answer, "name"), value) {
                draft.named(&name, &value);
            }
        }
        take(&mut draft, tree, "created_time", Field::SubmittedAt);
        take(&mut draft, tree, "campaign_name", Field::Campaign);
        keep(&mut draft, tree, &["id", "form_id", "ad_id", "campaign_id", "platform"]);
        return Some(draft::whole(draft.finish("Meta's lead")));
    }
    let entries = tree.get("entry")?.as_array()?;
    tree.get("object")?;
    let changes = entries
        .iter()
        .filter_map(|entry| entry.get("changes").and_then(Value::as_array))
        .flatten()
        .take(super::ENTRIES_MAX);
    let parts: Vec<Part> = (1..)
        .zip(changes)
        .map(|(number, change)| Part {
            number,
            reading: meta_change(change),
            original: change.clone(),
        })
        .collect();
    Some(if parts.is_empty() { nothing() } else { draft::collected(parts) })
}

fn meta_change(change: &Value) -> PartReading {
    match at(change, "value.leadgen_id") {
        Some(lead) => PartReading::Unclear {
            reason: format!(
                "Meta names a lead (leadgen_id {lead}, form_id {}, page_id {}) without saying who it \
                 is; fetch it by its id and send the answer.",
                at(change, "value.form_id").unwrap_or_else(|| "unknown".to_owned()),
                at(change, "value.page_id").unwrap_or_else(|| "unknown".to_owned()),
            ),
        },
        None => PartReading::NoLead {
            kind: NoLead::OtherEvent,
            reason: "Meta reports a change of a page that is no lead.".to_owned(),
        },
    }
}

fn google(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let columns = tree.get("user_column_data")?.as_array()?;
    let mut draft = Draft::new(LeadSource::Advertisement, options);
    for column in columns.iter().take(super::FIELDS_MAX) {
        let name = at(column, "column_id").or_else(|| at(column, "column_name"));
        if let (Some(name), Some(value)) = (name, at(column, "string_value")) {
            draft.named(&name, &value);
        }
    }
    take(&mut draft, tree, "is_test", Field::Test);
    take(&mut draft, tree, "campaign_id", Field::Campaign);
    keep(&mut draft, tree, &["lead_id", "form_id", "gcl_id", "adgroup_id", "creative_id"]);
    Some(draft::whole(draft.finish("Google's lead")))
}

fn typeform(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let response = tree.get("form_response")?;
    let answers = response.get("answers")?.as_array()?;
    let mut draft = Draft::new(LeadSource::Web, options);
    for answer in answers.iter().take(super::FIELDS_MAX) {
        let kind = at(answer, "type").unwrap_or_default();
        let value = match kind.as_str() {
            "choice" => at(answer, "choice.label").or_else(|| at(answer, "choice.other")),
            "choices" => node(answer, "choices.labels")
                .and_then(Value::as_array)
                .map(|all| all.iter().filter_map(scalar).collect::<Vec<_>>().join(", ")),
            kind => at(answer, kind),
        };
        let Some(value) = value else { continue };
        let title = title(response, answer);
        match kind.as_str() {
            "email" => draft.field(Field::Email, &title, &value),
            "phone_number" => draft.field(Field::Phone, &title, &value),
            "long_text" => draft.field(Field::Message, &title, &value),
            _ => draft.named(&title, &value),
        }
    }
    if let Some(hidden) = response.get("hidden").and_then(Value::as_object) {
        for (name, value) in hidden.iter().take(super::FIELDS_MAX) {
            draft.named(name, &scalar(value).unwrap_or_default());
        }
    }
    take(&mut draft, response, "submitted_at", Field::SubmittedAt);
    take(&mut draft, response, "definition.title", Field::Campaign);
    keep(&mut draft, response, &["token", "form_id"]);
    Some(draft::whole(draft.finish("Typeform's answer")))
}

/// The question that an answer belongs to, from the form's definition.
fn title(response: &Value, answer: &Value) -> String {
    let id = at(answer, "field.id");
    let reference = at(answer, "field.ref");
    node(response, "definition.fields")
        .and_then(Value::as_array)
        .and_then(|fields| {
            fields.iter().find(|field| {
                id.is_some() && at(field, "id") == id
                    || reference.is_some() && at(field, "ref") == reference
            })
        })
        .and_then(|field| at(field, "title"))
        .or(reference)
        .or(id)
        .unwrap_or_else(|| "answer".to_owned())
}

fn linkedin(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let answers = node(tree, "formResponse.answers")?.as_array()?;
    let mut draft = Draft::new(LeadSource::Advertisement, options);
    for answer in answers.iter().take(super::FIELDS_MAX) {
        let Some(value) = at(answer, "answerDetails.textQuestionAnswer.answer")
            .or_else(|| at(answer, "answerDetails.multipleChoiceAnswer.options.0"))
            .or_else(|| at(answer, "answer"))
        else {
            continue;
        };
        let name = at(answer, "name").or_else(|| at(answer, "predefinedField"));
        match name {
            Some(name) => draft.named(&name, &value),
            // Questions are only numbered: what is an address is one whatever was asked.
            None if normal::email(&value).is_some() => draft.field(Field::Email, "answer", &value),
            None if value.starts_with('+') => draft.field(Field::Phone, "answer", &value),
            None => {
                let id = at(answer, "questionId").unwrap_or_default();
                draft.other(&format!("question {id}"), &value);
            }
        }
    }
    take(&mut draft, tree, "testLead", Field::Test);
    take(&mut draft, tree, "submittedAt", Field::SubmittedAt);
    take(&mut draft, tree, "leadMetadata.sponsoredLeadMetadata.campaign", Field::Campaign);
    keep(&mut draft, tree, &["id", "leadType", "versionedLeadGenFormUrn"]);
    Some(draft::whole(draft.finish("LinkedIn's lead")))
}

fn mailchimp(tree: &Value, options: &ReadOptions) -> Option<Reading> {
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

fn pipedrive(tree: &Value, options: &ReadOptions) -> Option<Reading> {
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

fn intercom(tree: &Value, options: &ReadOptions) -> Option<Reading> {
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
    Some(match draft.finish("Intercom's contact") {
        PartReading::Unclear { reason } => Reading::Unclear {
            reason: format!("{reason} Intercom knows the visitor as user_id {key}."),
        },
        reading => draft::whole(reading),
    })
}

fn calendly(tree: &Value, options: &ReadOptions) -> Option<Reading> {
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

fn hubspot(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    if let (Some(object), Some(kind)) = (at(tree, "objectId"), at(tree, "subscriptionType")) {
        return Some(if kind == "contact.creation" {
            Reading::Unclear {
                reason: format!(
                    "HubSpot names a new contact (objectId {object}) without saying who it is; fetch \
                     it by its id and send the answer."
                ),
            }
        } else {
            let reason = format!("HubSpot reports \"{kind}\", which is no new contact.");
            Reading::NoLead { kind: NoLead::OtherEvent, reason }
        });
    }
    let mut draft = Draft::new(LeadSource::Web, options);
    let fields = tree.get("fields").or_else(|| tree.get("values"));
    if let Some(fields) = fields.and_then(Value::as_array) {
        for field in fields.iter().take(super::FIELDS_MAX) {
            if let (Some(name), Some(value)) = (at(field, "name"), at(field, "value")) {
                draft.named(&name, &value);
            }
        }
    } else {
        let properties = tree.get("properties")?.as_object()?;
        for (name, value) in properties.iter().take(super::FIELDS_MAX) {
            draft.named(name, &scalar(value).or_else(|| at(value, "value")).unwrap_or_default());
        }
    }
    let agreed = node(tree, "legalConsentOptions.consent.communications")
        .and_then(Value::as_array)
        .is_some_and(|all| {
            all.iter().any(|one| one.get("value").and_then(Value::as_bool) == Some(true))
        });
    draft.enquiry_mut().consent |= agreed;
    take(&mut draft, tree, "submittedAt", Field::SubmittedAt);
    take(&mut draft, tree, "context.pageName", Field::Campaign);
    keep(&mut draft, tree, &["pageUrl"]);
    if let Some(page) = at(tree, "context.pageUri") {
        draft.other("pageUri", &page);
    }
    Some(draft::whole(draft.finish("HubSpot's form")))
}

fn take(draft: &mut Draft<'_>, tree: &Value, path: &str, field: Field) {
    if let Some(value) = at(tree, path) {
        draft.field(field, path, &value);
    }
}

fn keep(draft: &mut Draft<'_>, tree: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = at(tree, name) {
            draft.other(name, &value);
        }
    }
}
