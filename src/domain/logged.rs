//! What the log says of a lead, for decisions that hang on its past: looked up under the lock of the lead, so that
//! it is all.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::enquiry::Enquiry;
use crate::events::{LeadCaptured, LeadEnquiryAdded};
use crate::ids::{InputId, LeadId};
use crate::input::PartOf;
use crate::lead::NewerFacts;
use crate::message::{Message, SubjectKind};
use crate::party::PartyKey;
use crate::world::{Sequenced, World};

/// Most events about one lead that are looked up: the newest.
pub const LOGGED_MAX: usize = 500;

/// What was said about a lead, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    pub events: Vec<Logged>,
    /// There are older ones, which were not looked up.
    pub more: bool,
    /// The first thing that somebody outside did to its deal: the type of what was said then.
    pub deal_touched: Option<String>,
}

/// One event about a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    pub sequence: i64,
    /// Its type, with its version.
    pub ty: String,
    /// Somebody outside sent what it follows from.
    pub outside: bool,
    /// The keys that the lead claimed by it.
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

impl Logged {
    /// Of its data.
    #[must_use]
    pub fn read(ty: &str, sequence: i64, outside: bool, data: &str) -> Self {
        let claims: Claims = serde_json::from_str(data).unwrap_or_default();
        // A kind of key that only a newer program knows is one that this one cannot look up either.
        let keys = claims.keys.iter().filter_map(|key| key.parse().ok()).collect();
        let asks = [LeadCaptured::TYPE, LeadEnquiryAdded::TYPE].iter().any(|asks| asks.name == ty);
        let asked = if asks { serde_json::from_str(data).ok() } else { None };
        let (ty, input) = (ty.to_owned(), claims.input);
        Self { sequence, ty, outside, keys, input, asked }
    }
}

impl World {
    /// What was said of a lead that `needs` asked for.
    #[must_use]
    pub fn log(&self, id: LeadId) -> &Log {
        const NOTHING: &Log = &Log { events: Vec::new(), more: false, deal_touched: None };
        match self.logs.get(&id) {
            Some(log) => log,
            None if self.discovering => NOTHING,
            None => panic!("a decision asked for the log of {id}, which its `needs` did not name"),
        }
    }

    /// Notes what a decision says of the leads whose log is known; of all of them in a whole world.
    pub(crate) fn note_said(&mut self, said: &[Sequenced]) {
        if self.logs.is_empty() && !self.discovering {
            return;
        }
        for Sequenced { said, sequence, .. } in said {
            let (subject, Some(sequence)) = (said.subject, *sequence) else { continue };
            let id = LeadId(subject.id);
            if subject.kind != SubjectKind::Lead
                || !(self.discovering || self.logs.contains_key(&id))
            {
                continue;
            }
            let logged = Logged::read(said.ty.name, sequence, false, &said.data);
            self.logs.entry(id).or_default().events.push(logged);
        }
    }
}

/// The keys that an event names.
#[derive(Default, Deserialize)]
struct Claims {
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    input: Option<InputId>,
}
