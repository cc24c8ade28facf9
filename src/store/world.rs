//! The World of a batch: loads and locks what its messages need, saves what its decisions changed.
//!
//! All workers lock in one order ([`Root::ORDER`], keys and ids ascending), so that they
//! wait for each other but never in a circle. Locks are `FOR NO KEY UPDATE`: ids and keys never
//! change, so this excludes every other writer and still lets foreign keys and leads that are only
//! referred to (`FOR KEY SHARE`) pass without waiting.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::decide::{Needs, Root, World};
use domain::host::{Hosted, When};
use domain::ids::{InputId, LeadId};
use domain::keys;
use domain::pseudonym::PseudonymKey;
use domain::table::Table;
use domain::world::Link;
use domain::world::SubjectId;
use sqlx::PgConnection;

use crate::store::look_up::LookUp;
use crate::store::save::{Change, SaveError};
use crate::store::{
    Fault, account, bulk, catalog, chunk, consent, contact, duplicate, erase, erasure, input,
    invoice, lead, likeness, logged, opportunity, order, party, proposal, series, transfer,
};

/// Most attempts to load everything in the order of locks: a lead names its contact, and that its account, each of which
/// may have become another one ([`LINKS_MAX`](domain::merge::LINKS_MAX) times). Nearly all need one, or two.
pub const ATTEMPTS_MAX: u32 = 16;

/// Why a World could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The worker names something new after each load: a bug of the worker.
    #[error(
        "The needs of the worker `{worker}` never settle: after {ATTEMPTS_MAX} attempts it still \
         names records that were not loaded. Let its `needs` depend only on what it named before."
    )]
    Unsettled { worker: &'static str },
    /// The stored bytes of an input are not whole.
    #[error(transparent)]
    Raw(Fault),
    /// A step of erasing met what it cannot read.
    #[error(transparent)]
    Swept(Fault),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<LockError> for Fault {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Database(error) => Self::of(error),
            LockError::Raw(fault) | LockError::Swept(fault) => fault,
            LockError::Unsettled { .. } => Self::ours(error.to_string()),
        }
    }
}

/// Loads and locks what the messages of a batch need; inside a transaction.
///
/// Each kind is loaded once, in the order of locks, with what is named by then. What a later kind
/// brings to light about an earlier one cannot be locked any more without leaving the order: then
/// all locks are given back (a savepoint) and everything is loaded again, this time knowing it.
/// `now` is the database's time at the start of the transaction, which `needs` may ask for.
///
/// # Errors
/// [`LockError::Unsettled`] where that happens [`ATTEMPTS_MAX`] times, else those of the database.
pub async fn lock(
    conn: &mut PgConnection,
    worker: &dyn Hosted,
    whens: &[&When],
    now: DateTime<Utc>,
) -> Result<World, LockError> {
    let ask = |world: &World, needs: &mut Needs| {
        whens.iter().for_each(|when| worker.needs(when, world, needs));
    };
    let mut loading = Loading::new(&ask, worker.pseudonyms(), now, Needs::default());
    if loading.settled() {
        return Ok(loading.done());
    }
    sqlx::raw_sql("SAVEPOINT needs").execute(&mut *conn).await?;
    for attempt in 1..=ATTEMPTS_MAX {
        loading.load_all(&mut *conn).await?;
        if loading.settled() {
            loading.sweep(conn).await?;
            return Ok(loading.done());
        }
        if attempt < ATTEMPTS_MAX {
            sqlx::raw_sql("ROLLBACK TO SAVEPOINT needs").execute(&mut *conn).await?;
            loading = Loading::new(&ask, worker.pseudonyms(), now, loading.needs);
        }
    }
    Err(LockError::Unsettled { worker: worker.name() })
}

/// Loads and locks what is named, and nothing that follows from it.
///
/// # Errors
/// Those of the database.
pub async fn named(conn: &mut PgConnection, needs: Needs) -> Result<World, LockError> {
    let mut loading = Loading::new(&|_, _| {}, None, DateTime::default(), needs);
    loading.load_all(conn).await?;
    Ok(loading.done())
}

