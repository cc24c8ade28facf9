//! Holding: while database, tables or rights are not there, or a fault of our own lasts, what was taken
//! stays in hand on the same link, and nothing is taken.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tracing::{error, warn};

use super::attempts::{FAULT_WAIT_MAX, FAULT_WAIT_MIN};
use super::lane::{Lane, LaneError};
use super::transaction::Desk;
use crate::messaging::Link;
use crate::store::{self, Connection, Fault};

/// Pause before what failed for our own fault is tried again, in case somebody mended it.
pub const HELD_PAUSE: Duration = Duration::from_secs(5);

impl Lane {
    /// A connection of the lane's own; tried until it is there and tables and rights fit, or the lane
    /// has to end.
    pub(super) async fn desk(&self, link: &Link) -> Option<Desk> {
        let mut wait = FAULT_WAIT_MIN;
        let (failed, retiring) = (link.failed(), link.retiring());
        loop {
            match self.opened().await {
                Ok(desk) => {
                    self.meter.database(true);
                    return Some(desk);
                }
                Err(fault) => {
                    self.meter.database(false);
                    self.tell(&fault);
                }
            }
            tokio::select! {
                () = self.ending(&retiring) => return None,
                () = failed.cancelled() => return None,
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(FAULT_WAIT_MAX),
            }
        }
    }

    async fn opened(&self) -> Result<Desk, Fault> {
        let name = format!("leadmill {}", self.queue);
        let mut conn: Connection = store::connect_by_key(&self.database, &name).await?;
        store::schema::fits(&mut conn).await?;
        store::role::permits(&mut conn, &self.does).await?;
        self.meter.session(store::blocker::session(&mut conn).await?);
        let mut desk = Desk {
            worker: Arc::clone(&self.worker),
            conn,
            marks: Vec::new(),
            underway: BTreeSet::new(),
            doubt: false,
            facts: None,
            meter: self.meter.clone(),
            tracer: self.tracer.clone(),
        };
        self.trials.settle(&mut desk).await?;
        Ok(desk)
    }

    /// Another connection in place of one that is broken or doubtful; what is to be marked stays.
    pub(super) async fn renew(&self, desk: &mut Desk, link: &Link) -> Result<(), LaneError> {
        let Some(fresh) = self.desk(link).await else {
            let why = "What was taken is given back, because the process or its link ends.";
            return Err(LaneError(link.failure().unwrap_or_else(|| why.to_owned())));
        };
        desk.reconnect(fresh);
        Ok(())
    }

    /// Nobody but the database or we are to blame: what was taken stays in hand, on the same link,
    /// until it is tried again. Says what is wrong once, not every time.
    pub(super) async fn hold(
        &self,
        desk: &mut Desk,
        link: &Link,
        fault: &Fault,
    ) -> Result<(), LaneError> {
        self.tell(fault);
        self.renew(desk, link).await?;
        self.pause(link, HELD_PAUSE).await
    }

    /// Waits, unless the lane has to end: then what was taken is given back.
    pub(super) async fn pause(&self, link: &Link, wait: Duration) -> Result<(), LaneError> {
        let (failed, retiring) = (link.failed(), link.retiring());
        tokio::select! {
            () = failed.cancelled() => Err(LaneError(link.failure().unwrap_or_default())),
            () = self.ending(&retiring) => {
                Err(LaneError("What was taken is given back, because the link ends.".to_owned()))
            }
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    fn tell(&self, fault: &Fault) {
        if let Fault::Ours(trouble) = fault {
            self.halted(&trouble.to_string());
        } else if self.told.is_new(&fault.to_string()) {
            warn!(queue = self.queue, "{fault} Trying again.");
        }
    }

    /// Our own fault stops the lane; a person must act.
    pub(super) fn halted(&self, reason: &str) {
        if self.told.is_new(reason) {
            error!("Queue `{}` is not worked on: {reason}", self.queue);
        }
    }
}
