//! The files by which leads are judged, compared and converted: those that are built in, or those that the settings name.

use std::path::Path;

use domain::likeness::DuplicateRules;
use qualification::{FieldMap, QualificationSettings, Rules};

use crate::settings::SettingsError;

/// The rules as they stand in `config/qualification.toml`.
const RULES: &str = include_str!("../config/qualification.toml");
/// The rules as they stand in `config/duplicates.toml`.
const DUPLICATES: &str = include_str!("../config/duplicates.toml");
/// The map as it stands in `config/field_map.toml`.
const FIELD_MAP: &str = include_str!("../config/field_map.toml");

/// Loads and type-checks the rules of qualification.
///
/// # Errors
/// [`SettingsError`] with every problem of the file.
pub fn load(settings: &QualificationSettings) -> Result<Rules, SettingsError> {
    let built_in = ("config/qualification.toml", RULES);
    let (name, text) = read("rules_file", settings.rules_file.as_deref(), built_in)?;
    Rules::load(&text).map_err(|error| SettingsError(vec![format!("{name}: {error}")]))
}

/// Loads and checks the rules of duplicates.
///
/// # Errors
/// [`SettingsError`] with every problem of the file.
pub fn duplicates(settings: &QualificationSettings) -> Result<DuplicateRules, SettingsError> {
    let built_in = ("config/duplicates.toml", DUPLICATES);
    let (name, text) = read("duplicates_file", settings.duplicates_file.as_deref(), built_in)?;
    DuplicateRules::read(&text).map_err(|problems| {
        SettingsError(problems.iter().map(|problem| format!("{name}: {problem}")).collect())
    })
}

/// Loads and type-checks the field map.
///
/// # Errors
/// [`SettingsError`] with every problem of the file.
pub fn field_map(settings: &QualificationSettings) -> Result<FieldMap, SettingsError> {
    let built_in = ("config/field_map.toml", FIELD_MAP);
    let (name, text) = read("field_map_file", settings.field_map_file.as_deref(), built_in)?;
    FieldMap::load(&text).map_err(|error| SettingsError(vec![format!("{name}: {error}")]))
}

/// The name and the text of the file that a setting names, or of the one that is built in.
fn read(
    setting: &str,
    path: Option<&Path>,
    (name, text): (&str, &str),
) -> Result<(String, String), SettingsError> {
    let Some(path) = path else { return Ok((format!("{name} (built in)"), text.to_owned())) };
    let read = std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        SettingsError(vec![format!("[qualification] {setting} `{path}`: {error}.")])
    })?;
    Ok((path.display().to_string(), read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f20_the_rules_of_duplicates_that_are_built_in_are_sound_and_only_link() {
        let rules = DuplicateRules::read(DUPLICATES).expect("sound rules");
        assert!(!rules.is_empty() && !rules.ask_before_capture());
        assert!(
            !DUPLICATES.contains("action = \"hold\""),
            "nothing is held unless somebody says so"
        );
    }
}
