//! Cut, stalled and blocked connections, wrong settings.

use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_fails_the_link_at_once_and_the_batch_in_flight_is_lost() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (proxy, settings) = through_proxy(&bench.settings).await;
    let link = Link::open(&settings, "test").await.expect("a link");
    let mut consumer = link.consume("qualification", 10).await.expect("a consumer");
    let publisher = link.publisher();
    publisher.publish([message("lead.captured.v1", 1)]).await.expect("confirmed");
    let held = take(&mut consumer, 1).await;
    proxy.stall();
    let in_flight =
        tokio::spawn(async move { publisher.publish([message("lead.captured.v1", 2)]).await });
    proxy.cut();
    timeout(PATIENCE, link.failed().cancelled()).await.expect("the link failed");
    let lost = timeout(PATIENCE, in_flight).await.expect("in time").expect("no panic");
    assert!(matches!(lost, Err(PublishError::Lost(_))), "{lost:?}");
    assert!(link.failure().expect("a reason").ends_with('.'), "{:?}", link.failure());
    assert!(consumer.next_batch(1).await.is_none());
    assert!(Receipt::of(&held).acknowledge().await.is_err());
    let late = link.publisher().publish([message("lead.captured.v1", 3)]).await;
    assert!(matches!(late, Err(PublishError::Lost(_))), "{late:?}");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_of_deliveries_that_the_sender_wrote_counts_for_nothing() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let url = broker_url();
    let connection = Connection::connect(&url, ConnectionProperties::default()).await;
    let connection = connection.expect("a connection");
    let channel = connection.create_channel().await.expect("a channel");
    let mut headers = FieldTable::default();
    headers.insert("x-delivery-count".into(), AMQPValue::LongLongInt(25));
    let properties = BasicProperties::default().with_headers(headers);
    let queue = format!("{}qualification", bench.settings.prefix).into();
    let options = BasicPublishOptions::default();
    let sent = channel.basic_publish("".into(), queue, options, b"{}", properties).await;
    sent.expect("sent").await.expect("taken");
    connection.close(200, "done".into()).await.expect("closed");
    for expected in [0, 1] {
        let link = bench.link().await;
        let mut consumer = link.consume("qualification", 1).await.expect("a consumer");
        let taken = take(&mut consumer, 1).await;
        assert_eq!(taken[0].delivery_count, expected);
        assert!(link.close().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_broker_is_noticed_by_its_heartbeat() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (proxy, mut settings) = through_proxy(&bench.settings).await;
    settings.heartbeat_s = 1;
    let link = Link::open(&settings, "test").await.expect("a link");
    proxy.stall();
    timeout(PATIENCE, link.failed().cancelled()).await.expect("the link failed");
    assert!(link.failure().is_some());
    assert!(timeout(PATIENCE, link.close()).await.expect("bounded"), "closed hard");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_confirm_ends_the_link() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (proxy, mut settings) = through_proxy(&bench.settings).await;
    settings.heartbeat_s = 30;
    settings.confirm_timeout_s = 1;
    let link = Link::open(&settings, "test").await.expect("a link");
    proxy.stall();
    let published = link.publisher().publish([message("lead.captured.v1", 1)]).await;
    let why = "The broker did not confirm messages within 1 s.";
    assert_eq!(published, Err(PublishError::Lost(why.to_owned())));
    assert_eq!(link.failure().as_deref(), Some(why));
    assert!(timeout(PATIENCE, link.close()).await.expect("bounded"), "closed hard");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_connection_makes_publishing_wait_beyond_the_confirm_timeout() {
    // Frames of class 10 (connection), methods 60 (blocked, with a reason) and 61 (unblocked).
    const BLOCKED: &[u8] = b"\x01\0\0\0\0\0\x08\0\x0a\0\x3c\x03mem\xce";
    const UNBLOCKED: &[u8] = b"\x01\0\0\0\0\0\x04\0\x0a\0\x3d\xce";
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (proxy, mut settings) = through_proxy(&bench.settings).await;
    settings.heartbeat_s = 30;
    settings.confirm_timeout_s = 1;
    let link = Link::open(&settings, "test").await.expect("a link");
    proxy.inject(BLOCKED);
    until(|| link.blocked()).await;
    let publisher = link.publisher();
    let began = Instant::now();
    let waiting =
        tokio::spawn(async move { publisher.publish([message("lead.captured.v1", 1)]).await });
    until(|| began.elapsed() > Duration::from_millis(2_500)).await;
    assert!(!waiting.is_finished(), "publishing waits for the broker");
    assert_eq!(link.failure(), None);
    proxy.inject(UNBLOCKED);
    let published = timeout(PATIENCE, waiting).await.expect("in time").expect("no panic");
    published.expect("confirmed after the block");
    assert!(!link.blocked());
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cut_the_next_generation_goes_on_consuming() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (proxy, settings) = through_proxy(&bench.settings).await;
    let direct = bench.link().await;
    direct.publisher().publish(batch("lead.captured.v1", 0..10)).await.expect("confirmed");
    let stop = CancellationToken::new();
    let (proxy, direct) = (&proxy, &direct);
    let mut generation = 0;
    let work = reconnecting(&settings, "test", stop.clone(), |link: Link| {
        generation += 1;
        let generation = generation;
        async move {
            let mut consumer = link.consume("qualification", 20).await.expect("a consumer");
            let first = take(&mut consumer, 10).await;
            if generation == 1 {
                proxy.refuse();
                assert!(consumer.next_batch(1).await.is_none());
                proxy.resume();
                return ControlFlow::Continue(());
            }
            assert!(first.iter().all(|message| message.delivery_count == 1));
            Receipt::of(&first).acknowledge().await.expect("acknowledged");
            let more = direct.publisher().publish(batch("lead.captured.v1", 10..20)).await;
            more.expect("confirmed");
            let more = take(&mut consumer, 10).await;
            assert_eq!(ids(&more), numbers(10..20));
            ControlFlow::Break(generation)
        }
    });
    let last = timeout(PATIENCE, work).await.expect("in time");
    assert_eq!(last, Some(2));
    let nothing = CancellationToken::new();
    nothing.cancel();
    let stopped =
        reconnecting(&settings, "test", nothing, |_| async { ControlFlow::Break("never run") });
    assert_eq!(stopped.await, None);
    assert!(direct.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_waits_in_vain_ends_the_link_and_one_without_messages_does_not() {
    let bench = Bench::with(vec![worker("qualification"), worker("quoting")]).await;
    let mut settings = bench.settings.clone();
    settings.stuck_after_s = 1;
    let link = Link::open(&settings, "test").await.expect("a link");
    // A broker that has forgotten a channel looks like one whose prefetch is used up.
    let mut idle = link.consume("quoting", 10).await.expect("a consumer");
    let mut stuck = link.consume("qualification", 1).await.expect("a consumer");
    link.publisher().publish([message("lead.captured.v1", 1)]).await.expect("confirmed");
    let held = take(&mut stuck, 1).await;
    Receipt::of(&take(&mut idle, 1).await).acknowledge().await.expect("acknowledged");
    let quiet = timeout(Duration::from_secs(3), stuck.next_batch(1)).await;
    assert!(quiet.is_err(), "nothing waits, so nobody is stuck: {:?}", link.failure());
    link.publisher().publish([message("lead.captured.v1", 2)]).await.expect("confirmed");
    Receipt::of(&take(&mut idle, 1).await).acknowledge().await.expect("acknowledged");
    let ended = timeout(PATIENCE, async { tokio::join!(stuck.next_batch(1), idle.next_batch(1)) });
    assert!(matches!(ended.await.expect("in time"), (None, None)));
    let why = format!(
        "Messages lie in queue `{}qualification`, but its consumer got none for 1 s.",
        settings.prefix
    );
    assert_eq!(link.failure(), Some(why));
    assert!(Receipt::of(&held).acknowledge().await.is_err());
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_old_enough_says_so_and_works_on() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let mut settings = bench.settings.clone();
    settings.link_lifetime_s = 1;
    let link = Link::open(&settings, "test").await.expect("a link");
    timeout(PATIENCE, link.retiring().cancelled()).await.expect("in time");
    assert_eq!(link.failure(), None);
    link.publisher().publish([message("lead.captured.v1", 1)]).await.expect("confirmed");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_loses_a_node_goes_on_with_another() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (one, first) = through_proxy(&bench.settings).await;
    let (two, second) = through_proxy(&bench.settings).await;
    let urls = [&first, &second].map(|settings| settings.url.expose_secret().to_owned());
    let both = BrokerSettings { url: urls.join(",").into(), ..first };
    let ports = [&one, &two].map(|proxy| format!("127.0.0.1:{}", proxy.port()));
    assert_eq!(both.address(), ports.join(", "));
    for (gone, left) in [(&one, &ports[1]), (&two, &ports[0])] {
        gone.refuse();
        // Whichever it begins with.
        for _ in 0..4 {
            let link = Link::open(&both, "test").await.expect("the other node");
            assert_eq!(&link.address(), left);
            assert!(link.close().await);
        }
        bench.topology.check(&both).await.expect("asked of the other node");
        gone.resume();
    }
    one.refuse();
    two.refuse();
    let error = open_error(&both).await.to_string();
    assert!(error.contains(&ports[0]), "the first is named, not a random one: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_only_dropped_gives_its_messages_back() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    link.publisher().publish(batch("lead.captured.v1", 0..5)).await.expect("confirmed");
    let mut consumer = link.consume("qualification", 10).await.expect("a consumer");
    let held = take(&mut consumer, 5).await;
    drop(link);
    let next = bench.link().await;
    let mut fresh = next.consume("qualification", 10).await.expect("a consumer");
    assert_eq!(take(&mut fresh, 5).await.len(), held.len());
    assert!(consumer.next_batch(1).await.is_none());
    assert!(next.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_lead_nowhere_are_named_within_bounded_time() {
    let mut settings = settings();
    settings.connect_timeout_s = 20;
    let url = broker_url();
    let (login, rest) = url.split_once('@').expect("user and password in the address");
    let host = rest.split('/').next().unwrap_or(rest);

    settings.url = format!("amqp://guest:wrong-word@{host}").into();
    let error = open_error(&settings).await;
    assert!(matches!(error, LinkError::Credentials { .. }), "{error}");
    assert!(error.to_string().contains("user `guest`"), "{error}");
    assert!(!error.to_string().contains("wrong-word"), "{error}");

    settings.url = format!("{login}@{host}/no-such-place").into();
    let error = open_error(&settings).await;
    assert!(matches!(error, LinkError::Vhost { .. }), "{error}");
    assert!(error.to_string().contains("`no-such-place`"), "{error}");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = closed.local_addr().expect("its address").port();
    drop(closed);
    settings.url = format!("amqp://guest:guest@127.0.0.1:{port}").into();
    let error = open_error(&settings).await;
    assert!(matches!(error, LinkError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");

    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = other.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = other.accept().await {
            let page = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut socket, page).await.expect("an answer");
            let mut end = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut end).await.ok();
        }
    });
    settings.url = format!("amqp://guest:guest@127.0.0.1:{port}").into();
    let error = open_error(&settings).await;
    assert!(error.to_string().contains("does not speak AMQP 0-9-1"), "{error}");

    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("its address").port();
    settings.url = format!("amqp://guest:guest@127.0.0.1:{port}").into();
    settings.connect_timeout_s = 1;
    let began = Instant::now();
    let error = open_error(&settings).await;
    assert!(error.to_string().contains("did not answer within 1 s"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_that_time_out_leave_neither_threads_nor_sockets() {
    let mut settings = settings();
    settings.connect_timeout_s = 1;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("its address").port();
    settings.url = format!("amqp://guest:guest@127.0.0.1:{port}").into();
    open_error(&settings).await;
    silent.set_nonblocking(true).expect("non-blocking");
    let mut tries = Vec::new();
    while let Ok((socket, _)) = silent.accept() {
        tries.push(socket);
    }
    assert!(!tries.is_empty(), "somebody tried to connect");
    for socket in tries {
        let socket = tokio::net::TcpStream::from_std({
            socket.set_nonblocking(true).expect("non-blocking");
            socket
        });
        let mut socket = socket.expect("a socket");
        let mut bytes = Vec::new();
        let end = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut bytes);
        timeout(PATIENCE, end).await.expect("the client closed its socket").expect("cleanly");
    }
}

async fn open_error(settings: &BrokerSettings) -> LinkError {
    let opened = timeout(PATIENCE, Link::open(settings, "test")).await.expect("bounded");
    opened.err().expect("settings that lead nowhere")
}
