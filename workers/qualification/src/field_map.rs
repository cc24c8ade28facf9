//! The map by which the fields of a lead go to the records that qualification makes of it: checked once, when it is
//! loaded, then followed for every lead.

use std::fmt;
use std::sync::Arc;

use domain::decide::Refusal;
use domain::lead::Lead;
use domain::message::SubjectKind;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

mod file;
mod kind;
mod targets;

pub(crate) use targets::{AccountFields, ContactFields, OpportunityFields};

/// A map that was found sound; cheap to clone.
#[derive(Clone, Debug)]
pub struct FieldMap {
    version: String,
    lines: Arc<Lines>,
}

/// The lines of each record.
#[derive(Debug)]
struct Lines {
    opportunity: Vec<Line>,
    account: Vec<Line>,
    contact: Vec<Line>,
}

/// One field goes there.
#[derive(Debug)]
struct Line {
    /// The field of the new record.
    target: String,
    /// Where the lead has it, as a JSON pointer into its enquiry.
    source: String,
}

/// What of a lead goes where.
#[derive(Debug)]
pub(crate) struct Mapped {
    pub(crate) opportunity: OpportunityFields,
    pub(crate) account: AccountFields,
    pub(crate) contact: ContactFields,
}

/// Everything that is wrong with a map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FieldMapError {
    /// Finished sentences, each naming record and field.
    pub problems: Vec<String>,
}

impl fmt::Display for FieldMapError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "The field map cannot be used ({}):", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| writeln!(out, "- {problem}"))
    }
}

impl FieldMap {
    /// Which map this is, as the file says; told with every lead that it was followed for.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Follows every line.
    ///
    /// # Errors
    /// Where a value does not fit its field all the same. Types are compared when the map is loaded, so this is a lead
    /// that an older program kept otherwise: a person decides.
    pub(crate) fn follow(&self, lead: &Lead) -> Result<Mapped, Refusal> {
        let fields = serde_json::to_value(&lead.enquiry);
        let mapped = fields.and_then(|fields| {
            Ok(Mapped {
                opportunity: filled(&self.lines.opportunity, &fields)?,
                account: filled(&self.lines.account, &fields)?,
                contact: filled(&self.lines.contact, &fields)?,
            })
        });
        mapped.map_err(|error| {
            let message = format!(
                "The lead `{}` does not fit the field map `{}`: {error}. Leave that field out of the map.",
                lead.number, self.version
            );
            Refusal::no(SubjectKind::Lead, lead.id, "lead.field_map", error.to_string(), message)
        })
    }
}

fn filled<T: DeserializeOwned>(lines: &[Line], lead: &Value) -> serde_json::Result<T> {
    let given = |line: &Line| Some((line.target.clone(), lead.pointer(&line.source)?.clone()));
    serde_json::from_value(Value::Object(lines.iter().filter_map(given).collect::<Map<_, _>>()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
