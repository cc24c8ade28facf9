//! What a batch needs is loaded and locked, in one order for everybody.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::catalog::Catalog;
use domain::decide::{
    Arrived, Ctx, Heard, Locks, Malformed, Needs, Outcome, Refusal, Worker, World,
};
use domain::host::When;
use domain::ids::{ContactId, InputId, InvoiceId, LeadId};
use domain::keys::{InvoiceNumbered, OpportunityOfQuote, OrderOfQuote};
use domain::message::{MessageType, OneOf, Said, Subject};
use domain::party::{Party, PartyKey, PartyKeyKind};
use domain::record::Record;
use leadmill::store::Connection;
use leadmill::store::chunk;
use leadmill::store::world::{self, LockError};

use super::database::{begin, run};
use super::samples::{self, id};
use crate::database::{Database, until_waiting};

type AskFn = dyn Fn(&World, &mut Needs) + Send + Sync;

/// A worker that only has needs.
struct Asker(Box<AskFn>);

impl Asker {
    fn new(needs: impl Fn(&World, &mut Needs) + Send + Sync + 'static) -> Self {
        Self(Box::new(needs))
    }

    async fn lock(&self, conn: &mut Connection) -> Result<World, LockError> {
        let when: When = Box::new(Nudge);
        world::lock(conn, self, &[&when], samples::at()).await
    }
}

/// What it hears: a message without content.
struct Nudge;

impl OneOf for Nudge {
    const TYPES: &'static [&'static MessageType] = &[];
}

impl Heard for Nudge {
    fn read(_: &Arrived) -> Result<Self, Malformed> {
        Ok(Self)
    }
    fn subject(&self) -> Option<Subject> {
        None
    }
}

/// What it says: nothing.
enum Silence {}

impl OneOf for Silence {
    const TYPES: &'static [&'static MessageType] = &[];
}

impl From<&Silence> for Said {
    fn from(never: &Silence) -> Self {
        match *never {}
    }
}

impl Worker for Asker {
    const NAME: &'static str = "asker";
    const LOCKS: Locks = &[];
    type When = Nudge;
    type Then = Silence;
    type Facts = ();

    fn needs(&self, _: &Nudge, world: &World, needs: &mut Needs) {
        (self.0)(world, needs);
    }

    fn decide(
        &self,
        _: &World,
        _: &Nudge,
        _: &mut Ctx<'_, ()>,
    ) -> Result<Outcome<Silence>, Refusal> {
        Ok(Outcome::nothing())
    }
}

async fn insert(conn: &mut Connection, records: Vec<Record>) {
    let mut world = World::default();
    records.into_iter().for_each(|record| world.place(record));
    world::save(conn, &world).await.expect("new records are saved");
}

fn email(name: &str) -> PartyKey {
    PartyKey { kind: PartyKeyKind::Email, value: format!("{name}@acme.example") }
}

#[tokio::test]
async fn what_does_not_exist_is_known_as_nothing() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let (lead, contact, input): (LeadId, ContactId, InputId) = (id(), id(), id());
    let (quote, invoice): (_, InvoiceId) = (id(), id());
    let asker = Asker::new(move |_, needs| {
        needs.lock(lead);
        needs.lock(contact);
        needs.lock(input);
        needs.lock(invoice);
        needs.look_up(OpportunityOfQuote(quote));
        needs.look_up(OrderOfQuote(quote));
        needs.look_up(InvoiceNumbered("INV-2026-000001".into()));
        needs.series(samples::series_key());
        needs.catalog = true;
    });
    let world = asker.lock(&mut conn).await.expect("loaded");
    assert!(!world.discovering);
    assert_eq!(world.find(lead), None);
    assert_eq!(world.find(contact), None);
    assert_eq!(world.find(input), None);
    assert_eq!(world.find(invoice), None);
    assert_eq!(world.by(OpportunityOfQuote(quote)), None);
    assert_eq!(world.by(OrderOfQuote(quote)), None);
    assert_eq!(world.by(InvoiceNumbered("INV-2026-000001".into())), None);
    assert!(world.series(&samples::series_key()).is_some_and(|run| run.last_number == 0));
    assert_eq!(world.catalog(), Some(&Catalog::empty()));
}

