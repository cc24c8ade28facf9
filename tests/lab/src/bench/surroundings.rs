//! What is round a run: the stand-ins outside, inputs at a pace, and the waiting for what must come.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{bail, ensure};
use domain::host::Hosted;
use leadmill::cli::Context;
use leadmill::cli::outside::{self, Counts, Manner, Party};
use leadmill::cli::post::Post;
use leadmill::cli::processes::Processes;
use leadmill::messaging::{Outgoing, Queue, Topology};
use leadmill::settings::Settings;
use leadmill::workers;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// A pipeline that gets no further for so long is given up.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Inputs are sent so often where they are paced.
const PACE_EVERY: Duration = Duration::from_millis(20);

/// The stand-ins of a run: customer, warehouse and billing, who answer at once.
pub struct Outside {
    running: JoinSet<anyhow::Result<()>>,
    /// What billing has heard.
    invoices: Arc<Counts>,
    stop: CancellationToken,
}

impl Outside {
    /// They listen from now on.
    ///
    /// # Errors
    /// Where the broker cannot be reached.
    pub async fn start(context: &Context, settings: &Settings) -> anyhow::Result<Self> {
        let stop = CancellationToken::new();
        let mut running = JoinSet::new();
        let mut invoices = Arc::default();
        for party in Party::ALL {
            let counts = Arc::<Counts>::default();
            if party == Party::Billing {
                invoices = Arc::clone(&counts);
            }
            let post = Post::open(context, settings).await?;
            let who = (party, Manner::Straight);
            running.spawn(outside::stand_in(who, post, counts, stop.clone()));
        }
        Ok(Self { running, invoices, stop })
    }

    /// They have nothing more to do.
    ///
    /// # Errors
    /// What one of them met.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.running.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// Waits until billing has heard of as many invoices as there were leads.
    ///
    /// # Errors
    /// Where somebody ends before that, or nothing comes any more.
    pub async fn until_invoiced(
        &mut self,
        leads: usize,
        processes: &mut Processes,
    ) -> anyhow::Result<()> {
        let leads = u64::try_from(leads)?;
        let mut last = (0, Instant::now());
        loop {
            processes.check()?;
            if let Some(ended) = self.running.try_join_next() {
                ended??;
                bail!("A stand-in ended before its time.");
            }
            let now = self.invoices.heard.load(Ordering::SeqCst);
            if now >= leads {
                return Ok(());
            }
            if now != last.0 {
                last = (now, Instant::now());
            }
            ensure!(
                last.1.elapsed() < PATIENCE,
                "{now} of {leads} leads became an invoice, then no more for {} s. Look at the logs of the \
                 workers, and at what the settings and rules make of the leads.",
                PATIENCE.as_secs()
            );
            sleep(LOOK_EVERY).await;
        }
    }
}

/// Waits until every queue of these workers is consumed.
///
/// # Errors
/// Where that takes longer than anybody waits.
pub async fn until_consumed(
    settings: &Settings,
    workers: &[Box<dyn Hosted>],
) -> anyhow::Result<()> {
    let names = workers.iter().flat_map(|worker| workers::queue_names(&**worker));
    let queues: Vec<_> = names.map(Queue::worked).collect();
    let begun = Instant::now();
    let topology = Topology { exchanges: Vec::new(), queues };
    loop {
        let depths = topology.depths(&settings.broker).await?;
        if depths.iter().all(|depth| depth.waiting.is_some_and(|(_, consumers)| consumers > 0)) {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "The workers did not start in time.");
        sleep(LOOK_EVERY).await;
    }
}

/// Sends inputs evenly, in so many seconds.
///
/// # Errors
/// Where the broker does not take them.
pub async fn send_paced(post: &Post, inputs: Vec<Outgoing>, seconds: f64) -> anyhow::Result<()> {
    let all = inputs.len();
    let mut inputs = inputs.into_iter();
    let begun = Instant::now();
    let mut ticks = interval(PACE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while inputs.len() > 0 {
        ticks.tick().await;
        let due = (begun.elapsed().as_secs_f64() / seconds * all as f64).ceil() as usize;
        let sent = all - inputs.len();
        post.send(inputs.by_ref().take(due.saturating_sub(sent)).collect()).await?;
    }
    Ok(())
}
