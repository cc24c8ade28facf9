//! A worker with its types erased, so that one runtime hosts them all.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::asker::Asker;
use crate::decide::{
    Arrived, Ctx, Facts, Heard, Locks, Malformed, NumberKind, Outcome, Refusal, Worker,
};
use crate::message::{MessageType, OneOf, Said, Subject};
use crate::needs::Needs;
use crate::pseudonym::PseudonymKey;
use crate::raw::{ExternalId, Kept};
use crate::reference::{References, Set};
use crate::world::World;

/// A typed message of some worker.
pub type When = Box<dyn Any + Send + Sync>;
/// The reference data of some worker.
pub type AnyFacts = Arc<dyn Any + Send + Sync>;

/// What a decision is given beside World and message; see [`Ctx`].
#[derive(Debug)]
pub struct Given<'a> {
    pub now: DateTime<Utc>,
    pub source: &'a str,
    pub asker: &'a Asker,
    pub cause: Uuid,
    pub numbers: &'a mut BTreeMap<NumberKind, Vec<i64>>,
}

/// A [`Worker`] as the runtime sees it.
#[expect(
    missing_docs,
    reason = "each is that of `Worker`, its facts or its raw inputs, the types erased"
)]
pub trait Hosted: Send + Sync {
    fn name(&self) -> &'static str;
    fn locks(&self) -> Locks;
    fn numbers(&self) -> &'static [NumberKind];
    fn hears(&self) -> &'static [&'static MessageType];
    fn says(&self) -> &'static [&'static MessageType];
    fn sets(&self) -> &'static [Set];
    fn asks_facts(&self) -> bool;
    fn facts(&self, known: &References) -> AnyFacts;
    fn pseudonyms(&self) -> Option<&PseudonymKey>;
    fn raw_queues(&self) -> &'static [&'static str];
    fn opens(&self, queue: &str) -> bool;
    /// # Errors
    /// See [`RawInputs::read`](crate::raw::RawInputs::read).
    fn read(&self, arrived: &Arrived) -> Result<When, Malformed>;
    fn subject(&self, when: &When) -> Option<Subject>;
    fn batch_max(&self, queue: &str) -> usize;
    fn queue_of(&self, ty: &MessageType) -> &'static str;
    fn broken(&self, arrived: &Arrived, reason: &str) -> Option<When>;
    fn kept(&self, arrived: &Arrived, when: &When) -> Kept;
    fn external_id(&self, arrived: &Arrived) -> Option<ExternalId>;
    fn needs(&self, when: &When, world: &World, needs: &mut Needs);
    /// # Errors
    /// See [`Worker::decide`].
    fn decide(
        &self,
        world: &World,
        when: &When,
        facts: &AnyFacts,
        given: Given<'_>,
    ) -> Result<Outcome<Said>, Refusal>;
}

impl<W: Worker> Hosted for W
where
    for<'t> Said: From<&'t W::Then>,
{
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn locks(&self) -> Locks {
        W::LOCKS
    }

    fn numbers(&self) -> &'static [NumberKind] {
        W::NUMBERS
    }

    fn hears(&self) -> &'static [&'static MessageType] {
        <W::When as OneOf>::TYPES
    }

    fn says(&self) -> &'static [&'static MessageType] {
        <W::Then as OneOf>::TYPES
    }

    fn sets(&self) -> &'static [Set] {
        W::Facts::SETS
    }

    fn asks_facts(&self) -> bool {
        Worker::asks_facts(self)
    }

    fn facts(&self, known: &References) -> AnyFacts {
        Arc::new(W::Facts::of(known))
    }

    fn pseudonyms(&self) -> Option<&PseudonymKey> {
        Worker::pseudonyms(self)
    }

    fn raw_queues(&self) -> &'static [&'static str] {
        self.raw().map_or(&[], |raw| raw.queues())
    }

    fn opens(&self, queue: &str) -> bool {
        self.raw().is_some_and(|raw| raw.opens(queue))
    }

    fn read(&self, arrived: &Arrived) -> Result<When, Malformed> {
        let read = self.raw().map_or_else(|| W::When::read(arrived), |raw| raw.read(arrived));
        read.map(|when| Box::new(when) as When)
    }

    fn subject(&self, when: &When) -> Option<Subject> {
        typed::<W>(when).subject()
    }

    fn batch_max(&self, queue: &str) -> usize {
        self.raw().map_or(usize::MAX, |raw| raw.batch_max(queue))
    }

    fn queue_of(&self, ty: &MessageType) -> &'static str {
        self.raw().and_then(|raw| raw.queue_of(ty)).unwrap_or(W::NAME)
    }

    fn broken(&self, arrived: &Arrived, reason: &str) -> Option<When> {
        self.raw()?.broken(arrived, reason).map(|when| Box::new(when) as When)
    }

    fn kept(&self, arrived: &Arrived, when: &When) -> Kept {
        self.raw().map_or(Kept::AsItCame, |raw| raw.kept(arrived, typed::<W>(when)))
    }

    fn external_id(&self, arrived: &Arrived) -> Option<ExternalId> {
        self.raw()?.external_id(arrived)
    }

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        Worker::needs(self, typed::<W>(when), world, needs);
    }

    fn decide(
        &self,
        world: &World,
        when: &When,
        facts: &AnyFacts,
        given: Given<'_>,
    ) -> Result<Outcome<Said>, Refusal> {
        let facts = facts.downcast_ref::<W::Facts>();
        let facts = facts.expect("the runtime hands back the facts that this worker made");
        let Given { now, source, asker, cause, numbers } = given;
        let mut ctx = Ctx::new(now, facts, (cause, source), asker, W::NAME, numbers);
        Worker::decide(self, world, typed::<W>(when), &mut ctx).map(|outcome| outcome.erased())
    }
}

fn typed<W: Worker>(when: &When) -> &W::When {
    when.downcast_ref().expect("the runtime hands back the message that this worker read")
}
