//! When a run is over.

use super::Step;
use crate::installation::Installation;

/// As many messages are claimed as there are different ones.
pub(super) async fn all_claimed(before: &Installation, step: &Step) -> String {
    let (worker, count) = (step.worker, step.claims());
    let claimed = before
        .count(&format!(
            "SELECT (SELECT count(*) FROM inbox WHERE worker = '{worker}')
                  + (SELECT count(*) FROM received WHERE worker = '{worker}')"
        ))
        .await;
    format!(
        "SELECT (SELECT count(*) FROM inbox WHERE worker = '{worker}')
              + (SELECT count(*) FROM received WHERE worker = '{worker}' AND batch IS NOT NULL)
              + (SELECT count(*) FROM conflict) - {claimed} = {count}
            AND NOT EXISTS (SELECT FROM batch WHERE published_at IS NULL)"
    )
}

/// All commands are decided, and so is everything that was said and that the worker hears.
pub(super) async fn nothing_left(before: &Installation, step: &Step, commands: usize) -> String {
    let worker = step.worker;
    let known = format!("SELECT count(*) FROM received WHERE worker = '{worker}'");
    let known = before.count(&known).await;
    let hears = leadmill::workers::all(&before.settings).unwrap();
    let hears = hears.iter().find(|it| it.name() == worker).unwrap().hears();
    let hears: Vec<_> = hears.iter().map(|ty| ty.name).collect();
    format!(
        "(SELECT count(*) FROM received WHERE worker = '{worker}' AND batch IS NOT NULL) = {known} + {commands}
         AND NOT EXISTS (SELECT FROM event AS e WHERE e.type = ANY('{{{}}}') AND NOT EXISTS (
             SELECT FROM inbox AS c WHERE c.worker = '{worker}' AND c.id = e.id))
         AND NOT EXISTS (SELECT FROM batch WHERE published_at IS NULL)",
        hears.join(",")
    )
}
