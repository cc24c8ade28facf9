//! Given, when, then: tells a worker's decision as a story, without database and broker.
//!
//! It shows a decision only what its `needs` named, as the runtime does, and applies what follows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::asker::Asker;
use crate::decide::{Ctx, Hold, Later, NumberKind, Outcome, Refusal, Root, Worker};
use crate::history;
use crate::ids::{derived, minted};
use crate::keys;
use crate::logged::Logged;
use crate::message::{Message, Said};
use crate::needs::Needs;
use crate::party::Party;
use crate::record::Record;
use crate::world::{Link, Sequenced, SubjectId, World};

/// Most rounds in which a worker names its needs.
pub const ROUNDS_MAX: usize = 16;

/// A worker, what it finds, and what it says.
pub struct Story<W: Worker> {
    worker: W,
    facts: W::Facts,
    /// Everything that exists; grows with each decision.
    pub world: World,
    /// The time that decisions see.
    pub now: DateTime<Utc>,
    /// Who sends the messages.
    pub source: String,
    /// Who asks; who may all, where a story does not say.
    pub asker: Asker,
    told: u32,
    numbers: i64,
}

/// What a decision said.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub says: Vec<Sequenced>,
    /// What will be said when its time has come, and what will not any more.
    pub later: Vec<Later<Said>>,
    pub already: bool,
}

impl Told {
    /// The types said, in order, as `quote.won.v1`.
    #[must_use]
    pub fn types(&self) -> Vec<&'static str> {
        self.says.iter().map(|said| said.said.ty.name).collect()
    }

    /// The data of the first message of that type.
    #[must_use]
    pub fn get<M: Message>(&self) -> Option<M> {
        let said = self.says.iter().find(|said| said.said.ty == M::TYPE)?;
        serde_json::from_str(&said.said.data).ok()
    }

    /// The data of all messages of that type.
    #[must_use]
    pub fn all<M: Message>(&self) -> Vec<M> {
        let said = self.says.iter().filter(|said| said.said.ty == M::TYPE);
        said.filter_map(|said| serde_json::from_str(&said.said.data).ok()).collect()
    }
}

