//! Random records, each field by itself: sound enough for the tables, without being a story that could
//! have happened.

use rust_decimal::Decimal;

use super::Dice;
use crate::bulk::Bulk;
use crate::consent::Consent;
use crate::customer::{Account, Contact, CustomerState};
use crate::duplicate::Duplicate;
use crate::erasure::Erasure;
use crate::input::Input;
use crate::invoice::{Invoice, Payment};
use crate::lead::{Lead, LeadState};
use crate::opportunity::Opportunity;
use crate::order::{Order, OrderLine, Shipment};
use crate::proposal::{About, Proposal};
use crate::quote::{Quote, QuoteState};
use crate::transfer::Transfer;

/// A record that can be thrown.
pub trait Random: Sized {
    /// Any one.
    fn random(dice: &mut Dice) -> Self;

    /// Another random state of the same record; what is frozen stays.
    #[must_use]
    fn changed(&self, dice: &mut Dice) -> Self;
}

/// One to three events later.
fn later(sequence: i64, dice: &mut Dice) -> i64 {
    sequence + 1 + dice.below(3).cast_signed()
}

impl Random for Input {
    fn random(dice: &mut Dice) -> Self {
        Self { sequence: dice.count(), ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { id, channel, part_of, .. } = *self;
        Self { id, sequence, channel, part_of, ..Self::random(dice) }
    }
}

/// What was merged was no merged one before.
fn once(state: &CustomerState) -> bool {
    let twice = |was: &CustomerState| matches!(was, CustomerState::Merged { .. });
    !matches!(state, CustomerState::Merged { was, .. } if twice(was))
}

impl Random for Account {
    fn random(dice: &mut Dice) -> Self {
        let mut any: Self = dice.any();
        while !once(&any.state) {
            any = dice.any();
        }
        Self { sequence: dice.count(), ..any }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { id, originating_lead, .. } = *self;
        Self { id, sequence, originating_lead, ..Self::random(dice) }
    }
}

impl Random for Contact {
    fn random(dice: &mut Dice) -> Self {
        let mut any: Self = dice.any();
        while !once(&any.state) {
            any = dice.any();
        }
        Self { sequence: dice.count(), ..any }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { id, originating_lead, .. } = *self;
        Self { id, sequence, originating_lead, ..Self::random(dice) }
    }
}

impl Random for Lead {
    fn random(dice: &mut Dice) -> Self {
        let mut lead: Self = dice.any();
        // What was merged was no merged one before.
        while matches!(lead.state(), LeadState::Merged { was, .. } if matches!(**was, LeadState::Merged { .. }))
        {
            lead = dice.any();
        }
        (lead.sequence, lead.number) = (dice.count(), dice.number());
        lead
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let mut now = Self::random(dice);
        (now.id, now.number) = (self.id, self.number.clone());
        (now.input, now.previous) = (self.input, self.previous);
        now.sequence = later(self.sequence, dice);
        now
    }
}

impl Random for Duplicate {
    fn random(dice: &mut Dice) -> Self {
        Self { sequence: dice.count(), ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        Self { sequence, state: dice.any(), ..self.clone() }
    }
}

impl Random for Opportunity {
    fn random(dice: &mut Dice) -> Self {
        Self { sequence: dice.count(), quotes: dice.list(Quote::random), ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let mut quotes: Vec<_> = self.quotes.iter().map(|quote| quote.changed(dice)).collect();
        quotes.extend((0..dice.below(2)).map(|_| Quote::random(dice)));
        let Self { id, originating_lead, primary, previous, .. } = *self;
        let deal = Self::random(dice);
        Self { id, sequence, originating_lead, primary, previous, quotes, ..deal }
    }
}

impl Random for Quote {
    fn random(dice: &mut Dice) -> Self {
        let quote: Self = dice.any();
        let waits_for = quote.waits_for.filter(|_| quote.state == QuoteState::Draft);
        Self { sequence: dice.count(), number: dice.number(), waits_for, ..quote }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let (number, revision) = (self.number.clone(), self.revision);
        Self { id: self.id, sequence, number, revision, ..Self::random(dice) }
    }
}

impl Random for Order {
    fn random(dice: &mut Dice) -> Self {
        let (lines, shipments) = (dice.list(order_line), dice.list(shipment));
        let order: Self = dice.any();
        // An order of a quote has the deal of that.
        let quote = order.quote.filter(|_| order.opportunity.is_some());
        Self { sequence: dice.count(), number: dice.number(), quote, lines, shipments, ..order }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let lines = self.lines.iter().cloned().map(|line| fate(line, dice)).collect();
        let mut shipments = self.shipments.clone();
        shipments.extend((0..dice.below(3)).map(|_| shipment(dice)));
        let (purchase_order, billing, state) = (dice.any(), dice.any(), dice.any());
        Self { sequence, lines, shipments, purchase_order, billing, state, ..self.clone() }
    }
}

impl Random for Invoice {
    fn random(dice: &mut Dice) -> Self {
        let (number, payments) = (dice.number(), dice.list(payment));
        let invoice: Self = dice.any();
        // What is billed of a quote is billed of its order.
        let quote = invoice.quote.filter(|_| invoice.order.is_some());
        Self { sequence: dice.count(), number, quote, payments, ..invoice }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let mut payments = self.payments.clone();
        payments.extend((0..dice.below(3)).map(|_| payment(dice)));
        Self { sequence, payments, state: dice.any(), ..self.clone() }
    }
}

impl Random for Consent {
    fn random(dice: &mut Dice) -> Self {
        Self { sequence: dice.count(), channel: dice.number(), ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { id, channel, .. } = self.clone();
        Self { id, sequence, channel, ..Self::random(dice) }
    }
}

impl Random for Erasure {
    fn random(dice: &mut Dice) -> Self {
        Self { sequence: dice.count(), ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { id, records, reason, closed_before, .. } = self.clone();
        Self { id, sequence, records, reason, closed_before, ..Self::random(dice) }
    }
}

impl Random for Proposal {
    fn random(dice: &mut Dice) -> Self {
        let about = match dice.below(3) {
            0 => About::account(dice.any()),
            1 => About::contact(dice.any()),
            _ => About::lead(dice.any()),
        };
        Self { sequence: dice.count(), about, ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { id, about, .. } = *self;
        Self { id, sequence, about, ..Self::random(dice) }
    }
}

impl Random for Transfer {
    fn random(dice: &mut Dice) -> Self {
        let transfer: Self = dice.any();
        let amount = transfer.amount + Decimal::ONE;
        Self { sequence: dice.count(), reference: dice.number(), amount, ..transfer }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        Self { sequence, state: dice.any(), ..self.clone() }
    }
}

impl Random for Bulk {
    fn random(dice: &mut Dice) -> Self {
        Self { sequence: dice.count(), ..dice.any() }
    }

    fn changed(&self, dice: &mut Dice) -> Self {
        let sequence = later(self.sequence, dice);
        let Self { asked, state, .. } = Self::random(dice);
        Self { sequence, asked, state, ..self.clone() }
    }
}

fn order_line(dice: &mut Dice) -> OrderLine {
    let nothing = Decimal::ZERO;
    let line = dice.any();
    fate(OrderLine { line, quantity_shipped: nothing, quantity_canceled: nothing }, dice)
}

/// The line, some of it shipped and some of the rest canceled.
fn fate(line: OrderLine, dice: &mut Dice) -> OrderLine {
    let quantity_shipped = Decimal::from(dice.below(3)).min(line.line.quantity);
    let rest = line.line.quantity - quantity_shipped;
    let quantity_canceled = Decimal::from(dice.below(3)).min(rest);
    OrderLine { quantity_shipped, quantity_canceled, ..line }
}

fn shipment(dice: &mut Dice) -> Shipment {
    Shipment { reference: dice.number(), ..dice.any() }
}

fn payment(dice: &mut Dice) -> Payment {
    Payment { reference: dice.number(), ..dice.any() }
}
