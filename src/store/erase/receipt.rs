//! What a step writes into the receipt.

use domain::erasure::Erased;

/// Adds what went, where anything did.
pub(super) fn count(receipt: &mut Vec<Erased>, store: &str, count: u64) {
    if count > 0 {
        receipt.push(Erased { store: store.to_owned(), count });
    }
}
