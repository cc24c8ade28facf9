//! What was sent and what was received, written down by those who stand outside: it knows nothing of
//! leadmill's tables.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::commands::{PaymentReceived, QuoteAccept};
use domain::events::{InvoiceIssued, OrderCreated, QuoteActivated};
use domain::message::{Message, TYPE_PREFIX};
use leadmill::cli::outside::{Party, Seen};
use leadmill::cli::post;
use leadmill::envelope::Opened;
use leadmill::messaging::{Delivered, Outgoing};
use rust_decimal::Decimal;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::inputs::{Expected, Input};
use crate::queries::evidence::Committed;

/// The last events, out of which some are published again.
const RECENT_MAX: usize = 1_000;

/// SHA-256.
pub type Sum = [u8; 32];

/// An input that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub name: String,
    pub expected: Expected,
    /// The broker has said that it is safe.
    pub confirmed: bool,
}

/// What is known of a message of leadmill's.
#[derive(Clone, Debug)]
pub struct Told {
    pub ty: String,
    pub content: Sum,
    /// Copies that arrived at the one who hears everything.
    pub copies: u64,
    /// Those who stand outside and were given it.
    pub heard_by: BTreeSet<&'static str>,
}

/// An order or invoice as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub number: String,
    /// The quote of an order, the order of an invoice.
    pub made_of: Option<Uuid>,
    pub total: Decimal,
}

/// The whole ledger.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub inputs: HashMap<Sum, Sent>,
    /// Commands that the broker has confirmed, by source and id.
    pub commands: BTreeSet<(String, String)>,
    /// Commands that came again under their id with other content, by source and id.
    pub conflicts: BTreeSet<(String, String)>,
    /// Messages that must be parked.
    pub poison: BTreeSet<Sum>,
    pub told: HashMap<Uuid, Told>,
    /// Messages that came twice under one id with different content.
    pub changed: BTreeSet<Uuid>,
    /// What each quote that was offered comes to.
    pub quotes: BTreeMap<Uuid, Decimal>,
    /// Quotes whose acceptance the broker has confirmed.
    pub accepted: BTreeSet<Uuid>,
    pub orders: BTreeMap<Uuid, Document>,
    pub invoices: BTreeMap<Uuid, Document>,
    /// By the payer's reference.
    pub payments: BTreeMap<String, Decimal>,
    /// Messages published twice on purpose.
    pub doubled: u64,
    recent: VecDeque<Outgoing>,
}

/// A ledger that several write in.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Ledger>>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Ledger> {
        // Whoever panicked while writing has ended the whole run.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ledger of this moment.
    pub fn snapshot(&self) -> Ledger {
        self.lock().clone()
    }
}

pub fn sum(bytes: &[u8]) -> Sum {
    Sha256::digest(bytes).into()
}

/// By what leadmill knows an input: a mail by what identifies it, anything else by its bytes.
pub fn digest(body: &[u8]) -> Sum {
    intake::mail::identity(body).map_or_else(|| sum(body), |identity| sum(identity.as_bytes()))
}

/// What of a message must never change; the same from the wire and from the log.
fn content(worker: &str, ty: &str, correlation: &str, data: &[u8]) -> Sum {
    let named = format!("{worker} {ty} {correlation} ");
    Sha256::new().chain_update(named).chain_update(data).finalize().into()
}

pub fn content_of(row: &Committed) -> Sum {
    content(&row.worker, &row.ty, &row.correlation.to_string(), row.data.as_bytes())
}

impl Ledger {
    /// Inputs that will be sent, as messages for the broker.
    pub fn will_send(&mut self, inputs: Vec<Input>) -> Vec<Outgoing> {
        let message = |input: Input| {
            let Input { channel, content_type, id, body, expected } = input;
            let sent = Sent { name: id.clone(), expected, confirmed: false };
            self.inputs.insert(digest(&body), sent);
            post::raw(channel.queue(), content_type, id, body)
        };
        inputs.into_iter().map(message).collect()
    }

    /// The broker has them.
    pub fn confirmed(&mut self, messages: &[Outgoing]) {
        for message in messages {
            if let Some(sent) = self.inputs.get_mut(&digest(&message.body)) {
                sent.confirmed = true;
            }
        }
    }

