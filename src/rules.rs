//! The files of rules, of qualification and of duplicates: those that are built in, or those that the settings name.

use std::path::PathBuf;

use domain::likeness::DuplicateRules;
use qualification::{QualificationSettings, Rules};

use crate::settings::SettingsError;

/// The rules as they stand in `config/qualification.toml`.
const BUILT_IN: &str = include_str!("../config/qualification.toml");
/// The rules as they stand in `config/duplicates.toml`.
const DUPLICATES: &str = include_str!("../config/duplicates.toml");

/// Loads and type-checks the rules of qualification.
///
/// # Errors
/// [`SettingsError`] with every problem of the file.
pub fn load(settings: &QualificationSettings) -> Result<Rules, SettingsError> {
    let (name, text) = file("rules_file", settings.rules_file.as_ref(), "qualification", BUILT_IN)?;
    Rules::load(&text).map_err(|error| SettingsError(vec![format!("{name}: {error}")]))
}

/// Loads and checks the rules of duplicates.
///
/// # Errors
/// [`SettingsError`] with every problem of the file.
pub fn duplicates(settings: &QualificationSettings) -> Result<DuplicateRules, SettingsError> {
    let written = settings.duplicates_file.as_ref();
    let (name, text) = file("duplicates_file", written, "duplicates", DUPLICATES)?;
    DuplicateRules::read(&text).map_err(|problems| {
        SettingsError(problems.iter().map(|problem| format!("{name}: {problem}")).collect())
    })
}

/// What the file is called, and its text.
fn file(
    key: &str,
    path: Option<&PathBuf>,
    name: &str,
    built_in: &str,
) -> Result<(String, String), SettingsError> {
    let Some(path) = path else {
        return Ok((format!("config/{name}.toml (built in)"), built_in.to_owned()));
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        SettingsError(vec![format!("[qualification] {key} `{}`: {error}.", path.display())])
    })?;
    Ok((path.display().to_string(), text))
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
