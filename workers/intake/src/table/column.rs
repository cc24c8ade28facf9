//! A column of a list.

use crate::fields::Field;

/// A column with what its name means.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) field: Option<Field>,
}
