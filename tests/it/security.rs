//! TLS with certificates on both sides, the few rights of each role and user, and passwords that
//! nobody ever sees.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use leadmill::messaging::{
    COMMANDS, DEAD, Delay, Link, Outgoing, PublishError, REPLAY, from, said_by, way_back,
};
use leadmill::settings::Sources;
use leadmill::store::{self, Connection};
use leadmill::workers;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::installation::{command, demo_catalog, form, raw};

mod authority;
mod breakout;
mod passwords;
mod private;
mod tables;

use authority::Authority;
use private::{Private, full, link, names, text};

/// `invalid_authorization_specification`: no rule of `pg_hba.conf` admits such a connection.
const NO_RULE: &str = "28000";
/// `invalid_password`, which PostgreSQL also says to the certificate of another role.
const NOT_YOU: &str = "28P01";

/// One test, because servers with TLS take half a minute to start: under these roles and users,
/// over TLS with certificates on both sides, a web form becomes an invoice; and none can do more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_becomes_an_invoice_with_every_worker_under_its_own_role_and_none_can_do_more() {
    let it = Private::start().await;
    it.grant();
    let keepers = workers::NAMES.into_iter().chain(["clock"]);
    // Everything is logged, for the hunt for passwords below.
    let running: Vec<_> = keepers.map(|name| (name, it.run(name, "trace"))).collect();
    pipeline(&it).await;
    no_statement_waits_for_an_acknowledgement(&it).await;
    operators(&it);
    tables::are_closed(&it).await;
    exchanges_are_closed(&it).await;
    privacy(&it).await;
    connections_need_tls_and_a_certificate(&it).await;
    for (name, running) in running {
        let log = running.stop();
        for secret in names().into_iter().map(|name| it.password(name)) {
            assert!(!log.contains(&secret), "the log of {name} has a password");
        }
        let left = log.contains("are left to `leadmill run clock`");
        assert_eq!(left, name != "clock", "{name} keeps timers only if it is the clock");
        assert!(!log.contains("permission denied"), "{name} wants more than it may");
    }
    breakout::no_header_leads_anywhere_else(&it).await;
}

