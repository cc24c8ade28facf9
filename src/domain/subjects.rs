//! The one list of subjects that are locked by their id. What the World holds, what can be needed, and how
//! the store loads and saves follow from it, so that none can be forgotten.

use std::collections::BTreeSet;

use crate::ids::Id;
use crate::locks::Root;
use crate::message::SubjectKind;
use crate::needs::Needs;
use crate::world::{Table, World};

/// Hands the list, in the order of locks, to a macro: `subjects!(save)`. The first word is the module of
/// the store that loads and saves the records. Quotes are parts of their opportunity.
#[macro_export]
macro_rules! subjects {
    ($with:ident) => {
        $with! {
            input: Input by InputId in inputs;
            account: Account by AccountId in accounts;
            contact: Contact by ContactId in contacts;
            lead: Lead by LeadId in leads;
            opportunity: Opportunity by OpportunityId in opportunities;
            order: Order by OrderId in orders;
            invoice: Invoice by InvoiceId in invoices;
        }
    };
}

/// The id of a subject, by which its record is locked and found. Implemented by the list.
pub trait SubjectId: Id + std::fmt::Debug + 'static {
    /// The record.
    type Of: Clone + 'static;
    /// Its kind in messages and tables.
    const KIND: SubjectKind;
    /// What is locked with its record.
    const ROOT: Root;

    /// All records of this kind that a batch knows.
    fn table(world: &World) -> &Table<Self, Self::Of>;

    /// All ids of this kind that a batch needs.
    fn needed(needs: &mut Needs) -> &mut BTreeSet<Self>;
}
