//! The delivery half of the store on a real PostgreSQL: claims, the log, answers, partitions, faults.

use chrono::{DateTime, Utc};
use domain::ids::minted;
use leadmill::store::batch::{self, NewBatch};
use leadmill::store::{self, Connection};
use uuid::Uuid;

mod answers;
mod claims;
mod faults;
mod log;
mod partitions;

/// An id of that time that differs by `n`.
fn id(at: DateTime<Utc>, n: u8) -> Uuid {
    minted(at, [n; 10])
}

/// Begins a transaction, whose batch has that id.
async fn begin(conn: &mut Connection) -> (DateTime<Utc>, Uuid) {
    let now = store::begin(conn).await.unwrap();
    (now, id(now, 255))
}

async fn insert_batch(conn: &mut Connection, worker: &str, id: Uuid, events: usize) {
    let now = Utc::now();
    let new = NewBatch { id, taken_at: now, decided_at: now, messages: 1, events };
    batch::insert(conn, worker, &new).await.unwrap();
}
