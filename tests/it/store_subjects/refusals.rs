//! What may not be stored is refused: by versions, by what never changes, by the tables themselves.

use domain::decide::World;
use domain::ids::Id;
use domain::invoice::Series;
use domain::order::Order;
use domain::quote::QuoteState;
use domain::record::Record;
use leadmill::store::Connection;
use leadmill::store::save::SaveError;
use leadmill::store::{party, series, world};
use rust_decimal_macros::dec;

use super::database::{begin, run, try_run};
use super::samples::{self, id};
use crate::database::Database;

async fn insert(conn: &mut Connection, records: Vec<Record>) -> Result<(), SaveError> {
    let mut world = World::default();
    records.into_iter().for_each(|record| world.place(record));
    world::save(conn, &world).await
}

/// The constraint or SQLSTATE of the database's refusal.
fn refused_by(result: Result<(), SaveError>) -> String {
    match result {
        Err(SaveError::Database(sqlx::Error::Database(error))) => {
            error.constraint().map_or_else(|| error.code().unwrap_or_default().into(), Into::into)
        }
        other => panic!("the database should refuse it, not {other:?}"),
    }
}

#[tokio::test]
async fn a_record_that_somebody_else_changed_is_not_overwritten() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let mut deal = samples::opportunity();
    deal.quotes.push(samples::quote(QuoteState::Draft));
    let (lead, order, account) = (samples::lead(), samples::order(), samples::account());
    let (contact, input) = (samples::contact(), samples::input());
    let (invoice, key) = (samples::invoice(1), samples::series_key());
    series::load(&mut conn, std::slice::from_ref(&key)).await.expect("the series is made");
    let records: Vec<Record> = vec![
        lead.clone().into(),
        deal.clone().into(),
        order.clone().into(),
        invoice.clone().into(),
        account.clone().into(),
        contact.clone().into(),
        input.clone().into(),
    ];
    insert(&mut conn, records).await.expect("saved");

    let mut stale = Vec::new();
    let mut at_version_nine = |table: &str, put: &dyn Fn(&mut World)| {
        let mut world = World::default();
        put(&mut world);
        stale.push((table.to_owned(), world));
    };
    macro_rules! stale {
        ($name:literal, $table:ident, $record:expr) => {
            let record = $record;
            at_version_nine($name, &|world| {
                let mut stored = record.clone();
                stored.sequence = 9;
                world.$table.load(record.id, Some(stored.clone()));
                stored.sequence = 10;
                world.place(stored.into());
            })
        };
    }
    stale!("lead", leads, lead);
    stale!("opportunity", opportunities, deal.clone());
    stale!("sales_order", orders, order);
    stale!("invoice", invoices, invoice);
    stale!("account", accounts, account);
    stale!("contact", contacts, contact);
    stale!("input", inputs, input);
    at_version_nine("quote", &|world| {
        let mut stored = deal.clone();
        stored.quotes[0].sequence = 9;
        world.opportunities.load(deal.id, Some(stored.clone()));
        stored.quotes[0].sequence = 10;
        world.place(stored.into());
    });
    at_version_nine("series", &|world| {
        let stored = Series { last_number: 9, ..Series::new(samples::series_key()) };
        world.series.load(stored.key.clone(), Some(stored.clone()));
        world.place(stored.take(samples::day(1)).0.into());
    });
    at_version_nine("catalog", &|world| {
        let mut stored = samples::catalog(&["PUMP"]);
        stored.sequence = 9;
        world.catalog.load((), Some(stored.clone()));
        stored.sequence = 10;
        world.place(stored.into());
    });
    for (expected, world) in stale {
        let error = world::save(&mut conn, &world).await.expect_err("it is stale");
        let matches = matches!(&error, SaveError::Version { table, .. } if *table == expected);
        assert!(matches, "{expected}: {error:?}");
    }
}

