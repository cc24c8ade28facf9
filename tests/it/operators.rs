//! The operators' verbs, as the real binary answers them: `status`, `trace` and `parked`.

use std::process::Stdio;

use leadmill::secret::SECRET_SETTING;
use leadmill::servers;
use leadmill::store::DatabaseSettings;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::installation::{Installation, form};

mod consumer;
mod explain;
mod former;
mod hostile;
mod imports;
mod parked;
pub(crate) mod plans;
mod reread;
mod stats;
mod status;
mod trace;

/// What a verb answered.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) success: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Output {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

/// Runs a verb on the database and the broker of an installation.
pub(crate) async fn leadmill(it: &Installation, arguments: &[&str]) -> Output {
    leadmill_on(it, &it.settings.database, arguments).await
}

/// Runs a verb on another database, and the broker of an installation.
pub(crate) async fn leadmill_on(
    it: &Installation,
    database: &DatabaseSettings,
    arguments: &[&str],
) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_leadmill"))
        .args(arguments)
        .env(servers::DATABASE_SETTING, database.url.expose_secret())
        .env(servers::BROKER_SETTING, it.settings.broker.url.expose_secret())
        .env("LEADMILL_BROKER__PREFIX", &it.settings.broker.prefix)
        .env(SECRET_SETTING, it.secret())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    Output {
        success: output.status.success(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A small, whole history, made by the real workers: two deals from the web form to a paid invoice,
/// an import, a rejected mail, a held card, a repeat, and a command whose effect held already.
pub(crate) async fn history() -> Installation {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1), form(2)]).await;
    let bounce = include_bytes!("../data/email/bounce-office365.eml").to_vec();
    it.send("intake.email", "message/rfc822", vec![bounce.clone(), bounce]).await;
    it.send("intake.card", "text/vcard", vec![b"no card at all".to_vec()]).await;
    let table = b"name,email,message\nBea Vague,bea@vague.example,hello\n\
        Carl Vague,carl@vague.example,hello\nDora Vague,dora@vague.example,hello\n";
    it.send("intake.import", "text/csv", vec![table.to_vec()]).await;
    it.until("the quotes stand", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    let quotes = it.texts("SELECT id::text FROM quote ORDER BY id").await;
    for quote in quotes.iter().chain(&quotes[..1]) {
        it.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
    it.until("there are orders", "SELECT count(*) = 2 FROM sales_order").await;
    let lines = "SELECT sales_order || ' ' || id || ' ' || quantity FROM order_line ORDER BY id";
    for line in it.texts(lines).await {
        let [order, line, quantity] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let (whole, _) = quantity.split_once('.').unwrap();
        let rest = whole.parse::<u32>().unwrap() - 1;
        for (reference, quantity) in [("first", 1), ("rest", rest)] {
            let lines = json!([{ "line": line, "quantity": quantity.to_string() }]);
            let data = json!({ "order": order, "reference": reference, "lines": lines });
            it.command("order.ship.v1", data).await;
        }
    }
    it.until("there are invoices", "SELECT count(*) = 2 FROM invoice").await;
    let parts = "SELECT count(*) = 3 FROM input WHERE collection IS NOT NULL";
    it.until("the import is judged", parts).await;
    let invoice = "SELECT id::text || ' ' || total_amount FROM invoice ORDER BY counter LIMIT 1";
    let invoice = it.texts(invoice).await.remove(0);
    let (id, amount) = invoice.split_once(' ').unwrap();
    let payment = json!({
        "invoice": id,
        "reference": "bank-1",
        "amount": amount.trim_end_matches('0').trim_end_matches('.'),
        "currency": "EUR",
        "value_date": "2026-01-02",
    });
    it.command("payment.received.v1", payment).await;
    it.until("it is paid", "SELECT count(*) = 1 FROM invoice WHERE state = 'paid'").await;
    let settled = leadmill(&it, &["audit", "--settled", "--json"]).await;
    assert!(settled.success, "{} {}", settled.out, settled.err);
    workers.stop().await;
    it
}
