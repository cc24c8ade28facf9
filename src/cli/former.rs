//! What earlier versions had on the broker: what still waits there is moved to where it belongs now,
//! what is left of it is named, and nothing that could hold a message is thrown away.

use anyhow::anyhow;
use domain::commands::INTERNAL;

use crate::messaging::{
    Binding, COMMANDS, Consumer, DEAD, Delay, Delivered, Exchange, ExchangeKind, Link, Outgoing,
    Queue, REPLAY, Receipt, Topology, TopologyError, from, is_way_back,
};
use crate::runtime::dead_letter;
use crate::senders::KINDS;
use crate::settings::Settings;
use crate::store;
use crate::workers::CLOCK;

/// The one topic exchange by which everybody said everything.
const EVENTS: &str = "leadmill.events";
/// The one way back from all delays.
const RETURN: &str = "leadmill.return";
/// The queue of the dead when it was called like its exchange.
const DEAD_QUEUE: &str = "leadmill.dead";
/// Every delay had three queues, of slightly different times.
const VARIANTS: [&str; 3] = ["a", "b", "c"];
const BATCH_MAX: u16 = 200;

/// Deletes the exchanges of senders where they are of the kind that an earlier version declared. An
/// exchange holds no message, and who publishes meanwhile gets an error. The topology of this version
/// is declared next.
///
/// # Errors
/// Where the broker cannot be asked.
pub(super) async fn make_room(settings: &Settings) -> anyhow::Result<()> {
    for sender in KINDS {
        let direct = only(vec![Exchange::new(from(sender.kind), ExchangeKind::Direct)]);
        if direct.check(&settings.broker).await.is_ok() {
            direct.delete(&settings.broker).await?;
        }
    }
    Ok(())
}

/// Leaves the shape of earlier versions. Answers what somebody should know, as finished sentences;
/// nothing where there is nothing left of them. The topology of this version must be declared.
///
/// # Errors
/// Where a server cannot be asked; called again it goes on where it ended.
pub(super) async fn leave(settings: &Settings, now: &Topology) -> anyhow::Result<Vec<String>> {
    let broker = &settings.broker;
    let events = only(vec![Exchange::new(EVENTS.to_owned(), ExchangeKind::Topic)]);
    let heard = events.check(broker).await.is_ok();
    let delays = existing(settings, delays()).await?;
    let dead = existing(settings, vec![Queue::worked(DEAD_QUEUE)]).await?;
    if !heard && delays.is_empty() && dead.is_empty() {
        return Ok(Vec::new());
    }
    only(entrances()).delete(broker).await?;
    events.delete(broker).await?;
    of_queues(internal(now)).unbind(broker).await?;
    let mut notes = Vec::new();
    if heard {
        notes.push(format!(
            "The exchange `{EVENTS}` of an earlier version is gone. If a queue of yours was bound to \
             it, make one with `leadmill consumer add`."
        ));
    }
    // First, since it is bound to the exchange of the dead, to which some of what waits may go.
    if !dead.is_empty() {
        notes.push(park_dead(settings).await?);
    }
    if !delays.is_empty() {
        repair_return(settings, now).await?;
        notes.push(move_delayed(settings, now, &delays).await?);
    }
    Ok(notes)
}

/// What is on its way back already finds its queue, or the dead letters, and holds up nothing.
async fn repair_return(settings: &Settings, now: &Topology) -> Result<(), TopologyError> {
    let alternate = Some(DEAD.to_owned());
    let back = Exchange { name: RETURN.to_owned(), kind: ExchangeKind::Direct, alternate };
    let back = only(vec![back]);
    if back.declare(&settings.broker).await.is_err() {
        // Messages that find no exchange meanwhile are kept, and tried again.
        back.delete(&settings.broker).await?;
        back.declare(&settings.broker).await?;
    }
    let bound = worked(now).map(|queue| {
        let binding =
            Binding { exchange: RETURN.to_owned(), routing_key: queue.name.clone(), header: None };
        Queue { bindings: vec![binding], ..queue.clone() }
    });
    of_queues(bound.collect()).declare(&settings.broker).await
}

/// Moves what waits into the delays of this version. A queue from which messages may still be on
/// their way back is left: the protocol does not tell them.
async fn move_delayed(
    settings: &Settings,
    now: &Topology,
    delays: &[Queue],
) -> anyhow::Result<String> {
    let link = Link::open(&settings.broker, "leadmill migrate").await?;
    let mut moved = 0;
    for queue in delays {
        while let Some((_consumer, batch)) = ready(settings, &link, queue).await? {
            let messages = batch.iter().map(|message| again(message, now));
            link.publisher().publish(messages.collect::<Vec<_>>()).await?;
            moved += batch.len();
            Receipt::of(&batch).acknowledge().await?;
        }
    }
    let _ = link.close().await;
    let names: Vec<_> = delays.iter().map(|queue| queue.name.as_str()).collect();
    Ok(format!(
        "{moved} messages that waited in delay queues of an earlier version wait in those of this one. \
         The old queues get nothing any more. Delete each as soon as `rabbitmqctl list_queues name \
         messages` counts nothing in it: {}.",
        names.join(", ")
    ))
}