#[tokio::test]
async fn the_bytes_of_an_input_come_with_it() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let (stored, unknown): (InputId, InputId) = (id(), id());
    let bytes = vec![7; chunk::CHUNK_BYTES + 1];
    chunk::store(&mut conn, chunk::Chunks::Raw, &[(stored, Some(&bytes[..]))])
        .await
        .expect("stored");
    let asker = Asker::new(move |_, needs| {
        needs.raw(stored);
        needs.raw(unknown);
    });
    let world = asker.lock(&mut conn).await.expect("loaded");
    assert_eq!(world.raw(stored), Some(&*bytes));
    assert_eq!(world.raw(unknown), None);
}

#[tokio::test]
async fn what_a_later_kind_brings_to_light_is_loaded_too() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (mut order, mut invoice) = (samples::order(), samples::invoice(1));
    let deal = samples::opportunity();
    order.opportunity = Some(deal.id);
    invoice.order = Some(order.id);
    let records = vec![deal.clone().into(), order.clone().into(), invoice.clone().into()];
    insert(&mut conn, records).await;

    // Against the order of locks twice over: the invoice names its order, that its opportunity.
    let number = invoice.number.clone();
    let asker = Asker::new(move |world, needs| {
        needs.look_up(InvoiceNumbered(number.clone()));
        let Some(invoice) = world.by(InvoiceNumbered(number.clone())) else { return };
        let Some(order) = invoice.order else { return };
        needs.lock(order);
        let Some(order) = world.find(order) else { return };
        order.opportunity.into_iter().for_each(|deal| needs.lock(deal));
    });
    run(&mut conn, "BEGIN").await;
    let world = asker.lock(&mut conn).await.expect("loaded");
    assert_eq!(world.by(InvoiceNumbered(invoice.number.clone())), Some(&invoice));
    assert_eq!(world.find(order.id), Some(&order));
    assert_eq!(world.find(deal.id), Some(&deal));

    let mut other = begin(&database).await;
    for table in ["invoice", "sales_order", "opportunity"] {
        let free = format!("SELECT id FROM {table} FOR NO KEY UPDATE SKIP LOCKED");
        let free = sqlx::query(sqlx::AssertSqlSafe(free)).fetch_all(&mut other).await;
        assert_eq!(free.expect("asked").len(), 0, "{table} is locked");
    }
}

#[tokio::test]
async fn needs_that_never_settle_are_an_error_that_names_the_worker() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let asker = Asker::new(move |_, needs| {
        let before = count.fetch_add(1, Ordering::Relaxed);
        needs.party(&email(&format!("{before}")));
    });
    let error = asker.lock(&mut conn).await.expect_err("each time another party");
    assert!(matches!(error, LockError::Unsettled { .. }), "{error:?}");
    assert!(error.to_string().contains("`asker`"), "{error}");
    assert!(asked.load(Ordering::Relaxed) < 40, "the attempts are bounded");
    run(&mut conn, "SELECT 1").await; // the transaction is still usable
}

#[tokio::test]
async fn a_second_batch_waits_for_the_first_and_sees_its_party() {
    let database = Database::create().await;
    let mut first = begin(&database).await;
    let mut second = begin(&database).await;
    let mut watch = database.connect().await;
    let keys = ["b", "a", "c"].map(email);
    let asker = |keys: &[PartyKey]| {
        let keys = keys.to_vec();
        Asker::new(move |_, needs| keys.iter().for_each(|key| needs.party(key)))
    };
    let mut world = asker(&keys).lock(&mut first).await.expect("the keys are free");
    assert_eq!(world.party(&keys[0]), Some(&Party::unknown(keys[0].clone())));

    let also = asker(&[email("z"), keys[2].clone(), keys[0].clone()]);
    let waiting = tokio::spawn(async move { also.lock(&mut second).await });
    until_waiting(&mut watch, 1).await;
    let lead: LeadId = id();
    world.place(Party { lead: Some(lead), ..Party::unknown(keys[0].clone()) }.into());
    world::save(&mut first, &world).await.expect("saved");
    run(&mut first, "COMMIT").await;

    let world = waiting.await.expect("no panic").expect("the second gets the keys");
    assert_eq!(world.party(&keys[0]).and_then(|party| party.lead), Some(lead));
    assert_eq!(world.party(&keys[2]).and_then(|party| party.lead), None);
}

