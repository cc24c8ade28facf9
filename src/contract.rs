//! The contract as others read it: JSON Schemas, an AsyncAPI document and the life cycles.
//!
//! All of it is computed from the catalog of messages, the list of workers and the life cycles of
//! the domain, so that none of it can say something else than the code. `leadmill contract --write
//! docs` puts it into files, and a test compares those with what is computed. Only the examples are
//! files of their own, in `tests/data/contract`: what was once published must be read for ever.

use std::collections::BTreeMap;

use domain::message::TYPE_PREFIX;
use serde_json::Value;

mod asyncapi;
mod entry;
mod envelope;
mod example;
mod lifecycles;
mod raw;
mod schema;
mod shape;
mod write;

pub use entry::{Contract, Entry, Role, types};
pub use example::example;
pub use lifecycles::lifecycles;
pub use raw::RawInput;
pub use shape::shapes;
pub use write::{WriteError, Written};

/// The schema of the envelope, by name beside those of the types.
pub const ENVELOPE: &str = "envelope";

/// The JSON Schema (2020-12) of a type's data, or of the [`ENVELOPE`]; with `leadmill.` before the
/// name or without. `None` where there is no such type.
#[must_use]
pub fn schema(name: &str) -> Option<Value> {
    if name == ENVELOPE {
        return Some(envelope::schema());
    }
    let bare = name.strip_prefix(TYPE_PREFIX).unwrap_or(name);
    types().find(|ty| ty.name == bare).map(schema::data)
}

impl Contract {
    /// The AsyncAPI 3.0.0 document.
    #[must_use]
    pub fn asyncapi(&self) -> Value {
        asyncapi::document(self)
    }

    /// Every file of the contract: its path within the folder, with `/`, and its text.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::from([
            ("asyncapi.json".to_owned(), text(self.asyncapi())),
            ("lifecycles.md".to_owned(), lifecycles()),
            (format!("schemas/{ENVELOPE}.json"), text(envelope::schema())),
        ]);
        files.extend(
            types().map(|ty| (format!("schemas/{}.json", ty.name), text(schema::data(ty)))),
        );
        files
    }
}

/// The text of a JSON document: sorted keys, two blanks deep, a newline at the end.
pub fn text(mut document: Value) -> String {
    // Whatever order the map type of serde_json was built with.
    document.sort_all_objects();
    format!("{document:#}\n")
}
