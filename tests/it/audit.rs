//! `leadmill audit`: a whole history is clean; every invariant, broken on purpose, is the one named.

use leadmill::messaging::{DEAD, DEAD_LETTERS, Outgoing, Topology};
use serde_json::Value;

use crate::installation::{Installation, raw};
use crate::operators::{Output, history, leadmill, leadmill_on};

/// One way to break one invariant.
struct Break {
    invariant: &'static str,
    statement: &'static str,
    /// Judged only when everything has come to rest; in flight before.
    settled: bool,
}

const fn broken(invariant: &'static str, statement: &'static str) -> Break {
    Break { invariant, statement, settled: false }
}

const fn lost(invariant: &'static str, statement: &'static str) -> Break {
    Break { invariant, statement, settled: true }
}

const BREAKS: [Break; 30] = [
    broken(
        "input.verdict",
        "INSERT INTO received (source, external_id, id, worker, kind, digest, batch)
         VALUES ('intake.web', 'x', gen_random_uuid(), 'intake', 'intake.web',
                 decode(repeat('00', 32), 'hex'), gen_random_uuid())",
    ),
    broken(
        "input.explained",
        "UPDATE event SET type = 'input.seen.v1' WHERE type = 'input.held.v1'",
    ),
    broken("input.explained", "UPDATE lead SET input = (SELECT id FROM input WHERE verdict = 'held')
         WHERE id = (SELECT lead FROM input WHERE part = 1)"),
    broken("collection.parts", "UPDATE input SET part = 7 WHERE part = 3"),
    broken("collection.parts", "UPDATE input SET next_part = 9 WHERE verdict = 'split'"),
    broken(
        "event.sequence",
        "UPDATE event SET sequence = 1 WHERE type = 'quote.activated.v1'",
    ),
    broken(
        "record.event",
        "UPDATE lead SET sequence = sequence + 1 WHERE id = (SELECT id FROM lead LIMIT 1)",
    ),
    broken("record.event", "UPDATE event SET subject = gen_random_uuid() WHERE id =
         (SELECT id FROM event WHERE type = 'contact.created.v1' LIMIT 1)"),
    broken(
        "event.cause",
        "UPDATE event SET cause = gen_random_uuid() WHERE type = 'opportunity.won.v1'",
    ),
    broken(
        "reference.known",
        "UPDATE contact SET account = gen_random_uuid() WHERE account IS NOT NULL",
    ),
    broken(
        "order.quote",
        "UPDATE quote SET state = 'active', won_at = NULL, acceptance = NULL, active_since = now()
         WHERE id = (SELECT id FROM quote LIMIT 1)",
    ),
    broken(
        "order.quantities",
        "ALTER TABLE order_line DROP CONSTRAINT order_line_check1,
             DROP CONSTRAINT order_line_check2;
         UPDATE order_line SET quantity_canceled = 1",
    ),
    broken("order.quantities", "UPDATE sales_order SET state = 'canceled', canceled_at = now(),
         fulfilled_at = NULL, partial = NULL"),
    broken("order.shipments", "UPDATE shipment_line SET quantity = quantity + 1"),
    broken("order.shipments", "UPDATE shipment_line SET order_line = gen_random_uuid()
         WHERE shipment IN (SELECT id FROM shipment WHERE reference = 'first')"),
    broken("invoice.quantities", "UPDATE invoice_line SET order_line = gen_random_uuid()"),
    broken("invoice.numbers", "UPDATE series SET last_number = last_number + 1"),
    broken(
        "invoice.numbers",
        "UPDATE invoice SET counter = 3, number = replace(number, '000002', '000003')
         WHERE counter = 2; UPDATE series SET last_number = 3",
    ),
    broken("invoice.numbers", "UPDATE invoice SET issue_date = issue_date + 1 WHERE counter = 1"),
    broken("totals.computed", "UPDATE quote SET tax_amount = tax_amount + 0.01"),
    // By the rules that stand in the document (T14).
    broken("totals.computed", "UPDATE sales_order SET header = jsonb_set(header, '{rules,price_digits}', '9')"),
    broken("totals.computed", "UPDATE order_line SET net_amount = net_amount - 0.01"),
    broken("totals.computed", "UPDATE invoice SET total_amount = total_amount + 0.01"),
    broken(
        "claim.explained",
        "INSERT INTO inbox (worker, id, batch) VALUES ('quoting', id_at(now()), gen_random_uuid())",
    ),
    broken("command.explained", "DELETE FROM event WHERE type = 'order.already.v1';
         DELETE FROM event WHERE type = 'quote.already.v1'; DELETE FROM nothing WHERE worker = 'ordering'"),
    lost(
        "command.explained",
        "UPDATE received SET batch = NULL WHERE kind = 'payment.received.v1'",
    ),
    lost(
        "message.heard",
        "UPDATE event SET at = now() - interval '1 hour' WHERE type = 'lead.captured.v1';
         DELETE FROM inbox WHERE worker = 'qualification'
             AND id IN (SELECT id FROM event WHERE type = 'lead.captured.v1')",
    ),
    lost(
        "batch.published",
        "UPDATE batch SET published_at = NULL, decided_at = now() - interval '1 hour'
         WHERE worker = 'invoicing'",
    ),
    lost("collection.parts", "UPDATE input SET done = false WHERE verdict = 'split'"),
    lost("input.verdict", "INSERT INTO received (source, external_id, id, worker, kind, digest)
         VALUES ('intake.web', 'x', gen_random_uuid(), 'intake', 'intake.web',
                 decode(repeat('00', 32), 'hex'))"),
];

#[tokio::test]
async fn every_invariant_that_is_broken_is_the_one_that_the_audit_names() {
    let it = history().await;
    let clean = leadmill(&it, &["audit", "--json"]).await;
    assert!(clean.success, "{} {}", clean.out, clean.err);
    assert_eq!(answers(&clean, "broken"), [""; 0]);
    assert_eq!(answers(&clean, "in_flight"), [""; 0]);
    let mut wrong = Vec::new();
    for Break { invariant, statement, settled } in BREAKS {
        let copy = it.database().copy().await;
        let mut conn = copy.connect().await;
        crate::database::execute(&mut conn, statement.to_owned()).await;
        leadmill::store::close(conn).await.unwrap();
        let mut audit = leadmill_on(&it, &copy.settings, &["audit", "--json"]).await;
        if settled {
            // Not judged while it may still come right.
            if !audit.success || answers(&audit, "in_flight") != [invariant] {
                wrong.push(format!("{statement}\nshould be in flight: {}", audit.out));
            }
            let arguments = ["audit", "--settled", "--wait", "30", "--json"];
            audit = leadmill_on(&it, &copy.settings, &arguments).await;
        }
        if audit.success || answers(&audit, "broken") != [invariant] {
            wrong.push(format!("{statement}\nshould break {invariant}: {}", audit.out));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn dead_letters_are_in_flight_until_everything_else_has_come_to_rest() {
    let it = Installation::new().await;
    let dead = Outgoing { exchange: DEAD.into(), ..raw("", "text/plain", b"dead".to_vec()) };
    it.publish(vec![dead]).await;
    let audit = leadmill(&it, &["audit", "--json"]).await;
    assert!(audit.success, "{} {}", audit.out, audit.err);
    assert_eq!(answers(&audit, "in_flight"), ["queue.dead"]);
    let audit = leadmill(&it, &["audit", "--settled", "--json"]).await;
    assert!(!audit.success);
    assert_eq!(answers(&audit, "broken"), ["queue.dead"]);
}

#[tokio::test]
async fn dead_letters_that_nobody_can_look_at_are_not_taken_for_none() {
    let it = Installation::new().await;
    let dead = it.topology.queues.iter().filter(|queue| queue.name == DEAD_LETTERS).cloned();
    let dead = Topology { exchanges: Vec::new(), queues: dead.collect() };
    dead.delete(&it.settings.broker).await.unwrap();
    let audit = leadmill(&it, &["audit", "--json"]).await;
    assert!(!audit.success);
    assert_eq!(answers(&audit, "broken"), ["queue.dead"]);
}

#[tokio::test]
async fn a_queue_that_nobody_works_on_keeps_the_audit_from_settling_and_is_named() {
    let it = Installation::new().await;
    it.publish(vec![raw("quoting", "text/plain", b"x".to_vec())]).await;
    let audit = leadmill(&it, &["audit", "--settled", "--wait", "1", "--json"]).await;
    assert!(!audit.success);
    assert_eq!(answers(&audit, "broken"), ["settled"]);
    assert!(audit.out.contains("\"quoting\""), "{}", audit.out);
    assert_eq!(audit.json()["settled"], false);
}

#[tokio::test]
async fn a_batch_whose_process_died_is_young_until_the_sweeper_had_its_time() {
    let it = Installation::new().await;
    let unpublished = |seconds: u32| {
        format!(
            "INSERT INTO batch (id, worker, taken_at, decided_at, messages, events)
             SELECT id_at(now()), 'quoting', at, at, 1, 1
             FROM (SELECT now() - make_interval(secs => {seconds}) AS at) AS x"
        )
    };
    // The sweeper looks for what is older than 60 s, every 10 s.
    it.execute(&unpublished(75)).await;
    let waited = ["audit", "--settled", "--wait", "1", "--json"];
    let audit = leadmill(&it, &waited).await;
    assert_eq!(answers(&audit, "broken"), ["settled"], "it has not come to rest: {}", audit.out);
    assert_eq!(answers(&audit, "in_flight"), ["batch.published"], "and is not lost");
    assert_eq!(audit.json()["young_s"], 90);
    assert!(leadmill(&it, &["audit"]).await.out.contains("younger than 90 s"));
    it.execute("DELETE FROM batch").await;
    it.execute(&unpublished(95)).await;
    let audit = leadmill(&it, &["audit", "--settled", "--json"]).await;
    assert_eq!(answers(&audit, "broken"), ["batch.published"], "{}", audit.out);
}

#[tokio::test]
async fn what_breaks_nothing_is_noted_and_people_read_a_table() {
    let it = Installation::new().await;
    it.execute(
        "INSERT INTO parked (id, worker, queue, class, reason, properties)
         VALUES (gen_random_uuid(), 'quoting', 'quoting', 'panic', 'It panicked.', '{}');
         INSERT INTO refusal (id, worker, batch, type, source, outside, subject_kind, named, rule,
                              found, message, attempt, final, correlation)
         VALUES (gen_random_uuid(), 'quoting', gen_random_uuid(), 'lead.qualified.v1', 'urn:x', false,
                 'lead', 'L-1', 'state', 'closed', 'It is closed.', 1, true, gen_random_uuid())",
    )
    .await;
    let audit = leadmill(&it, &["audit", "--json"]).await;
    assert!(audit.success, "{}", audit.err);
    assert_eq!(answers(&audit, "noted"), ["refusal.own", "parked.open"]);
    let people = leadmill(&it, &["audit"]).await;
    assert!(people.out.contains("Everything holds."), "{}", people.out);
    assert!(people.out.contains("It panicked."), "{}", people.out);
}

/// The names of the invariants with that answer.
fn answers(audit: &Output, answer: &str) -> Vec<String> {
    let report = audit.json();
    let named = report["invariants"].as_array().unwrap().iter();
    let named = named.filter(|one| one["answer"] == answer);
    named
        .map(|one| one["name"].as_str().map_or_else(|| Value::Null.to_string(), str::to_owned))
        .collect()
}

#[tokio::test]
async fn t5_an_order_without_a_quote_and_an_invoice_without_an_order_break_nothing() {
    const DIRECT: &str = "UPDATE sales_order SET quote = NULL; UPDATE invoice SET quote = NULL;
        UPDATE quote SET state = 'closed', won_at = NULL, acceptance = NULL, closed_at = now(),
                         close_reason = 'lost' WHERE state = 'won'";
    const OWN: &str =
        "UPDATE invoice SET sales_order = NULL; UPDATE invoice_line SET order_line = NULL";
    let it = history().await;
    for statement in [DIRECT, OWN] {
        it.execute(statement).await;
        let audit = leadmill(&it, &["audit", "--json"]).await;
        assert_eq!(answers(&audit, "broken"), [""; 0], "{}", audit.out);
    }
}

#[tokio::test]
async fn t5_what_all_invoices_of_an_order_bill_together_is_held_against_what_was_shipped() {
    // Another invoice of the same lines: more than was shipped, unless the first is given back.
    const AGAIN: &str = "CREATE TEMP TABLE again AS SELECT * FROM invoice
            WHERE sales_order IN (SELECT id FROM sales_order WHERE NOT partial) LIMIT 1;
        CREATE TEMP TABLE lines AS SELECT * FROM invoice_line WHERE invoice = (SELECT id FROM again);
        UPDATE again SET id = gen_random_uuid(), counter = 1000, number = 'INV-again', series_kind = 'other';
        UPDATE lines SET invoice = (SELECT id FROM again), id = gen_random_uuid();
        INSERT INTO invoice SELECT * FROM again; INSERT INTO invoice_line SELECT * FROM lines";
    const CREDIT: &str = "UPDATE invoice SET document_type = '381' WHERE number = 'INV-again'";
    // Of nothing, at a price: all is billed, and not at what was ordered.
    const NOTHING: &str = "UPDATE invoice SET document_type = '380' WHERE number = 'INV-again';
        UPDATE invoice_line SET quantity = 0 WHERE invoice = (SELECT id FROM invoice WHERE number = 'INV-again')";
    let it = history().await;
    it.execute(AGAIN).await;
    let cases = [("SELECT 1", true, false), (CREDIT, false, false), (NOTHING, false, true)];
    for (statement, quantities, exact) in cases {
        it.execute(statement).await;
        let audit = leadmill(&it, &["audit", "--json"]).await;
        let found = answers(&audit, "broken");
        let broken = |name: &str| found.iter().any(|it| it == name);
        let answered = (broken("invoice.quantities"), broken("invoice.exact"));
        assert_eq!(answered, (quantities, exact), "{}", audit.out);
    }
}