/// By the web form of a customer, through all workers, to the queue of the billing system.
async fn pipeline(it: &Private) {
    let send = |kind: &'static str, message: Outgoing| async move {
        let link = link(&it.settings(kind)).await.unwrap();
        let message = Outgoing { exchange: from(kind), ..message };
        link.publisher().publish(vec![message]).await.unwrap();
        assert!(link.close().await);
    };
    for (changes, (ty, data)) in (1..).zip(demo_catalog()) {
        send("catalog", command(ty, ty, &data)).await;
        it.until("the catalog is there", &format!("SELECT sequence = {changes} FROM catalog"))
            .await;
    }
    send("web", raw("intake.web", "application/json", form(1))).await;
    it.until("a quote is active", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let mut owner = store::connect(&it.owner.database, "leadmill test").await.unwrap();
    let quote = one(&mut owner, "SELECT id::text FROM quote").await;
    send("shop", command("accept", "quote.accept.v1", &json!({ "quote": quote }))).await;
    it.until("an order is there", "SELECT count(*) = 1 FROM sales_order").await;
    // Ordering may not read what quoting said, and yet the order belongs to the same pipeline.
    it.until(
        "one pipeline",
        "SELECT count(DISTINCT correlation) = 1 FROM event
              WHERE type IN ('lead.captured.v1', 'quote.activated.v1', 'order.created.v1')",
    )
    .await;
    // A shipment before its order is known waits in a delay queue and comes back.
    let order = one(&mut owner, "SELECT id::text FROM sales_order").await;
    let line = one(&mut owner, "SELECT id::text FROM order_line").await;
    let lines = json!([{ "line": line, "quantity": "2" }]);
    let ship = json!({ "order": order, "reference": "S-1", "lines": lines });
    send("warehouse", command("ship", "order.ship.v1", &ship)).await;
    let early = json!({ "quote": uuid::Uuid::now_v7() });
    send("shop", command("early", "quote.accept.v1", &early)).await;
    it.until("an invoice is issued", "SELECT count(*) = 1 FROM invoice").await;
    it.until("all is published", "SELECT count(*) = 0 FROM batch WHERE published_at IS NULL").await;
    it.until(
        "what waited was refused in the end",
        "SELECT count(*) = 1 FROM refusal WHERE attempt > 1",
    )
    .await;
    // What the clock is for: a timer that is due closes the quote of another customer.
    send("web", raw("intake.web", "application/json", form(2))).await;
    it.until("a second quote", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    sqlx::raw_sql("UPDATE schedule SET due_at = now() - interval '1 hour'")
        .execute(&mut owner)
        .await
        .unwrap();
    it.until("the clock has spoken", "SELECT count(*) = 2 FROM event WHERE worker = 'clock'").await;

    let billing = link(&it.settings("billing")).await.unwrap();
    let mut consumer = billing.consume(workers::OUT_BILLING, 10).await.unwrap();
    let invoice = consumer.next_batch(1).await.unwrap().remove(0);
    assert_eq!(invoice.kind.as_deref(), Some("leadmill.invoice.issued.v1"));
    assert!(billing.close().await);
}

/// A statement of several TLS records takes its work and no delayed acknowledgement, which is 40 ms
/// for each of them where Nagle's algorithm holds back the end of a record.
async fn no_statement_waits_for_an_acknowledgement(it: &Private) {
    let mut session = it.session("intake").await;
    let texts = vec!["x".repeat(600); 64];
    let mut fastest = Duration::MAX;
    for _ in 0..20 {
        let begun = Instant::now();
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM unnest($1::text[])");
        assert_eq!(count.bind(&texts).fetch_one(&mut session).await.unwrap(), 64);
        fastest = fastest.min(begun.elapsed());
    }
    assert!(fastest < Duration::from_millis(20), "the fastest of 20 took {fastest:?}");
}

/// What people look at, under the operators' role; it changes nothing but what is parked.
fn operators(it: &Private) {
    let operator = it.environment("operator");
    let audit = text(&it.leadmill(&["audit"], &operator));
    assert!(audit.contains("invoice"), "{audit}");
    for verb in [
        &["status"][..],
        &["parked", "list"],
        &["trace", "INV-2026-000001"],
        &["trace", "--customer", "INV-2026-000001"],
        &["show", "invoice", "INV-2026-000001"],
        &["list", "invoices", "--customer", "INV-2026-000001"],
    ] {
        // The year of the number is today's.
        let year = chrono::Utc::now().format("INV-%Y-000001").to_string();
        let verb: Vec<_> =
            verb.iter().map(|w| if w.starts_with("INV") { year.as_str() } else { w }).collect();
        it.leadmill(&verb, &operator);
    }
    let check = it.leadmill(&["check-config"], &operator);
    let shown = format!("{}{}", text(&check), String::from_utf8_lossy(&check.stderr));
    assert!(shown.contains("tls: Required") && !shown.contains("planted-"), "{shown}");
}

/// A user publishes what its worker says and nothing else, on every way there is.
async fn exchanges_are_closed(it: &Private) {
    let message = |exchange: &str, key: &str| Outgoing {
        exchange: exchange.to_owned(),
        mandatory: false,
        ..raw(key, "application/json", b"{}".to_vec())
    };
    let wait = |worker: &str| Delay::Seconds2.exchange(worker);
    let own = said_by("qualification");
    let refused = [
        ("qualification", message(&own, "invoice.issued.v1")),
        ("qualification", message(&said_by("invoicing"), "invoice.issued.v1")),
        ("qualification", message(COMMANDS, "quote.accept.v1")),
        ("qualification", message(&wait("ordering"), "ordering")),
        ("qualification", message(&way_back("qualification"), "qualification")),
        ("qualification", message("", workers::OUT_BILLING)),
        ("qualification", message(REPLAY, workers::OUT_BILLING)),
        ("qualification", message(DEAD, "")),
        ("intake", message(&own, "lead.qualified.v1")),
        ("clock", message(&said_by("clock"), "quote.accept.v1")),
        ("clock", message(COMMANDS, "quote.accept.v1")),
        ("web", message("", "intake.web")),
        ("web", message(COMMANDS, "payment.received.v1")),
        ("web", message(&from("bank"), "payment.received.v1")),
        ("billing", message(&said_by("invoicing"), "invoice.paid.v1")),
        ("consumer_till", message(&said_by("quoting"), "quote.closed.v1")),
        ("operator", message("", "invoicing")),
        ("operator", message(DEAD, "")),
        ("operator", message(COMMANDS, "input.row.v1")),
    ];
    for (user, message) in refused {
        let settings = it.settings(user);
        let link = link(&settings).await.unwrap();
        let what = format!("{user}: `{}` to `{}`", message.routing_key, message.exchange);
        let published = link.publisher().publish(vec![message]).await;
        assert!(matches!(published, Err(PublishError::Lost(_))), "{what}: {published:?}");
        let why = link.failure().unwrap_or_else(|| format!("{published:?}"));
        assert!(why.contains("ACCESS_REFUSED"), "{what}: {why}");
        assert!(link.close().await);
    }
    let link = link(&it.settings("qualification")).await.unwrap();
    link.publisher().publish(vec![message(&own, "lead.qualified.v1")]).await.unwrap();
    link.publisher().publish(vec![message(&wait("qualification"), "qualification")]).await.unwrap();
    assert!(link.close().await);
    for (user, queue) in
        [("qualification", "intake.web"), ("billing", "out.till"), ("consumer_till", "out.billing")]
    {
        let link = open(it, user).await;
        assert!(link.consume(queue, 1).await.is_err(), "{user} consumes {queue}");
        let _ = link.close().await;
    }
}

/// What people wrote about themselves is nulled, and nothing else is touched.
async fn privacy(it: &Private) {
    let mut owner = store::connect(&it.owner.database, "leadmill test").await.unwrap();
    let input = one(&mut owner, "SELECT id::text FROM input ORDER BY id LIMIT 1").await;
    let mut privacy = it.session("privacy").await;
    let erased = one(&mut privacy, &format!("SELECT erase_raw('{input}')::text")).await;
    assert_eq!(erased, "2", "one piece of bytes, one row of headers");
    let left = format!("SELECT count(bytes)::text FROM input_chunk WHERE input = '{input}'");
    assert_eq!(one(&mut owner, &left).await, "0");
    let others =
        "SELECT count(bytes)::text FROM input_chunk JOIN input ON input.id = input_chunk.input";
    assert_eq!(one(&mut owner, others).await, "1");
}

async fn connections_need_tls_and_a_certificate(it: &Private) {
    let mut variables: BTreeMap<_, _> = it.environment("intake").into_iter().collect();
    let settings = |variables: &BTreeMap<String, String>| {
        let variables = variables.clone().into_iter().collect();
        Sources { file: None, variables }.settings()
    };
    // Without TLS the server has no rule that admits it, and before that our own settings say no.
    let mut plain = variables.clone();
    for (name, value) in &mut plain {
        if name.ends_with("__URL") {
            let port = it.owner.broker.address().rsplit_once(':').unwrap().1.to_owned();
            let broker = format!("amqp://{}@localhost:{port}", full("intake"));
            *value = if value.starts_with("amqps") {
                broker
            } else {
                format!("{value}?sslmode=disable")
            };
        }
    }
    let problems = settings(&plain).unwrap_err().to_string();
    assert!(problems.contains("write amqps://"), "{problems}");
    assert!(problems.contains("write sslmode=verify-full"), "{problems}");
    plain.retain(|name, _| !name.ends_with("__TLS"));
    let open = settings(&plain).unwrap();
    let refused = store::connect(&open.database, "leadmill test").await.unwrap_err();
    assert_eq!(refused.trouble().code().as_deref(), Some(NO_RULE), "{refused}");

    // A certificate of another role does not do, nor none at all, nor another authority's server.
    let other = it.authority.client(&full("quoting"));
    let mut stolen = variables.clone();
    stolen.insert(
        "LEADMILL_DATABASE__CERTIFICATE_FILE".into(),
        other.certificate.display().to_string(),
    );
    stolen.insert("LEADMILL_DATABASE__KEY_FILE".into(), other.key.display().to_string());
    let refused = store::connect(&settings(&stolen).unwrap().database, "leadmill test").await;
    assert_eq!(refused.unwrap_err().trouble().code().as_deref(), Some(NOT_YOU));
    variables.retain(|name, _| !name.ends_with("CERTIFICATE_FILE") && !name.ends_with("KEY_FILE"));
    let nobody = settings(&variables).unwrap();
    assert!(store::connect(&nobody.database, "leadmill test").await.is_err());
    assert!(link(&nobody).await.is_err(), "the broker asks for a certificate");

    let folder = std::env::temp_dir().join(format!("leadmill-stranger-{}", std::process::id()));
    let stranger = Authority::new(&folder, "stranger").file().display().to_string();
    variables = it.environment("intake").into_iter().collect();
    for section in ["DATABASE", "BROKER"] {
        variables.insert(format!("LEADMILL_{section}__CA_FILE"), stranger.clone());
    }
    let deceived = settings(&variables).unwrap();
    let refused = link(&deceived).await.err().unwrap().to_string();
    assert!(refused.contains("The encrypted connection to the broker"), "{refused}");
    let refused =
        store::connect(&deceived.database, "leadmill test").await.unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    std::fs::remove_dir_all(folder).unwrap();
}

async fn open(it: &Private, user: &str) -> Link {
    link(&it.settings(user)).await.unwrap()
}

async fn one(conn: &mut Connection, query: &str) -> String {
    let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(query.to_owned()));
    query.fetch_one(conn).await.unwrap()
}