impl<W: Worker> Story<W>
where
    for<'t> Said: From<&'t W::Then>,
{
    /// A worker in an empty world, on 2026-03-02 at noon (UTC).
    pub fn of(worker: W, facts: W::Facts) -> Self {
        let now = DateTime::from_timestamp(1_772_452_800, 0).unwrap_or_default();
        let world = World { discovering: true, ..World::default() };
        let (source, asker) = ("urn:test".into(), Asker::OURSELVES);
        Self { worker, facts, world, now, source, asker, told: 0, numbers: 100_000 }
    }

    /// Something that exists before the message arrives.
    #[must_use]
    pub fn given(mut self, record: impl Into<Record>) -> Self {
        self.world.place(record.into());
        self
    }

    /// The message arrives; what follows is applied.
    ///
    /// # Errors
    /// The refusal of the worker; then nothing changed.
    pub fn when(&mut self, message: impl Into<W::When>) -> Result<Told, Refusal> {
        self.told += 1;
        let cause = derived(minted(self.now, [1; 10]), "story", self.told);
        self.when_caused_by(cause, message)
    }

    /// As [`Story::when`], with the id of the message given.
    ///
    /// # Errors
    /// The refusal of the worker; then nothing changed.
    pub fn when_caused_by(
        &mut self,
        cause: uuid::Uuid,
        message: impl Into<W::When>,
    ) -> Result<Told, Refusal> {
        let when = message.into();
        let seen = self.seen(&when);
        let numbers = W::NUMBERS.iter().map(|kind| {
            self.numbers += 1;
            (*kind, vec![self.numbers])
        });
        let mut numbers: BTreeMap<NumberKind, Vec<i64>> = numbers.collect();
        let source = self.source.clone();
        let (by, name) = ((cause, &*source), W::NAME);
        let mut ctx = Ctx::new(self.now, &self.facts, by, &self.asker, name, &mut numbers);
        let mut outcome: Outcome<Said> = self.worker.decide(&seen, &when, &mut ctx)?.erased();
        let already = outcome.already.is_some();
        outcome.records.iter().for_each(|record| self.allowed(record));
        self.world.now = self.now;
        if cfg!(debug_assertions) {
            history::check(&self.world, &outcome);
        }
        let later = std::mem::take(&mut outcome.later);
        Ok(Told { says: self.world.apply(outcome), later, already })
    }

    /// A worker makes and changes what it says that it does.
    fn allowed(&self, record: &Record) {
        let (root, held) = (record.root(), hold::<W>(record.root()));
        let known = record.subject().is_some_and(|it| self.world.sequence_of(it).is_some());
        let least = if known { Hold::Writes } else { Hold::Makes };
        assert!(held >= Some(least), "let the LOCKS of `{}` say what it does to {root:?}", W::NAME);
    }

    /// The part of the world that the worker named.
    fn seen(&self, when: &W::When) -> World {
        let pseudonyms = self.worker.pseudonyms().cloned();
        let mut seen = World { discovering: true, now: self.now, pseudonyms, ..World::default() };
        let mut before = None;
        for _ in 0..ROUNDS_MAX {
            let mut needs = Needs::default();
            self.worker.needs(when, &seen, &mut needs);
            for root in roots(&needs) {
                assert!(
                    hold::<W>(root) >= Some(Hold::Reads),
                    "name {root:?} in the LOCKS of `{}`",
                    W::NAME
                );
            }
            if before.as_ref() == Some(&needs) {
                seen.discovering = false;
                return seen;
            }
            self.show(&needs, &mut seen);
            before = Some(needs);
        }
        panic!("the needs of `{}` never settle", W::NAME)
    }

    fn show(&self, needs: &Needs, seen: &mut World) {
        let all = &self.world;
        seen.links.show(all, &needs.links);
        seen.likes.show(&all.likes, &needs.likes);
        for key in &needs.parties {
            let party = all.party(key).cloned().unwrap_or_else(|| Party::unknown(key.clone()));
            seen.parties.load(key.clone(), Some(party));
        }
        for key in &needs.series {
            let series = all.series(key).cloned();
            let series = series.unwrap_or_else(|| crate::invoice::Series::new(key.clone()));
            seen.series.load(key.clone(), Some(series));
        }
        for id in &needs.raw {
            if let Some(raw) = all.raw.get(id) {
                seen.raw.insert(*id, raw.clone());
            }
        }
        for id in &needs.logs {
            let mut log = all.logs.get(id).cloned().unwrap_or_default();
            let given = all.parties.changed();
            let given = given.filter(|(_, party)| party.lead.is_some_and(|lead| lead.0 == *id));
            let keys = given.map(|(_, party)| party.key.clone()).collect();
            let given = Logged::read("given", 0, false, "{}");
            log.events.insert(0, Logged { keys, ..given });
            seen.logs.insert(*id, log);
        }
        let mut needs = needs.clone();
        seen.links.resolve(&mut needs);
        macro_rules! show {
            ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {$(
                needs.$table.iter().for_each(|id| seen.$table.load(*id, all.find(*id).cloned()));
            )*};
        }
        crate::subjects!(show);
        needs.referred_leads.iter().for_each(|id| seen.leads.load(*id, all.find(*id).cloned()));
        for sweep in &needs.sweeps {
            let swept = all.swept.get(&sweep.erasure).cloned().unwrap_or_default();
            seen.swept.insert(sweep.erasure, swept);
        }
        if needs.catalog {
            seen.catalog.load((), all.catalog().cloned());
        }
    }
}

/// What a worker does with what it locks of a root.
fn hold<W: Worker>(root: Root) -> Option<Hold> {
    W::LOCKS.iter().find(|(of, _)| *of == root).map(|(_, hold)| *hold)
}

/// What these needs lock or refer to.
fn roots(needs: &Needs) -> BTreeSet<Root> {
    let mut roots = BTreeSet::new();
    let mut name = |root, is: bool| roots.extend(is.then_some(root));
    macro_rules! subjects {
        ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
            $(name(Root::$Of, !needs.$table.is_empty());)*
        };
    }
    crate::subjects!(subjects);
    macro_rules! links {
        ($($word:ident: $Link:ident($Key:ident) finds $Id:ident;)*) => {$(
            let root = <<keys::$Link as Link>::Id as SubjectId>::ROOT;
            name(root, <keys::$Link as Link>::LOADS && !needs.links.$word.is_empty());
        )*};
    }
    crate::links!(links);
    name(Root::Party, !needs.parties.is_empty());
    name(Root::Input, !needs.raw.is_empty());
    name(Root::Lead, !needs.referred_leads.is_empty());
    [Root::Account, Root::Contact, Root::Lead]
        .into_iter()
        .for_each(|root| name(root, !needs.likes.is_empty()));
    name(Root::Series, !needs.series.is_empty());
    name(Root::Catalog, needs.catalog);
    roots
}
