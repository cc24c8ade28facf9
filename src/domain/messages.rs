//! The contract: what leadmill says has happened, and what it can be asked for. Each subject has a file
//! with its messages, in the order of a pipeline.
//!
//! Within `.v1` only optional fields may be added; anything else is a new struct and a `.v2`.

mod account;
mod bulk;
mod catalog;
mod consent;
mod contact;
mod duplicate;
mod erasure;
mod input;
mod invoice;
mod lead;
mod opportunity;
mod order;
mod proposal;
mod quote;
mod transfer;

use crate::message::{MessageKind, MessageType};
use crate::replay::ReadEvent;

macro_rules! by_subject {
    ($($kind:ident $subject:ident,)*) => {
        /// What leadmill says has happened. Past tense, one per state change.
        pub mod events {
            pub use super::invoice::issued;
            $(#[allow(unused_imports, reason = "a subject may have none")]
            pub use super::$subject::events::*;)*

            /// Every type of event.
            pub const EVENTS: &[&super::MessageType] =
                &super::joined::<{ 0 $(+ super::$subject::EVENTS.len())* }>(
                    &[$(super::$subject::EVENTS),*],
                );
        }

        /// How the data of each type of event is read to be told again.
        pub(crate) const REPLAYS: &[&[(&MessageType, ReadEvent)]] = &[$($subject::REPLAYS),*];

        /// What others may ask of leadmill, and what it asks of itself.
        pub mod commands {
            use crate::message::Message;

            pub use super::invoice::{DOCUMENTS_MAX, PaidDocument};
            pub use super::lead::OpportunityWish;
            pub use super::order::LineToBill;
            pub use super::quote::OptionalWish;
            $(#[allow(unused_imports, reason = "a subject may have none")]
            pub use super::$subject::commands::*;)*

            /// Every type of command.
            pub const COMMANDS: &[&super::MessageType] =
                &super::joined::<{ 0 $(+ super::$subject::COMMANDS.len())* }>(
                    &[$(super::$subject::COMMANDS),*],
                );

            /// What changes the catalog.
            pub const OF_CATALOG: &[&super::MessageType] = super::catalog::COMMANDS;

            /// What leadmill says to itself alone: from outside it is not taken.
            pub const INTERNAL: [&super::MessageType; 4] =
                [InputRow::TYPE, ImportContinue::TYPE, BulkContinue::TYPE, ErasureContinue::TYPE];

            /// Whether others may ask for it: a command that leadmill does not keep to itself.
            #[must_use]
            pub fn is_from_outside(ty: &super::MessageType) -> bool {
                ty.kind == super::MessageKind::Command && !INTERNAL.contains(&ty)
            }
        }
    };
}
crate::kinds!(by_subject);

const fn joined<const N: usize>(
    lists: &[&'static [&'static MessageType]],
) -> [&'static MessageType; N] {
    let mut all = [input::EVENTS[0]; N];
    let (mut at, mut list, mut place) = (0, 0, 0);
    while list < lists.len() {
        if place == lists[list].len() {
            (list, place) = (list + 1, 0);
        } else {
            all[at] = lists[list][place];
            (at, place) = (at + 1, place + 1);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{commands, events};

    #[test]
    fn whatever_others_may_ask_for_needs_a_right_and_what_leadmill_alone_says_needs_none() {
        for ty in commands::COMMANDS.iter().chain(events::EVENTS) {
            assert_eq!(ty.needs.is_some(), commands::is_from_outside(ty), "{}", ty.name);
        }
    }
}
