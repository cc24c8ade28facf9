//! Faults in the messages themselves: copies, delays, bytes that nobody can read.

use domain::commands::QuoteAccept;
use domain::message::Message;
use leadmill::cli::post::{self, Sender};
use leadmill::messaging::{BrokerSettings, Delay, Outgoing, publish_with_tiny_headers};
use leadmill::workers;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::inputs::Expected;
use super::ledger::{Sent, Shared, digest, sum};
use super::plan::{Kind, Planned};
use super::resending::{PAUSE, Patient, open};

/// Messages that are published once more at a time.
const DOUBLED: usize = 60;
/// Messages that are taken away at a time.
const TAKEN: u16 = 40;
/// Out of which they are taken, beside the queue of each worker.
const RAW_QUEUES: [&str; 2] = ["intake.web", "intake.email"];

/// Who sends commands that are broken in some way.
const SOURCE: &str = "urn:selftest:strange";
/// As many as come through in one frame, and do not fit into one where each is a text.
const HEADERS: u32 = 14_000;
/// The queue of the worker that accepts quotes.
const ORDERING: &str = "ordering";

/// Breaks messages.
pub struct Messages {
    broker: BrokerSettings,
    ledger: Shared,
    patient: Patient,
    stop: CancellationToken,
    made: u64,
}

impl Messages {
    pub fn new(broker: &BrokerSettings, ledger: &Shared, stop: &CancellationToken) -> Self {
        let patient = Patient::new(broker.clone(), "selftest messages", stop.clone());
        let (broker, ledger, stop) = (broker.clone(), ledger.clone(), stop.clone());
        Self { broker, ledger, patient, stop, made: 0 }
    }

    /// Carries a fault out; answers what was done, as the end of a line.
    ///
    /// # Errors
    /// A message can never be published.
    pub async fn inject(&mut self, planned: Planned) -> anyhow::Result<String> {
        let mut random = fastrand::Rng::with_seed(planned.dice);
        match planned.kind {
            Kind::Duplicates => {
                let again = self.ledger.lock().some_recent(&mut random, DOUBLED);
                let count = again.len();
                self.ledger.lock().doubled += count as u64;
                self.patient.send(again).await?;
                Ok(format!("{count} messages"))
            }
            Kind::Delays => {
                let queues: Vec<_> = RAW_QUEUES.into_iter().chain(workers::NAMES).collect();
                let queue = queues[random.usize(..queues.len())];
                let taken = self.take_away(queue, planned.hold).await;
                Ok(format!("{taken} messages of {queue}"))
            }
            Kind::StrangeKey => {
                let worker = workers::NAMES[random.usize(..workers::NAMES.len())];
                let strange = self.strange(worker);
                self.patient.send(vec![strange]).await?;
                Ok(format!("in a delay of {worker}"))
            }
            Kind::HugeHeaders => {
                let headers = self.huge_headers().await?;
                Ok(format!("{headers} headers for ordering"))
            }
            Kind::ConflictRepeat => {
                let accepted = self.ledger.lock().some_accepted(&mut random);
                let Some(quote) = accepted else {
                    return Ok("no quote is accepted yet".to_owned());
                };
                self.conflict(quote).await?;
                Ok(format!("acceptance of {quote}"))
            }
            _ => {
                let worker = workers::NAMES[random.usize(..workers::NAMES.len())];
                let poison = self.poison(worker);
                let count = poison.len();
                self.patient.send(poison).await?;
                Ok(format!("{count} messages, among them some for {worker}"))
            }
        }
    }

    /// Takes messages out of a queue, holds them, and lets them go back by closing the link.
    async fn take_away(&self, queue: &str, hold: std::time::Duration) -> usize {
        let Some(link) = open(&self.broker, "selftest delays", &self.stop).await else { return 0 };
        let mut taken = Vec::new();
        if let Ok(mut consumer) = link.consume(queue, TAKEN).await {
            let taking = async {
                while let Some(batch) = consumer.next_batch(TAKEN.into()).await {
                    taken.extend(batch);
                }
            };
            // A time that is over, or a link that failed: they go back either way.
            let _ = tokio::time::timeout(hold, taking).await;
        }
        let _ = link.close().await;
        taken.len()
    }

