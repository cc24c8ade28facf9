//! The log told again into tables of their own: all records, keys, numbers, prices and timers, from `event` alone.
//!
//! One transaction that sees the log and the tables as they were when it began, so that workers may go on. What it
//! makes lies in a schema of its own; only with [`Rebuild::keep`] it stays.

use chrono::{DateTime, Utc};
use domain::decide::Needs;
use domain::history::Told;
use domain::world::World;

use super::{Connection, DatabaseSettings, Result};

mod compare;
mod log;
mod tables;
mod timers;

pub use compare::Difference;
use log::Entry;
pub use log::Extent;
use timers::Timers;

/// How many events are told at once: the records that they are about lie in memory.
const EVENTS_AT_ONCE: i64 = 2000;

/// Tables that are being made from the log.
pub struct Rebuild {
    conn: Connection,
    schema: String,
}

/// What was told again.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Retold {
    /// Events told, answers and commands of ours among them.
    pub events: u64,
    /// When the last of them was said.
    pub at: Option<DateTime<Utc>>,
}

impl Rebuild {
    /// Begins: an empty schema of that name with the tables that the log can fill, and as much of the log as is
    /// asked for, as it is now.
    ///
    /// # Errors
    /// [`Fault::Ours`](super::Fault::Ours) where the name is none or taken, or the role may make no schema; else those
    /// of the database.
    pub async fn begin(database: &DatabaseSettings, schema: &str, of: &Extent) -> Result<Self> {
        let mut conn = super::connect(database, "leadmill rebuild").await?;
        tables::begin(&mut conn).await?;
        log::open(&mut conn, of).await?;
        tables::make(&mut conn, schema).await?;
        Ok(Self { conn, schema: schema.to_owned() })
    }

    /// Tells all of the log again.
    ///
    /// # Errors
    /// [`Fault::Ours`](super::Fault::Ours) where the log has an event that this program cannot tell; else those of the
    /// database.
    pub async fn tell(&mut self) -> Result<Retold> {
        let mut told = Retold { events: 0, at: None };
        loop {
            let entries = log::next(&mut self.conn, EVENTS_AT_ONCE).await?;
            let Some(last) = entries.last() else { return Ok(told) };
            told.at = Some(last.at);
            self.tell_some(&entries).await?;
            told.events += u64::try_from(entries.len()).unwrap_or_default();
        }
    }

    async fn tell_some(&mut self, entries: &[Entry]) -> Result<()> {
        let mut needs = Needs::default();
        let mut told = Vec::with_capacity(entries.len());
        for entry in entries {
            let event = entry.read()?;
            if let Some(event) = &event {
                event.needs(&mut needs);
            }
            told.push(event);
        }
        let mut world = super::world::named(&mut self.conn, needs).await?;
        let mut timers = Timers::default();
        for (entry, event) in entries.iter().zip(told) {
            match event {
                Some(event) => replay(entry, &event, &mut world, &mut timers)?,
                None => timers.said(entry),
            }
        }
        super::world::save(&mut self.conn, &world).await?;
        timers.save(&mut self.conn).await
    }

    /// The connection that sees the tables as they were told.
    pub const fn told(&mut self) -> &mut Connection {
        &mut self.conn
    }

    /// What differs between the tables as they are and what the log makes of them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn compare(&mut self) -> Result<Vec<Difference>> {
        compare::all(&mut self.conn, &self.schema).await
    }

    /// Keeps the tables.
    ///
    /// # Errors
    /// Those of the database; then nothing is kept.
    pub async fn keep(mut self) -> Result<()> {
        super::commit(&mut self.conn).await?;
        super::close(self.conn).await
    }

    /// Leaves nothing behind.
    ///
    /// # Errors
    /// [`Fault::Connection`](super::Fault::Connection) where the server is gone, which leaves nothing either.
    pub async fn drop(mut self) -> Result<()> {
        super::rollback(&mut self.conn).await?;
        super::close(self.conn).await
    }
}

fn replay(entry: &Entry, event: &Told, world: &mut World, timers: &mut Timers) -> Result<()> {
    let sequence = entry.sequence.unwrap_or_default();
    let later = event.replay(world, entry.at, sequence).map_err(|gap| entry.fault(&gap))?;
    timers.told(entry, later);
    Ok(())
}
