//! One transaction of a batch: claim, look, decide, save, commit. What it says is published after.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::host::When;
use domain::ids::minted;
use domain::world::World;
use uuid::Uuid;

use super::arrival::Message;
use super::batch::{Committed, Effect, Poisoned, Stop, Undecided, when_of};
use super::cause::Pipeline;
use super::claims::Claims;
use super::decision::Question;
use super::desk::Desk;
use super::fault_point::FaultPoint;
use super::origin::Origin;
use super::process_time;
use super::record::LogRows;
use super::upkeep::random;
use crate::store;
use crate::store::chunk::Chunks;
use crate::store::event::StoredEvent;

impl Desk {
    /// Runs the messages at `places` through one transaction. `poison` names those that were found
    /// to be the cause of earlier rollbacks.
    pub async fn transact(
        &mut self,
        messages: &Arc<[Message]>,
        places: std::ops::Range<usize>,
        poison: &Arc<Poisoned>,
    ) -> Result<Committed, Stop> {
        let taken_at = process_time::now();
        let now = store::begin(&mut self.conn).await?;
        let batch = minted(now, random());
        let claims = self.claim(batch, now, messages, places, poison).await?;
        FaultPoint::Claimed.reach();
        self.store_raw(messages, &claims).await?;
        let (world, effects) = if claims.fresh.is_empty() {
            (World::default(), Vec::new())
        } else {
            self.decide(now, messages, poison, &claims).await?
        };
        let pipelines = self.pipelines(messages, &claims).await?;
        let worker = Arc::clone(&self.worker);
        let mut records = LogRows::new(&*worker, batch, now, self.tracer.clone());
        let pipeline_of = |place: usize, id: &Uuid| {
            let begun = || Pipeline::of(&messages[place], *id);
            pipelines.get(id).cloned().unwrap_or_else(begun)
        };
        for ((place, id), effect) in claims.fresh.iter().zip(effects) {
            let pipeline = pipeline_of(*place, id);
            let written = records.effect(&messages[*place], *id, &pipeline, effect);
            written.map_err(|trouble| Stop::Undecided(Undecided::Parked(*place, trouble)))?;
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

    /// What came from outside is stored as it came before anybody judges it: inputs, and what was asked for.
    async fn store_raw(&mut self, messages: &[Message], claims: &Claims) -> Result<(), Stop> {
        let came = claims.fresh.iter().map(|(place, id)| (&messages[*place], (*id).into()));
        let came: Vec<_> = came.filter(|(message, _)| message.is_from_outside()).collect();
        let bytes = came.iter().map(|(it, id)| (*id, (!it.unkept).then_some(&*it.original.body)));
        let bytes: Vec<_> = bytes.collect();
        let opened = came.iter().filter_map(|(it, id)| Some((*id, Some(&**it.opened.as_ref()?))));
        let opened: Vec<_> = opened.collect();
        if !bytes.is_empty() {
            store::chunk::store(&mut self.conn, Chunks::Raw, &bytes).await?;
        }
        if !opened.is_empty() {
            store::chunk::store(&mut self.conn, Chunks::Opened, &opened).await?;
        }
        Ok(())
    }

    async fn decide(
        &mut self,
        now: DateTime<Utc>,
        messages: &Arc<[Message]>,
        poison: &Arc<Poisoned>,
        claims: &Claims,
    ) -> Result<(World, Vec<Effect>), Stop> {
        let facts = self.references.facts(&*self.worker, &mut self.conn).await?;
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
        // Decisions that panic are caught inside, so this is a bug of ours, or the process is going down.
        let decided = decided.map_err(|gone| Stop::Undecided(Undecided::Gone(gone.to_string())))?;
        decided.map_err(Stop::Undecided)
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
