//! The messages of a hop, made by the pipeline itself: the workers before the hop are run until
//! what they say lies in its queue.

use anyhow::{Context as _, bail};
use domain::catalog_file::first;
use domain::commands::{OrderShip, QuoteAccept};
use domain::events::{OrderCreated, QuoteActivated};
use domain::order::ShippedLine;
use leadmill::cli::demo::CATALOG;
use leadmill::messaging::{COMMANDS, Consumer, Link, Outgoing, Queue, Receipt, said_by};
use leadmill::settings::Settings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ground::Ground;
use super::measure::work_off;
use super::sample;

/// On which the customer and the warehouse listen.
const CUSTOMER: &str = "bench.customer";
/// Messages published at once.
const PUBLISHED_MAX: usize = 1_000;
const PREFETCH: u16 = 1_000;
const SOURCE: &str = "urn:leadmill-bench";
const FIRST_NAMES: [&str; 8] = ["Ana", "Ben", "Carla", "David", "Elif", "Finn", "Greta", "Hugo"];
const LAST_NAMES: [&str; 8] =
    ["Lopez", "Meyer", "Novak", "Okoye", "Petit", "Rossi", "Schmidt", "Tanaka"];

/// One step on the way to the queue of a hop.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Web forms of people who want to buy, each another one of another company.
    Forms,
    /// A worker works off its queue.
    Work(&'static str),
    /// The customers accept their quotes.
    Accept,
    /// The warehouse ships what was ordered.
    Ship,
}

/// The workers that can be measured alone, each with how many steps lead to its queue.
const HOPS: [(&str, usize); 5] =
    [("intake", 1), ("qualification", 2), ("quoting", 3), ("ordering", 5), ("invoicing", 8)];

/// From nothing to messages in the queue of `hop`.
fn steps(hop: &str) -> anyhow::Result<&'static [Step]> {
    use Step::{Accept, Forms, Ship, Work};
    const WAY: [Step; 8] = [
        Forms,
        Work("intake"),
        Work("qualification"),
        Work("quoting"),
        Accept,
        Work("ordering"),
        Ship,
        Work("ordering"),
    ];
    let known = HOPS.iter().find(|(name, _)| *name == hop);
    let Some((_, length)) = known else {
        let hops = HOPS.map(|(name, _)| name).join(", ");
        bail!(
            "Nobody knows how to fill the queue of a hop `{hop}`; the hops are {hops}. Another one is \
             a line in load.rs."
        );
    };
    Ok(&WAY[..*length])
}

/// The queue of the customer, bound only to what is said before the hop: the hop itself is measured
/// without a hearer that installations do not have.
pub fn customer(hop: &str) -> Option<Queue> {
    let queue = Queue::worked(CUSTOMER).hears(&said_by("quoting"), "quote.activated.v1");
    match hop {
        "ordering" => Some(queue),
        "invoicing" => Some(queue.hears(&said_by("ordering"), "order.created.v1")),
        _ => None,
    }
}

/// Fills the queue of a hop.
pub struct Load<'g> {
    settings: &'g Settings,
    link: Link,
    customer: Option<Consumer>,
    /// People made so far.
    people: usize,
}

impl<'g> Load<'g> {
    /// A link of its own, and the catalog in place.
    pub async fn new(ground: &'g Ground) -> anyhow::Result<Self> {
        let settings = &ground.settings;
        let link = Link::open(&settings.broker, "leadmill bench").await?;
        let load = Self { settings, link, customer: None, people: 0 };
        for said in first(&serde_json::from_str(CATALOG)?) {
            load.publish(vec![command(said.ty.name, &serde_json::from_str::<Value>(&said.data)?)])
                .await?;
            work_off(settings, "quoting", 1).await?;
        }
        Ok(load)
    }

    /// Puts `messages` new messages into the queue of `hop`, which must be empty.
    pub async fn prepare(&mut self, hop: &str, messages: usize) -> anyhow::Result<()> {
        for step in steps(hop)? {
            match step {
                Step::Forms => {
                    let from = self.people;
                    self.people += messages;
                    self.publish((from..self.people).map(form).collect()).await?;
                }
                Step::Work(worker) => work_off(self.settings, worker, messages).await?,
                Step::Accept => {
                    let accept = |said: QuoteActivated| {
                        let accept = QuoteAccept::of(said.quote);
                        command("quote.accept.v1", &accept)
                    };
                    self.answer(messages, accept).await?;
                }
                Step::Ship => self.answer(messages, ship).await?,
            }
        }
        Ok(())
    }

