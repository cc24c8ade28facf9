//! What is saved is read back, whole and equal, in every state.

use domain::catalog::Catalog;
use domain::customer::CustomerState;
use domain::decide::{NumberKind, Record, World};
use domain::ids::LeadId;
use domain::input::{Input, Verdict};
use domain::invoice::{Invoice, InvoiceState, Series};
use domain::keys::{InvoiceNumbered, InvoicesOfOrder, OpportunityOfQuote, OrderOfQuote};
use domain::lead::Lead;
use domain::lifecycle::Lifecycle;
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::party::{Party, PartyKey, PartyKeyKind};
use domain::quote::{Quote, QuoteCloseReason, QuoteState};
use leadmill::store::Connection;
use leadmill::store::look_up::LookUp;
use leadmill::store::{
    account, catalog, contact, input, invoice, lead, number, opportunity, order, party, series,
    world,
};
use rust_decimal_macros::dec;

use super::database::{begin, run};
use super::samples::{self, at, id};
use crate::database::Database;

/// Saves records of whom nothing is stored yet.
async fn insert(conn: &mut Connection, records: Vec<Record>) {
    let mut world = World::default();
    records.into_iter().for_each(|record| world.place(record));
    world::save(conn, &world).await.expect("new records are saved");
}

/// A test that every state of a subject comes back, first as a new row, then by an update of a row
/// in its birth state.
macro_rules! every_state {
    ($test:ident, $module:ident, $table:ident, $subject:ty, $sample:expr, $put:expr) => {
        #[tokio::test]
        async fn $test() {
            let database = Database::create().await;
            let mut conn = begin(&database).await;
            let (states, _) = <$subject>::examples();
            for state in states {
                let new = ($put)($sample, state.clone());
                insert(&mut conn, vec![new.clone().into()]).await;
                let found = $module::load(&mut conn, &[new.id]).await.expect("it is read");
                assert_eq!(found, [new]);

                let born = $sample;
                insert(&mut conn, vec![born.clone().into()]).await;
                let mut now = ($put)(born.clone(), state);
                now.sequence += 1;
                let mut world = World::default();
                world.$table.load(born.id, Some(born));
                world.place(now.clone().into());
                world::save(&mut conn, &world).await.expect("a changed record is saved");
                let found = $module::load(&mut conn, &[now.id]).await.expect("it is read");
                assert_eq!(found, [now]);
            }
        }
    };
}

every_state!(an_input_is_read_back_in_every_state, input, inputs, Input, samples::input(), {
    |input: Input, verdict| Input { verdict, reason: "Because.".into(), ..input }
});
every_state!(a_lead_is_read_back_in_every_state, lead, leads, Lead, samples::lead(), {
    |lead: Lead, state| lead.in_state(state)
});
every_state!(
    an_opportunity_is_read_back_in_every_state,
    opportunity,
    opportunities,
    Opportunity,
    samples::opportunity(),
    |opportunity: Opportunity, state| Opportunity { state, ..opportunity }
);
every_state!(an_order_is_read_back_in_every_state, order, orders, Order, samples::order(), {
    |order: Order, state| Order { state, ..order }
});

/// Every invoice of a test needs a counter of its own.
fn next_invoice() -> Invoice {
    static COUNTER: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1);
    samples::invoice(COUNTER.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}
every_state!(
    an_invoice_is_read_back_in_every_state,
    invoice,
    invoices,
    Invoice,
    next_invoice(),
    |invoice: Invoice, state| Invoice { state, ..invoice }
);

#[tokio::test]
async fn customers_are_read_back_in_every_state() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    for state in [CustomerState::Active, CustomerState::Inactive { at: at() }] {
        let mut account = samples::account();
        let mut contact = samples::contact();
        insert(&mut conn, vec![account.clone().into(), contact.clone().into()]).await;
        let mut world = World::default();
        world.accounts.load(account.id, Some(account.clone()));
        world.contacts.load(contact.id, Some(contact.clone()));
        (account.sequence, account.state) = (2, state.clone());
        (contact.sequence, contact.state) = (2, state);
        (account.website, contact.consent) = (Some("https://acme.example".into()), false);
        world.place(account.clone().into());
        world.place(contact.clone().into());
        world::save(&mut conn, &world).await.expect("changed customers are saved");
        assert_eq!(account::load(&mut conn, &[account.id]).await.expect("read"), [account]);
        assert_eq!(contact::load(&mut conn, &[contact.id]).await.expect("read"), [contact]);
    }
}

