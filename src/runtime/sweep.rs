//! What is due is said, and what nobody has published is published: together, and one by one where one
//! of them cannot be, so that it keeps nobody waiting.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::commands::RetentionRun;
use domain::ids::minted;
use domain::message::{Said, Subject, SubjectKind};
use tracing::{error, info, warn};
use uuid::Uuid;

use super::arrival::MESSAGE_BYTES_MAX;
use super::process_time;
use super::publish::{outgoing, publish, stored};
use super::upkeep::{Upkeep, random};
use crate::messaging::{Link, Outgoing, PublishError};
use crate::store::batch::NewBatch;
use crate::store::event::NewEvent;
use crate::store::schedule::DueTimer;
use crate::store::{self, Connection, Failure, Fault};
use crate::workers::CLOCK;

/// Most timers claimed at once; the rest a second later.
const TIMERS_MAX: u32 = 500;
/// Most batches that one sweep publishes.
const SWEPT_MAX: u32 = 50;
/// Most batches that are left out at a time; more of them are looked at again and again.
const LEFT_MAX: usize = 10_000;
/// What an envelope adds to its data, at most.
const ENVELOPE_BYTES_MAX: usize = 64 * 1024;

/// How publishing went.
enum Published {
    All,
    /// The link ends; what is not marked is swept up again.
    Lost,
    /// Something in it cannot be read or published, ever or until somebody has mended it.
    Stuck(String),
}

impl Upkeep {
    /// A due timer becomes a command, in one transaction with its claim: it happens once. What cannot be said stays
    /// behind with its reason, and what this program does not know is left to one that does.
    pub(super) async fn timers(
        &self,
        conn: &mut Connection,
        link: &Link,
        left: &mut Vec<Uuid>,
    ) -> Result<(), Fault> {
        let now = store::begin(conn).await?;
        let batch = minted(now, random());
        let due = store::schedule::claim_due(conn, batch, now, &self.known(), TIMERS_MAX).await?;
        self.meter.overdue(store::schedule::overdue(conn, now).await?);
        if due.is_empty() {
            return store::rollback(conn).await;
        }
        let (mut commands, mut refused) = (Vec::new(), Vec::new());
        for timer in due {
            let timer_id = timer.id;
            // The window of known messages begins when it is said, not when it was planned.
            match Self::command(timer, minted(now, random())) {
                Ok(command) => commands.push(command),
                Err(why) => {
                    error!("The timer {timer_id} is not said: {why}");
                    refused.push((timer_id, why));
                }
            }
        }
        store::schedule::refuse(conn, &refused).await?;
        if commands.is_empty() {
            return store::commit(conn).await;
        }
        self.say(conn, link, (batch, now), &commands, left).await
    }

    /// Once a day the worker that lets go what is older than it is kept is asked to, where there is a rule.
    pub(super) async fn retention(
        &self,
        conn: &mut Connection,
        link: &Link,
        left: &mut Vec<Uuid>,
    ) -> Result<(), Fault> {
        if !self.settings.retention.is_any() {
            return Ok(());
        }
        let now = store::begin(conn).await?;
        let Said { ty, subject, data } = Said::of(&RetentionRun { erasure: None });
        if !store::schedule::is_due_daily(conn, CLOCK, ty, subject, now).await? {
            return store::rollback(conn).await;
        }
        let id = minted(now, random());
        let command = NewEvent {
            id,
            ty,
            subject,
            sequence: None,
            correlation: id,
            // Nothing led to it but the time.
            cause: id,
            traceparent: None,
            actor: None,
            data,
        };
        self.say(conn, link, (minted(now, random()), now), &[command], left).await
    }

    /// Says these in the name of the clock; ends the transaction.
    async fn say(
        &self,
        conn: &mut Connection,
        link: &Link,
        (batch, now): (Uuid, DateTime<Utc>),
        commands: &[NewEvent],
        left: &mut Vec<Uuid>,
    ) -> Result<(), Fault> {
        store::event::append(conn, CLOCK, (batch, now), commands).await?;
        let (events, messages) = (commands.len(), commands.len());
        let row = NewBatch { id: batch, taken_at: now, decided_at: now, messages, events };
        store::batch::insert(conn, CLOCK, &row).await?;
        store::commit(conn).await?;
        self.publish(conn, link, &[batch], left).await
    }

    /// What this program may say, as planner and type: the rest is a newer one's.
    fn known(&self) -> Vec<(&'static str, &'static str)> {
        let plans = self.plans.iter();
        plans.flat_map(|(worker, types)| types.iter().map(move |ty| (*worker, *ty))).collect()
    }

