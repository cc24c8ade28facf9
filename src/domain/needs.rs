//! What a worker must know before it decides: the ids and natural keys that it names.

use std::collections::BTreeSet;

use crate::ids::{AccountId, ContactId, InputId, InvoiceId, LeadId, OpportunityId, OrderId};
use crate::invoice::SeriesKey;
use crate::links::{Asked, Link};
use crate::party::PartyKey;
use crate::subjects::SubjectId;

macro_rules! needs {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// What must be known before a message can be decided on. Everything named by id or key is
        /// locked, everything referred to is only read.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Needs {
            $(pub $table: BTreeSet<$Id>,)*
            pub parties: BTreeSet<PartyKey>,
            /// Inputs whose raw bytes are read again.
            pub raw: BTreeSet<InputId>,
            /// Leads that are only referred to: read, not locked.
            pub referred_leads: BTreeSet<LeadId>,
            pub series: BTreeSet<SeriesKey>,
            /// What is looked up by another key than its id.
            pub links: Asked,
            /// The catalog itself is to be changed (as reference data it comes as `Facts`).
            pub catalog: bool,
        }
    };
}
crate::subjects!(needs);

impl Needs {
    /// A record that is changed, or that must not change meanwhile.
    pub fn lock<I: SubjectId>(&mut self, id: I) {
        I::needed(self).insert(id);
    }

    pub fn party(&mut self, key: &PartyKey) {
        self.parties.insert(key.clone());
    }

    /// The stored bytes of an input.
    pub fn raw(&mut self, id: InputId) {
        self.raw.insert(id);
    }

    /// A record that is only read: whoever has it locked may change it meanwhile.
    pub fn refer<I: Referred>(&mut self, id: I) {
        I::referred(self).insert(id);
    }

    /// What a key finds: locked too, unless only its id is wanted ([`Link::LOADS`]).
    pub fn look_up<L: Link>(&mut self, key: L) {
        L::needed(self).insert(key);
    }

    pub fn series(&mut self, key: SeriesKey) {
        self.series.insert(key);
    }
}

/// Ids of subjects that can be read without their lock.
pub trait Referred: SubjectId {
    /// All ids of this kind that a batch refers to.
    fn referred(needs: &mut Needs) -> &mut BTreeSet<Self>;
}

impl Referred for LeadId {
    fn referred(needs: &mut Needs) -> &mut BTreeSet<Self> {
        &mut needs.referred_leads
    }
}
