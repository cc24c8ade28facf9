//! The maps of declared sources: files of a folder that the settings name.

use std::path::Path;

use intake::ReadOptions;
use intake::sources::SourceMap;

use crate::settings::SettingsError;

/// Loads the maps, in the order of their names: of two that recognise a hook the first reads it.
///
/// # Errors
/// [`SettingsError`] with every problem of every file.
pub fn load(options: &ReadOptions) -> Result<ReadOptions, SettingsError> {
    let folder = &options.sources_folder;
    if folder.as_os_str().is_empty() {
        return Ok(options.clone());
    }
    let unreadable = |error: std::io::Error| {
        SettingsError(vec![format!("[intake] sources_folder `{}`: {error}.", folder.display())])
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let (mut maps, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match read(&file) {
            Ok(map) => maps.push(map),
            Err(SettingsError(more)) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        Ok(ReadOptions { sources: maps.into(), ..options.clone() })
    } else {
        Err(SettingsError(problems))
    }
}

/// Reads one map.
///
/// # Errors
/// [`SettingsError`] with everything that is wrong with it.
pub fn read(file: &Path) -> Result<SourceMap, SettingsError> {
    let name = file.display();
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| SettingsError(vec![format!("`{name}`: {error}.")]))?;
    SourceMap::read(&text).map_err(|problems| {
        SettingsError(problems.iter().map(|problem| format!("`{name}`: {problem}")).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_can_be_used_and_a_folder_is_loaded_whole() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/sources");
        let options = ReadOptions { sources_folder: folder.clone(), ..ReadOptions::default() };
        let loaded = load(&options).expect("the maps of the repository");
        assert_eq!(loaded.sources.len(), 1);
        let missing = ReadOptions { sources_folder: folder.join("none"), ..ReadOptions::default() };
        let problems = load(&missing).expect_err("no folder").to_string();
        assert!(problems.contains("sources_folder"), "{problems}");
    }
}