    /// The command of a timer, if it can be said.
    fn command(timer: DueTimer, id: Uuid) -> Result<NewEvent, String> {
        let DueTimer { ty, subject_kind, data, .. } = timer;
        let known = domain::commands::COMMANDS.iter().find(|known| known.name == ty);
        let known = known.ok_or_else(|| format!("`{ty}` is no command of this program."))?;
        let kind = SubjectKind::named(&subject_kind).ok_or_else(|| {
            format!("It is about a `{subject_kind}`, which this program does not know.")
        })?;
        if data.len() > MESSAGE_BYTES_MAX - ENVELOPE_BYTES_MAX {
            return Err(format!("Its data has {} bytes, too many for a message.", data.len()));
        }
        Ok(NewEvent {
            id,
            ty: known,
            subject: Subject { kind, id: timer.subject },
            sequence: None,
            correlation: timer.correlation,
            cause: timer.cause,
            traceparent: None,
            actor: None,
            data,
        })
    }

    /// Publishes batches whose cause will never come back, but for those that were `left` out before.
    pub(super) async fn sweep(
        &self,
        conn: &mut Connection,
        link: &Link,
        keeps: bool,
        left: &mut Vec<Uuid>,
    ) -> Result<(), Fault> {
        let older_than = Duration::from_secs(self.settings.runtime.sweep_after_s);
        if let Some(worker) = self.worker {
            self.meter.unpublished(store::batch::unmarked(conn, worker).await?);
        }
        for worker in self.worker.into_iter().chain(keeps.then_some(CLOCK)) {
            store::begin(conn).await?;
            let stale =
                store::batch::stale_unmarked(conn, worker, older_than, SWEPT_MAX, left).await?;
            if stale.is_empty() {
                store::rollback(conn).await?;
                continue;
            }
            info!("Publishing {} batches of `{worker}` that nobody had published.", stale.len());
            let published = self.publish(conn, link, &stale, left).await;
            // The locks are held until here, so that no other sweeper does the same.
            store::commit(conn).await?;
            published?;
        }
        Ok(())
    }

    /// Publishes what these batches said, then marks them. One that cannot be published is named and
    /// left out until the next link; the others are published without it.
    async fn publish(
        &self,
        conn: &mut Connection,
        link: &Link,
        batches: &[Uuid],
        left: &mut Vec<Uuid>,
    ) -> Result<(), Fault> {
        match self.publish_together(conn, link, batches).await? {
            Published::All => return mark(conn, batches).await,
            Published::Lost => return Ok(()),
            Published::Stuck(_) => {}
        }
        for batch in batches {
            let one = std::slice::from_ref(batch);
            match self.publish_together(conn, link, one).await? {
                Published::All => mark(conn, one).await?,
                Published::Lost => return Ok(()),
                Published::Stuck(why) => {
                    error!("The batch {batch} is not published, and the others go on: {why}");
                    if left.len() >= LEFT_MAX {
                        left.clear();
                    }
                    left.push(*batch);
                }
            }
        }
        Ok(())
    }

    async fn publish_together(
        &self,
        conn: &mut Connection,
        link: &Link,
        batches: &[Uuid],
    ) -> Result<Published, Fault> {
        let events = match store::event::of_batches(conn, batches).await {
            Ok(events) => events,
            // A row that this program cannot read.
            Err(Fault::Ours(Failure::Found(why))) => return Ok(Published::Stuck(why)),
            Err(fault) => return Err(fault),
        };
        let messages = events.iter().map(|event| outgoing(stored(event), &self.heard));
        let messages: Vec<Outgoing> = match messages.collect::<Result<_, _>>() {
            Ok(messages) => messages,
            Err(error) => return Ok(Published::Stuck(format!("{error}."))),
        };
        Ok(match publish(link.publisher(), messages.into(), link.failed()).await {
            Ok(()) => Published::All,
            Err(error @ (PublishError::Returned { .. } | PublishError::Invalid { .. })) => {
                Published::Stuck(error.to_string())
            }
            Err(error) => {
                warn!("{error}");
                Published::Lost
            }
        })
    }
}

async fn mark(conn: &mut Connection, batches: &[Uuid]) -> Result<(), Fault> {
    let now = process_time::now();
    let marks: Vec<_> = batches.iter().map(|batch| (*batch, now)).collect();
    store::batch::mark_published(conn, &marks).await
}
