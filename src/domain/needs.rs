//! What a worker must know before it decides: the ids and other keys that it names.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::erasure::Sweep;
use crate::ids::{
    AccountId, BulkId, ConsentId, ContactId, DuplicateId, ErasureId, InputId, InvoiceId, LeadId,
    OpportunityId, OrderId, ProposalId, TransferId,
};
use crate::invoice::SeriesKey;
use crate::keys::{
    ConsentOf, InvoiceNumbered, InvoicesOfOrder, LeadBefore, LeadOfOrder, LeadsSelected,
    OpportunitiesBeside, OpportunityOfQuote, OrderOfQuote, ProposalsAbout, TransfersReferenced,
};
use crate::likeness::LikenessKey;
use crate::party::PartyKey;

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
            /// Keys by which parties are found that may be alike: read, not locked.
            pub likes: BTreeSet<LikenessKey>,
            /// Records of which everything is wanted that was said of them.
            pub logs: BTreeSet<Uuid>,
            /// What is looked up by another key than its id.
            pub links: Keys,
            /// Steps of erasing, carried out once all else is loaded.
            pub sweeps: BTreeSet<Sweep>,
            /// The catalog itself is to be changed (as reference data it comes as `Facts`).
            pub catalog: bool,
        }

        $(
            impl AsMut<BTreeSet<$Id>> for Needs {
                fn as_mut(&mut self) -> &mut BTreeSet<$Id> {
                    &mut self.$table
                }
            }
        )*
    };
}
crate::subjects!(needs);

impl Needs {
    /// A record that is changed, or that must not change meanwhile.
    pub fn lock<I: Ord>(&mut self, id: I)
    where
        Self: AsMut<BTreeSet<I>>,
    {
        self.as_mut().insert(id);
    }

    pub fn party(&mut self, key: &PartyKey) {
        self.parties.insert(key.clone());
    }

    /// The stored bytes of an input.
    pub fn raw(&mut self, id: InputId) {
        self.raw.insert(id);
    }

    /// A record that is locked, and what the log says of it.
    pub fn log<I: Ord + Into<Uuid> + Copy>(&mut self, id: I)
    where
        Self: AsMut<BTreeSet<I>>,
    {
        self.lock(id);
        self.logs.insert(id.into());
    }

    /// A record that is only read: whoever has it locked may change it meanwhile.
    pub fn refer<I: Referred>(&mut self, id: I) {
        id.refer(self);
    }

    /// What a key finds: locked too, unless the link says that only its id is wanted.
    pub fn look_up<K: Ord>(&mut self, key: K)
    where
        Keys: AsMut<BTreeSet<K>>,
    {
        self.links.as_mut().insert(key);
    }

    /// A step of erasing: what it found is known to the decision.
    pub fn sweep(&mut self, sweep: Sweep) {
        self.sweeps.insert(sweep);
    }

    pub fn series(&mut self, key: SeriesKey) {
        self.series.insert(key);
    }
}

/// Ids of subjects that can be read without their lock.
pub trait Referred {
    /// Adds it to what is read.
    fn refer(self, needs: &mut Needs);
}

impl Referred for LeadId {
    fn refer(self, needs: &mut Needs) {
        needs.referred_leads.insert(self);
    }
}

macro_rules! asked {
    ($($word:ident: $Link:ident($Key:ident) finds $Id:ident;)*) => {
        /// The keys that a batch needs.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Keys {
            $(pub $word: BTreeSet<$Link>,)*
        }

        $(
            impl AsMut<BTreeSet<$Link>> for Keys {
                fn as_mut(&mut self) -> &mut BTreeSet<$Link> {
                    &mut self.$word
                }
            }
        )*
    };
}
crate::links!(asked);
