//! What a worker must know before it decides: the ids and natural keys that it names.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::ids::{
    AccountId, ContactId, InputId, InvoiceId, LeadId, OpportunityId, OrderId, QuoteId,
};
use crate::invoice::SeriesKey;
use crate::party::PartyKey;
use crate::subjects::SubjectId;

/// A natural key: another way to name a record than by its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    OpportunityOfQuote(QuoteId),
    /// The lead that the deal of an order began with; only its id is known, nothing is loaded.
    LeadOfOrder(OrderId),
    OrderOfQuote(QuoteId),
    InvoiceOfOrder(OrderId),
    InvoiceNumbered(String),
}

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
            pub keys: BTreeSet<Key>,
            /// The catalog itself is to be changed (as reference data it comes as `Facts`).
            pub catalog: bool,
        }
    };
}
crate::subjects!(needs);

impl Needs {
    /// Adds the records that natural keys were found to stand for.
    pub fn resolve(&mut self, keys: &BTreeMap<Key, Option<Uuid>>) {
        for (key, id) in keys {
            let Some(id) = *id else { continue };
            match key {
                Key::LeadOfOrder(_) => {}
                Key::OpportunityOfQuote(_) => {
                    self.opportunities.insert(id.into());
                }
                Key::OrderOfQuote(_) => {
                    self.orders.insert(id.into());
                }
                Key::InvoiceOfOrder(_) | Key::InvoiceNumbered(_) => {
                    self.invoices.insert(id.into());
                }
            }
        }
    }

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

    /// A lead that is only read.
    pub fn refer_lead(&mut self, id: LeadId) {
        self.referred_leads.insert(id);
    }

    pub fn opportunity_of_quote(&mut self, quote: QuoteId) {
        self.keys.insert(Key::OpportunityOfQuote(quote));
    }

    /// Which lead the deal of an order began with.
    pub fn lead_of_order(&mut self, order: OrderId) {
        self.keys.insert(Key::LeadOfOrder(order));
    }

    pub fn order_of_quote(&mut self, quote: QuoteId) {
        self.keys.insert(Key::OrderOfQuote(quote));
    }

    pub fn invoice_of_order(&mut self, order: OrderId) {
        self.keys.insert(Key::InvoiceOfOrder(order));
    }

    pub fn invoice_numbered(&mut self, number: &str) {
        self.keys.insert(Key::InvoiceNumbered(number.to_owned()));
    }

    pub fn series(&mut self, key: SeriesKey) {
        self.series.insert(key);
    }
}
