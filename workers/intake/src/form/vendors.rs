//! Hooks of lead forms and CRMs whose shape says who sent them.

use domain::enquiry::{LeadSource, Reading};
use serde_json::Value;

use super::tree::{FIELDS_MAX, at, node, scalar};
use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::normal;
use crate::options::ReadOptions;

mod crm;
mod entry;
mod meta;

use entry::{keep, take};

/// Reads the hook of a known vendor; `None` where the shape is nobody's.
pub(super) fn read(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    meta::read(tree, options)
        .or_else(|| google(tree, options))
        .or_else(|| typeform(tree, options))
        .or_else(|| linkedin(tree, options))
        .or_else(|| crm::mailchimp(tree, options))
        .or_else(|| crm::pipedrive(tree, options))
        .or_else(|| crm::intercom(tree, options))
        .or_else(|| crm::calendly(tree, options))
}

/// A hook that lists its fields by name, as HubSpot's forms do.
pub(super) fn fields(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    crm::hubspot(tree, options)
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
        .or_else(|| at(tree, "payload.uri").filter(|_| crm::is_calendly(tree)))
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

fn google(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let columns = tree.get("user_column_data")?.as_array()?;
    let mut draft = Draft::new(LeadSource::Advertisement, options);
    for column in columns.iter().take(FIELDS_MAX) {
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
    for answer in answers.iter().take(FIELDS_MAX) {
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
        for (name, value) in hidden.iter().take(FIELDS_MAX) {
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
    for answer in answers.iter().take(FIELDS_MAX) {
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
