//! The contract as files in a folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::entry::Contract;

/// What writing changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// Files of the contract.
    pub files: usize,
    /// Those among them that are new or differ from before.
    pub changed: usize,
    /// Schemas of types that are no longer in the contract.
    pub removed: usize,
}

/// A file could not be read, written or removed.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be {what}: {why}. Name a folder that you may write to.", .path.display())]
pub struct WriteError {
    path: PathBuf,
    what: &'static str,
    #[source]
    why: io::Error,
}

impl Contract {
    /// Writes every file that differs, and removes schemas of types that are gone.
    ///
    /// # Errors
    /// [`WriteError`] naming the first file that could not be written.
    pub fn write(&self, folder: &Path) -> Result<Written, WriteError> {
        let files = self.files();
        let mut written = Written { files: files.len(), ..Written::default() };
        let schemas = folder.join("schemas");
        fs::create_dir_all(&schemas).map_err(failed(&schemas, "made"))?;
        for (path, text) in &files {
            let path = folder.join(path);
            if fs::read(&path).is_ok_and(|found| found == text.as_bytes()) {
                continue;
            }
            fs::write(&path, text).map_err(failed(&path, "written"))?;
            written.changed += 1;
        }
        let known: BTreeSet<PathBuf> = files.keys().map(|path| folder.join(path)).collect();
        for entry in fs::read_dir(&schemas).map_err(failed(&schemas, "read"))? {
            let path = entry.map_err(failed(&schemas, "read"))?.path();
            let schema = path.extension().is_some_and(|extension| extension == "json");
            if schema && !known.contains(&path) {
                fs::remove_file(&path).map_err(failed(&path, "removed"))?;
                written.removed += 1;
            }
        }
        Ok(written)
    }
}

fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> WriteError {
    move |why| WriteError { path: path.to_owned(), what, why }
}
