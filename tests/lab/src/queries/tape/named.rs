//! What a tape knows of a column before it has any value.

use sqlx::postgres::types::Oid;

/// A column as the catalog knows it.
pub(crate) struct Named {
    pub(super) name: String,
    /// The name of its type without precision.
    pub(super) ty: String,
    pub(super) array: Oid,
    pub(super) element: Oid,
}
