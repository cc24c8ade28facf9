//! The part of a batch that thinks: decides message after message, on a thread that may block.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::decide::{NumberKind, Outcome, SAYS_MAX};
use domain::host::{AnyFacts, Given, Hosted};
use domain::world::World;
use uuid::Uuid;

use super::arrival::Message;
use super::batch::{BATCH_SAYS_MAX, Effect, Poisoned, Undecided, when_of};
use super::panics::catch;

/// Everything that a batch is decided with.
pub struct Question {
    pub worker: Arc<dyn Hosted>,
    pub messages: Arc<[Message]>,
    pub poison: Arc<Poisoned>,
    /// The messages to decide on, by place and id.
    pub fresh: Vec<(usize, Uuid)>,
    pub world: World,
    pub facts: AnyFacts,
    pub now: DateTime<Utc>,
    pub numbers: BTreeMap<NumberKind, Vec<i64>>,
}

impl Question {
    /// Decides in order; each message sees what the ones before it changed.
    pub fn decide(mut self) -> Result<(World, Vec<Effect>), Undecided> {
        let mut effects = Vec::with_capacity(self.fresh.len());
        let mut said = 0;
        for (place, id) in std::mem::take(&mut self.fresh) {
            let asked = catch(|| self.ask(place, id));
            let effect = asked.map_err(|panic| Undecided::Panicked(place, panic))?;
            if let Effect::Said { says, .. } = &effect {
                said += says.len();
            }
            effects.push(effect);
        }
        if said > BATCH_SAYS_MAX && effects.len() > 1 {
            return Err(Undecided::TooMuch);
        }
        Ok((self.world, effects))
    }

    fn ask(&mut self, place: usize, cause: Uuid) -> Effect {
        let message = &self.messages[place];
        let Some(when) = when_of(&self.messages, &self.poison, place) else {
            return message.refused.clone().map_or(Effect::Nothing, Effect::Refused);
        };
        let source = message.source();
        let (now, asker, numbers) = (self.now, &message.asker, &mut self.numbers);
        let given = Given { now, source: &source, asker, cause, numbers };
        match self.worker.decide(&self.world, when, &self.facts, given) {
            Err(refusal) => Effect::Refused(refusal),
            Ok(Outcome { already: Some(already), .. }) => Effect::Already(already),
            Ok(outcome)
                if outcome.says.is_empty()
                    && outcome.records.is_empty()
                    && outcome.later.is_empty() =>
            {
                Effect::Nothing
            }
            Ok(mut outcome) => {
                assert!(outcome.says.len() <= SAYS_MAX, "a decision says too much");
                if cfg!(debug_assertions) {
                    domain::history::check(&self.world, &outcome);
                }
                let later = std::mem::take(&mut outcome.later);
                Effect::Said { says: self.world.apply(outcome), later }
            }
        }
    }
}
