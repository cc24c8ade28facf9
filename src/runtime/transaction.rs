//! One transaction of a batch: claim, look, decide, save, commit. What it says is published after.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::catalog::Catalog;
use domain::host::{AnyFacts, Hosted, When};
use domain::ids::{millis, minted};
use uuid::Uuid;

use super::arrival::{Message, Origin, Trouble};
use super::cause::Pipeline;
use super::clock;
use super::decision::{Question, Undecided};
use super::fault_point::FaultPoint;
use super::planted::Bug;
use super::publish::Letters;
use super::record::Records;
use super::upkeep::random;
use crate::store::parked::ParkedClass;
use crate::store::received::{Claim, Outside};
use crate::store::{self, Connection, Fault};
use crate::telemetry::{Meter, Setback, Tracer};

/// Our own message older than this is recognised and parked: its claims may be gone already.
const AGE_MAX_MS: u64 = 6 * 24 * 60 * 60 * 1000;
/// Our own message from further ahead than this was not said by our clock.
const AHEAD_MAX_MS: u64 = 5 * 60 * 1000;

/// What a lane keeps from one transaction to the next.
pub struct Desk {
    pub worker: Arc<dyn Hosted>,
    pub conn: Connection,
    /// Batches that were confirmed and not yet marked.
    pub marks: Vec<(Uuid, DateTime<Utc>)>,
    pub facts: Option<(i64, AnyFacts)>,
    pub meter: Meter,
    pub tracer: Tracer,
}

/// Messages that were found to be the cause of rollbacks, by place.
pub type Poisoned = HashMap<usize, Poison>;

/// What is done with a message that cannot be handled.
pub struct Poison {
    pub trouble: Trouble,
    /// Decided instead of a raw input, so that it is held; see [`domain::decide::Worker::broken`].
    pub instead: Option<When>,
}

/// What a committed transaction leaves to be published.
pub struct Committed {
    pub letters: Vec<Letters>,
    /// To be marked once all is confirmed.
    pub batches: Vec<Uuid>,
}

/// Why a transaction was rolled back.
pub enum Stop {
    /// The database says why; the connection may be dead.
    Fault(Fault),
    /// The batch could not be decided as a whole.
    Undecided(Undecided),
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Stop {
    /// What is counted as the cause.
    pub const fn setback(&self) -> Setback {
        match self {
            Self::Fault(Fault::Again(_)) => Setback::Conflict,
            Self::Fault(Fault::Connection(_)) => Setback::Connection,
            Self::Fault(Fault::Ours(_)) => Setback::Ours,
            Self::Fault(Fault::Message(_)) => Setback::Message,
            Self::Undecided(Undecided::Panicked(..)) => Setback::Panic,
            Self::Undecided(Undecided::TooMuch) => Setback::TooMuch,
        }
    }
}

/// What the claims of a batch came to.
#[derive(Default)]
pub struct Claims {
    /// To be decided, by place and id.
    pub fresh: Vec<(usize, Uuid)>,
    /// Decided before; what was said then is published again where it is not marked.
    pub repeats: Vec<Uuid>,
    /// Known with other content.
    pub conflicts: Vec<(usize, Uuid)>,
    /// To be parked, with the id where the message has one.
    pub troubles: Vec<(usize, Option<Uuid>, Trouble)>,
}

impl Desk {
    /// Runs the messages at `places` through one transaction. `poison` names those that were found
    /// to be the cause of earlier rollbacks.
    pub async fn transact(
        &mut self,
        messages: &Arc<[Message]>,
        places: std::ops::Range<usize>,
        poison: &Arc<Poisoned>,
    ) -> Result<Committed, Stop> {
        let taken_at = clock::now();
        let now = store::begin(&mut self.conn).await?;
        let batch = minted(now, random());
        let claims = self.claim(batch, now, messages, places, poison).await?;
        FaultPoint::Claimed.reach();
        self.store_raw(messages, &claims).await?;
        let (world, verdicts) = if claims.fresh.is_empty() {
            (domain::world::World::default(), Vec::new())
        } else {
            self.decide(now, messages, poison, &claims).await?
        };
        let pipelines = self.pipelines(messages, &claims).await?;
        let worker = Arc::clone(&self.worker);
        let mut records = Records::new(&*worker, batch, now, self.tracer.clone());
        for ((place, id), verdict) in claims.fresh.iter().zip(verdicts) {
            let message = &messages[*place];
            let begun = || Pipeline::of(message, *id);
            let pipeline = pipelines.get(id).cloned().unwrap_or_else(begun);
            records.verdict(message, *id, &pipeline, verdict);
        }
        for (place, id) in &claims.conflicts {
            records.conflict(&messages[*place], *id);
        }
        for (place, id, trouble) in &claims.troubles {
            records.park(&messages[*place], *id, trouble);
        }
        let counts = records.counts(claims.fresh.len(), claims.repeats.len());
        let spans = records.spans();
        store::world::save(&mut self.conn, &world).await?;
        let again = self.unmarked_of(&claims.repeats).await?;
        let committed = records.write(&mut self.conn, taken_at, claims.fresh.len(), again).await?;
        store::batch::mark_published(&mut self.conn, &self.marks).await?;
        FaultPoint::Saved.reach();
        store::commit(&mut self.conn).await?;
        self.marks.clear();
        self.meter.decided(counts);
        self.tracer.committed(spans, taken_at.into());
        FaultPoint::Committed.reach();
        Ok(committed)
    }

