//! Where a test runs `leadmill`, and which one.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::process::Command;

/// A folder of a test's own, gone with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("leadmill-it-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The file of the product, which lies beside the programs of this package.
pub(crate) fn file() -> PathBuf {
    let file = Path::new(env!("CARGO_BIN_EXE_leadmill-bench")).with_file_name("leadmill");
    assert!(file.is_file(), "`cargo build` makes {}", file.display());
    file
}

/// A call of it.
pub(crate) fn leadmill() -> Command {
    Command::new(file())
}