/// Parks the dead of an earlier version, and deletes their queue if nobody has any of them in hand.
async fn park_dead(settings: &Settings) -> anyhow::Result<String> {
    let fault = |fault: store::Fault| anyhow!("{fault}");
    let queue = Queue { bindings: Vec::new(), ..Queue::worked(DEAD_QUEUE) }.hears(DEAD, "");
    let topology = of_queues(vec![queue.clone()]);
    topology.unbind(&settings.broker).await?;
    let link = Link::open(&settings.broker, "leadmill migrate").await?;
    let mut conn = store::connect(&settings.database, "leadmill migrate").await.map_err(fault)?;
    let mut parked = 0;
    while let Some((_consumer, batch)) = ready(settings, &link, &queue).await? {
        let rows: Vec<_> = batch.iter().map(dead_letter).collect();
        store::parked::insert(&mut conn, CLOCK, &rows).await.map_err(fault)?;
        parked += batch.len();
        Receipt::of(&batch).acknowledge().await?;
    }
    let _ = store::close(conn).await;
    let _ = link.close().await;
    let depths = topology.depths(&settings.broker).await?;
    if depths.iter().all(|depth| depth.waiting.is_none_or(|waiting| waiting == (0, 0))) {
        topology.delete(&settings.broker).await?;
        return Ok(format!(
            "The queue `{DEAD_QUEUE}` of an earlier version is gone; {parked} messages were parked."
        ));
    }
    Ok(format!(
        "Somebody still consumes the queue `{DEAD_QUEUE}` of an earlier version. End the workers of that \
         version, then run `leadmill migrate` again."
    ))
}

/// Some of what lies in a queue, and the consumer that must live until it is acknowledged; `None`
/// where nothing lies there.
async fn ready(
    settings: &Settings,
    link: &Link,
    queue: &Queue,
) -> anyhow::Result<Option<(Consumer, Vec<Delivered>)>> {
    let depths = of_queues(vec![queue.clone()]).depths(&settings.broker).await?;
    if depths.iter().all(|depth| depth.waiting.is_none_or(|(ready, _)| ready == 0)) {
        return Ok(None);
    }
    let mut consumer = link.consume(&queue.name, BATCH_MAX).await?;
    let patience = settings.broker.stuck_after_s;
    let taking = consumer.next_batch(usize::from(BATCH_MAX));
    // Somebody else, or the time to live, may have been quicker.
    let taken = tokio::time::timeout(std::time::Duration::from_secs(patience), taking).await;
    let batch = taken.ok().flatten().unwrap_or_default();
    consumer.stop().await?;
    let mut all = batch;
    while let Some(rest) = consumer.next_batch(usize::from(BATCH_MAX)).await {
        all.extend(rest);
    }
    Ok((!all.is_empty()).then_some((consumer, all)))
}

/// The same message in the delay of the worker whose queue it is to come back to; dead where there is
/// no such queue any more.
fn again(message: &Delivered, now: &Topology) -> Outgoing {
    let key = &message.routing_key;
    let queue = now.queues.iter().find(|queue| queue.name == *key);
    let back = queue.and_then(|queue| {
        let mut exchanges = queue.bindings.iter().map(|binding| &binding.exchange);
        exchanges.find(|exchange| is_way_back(exchange))
    });
    let worker = back.and_then(|exchange| exchange.rsplit('.').next());
    let named = |delay: &Delay| message.queue.contains(&format!(".{}.", delay.text()));
    let delay = Delay::ALL.into_iter().find(named).unwrap_or(Delay::Seconds2);
    let sent = message.message_id.clone().filter(|id| !id.is_empty());
    Outgoing {
        exchange: worker.map_or_else(|| DEAD.to_owned(), |worker| delay.exchange(worker)),
        routing_key: key.clone(),
        body: message.body.clone(),
        content_type: message.content_type.clone().unwrap_or_default(),
        message_id: sent.unwrap_or_else(|| uuid::Uuid::now_v7().to_string()),
        kind: message.kind.clone().unwrap_or_default(),
        correlation_id: message.correlation_id.clone(),
        app_id: message.app_id.clone().unwrap_or_default(),
        timestamp: message.timestamp.unwrap_or(0),
        headers: message.headers.clone().into_iter().collect(),
        mandatory: true,
    }
}

/// Those of these queues that are there.
async fn existing(settings: &Settings, queues: Vec<Queue>) -> Result<Vec<Queue>, TopologyError> {
    let topology = of_queues(queues);
    let depths = topology.depths(&settings.broker).await?;
    let found = topology.queues.into_iter().zip(depths);
    Ok(found.filter(|(_, depth)| depth.waiting.is_some()).map(|(queue, _)| queue).collect())
}

/// The bindings by which commands that leadmill says to itself could come from outside.
fn internal(now: &Topology) -> Vec<Queue> {
    let bindings = INTERNAL.map(|ty| Binding {
        exchange: COMMANDS.to_owned(),
        routing_key: ty.name.to_owned(),
        header: None,
    });
    worked(now).map(|queue| Queue { bindings: bindings.to_vec(), ..queue.clone() }).collect()
}

fn worked(now: &Topology) -> impl Iterator<Item = &Queue> {
    let by_name = |queue: &&Queue| queue.bindings.iter().any(|it| it.exchange == REPLAY);
    now.queues.iter().filter(by_name)
}

fn names(what: &str) -> impl Iterator<Item = String> {
    let of = move |delay: Delay| {
        VARIANTS.map(|variant| format!("leadmill.{what}.{}.{variant}", delay.text()))
    };
    Delay::ALL.into_iter().flat_map(of)
}

fn delays() -> Vec<Queue> {
    names("delay").map(|name| Queue { bindings: Vec::new(), ..Queue::worked(&name) }).collect()
}

fn entrances() -> Vec<Exchange> {
    names("wait").map(|name| Exchange::new(name, ExchangeKind::Topic)).collect()
}

const fn only(exchanges: Vec<Exchange>) -> Topology {
    Topology { exchanges, queues: Vec::new() }
}

const fn of_queues(queues: Vec<Queue>) -> Topology {
    Topology { exchanges: Vec::new(), queues }
}