    /// Marks what was confirmed since the last transaction, where nothing else is to be done.
    pub async fn flush_marks(&mut self) -> Result<(), Stop> {
        if !self.marks.is_empty() {
            store::batch::mark_published(&mut self.conn, &self.marks).await?;
            self.marks.clear();
        }
        Ok(())
    }

    async fn claim(
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
            let poisoned = poison.get(&place).map(|poison| &poison.trouble);
            let unread = message.when.as_ref().err().filter(|_| message.unfit.is_none());
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
        self.claim_ours(batch, ours, &mut claims).await?;
        self.claim_outside(batch, now, messages, outside, &mut claims).await?;
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
        ours: Vec<(usize, Uuid)>,
        claims: &mut Claims,
    ) -> Result<(), Stop> {
        if ours.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = ours.iter().map(|(_, id)| *id).collect();
        let mut fresh =
            store::inbox::claim(&mut self.conn, self.worker.name(), batch, &ids).await?;
        for (place, id) in ours {
            // Two copies may lie in one batch: the first is decided, the second repeats it.
            if fresh.remove(&id) || Bug::ClaimOff.planted() {
                claims.fresh.push((place, id));
            } else {
                claims.repeats.push(id);
            }
        }
        Ok(())
    }

    async fn claim_outside(
        &mut self,
        batch: Uuid,
        now: DateTime<Utc>,
        messages: &[Message],
        places: Vec<usize>,
        claims: &mut Claims,
    ) -> Result<(), Stop> {
        let asked = places.iter().filter_map(|place| {
            let message = &messages[*place];
            let Origin::Outside { source, external_id, digest, raw } = &message.origin else {
                return None;
            };
            let kind =
                if *raw { Some(&message.arrived.queue) } else { message.arrived.ty.as_ref() };
            Some(Outside {
                source,
                external_id,
                kind: kind.map_or("", String::as_str),
                content_type: message.original.content_type.as_deref(),
                digest: *digest,
                new_id: minted(now, random()),
                headers: &message.headers,
            })
        });
        let asked: Vec<_> = asked.collect();
        if asked.is_empty() {
            return Ok(());
        }
        let worker = self.worker.name();
        let answers = store::received::claim(&mut self.conn, batch, worker, &asked).await?;
        for (place, answer) in places.into_iter().zip(answers) {
            match answer {
                Claim::Fresh { id } => claims.fresh.push((place, id)),
                Claim::Repeat { .. } if Bug::ClaimOff.planted() => {
                    claims.fresh.push((place, minted(now, random())));
                }
                Claim::Repeat { id } => claims.repeats.push(id),
                Claim::Conflict { id } => claims.conflicts.push((place, id)),
            }
        }
        Ok(())
    }

    /// Raw bytes are stored before anybody judges them.
    async fn store_raw(&mut self, messages: &[Message], claims: &Claims) -> Result<(), Stop> {
        let raw = claims.fresh.iter().filter(|(place, _)| messages[*place].is_raw());
        let raw: Vec<_> =
            raw.map(|(place, id)| ((*id).into(), &*messages[*place].original.body)).collect();
        if !raw.is_empty() {
            store::chunk::store(&mut self.conn, &raw).await?;
        }
        Ok(())
    }

