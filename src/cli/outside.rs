//! Stand-ins for the systems around leadmill: a customer, a warehouse and a billing system. They
//! know nothing but the broker: events come to queues of their own, commands go back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, anyhow, bail};
use domain::commands::{OrderShip, PaymentReceived, QuoteAccept, QuoteClose};
use domain::events::{InvoiceIssued, OrderCreated, QuoteActivated};
use domain::message::Message;
use domain::order::ShippedLine;
use domain::quote::{AcceptanceChannel, QuoteCloseReason};
use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;

use super::post::{self, Post, Sender};
use crate::envelope::{self, Opened, Transport};
use crate::messaging::{Delivered, Outgoing, Receipt, Topology};
use crate::workers::{OUT_BILLING, Sayer, outward};

/// One quote in so many is not accepted.
const DECLINES_EVERY: u64 = 12;
/// One order in so many leaves the warehouse in two shipments, where it can be divided.
const DIVIDES_EVERY: u64 = 4;
/// One invoice in so many stays unpaid …
const UNPAID_EVERY: u64 = 3;
/// … and one in so many is paid in part.
const PARTLY_EVERY: u64 = 5;
/// Messages that a stand-in takes at once.
const BATCH_MAX: usize = 500;
const PREFETCH: u16 = 1_500;

/// Who stands outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Customer,
    Warehouse,
    Billing,
}

/// How the stand-ins take what they hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As people do: some decline, divide a shipment, or do not pay.
    Lifelike,
    /// Accepts every quote, ships every order at once and whole, leaves every invoice unpaid: the
    /// shortest way from a lead to its invoice.
    Straight,
}

/// What a stand-in has done so far. `sent` is counted before `heard`, so that a reader who takes them in
/// the other order never takes it for idle.
#[derive(Debug, Default)]
pub struct Counts {
    /// Different events that it answers to.
    pub heard: AtomicU64,
    /// Different commands that the broker has confirmed.
    pub sent: AtomicU64,
}

impl Party {
    /// Everybody.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Warehouse, Self::Billing];

    /// The `source` of its commands.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Customer => "urn:outside:customer",
            Self::Warehouse => "urn:outside:warehouse",
            Self::Billing => "urn:outside:bank",
        }
    }

    /// The queue on which it listens.
    #[must_use]
    pub const fn queue(self) -> &'static str {
        match self {
            Self::Customer => "outside.customer",
            Self::Warehouse => "outside.warehouse",
            Self::Billing => OUT_BILLING,
        }
    }

    /// The type of the events that it answers to.
    pub const fn hears(self) -> &'static str {
        match self {
            Self::Customer => QuoteActivated::TYPE.name,
            Self::Warehouse => OrderCreated::TYPE.name,
            Self::Billing => InvoiceIssued::TYPE.name,
        }
    }

    /// What it asks for, because of the `number`th event, as type and data.
    fn answer(
        self,
        manner: Manner,
        number: u64,
        event: &Opened,
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        // Nothing special is done on account of this number.
        let number = if manner == Manner::Straight { 1 } else { number };
        match self {
            Self::Customer => accept(number, &serde_json::from_slice(&event.data)?),
            Self::Warehouse => ship(number, &serde_json::from_slice(&event.data)?),
            Self::Billing if manner == Manner::Straight => Ok(Vec::new()),
            Self::Billing => pay(number, &serde_json::from_slice(&event.data)?),
        }
    }
}

/// The queues of the stand-ins; billing's own exists in every installation.
pub fn topology(sayers: &[Sayer]) -> Topology {
    let own = [Party::Customer, Party::Warehouse];
    let queues = own.map(|party| outward(party.queue(), &[party.hears()], sayers));
    Topology { exchanges: Vec::new(), queues: queues.into() }
}

/// Answers events on one link until `stop`.
///
/// # Errors
/// The link failed, or an event cannot be read.
pub async fn stand_in(
    who: (Party, Manner),
    post: Post,
    counts: Arc<Counts>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    StandIn::new(who, counts, |_| {}).answer(&post, &stop).await?;
    post.close().await;
    Ok(())
}

