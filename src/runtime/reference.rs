//! What the workers of a process decide with besides the World: read once for each version, shared by lanes.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::host::{AnyFacts, Hosted};
use domain::reference::{References, Set};
use tokio::sync::Mutex;

use crate::store::{self, Connection, Result};

/// The reference data of a process.
#[derive(Default)]
pub struct Shared(Mutex<Known>);

#[derive(Default)]
struct Known {
    sets: References,
    versions: BTreeMap<Set, i64>,
    /// What each worker made of its sets, and of which versions.
    facts: BTreeMap<&'static str, (Vec<i64>, AnyFacts)>,
}

impl Shared {
    /// The facts of a worker by the versions that are valid now.
    pub async fn facts(&self, worker: &dyn Hosted, conn: &mut Connection) -> Result<AnyFacts> {
        let sets = if worker.asks_facts() { worker.sets() } else { &[] };
        let mut versions = Vec::with_capacity(sets.len());
        for set in sets {
            versions.push(store::reference::version(conn, *set).await?);
        }
        // Held while a set is read, so that one lane reads it and the others wait for it.
        let mut known = self.0.lock().await;
        if let Some((of, facts)) = known.facts.get(worker.name())
            && *of == versions
        {
            return Ok(Arc::clone(facts));
        }
        for (set, version) in sets.iter().zip(&versions) {
            if known.versions.get(set) != Some(version) {
                store::reference::load(conn, *set, &mut known.sets).await?;
                known.versions.insert(*set, *version);
            }
        }
        let facts = worker.facts(&known.sets);
        known.facts.insert(worker.name(), (versions, Arc::clone(&facts)));
        Ok(facts)
    }
}
