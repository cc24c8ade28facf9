//! What a newer program wrote: older workers go on with it.

use leadmill::store::{Connection, declared};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::installation::{Installation, Process, form};
use crate::operators::leadmill;

/// JSON that is read into structs, in tables whose statements are written by hand.
const BY_HAND: [(&str, &str, &str); 3] = [
    ("price_list_item", "price", "jsonb"),
    ("price_list_item", "bands", "jsonb"),
    ("schedule", "data", "json"),
];

/// Puts a field that nobody declared into every object of every stored record, at every depth; into none of those
/// with one key that says what was chosen: there is no room.
pub(crate) async fn salt(conn: &mut Connection) {
    let function = "CREATE OR REPLACE FUNCTION salted(j jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
        BEGIN RETURN CASE jsonb_typeof(j)
            WHEN 'object' THEN
                (SELECT jsonb_object_agg(k, CASE WHEN k IN ('method', 'rounding') THEN v ELSE salted(v) END)
                 FROM jsonb_each(j || '{\"unheard_of\": 1}') AS e (k, v))
            WHEN 'array' THEN
                (SELECT coalesce(jsonb_agg(salted(v) ORDER BY n), '[]')
                 FROM jsonb_array_elements(j) WITH ORDINALITY AS e (v, n))
            ELSE j END; END $$";
    let declared = declared::all().flat_map(|table| {
        let json = table.columns.iter().filter(|column| column.ty == "jsonb");
        json.map(|column| (table.name, column.name, column.ty))
    });
    let salting = declared.chain(BY_HAND).map(|(table, column, ty)| {
        format!("UPDATE {table} SET {column} = salted({column}::jsonb)::{ty}")
    });
    let statements = [vec![function.to_owned()], salting.collect()].concat();
    assert!(statements.len() > 15, "{statements:?}");
    let all = statements.join(";\n");
    sqlx::raw_sql(AssertSqlSafe(all)).execute(conn).await.unwrap();
}

/// Ends the workers, lets a newer program have written all, and starts them anew.
async fn rewritten(it: &Installation, workers: Process) -> Process {
    workers.stop().await;
    let mut conn = it.connect().await;
    salt(&mut conn).await;
    leadmill::store::close(conn).await.unwrap();
    it.start(&[], &[])
}

/// The terms that a newer program knows, on everything that was ordered and billed.
async fn terms(it: &Installation, terms: &str) {
    for table in ["sales_order", "invoice"] {
        it.execute(&format!("UPDATE {table} SET payment_terms = '{terms}'")).await;
    }
}

#[tokio::test]
async fn what_depends_on_a_word_of_a_newer_program_is_parked_and_is_done_when_that_runs() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("a quote is active", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let quote = it.texts("SELECT id::text FROM quote").await.remove(0);
    it.command("quote.accept.v1", json!({ "quote": quote })).await;
    it.until("there is an order", "SELECT count(*) = 1 FROM sales_order").await;
    ship(&it).await;
    it.until("there is an invoice", "SELECT count(*) = 1 FROM invoice").await;

    terms(&it, "2_14_net30").await;
    pay(&it).await;
    it.until("it is parked", "SELECT count(*) = 1 FROM parked WHERE state = 'parked'").await;
    let reason = it.texts("SELECT reason FROM parked").await.remove(0);
    assert!(reason.contains("`2_14_net30`, which only a newer leadmill knows"), "{reason}");
    assert_eq!(it.count("SELECT count(*) FROM refusal").await, 0);

    terms(&it, "net30").await;
    let replayed = leadmill(&it, &["parked", "replay", "--all-of-class", "schema"]).await;
    assert!(replayed.success, "{}", replayed.err);
    it.until("it is paid", "SELECT count(*) = 1 FROM invoice WHERE state = 'paid'").await;
    workers.stop().await;
}

#[tokio::test]
async fn t7_with_an_unknown_field_in_every_stored_object_leads_still_become_paid_invoices() {
    let it = Installation::new().await;
    let mut workers = it.start(&[], &[]);
    it.catalog().await;
    workers = rewritten(&it, workers).await;
    let vague = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![form(1), vague.to_string().into_bytes()]).await;
    it.until("a quote is active", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    it.until("the other is a lead", "SELECT count(*) = 2 FROM lead").await;

    workers = rewritten(&it, workers).await;
    let more = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "Soon." });
    it.send("intake.web", "application/json", vec![more.to_string().into_bytes()]).await;
    it.until("it joins", "SELECT count(*) = 1 FROM input WHERE verdict = 'joined'").await;
    let lead = it.texts("SELECT id::text FROM lead WHERE state = 'open'").await.remove(0);
    it.command("lead.qualify.v1", json!({ "lead": lead })).await;
    it.until("both are qualified", "SELECT count(*) = 2 FROM lead WHERE state = 'qualified'").await;
    let quote = it.texts("SELECT id::text FROM quote").await.remove(0);
    it.command("quote.accept.v1", json!({ "quote": quote })).await;
    it.until("there is an order", "SELECT count(*) = 1 FROM sales_order").await;

    workers = rewritten(&it, workers).await;
    ship(&it).await;
    it.until("there is an invoice", "SELECT count(*) = 1 FROM invoice").await;

    workers = rewritten(&it, workers).await;
    pay(&it).await;
    it.until("it is paid", "SELECT count(*) = 1 FROM invoice WHERE state = 'paid'").await;
    workers.stop().await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    assert_eq!(it.count("SELECT count(*) FROM refusal").await, 0);
}

/// Ships the one line of the one order.
async fn ship(it: &Installation) {
    let line = "SELECT concat_ws(' ', sales_order, id, quantity) FROM order_line";
    let line = it.texts(line).await.remove(0);
    let parts: Vec<_> = line.split(' ').collect();
    let lines = json!([{ "line": parts[1], "quantity": parts[2] }]);
    let ship = json!({ "order": parts[0], "reference": "all", "lines": lines });
    it.command("order.ship.v1", ship).await;
}

/// Pays the one invoice.
async fn pay(it: &Installation) {
    let invoice = "SELECT id || ' ' || trim_scale(total_amount) FROM invoice";
    let invoice = it.texts(invoice).await.remove(0);
    let (id, amount) = invoice.split_once(' ').unwrap();
    let payment = json!({
        "invoice": id, "reference": "bank-1", "amount": amount, "currency": "EUR",
        "value_date": "2026-01-02",
    });
    it.command("payment.received.v1", payment).await;
}