#[tokio::test]
async fn what_was_issued_or_accepted_never_changes() {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    let (order, invoice) = (samples::order(), samples::invoice(1));
    insert(&mut conn, vec![order.clone().into(), invoice.clone().into()]).await.expect("saved");
    let shipped = Order { sequence: 1, ..samples::shipped(&order, "DN-1") };
    let mut changes: Vec<World> = Vec::new();
    let mut order_changes = |stored: &Order, now: Order| {
        let mut world = World::default();
        world.orders.load(stored.id, Some(stored.clone()));
        world.place(now.into());
        changes.push(world);
    };
    let mut dearer = order.clone();
    dearer.lines[0].line.unit_price = dec!(1);
    order_changes(&order, dearer);
    let mut readdressed = order.clone();
    readdressed.buyer.name = "Somebody else".into();
    order_changes(&order, readdressed);
    let mut forgotten = shipped.clone();
    forgotten.shipments.clear();
    order_changes(&shipped, forgotten);
    let mut world = World::default();
    let mut forged = invoice.clone();
    forged.totals.total_amount += dec!(0.01);
    world.invoices.load(invoice.id, Some(invoice));
    world.place(forged.into());
    changes.push(world);
    for world in changes {
        let error = world::save(&mut conn, &world).await.expect_err("it is frozen");
        assert!(matches!(error, SaveError::Frozen { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn natural_keys_are_unique() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (order, invoice) = (samples::order(), samples::invoice(1));
    let mut paid = samples::invoice(2);
    paid.payments = vec![samples::payment("B-1")];
    let records = vec![order.clone().into(), invoice.clone().into(), paid.clone().into()];
    insert(&mut conn, records).await.expect("saved");

    let mut again = samples::order();
    again.quote = order.quote;
    let result = insert(&mut conn, vec![again.into()]).await;
    assert_eq!(refused_by(result), "sales_order_quote_key", "f99: one order per quote");
    let mut again = samples::invoice(3);
    again.order = invoice.order;
    insert(&mut conn, vec![again.into()]).await.expect("an order is billed in parts");
    let mut again = samples::invoice(1);
    again.number = "INV-2026-1".into();
    let counter = "invoice_series_seller_series_kind_series_year_counter_key";
    assert_eq!(refused_by(insert(&mut conn, vec![again.into()]).await), counter);
    let mut other = samples::invoice(4);
    other.payments = vec![samples::payment("B-1")];
    insert(&mut conn, vec![other.into()]).await.expect("one transfer pays several invoices");
    let mut again = samples::invoice(5);
    again.payments = vec![samples::payment("B-1"), samples::payment("B-1")];
    assert_eq!(refused_by(insert(&mut conn, vec![again.into()]).await), "payment_once");
    let again = samples::shipped(&samples::shipped(&samples::order(), "DN-1"), "DN-1");
    let result = insert(&mut conn, vec![again.into()]).await;
    assert_eq!(refused_by(result), "shipment_sales_order_reference_key");
}

#[tokio::test]
async fn f93_a_second_live_revision_is_refused_by_the_table() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let mut deal = samples::opportunity();
    let active = samples::quote(QuoteState::Active { since: samples::at() });
    let mut draft = samples::quote(QuoteState::Draft);
    (draft.number, draft.revision) = (active.number.clone(), 1);
    deal.quotes = vec![active, draft];
    let result = insert(&mut conn, vec![deal.into()]).await;
    assert_eq!(refused_by(result), "quote_one_live_revision");
}

#[tokio::test]
async fn what_no_record_can_be_is_refused_by_the_tables() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let mut deal = samples::opportunity();
    deal.quotes.push(samples::quote(QuoteState::Draft));
    let order = samples::order();
    let (lead, input, invoice) = (samples::lead(), samples::input(), samples::invoice(1));
    let records: Vec<Record> = vec![
        deal.into(),
        order.clone().into(),
        lead.into(),
        input.into(),
        invoice.into(),
        samples::account().into(),
        samples::contact().into(),
    ];
    insert(&mut conn, records).await.expect("saved");
    for corruption in [
        "UPDATE lead SET state = 'qualified'",
        "UPDATE lead SET state = 'lost'",
        "UPDATE lead SET disqualify_reason = 'lost'",
        "UPDATE lead SET open_reason = 'bored'",
        "UPDATE input SET verdict = 'created'",
        "UPDATE input SET verdict = 'split'",
        "UPDATE input SET part = NULL",
        "UPDATE account SET state = 'inactive'",
        "UPDATE contact SET inactive_at = now()",
        "UPDATE opportunity SET state = 'won', won_at = now()",
        "UPDATE opportunity SET lost_reason = 'canceled'",
        "UPDATE opportunity SET currency = 'euro'",
        "UPDATE quote SET state = 'closed', closed_at = now()",
        "UPDATE quote SET state = 'active'",
        "UPDATE quote_line SET tax_category = 'X'",
        "UPDATE order_line SET quantity_shipped = quantity, quantity_canceled = 0.000001",
        "UPDATE order_line SET quantity_shipped = -1",
        "UPDATE sales_order SET state = 'fulfilled', fulfilled_at = now()",
        "UPDATE sales_order SET partial = true",
        "UPDATE invoice SET state = 'paid', paid_at = now()",
        "UPDATE invoice SET canceled_at = now()",
        "INSERT INTO series (seller, kind, year, last_number) VALUES ('INV', 'invoice', 2026, -1)",
        "INSERT INTO party_key (kind, value) VALUES ('name', 'Ana')",
    ] {
        let error = try_run(&mut conn, corruption).await.expect_err(corruption);
        let code = error.as_database_error().and_then(|error| error.code());
        assert_eq!(code.as_deref(), Some("23514"), "{corruption}: {error}");
    }
    let id = order.id.uuid();
    let fits = "quantity_shipped = 1, quantity_canceled = quantity - 1";
    run(&mut conn, &format!("UPDATE order_line SET {fits} WHERE sales_order = '{id}'")).await;
    // A list that is open takes the word of a newer program.
    run(&mut conn, "UPDATE sales_order SET payment_terms = '2_14_net30'").await;
}

#[tokio::test]
async fn a_party_whose_key_was_never_claimed_is_not_saved_in_silence() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let key = domain::party::PartyKey {
        kind: domain::party::PartyKeyKind::Phone,
        value: "+4969123456".into(),
    };
    let mut known = domain::party::Party::unknown(key);
    known.lead = Some(id());
    let error = party::save(&mut conn, &[(None, &known)]).await.expect_err("it has no row");
    assert!(matches!(error, SaveError::Version { table: "party_key", .. }), "{error:?}");
}