/// What somebody who watches a stand-in is told.
pub enum Seen<'a> {
    /// It was given an event, whether or not it answers to it.
    Event(&'a Opened),
    /// The broker has confirmed its command.
    Command(&'a Outgoing),
}

/// A stand-in with what it remembers; it can go on with another link.
pub struct StandIn {
    party: Party,
    manner: Manner,
    counts: Arc<Counts>,
    watch: Box<dyn FnMut(Seen<'_>) + Send>,
    /// The events that it answers to, numbered as they first came. One that comes again is answered
    /// again, with the same commands: whether the answer to its first copy arrived is not known.
    numbers: HashMap<String, u64>,
    answered: HashSet<u64>,
}

impl StandIn {
    /// One that remembers nothing yet; `watch` is told what it hears and says.
    pub fn new(
        (party, manner): (Party, Manner),
        counts: Arc<Counts>,
        watch: impl FnMut(Seen<'_>) + Send + 'static,
    ) -> Self {
        let (numbers, answered) = (HashMap::new(), HashSet::new());
        Self { party, manner, counts, watch: Box::new(watch), numbers, answered }
    }

    /// Answers events until `stop`.
    ///
    /// # Errors
    /// The link failed, or an event cannot be read.
    pub async fn answer(&mut self, post: &Post, stop: &CancellationToken) -> anyhow::Result<()> {
        let mut consumer = post.link().consume(self.party.queue(), PREFETCH).await?;
        loop {
            let batch = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                batch = consumer.next_batch(BATCH_MAX) => batch,
            };
            let Some(batch) = batch else {
                bail!(
                    "{}",
                    post.link().failure().unwrap_or_else(|| "The broker went away.".to_owned())
                );
            };
            let mut answers = Vec::new();
            for message in &batch {
                let event = open(message)?;
                (self.watch)(Seen::Event(&event));
                if event.ty == self.party.hears() {
                    let next = u64::try_from(self.numbers.len())? + 1;
                    let number = *self.numbers.entry(event.id.clone()).or_insert(next);
                    answers.push((number, letters((self.party, self.manner), number, &event)?));
                }
            }
            let commands: Vec<_> =
                answers.iter().flat_map(|(_, letters)| letters).cloned().collect();
            post.send(commands).await?;
            for (number, letters) in &answers {
                letters.iter().for_each(|command| (self.watch)(Seen::Command(command)));
                if self.answered.insert(*number) {
                    let sent = u64::try_from(letters.len())?;
                    self.counts.sent.fetch_add(sent, Ordering::SeqCst);
                }
            }
            self.counts.heard.store(u64::try_from(self.answered.len())?, Ordering::SeqCst);
            Receipt::of(&batch).acknowledge().await?;
        }
    }
}

/// # Errors
/// It is no message of the contract.
pub fn open(message: &Delivered) -> anyhow::Result<Opened> {
    let transport = Transport {
        content_type: message.content_type.as_deref(),
        message_id: message.message_id.as_deref(),
        kind: message.kind.as_deref(),
        app_id: message.app_id.as_deref(),
        headers: &message.headers,
    };
    envelope::open(transport, &message.body)
        .map_err(|why| anyhow!("An event cannot be read: {why}"))
}

/// The commands that answer an event. Their ids follow from its id, so that an event which comes
/// twice is answered twice with the same commands.
fn letters(
    (party, manner): (Party, Manner),
    number: u64,
    event: &Opened,
) -> anyhow::Result<Vec<Outgoing>> {
    let answer = party.answer(manner, number, event);
    let answer = answer.with_context(|| format!("The event {} cannot be answered", event.id))?;
    let letter = |(place, (ty, data)): (usize, (&str, String))| {
        let id = format!("{}/{place}", event.id);
        let sender = Sender { source: party.source().to_owned(), id, actor: None };
        Ok(post::command(&sender, ty, &data)?)
    };
    answer.into_iter().enumerate().map(letter).collect()
}

fn asked<M: Message>(command: &M) -> anyhow::Result<(&'static str, String)> {
    Ok((M::TYPE.name, serde_json::to_string(command)?))
}

fn accept(number: u64, event: &QuoteActivated) -> anyhow::Result<Vec<(&'static str, String)>> {
    let quote = event.quote;
    let answer = if number.is_multiple_of(DECLINES_EVERY) {
        asked(&QuoteClose {
            quote,
            reason: QuoteCloseReason::Lost,
            lose_opportunity: true,
            competitor: None,
            comment: Some("Bought elsewhere.".parse()?),
        })
    } else {
        asked(&QuoteAccept {
            purchase_order: Some(format!("PO-{}", 7000 + number).parse()?),
            offer_sha256: Some(event.offer_sha256.parse()?),
            channel: Some(AcceptanceChannel::Portal),
            ..QuoteAccept::of(quote)
        })
    };
    Ok(vec![answer?])
}

fn ship(number: u64, event: &OrderCreated) -> anyhow::Result<Vec<(&'static str, String)>> {
    let all = event.lines.iter().map(|line| (line.line.id, line.open()));
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (line, open) in all {
        let half = (open / Decimal::TWO).floor();
        let later = if number.is_multiple_of(DIVIDES_EVERY) { half } else { Decimal::ZERO };
        if later > Decimal::ZERO {
            second.push(ShippedLine { line, quantity: later });
        }
        first.push(ShippedLine { line, quantity: open - later });
    }
    let shipments = (1..).zip([first, second]).filter(|(_, lines)| !lines.is_empty());
    let ask = |(place, lines): (u32, Vec<ShippedLine>)| {
        let reference = format!("{}-{place}", event.number).parse()?;
        asked(&OrderShip { order: event.order, reference, lines })
    };
    shipments.map(ask).collect()
}

fn pay(number: u64, event: &InvoiceIssued) -> anyhow::Result<Vec<(&'static str, String)>> {
    if number.is_multiple_of(UNPAID_EVERY) {
        return Ok(Vec::new());
    }
    let payable = event.totals.payable;
    let amount = if number.is_multiple_of(PARTLY_EVERY) {
        (payable / Decimal::TWO).round_dp(event.totals.minor_unit_exponent)
    } else {
        payable
    };
    Ok(vec![asked(&PaymentReceived {
        invoice: Some(event.invoice_id),
        documents: Vec::new(),
        reference: format!("BANK-{}", event.invoice_number).parse()?,
        amount,
        currency: event.currency,
        value_date: event.issue_date.try_into()?,
        remittance: None,
    })?])
}
