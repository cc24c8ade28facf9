//! The messaging layer against the real broker. Every test has a prefix of its own and deletes
//! what it declared. `LEADMILL_BROKER__URL` names another broker than the local one.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use leadmill::credentials::Tls;
use leadmill::messaging::*;
use leadmill_lab::Proxy;
use secrecy::ExposeSecret;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// No wait for a condition may take longer; generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A topology on the real broker under a prefix of its own.
struct Bench {
    settings: BrokerSettings,
    topology: Topology,
}

impl Bench {
    /// These queues only; enough for most tests, and quick.
    async fn with(queues: Vec<Queue>) -> Self {
        Self::declare(Topology::standard().sayer("intake").outward(queues)).await
    }

    async fn declare(topology: Topology) -> Self {
        let bench = Self { settings: settings(), topology };
        bench.topology.declare(&bench.settings).await.expect("the topology is declared");
        bench
    }

    async fn link(&self) -> Link {
        Link::open(&self.settings, "test").await.expect("a link")
    }
}

/// Also after a failed test; on a thread of its own, because dropping cannot wait.
impl Drop for Bench {
    fn drop(&mut self) {
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let deleted =
                    runtime.expect("a runtime").block_on(self.topology.delete(&self.settings));
                if let Err(error) = deleted {
                    eprintln!("The queues of this test stay behind: {error}");
                }
            });
        });
    }
}

fn broker_url() -> String {
    std::env::var("LEADMILL_BROKER__URL")
        .unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".to_owned())
}

fn settings() -> BrokerSettings {
    let mut random = fastrand::Rng::new();
    let prefix: String = (0..10).map(|_| random.lowercase()).collect();
    BrokerSettings {
        url: broker_url().into(),
        prefix: format!("test-{prefix}."),
        connect_timeout_s: 10,
        confirm_timeout_s: 30,
        heartbeat_s: 8,
        stuck_after_s: 60,
        link_lifetime_s: 1_800,
        tls: Tls::Optional,
        password_file: None,
        ca_file: None,
        certificate_file: None,
        key_file: None,
    }
}

/// The same broker, by way of a proxy.
async fn through_proxy(settings: &BrokerSettings) -> (Proxy, BrokerSettings) {
    let url = broker_url();
    let (user, rest) = url.split_once('@').expect("user and password in the address");
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let proxy = Proxy::start(host).await.unwrap();
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    let url = format!("{user}@127.0.0.1:{}{path}", proxy.port());
    (proxy, BrokerSettings { url: url.into(), ..settings.clone() })
}

fn message(routing_key: &str, id: impl ToString) -> Outgoing {
    Outgoing {
        exchange: said_by("intake"),
        routing_key: routing_key.to_owned(),
        body: br#"{"a":1}"#.as_slice().into(),
        content_type: "application/cloudevents+json".to_owned(),
        message_id: id.to_string(),
        kind: "leadmill.lead.captured.v1".to_owned(),
        correlation_id: Some("c-1".to_owned()),
        app_id: "leadmill".to_owned(),
        timestamp: 1_700_000_000,
        headers: vec![("traceparent".to_owned(), "00-ab-cd-01".to_owned())],
        mandatory: true,
    }
}

fn batch(routing_key: &str, ids: std::ops::Range<usize>) -> Vec<Outgoing> {
    ids.map(|id| message(routing_key, id)).collect()
}

/// Consumes until `count` messages came.
async fn take(consumer: &mut Consumer, count: usize) -> Vec<Delivered> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let more = timeout(PATIENCE, consumer.next_batch(count - taken.len())).await;
        taken.extend(more.expect("messages in time").expect("a living link"));
    }
    taken
}

fn ids(batch: &[Delivered]) -> Vec<String> {
    batch.iter().map(|message| message.message_id.clone().expect("an id")).collect()
}

fn numbers(ids: std::ops::Range<usize>) -> Vec<String> {
    ids.map(|id| id.to_string()).collect()
}

async fn until(condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait).await.expect("the condition holds in time");
}

