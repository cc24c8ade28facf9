use std::collections::BTreeSet;

use leadmill::store::{declared, subject};

use super::*;
use crate::installation::form;

async fn shown(it: &Installation, subject: &str, key: &str) -> Value {
    let answer = leadmill(it, &["show", subject, key, "--json"]).await;
    assert!(answer.success, "{}", answer.err);
    answer.json()
}

fn label_of<'v>(detail: &'v Value, column: &str) -> &'v str {
    let links = detail["links"].as_array().unwrap();
    let link = links.iter().find(|link| link["column"] == column);
    link.unwrap_or_else(|| panic!("{column}: {detail}"))["label"].as_str().unwrap()
}

/// Money without an invoice, what somebody agreed to, and what a later enquiry says otherwise.
async fn what_waits(it: &Installation) {
    let workers = it.start(&["intake", "qualification", "invoicing", "privacy"], &[]);
    let payment = json!({ "reference": "bank-9", "amount": "7.5", "currency": "EUR", "value_date": "2026-01-02" });
    it.command("payment.received.v1", payment).await;
    it.until("it is held", "SELECT count(*) = 1 FROM transfer").await;
    let agreed = json!({ "channel": "ana@else.example", "purpose": "bulk_mail", "word": "given" });
    it.command("consent.change.v1", agreed).await;
    it.until("it is kept", "SELECT count(*) > 0 FROM consent").await;
    for title in ["Buyer", "Head of Sales"] {
        let mut again: Value = serde_json::from_slice(&form(1)).unwrap();
        again["job_title"] = json!(title);
        again["message"] = json!(format!("Another question of the {title}."));
        it.send("intake.web", "application/json", vec![again.to_string().into_bytes()]).await;
        it.until("it is heard", "SELECT bool_or(job_title IS NOT NULL) FROM contact").await;
    }
    it.until("it is proposed", "SELECT count(*) > 0 FROM proposal").await;
    for (name, email) in [("Regina Murphy", "murphy"), ("Regina Merphy", "merphy")] {
        let asks = json!({ "name": name, "email": format!("{email}@contoso.example"), "company": "Contoso Inc" });
        it.send("intake.web", "application/json", vec![asks.to_string().into_bytes()]).await;
    }
    it.until("they are alike", "SELECT count(*) > 0 FROM duplicate").await;
    it.command("bulk.qualify.v1", json!({ "selector": { "campaign": "of nobody" } })).await;
    it.until("nobody is qualified", "SELECT count(*) > 0 FROM bulk").await;
    let erase = json!({ "keys": ["nobody@else.example"], "reason": "They asked for it." });
    it.command("person.erase.v1", erase).await;
    it.until("nobody is erased", "SELECT count(*) > 0 FROM erasure").await;
    workers.stop().await;
}

async fn a_bulk(it: &Installation) {
    let workers = it.start(&["qualification"], &[]);
    it.command("bulk.qualify.v1", json!({ "selector": { "campaign": "Fair" } })).await;
    it.until("it is done", "SELECT count(*) = 1 FROM bulk WHERE state = 'done'").await;
    workers.stop().await;
}

#[tokio::test]
async fn every_column_of_every_subject_is_shown_with_links_by_name_and_the_history_in_order() {
    let it = history().await;
    what_waits(&it).await;
    a_bulk(&it).await;
    for kind in subject::all() {
        let table = declared::of(kind).unwrap();
        let newest = format!("SELECT id::text FROM {} ORDER BY id DESC LIMIT 1", table.name);
        let id = it.texts(&newest).await.remove(0);
        let detail = shown(&it, kind.name(), &id).await;
        let keys: BTreeSet<_> = detail["record"].as_object().unwrap().keys().cloned().collect();
        let columns = table.columns.iter().map(|column| column.name);
        let beside = ["created_at", "modified_at"];
        let mut expected: BTreeSet<_> = columns.chain(beside).map(str::to_owned).collect();
        if kind.name() == "quote" {
            expected.insert("currency".to_owned());
        }
        assert_eq!(keys, expected, "{kind}");
        let parts: BTreeSet<_> = detail["parts"].as_object().unwrap().keys().cloned().collect();
        let own = declared::tables(kind).iter().skip(1);
        let own =
            own.filter(|part| part.owner == Some(table.name)).map(|part| part.name.to_owned());
        assert_eq!(parts, own.collect(), "{kind}");
        let places: Vec<_> = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["sequence"].as_i64())
            .collect();
        let stands = detail["record"]["sequence"].as_i64().unwrap();
        assert_eq!(places, (1..=stands).collect::<Vec<_>>(), "{kind}: each change once, in order");
        let people = leadmill(&it, &["show", &subject::plural(kind), &id]).await;
        assert!(people.success, "{}", people.err);
        is_narrow(&people.out);
    }
    let invoice = it.texts("SELECT number FROM invoice WHERE state = 'paid'").await.remove(0);
    let detail = shown(&it, "invoice", &invoice).await;
    let named = "SELECT ARRAY[o.number, q.number || ' revision 0', p.name, a.name]::text
                 FROM invoice AS i JOIN sales_order AS o ON o.id = i.sales_order
                 JOIN quote AS q ON q.id = i.quote JOIN opportunity AS p ON p.id = i.opportunity
                 JOIN account AS a ON a.id = i.account WHERE i.state = 'paid'";
    let named = it.texts(named).await.remove(0);
    for column in ["sales_order", "quote", "opportunity", "account"] {
        let label = label_of(&detail, column);
        assert!(named.contains(label), "{column}: {label} is not in {named}");
    }
    assert_eq!(detail["parts"]["payment"][0]["reference"], "bank-1");
    let amount = detail["parts"]["payment"][0]["amount"].as_str().unwrap();
    assert_eq!(
        amount.rsplit_once('.').map(|(_, cents)| cents.len()),
        Some(2),
        "{amount}: as it was said"
    );
    let paid = detail["history"].as_array().unwrap().last().unwrap();
    assert_eq!((&paid["type"], &paid["source"]), (&json!("invoice.paid.v1"), &json!("urn:test")));

    let order = label_of(&detail, "sales_order");
    let order = shown(&it, "order", order).await;
    assert_eq!(order["parts"]["shipment"].as_array().unwrap().len(), 2, "{order}");
    assert!(order["parts"]["shipment"][0]["shipment_line"][0]["quantity"].is_string(), "{order}");
    assert_eq!(order["linked"][0]["label"], json!(invoice));
    let next = order["next"].as_array().unwrap();
    let next: Vec<_> = next.iter().map(|step| step["command"].as_str().unwrap()).collect();
    assert_eq!(next, ["invoice.create.v1"], "it is fulfilled: what is given back can be billed");
}