    /// A message in a delay queue of this worker, which will come back for a queue that is not there.
    fn strange(&self, worker: &str) -> Outgoing {
        let id = Uuid::now_v7().to_string();
        let body = json!({ "strange": id }).to_string().into_bytes();
        let strange = post::raw("nobody.knows.this", leadmill::envelope::CONTENT_TYPE, id, body);
        self.ledger.lock().poison.insert(sum(&strange.body));
        Outgoing { exchange: Delay::Seconds2.exchange(worker), ..strange }
    }

    /// A command that would have to wait, since nobody knows its quote, and is too large for it.
    async fn huge_headers(&self) -> anyhow::Result<u32> {
        let quote = json!({ "quote": Uuid::now_v7() });
        let command = Outgoing {
            exchange: String::new(),
            routing_key: ORDERING.to_owned(),
            ..self.command(&Uuid::now_v7().to_string(), &quote)?
        };
        self.ledger.lock().poison.insert(sum(&command.body));
        while !self.stop.is_cancelled()
            && publish_with_tiny_headers(&self.broker, &command, HEADERS).await.is_err()
        {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(HEADERS)
    }

    /// An acceptance, and twice another one under the same id: whichever of the two contents comes
    /// first is decided, and the other one is refused.
    async fn conflict(&mut self, quote: Uuid) -> anyhow::Result<()> {
        let id = Uuid::now_v7().to_string();
        let order = |number: &str| json!({ "quote": quote, "purchase_order": number });
        let (first, other) = (order("PO-1"), order("PO-2"));
        let (first, other) = (self.command(&id, &first)?, self.command(&id, &other)?);
        if self.patient.send(vec![first, other.clone(), other]).await? {
            let mut ledger = self.ledger.lock();
            ledger.commands.insert((SOURCE.to_owned(), id.clone()));
            ledger.conflicts.insert((SOURCE.to_owned(), id));
        }
        Ok(())
    }

    fn command(&self, id: &str, data: &serde_json::Value) -> anyhow::Result<Outgoing> {
        let sender = Sender { source: SOURCE.to_owned(), id: id.to_owned(), actor: None };
        Ok(post::command(&sender, QuoteAccept::TYPE.name, &data.to_string())?)
    }

    /// Messages of which the ledger knows what must become of them.
    fn poison(&mut self, worker: &str) -> Vec<Outgoing> {
        self.made += 1;
        let id = || Uuid::now_v7().to_string();
        let event = |ty: &str, data: serde_json::Value| {
            json!({
                "specversion": "1.0", "id": id(), "source": "urn:selftest:poison",
                "type": format!("leadmill.{ty}"), "data": data,
            })
            .to_string()
            .into_bytes()
        };
        let letter =
            |body: Vec<u8>| post::raw(worker, leadmill::envelope::CONTENT_TYPE, id(), body);
        let torn = format!("{{\"specversion\": \"1.0\", \"id\": \"{}", id()).into_bytes();
        let parked = [torn, event("lead.dance.v1", json!({}))].map(letter);
        let unreadable = [
            ("intake.web", "application/json", format!("{{\"city\": \"Bonn {}\"}}", self.made)),
            ("intake.import", "text/csv", format!("\u{1}\u{2} {}", self.made)),
        ];
        let mut ledger = self.ledger.lock();
        ledger.poison.extend(parked.iter().map(|message| sum(&message.body)));
        let mut held = Vec::new();
        for (queue, ty, body) in unreadable {
            let message = post::raw(queue, ty, id(), body.into_bytes());
            let (name, expected) = (format!("poison {} for {queue}", self.made), Expected::Held);
            let sent = Sent { name, expected, confirmed: true };
            ledger.inputs.insert(digest(&message.body), sent);
            held.push(message);
        }
        parked.into_iter().chain(held).collect()
    }
}
