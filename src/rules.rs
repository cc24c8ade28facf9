//! The file of qualification rules: the one that is built in, or the one that the settings name.

use qualification::{QualificationSettings, Rules};

use crate::settings::SettingsError;

/// The rules as they stand in `config/qualification.toml`.
const BUILT_IN: &str = include_str!("../config/qualification.toml");

/// Loads and type-checks the rules.
///
/// # Errors
/// [`SettingsError`] with every problem of the file.
pub fn load(settings: &QualificationSettings) -> Result<Rules, SettingsError> {
    let (name, text) = match &settings.rules_file {
        None => ("config/qualification.toml (built in)".to_owned(), BUILT_IN.to_owned()),
        Some(path) => {
            let read = std::fs::read_to_string(path);
            let text = read.map_err(|error| {
                let path = path.display();
                SettingsError(vec![format!("[qualification] rules_file `{path}`: {error}.")])
            })?;
            (path.display().to_string(), text)
        }
    };
    Rules::load(&text).map_err(|error| SettingsError(vec![format!("{name}: {error}")]))
}
