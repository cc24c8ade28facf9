//! One transaction of a batch: claim, look, decide, save, commit. What it says is published after.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem::take;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::catalog::Catalog;
use domain::host::{AnyFacts, Hosted, When};
use domain::ids::minted;
use uuid::Uuid;

use super::arrival::{Message, Trouble};
use super::cause::Pipeline;
use super::claims::Claims;
use super::clock;
use super::decision::{Question, Undecided};
use super::fault_point::FaultPoint;
use super::origin::Origin;
use super::publish::Letters;
use super::record::Records;
use super::upkeep::random;
use crate::store::event::StoredEvent;
use crate::store::{self, Connection, Fault};
use crate::telemetry::{Meter, Setback, Tracer};

/// What a lane keeps from one transaction to the next.
pub struct Desk {
    pub worker: Arc<dyn Hosted>,
    pub conn: Connection,
    /// Batches that were confirmed and not yet marked.
    pub marks: Vec<(Uuid, DateTime<Utc>)>,
    /// Batches on their way out: they need not be published once more.
    pub underway: BTreeSet<Uuid>,
    /// The connection was lost, perhaps after a commit of which nobody has heard.
    pub doubt: bool,
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

impl Committed {
    /// What earlier batches said is published once more, before anything new.
    fn again(&mut self, events: Vec<StoredEvent>) {
        let batches: BTreeSet<_> = events.iter().map(|event| event.batch).collect();
        self.batches.extend(batches);
        if let Some(letters) = self.letters.first_mut() {
            letters.again = events;
        }
    }
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
            Self::Undecided(Undecided::Unsendable(..)) => Setback::Message,
        }
    }
}

impl Desk {
    /// Goes on with a new connection in the middle of its work.
    pub fn reconnect(&mut self, fresh: Self) {
        let (marks, underway) = (take(&mut self.marks), take(&mut self.underway));
        *self = Self { marks, underway, doubt: true, ..fresh };
    }

    /// These batches are with the broker; they are to be marked.
    pub fn confirmed(&mut self, marks: Vec<(Uuid, DateTime<Utc>)>) {
        for (batch, _) in &marks {
            self.underway.remove(batch);
        }
        self.marks.extend(marks);
    }

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
        let pipeline_of = |place: usize, id: &Uuid| {
            let begun = || Pipeline::of(&messages[place], *id);
            pipelines.get(id).cloned().unwrap_or_else(begun)
        };
        for ((place, id), verdict) in claims.fresh.iter().zip(verdicts) {
            let pipeline = pipeline_of(*place, id);
            let sendable = records.verdict(&messages[*place], *id, &pipeline, verdict);
            sendable.map_err(|why| Stop::Undecided(Undecided::Unsendable(*place, why)))?;
        }
        for (place, id) in &claims.conflicts {
            records.conflict(&messages[*place], *id, &pipeline_of(*place, id));
        }
        for (place, id) in &claims.beside {
            records.park_conflict(&messages[*place], *id);
        }
        for (place, id, trouble) in &claims.troubles {
            records.park(&messages[*place], *id, trouble);
        }
        let decided = claims.fresh.len() + claims.conflicts.len();
        let counts = records.counts(claims.fresh.len(), claims.repeats.len());
        let spans = records.spans();
        store::world::save(&mut self.conn, &world).await?;
        let mut committed = records.write(&mut self.conn, taken_at, decided).await?;
        // What is confirmed is marked first: none of it is to be published again.
        store::batch::mark_published(&mut self.conn, &self.marks).await?;
        committed.again(self.unmarked_of(batch, messages, &claims).await?);
        FaultPoint::Saved.reach();
        store::commit(&mut self.conn).await?;
        self.marks.clear();
        self.doubt = false;
        self.underway.extend(&committed.batches);
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
        for (place, id) in claims.fresh.iter().chain(&claims.conflicts) {
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

    /// What was said because of messages that come again and is not known to be published. Only what
    /// the broker gives out again may have lost its process in between; where the sender sends it
    /// again, the first copy is still there, or was published and acknowledged.
    async fn unmarked_of(
        &mut self,
        batch: Uuid,
        messages: &[Message],
        claims: &Claims,
    ) -> Result<Vec<StoredEvent>, Stop> {
        let again = claims.repeats.iter();
        let again = again.filter(|(place, _)| self.doubt || messages[*place].redelivered);
        let causes: Vec<_> = again.map(|(_, id)| *id).collect();
        if causes.is_empty() {
            return Ok(Vec::new());
        }
        let underway: Vec<_> = self.underway.iter().copied().chain([batch]).collect();
        let worker = self.worker.name();
        Ok(store::event::unmarked_of_causes(&mut self.conn, worker, &causes, &underway).await?)
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
