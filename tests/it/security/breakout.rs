//! Whether a header leads a message where its sender has no business: as every user, on every exchange
//! that it may write to, with every routing key there is in `CC` and in `BCC`.

use std::collections::{BTreeMap, BTreeSet};

use domain::host::Hosted;
use domain::message::{MessageKind, MessageType};
use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use leadmill::messaging::{
    COMMANDS, DEAD_LETTERS, Delay, Queue, REFUSING, REPLAY, Topology, from, said_by,
};
use leadmill::senders::KINDS;
use leadmill::workers;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::private::{Private, full, text};
use crate::installation::{LOOK_EVERY, PATIENCE};

const HEADERS: [&str; 2] = ["CC", "BCC"];
/// The last message of every queue: what was to come has come before it.
const END: &str = "end";

/// The queue of the consumer that [`Private`] has.
const TILL: &str = "out.till";

/// What the broker allows, as `leadmill grants` prints it.
struct Rights {
    /// Who may write to what.
    writes: Vec<(String, Vec<String>)>,
    /// The first routing key that a user may use on a topic exchange.
    keys: BTreeMap<(String, String), String>,
}

/// No worker may run meanwhile, so that everything stays where it arrives.
pub(super) async fn no_header_leads_anywhere_else(it: &Private) {
    let all = workers::all(&it.owner).unwrap();
    let till = workers::outward(TILL, &["quote.#"], &workers::sayers(&all));
    let topology = workers::topology(&all).outward([till]);
    let rights = rights(it);
    let keys = every_key(&topology);
    let (mut allowed, mut users) = (BTreeMap::new(), BTreeSet::new());
    for (user, exchanges) in &rights.writes {
        let login = login(it, user).await;
        let known = |name: &&String| topology.exchanges.iter().any(|it| it.name == **name);
        for exchange in exchanges.iter().filter(known) {
            let first = (user.clone(), exchange.clone());
            let first = rights.keys.get(&first).cloned().unwrap_or_else(|| by(&topology, exchange));
            for header in HEADERS {
                let id = format!("{user} {exchange} {header}");
                users.insert(user);
                if publish(&login, (exchange, &first), (header, &keys), &id).await {
                    allowed.insert(id, own(&all, exchange));
                }
            }
        }
        login.close(200, "".into()).await.unwrap();
    }
    assert_eq!(users.len(), workers::NAMES.len() + 2 + KINDS.len(), "{users:?}");
    let arrived = arrived(it, &topology, &allowed).await;
    let wrong: Vec<_> = arrived
        .iter()
        .filter(|(id, queue)| !allowed[id].contains(queue))
        .map(|(id, queue)| format!("{id} reached {queue}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Headers do route: what is allowed is reached by them, and each message arrived somewhere, but for
    // those of a worker whose words nobody hears.
    for (id, _) in allowed.iter().filter(|(_, queues)| !queues.is_empty()) {
        assert!(arrived.iter().any(|(arrived, _)| arrived == id), "{id} arrived nowhere");
    }
    let hop = format!("{} {REPLAY} BCC", full("operator"));
    assert!(arrived.contains(&(hop, workers::OUT_BILLING.to_owned())), "BCC does not route");
}

fn rights(it: &Private) -> Rights {
    let script = text(&it.leadmill(&["grants", "rabbitmq"], &[]));
    let line = script.lines().find(|line| line.starts_with('{')).unwrap();
    let definitions: Value = serde_json::from_str(line).unwrap();
    let names = |pattern: &Value| -> Vec<String> {
        let inner = pattern.as_str().unwrap().trim_start_matches("^(").trim_end_matches(")$");
        let inner = if inner == "^$" { "" } else { inner };
        inner.split('|').filter(|name| !name.is_empty()).map(|it| it.replace('\\', "")).collect()
    };
    let list = |name: &str| definitions[name].as_array().unwrap().clone();
    let user = |of: &Value| of["user"].as_str().unwrap().to_owned();
    let permissions = list("permissions").into_iter();
    let topics = list("topic_permissions").into_iter().map(|of| {
        let exchange = of["exchange"].as_str().unwrap().to_owned();
        ((user(&of), exchange), names(&of["write"]).remove(0))
    });
    Rights {
        writes: permissions.map(|of| (user(&of), names(&of["write"]))).collect(),
        keys: topics.collect(),
    }
}

/// Every routing key that some binding hears, and every queue's name.
fn every_key(topology: &Topology) -> BTreeSet<String> {
    let bindings = topology.queues.iter().flat_map(|queue| &queue.bindings);
    let names = topology.queues.iter().map(|queue| queue.name.clone());
    let keys = bindings.map(|binding| binding.routing_key.clone()).chain(names);
    keys.filter(|key| !key.is_empty()).collect()
}

/// A key that an exchange without rights on its keys is bound for.
fn by(topology: &Topology, exchange: &str) -> String {
    let bindings = topology.queues.iter().flat_map(|queue| &queue.bindings);
    let mut here = bindings.filter(|it| it.exchange == exchange && it.header.is_none());
    here.next().unwrap().routing_key.clone()
}

/// The queues that whoever may write to an exchange may reach: from who says, hears and may send what,
/// not from the bindings.
fn own(all: &[Box<dyn Hosted>], exchange: &str) -> BTreeSet<String> {
    let hearing = |types: &[&'static MessageType]| -> BTreeSet<String> {
        let queues = all.iter().flat_map(|worker| {
            let heard = worker.hears().iter().filter(|ty| types.contains(ty));
            heard.map(|ty| worker.queue_of(ty).to_owned())
        });
        let billed = types.iter().any(|ty| ty.name.starts_with("invoice."));
        let quoted =
            types.iter().any(|ty| ty.name.starts_with("quote.") && ty.kind == MessageKind::Event);
        let queues = queues.chain(billed.then(|| workers::OUT_BILLING.to_owned()));
        queues.chain(quoted.then(|| TILL.to_owned())).collect()
    };
    let names = |worker: &dyn Hosted| {
        workers::queue_names(worker).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    if exchange == REPLAY {
        let queues = all.iter().flat_map(|worker| names(&**worker));
        return queues.chain([workers::OUT_BILLING, TILL].map(str::to_owned)).collect();
    }
    if exchange == COMMANDS {
        let heard = all.iter().flat_map(|worker| worker.hears().iter().copied());
        let outside = heard.filter(|ty| domain::commands::is_from_outside(ty));
        let mut queues = hearing(&outside.collect::<Vec<_>>());
        queues.remove(workers::OUT_BILLING);
        return queues;
    }
    if let Some(sender) = KINDS.iter().find(|sender| from(sender.kind) == exchange) {
        let mut queues = hearing(sender.commands);
        queues.remove(workers::OUT_BILLING);
        queues.extend(sender.raw.map(str::to_owned));
        return queues;
    }
    if let Some(sayer) = workers::sayers(all).iter().find(|it| said_by(it.name) == exchange) {
        return hearing(&sayer.says);
    }
    let waits = |worker: &str| Delay::ALL.iter().any(|delay| delay.exchange(worker) == exchange);
    let worker = all.iter().find(|worker| waits(worker.name())).expect(exchange);
    let delays = Delay::ALL.map(|delay| delay.queue(worker.name()));
    names(&**worker).into_iter().chain(delays).chain([DEAD_LETTERS.to_owned()]).collect()
}

/// A connection under the password of a user, on loopback and without TLS.
async fn login(it: &Private, user: &str) -> Connection {
    let mut url = url::Url::parse(it.owner.broker.url.expose_secret()).unwrap();
    url.set_username(user).unwrap();
    let name = user.strip_prefix(&full("")).unwrap();
    url.set_password(Some(&it.password(name))).unwrap();
    Connection::connect(url.as_str(), ConnectionProperties::default()).await.unwrap()
}

/// Whether the broker took it: from version 4 on it asks for a right to each key in the headers.
async fn publish(
    login: &Connection,
    (exchange, key): (&str, &str),
    (header, keys): (&str, &BTreeSet<String>),
    id: &str,
) -> bool {
    let keys: Vec<_> = keys.iter().map(|key| AMQPValue::LongString(key.as_str().into())).collect();
    let mut headers = FieldTable::default();
    headers.insert(header.into(), AMQPValue::FieldArray(keys.into()));
    let properties = BasicProperties::default().with_message_id(id.into()).with_headers(headers);
    let options = BasicPublishOptions::default();
    // What is refused costs its channel.
    let channel = login.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let sent = channel.basic_publish(exchange.into(), key.into(), options, b"{}", properties).await;
    match sent.unwrap().await {
        Ok(confirmed) => {
            assert!(confirmed.is_ack(), "{id}: {confirmed:?}");
            channel.close(200, "".into()).await.unwrap();
            true
        }
        Err(error) => {
            let said = format!("{error:?}");
            assert!(said.contains("ACCESS_REFUSED - write access to topic"), "{id}: {said}");
            false
        }
    }
}

/// Which message lay in which queue.
async fn arrived(
    it: &Private,
    topology: &Topology,
    sent: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<(String, String)> {
    let owner =
        Connection::connect(it.owner.broker.url.expose_secret(), ConnectionProperties::default());
    let owner = owner.await.unwrap();
    let channel = owner.create_channel().await.unwrap();
    let mut arrived = BTreeSet::new();
    let short = |worker: &&str| Delay::Seconds2.exchange(worker);
    let waiting: BTreeSet<_> = workers::NAMES.iter().map(short).collect();
    // What waits longer is taken out of its delay; what waits 2 s is let come back.
    let left = |queue: &str| Delay::is_queue(queue) && queue.ends_with(".2s");
    let begun = tokio::time::Instant::now();
    loop {
        for queue in topology.queues.iter().filter(|queue| !left(&queue.name)) {
            drain(&channel, &queue.name, &mut arrived, sent, false).await;
        }
        let back = |id: &&String| waiting.iter().any(|it| id.contains(it.as_str()));
        let mut expected = sent.keys().filter(back);
        if expected.all(|id| arrived.iter().any(|(arrived, _)| arrived == id)) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "what waited did not come back: {arrived:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let holds = |queue: &&Queue| !Delay::is_queue(&queue.name) && queue.name != REFUSING;
    for queue in topology.queues.iter().filter(holds) {
        let properties = BasicProperties::default().with_message_id(END.into());
        let (options, name) = (BasicPublishOptions::default(), queue.name.as_str());
        channel.basic_publish("".into(), name.into(), options, b"", properties).await.unwrap();
        drain(&channel, name, &mut arrived, sent, true).await;
    }
    owner.close(200, "".into()).await.unwrap();
    arrived
}

/// Takes everything that lies in a queue; where it is the last time, up to the last message.
async fn drain(
    channel: &Channel,
    queue: &str,
    arrived: &mut BTreeSet<(String, String)>,
    sent: &BTreeMap<String, BTreeSet<String>>,
    last: bool,
) {
    loop {
        let options = BasicGetOptions { no_ack: true };
        let got = channel.basic_get(queue.into(), options).await.unwrap();
        let Some(message) = got else {
            if last {
                continue;
            }
            return;
        };
        let id = message.properties.message_id().as_ref().map(ToString::to_string);
        match id.as_deref() {
            Some(END) => return,
            Some(id) if sent.contains_key(id) => {
                arrived.insert((id.to_owned(), queue.to_owned()));
            }
            _ => {}
        }
    }
}
