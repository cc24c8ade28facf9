//! What can be seen of a running worker from outside: scraped as Prometheus does, from a real process.

mod traces;

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::installation::{Installation, LOOK_EVERY, PATIENCE, Process, form, raw};
use crate::proxy::proxied;

/// Any free port, and the log line that says which.
const ANYWHERE: [(&str, &str); 2] =
    [("LEADMILL_METRICS__LISTEN", "127.0.0.1:0"), ("LEADMILL_LOG__FILTER", "info")];

/// Where a process answers.
struct Scraped(String);

impl Scraped {
    async fn of(process: &mut Process) -> Self {
        let line = process.says("Metrics and health are at http://").await;
        let address = line.split("http://").nth(1).unwrap();
        Self(address.split('/').next().unwrap().to_owned())
    }

    /// The status and the body of an answer.
    async fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.0).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    async fn until(&self, path: &str, status: u16) {
        self.until_says(path, status, "").await;
    }

    /// Waits for a status with a text in the body.
    async fn until_says(&self, path: &str, status: u16, text: &str) {
        let waiting = tokio::time::Instant::now();
        loop {
            let (now, body) = self.get(path).await;
            if now == status && body.contains(text) {
                return;
            }
            let wanted = format!("{status} with `{text}`");
            assert!(waiting.elapsed() < PATIENCE, "{path} is {now}, not {wanted}: {body}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Every number of `/metrics`, by its name with labels.
    async fn numbers(&self) -> BTreeMap<String, f64> {
        let (status, text) = self.get("/metrics").await;
        assert_eq!(status, 200);
        assert!(text.ends_with("# EOF\n"), "the text is whole");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let number = |line: &str| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        };
        lines.map(number).collect()
    }

    /// Waits until a number is what it must be.
    async fn counted(&self, name: &str, expected: f64) {
        let waiting = tokio::time::Instant::now();
        loop {
            let numbers = self.numbers().await;
            let number = numbers.get(name).copied();
            if number == Some(expected) {
                return;
            }
            assert!(
                waiting.elapsed() < PATIENCE,
                "{name} is {number:?}, not {expected}: {numbers:#?}"
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

#[tokio::test]
async fn a_worker_counts_what_it_receives_decides_repeats_parks_and_delays() {
    let it = Installation::new().await;
    let mut intake = it.start(&["intake"], &ANYWHERE);
    let scraped = Scraped::of(&mut intake).await;
    scraped.until("/ready", 200).await;
    let mut forms: Vec<_> =
        (0..3).map(|n| raw("intake.web", "application/json", form(n))).collect();
    forms.push(forms[0].clone());
    it.publish(forms).await;
    it.send("intake.row", "application/json", vec![b"garbage".to_vec()]).await;
    it.command("input.reject.v1", json!({ "input": uuid::Uuid::now_v7(), "reason": "No." })).await;
    let web = r#"{worker="intake",queue="intake.web"}"#;
    for (name, expected) in [("received", 4.), ("decided", 3.), ("repeated", 1.), ("said", 3.)] {
        scraped.counted(&format!("leadmill_messages_{name}_total{web}"), expected).await;
    }
    let row = r#"{worker="intake",queue="intake.row"}"#;
    scraped.counted(&format!("leadmill_messages_parked_total{row}"), 1.).await;
    // It is unknown: twice it waits, then it is refused.
    let commands = r#"{worker="intake",queue="intake"}"#;
    scraped.counted(&format!("leadmill_messages_delayed_total{commands}"), 1.).await;
    scraped.counted(r#"leadmill_link_generations_total{worker="intake"}"#, 1.).await;
    scraped.counted(r#"leadmill_batches_unpublished{worker="intake"}"#, 0.).await;
    let numbers = scraped.numbers().await;
    let sum = numbers[&format!("leadmill_batch_size_messages_sum{web}")];
    assert_eq!(sum, 4., "the sizes of all batches are all messages");
    for stage in ["commit", "confirm"] {
        let labels = format!(r#"{{worker="intake",queue="intake.web",stage="{stage}"}}"#);
        assert!(numbers[&format!("leadmill_batch_stage_seconds_sum{labels}")] > 0., "{numbers:#?}");
    }
    let (status, _) = scraped.get("/elsewhere").await;
    assert_eq!(status, 404);
    intake.stop().await;
}

#[tokio::test]
async fn a_worker_is_ready_only_with_broker_and_database_and_lives_through_their_loss() {
    let it = Installation::new().await;
    let (broker, broker_url) = proxied(it.settings.broker.url.expose_secret(), 5672).await;
    let (database, database_url) = proxied(it.settings.database.url.expose_secret(), 5432).await;
    let [listen, log] = ANYWHERE;
    let variables = [
        listen,
        log,
        ("LEADMILL_BROKER__URL", &*broker_url),
        ("LEADMILL_DATABASE__URL", &*database_url),
    ];
    let mut intake = it.start(&["intake"], &variables);
    let scraped = Scraped::of(&mut intake).await;
    scraped.until("/ready", 200).await;
    broker.refuse();
    scraped.until_says("/ready", 503, "no connection to RabbitMQ").await;
    scraped.until("/live", 200).await;
    broker.resume();
    scraped.until("/ready", 200).await;
    database.refuse();
    scraped.until_says("/ready", 503, "`intake` has no connection to PostgreSQL.").await;
    scraped.until("/live", 200).await;
    database.resume();
    scraped.until("/ready", 200).await;
    let numbers = scraped.numbers().await;
    assert!(numbers[r#"leadmill_link_generations_total{worker="intake"}"#] >= 2., "{numbers:#?}");
    intake.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_before_any_work_begins() {
    let it = Installation::new().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut intake = it.start(&["intake"], &[("LEADMILL_METRICS__LISTEN", &address)]);
    let line = intake.says("Metrics cannot be given out").await;
    assert!(line.contains(&address) && line.contains("metrics.listen"), "{line}");
    intake.died().await;
}