#[tokio::test]
async fn a_held_input_shows_what_was_read_what_is_in_doubt_and_the_command_that_releases_it() {
    let it = Installation::new().await;
    let workers = it.start(&["intake"], &[]);
    let form = json!({ "name": "Ida Falk", "company": "Falk", "message": "Two machines, please." });
    it.send("intake.web", "application/json", vec![form.to_string().into_bytes()]).await;
    it.until("it is held", "SELECT count(*) = 1 FROM input WHERE verdict = 'held'").await;
    let id = it.texts("SELECT id::text FROM input").await.remove(0);
    let detail = shown(&it, "input", &id).await;
    assert_eq!(detail["record"]["enquiry"]["company"], "Falk", "{detail}");
    assert_eq!(
        detail["next"][0],
        json!({ "command": "input.release.v1", "data": { "input": id } })
    );
    let people = leadmill(&it, &["show", "input", &id]).await.out;
    for about in [
        "The input Falk is held.",
        "enquiry.message",
        "Two machines, please.",
        &format!("leadmill command input.release '{{\"input\": \"{id}\"}}'"),
        &format!("leadmill command input.reject '{{\"input\": \"{id}\", \"reason\": …}}'"),
    ] {
        assert!(people.contains(about), "{about}: {people}");
    }

    // What it says can be done: here with the address that was missing.
    let corrected = json!({ "person": { "emails": ["ida@falk.example"] } });
    it.command("input.release.v1", json!({ "input": id, "enquiry": corrected })).await;
    it.until("it is a lead", "SELECT count(*) = 1 FROM lead").await;
    let detail = shown(&it, "input", &id).await;
    assert_eq!((&detail["state"], &detail["next"]), (&json!("created"), &json!([])), "{detail}");
    assert!(label_of(&detail, "lead").starts_with("L-"), "{detail}");
    workers.stop().await;
}

#[tokio::test]
async fn what_a_reader_was_not_sure_of_is_shown_as_a_doubt() {
    let it = Installation::new().await;
    it.execute(
        "INSERT INTO input (id, sequence, channel, reason, enquiry, verdict)
         VALUES (id_at(now()), 0, 'email', 'Nobody to answer to.',
                 '{\"source\": \"email\", \"certainty\": {\"who\": \"guessed\"}, \"doubts\": [\"Is it Mrs or Mr Falk?\"]}',
                 'held')",
    )
    .await;
    let id = it.texts("SELECT id::text FROM input").await.remove(0);
    let detail = shown(&it, "input", &id).await;
    let doubts = detail["doubts"].as_array().unwrap();
    assert_eq!(doubts[0], "Is it Mrs or Mr Falk?");
    assert!(doubts[1].as_str().unwrap().contains("does not say who asks"), "{detail}");
    let people = leadmill(&it, &["show", "input", &id]).await.out;
    assert!(people.contains("In doubt:\n  Is it Mrs or Mr Falk?"), "{people}");
}

#[tokio::test]
async fn what_is_not_there_is_told_with_where_to_look() {
    let it = Installation::new().await;
    let nobody = uuid::Uuid::nil().to_string();
    for (arguments, says) in [
        (["show", "thing", "1"], "there are inputs, leads"),
        (
            ["show", "lead", "L-1"],
            "No lead has the id or number `L-1`. `leadmill list leads` shows",
        ),
        (["show", "account", "Acme"], "No account has the id `Acme`. `leadmill list accounts`"),
        (["show", "invoice", &nobody], "leadmill trace"),
    ] {
        let answer = leadmill(&it, &arguments).await;
        assert!(!answer.success && answer.err.contains(says), "{arguments:?}: {}", answer.err);
    }
}
