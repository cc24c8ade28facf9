//! "Not a duplicate", remembered: which records are not taken for which others. Each of a pair names the other, so
//! that whichever is at hand knows it.

use uuid::Uuid;

use crate::customer::{Account, Contact};
use crate::lead::Lead;

/// Most records that one is kept apart from.
pub const APART_MAX: usize = 200;
/// Most of them that one command names.
pub const NAMED_MAX: usize = 10;

/// What can be kept apart from others.
pub trait KeptApart {
    /// The ids of the records that it is kept apart from, in their order.
    fn kept_apart(&self) -> &[Uuid];

    /// Did somebody say that it is not that record, be it a lead, a contact or an account?
    fn is_apart(&self, other: Uuid) -> bool {
        self.kept_apart().binary_search(&other).is_ok()
    }
}

macro_rules! kept_apart {
    ($($Of:ident),*) => {$(
        impl KeptApart for $Of {
            fn kept_apart(&self) -> &[Uuid] {
                &self.kept_apart
            }
        }
    )*};
}
kept_apart!(Lead, Contact, Account);

/// A list of these with others and without some, in the order of ids.
#[must_use]
pub fn changed(known: &[Uuid], from: &[Uuid], no_longer: &[Uuid]) -> Vec<Uuid> {
    let all = known.iter().chain(from);
    let mut apart: Vec<_> = all.filter(|id| !no_longer.contains(id)).copied().collect();
    apart.sort_unstable();
    apart.dedup();
    apart
}
