//! A worker with its types erased, so that one runtime hosts them all.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::decide::{Arrived, Ctx, Facts, Heard, Malformed, NumberKind, Outcome, Refusal, Worker};
use crate::message::{MessageType, OneOf, Said, Subject};
use crate::needs::Needs;
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
    pub cause: Uuid,
    pub numbers: &'a mut BTreeMap<NumberKind, Vec<i64>>,
}

/// A [`Worker`] as the runtime sees it.
#[expect(missing_docs, reason = "each method is the one of `Worker`, its types erased")]
pub trait Hosted: Send + Sync {
    fn name(&self) -> &'static str;
    fn raw_queues(&self) -> &'static [&'static str];
    fn numbers(&self) -> &'static [NumberKind];
    fn batch_max(&self, queue: &str) -> usize;
    fn hears(&self) -> &'static [&'static MessageType];
    fn says(&self) -> &'static [&'static MessageType];
    fn wants_catalog(&self) -> bool;
    fn facts(&self, catalog: &Arc<Catalog>) -> AnyFacts;
    /// # Errors
    /// See [`Worker::read`].
    fn read(&self, arrived: &Arrived) -> Result<When, Malformed>;
    fn subject(&self, when: &When) -> Option<Subject>;
    fn queue_of(&self, ty: &MessageType) -> &'static str;
    fn broken(&self, arrived: &Arrived, reason: &str) -> Option<When>;
    fn external_id(&self, arrived: &Arrived) -> Option<String>;
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

    fn raw_queues(&self) -> &'static [&'static str] {
        W::RAW_QUEUES
    }

    fn numbers(&self) -> &'static [NumberKind] {
        W::NUMBERS
    }

    fn batch_max(&self, queue: &str) -> usize {
        W::batch_max(queue)
    }

    fn hears(&self) -> &'static [&'static MessageType] {
        <W::When as OneOf>::TYPES
    }

    fn says(&self) -> &'static [&'static MessageType] {
        <W::Then as OneOf>::TYPES
    }

    fn wants_catalog(&self) -> bool {
        W::Facts::CATALOG
    }

    fn facts(&self, catalog: &Arc<Catalog>) -> AnyFacts {
        Arc::new(W::Facts::of(catalog))
    }

    fn read(&self, arrived: &Arrived) -> Result<When, Malformed> {
        Worker::read(self, arrived).map(|when| Box::new(when) as When)
    }

    fn subject(&self, when: &When) -> Option<Subject> {
        typed::<W>(when).subject()
    }

    fn queue_of(&self, ty: &MessageType) -> &'static str {
        W::queue_of(ty)
    }

    fn broken(&self, arrived: &Arrived, reason: &str) -> Option<When> {
        Worker::broken(self, arrived, reason).map(|when| Box::new(when) as When)
    }

    fn external_id(&self, arrived: &Arrived) -> Option<String> {
        Worker::external_id(self, arrived)
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
        let Given { now, source, cause, numbers } = given;
        let mut ctx = Ctx::new(now, facts, (cause, source), W::NAME, numbers);
        Worker::decide(self, world, typed::<W>(when), &mut ctx).map(|outcome| outcome.erased())
    }
}

fn typed<W: Worker>(when: &When) -> &W::When {
    when.downcast_ref().expect("the runtime hands back the message that this worker read")
}
