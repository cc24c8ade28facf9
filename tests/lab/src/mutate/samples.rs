//! The real inputs that are changed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

/// One real input.
#[derive(Debug)]
pub struct Sample {
    /// Folder and file.
    pub name: String,
    /// The queue that it comes by.
    pub queue: &'static str,
    pub body: Vec<u8>,
}

/// The folders with the queue of each.
const FOLDERS: [(&str, &str); 4] = [
    ("email", "intake.email"),
    ("web", "intake.web"),
    ("import", "intake.import"),
    ("card", "intake.card"),
];

/// All inputs of a folder, in the order of their names, so that a seed draws the same everywhere.
///
/// # Errors
/// Where the folder has none.
pub fn all(folder: &Path) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for (name, queue) in FOLDERS {
        let inside = folder.join(name);
        let Ok(files) = fs::read_dir(&inside) else { continue };
        for file in files {
            let path = file?.path();
            // What tells the origin of the others is no input.
            if path.is_dir() || path.extension().is_some_and(|end| end == "md") {
                continue;
            }
            let body =
                fs::read(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            samples.push(Sample { name: format!("{name}/{file}"), queue, body });
        }
    }
    if samples.is_empty() {
        bail!(
            "There are no inputs in `{}`; name a folder with the folders email, web, import and card by `--samples`.",
            folder.display()
        );
    }
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(samples)
}
