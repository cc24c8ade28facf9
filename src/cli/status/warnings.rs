//! What somebody should do something about.

use chrono::{DateTime, Utc};

use super::super::time::{ago, counted, shifted};
use super::queue::Queue;
use crate::store::partition::DAYS_AHEAD_MIN;
use crate::store::status::Status;

/// Finished sentences; none where nothing needs anybody.
pub(super) fn all(
    queues: &[Queue],
    missing: &[String],
    dead: u32,
    status: &Status,
    now: DateTime<Utc>,
) -> Vec<String> {
    let mut warnings = broker(queues, missing, dead);
    warnings.extend(blocked(status, now));
    warnings.extend(database(status, now));
    warnings
}

fn broker(queues: &[Queue], missing: &[String], dead: u32) -> Vec<String> {
    let mut warnings = Vec::new();
    if !missing.is_empty() {
        warnings.push(format!(
            "{} missing on the broker: {}. Run `leadmill migrate`.",
            counted(missing.len(), "queue is", "queues are"),
            missing.join(", ")
        ));
    }
    for queue in queues {
        // Others consume the outward queues, when it suits them.
        let ours = !queue.name.starts_with("out.");
        if let (true, Some(ready), Some(0)) = (ours, queue.ready, queue.consumers)
            && ready > 0
        {
            let waiting = counted(many(ready), "message waits", "messages wait");
            let name = &queue.name;
            warnings
                .push(format!("{waiting} in `{name}` and nobody works on it. Run `leadmill run`."));
        }
    }
    if dead > 0 {
        let waiting = counted(many(dead), "dead message waits", "dead messages wait");
        warnings.push(format!(
            "{waiting} to be parked. Run `leadmill run`, then `leadmill parked list`."
        ));
    }
    warnings
}

/// Locks that others hold.
fn blocked(status: &Status, now: DateTime<Utc>) -> impl Iterator<Item = String> {
    status.blockers.iter().map(move |blocker| {
        let waits = match blocker.waiting_since {
            Some(since) => format!(
                "{} waits for its locks since {}",
                blocker.waiting.join(", "),
                ago(since, now)
            ),
            None => {
                format!("workers may have to wait for its locks on {}", blocker.tables.join(", "))
            }
        };
        let named = blocker.named();
        let (first, rest) = named.split_at(1);
        format!("{}{rest}: {waits}. {}", first.to_uppercase(), blocker.advice())
    })
}

fn database(status: &Status, now: DateTime<Utc>) -> Vec<String> {
    let mut warnings = Vec::new();
    let days = status.partition_days_ahead;
    if days < DAYS_AHEAD_MIN {
        warnings.push(format!(
            "The partitions reach only {days} days ahead. Run `leadmill migrate` as the owner of the \
             tables."
        ));
    }
    let old = status.unmarked.iter().filter(|row| (now - row.oldest_at).num_minutes() >= 5);
    for row in old {
        warnings.push(format!(
            "`{}` has batches that are not known to be published since {}. See that it runs: its \
             sweeper publishes them.",
            row.worker,
            ago(row.oldest_at, now)
        ));
    }
    if let Some(since) = status.waiting.overdue_since {
        let missed = usize::try_from(status.waiting.overdue).unwrap_or(usize::MAX);
        warnings.push(format!(
            "{} have come back from a delay {}, and nobody has decided on it. See that its worker \
             keeps up and that the broker has the delay queues as `leadmill up` makes them; `leadmill \
             audit --settled` names each.",
            counted(missed, "message should", "messages should"),
            ago(since, now)
        ));
    }
    if let Some(oldest) = status.overdue.oldest_at {
        warnings.push(format!(
            "{} due since {}, and nobody has said so. See that a worker runs: each has the clock.",
            counted(
                usize::try_from(status.overdue.count).unwrap_or(usize::MAX),
                "timer is",
                "timers are"
            ),
            ago(oldest, now)
        ));
    }
    warnings.extend(shifted(status.clock_shift_s));
    if status.unsaid.count > 0 {
        warnings.push(
            "Timers cannot be said. The column `unsaid` of their rows in `schedule` says why; null \
             it when they are mended."
                .into(),
        );
    }
    if !status.parked.is_empty() {
        warnings.push("Messages lie parked. Look at them with `leadmill parked list`.".into());
    }
    warnings
}

fn many(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
