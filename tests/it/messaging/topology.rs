//! What is declared, what is checked, and the way through the delay queues and to the dead.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_topology_is_declared_twice_checked_counted_and_deleted() {
    let names = ["intake.email", "intake.web", "intake.import", "intake.card", "intake.row"];
    let workers = ["qualification", "quoting", "ordering", "invoicing", "out.billing"];
    let mut topology = Topology::standard().sayer("intake").worker("intake", names.map(worker));
    for name in &workers[..4] {
        topology = topology.sayer(name).worker(name, [worker(name)]);
    }
    let topology = topology.sender("web").outward([worker("out.billing")]);
    let bench = Bench { settings: settings(), topology };
    let Bench { settings, topology } = &bench;
    let error = topology.check(settings).await.expect_err("nothing is there yet");
    let missing = "are missing); declare the topology with `leadmill up`.";
    assert!(error.to_string().contains(missing), "{error}");

    let began = Instant::now();
    topology.declare(settings).await.expect("declared");
    println!("{} queues declared in {:?}", topology.queues.len(), began.elapsed());
    let began = Instant::now();
    topology.declare(settings).await.expect("declared again");
    println!("declared again in {:?}", began.elapsed());
    let began = Instant::now();
    topology.check(settings).await.expect("all is as described");
    println!("checked in {:?}", began.elapsed());

    let link = Link::open(settings, "test").await.expect("a link");
    link.publisher().publish(batch("lead.captured.v1", 0..3)).await.expect("confirmed");
    let depths = topology.depths(settings).await.expect("depths");
    assert_eq!(depths.len(), topology.queues.len());
    for QueueDepth { name, waiting } in &depths {
        let expected =
            if names.contains(&name.as_str()) || workers.contains(&name.as_str()) { 3 } else { 0 };
        assert_eq!(*waiting, Some((expected, 0)), "{name}");
    }
    assert!(link.close().await);
    let began = Instant::now();
    topology.delete(settings).await.expect("deleted");
    println!("deleted in {:?}", began.elapsed());
    let depths = topology.depths(settings).await.expect("depths of nothing");
    assert!(depths.iter().all(|queue| queue.waiting.is_none()), "{depths:?}");
    topology.delete(settings).await.expect("deleting nothing is fine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_with_other_arguments_are_all_named_with_the_difference() {
    let bench = Bench::with(vec![worker("one"), worker("two"), worker("three")]).await;
    let mut other = bench.topology.clone();
    for queue in &mut other.queues {
        match queue.name.as_str() {
            "one" => queue.length_max = 7,
            "two" => queue.delivery_limit = 3,
            "three" => queue.dead_letter = Some(said_by("intake")),
            _ => {}
        }
    }
    for result in [other.check(&bench.settings).await, other.declare(&bench.settings).await] {
        let error = result.expect_err("the arguments differ");
        let TopologyError::Problems(problems) = &error else { panic!("{error}") };
        assert_eq!(problems.len(), 3, "{error}");
        let text = error.to_string();
        for (queue, argument) in [
            ("one", "inequivalent arg 'x-max-length'"),
            ("two", "inequivalent arg 'x-delivery-limit'"),
            ("three", "inequivalent arg 'x-dead-letter-exchange'"),
        ] {
            let line = text.lines().find(|line| {
                line.starts_with(&format!("Queue `{}{queue}` exists", bench.settings.prefix))
            });
            assert!(line.is_some_and(|line| line.contains(argument)), "{text}");
        }
        assert!(text.contains("received '7'"), "{text}");
        assert!(text.contains("`leadmill up`"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_binding_to_a_missing_exchange_names_the_exchange() {
    let queue = Queue::worked("lonely");
    let topology = Topology { exchanges: Vec::new(), queues: vec![queue] };
    let bench = Bench { settings: settings(), topology };
    let Bench { settings, topology } = &bench;
    let error = topology.declare(settings).await.expect_err("no exchange to bind to");
    assert!(
        error.to_string().contains(&format!("no exchange '{}{REPLAY}'", settings.prefix)),
        "{error}"
    );
}

/// A topology of one worker with two queues.
fn delayed() -> Topology {
    Topology::standard().sayer("intake").worker("one", [worker("one"), worker("two")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_message_returns_to_its_own_queue_only_after_its_time() {
    let bench = Bench::declare(delayed()).await;
    let link = bench.link().await;
    let mut one = link.consume("one", 10).await.expect("a consumer");
    let mut two = link.consume("two", 10).await.expect("a consumer");
    let at_least = Duration::from_secs(2);
    let exchange = Delay::Seconds2.exchange("one");
    let began = Instant::now();
    let first = Outgoing { exchange: exchange.clone(), ..message("two", "first") };
    link.publisher().publish([first]).await.expect("confirmed");
    let back = take(&mut two, 1).await;
    assert!(began.elapsed() >= at_least, "{:?} < {at_least:?}", began.elapsed());
    assert_eq!(ids(&back), ["first"]);
    assert_eq!((back[0].exchange.clone(), back[0].routing_key.as_str()), (way_back("one"), "two"));
    assert!(back[0].headers["x-death"].contains("\"expired\""), "{:?}", back[0].headers);
    assert!(!back[0].headers["x-death"].contains(&bench.settings.prefix));

    // Round again with the whole history copied, as a second attempt does.
    let headers: Vec<_> = back[0].headers.clone().into_iter().collect();
    let again = Outgoing { exchange, headers, ..message("two", "again") };
    link.publisher().publish([again]).await.expect("confirmed");
    let again = take(&mut two, 1).await;
    assert_eq!(ids(&again), ["again"]);
    Receipt::of(back.iter().chain(&again)).acknowledge().await.expect("acknowledged");
    link.publisher().publish([message("lead.captured.v1", "last")]).await.expect("confirmed");
    assert_eq!(ids(&take(&mut one, 1).await), ["last"], "nothing delayed went to the other queue");
    assert!(link.close().await);
}

/// What nobody takes would be handed over again and again, and hold up all behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back_for_no_queue_of_its_worker_is_dead_and_holds_up_nothing_behind_it() {
    const STRANGE: usize = 40;
    let bench = Bench::declare(delayed()).await;
    let link = bench.link().await;
    let exchange = Delay::Seconds2.exchange("one");
    let strange = batch("renamed.since", 0..STRANGE).into_iter();
    let strange = strange.map(|message| Outgoing { exchange: exchange.clone(), ..message });
    link.publisher().publish(strange.collect::<Vec<_>>()).await.expect("confirmed");
    let honest = Outgoing { exchange, ..message("two", "honest") };
    link.publisher().publish([honest]).await.expect("confirmed");
    let mut two = link.consume("two", 10).await.expect("a consumer");
    assert_eq!(ids(&take(&mut two, 1).await), ["honest"]);
    let mut dead = link.consume(DEAD_LETTERS, 100).await.expect("a consumer");
    let mut dead = ids(&take(&mut dead, STRANGE).await);
    dead.sort_by_key(|id| id.parse::<usize>().ok());
    assert_eq!(dead, numbers(0..STRANGE));
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_given_out_too_often_lies_in_the_dead_letter_queue_with_its_history() {
    let mut queue = worker("qualification");
    queue.delivery_limit = 1;
    let bench = Bench::with(vec![queue]).await;
    let link = bench.link().await;
    link.publisher().publish([message("lead.captured.v1", "poison")]).await.expect("confirmed");
    assert!(link.close().await);
    for expected in 0..=1 {
        let link = bench.link().await;
        let mut consumer = link.consume("qualification", 1).await.expect("a consumer");
        assert_eq!(take(&mut consumer, 1).await[0].delivery_count, expected);
        assert!(link.close().await);
    }
    let link = bench.link().await;
    let mut dead = link.consume(DEAD_LETTERS, 10).await.expect("a consumer");
    let dead = take(&mut dead, 1).await;
    assert_eq!(ids(&dead), ["poison"]);
    assert_eq!(dead[0].headers["x-first-death-queue"], "qualification");
    assert_eq!(dead[0].headers["x-first-death-reason"], "delivery_limit");
    assert_eq!(dead[0].routing_key, "lead.captured.v1");
    Receipt::of(&dead).acknowledge().await.expect("acknowledged");
    assert!(link.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_s_own_history_is_never_sent_again() {
    let bench = Bench::with(vec![worker("qualification")]).await;
    let link = bench.link().await;
    let own = ["x-death", "x-first-death-queue", "x-last-death-reason", "x-delivery-count"];
    let mut copied = message("lead.captured.v1", 1);
    copied.headers.extend(own.map(|name| (name.to_owned(), "7".to_owned())));
    copied.headers.push(("x-attempt".to_owned(), "2".to_owned()));
    // As text, which is how headers go out, the broker ends the channel for them.
    copied.headers.extend(["CC", "BCC"].map(|name| (name.to_owned(), "two".to_owned())));
    link.publisher().publish([copied]).await.expect("confirmed");
    let mut consumer = link.consume("qualification", 10).await.expect("a consumer");
    let arrived = take(&mut consumer, 1).await;
    let names: Vec<_> = arrived[0].headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["traceparent", "x-attempt"]);
    assert!(link.close().await);
}