fn worker(name: &str) -> Queue {
    Queue::worked(name).hears(&said_by("intake"), "lead.#")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_confirmed_arrives_in_order_with_all_its_properties() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    let (first, second) = (link.publisher(), link.publisher());
    let began = Instant::now();
    let (a, b) = tokio::join!(
        first.publish(batch("lead.captured.v1", 0..5_000)),
        second.publish(batch("lead.captured.v1", 5_000..5_200)),
    );
    a.expect("the first batch is confirmed");
    b.expect("the second batch is confirmed");
    println!("5,200 messages confirmed in {:?}", began.elapsed());

    let mut consumer = link.consume("qualification", 768).await.expect("a consumer");
    let began = Instant::now();
    let mut arrived = Vec::new();
    while arrived.len() < 5_200 {
        let batch = timeout(PATIENCE, consumer.next_batch(256)).await.expect("in time");
        let batch = batch.expect("a living link");
        assert!((1..=256).contains(&batch.len()));
        Receipt::of(&batch).acknowledge().await.expect("acknowledged");
        arrived.extend(batch);
    }
    println!("5,200 messages consumed in {:?}", began.elapsed());
    assert_eq!(ids(&arrived), numbers(0..5_200));

    let one = &arrived[0];
    assert_eq!(one.queue, "qualification");
    assert_eq!(one.exchange, said_by("intake"));
    assert_eq!(one.routing_key, "lead.captured.v1");
    assert_eq!(*one.body, *br#"{"a":1}"#);
    assert_eq!(one.content_type.as_deref(), Some("application/cloudevents+json"));
    assert_eq!(one.kind.as_deref(), Some("leadmill.lead.captured.v1"));
    assert_eq!(one.correlation_id.as_deref(), Some("c-1"));
    assert_eq!(one.app_id.as_deref(), Some("leadmill"));
    assert_eq!(one.timestamp, Some(1_700_000_000));
    assert_eq!(one.headers["traceparent"], "00-ab-cd-01");
    assert_eq!((one.redelivered, one.delivery_count), (false, 0));
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raw_input_reaches_its_queue_by_name_and_an_empty_batch_needs_no_broker() {
    let bench = Bench::with(vec![worker("intake.email")]).await;
    let link = bench.link().await;
    let publisher = link.publisher();
    let input = Outgoing { exchange: String::new(), ..message("intake.email", "mail-1") };
    publisher.publish([input]).await.expect("confirmed");
    let mut consumer = link.consume("intake.email", 10).await.expect("a consumer");
    let arrived = take(&mut consumer, 1).await;
    assert_eq!(
        (arrived[0].exchange.as_str(), arrived[0].routing_key.as_str()),
        ("", "intake.email")
    );
    assert!(link.close().await);
    publisher.publish([]).await.expect("nothing to do");
    let lost = publisher.publish([message("lead.captured.v1", 1)]).await;
    assert!(matches!(lost, Err(PublishError::Lost(_))), "{lost:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unroutable_message_fails_its_batch_by_name_and_no_other_batch() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    let publisher = link.publisher();
    let mut spoiled = batch("lead.captured.v1", 0..300);
    spoiled[150] = message("nobody.hears.this", "lost-one");
    let unheard = Outgoing { mandatory: false, ..message("nobody.hears.this", "not-missed") };
    let (before, result, after) = tokio::join!(
        publisher.publish(batch("lead.captured.v1", 300..400)),
        publisher.publish(spoiled),
        publisher.publish([unheard]),
    );
    before.expect("the batch before is fine");
    after.expect("what need not be heard is fine");
    let returned = PublishError::Returned {
        exchange: said_by("intake"),
        routing_key: "nobody.hears.this".to_owned(),
        message_id: "lost-one".to_owned(),
    };
    assert_eq!(result, Err(returned.clone()));
    assert!(returned.to_string().contains("`lost-one`"), "{returned}");
    publisher.publish(batch("lead.captured.v1", 400..410)).await.expect("the link lives on");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_refuses_and_takes_again_on_the_same_link_when_it_has_room() {
    let mut queue = worker("qualification");
    queue.length_max = 5;
    let bench = Bench::with(vec![queue]).await;
    let link = bench.link().await;
    let publisher = link.publisher();
    let mut accepted = 0;
    let refused = loop {
        match publisher.publish([message("lead.captured.v1", accepted)]).await {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
        assert!(accepted < 1_000, "a queue of 5 took {accepted} messages");
    };
    assert_eq!(refused, PublishError::Refused);
    let mut consumer = link.consume("qualification", 1_000).await.expect("a consumer");
    let arrived = take(&mut consumer, accepted).await;
    Receipt::of(&arrived).acknowledge().await.expect("acknowledged");
    let again = async {
        while publisher.publish([message("lead.captured.v1", "again")]).await.is_err() {
            assert_eq!(link.failure(), None);
        }
    };
    timeout(PATIENCE, again).await.expect("the queue takes messages again");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_can_never_be_sent_is_refused_before_anything_is() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    let fine = message("lead.captured.v1", "fine");
    let big = Outgoing { body: vec![0; BODY_BYTES_MAX + 1].into(), ..message("lead.x", "big") };
    let long = Outgoing { routing_key: "k".repeat(256), ..message("", "long") };
    let nameless = Outgoing { message_id: String::new(), ..fine.clone() };
    for (bad, word) in [(big, "16777217 bytes"), (long, "routing key"), (nameless, "no id")] {
        let error = link.publisher().publish([fine.clone(), bad]).await.expect_err(word);
        assert!(matches!(error, PublishError::Invalid { .. }), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    let most = Outgoing { body: vec![7; BODY_BYTES_MAX].into(), ..message("lead.x", "most") };
    link.publisher().publish([most]).await.expect("the largest body is confirmed");
    let mut consumer = link.consume("qualification", 10).await.expect("a consumer");
    let arrived = take(&mut consumer, 1).await;
    assert_eq!(ids(&arrived), ["most"], "nothing else was sent");
    assert_eq!(arrived[0].body.len(), BODY_BYTES_MAX);
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_acknowledges_its_batch_and_no_more_and_the_rest_comes_back() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    link.publisher().publish(batch("lead.captured.v1", 0..30)).await.expect("confirmed");
    let mut consumer = link.consume("qualification", 30).await.expect("a consumer");
    let first = take(&mut consumer, 10).await;
    let held = take(&mut consumer, 20).await;
    assert_eq!(ids(&held), numbers(10..30));
    Receipt::of(&first).acknowledge().await.expect("acknowledged");
    assert!(link.close().await);
    let stale = Receipt::of(&held).acknowledge().await;
    assert!(stale.is_err(), "a closed link cannot acknowledge");

    let link = bench.link().await;
    let mut consumer = link.consume("qualification", 30).await.expect("a consumer");
    let mut again = take(&mut consumer, 20).await;
    again.sort_by_key(|message| message.message_id.as_ref().and_then(|id| id.parse::<u32>().ok()));
    assert_eq!(ids(&again), numbers(10..30));
    assert!(again.iter().all(|message| message.redelivered && message.delivery_count == 1));
    Receipt::of(&again).acknowledge().await.expect("acknowledged");
    assert!(link.close().await);
    let depths = bench.topology.depths(&bench.settings).await.expect("depths");
    assert!(depths.iter().all(|queue| queue.waiting == Some((0, 0))), "{depths:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_receipt_covers_messages_of_several_queues() {
    let bench = Bench::with(vec![worker("one"), worker("two")]).await;
    let link = bench.link().await;
    link.publisher().publish(batch("lead.captured.v1", 0..20)).await.expect("confirmed");
    let mut one = link.consume("one", 50).await.expect("a consumer");
    let mut two = link.consume("two", 50).await.expect("a consumer");
    let mut both = take(&mut one, 20).await;
    both.extend(take(&mut two, 20).await);
    Receipt::of(&both).acknowledge().await.expect("acknowledged");
    assert!(link.close().await);
    let depths = bench.topology.depths(&bench.settings).await.expect("depths");
    assert!(depths.iter().all(|queue| queue.waiting == Some((0, 0))), "{depths:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_consumer_gives_what_it_holds_and_then_ends_without_failing() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    link.publisher().publish(batch("lead.captured.v1", 0..5)).await.expect("confirmed");
    let mut consumer = link.consume("qualification", 10).await.expect("a consumer");
    let mut all = take(&mut consumer, 1).await;
    consumer.stop().await.expect("stopped");
    while let Some(more) = timeout(PATIENCE, consumer.next_batch(10)).await.expect("an end") {
        all.extend(more);
    }
    assert_eq!(link.failure(), None);
    Receipt::of(&all).acknowledge().await.expect("acknowledged after stopping");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_gathers_to_its_least_size_and_an_abandoned_one_is_lost_to_nobody() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    let mut consumer = link.consume("qualification", 50).await.expect("a consumer");
    link.publisher().publish(batch("lead.captured.v1", 0..5)).await.expect("confirmed");
    let abandoned = timeout(Duration::from_secs(1), consumer.batch(8..=10)).await;
    assert!(abandoned.is_err(), "five are not eight");
    link.publisher().publish(batch("lead.captured.v1", 5..8)).await.expect("confirmed");
    let gathered = timeout(PATIENCE, consumer.batch(8..=10)).await.expect("in time");
    let gathered = gathered.expect("a living link");
    assert_eq!(ids(&gathered), numbers(0..8));
    link.publisher().publish(batch("lead.captured.v1", 8..11)).await.expect("confirmed");
    let mut rest = take(&mut consumer, 3).await;
    consumer.stop().await.expect("stopped");
    let end = timeout(PATIENCE, consumer.batch(8..=10)).await.expect("in time");
    assert!(end.is_none(), "the end does not wait for more");
    rest.splice(0..0, gathered);
    Receipt::of(&rest).acknowledge().await.expect("acknowledged");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_queue_fails_the_link_that_consumes_it() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    let mut consumer = link.consume("qualification", 10).await.expect("a consumer");
    bench.topology.delete(&bench.settings).await.expect("deleted");
    let ended = timeout(PATIENCE, consumer.next_batch(1)).await.expect("in time");
    assert!(ended.is_none());
    timeout(PATIENCE, link.failed().cancelled()).await.expect("the link failed");
    assert!(link.failure().expect("a reason").contains("`qualification`"));
    let missing = bench.link().await;
    let error = missing.consume("qualification", 10).await.err().expect("no such queue");
    assert_eq!(
        error.to_string(),
        format!(
            "Queue `{}qualification` does not exist on the broker; declare the topology with \
             `leadmill up`.",
            bench.settings.prefix
        )
    );
    assert!(link.close().await && missing.close().await);
}

#[path = "messaging/faults.rs"]
mod faults;
#[path = "messaging/goodbye.rs"]
mod goodbye;
#[path = "messaging/topology.rs"]
mod topology;