#[tokio::test]
async fn f92_a_revised_quote_makes_room_for_the_next_revision_in_one_save() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let (states, _) = Quote::examples();
    let mut deal = samples::opportunity();
    deal.quotes = states.into_iter().map(samples::quote).collect();
    insert(&mut conn, vec![deal.clone().into()]).await;
    assert_eq!(read(&mut conn, &deal).await, deal);

    let reason = QuoteCloseReason::Revised;
    let mut revised = deal.clone();
    revised.quotes[1].state = QuoteState::Closed { at: at(), reason };
    revised.quotes[1].sequence += 1;
    let mut draft = Quote { id: id(), revision: 1, ..deal.quotes[1].clone() };
    draft.state = QuoteState::Draft;
    draft.offer.lines.truncate(1);
    revised = revised.with_quote(draft);
    revised.lines.remove(1); // the root's own lines move up
    resave(&mut conn, deal, revised.clone()).await;
    assert_eq!(read(&mut conn, &revised).await, revised);

    let mut edited = revised.clone();
    let lines = &mut edited.quotes[0].offer.lines;
    lines.remove(0);
    lines[0].quantity = dec!(9);
    edited.quotes[0].offer.totals.total_amount = dec!(17.10);
    edited.quotes[0].sequence += 1;
    resave(&mut conn, revised, edited.clone()).await;
    assert_eq!(read(&mut conn, &edited).await, edited);
}

async fn read(conn: &mut Connection, deal: &Opportunity) -> Opportunity {
    let mut found = opportunity::load(conn, &[deal.id]).await.expect("the opportunity is read");
    found.pop().expect("the opportunity exists")
}

async fn resave(conn: &mut Connection, stored: Opportunity, now: Opportunity) {
    let mut world = World::default();
    world.opportunities.load(stored.id, Some(stored));
    world.place(now.into());
    world::save(conn, &world).await.expect("a changed opportunity is saved");
}

#[tokio::test]
async fn f106_shipments_and_payments_are_appended_and_read_back() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let (order, invoice) = (samples::order(), samples::invoice(1));
    insert(&mut conn, vec![order.clone().into(), invoice.clone().into()]).await;

    let mut world = World::default();
    let shipped = samples::shipped(&order, "DN-1");
    let mut paid = Invoice { sequence: 2, state: InvoiceState::PartiallyPaid, ..invoice.clone() };
    paid.payments = vec![samples::payment("B-1"), samples::payment("B-2")];
    world.orders.load(order.id, Some(order.clone()));
    world.invoices.load(invoice.id, Some(invoice));
    world.place(shipped.clone().into());
    world.place(paid.clone().into());
    world::save(&mut conn, &world).await.expect("the parts are saved");
    let found = order::load(&mut conn, &[order.id]).await.expect("the order is read");
    assert_eq!(found, [shipped]);
    assert_eq!(invoice::load(&mut conn, &[paid.id]).await.expect("read"), [paid]);
}

#[tokio::test]
async fn natural_keys_lead_to_their_records() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let mut deal = samples::opportunity();
    let quote = samples::quote(QuoteState::Draft);
    deal.quotes.push(quote.clone());
    let (order, invoice) = (samples::order(), samples::invoice(42));
    let records = vec![deal.clone().into(), order.clone().into(), invoice.clone().into()];
    insert(&mut conn, records).await;
    let keys = [OpportunityOfQuote(quote.id), OpportunityOfQuote(id())];
    let deals = OpportunityOfQuote::look_up(&mut conn, &keys).await.expect("read");
    assert_eq!(deals, [(keys[0].clone(), deal.id)]);
    let keys = [OrderOfQuote(order.quote.expect("a quote")), OrderOfQuote(id())];
    let orders = OrderOfQuote::look_up(&mut conn, &keys).await.expect("read");
    assert_eq!(orders, [(keys[0].clone(), order.id)]);
    let keys = [InvoicesOfOrder(invoice.order.expect("an order")), InvoicesOfOrder(id())];
    let invoices = InvoicesOfOrder::look_up(&mut conn, &keys).await.expect("read");
    assert_eq!(invoices, [(keys[0].clone(), invoice.id)]);
    let keys = ["INV-2026-000042", "INV-2026-000043"].map(|it| InvoiceNumbered(it.to_owned()));
    let invoices = InvoiceNumbered::look_up(&mut conn, &keys).await.expect("read");
    assert_eq!(invoices, [(keys[0].clone(), invoice.id)]);
}

