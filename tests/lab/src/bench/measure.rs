//! Runs a worker in this process until its queue is worked off, and takes the times.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::time::Duration;

use anyhow::{bail, ensure};
use chrono::{DateTime, Utc};
use leadmill::runtime::Runtime;
use leadmill::settings::Settings;
use leadmill::store::{self, Connection};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cpu::{Cpu, CpuTime};
use super::ground::said;
use crate::queries::batch::{Progress, Published, progress, published};
use crate::queries::written::work;

/// A worker that gets no further for so long is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the progress is looked at. The times come from the batches' rows, not from here.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// One measured run of a hop.
#[derive(Clone, Debug, Serialize)]
pub struct Round {
    pub batch_size_max: usize,
    pub messages: i64,
    pub events: i64,
    /// From the taking of the first message until the last is acknowledged.
    pub seconds: f64,
    pub messages_per_second: f64,
    pub events_per_second: f64,
    pub batches: usize,
    pub batch_size_mean: f64,
    /// From taking a batch until its rows are written.
    pub decided_ms: Percentiles,
    /// From taking a batch until it is committed, published, confirmed and acknowledged.
    pub published_ms: Percentiles,
    /// CPU time used meanwhile.
    pub cpu: Cpu,
}

/// Nearest-rank percentiles in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Percentiles {
    pub p50: f64,
    pub p95: f64,
}

/// Works off `messages` messages that lie in the queue of the worker.
pub async fn work_off(settings: &Settings, worker: &str, messages: usize) -> anyhow::Result<()> {
    worked(settings, worker, messages).await.map(drop)
}

/// Works off `messages` messages that lie in the queue of the worker, and measures it.
pub async fn measure(settings: &Settings, worker: &str, messages: usize) -> anyhow::Result<Round> {
    let mut conn = store::connect(&settings.database, "leadmill bench").await.map_err(said)?;
    let clock = CpuTime::start(u32::try_from(work(&mut conn).await.map_err(said)?.session)?);
    let batches = worked(settings, worker, messages).await?;
    let cpu = clock.used();
    store::close(conn).await.map_err(said)?;
    let size = settings.runtime.batch_size_max;
    let round = Round::of(size, &batches, cpu);
    let Some(round) = round else { bail!("The worker `{worker}` took no batch.") };
    ensure!(
        round.events >= round.messages,
        "Of {} messages only {} events followed: `{worker}` did not do its whole work, so that \
         nothing was measured. Look at what its settings and rules make of the load.",
        round.messages,
        round.events
    );
    Ok(round)
}

/// Runs the worker until exactly so many messages are decided and all is published.
async fn worked(
    settings: &Settings,
    worker: &str,
    messages: usize,
) -> anyhow::Result<Vec<Published>> {
    let names = [worker.to_owned()];
    let runtime = Runtime::new(settings.clone(), &names).map_err(anyhow::Error::msg)?;
    let mut conn = store::connect(&settings.database, "leadmill bench").await.map_err(said)?;
    let stop = CancellationToken::new();
    let since = Utc::now();
    let done = async {
        let done = until_done(&mut conn, worker, since, i64::try_from(messages)?).await;
        stop.cancel();
        done
    };
    let ((), done) = tokio::join!(runtime.run(stop.clone()), done);
    done?;
    let batches = published(&mut conn, worker, since).await.map_err(said)?;
    store::close(conn).await.map_err(said)?;
    Ok(batches)
}

async fn until_done(
    conn: &mut Connection,
    worker: &str,
    since: DateTime<Utc>,
    messages: i64,
) -> anyhow::Result<()> {
    let mut last = (Progress::default(), Instant::now());
    loop {
        let now = progress(conn, worker, since).await.map_err(said)?;
        ensure!(
            now.messages <= messages,
            "`{worker}` decided {} messages; {messages} were prepared.",
            now.messages
        );
        if now.messages == messages && now.unmarked == 0 {
            return Ok(());
        }
        if now != last.0 {
            last = (now, Instant::now());
        }
        ensure!(
            last.1.elapsed() < PATIENCE,
            "`{worker}` decided {} of {messages} messages, then no more for {} s.",
            now.messages,
            PATIENCE.as_secs()
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

impl Round {
    fn of(batch_size_max: usize, batches: &[Published], cpu: Cpu) -> Option<Self> {
        let first = batches.iter().map(|batch| batch.taken_at).min()?;
        let last = batches.iter().map(|batch| batch.published_at).max()?;
        let seconds = (last - first).as_seconds_f64().max(f64::EPSILON);
        let messages: i64 = batches.iter().map(|batch| i64::from(batch.messages)).sum();
        let events: i64 = batches.iter().map(|batch| i64::from(batch.events)).sum();
        let times = |until: fn(&Published) -> DateTime<Utc>| {
            let times = batches.iter().map(|batch| until(batch) - batch.taken_at);
            Percentiles::of(times.map(|time| time.as_seconds_f64() * 1e3).collect())
        };
        Some(Self {
            batch_size_max,
            messages,
            events,
            seconds,
            messages_per_second: messages as f64 / seconds,
            events_per_second: events as f64 / seconds,
            batches: batches.len(),
            batch_size_mean: messages as f64 / batches.len() as f64,
            decided_ms: times(|batch| batch.decided_at),
            published_ms: times(|batch| batch.published_at),
            cpu,
        })
    }

    /// What came out, for the person who waits.
    pub fn sentence(&self) -> String {
        let how = match self.batch_size_max {
            1 => "Message by message".to_owned(),
            size => format!("In batches of at most {size}"),
        };
        format!(
            "{how}: {} messages in {:.2} s, {:.0} a second.",
            self.messages, self.seconds, self.messages_per_second
        )
    }
}

impl Percentiles {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let rank = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100);
            times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self { p50: rank(50), p95: rank(95) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let times = (1..=20).rev().map(f64::from).collect();
        let Percentiles { p50, p95 } = Percentiles::of(times);
        assert_eq!((p50, p95), (10.0, 19.0));
    }

    #[test]
    fn a_round_lasts_from_the_first_taking_to_the_last_acknowledgement() {
        let at = |ms| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms);
        let batch = |taken, decided, published| Published {
            taken_at: at(taken),
            decided_at: at(decided),
            published_at: at(published),
            messages: 100,
            events: 500,
        };
        let batches = [batch(1_000, 1_040, 1_300), batch(1_050, 1_090, 1_500)];
        let round = Round::of(256, &batches, Cpu::default()).unwrap();
        assert_eq!((round.messages, round.events, round.seconds), (200, 1_000, 0.5));
        assert_eq!((round.messages_per_second, round.batch_size_mean), (400.0, 100.0));
        assert_eq!((round.decided_ms.p95, round.published_ms.p50), (40.0, 300.0));
        assert!(Round::of(256, &[], Cpu::default()).is_none());
    }
}
