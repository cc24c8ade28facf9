//! How long one web form takes to become a qualified lead, where nothing else is to be done.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::time::Duration;

use anyhow::Context as _;
use domain::events::LeadQualified;
use domain::message::Message;
use leadmill::cli::post::Post;
use leadmill::messaging::{Queue, Receipt, said_by};
use serde::Serialize;
use tokio::time::{Instant, sleep, timeout};

use super::sample;

/// Where the measurement listens.
const LISTENER: &str = "bench.qualified";
/// Forms that are sent before one is counted.
const UNCOUNTED: usize = 20;
/// Between two forms, so that what follows the first is done when the second comes.
const PAUSE: Duration = Duration::from_millis(60);
const PATIENCE: Duration = Duration::from_secs(30);

/// From sending the form until its `lead.qualified` is heard, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Latency {
    pub forms: usize,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
}

/// The queue on which the measurement listens.
pub fn listener() -> Queue {
    Queue::worked(LISTENER).hears(&said_by("qualification"), LeadQualified::TYPE.name)
}

/// Sends forms of the people from `from` on, one at a time, and counts `forms` of them; the workers
/// must be running.
///
/// # Errors
/// Where one does not come out.
pub async fn measure(post: &Post, from: usize, forms: usize) -> anyhow::Result<Latency> {
    let mut consumer = post.link().consume(LISTENER, 1).await?;
    let mut times = Vec::new();
    for n in 0..UNCOUNTED + forms {
        let form = sample::form(from + n);
        let begun = Instant::now();
        post.send(vec![form]).await?;
        let heard = timeout(PATIENCE, consumer.next_batch(1)).await;
        let heard = heard.context("A web form did not become a qualified lead in time.")?;
        let heard = heard.context("The broker went away.")?;
        if n >= UNCOUNTED {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        Receipt::of(&heard).acknowledge().await?;
        sleep(PAUSE).await;
    }
    times.sort_by(f64::total_cmp);
    let rank = |percent: usize| times[(times.len() * percent).div_ceil(100).saturating_sub(1)];
    Ok(Latency { forms: times.len(), p50_ms: rank(50), p95_ms: rank(95), p99_ms: rank(99) })
}
