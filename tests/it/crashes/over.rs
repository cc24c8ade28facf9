//! When a run is over, and what was published by then.

use std::collections::BTreeSet;

use super::Step;
use crate::installation::{Installation, PATIENCE};

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

/// Consumers see each stored event at least once, and nothing else.
pub(super) async fn published_is_stored(
    it: &Installation,
    before: &Installation,
    step: &Step,
    next: &str,
) {
    let worker = step.worker;
    let said = format!(
        "SELECT id::text FROM event WHERE worker = '{worker}' AND type IN
         ('lead.captured.v1', 'opportunity.created.v1', 'invoice.issued.v1')"
    );
    let known = before.texts(&said).await;
    let said = it.texts(&said).await.into_iter().filter(|id| !known.contains(id));
    let said: BTreeSet<_> = said.collect();
    assert!(!said.is_empty());
    let link = it.link().await;
    let mut consumer = link.consume(next, 10_000).await.unwrap();
    let mut heard = BTreeSet::new();
    while heard != said {
        let batch = tokio::time::timeout(PATIENCE, consumer.next_batch(10_000)).await;
        let batch = batch.unwrap_or_else(|_| panic!("of {said:?} only {heard:?} were published"));
        heard.extend(batch.unwrap().into_iter().filter_map(|message| message.message_id));
        assert!(heard.is_subset(&said), "a message was published and not stored");
    }
    assert!(link.close().await);
}
