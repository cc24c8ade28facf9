//! What the log says of a record, for decisions that hang on its past: looked up under the lock of the record, so that
//! it is all.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::enquiry::Enquiry;
use crate::ids::InputId;
use crate::input::PartOf;
use crate::lead::NewerFacts;
use crate::party::PartyKey;

/// Most events about one record that are looked up: the newest.
pub const LOGGED_MAX: usize = 500;

/// What was said about a record, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    pub events: Vec<Logged>,
    /// There are older ones, which were not looked up.
    pub more: bool,
    /// The first thing that somebody outside did to the deal of a lead: the type of what was said then.
    pub deal_touched: Option<String>,
    /// Others have to do with the account that was made of it: another lead, a contact, a deal or a document.
    pub account_shared: bool,
}

/// One event about a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    pub sequence: i64,
    /// Its type, with its version.
    pub ty: String,
    /// Somebody outside sent what it follows from.
    pub outside: bool,
    /// The keys that it claimed by it.
    pub keys: Vec<PartyKey>,
    /// The input that it is about too.
    pub input: Option<InputId>,
    /// What was asked, where it tells that.
    pub asked: Option<Asked>,
}

/// An input that a lead was made of, or that was added to it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Asked {
    pub input: InputId,
    #[serde(default)]
    pub part_of: Option<PartOf>,
    pub enquiry: Enquiry,
    /// What it said otherwise, which counted.
    #[serde(default)]
    pub newer: Option<NewerFacts>,
    /// Somebody else wrote it, within the conversation of the lead.
    #[serde(default)]
    pub another_person: bool,
}

impl Log {
    /// Every key that the lead ever claimed; others may have claimed it since.
    pub fn keys(&self) -> BTreeSet<&PartyKey> {
        self.events.iter().flat_map(|event| &event.keys).collect()
    }
}
