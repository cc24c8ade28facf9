//! What an entry says goes into the draft.

use serde_json::Value;

use crate::draft::Draft;
use crate::fields::Field;
use crate::form::tree::at;

/// Takes the text at a path as a field.
pub(super) fn take(draft: &mut Draft<'_>, tree: &Value, path: &str, field: Field) {
    if let Some(value) = at(tree, path) {
        draft.field(field, path, &value);
    }
}

/// Keeps what the entry has under these names.
pub(super) fn keep(draft: &mut Draft<'_>, tree: &Value, names: &[&str]) {
    for name in names {
        if let Some(value) = at(tree, name) {
            draft.other(name, &value);
        }
    }
}
