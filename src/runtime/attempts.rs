//! What is done when a batch cannot be committed: again, in halves, or without the one message that
//! is to blame, which is parked. The broker's messages are held meanwhile; nothing is requeued.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tracing::warn;

use super::arrival::{Message, Trouble};
use super::batch::{Committed, Poison, Poisoned, Stop, Undecided};
use super::desk::Desk;
use super::hold::{FAULT_WAIT_MAX, FAULT_WAIT_MIN, Holder, LaneError};
use super::todo::{Taken, Todo};
use crate::messaging::Link;
use crate::store::parked::ParkedClass;
use crate::store::{self, Fault};

/// Conflicts with other workers that are tried again without waiting.
const AT_ONCE_MAX: u32 = 3;

/// The messages of one delivery on their way through one transaction, or through several.
pub struct Attempts<'l> {
    holder: &'l Holder,
    link: &'l Link,
    messages: Arc<[Message]>,
    todo: Todo,
    poisoned: Arc<Poisoned>,
    faults: u32,
}

impl<'l> Attempts<'l> {
    pub fn new(holder: &'l Holder, link: &'l Link, messages: Vec<Message>) -> Self {
        let todo = Todo::all(messages.len());
        Self { holder, link, messages: messages.into(), todo, poisoned: Arc::default(), faults: 0 }
    }

    /// Commits everything, or ends because the link failed or our own fault was found.
    pub async fn commit(mut self, desk: &mut Desk) -> Result<Committed, LaneError> {
        let mut all = Committed { unsent: Vec::new(), batches: Vec::new() };
        while let Some(places) = self.todo.next() {
            if self.todo.pauses(&places) {
                self.pause(FAULT_WAIT_MIN, "A key is in the way.").await?;
            }
            match desk.transact(&self.messages, places.clone(), &self.poisoned).await {
                Ok(done) => {
                    self.holder.told.over();
                    all.unsent.extend(done.unsent);
                    all.batches.extend(done.batches);
                    self.faults = 0;
                }
                Err(stop) => {
                    desk.meter.rolled_back(stop.setback());
                    if let Some(trouble) = self.stopped(desk, places.clone(), stop).await? {
                        self.corner(places, trouble, desk).await?;
                    }
                }
            }
        }
        Ok(all)
    }

    /// Plans what follows a rollback; answers the trouble where some message is to blame for it.
    async fn stopped(
        &mut self,
        desk: &mut Desk,
        places: Range<usize>,
        stop: Stop,
    ) -> Result<Option<Trouble>, LaneError> {
        let poison = |reason| Ok(Some(Trouble { class: ParkedClass::Poison, reason }));
        if let Stop::Fault(Fault::Connection(error)) = &stop {
            self.wait(&error.to_string()).await?;
            self.holder.renew(desk, self.link).await?;
            self.todo.again(places);
            return Ok(None);
        }
        // Where the connection is gone too, the next transaction finds out.
        let _ = store::rollback(&mut desk.conn).await;
        match stop {
            Stop::Fault(fault @ Fault::Ours(_)) => {
                self.holder.hold(desk, self.link, &fault).await?;
                self.todo.again(places);
                Ok(None)
            }
            Stop::Fault(Fault::Again(error)) if error.is_unique_violation() => {
                match self.todo.taken(places, error.taken_key()) {
                    Taken::Again => Ok(None),
                    Taken::Alone => poison(error.to_string()),
                }
            }
            Stop::Fault(Fault::Again(error)) => {
                if error.is_lock_timeout() {
                    desk.meter.locked_out();
                }
                self.wait(&error.to_string()).await?;
                self.todo.again(places);
                Ok(None)
            }
            Stop::Fault(Fault::Message(error) | Fault::Connection(error)) => {
                poison(error.to_string())
            }
            Stop::Undecided(Undecided::Panicked(place, _) | Undecided::Parked(place, _))
                if places.len() > 1 =>
            {
                // Once more, alone: only what is to blame by itself is parked.
                self.todo.single(places, place);
                Ok(None)
            }
            Stop::Undecided(Undecided::Panicked(_, reason)) => {
                Ok(Some(Trouble { class: ParkedClass::Panic, reason }))
            }
            Stop::Undecided(Undecided::Parked(_, trouble)) => Ok(Some(trouble)),
            Stop::Undecided(Undecided::Gone(error)) => {
                poison(format!("The thread that decided it ended without an answer: {error}."))
            }
            Stop::Undecided(Undecided::TooMuch) => poison("It says too much at once.".to_owned()),
        }
    }

    /// Halves the part that somebody in it spoils, until that message stands alone and is parked.
    async fn corner(
        &mut self,
        places: Range<usize>,
        trouble: Trouble,
        desk: &mut Desk,
    ) -> Result<(), LaneError> {
        if self.todo.halve(places.clone()) {
            return Ok(());
        }
        let place = places.start;
        if self.poisoned.contains_key(&place) {
            let reason = format!("A message cannot even be parked: {}", trouble.reason);
            self.holder.hold(desk, self.link, &Fault::ours(reason)).await?;
            self.todo.again(places);
            return Ok(());
        }
        let message = &self.messages[place];
        warn!(queue = self.holder.queue, id = message.external_id(), "Parked: {}", trouble.reason);
        let instead = self.holder.worker.broken(&message.arrived, &trouble.reason);
        let known = Arc::get_mut(&mut self.poisoned);
        let known = known.expect("the decisions that share it have ended with their transaction");
        known.insert(place, Poison { trouble, instead });
        self.todo.again(places);
        Ok(())
    }

    async fn wait(&mut self, reason: &str) -> Result<(), LaneError> {
        self.faults += 1;
        let Some(waits) = self.faults.checked_sub(AT_ONCE_MAX).filter(|waits| *waits > 0) else {
            return Ok(());
        };
        if waits == 1 {
            warn!(queue = self.holder.queue, "A batch is held and tried again: {reason}");
        }
        let most = FAULT_WAIT_MIN.saturating_mul(2_u32.saturating_pow(waits)).min(FAULT_WAIT_MAX);
        self.pause(most, reason).await
    }

    /// Waits between half and the whole of the time, at random, so that not all come back at once.
    async fn pause(&self, most: Duration, reason: &str) -> Result<(), LaneError> {
        let most_ms = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        let wait = Duration::from_millis(fastrand::u64(most_ms / 2..=most_ms));
        let (failed, retiring) = (self.link.failed(), self.link.retiring());
        tokio::select! {
            () = failed.cancelled() => {
                Err(LaneError(self.link.failure().unwrap_or_else(|| reason.to_owned())))
            }
            // A batch that was tried often enough is left to the next process or link.
            () = self.holder.ending(&retiring), if self.faults > 2 * AT_ONCE_MAX => {
                Err(LaneError(reason.to_owned()))
            }
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }
}
