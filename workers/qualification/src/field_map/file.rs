//! Reading a field map: every problem is found and named at once, nothing unsound gets through.

use std::sync::Arc;

use domain::enquiry::Enquiry;
use schemars::JsonSchema;
use toml::{Table, Value};

use super::kind::Kind;
use super::{
    AccountFields, ContactFields, FieldMap, FieldMapError, Line, Lines, OpportunityFields,
};

/// Longest file, in bytes.
const FILE_BYTES_MAX: usize = 64 * 1024;
/// Longest version, in characters: it stands in every event.
const VERSION_CHARS_MAX: usize = 100;
const KEYS: [&str; 4] = ["version", OPPORTUNITY, ACCOUNT, CONTACT];
const OPPORTUNITY: &str = "opportunity";
const ACCOUNT: &str = "account";
const CONTACT: &str = "contact";

impl FieldMap {
    /// Reads and checks the text of a map (TOML).
    ///
    /// # Errors
    /// [`FieldMapError`] with every problem at once; nothing of such a file is used.
    pub fn load(text: &str) -> Result<Self, FieldMapError> {
        load(text)
    }
}

fn load(text: &str) -> Result<FieldMap, FieldMapError> {
    if text.len() > FILE_BYTES_MAX {
        let problem = format!("The file is longer than {FILE_BYTES_MAX} bytes; shorten it.");
        return Err(FieldMapError { problems: vec![problem] });
    }
    let table = text.parse::<Table>().map_err(|error| FieldMapError {
        problems: vec![format!("The file is no TOML: {}", error.to_string().trim_end())],
    })?;
    let mut problems = Vec::new();
    for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        problems.push(format!(
            "The file, key `{key}`: there is no such key; the keys are {}.",
            KEYS.join(", ")
        ));
    }
    let version = version(&table, &mut problems);
    let lead = Kind::of::<Enquiry>();
    let opportunity = lines::<OpportunityFields>(OPPORTUNITY, &table, &lead, &mut problems);
    let account = lines::<AccountFields>(ACCOUNT, &table, &lead, &mut problems);
    let contact = lines::<ContactFields>(CONTACT, &table, &lead, &mut problems);
    problems.extend(incomplete(&table));
    if !problems.is_empty() {
        return Err(FieldMapError { problems });
    }
    Ok(FieldMap { version, lines: Arc::new(Lines { opportunity, account, contact }) })
}

fn version(table: &Table, problems: &mut Vec<String>) -> String {
    let version = table.get("version").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if version.is_empty() || version.chars().count() > VERSION_CHARS_MAX {
        problems.push(format!(
            "The key `version` names no map; write 1 to {VERSION_CHARS_MAX} characters, as version = \
             \"2026-03\": every `lead.qualified` tells it."
        ));
    }
    version.to_owned()
}

/// The lines below the name of a record.
fn lines<T: JsonSchema>(
    record: &str,
    table: &Table,
    lead: &Kind,
    problems: &mut Vec<String>,
) -> Vec<Line> {
    let Some(value) = table.get(record) else { return Vec::new() };
    let Some(entries) = value.as_table() else {
        problems.push(format!(
            "The key `{record}` is no table; write [{record}] with lines below it, as name = \"topic\"."
        ));
        return Vec::new();
    };
    let kind = Kind::of::<T>();
    let fields = kind.fields();
    let mut sound = Vec::new();
    for (target, path) in entries {
        let wanted = fields.get(target.as_str());
        if wanted.is_none() {
            let known: Vec<_> = fields.keys().copied().collect();
            problems.push(format!(
                "[{record}] {target}: there is no such field; the fields are {}.",
                known.join(", ")
            ));
        }
        let path = path.as_str().unwrap_or_default();
        let Some(given) = lead.at(path) else {
            problems.push(format!(
                "[{record}] {target}: a lead has no field \"{path}\"; its fields are {}.",
                lead.paths().join(", ")
            ));
            continue;
        };
        match wanted {
            Some(wanted) if !given.fits(wanted) => problems.push(format!(
                "[{record}] {target} is {wanted}, and the lead's {path} is {given}; map a field of the same type."
            )),
            _ => {}
        }
        let source = format!("/{}", path.replace('.', "/"));
        sound.push(Line { target: target.clone(), source });
    }
    sound
}

/// What records could not be made with.
fn incomplete(table: &Table) -> Vec<String> {
    let has = |record: &str, field: &str| {
        table.get(record).and_then(Value::as_table).is_some_and(|lines| lines.contains_key(field))
    };
    let mut problems = Vec::new();
    if !has(ACCOUNT, "name") {
        problems.push("[account] name: an account has a name; write name = \"company\".".into());
    }
    if has(OPPORTUNITY, "estimated_revenue") != has(OPPORTUNITY, "currency") {
        problems.push(
            "[opportunity] estimated_revenue and currency: an amount is nothing without its currency; map both or \
             none."
                .into(),
        );
    }
    problems
}
