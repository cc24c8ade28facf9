//! Messages that were delivered often are decided alone, each on trial: counted in the database before
//! and taken back after, so that only those which end the process are blamed, and none for a link that
//! was lost or for a fault of ours.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use tracing::{error, info};
use uuid::Uuid;

use super::arrival::ATTEMPT_HEADER;
use super::asking::{SENDER_HEADER, sender};
use super::dead::{fingerprint, killer};
use super::desk::Desk;
use super::hold::LaneError;
use super::kept::hex;
use super::lane::{InFlight, Lane};
use super::prefetch::CAREFUL_FROM;
use crate::messaging::{DELIVERY_LIMIT, Delay, Delivered, Link, Outgoing, Receipt, is_way_back};
use crate::store;
use crate::telemetry::Counts;

/// A message with which the process ended so often, all alone, is parked.
const DEATHS_MAX: i32 = 6;
/// From so many deliveries on, a message that is not to blame is exchanged for a fresh copy, so that
/// the broker's count begins anew.
const WORN_FROM: u64 = 15;

// A message that ends the process is found out before that, and any other comes out before the broker gives up.
const _: () = assert!(CAREFUL_FROM + DEATHS_MAX as u64 <= WORN_FROM);
const _: () = assert!(WORN_FROM < DELIVERY_LIMIT as u64);

/// What is done with a message that was delivered often.
enum Course {
    /// It is decided, alone.
    Decide,
    /// It ended the process so often.
    Park(i32),
    /// It is worn by lost links.
    Exchange,
}

impl Lane {
    /// Decides a message that was delivered often: alone, with nothing else underway, and counted
    /// until it is acknowledged.
    pub(super) async fn try_alone(
        &self,
        desk: &mut Desk,
        link: &Link,
        in_flight: &mut InFlight,
        message: Delivered,
    ) -> Result<(), LaneError> {
        in_flight.empty(desk).await?;
        let name = fingerprint(&message, self.holder.worker.name());
        match self.course(desk, link, &message, name).await? {
            Course::Decide => {
                let done = async {
                    self.pass(desk, link, in_flight, vec![message]).await?;
                    in_flight.empty(desk).await
                };
                let done = done.await;
                self.survived(desk, name, done.is_ok()).await;
                done
            }
            Course::Park(deaths) => {
                self.park_killer(desk, link, &message, deaths).await?;
                acknowledge(&message).await
            }
            Course::Exchange => {
                info!(queue = self.holder.queue, "A message was delivered often; it is sent anew.");
                self.send(link, Arc::new([self.fresh_copy(&message, name)])).await?;
                acknowledge(&message).await
            }
        }
    }

    async fn course(
        &self,
        desk: &mut Desk,
        link: &Link,
        message: &Delivered,
        name: Uuid,
    ) -> Result<Course, LaneError> {
        loop {
            let counted = async {
                let worker = desk.worker.name();
                let times = store::trial::begin(&mut desk.conn, worker, name).await?;
                let worn = message.delivery_count >= WORN_FROM && times <= DEATHS_MAX;
                if worn {
                    store::trial::take_back(&mut desk.conn, worker, name).await?;
                }
                Ok(match times {
                    times if times > DEATHS_MAX => Course::Park(times - 1),
                    _ if worn => Course::Exchange,
                    _ => Course::Decide,
                })
            };
            match counted.await {
                Ok(course) => return Ok(course),
                Err(fault) => self.holder.hold(desk, link, &fault).await?,
            }
        }
    }

    /// The process has survived: nobody is to blame. Where the database is away, that is said later.
    async fn survived(&self, desk: &mut Desk, name: Uuid, decided: bool) {
        let worker = desk.worker.name();
        // An attempt may have ended in the middle of its transaction.
        let _ = store::rollback(&mut desk.conn).await;
        let done = if decided {
            store::trial::forget(&mut desk.conn, worker, name).await
        } else {
            store::trial::take_back(&mut desk.conn, worker, name).await
        };
        if done.is_err() {
            self.holder.trials.add(name);
        }
    }

    async fn park_killer(
        &self,
        desk: &mut Desk,
        link: &Link,
        message: &Delivered,
        deaths: i32,
    ) -> Result<(), LaneError> {
        let row = killer(message, self.holder.worker.name(), deaths);
        error!(queue = self.holder.queue, id = %row.id, "Parked: {}", row.reason);
        loop {
            let parked = async {
                let worker = desk.worker.name();
                store::begin(&mut desk.conn).await?;
                store::parked::insert(&mut desk.conn, worker, std::slice::from_ref(&row)).await?;
                store::trial::forget(&mut desk.conn, worker, row.id).await?;
                store::commit(&mut desk.conn).await
            };
            match parked.await {
                Ok(()) => {
                    desk.meter.decided(Counts { parked: 1, ..Counts::default() });
                    return Ok(());
                }
                Err(fault) => self.holder.hold(desk, link, &fault).await?,
            }
        }
    }

    /// The same message, to come back to the same queue by our own way in a moment.
    fn fresh_copy(&self, message: &Delivered, name: Uuid) -> Outgoing {
        let raw = self.holder.worker.raw_queues().contains(&message.queue.as_str());
        let sent = message.message_id.clone().filter(|id| !id.is_empty());
        // A raw input without an id is known by its bytes: so it must stay.
        let unnamed = || {
            if raw {
                format!("sha256:{}", hex(&Sha256::digest(&message.body)))
            } else {
                name.to_string()
            }
        };
        // Who sent it is told by our own way back, where no user of the broker's is.
        // Attempts that its sender counted would be believed on the way back.
        let back = is_way_back(&message.exchange);
        let kept = |name: &str| {
            name != SENDER_HEADER && (back || !name.eq_ignore_ascii_case(ATTEMPT_HEADER))
        };
        let headers = message.headers.iter().filter(|(name, _)| kept(name));
        let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
        let from = sender(message).map(|from| (SENDER_HEADER.to_owned(), from));
        let headers = headers.chain(from);
        Outgoing {
            exchange: Delay::Seconds2.exchange(self.holder.worker.name()),
            routing_key: message.queue.clone(),
            body: message.body.clone(),
            content_type: message.content_type.clone().unwrap_or_default(),
            message_id: sent.unwrap_or_else(unnamed),
            kind: message.kind.clone().unwrap_or_default(),
            correlation_id: message.correlation_id.clone(),
            app_id: message.app_id.clone().unwrap_or_default(),
            timestamp: message.timestamp.unwrap_or(0),
            headers: headers.collect(),
            mandatory: true,
        }
    }
}

async fn acknowledge(message: &Delivered) -> Result<(), LaneError> {
    let acknowledged = Receipt::of([message]).acknowledge().await;
    acknowledged.map_err(|error| LaneError(error.to_string()))
}