#[tokio::test]
async fn parties_and_series_begin_empty_and_are_read_back() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let key = PartyKey { kind: PartyKeyKind::Email, value: "ana@acme.example".into() };
    let found = party::load(&mut conn, std::slice::from_ref(&key)).await.expect("claimed");
    assert_eq!(found, [Party::unknown(key.clone())]);
    let run = series::load(&mut conn, &[samples::series_key()]).await.expect("made");
    assert_eq!(run, [Series::new(samples::series_key())]);

    let mut world = World::default();
    let known = Party { lead: Some(id()), contact: None, account: Some(id()), key: key.clone() };
    world.parties.load(key.clone(), found.into_iter().next());
    world.series.load(samples::series_key(), Some(run[0].clone()));
    let (taken, ..) = run[0].take(samples::day(2));
    world.place(known.clone().into());
    world.place(taken.clone().into());
    world::save(&mut conn, &world).await.expect("both are saved");
    assert_eq!(party::load(&mut conn, &[key]).await.expect("read"), [known]);
    let found = series::load(&mut conn, &[samples::series_key()]).await.expect("read");
    assert_eq!(found, [taken]);
}

#[tokio::test]
async fn a_replaced_catalog_is_read_back_without_what_is_gone() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    assert_eq!(catalog::load(&mut conn).await.expect("read"), Catalog::empty());
    let mut stored = Catalog::empty();
    let mut inactive = samples::catalog(&["PUMP", "HOSE"]);
    inactive.sequence = 3;
    inactive.price_lists.get_mut("standard-eur").expect("the list").active = false;
    let gone = Catalog { sequence: 4, ..Catalog::empty() };
    let first = samples::catalog(&["PUMP", "VALVE", "SEAL"]);
    for now in [first.clone(), Catalog { sequence: 2, ..first }, inactive, gone] {
        let mut world = World::default();
        world.catalog.load((), Some(stored));
        world.place(now.clone().into());
        world::save(&mut conn, &world).await.expect("the catalog is replaced");
        assert_eq!(catalog::load(&mut conn).await.expect("read"), now);
        assert_eq!(catalog::version(&mut conn).await.expect("read"), now.sequence);
        stored = now;
    }
}

#[tokio::test]
async fn numbers_of_a_kind_are_taken_once_and_ascend() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let first = number::take(&mut conn, NumberKind::Quote, 3).await.expect("taken");
    assert_eq!(first, [100_001, 100_002, 100_003]);
    run(&mut conn, "BEGIN").await;
    let second = number::take(&mut conn, NumberKind::Quote, 1).await.expect("taken");
    run(&mut conn, "ROLLBACK").await;
    let third = number::take(&mut conn, NumberKind::Quote, 1).await.expect("taken");
    assert_eq!((second, third), (vec![100_004], vec![100_005]));
    let orders = number::take(&mut conn, NumberKind::Order, 1).await.expect("taken");
    assert_eq!(orders, [100_001]);
    assert!(number::take(&mut conn, NumberKind::Lead, 0).await.expect("none").is_empty());
}

#[tokio::test]
async fn a_stored_amount_prints_in_events_as_it_was_decided() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let deal = samples::opportunity();
    insert(&mut conn, vec![deal.clone().into()]).await;
    let found = read(&mut conn, &deal).await;
    let print = |deal: &Opportunity| {
        deal.lines.iter().map(|line| line.net_amount.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(print(&found), print(&deal));
    assert_eq!(found.lines[0].quantity.to_string(), "3");
}

#[tokio::test]
async fn verdicts_of_a_split_keep_their_checkpoint() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let mut file = samples::input();
    file.verdict = Verdict::Split { next: 501, done: true };
    insert(&mut conn, vec![file.clone().into()]).await;
    assert_eq!(input::load(&mut conn, &[file.id]).await.expect("read"), [file]);
    let unknown: LeadId = id();
    assert_eq!(lead::load(&mut conn, &[unknown]).await.expect("read"), []);
}
