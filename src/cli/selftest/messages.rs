//! Faults in the messages themselves: copies, delays, bytes that nobody can read.

use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::ledger::{Expected, Sent, Shared, sum};
use super::patient::{Patient, open};
use super::plan::{Kind, Planned};
use crate::cli::post;
use crate::messaging::{BrokerSettings, Outgoing};
use crate::workers;

/// Messages that are published once more at a time.
const DOUBLED: usize = 60;
/// Messages that are taken away at a time.
const TAKEN: u16 = 40;
/// Out of which they are taken: every queue that has much to do.
const QUEUES: [&str; 6] =
    ["intake.web", "intake.email", "qualification", "quoting", "ordering", "invoicing"];

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
                let queue = QUEUES[random.usize(..QUEUES.len())];
                let taken = self.take_away(queue, planned.hold).await;
                Ok(format!("{taken} messages of {queue}"))
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
        let letter = |body: Vec<u8>| post::raw(worker, crate::envelope::CONTENT_TYPE, id(), body);
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
            ledger.inputs.insert(sum(&message.body), sent);
            held.push(message);
        }
        parked.into_iter().chain(held).collect()
    }
}
