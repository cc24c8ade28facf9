//! The claims of a batch: which messages are to be decided, and which were known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::ids::{millis, minted};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::arrival::{Message, Trouble};
use super::batch::{Poisoned, Stop};
use super::desk::Desk;
use super::origin::Origin;
use super::planted::Bug;
use super::upkeep::random;
use crate::store;
use crate::store::parked::ParkedClass;
use crate::store::received::{Claim, Outside};

/// Our own message older than this is recognised and parked: its claims may be gone already. A
/// command that waited for so long gets a new id: what is said of it is written under a day.
const AGE_MAX_MS: u64 = 6 * 24 * 60 * 60 * 1000;
/// Our own message from further ahead than this was not said by our clock.
const AHEAD_MAX_MS: u64 = 5 * 60 * 1000;

/// What the claims of a batch came to, by place and id.
#[derive(Default)]
pub struct Claims {
    /// To be decided.
    pub fresh: Vec<(usize, Uuid)>,
    /// Decided before.
    pub repeats: Vec<(usize, Uuid)>,
    /// Commands whose key is known with other content, under ids of their own: to be refused.
    pub conflicts: Vec<(usize, Uuid)>,
    /// Raw inputs whose key is known with other bytes, and the ids of these: to be parked.
    pub beside: Vec<(usize, Uuid)>,
    /// To be parked, with the id where the message has one.
    pub troubles: Vec<(usize, Option<Uuid>, Trouble)>,
    /// Wait no longer.
    returned: Vec<Uuid>,
}

impl Desk {
    pub(super) async fn claim(
        &mut self,
        batch: Uuid,
        now: DateTime<Utc>,
        messages: &Arc<[Message]>,
        places: std::ops::Range<usize>,
        poison: &Arc<Poisoned>,
    ) -> Result<Claims, Stop> {
        let mut claims = Claims::default();
        let (mut ours, mut outside) = (Vec::new(), Vec::new());
        for place in places {
            let message = &messages[place];
            let own_id = match &message.origin {
                Origin::Ours { id, .. } => Some(*id),
                _ => None,
            };
            claims.returned.extend(own_id.filter(|_| message.attempt > 0));
            let poisoned = poison.get(&place).map(|poison| &poison.trouble);
            let unread = message.when.as_ref().err().filter(|_| message.refused.is_none());
            let trouble = unread.or(poisoned).cloned();
            let trouble = trouble.or_else(|| own_id.and_then(|id| out_of_window(id, now)));
            match (&message.origin, trouble) {
                // A raw input is claimed and stored whatever happens to it.
                (Origin::Outside { raw: true, .. }, _) => outside.push(place),
                (_, Some(trouble)) => claims.troubles.push((place, own_id, trouble)),
                (Origin::Ours { id, .. }, None) => ours.push((place, *id)),
                (Origin::Outside { .. }, None) => outside.push(place),
                (Origin::Nobody, None) => {}
            }
        }
        self.claim_ours(batch, messages, ours, &mut claims).await?;
        self.claim_outside(batch, now, messages, outside, &mut claims).await?;
        store::delayed::delete(&mut self.conn, self.worker.name(), &claims.returned).await?;
        claims.fresh.sort_unstable();
        for (place, id) in &claims.fresh {
            if let Some(poison) = poison.get(place) {
                claims.troubles.push((*place, Some(*id), poison.trouble.clone()));
            }
        }
        Ok(claims)
    }

    async fn claim_ours(
        &mut self,
        batch: Uuid,
        messages: &[Message],
        ours: Vec<(usize, Uuid)>,
        claims: &mut Claims,
    ) -> Result<(), Stop> {
        if ours.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = ours.iter().map(|(_, id)| *id).collect();
        let mut fresh =
            store::inbox::claim(&mut self.conn, self.worker.name(), batch, &ids).await?;
        let mut repeats = Vec::new();
        for (place, id) in ours {
            // Two copies may lie in one batch: the first is decided, the second repeats it.
            if fresh.remove(&id) || Bug::ClaimOff.planted() {
                claims.fresh.push((place, id));
            } else {
                repeats.push((place, id));
            }
        }
        let otherwise = self.said_otherwise(messages, &repeats).await?;
        for (place, id) in repeats {
            if otherwise.contains(&place) {
                claims.troubles.push((place, Some(id), other_content(&messages[place])));
            } else {
                claims.repeats.push((place, id));
            }
        }
        Ok(())
    }

