//! The timers that the log tells of.

use std::collections::BTreeMap;

use domain::commands::INTERNAL;
use domain::decide::Later;
use domain::ids::{Derived, derived};
use domain::message::Said;
use uuid::Uuid;

use super::log::Entry;
use crate::store::schedule::{self, NewTimer};
use crate::store::{Connection, Result};

/// What became of timers in a part of the log: the last word of each counts.
#[derive(Default)]
pub struct Timers {
    last: BTreeMap<(String, Uuid, &'static str), Option<Timer>>,
    /// The decision that spoke last, by its cause and worker, and how many timers it spoke of.
    decision: Option<(Uuid, String, u32)>,
    /// What the clock said: about whom, planned because of what, of which type.
    said: Vec<(Uuid, Uuid, String)>,
}

/// The last words of one worker.
#[derive(Default)]
struct OfWorker<'t> {
    planned: Vec<NewTimer<'t>>,
    canceled: Vec<(Uuid, &'t str)>,
}

struct Timer {
    due: chrono::DateTime<chrono::Utc>,
    id: Uuid,
    said: Said,
    correlation: Uuid,
    cause: Uuid,
}

impl Timers {
    /// A decision plans a timer, or takes it back.
    pub fn told(&mut self, entry: &Entry, later: Vec<Later<Said>>) {
        for timer in later {
            let nth = self.nth(entry);
            let (about, name, timer) = match timer {
                Later::Plan { name, due, message: said } => {
                    let id = derived(entry.cause, &entry.worker, Derived::Timer.ordinal(nth));
                    let (correlation, cause) = (entry.correlation, entry.cause);
                    (said.subject.id, name, Some(Timer { due, id, said, correlation, cause }))
                }
                Later::Cancel { name, about } => (about.id, name, None),
            };
            self.last.insert((entry.worker.clone(), about, name), timer);
        }
    }

    /// The clock says the command of a timer, which is over with it. Who else among us says a command that others may
    /// send too has planned none.
    pub fn said(&mut self, entry: &Entry) {
        let clock = entry.kind == "command" && INTERNAL.iter().all(|ty| ty.name != entry.ty);
        if clock {
            let of_this = |(_, about, _): &(String, Uuid, &str), timer: &Option<Timer>| {
                let timer = timer.as_ref();
                *about == entry.subject && timer.is_some_and(|it| it.cause == entry.cause)
            };
            self.last.retain(|key, timer| !of_this(key, timer));
            self.said.push((entry.subject, entry.cause, entry.ty.clone()));
        }
    }

    /// How many timers the decision spoke of before: their ids hang on that.
    fn nth(&mut self, entry: &Entry) -> u32 {
        let nth = match &self.decision {
            Some((cause, worker, nth)) if (*cause, worker) == (entry.cause, &entry.worker) => {
                nth + 1
            }
            _ => 0,
        };
        self.decision = Some((entry.cause, entry.worker.clone(), nth));
        nth
    }

    /// Writes what waits, and takes away what does not any more.
    pub async fn save(self, conn: &mut Connection) -> Result<()> {
        schedule::forget(conn, &self.said).await?;
        let mut by_worker: BTreeMap<&str, OfWorker<'_>> = BTreeMap::new();
        for ((worker, about, name), timer) in &self.last {
            let OfWorker { planned, canceled } = by_worker.entry(worker).or_default();
            match timer {
                Some(timer) => planned.push(NewTimer {
                    id: timer.id,
                    due_at: timer.due,
                    name,
                    said: &timer.said,
                    correlation: timer.correlation,
                    cause: timer.cause,
                }),
                None => canceled.push((*about, name)),
            }
        }
        for (worker, OfWorker { planned, canceled }) in by_worker {
            schedule::cancel(conn, worker, &canceled).await?;
            schedule::plan(conn, worker, &planned).await?;
        }
        Ok(())
    }
}