    /// Closes the connection.
    pub async fn finish(self) {
        if !self.link.close().await {
            tracing::warn!("The connection to RabbitMQ did not close in good order.");
        }
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> anyhow::Result<()> {
        let mut messages = messages.into_iter().peekable();
        while messages.peek().is_some() {
            let part: Vec<_> = messages.by_ref().take(PUBLISHED_MAX).collect();
            self.link.publisher().publish(part).await?;
        }
        Ok(())
    }

    /// Answers as many events on the customer's queue, each with a command.
    async fn answer<T: DeserializeOwned>(
        &mut self,
        mut expected: usize,
        command: impl Fn(T) -> Outgoing,
    ) -> anyhow::Result<()> {
        if self.customer.is_none() {
            self.customer = Some(self.link.consume(CUSTOMER, PREFETCH).await?);
        }
        while expected > 0 {
            let Some(consumer) = &mut self.customer else { bail!("There is no customer.") };
            let said = consumer.next_batch(expected.min(PREFETCH.into())).await;
            let said = said.context("The customer's queue was lost.")?;
            let events = said.iter().map(|delivered| {
                let mut event: Value = serde_json::from_slice(&delivered.body)?;
                serde_json::from_value(event["data"].take())
            });
            let events: Vec<T> = events.collect::<Result<_, _>>()?;
            expected -= events.len();
            self.publish(events.into_iter().map(&command).collect()).await?;
            Receipt::of(&said).acknowledge().await?;
        }
        Ok(())
    }
}

fn ship(order: OrderCreated) -> Outgoing {
    let shipped = |line: domain::order::OrderLine| ShippedLine {
        line: line.line.id,
        quantity: line.line.quantity,
    };
    let lines = order.lines.into_iter().map(shipped).collect();
    let reference = order.number.parse().expect("the number of an order is a short code");
    command("order.ship.v1", &OrderShip { order: order.order, reference, lines })
}

fn form(n: usize) -> Outgoing {
    let first = FIRST_NAMES[n % FIRST_NAMES.len()];
    let last = LAST_NAMES[n / FIRST_NAMES.len() % LAST_NAMES.len()];
    let form = json!({
        "name": format!("{first} {last}"),
        "email": format!("{first}.{last}@roastery{n}.example"),
        "phone": format!("+4930{:07}", 2_000_000 + n),
        "company": sample::company(n),
        "message": "We want to buy coffee machines for our office. Please send us a quote.",
        "sku": "CM-100",
        "quantity": 1 + n % 3,
    });
    Outgoing {
        exchange: String::new(),
        routing_key: "intake.web".to_owned(),
        content_type: "application/json".to_owned(),
        kind: String::new(),
        ..message(Uuid::now_v7(), form.to_string())
    }
}

fn command(ty: &str, data: &impl Serialize) -> Outgoing {
    let id = Uuid::now_v7();
    let kind = format!("leadmill.{ty}");
    let event = json!({
        "specversion": "1.0", "id": id, "source": SOURCE, "type": kind, "data": data,
    });
    Outgoing {
        exchange: COMMANDS.to_owned(),
        routing_key: ty.to_owned(),
        content_type: leadmill::envelope::CONTENT_TYPE.to_owned(),
        kind,
        ..message(id, event.to_string())
    }
}

fn message(id: Uuid, body: String) -> Outgoing {
    Outgoing {
        exchange: String::new(),
        routing_key: String::new(),
        body: body.into_bytes().into(),
        content_type: String::new(),
        message_id: id.to_string(),
        kind: String::new(),
        correlation_id: None,
        app_id: SOURCE.to_owned(),
        timestamp: 0,
        headers: Vec::new(),
        mandatory: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leadmill::workers::NAMES;

    #[test]
    fn every_hop_can_be_filled_by_the_workers_before_it() {
        for (hop, _) in HOPS {
            assert!(NAMES.contains(&hop), "{hop} is no worker");
            let steps = steps(hop).unwrap();
            assert!(matches!(steps.first(), Some(Step::Forms)), "{hop}");
            let works =
                steps.iter().any(|step| matches!(step, Step::Work(worker) if *worker == hop));
            assert!(!works, "{hop} would work off what it is measured with");
        }
        assert!(steps("laundry").is_err());
    }
}
