//! The golden examples: whole messages as they were once published, in `tests/data/contract`.
//!
//! They are files and not computed, because they hold what code can no longer change: a message in
//! somebody's log or queue. A type gets its file when it is declared; the file never changes after.

use include_dir::{Dir, include_dir};
use serde_json::Value;

static GOLDEN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/tests/data/contract");

/// The example of a type, by its name without `leadmill.`; `None` where the file is missing or no
/// JSON, which a test excludes.
#[must_use]
pub fn example(name: &str) -> Option<Value> {
    let file = GOLDEN.get_file(format!("{name}.json"))?;
    serde_json::from_slice(file.contents()).ok()
}