/// Loads and locks the named records of one kind; those that do not exist become `None`. Was anything
/// found?
macro_rules! load_by {
    ($key:ident, $conn:expr, $module:ident, $needs:expr, $table:expr) => {{
        let keys: Vec<_> = $needs.iter().cloned().collect();
        let rows = if keys.is_empty() { vec![] } else { $module::load($conn, &keys).await? };
        let found = !rows.is_empty();
        fill(&mut $table, keys, rows, |row| row.$key.clone());
        found
    }};
}

macro_rules! saved {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// Saves what the decisions of the batch changed: per table one statement for new rows, one for
        /// changed ones.
        ///
        /// # Errors
        /// [`SaveError::Version`] where a record changed since it was read, [`SaveError::Frozen`] where a
        /// decision changed what never changes, else those of the database.
        pub async fn save(conn: &mut PgConnection, world: &World) -> Result<(), SaveError> {
            party::save(&mut *conn, &changes(&world.parties)).await?;
            $($word::save(&mut *conn, &changes(&world.$table)).await?;)*
            likeness::save(&mut *conn, world).await?;
            series::save(&mut *conn, &changes(&world.series)).await?;
            catalog::save(conn, &changes(&world.catalog)).await
        }

        impl Loading<'_> {
            /// Is everything loaded that is named?
            fn settled(&self) -> bool {
                let (needs, world) = (&self.needs, &self.world);
                let mut referred = needs.referred_leads.iter();
                knows_all(&world.parties, &needs.parties)
                    $(&& knows_all(&world.$table, &needs.$table))*
                    && needs.raw.is_subset(&self.raw)
                    && needs.logs.iter().all(|id| world.logs.contains_key(id))
                    && needs.leads.is_subset(&self.locked_leads)
                    && referred.all(|id| world.leads.knows(id))
                    && knows_all(&world.series, &needs.series)
                    && world.links.know(&needs.links)
                    && needs.likes.iter().all(|key| world.likes.knows(*key))
                    && (!needs.catalog || world.catalog.knows(&()))
            }

            /// Loads what is named of one kind. Was anything found? What is not there looks as if it were
            /// not asked for yet, so that nobody needs anything else on account of it.
            async fn load(&mut self, conn: &mut PgConnection, root: Root) -> Result<bool, LockError> {
                let linked = self.look_up(&mut *conn, root).await?;
                let (needs, world) = (&self.needs, &mut self.world);
                let loaded = match root {
                    Root::Party => load_by!(key, &mut *conn, party, needs.parties, world.parties),
                    $(Root::$Of => {
                        load_by!(id, &mut *conn, $word, needs.$table, world.$table)
                    })*
                    Root::Series => load_by!(key, &mut *conn, series, needs.series, world.series),
                    Root::Catalog => {
                        if needs.catalog {
                            world.catalog.load((), Some(catalog::lock(&mut *conn).await?));
                        }
                        needs.catalog
                    }
                };
                let more = match root {
                    Root::Input => self.load_raw(conn).await?,
                    Root::Lead => self.refer_leads(conn).await?,
                    _ => false,
                };
                Ok(linked || loaded || more)
            }
        }
    };
}
domain::subjects!(saved);

macro_rules! looked_up {
    ($($word:ident: $Link:ident($Key:ident) finds $Id:ident;)*) => {
        impl Loading<'_> {
            /// Finds by other keys what is locked in this root. Was any found?
            async fn look_up(
                &mut self,
                conn: &mut PgConnection,
                root: Root,
            ) -> Result<bool, sqlx::Error> {
                let mut any = false;
                $(if root == <domain::ids::$Id as SubjectId>::ROOT
                    && !self.needs.links.$word.is_empty()
                {
                    let keys: Vec<_> = self.needs.links.$word.iter().cloned().collect();
                    let found = <keys::$Link as LookUp>::look_up(&mut *conn, &keys).await?;
                    any |= !found.is_empty();
                    self.world.links.$word.fill(keys, found, <keys::$Link as Link>::LIMIT);
                })*
                if any {
                    self.world.links.resolve(&mut self.needs);
                }
                Ok(any)
            }
        }
    };
}
domain::links!(looked_up);

/// One attempt to load a World.
struct Loading<'a> {
    /// Names what must be known, by what is known.
    asked: &'a (dyn Fn(&World, &mut Needs) + Sync),
    /// What earlier attempts brought to light.
    hints: Needs,
    /// What is named by now, hints included.
    needs: Needs,
    world: World,
    locked_leads: BTreeSet<LeadId>,
    raw: BTreeSet<InputId>,
}

