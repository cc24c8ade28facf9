//! Ids: UUIDv7 in one form, minted for what comes from outside and derived for everything else.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What every typed id can do.
pub trait Id: Copy + Ord + Eq + std::hash::Hash + std::fmt::Display + From<Uuid> {
    /// The bare id.
    fn uuid(self) -> Uuid;
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl Id for $name {
            fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A raw input: what arrived on an `intake.*` queue.
    InputId,
    LeadId,
    /// A lead and another party that are alike.
    DuplicateId,
    AccountId,
    ContactId,
    OpportunityId,
    /// A line of an opportunity; the lines of quote, order and invoice have ids of their own.
    LineId,
    QuoteId,
    OrderId,
    ShipmentId,
    InvoiceId,
    PaymentId,
    /// Money that is held.
    TransferId,
    ProposalId,
    ConsentId,
    /// One command for many leads.
    BulkId,
    /// The request that what is known of a person goes.
    ErasureId,
    /// The one catalog of products and prices.
    CatalogId,
}

/// What ids are derived for. Each sort has ordinals of its own, so that the ids of one decision never
/// meet. What an ordinal was once is kept: a message that is decided again must say the same ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// The records that a decision makes, numbered by [`Ctx::id`](crate::decide::Ctx::id) from 1 on.
    Record,
    /// The messages that it says; the answer to a command is the first.
    Message,
    /// The commands that it plans for later.
    Timer,
    /// The spans of its traces, one for each attempt.
    Span,
}

impl Derived {
    /// Ordinals of one sort: far more than a decision says, or a message is tried.
    const EACH: u32 = 1 << 16;

    /// The ordinal of the `nth` of this sort.
    #[must_use]
    pub const fn ordinal(self, nth: u32) -> u32 {
        debug_assert!(nth < Self::EACH);
        self as u32 * Self::EACH + nth
    }
}

/// The id of the `ordinal`-th thing that `worker` derives from `cause`.
///
/// The time of the cause plus 1 ms, then 74 bits of SHA-256(cause, worker, ordinal): a decision that
/// is taken again after a rollback says the same words with the same ids, and an effect sorts after
/// its cause.
#[must_use]
pub fn derived(cause: Uuid, worker: &str, ordinal: u32) -> Uuid {
    let hash = Sha256::new()
        .chain_update(cause.as_bytes())
        .chain_update(worker.as_bytes())
        .chain_update(ordinal.to_be_bytes())
        .finalize();
    let mut random = [0_u8; 10];
    random.copy_from_slice(&hash[..10]);
    from_millis(millis(cause) + 1, random)
}

/// A new id for something that comes from outside or that the clock starts.
#[must_use]
pub fn minted(now: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    from_millis(u64::try_from(now.timestamp_millis()).unwrap_or(0), random)
}

/// When the id was made, in milliseconds since 1970; 0 where it is no UUIDv7.
#[must_use]
pub fn millis(id: Uuid) -> u64 {
    if id.get_version_num() != 7 {
        return 0;
    }
    let bytes = id.as_bytes();
    bytes[..6].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn from_millis(millis: u64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ordinals_are_those_of_the_ids_that_are_stored_already() {
        let first = [Derived::Record, Derived::Message, Derived::Timer, Derived::Span];
        assert_eq!(first.map(|sort| sort.ordinal(0)), [0, 0x1_0000, 0x2_0000, 0x3_0000]);
        assert_eq!(Derived::Message.ordinal(7), 0x1_0007);
    }

    #[test]
    fn a_derived_id_repeats_itself_and_sorts_after_its_cause() {
        let cause = minted(DateTime::UNIX_EPOCH, [7; 10]);
        let effect = derived(cause, "intake", 0);
        assert_eq!(effect, derived(cause, "intake", 0));
        assert_ne!(effect, derived(cause, "intake", 1));
        assert_ne!(effect, derived(cause, "quoting", 0));
        assert_eq!(millis(effect), millis(cause) + 1);
        assert!(effect > cause);
        assert_eq!(effect.get_version_num(), 7);
    }
}
