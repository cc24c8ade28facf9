//! What a map of a source says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::path::Path;
use crate::fields::Field;
use crate::normal;

/// How one source is recognised and read: a file `config/sources/NAME.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceMap {
    /// Kept with each lead.
    pub name: String,
    /// What must stand where: a path with the values of which one stands there, or `*` for anything. All must.
    pub recognise: BTreeMap<Path, Values>,
    /// What says that a hook is no enquiry: a path with values. One suffices.
    #[serde(default)]
    pub ignore: BTreeMap<Path, Values>,
    /// The list of people, where one hook has several; all other paths begin at one of them.
    #[serde(default)]
    pub entries: Option<Path>,
    /// Paths, each with the field that is read there, as `--map` names them.
    pub fields: BTreeMap<Path, String>,
    /// Fields that are the same in every hook.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// What says that they agreed to mail in bulk.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// Mail domains of the source itself: an address there is no customer's.
    #[serde(default)]
    pub own_domains: Vec<String>,
}

/// One value or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    pub(super) fn hold(&self, found: &str) -> bool {
        let is = |value: &String| value == "*" || value.eq_ignore_ascii_case(found.trim());
        match self {
            Self::One(value) => is(value),
            Self::Several(values) => values.iter().any(is),
        }
    }
}

/// The answer to the question for consent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub path: Path,
    /// The answers that agree.
    pub yes: Values,
    /// The words of the question, kept with the lead.
    #[serde(default)]
    pub wording: Option<String>,
}

impl SourceMap {
    /// Reads a map, and checks what it names.
    ///
    /// # Errors
    /// Finished sentences: everything that is wrong with it.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let map: Self = toml::from_str(text).map_err(|why| {
            let why = why.to_string();
            vec![format!("It cannot be read: {}.", why.trim().replace('\n', " "))]
        })?;
        let mut problems = Vec::new();
        if normal::line(&map.name).is_none() {
            problems.push("`name` is empty; name the source.".to_owned());
        }
        if map.recognise.is_empty() {
            problems.push(
                "`[recognise]` is empty, so that it would take every hook; say what marks its own."
                    .to_owned(),
            );
        }
        if map.fields.is_empty() {
            problems.push(
                "`[fields]` is empty; say where at least an address or a telephone stands."
                    .to_owned(),
            );
        }
        for name in map.fields.values().chain(map.constants.keys()) {
            if Field::of_name(name).is_none() {
                let known: Vec<_> = Field::names().collect();
                problems
                    .push(format!("`{name}` is no field; the fields are {}.", known.join(", ")));
            }
        }
        if problems.is_empty() { Ok(map) } else { Err(problems) }
    }

    /// Whether a hook is of this source.
    pub(super) fn recognises(&self, tree: &Value) -> bool {
        self.recognise.iter().all(|(path, values)| path.texts(tree).any(|text| values.hold(&text)))
    }
}