    /// Of messages that come again, the places of those which the log knows with other content.
    async fn said_otherwise(
        &mut self,
        messages: &[Message],
        repeats: &[(usize, Uuid)],
    ) -> Result<BTreeSet<usize>, Stop> {
        let (mut otherwise, mut left) = (BTreeSet::new(), repeats.to_vec());
        // The log answers by id: copies of one id are asked for one after the other.
        while !left.is_empty() {
            let mut asked = BTreeMap::new();
            left.retain(|(place, id)| *asked.entry(*id).or_insert(*place) != *place);
            let questions = asked.iter().map(|(id, place)| {
                let arrived = &messages[*place].arrived;
                let digest: [u8; 32] = Sha256::digest(&arrived.body).into();
                (*id, arrived.ty.as_deref().unwrap_or_default(), digest)
            });
            let questions: Vec<_> = questions.collect();
            let found = store::event::said_otherwise(&mut self.conn, &questions).await?;
            otherwise.extend(found.iter().filter_map(|id| asked.get(id)));
        }
        Ok(otherwise)
    }

    async fn claim_outside(
        &mut self,
        batch: Uuid,
        now: DateTime<Utc>,
        messages: &[Message],
        places: Vec<usize>,
        claims: &mut Claims,
    ) -> Result<(), Stop> {
        let asked = places.iter().filter_map(|place| outside(&messages[*place], now));
        let asked: Vec<_> = asked.collect();
        if asked.is_empty() {
            return Ok(());
        }
        let worker = self.worker.name();
        let answers = store::received::claim(&mut self.conn, batch, worker, &asked).await?;
        let (mut renewed, mut others) = (Vec::new(), (Vec::new(), Vec::new()));
        for ((place, asked), answer) in places.into_iter().zip(asked).zip(answers) {
            let message = &messages[place];
            match answer {
                Claim::Fresh { id } => {
                    let known = id != asked.new_id;
                    claims.returned.extend(known.then_some(id));
                    let old = known && is_old(id, now);
                    renewed.extend(old.then_some((id, asked.new_id)));
                    claims.fresh.push((place, if old { asked.new_id } else { id }));
                }
                Claim::Repeat { .. } if Bug::ClaimOff.planted() => {
                    claims.fresh.push((place, minted(now, random())));
                }
                Claim::Repeat { id } => {
                    claims.returned.extend((message.attempt > 0).then_some(id));
                    claims.repeats.push((place, id));
                }
                Claim::Conflict { id } if message.is_raw() => claims.beside.push((place, id)),
                Claim::Conflict { .. } => {
                    others.0.push(place);
                    others.1.push(asked);
                }
            }
        }
        if !renewed.is_empty() {
            store::received::renew(&mut self.conn, worker, &renewed).await?;
            // Copies in this batch were answered with the old id.
            for (_, id) in &mut claims.repeats {
                let new = renewed.iter().find(|(old, _)| old == id);
                *id = new.map_or(*id, |(_, new)| *new);
            }
        }
        let answers = store::conflict::claim(&mut self.conn, batch, worker, &others.1).await?;
        for (place, answer) in others.0.into_iter().zip(answers) {
            match answer {
                Claim::Fresh { id } => claims.conflicts.push((place, id)),
                Claim::Repeat { id } | Claim::Conflict { id } => claims.repeats.push((place, id)),
            }
        }
        Ok(())
    }
}

/// What a message from outside is claimed by.
fn outside(message: &Message, now: DateTime<Utc>) -> Option<Outside<'_>> {
    let Origin::Outside { source, external_id, digest, raw } = &message.origin else {
        return None;
    };
    let kind = if *raw { Some(&message.arrived.queue) } else { message.arrived.ty.as_ref() };
    Some(Outside {
        source,
        external_id,
        kind: kind.map_or("", String::as_str),
        content_type: message.original.content_type.as_deref(),
        digest: *digest,
        new_id: minted(now, random()),
        headers: &message.headers,
        sender: message.sender.as_deref(),
        actor: message.actor.as_deref(),
    })
}

fn other_content(message: &Message) -> Trouble {
    let reason = format!(
        "`{}` has said the message {} before, with other content; look at both with `leadmill trace`, \
         then discard this one.",
        message.source(),
        message.external_id()
    );
    Trouble { class: ParkedClass::Envelope, reason }
}

fn is_old(id: Uuid, now: DateTime<Utc>) -> bool {
    millis(id) + AGE_MAX_MS < u64::try_from(now.timestamp_millis()).unwrap_or(0)
}

fn out_of_window(id: Uuid, now: DateTime<Utc>) -> Option<Trouble> {
    let reason = if millis(id) == 0 {
        "The id is no UUIDv7, so that nobody can tell whether the message was handled before."
    } else if is_old(id, now) {
        "The message is older than the window in which leadmill knows what it handled; look whether \
         its effect is there, then replay or discard it."
    } else if millis(id) > u64::try_from(now.timestamp_millis()).unwrap_or(0) + AHEAD_MAX_MS {
        "The id of the message lies in the future."
    } else {
        return None;
    };
    Some(Trouble { class: ParkedClass::TooOld, reason: reason.to_owned() })
}
