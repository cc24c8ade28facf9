//! How the log of a record is read, and how what a batch says is added to it.

use serde::Deserialize;
use uuid::Uuid;

use crate::events::{LeadCaptured, LeadEnquiryAdded};
use crate::ids::InputId;
use crate::logged::{Log, Logged};
use crate::message::Message;
use crate::world::{Sequenced, World};

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
    /// What was said of a record that `needs` asked for.
    #[must_use]
    pub fn log(&self, id: impl Into<Uuid>) -> &Log {
        let id = id.into();
        const NOTHING: &Log =
            &Log { events: Vec::new(), more: false, deal_touched: None, account_shared: false };
        match self.logs.get(&id) {
            Some(log) => log,
            None if self.discovering => NOTHING,
            None => panic!("a decision asked for the log of {id}, which its `needs` did not name"),
        }
    }

    /// Notes what a decision says of the records whose log is known; of all of them in a whole world.
    pub(crate) fn note_said(&mut self, said: &[Sequenced]) {
        if self.logs.is_empty() && !self.discovering {
            return;
        }
        for Sequenced { said, sequence, .. } in said {
            let (subject, Some(sequence)) = (said.subject, *sequence) else { continue };
            if !(self.discovering || self.logs.contains_key(&subject.id)) {
                continue;
            }
            let logged = Logged::read(said.ty.name, sequence, false, &said.data);
            self.logs.entry(subject.id).or_default().events.push(logged);
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