#[tokio::test]
async fn batches_that_want_the_same_never_deadlock() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let leads: Vec<_> = (0..6).map(|_| samples::lead()).collect();
    insert(&mut conn, leads.iter().cloned().map(Into::into).collect()).await;
    let ids: Vec<_> = leads.iter().map(|lead| lead.id).collect();
    let mut batches = Vec::new();
    for batch in 0..6_usize {
        let mut conn = database.connect().await;
        run(&mut conn, "SET lock_timeout = '20s'").await; // a slow machine is no deadlock
        let ids = ids.clone();
        batches.push(tokio::spawn(async move {
            for round in 0..10_usize {
                let (all, ids, turn) = (&ids, ids.clone(), batch + round);
                // Some leads are locked, others referred to, in ever other combinations.
                let asker = Asker::new(move |_, needs| {
                    for (at, id) in ids.iter().enumerate() {
                        needs.party(&email(&format!("p{}-{}", round % 3, (at * turn) % 5)));
                        if (at + turn) % 3 == 0 {
                            needs.refer(*id);
                        } else {
                            needs.lock(*id);
                        }
                    }
                });
                run(&mut conn, "BEGIN").await;
                let mut world = asker.lock(&mut conn).await.expect("no deadlock");
                let at = turn % 6 + usize::from(turn % 3 == 0); // one that is locked
                let mut lead = world.find(all[at]).expect("it exists").clone();
                lead.sequence += 1;
                world.place(lead.into());
                world::save(&mut conn, &world).await.expect("locked, so of the right version");
                run(&mut conn, "COMMIT").await;
            }
        }));
    }
    for batch in batches {
        batch.await.expect("every batch comes through");
    }
    let sum: i64 = sqlx::query_scalar("SELECT sum(sequence - 1)::bigint FROM lead")
        .fetch_one(&mut conn)
        .await
        .expect("counted");
    assert_eq!(sum, 60, "no change was lost");
}

#[tokio::test]
async fn a_batch_of_256_takes_as_many_statements_as_one_message() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let one = statements(&mut conn, 1).await;
    let many = statements(&mut conn, 256).await;
    assert_eq!(one, many);
    assert!(one > 5, "the statements were counted");
}

/// Saves so many new deals with a quote each, locks them again and changes them all.
async fn statements(conn: &mut Connection, deals: usize) -> i64 {
    let before = executions(conn).await;
    let new: Vec<_> = (0..deals)
        .map(|_| {
            let mut deal = samples::opportunity();
            deal.quotes.push(samples::quote(domain::quote::QuoteState::Draft));
            deal
        })
        .collect();
    insert(conn, new.iter().cloned().map(Into::into).collect()).await;
    let quotes: BTreeSet<_> = new.iter().map(|deal| deal.quotes[0].id).collect();
    let asker = Asker::new(move |_, needs| {
        quotes.iter().for_each(|quote| needs.look_up(OpportunityOfQuote(*quote)));
    });
    let mut world = asker.lock(conn).await.expect("locked");
    for mut deal in new {
        deal.sequence += 1;
        deal.quotes[0].sequence += 1;
        deal.quotes[0].state = domain::quote::QuoteState::Active { since: samples::at() };
        world.place(deal.into());
    }
    world::save(conn, &world).await.expect("saved");
    executions(conn).await - before
}

/// How many prepared statements the session has run so far, by the server's own count.
async fn executions(conn: &mut Connection) -> i64 {
    let sql = "SELECT sum(generic_plans + custom_plans)::bigint FROM pg_prepared_statements";
    let sum: Option<i64> = sqlx::query_scalar(sql).fetch_one(conn).await.expect("counted");
    sum.unwrap_or_default()
}
