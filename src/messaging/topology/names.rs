//! How exchanges are called, without prefix.

/// Topic exchange of commands, for people and programs outside that may send every one of them.
pub const COMMANDS: &str = "leadmill.commands";
/// Direct exchange that leads to every queue by its name, for whoever puts a message back.
pub const REPLAY: &str = "leadmill.replay";
/// Fanout exchange of what exceeded the delivery limit, and of what came back from a delay for no
/// queue of its worker. The queue behind it is [`DEAD_LETTERS`].
pub const DEAD: &str = "leadmill.dead";
/// The one queue behind [`DEAD`]. Not of the same name: who may look at the queue by a right on its
/// name would have that right on the exchange too.
pub const DEAD_LETTERS: &str = "leadmill.letters.dead";

/// The header in which a broker tells in which queues a message died. RabbitMQ before 4.0 believes a
/// sender that sets it: a message that expires, and is said to have been among the dead letters already,
/// is never handed over to them, and after a few of these nothing is that dies in that queue.
pub const HISTORY: &str = "x-death";

/// The queue to which a sender's message goes that carries [`HISTORY`]. It is always full, so that the
/// broker refuses the message (`basic.nack`): nothing is ever in it.
pub const REFUSING: &str = "leadmill.refusing";

/// Topic exchange to which a worker (or the clock) says everything that it says. Nobody else has a
/// right to it, and a queue is bound to it only for what its worker hears of this sayer.
#[must_use]
pub fn said_by(sayer: &str) -> String {
    ["leadmill.events.", sayer].concat()
}

/// Direct exchange through which the delay queues of a worker give messages back to its queues. What
/// names none of them goes on to [`DEAD`].
#[must_use]
pub fn way_back(worker: &str) -> String {
    ["leadmill.return.", worker].concat()
}

/// Whether an exchange is the way back of some worker.
#[must_use]
pub fn is_way_back(exchange: &str) -> bool {
    exchange.starts_with("leadmill.return.")
}

/// The beginning of the name of every sender's exchange.
const FROM: &str = "leadmill.from.";

/// The exchange of one kind of sender outside, which leads to just what such a sender may send.
#[must_use]
pub fn from(kind: &str) -> String {
    [FROM, kind].concat()
}

/// Whether an exchange is that of some kind of sender.
#[must_use]
pub fn is_from(exchange: &str) -> bool {
    exchange.starts_with(FROM)
}

/// The exchange that has the routing keys of this one. A sender's own is a headers exchange, which
/// leads what carries [`HISTORY`] to [`REFUSING`]; behind it stands a direct one.
#[must_use]
pub(super) fn keyed(exchange: &str) -> String {
    if is_from(exchange) { [exchange, ".keys"].concat() } else { exchange.to_owned() }
}