    /// The one who hears everything was given a message.
    pub fn overhear(&mut self, event: &Opened, delivered: &Delivered) {
        if let Some(told) = self.tell(event) {
            told.copies += 1;
            self.recent.push_back(again(delivered));
            if self.recent.len() > RECENT_MAX {
                self.recent.pop_front();
            }
        }
    }

    /// One who stands outside was given an event, or has sent a command.
    pub fn watch(&mut self, party: Party, seen: &Seen<'_>) {
        match seen {
            Seen::Event(event) => {
                if let Some(told) = self.tell(event) {
                    told.heard_by.insert(party.queue());
                }
                self.read(event);
            }
            Seen::Command(command) => {
                let id = (party.source().to_owned(), command.message_id.clone());
                if self.commands.insert(id) {
                    self.asked(command);
                }
            }
        }
    }

    /// Some of the last messages, at random.
    pub fn some_recent(&self, random: &mut fastrand::Rng, count: usize) -> Vec<Outgoing> {
        random.choose_multiple(self.recent.iter(), count).into_iter().cloned().collect()
    }

    /// One of the quotes that were accepted, at random.
    pub fn some_accepted(&self, random: &mut fastrand::Rng) -> Option<Uuid> {
        random.choice(self.accepted.iter()).copied()
    }

    fn tell(&mut self, event: &Opened) -> Option<&mut Told> {
        let (worker, id) = (event.said_by()?, event.id.parse::<Uuid>().ok()?);
        let correlation = event.correlation.map_or_else(String::new, |id| id.to_string());
        let content = content(worker, &event.ty, &correlation, &event.data);
        let told = self.told.entry(id).or_insert_with(|| {
            let (ty, heard_by) = (event.ty.clone(), BTreeSet::new());
            Told { ty, content, copies: 0, heard_by }
        });
        if told.content != content {
            self.changed.insert(id);
        }
        Some(told)
    }

    /// What those outside keep of an event for their own books.
    fn read(&mut self, event: &Opened) {
        if event.ty == QuoteActivated::TYPE.name {
            if let Ok(said) = serde_json::from_slice::<QuoteActivated>(&event.data) {
                self.quotes.insert(said.quote.0, said.offer.totals.total_amount);
            }
        } else if event.ty == OrderCreated::TYPE.name {
            if let Ok(said) = serde_json::from_slice::<OrderCreated>(&event.data) {
                let (number, total) = (said.number, said.totals.total_amount);
                let order = Document { number, made_of: said.quote.map(Uuid::from), total };
                self.orders.insert(said.order.0, order);
            }
        } else if event.ty == InvoiceIssued::TYPE.name
            && let Ok(said) = serde_json::from_slice::<InvoiceIssued>(&event.data)
        {
            let (number, total) = (said.invoice_number, said.totals.payable);
            let invoice = Document { number, made_of: said.origin.order_id.map(Uuid::from), total };
            self.invoices.insert(said.invoice_id.0, invoice);
        }
    }

    fn asked(&mut self, command: &Outgoing) {
        let data = serde_json::from_slice::<Value>(&command.body);
        let data = data.map(|mut event| event["data"].take()).unwrap_or_default();
        let ty = command.kind.trim_start_matches(TYPE_PREFIX);
        if ty == QuoteAccept::TYPE.name {
            if let Ok(asked) = serde_json::from_value::<QuoteAccept>(data) {
                self.accepted.insert(asked.quote.0);
            }
        } else if ty == PaymentReceived::TYPE.name
            && let Ok(asked) = serde_json::from_value::<PaymentReceived>(data)
        {
            self.payments.insert(asked.reference.into(), asked.amount);
        }
    }
}

/// The same message once more.
fn again(delivered: &Delivered) -> Outgoing {
    Outgoing {
        exchange: delivered.exchange.clone(),
        routing_key: delivered.routing_key.clone(),
        body: delivered.body.clone(),
        content_type: delivered.content_type.clone().unwrap_or_default(),
        message_id: delivered.message_id.clone().unwrap_or_default(),
        kind: delivered.kind.clone().unwrap_or_default(),
        correlation_id: delivered.correlation_id.clone(),
        app_id: delivered.app_id.clone().unwrap_or_default(),
        timestamp: delivered.timestamp.unwrap_or_default(),
        headers: delivered.headers.clone().into_iter().collect(),
        mandatory: false,
    }
}
