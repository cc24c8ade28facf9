//! Who says a message: a worker of ours, where it came the way that only this worker has; everybody
//! else is outside, whatever the message says of itself.

use domain::commands::INTERNAL;
use domain::events::EVENTS;
use domain::text::excerpt;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::kept::key;
use crate::envelope::Opened;
use crate::messaging::{REPLAY, said_by, way_back};
use crate::rights::Rights;
use crate::store::received::{EXTERNAL_ID_BYTES_MAX, SOURCE_BYTES_MAX};
use crate::workers::Sayer;

/// Who says the message, and by which id it is claimed.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A worker of ours said it: its id is ours.
    Ours { id: Uuid, worker: String },
    /// It comes from outside: its sender's key is exchanged for an id of ours.
    Outside { source: String, external_id: String, digest: [u8; 32], raw: bool },
    /// It cannot even be told who says it.
    Nobody,
}

/// Which way it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// Back from a delay of this worker: it was judged before.
    Back,
    /// Put back by a person who may.
    Replayed,
    /// By the exchange of the one who says or sends it.
    From,
}

impl Came {
    /// By this exchange, to a queue of this worker.
    pub fn by(exchange: &str, worker: &str) -> Self {
        if exchange == REPLAY {
            Self::Replayed
        } else if exchange == way_back(worker) {
            Self::Back
        } else {
            Self::From
        }
    }
}

/// What tells who says a message.
pub struct Ways<'a> {
    pub sayers: &'a [Sayer],
    pub rights: &'a Rights,
    pub came: Came,
}

impl Ways<'_> {
    /// Who says it; the broker names the sender.
    ///
    /// # Errors
    /// A finished sentence where it poses as what it is not.
    pub fn origin(&self, opened: &Opened, sender: Option<&str>) -> Result<Origin, String> {
        let Some(worker) = opened.said_by() else { return outside(opened) };
        if !self.trusts(worker, &opened.ty, sender) {
            return Err(format!(
                "It poses as a message of `{}`, which says no `{}` by this way. Find out who sent it \
                 (its `sender`), and discard it.",
                excerpt(&opened.source),
                excerpt(&opened.ty)
            ));
        }
        let id = opened.id.parse();
        let id = id.map_err(|_| {
            format!("The id `{}` of our own message is no UUID.", excerpt(&opened.id))
        })?;
        Ok(Origin::Ours { id, worker: worker.to_owned() })
    }

    /// Each sayer has an exchange of its own, to which nobody else may publish: it is the sender, also
    /// of what our own way brings back. What a person puts back was looked up in the log.
    fn trusts(&self, worker: &str, ty: &str, sender: Option<&str>) -> bool {
        let sayer = self.sayers.iter().find(|sayer| sayer.name == worker);
        let says = sayer.is_some_and(|sayer| sayer.says.iter().any(|said| said.name == ty));
        says && (self.came == Came::Replayed || sender == Some(&said_by(worker)))
    }
}

fn outside(opened: &Opened) -> Result<Origin, String> {
    if let Some(ours) = INTERNAL.iter().chain(EVENTS).find(|ty| ty.name == opened.ty) {
        return Err(format!(
            "A `{}` is what leadmill alone says; from outside it is not taken.",
            ours.name
        ));
    }
    let mut digest = Sha256::new().chain_update(&opened.ty).chain_update(&opened.data);
    // Who asks is a part of what is asked for: the same wish of somebody else is another one.
    if let Some(actor) = &opened.actor {
        digest = digest.chain_update([0]).chain_update(actor);
    }
    Ok(Origin::Outside {
        source: key(&opened.source, SOURCE_BYTES_MAX),
        external_id: key(&opened.id, EXTERNAL_ID_BYTES_MAX),
        digest: digest.finalize().into(),
        raw: false,
    })
}
