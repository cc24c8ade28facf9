//! One fresh link per generation, for as long as the process runs.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::link::Link;
use super::settings::BrokerSettings;

/// Exit code of a process whose connection to the broker would not close: its messages would stay
/// unacknowledged, and only its end gives them back (`EX_SOFTWARE` of sysexits).
pub const EXIT_STUCK: i32 = 70;

/// The wait before the second attempt is between zero and this, doubling with each attempt …
const BACKOFF_MIN: Duration = Duration::from_millis(200);
/// … up to this.
const BACKOFF_MAX: Duration = Duration::from_secs(30);
/// A link that lived this long makes the next failure count as the first.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);

/// Opens a link, gives it to `run`, closes it when `run` returns, and begins again, with waits of
/// 0.2 s doubling to 30 s, each multiplied by a random factor so that many processes do not return at once.
///
/// `run` should return when [`Link::failed`] is cancelled or when `stop` is, having let an open
/// transaction finish. `Break(value)` ends everything, `Continue` asks for the next link. Returns
/// `None` when stopped. A change of state is logged once, not every attempt.
///
/// If a connection does not close even when its socket is shut down, the **process exits** with
/// [`EXIT_STUCK`]: it would go on holding messages that nobody else could get.
pub async fn reconnecting<T, F, R>(
    settings: &BrokerSettings,
    name: &str,
    stop: CancellationToken,
    mut run: F,
) -> Option<T>
where
    F: FnMut(Link) -> R,
    R: Future<Output = ControlFlow<T>>,
{
    let mut attempt: u32 = 0;
    let mut trouble: Option<String> = None;
    while !stop.is_cancelled() {
        let opened = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            opened = Link::open(settings, name) => opened,
        };
        let now = match opened {
            Ok(link) => {
                info!(link = name, "Connected to the broker at {}.", link.address());
                let since = Instant::now();
                let flow = run(link.clone()).await;
                let failure = link.failure();
                close_or_exit(name, &link).await;
                if let ControlFlow::Break(value) = flow {
                    return Some(value);
                }
                if since.elapsed() >= HEALTHY_AFTER {
                    attempt = 0;
                }
                // Whatever comes next is news again, because we were connected in between.
                trouble = None;
                failure
            }
            Err(error) => Some(error.to_string()),
        };
        if now.is_some() && now != trouble {
            let reason = now.as_deref().unwrap_or_default();
            warn!(link = name, "{reason} Trying again until the broker is there.");
        }
        trouble = now;
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(backoff(attempt)) => {}
        }
        attempt = attempt.saturating_add(1);
    }
    None
}

async fn close_or_exit(name: &str, link: &Link) {
    if !link.close().await {
        error!(
            link = name,
            "A connection to the broker does not close and may hold messages; the process ends \
             with code {EXIT_STUCK} to give them back. Start it again."
        );
        std::process::exit(EXIT_STUCK);
    }
}

/// Full jitter: anything from zero to the bound is equally likely.
fn backoff(attempt: u32) -> Duration {
    let bound = BACKOFF_MIN.saturating_mul(2_u32.saturating_pow(attempt)).min(BACKOFF_MAX);
    let bound_ms = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(fastrand::u64(0..=bound_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compiles only if the supervisor can be spawned with everything a worker does in it.
    #[allow(dead_code)]
    fn can_be_spawned(settings: BrokerSettings, stop: CancellationToken) {
        tokio::spawn(async move {
            let work = |link: Link| async move {
                let Ok(mut consumer) = link.consume("queue", 1).await else {
                    return ControlFlow::Continue(());
                };
                if let Some(batch) = consumer.next_batch(1).await {
                    let published = link.publisher().publish([]).await;
                    let receipt = super::super::Receipt::of(&batch);
                    return match (published, receipt.acknowledge().await) {
                        (Ok(()), Ok(())) => ControlFlow::Break(()),
                        _ => ControlFlow::Continue(()),
                    };
                }
                ControlFlow::Continue(())
            };
            reconnecting(&settings, "test", stop, work).await
        });
    }

    #[test]
    fn waits_grow_but_never_beyond_the_bound() {
        for attempt in [0, 1, 5, 8, 40, u32::MAX] {
            let ceiling =
                BACKOFF_MIN.saturating_mul(2_u32.saturating_pow(attempt)).min(BACKOFF_MAX);
            for _ in 0..100 {
                assert!(backoff(attempt) <= ceiling, "attempt {attempt}");
            }
        }
        let spread: std::collections::BTreeSet<_> = (0..50).map(|_| backoff(8)).collect();
        assert!(spread.len() > 10, "waits are spread at random: {spread:?}");
    }
}