    async fn decide(
        &mut self,
        now: DateTime<Utc>,
        messages: &Arc<[Message]>,
        poison: &Arc<Poisoned>,
        claims: &Claims,
    ) -> Result<(domain::world::World, Vec<super::decision::Verdict>), Stop> {
        let facts = self.facts().await?;
        let whens = claims.fresh.iter().map(|(place, _)| *place);
        let whens: Vec<&When> =
            whens.filter_map(|place| when_of(messages, poison, place)).collect();
        let world = store::world::lock(&mut self.conn, &*self.worker, &whens, now).await?;
        let mut numbers = BTreeMap::new();
        for kind in self.worker.numbers() {
            let taken = store::number::take(&mut self.conn, *kind, claims.fresh.len()).await?;
            numbers.insert(*kind, taken);
        }
        let question = Question {
            worker: Arc::clone(&self.worker),
            messages: Arc::clone(messages),
            poison: Arc::clone(poison),
            fresh: claims.fresh.clone(),
            world,
            facts,
            now,
            numbers,
        };
        let decided = tokio::task::spawn_blocking(move || question.decide()).await;
        // The closure catches panics itself; a join error means the process is going down.
        let decided = decided.map_err(|_| Stop::Undecided(Undecided::TooMuch))?;
        decided.map_err(Stop::Undecided)
    }

    async fn facts(&mut self) -> Result<AnyFacts, Stop> {
        let version = if self.worker.wants_catalog() {
            store::catalog::version(&mut self.conn).await?
        } else {
            0
        };
        if let Some((known, facts)) = &self.facts
            && *known == version
        {
            return Ok(Arc::clone(facts));
        }
        let catalog = if self.worker.wants_catalog() {
            store::catalog::load(&mut self.conn).await?
        } else {
            Catalog::empty()
        };
        let facts = self.worker.facts(&Arc::new(catalog));
        self.facts = Some((version, Arc::clone(&facts)));
        Ok(facts)
    }

    /// The pipeline of each fresh message: its own word for ours; for a command from outside the
    /// pipeline of the record that it is about; a raw input begins one.
    async fn pipelines(
        &mut self,
        messages: &[Message],
        claims: &Claims,
    ) -> Result<HashMap<Uuid, Pipeline>, Stop> {
        let mut known = HashMap::new();
        let mut asked = Vec::new();
        for (place, id) in &claims.fresh {
            let message = &messages[*place];
            match (&message.origin, message.subject, message.correlation) {
                (Origin::Ours { .. }, _, Some(correlation)) => {
                    known.insert(*id, Pipeline::of(message, correlation));
                }
                (Origin::Outside { raw: false, .. }, Some(subject), _) => {
                    asked.push((*id, subject.id, message));
                }
                _ => {}
            }
        }
        if asked.is_empty() {
            return Ok(known);
        }
        let subjects: Vec<_> = asked.iter().map(|(_, subject, _)| *subject).collect();
        let found = store::event::pipelines(&mut self.conn, &subjects).await?;
        for (id, subject, message) in asked {
            let mut pipeline = Pipeline::of(message, message.correlation.unwrap_or(id));
            if let Some((correlation, traceparent)) = found.get(&subject) {
                pipeline.correlation = *correlation;
                // Where its sender traces nothing, it goes on where the pipeline is.
                pipeline.traceparent = pipeline.traceparent.or_else(|| traceparent.clone());
            }
            known.insert(id, pipeline);
        }
        Ok(known)
    }

    async fn unmarked_of(
        &mut self,
        repeats: &[Uuid],
    ) -> Result<Vec<store::event::StoredEvent>, Stop> {
        if repeats.is_empty() {
            return Ok(Vec::new());
        }
        Ok(store::event::unmarked_of_causes(&mut self.conn, self.worker.name(), repeats).await?)
    }
}

/// What is decided at this place.
pub fn when_of<'m>(
    messages: &'m [Message],
    poison: &'m Poisoned,
    place: usize,
) -> Option<&'m When> {
    let instead = poison.get(&place).and_then(|poison| poison.instead.as_ref());
    instead.or_else(|| messages[place].when.as_ref().ok())
}

fn out_of_window(id: Uuid, now: DateTime<Utc>) -> Option<Trouble> {
    let now = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    let at = millis(id);
    let reason = if at == 0 {
        "The id is no UUIDv7, so that nobody can tell whether the message was handled before."
    } else if at + AGE_MAX_MS < now {
        "The message is older than the window in which leadmill knows what it handled; look whether \
         its effect is there, then replay or discard it."
    } else if at > now + AHEAD_MAX_MS {
        "The id of the message lies in the future."
    } else {
        return None;
    };
    Some(Trouble { class: ParkedClass::TooOld, reason: reason.to_owned() })
}