impl<'a> Loading<'a> {
    fn new(
        asked: &'a (dyn Fn(&World, &mut Needs) + Sync),
        pseudonyms: Option<&PseudonymKey>,
        now: DateTime<Utc>,
        hints: Needs,
    ) -> Self {
        let pseudonyms = pseudonyms.cloned();
        let mut loading = Self {
            asked,
            hints,
            needs: Needs::default(),
            world: World { now, discovering: true, pseudonyms, ..World::default() },
            locked_leads: BTreeSet::new(),
            raw: BTreeSet::new(),
        };
        loading.ask();
        loading
    }

    fn ask(&mut self) {
        self.needs = self.hints.clone();
        (self.asked)(&self.world, &mut self.needs);
        self.world.links.resolve(&mut self.needs);
    }

    /// Loads each kind once, in the order of locks, with what is named by then.
    async fn load_all(&mut self, conn: &mut PgConnection) -> Result<(), LockError> {
        for root in Root::ORDER {
            // Whoever is alike is looked for when it is known who asks, and before what is known of the two.
            if *root == Root::Duplicate && self.load_likes(&mut *conn).await? {
                self.ask();
            }
            if self.load(&mut *conn, *root).await? {
                self.ask();
            }
        }
        // What was said of a record is all once it is locked.
        if !self.needs.logs.is_empty() {
            let records: Vec<_> = self.needs.logs.iter().copied().collect();
            self.world.logs = logged::load(conn, &records).await?;
            self.ask();
        }
        Ok(())
    }

    /// Carries out the steps of erasing: last, so that they see what was committed before all locks were there.
    async fn sweep(&mut self, conn: &mut PgConnection) -> Result<(), LockError> {
        for sweep in &self.needs.sweeps {
            let swept = erase::sweep(&mut *conn, sweep).await.map_err(LockError::Swept)?;
            self.world.swept.insert(sweep.erasure, swept);
        }
        Ok(())
    }

    fn done(self) -> World {
        World { discovering: false, ..self.world }
    }

    /// Who may be alike. Was anybody found?
    async fn load_likes(&mut self, conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let keys: Vec<_> = self.needs.likes.iter().copied().collect();
        let found = if keys.is_empty() { vec![] } else { likeness::load(conn, &keys).await? };
        let any = !found.is_empty();
        self.world.likes.fill(keys, found);
        Ok(any)
    }

    /// The bytes of inputs that are read again. Are there any?
    async fn load_raw(&mut self, conn: &mut PgConnection) -> Result<bool, LockError> {
        self.raw.clone_from(&self.needs.raw);
        if !self.raw.is_empty() {
            let ids: Vec<_> = self.raw.iter().copied().collect();
            self.world.raw = chunk::load(conn, &ids).await.map_err(LockError::Raw)?;
        }
        Ok(!self.world.raw.is_empty())
    }

    /// Leads that are only referred to, beside those that are locked now. Was any found?
    async fn refer_leads(&mut self, conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
        let needs = &self.needs;
        self.locked_leads.clone_from(&needs.leads);
        let referred = needs.referred_leads.difference(&needs.leads).copied();
        let referred: Vec<_> = referred.collect();
        let rows = if referred.is_empty() { vec![] } else { lead::refer(conn, &referred).await? };
        let found = !rows.is_empty();
        fill(&mut self.world.leads, referred, rows, |lead| lead.id);
        Ok(found)
    }
}

/// Notes the rows that were found, and for all other keys that there is no record.
fn fill<K: Ord + Clone, T: Clone>(
    table: &mut Table<K, T>,
    asked: Vec<K>,
    rows: Vec<T>,
    key: impl Fn(&T) -> K,
) {
    for row in rows {
        table.load(key(&row), Some(row));
    }
    for key in asked {
        if !table.knows(&key) {
            table.load(key, None);
        }
    }
}

fn knows_all<K: Ord + Clone, T: Clone>(table: &Table<K, T>, keys: &BTreeSet<K>) -> bool {
    keys.iter().all(|key| table.knows(key))
}

fn changes<K: Ord + Clone, T: Clone>(table: &Table<K, T>) -> Vec<Change<'_, T>> {
    table.changed().collect()
}
