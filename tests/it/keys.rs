//! Every key that must be unique: whoever sends what a key forbids is answered, and nothing parks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::database::Database;
use crate::installation::Installation;
use crate::operators::history;

/// Why no message from outside can meet a key, or who answers it.
enum Met {
    /// `needs` asks for the record that holds the key, so that the decision sees it and answers.
    Asked(&'static str),
    /// A bulk statement that takes a known row for an answer: `ON CONFLICT`.
    Claimed(&'static str),
    /// The value is made by leadmill, under the lock of the record it belongs to.
    Ours(&'static str),
}

use Met::{Asked, Claimed, Ours};

const DERIVED: &str = "ids are minted or derived by us";
const PLACE: &str = "places are counted under the lock of the root";

/// All unique keys of the tables, `table(columns)`; partial ones with `*`.
const KEYS: &[(&str, Met)] = &[
    ("account(id)", Ours(DERIVED)),
    ("batch(id)", Ours(DERIVED)),
    ("bulk(id)", Ours(DERIVED)),
    ("catalog()*", Ours("one row, which a migration makes")),
    ("catalog(id)", Ours("one row, which a migration makes")),
    ("clock_shift(one)", Ours("one row, which a migration makes")),
    ("conflict(source,external_id,worker,digest)", Claimed("a repeat of what was refused")),
    ("consumer(name)", Ours("an operator names it, at the command line")),
    ("contact(id)", Ours(DERIVED)),
    ("delayed(worker,message)", Claimed("it waits already, for longer")),
    (
        "duplicate(id)",
        Ours("it follows from the two; who finds it at the same time is asked again"),
    ),
    ("erasure(id)", Ours(DERIVED)),
    ("erasure_input(erasure,input)", Claimed("found already")),
    ("erasure_log(erasure)", Claimed("it reads the log from the beginning again")),
    ("erasure_other(erasure,subject)", Claimed("found already")),
    ("event(id)", Ours(DERIVED)),
    ("inbox(worker,id)", Claimed("a repeat, and answered as one")),
    ("input(collection,part)*", Ours("parts are counted under the lock of their collection")),
    ("input(id)", Ours(DERIVED)),
    ("input_chunk(input,n)", Ours(DERIVED)),
    ("invoice(id)", Ours(DERIVED)),
    ("invoice(number)", Ours("numbers of a series, under its lock")),
    ("invoice(series_seller,series_kind,series_year,counter)", Ours("the lock of the series")),
    ("invoice_line(invoice,position)", Ours(PLACE)),
    ("lead(id)", Ours(DERIVED)),
    ("lead(number)", Ours("a sequence")),
    ("likeness_key(key,party)", Ours("follows from a record, under its lock")),
    ("nothing(worker,id)", Ours("the claim in inbox comes before it")),
    ("opened_chunk(input,n)", Ours(DERIVED)),
    ("opportunity(id)", Ours(DERIVED)),
    ("opportunity_line(opportunity,position)", Ours(PLACE)),
    ("order_line(sales_order,position)", Ours(PLACE)),
    ("parked(id)", Claimed("it lies there already, or is opened again")),
    ("party_key(kind,value)", Claimed("the people who share it are looked at together")),
    ("payment(invoice,payer,reference)", Asked("invoice: payment.conflicting, or already")),
    ("payment(invoice,position)", Ours(PLACE)),
    ("price_list(code)", Asked("catalog: catalog.invalid")),
    ("price_list_item(price_list,position)", Ours(PLACE)),
    ("product(sku)", Asked("catalog: catalog.invalid")),
    ("program_min(one)", Ours("one row, which a migration makes")),
    ("consent(channel)", Ours("the lock of its key in party_key")),
    ("consent(id)", Ours(DERIVED)),
    ("proposal(id)", Ours(DERIVED)),
    ("quote(id)", Ours(DERIVED)),
    ("quote(number)*", Asked("OpportunityOfQuote: a closed quote is not revised or opened again")),
    ("quote(number,revision)", Asked("OpportunityOfQuote: only the live revision is revised")),
    ("quote(opportunity,position)", Ours(PLACE)),
    ("quote_line(quote,position)", Ours(PLACE)),
    ("received(source,external_id,worker)", Claimed("a repeat, or conflicting_repeat")),
    ("refusal(no)", Ours("an identity column")),
    ("sales_order(id)", Ours(DERIVED)),
    ("sales_order(number)", Ours("a sequence")),
    ("sales_order(quote)", Asked("OrderOfQuote: already")),
    ("schedule(id)", Claimed("the timer is planned already")),
    ("schedule(subject,name)*", Claimed("the timer that waits is moved")),
    ("series(seller,kind,year)", Claimed("made once, then locked")),
    ("shipment(id)", Ours(DERIVED)),
    ("shipment(sales_order,reference)", Asked("order: order.conflicting_shipment, or already")),
    ("shipment_line(shipment,position)", Ours(PLACE)),
    ("transfer(id)", Ours(DERIVED)),
    ("transfer(reference,payer)", Asked("TransfersReferenced: already, or transfer.conflicting")),
    ("trial(worker,fingerprint)", Claimed("tried once more, and counted")),
];

#[tokio::test]
async fn every_unique_key_of_the_tables_has_somebody_who_answers_for_it() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let found = "SELECT c.relname || '(' || coalesce((
                     SELECT string_agg(a.attname, ',' ORDER BY k.n)
                     FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
                     JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum), '') || ')'
                     || CASE WHEN i.indpred IS NULL AND i.indexprs IS NULL THEN '' ELSE '*' END
                 FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
                 WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
                   AND NOT c.relispartition AND c.relname <> '_sqlx_migrations'";
    let found: Vec<String> = sqlx::query_scalar(found).fetch_all(&mut conn).await.unwrap();
    let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
    let known: BTreeSet<_> = KEYS.iter().map(|(key, _)| *key).collect();
    let unasked: Vec<_> = found.difference(&known).collect();
    assert!(unasked.is_empty(), "say here who answers whoever meets these keys: {unasked:?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "these keys are gone: {gone:?}");
    for (key, met) in KEYS {
        let (Asked(who) | Claimed(who) | Ours(who)) = met;
        assert!(!who.is_empty(), "{key}");
    }
}

#[tokio::test]
async fn one_transfer_pays_two_invoices_and_every_key_that_a_sender_meets_is_answered() {
    let it = history().await;
    let workers = it.start(&[], &[]);
    let invoices = "SELECT id::text FROM invoice ORDER BY counter";
    let invoice = it.texts(invoices).await.remove(1);
    let pay = |amount: &str| {
        json!({
            "invoice": invoice, "reference": "bank-1", "amount": amount, "currency": "EUR",
            "value_date": "2026-01-02",
        })
    };
    it.command("payment.received.v1", pay("1")).await;
    let booked = "SELECT count(DISTINCT invoice) = 2 FROM payment WHERE reference = 'bank-1'";
    it.until("the reference is booked on both invoices", booked).await;
    it.command("payment.received.v1", pay("1")).await;
    it.until("the same again is known", &already("bank-1")).await;
    refused(&it, "payment.received.v1", pay("2"), "payment.conflicting").await;

    let nobodys = |amount: &str| json!({ "reference": "bank-9", "amount": amount, "currency": "EUR", "value_date": "2026-01-02" });
    it.command("payment.received.v1", nobodys("1")).await;
    it.until("it is held", "SELECT count(*) = 1 FROM transfer WHERE state = 'held'").await;
    it.command("payment.received.v1", nobodys("1")).await;
    it.until("the same again is known", &already("bank-9")).await;
    refused(&it, "payment.received.v1", nobodys("2"), "transfer.conflicting").await;

    let order =
        it.texts("SELECT id::text FROM sales_order ORDER BY number LIMIT 1").await.remove(0);
    let line = "SELECT id::text FROM order_line WHERE sales_order::text =";
    let line = it.texts(&format!("{line} '{order}'")).await.remove(0);
    let lines = json!([{ "line": line, "quantity": "77" }]);
    let ship = json!({ "order": order, "reference": "first", "lines": lines });
    refused(&it, "order.ship.v1", ship, "order.conflicting_shipment").await;

    let mut catalog: Value =
        serde_json::from_str(include_str!("../../config/demo-catalog.json")).unwrap();
    for list in ["products", "price_lists"] {
        let twice = catalog[list][0].clone();
        catalog[list].as_array_mut().unwrap().push(twice);
    }
    refused(&it, "catalog.replace.v1", catalog, "catalog.invalid").await;

    let quote = it.texts("SELECT id::text FROM quote ORDER BY number LIMIT 1").await.remove(0);
    let revise = json!({ "quote": quote });
    refused(&it, "quote.revise.v1", revise, "illegal_step").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0, "an answer, not an accident");
    workers.stop().await;
}

fn already(reference: &str) -> String {
    format!(
        "SELECT count(*) = 1 FROM event WHERE type LIKE '%.already.v1'
         AND data->>'reference' = '{reference}'"
    )
}

/// Sends a command and waits for its answer, the refusal by that rule.
async fn refused(it: &Installation, ty: &str, data: Value, rule: &str) {
    let id = it.command(ty, data).await;
    let answered = format!(
        "SELECT count(*) = 1 FROM event WHERE type LIKE '%.refused.v1'
         AND data->>'command' = '{id}' AND data->>'rule' = '{rule}'"
    );
    it.until(rule, &answered).await;
}
