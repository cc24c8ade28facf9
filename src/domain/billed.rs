//! How much of an order is billed, and how much of it can be.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::billing::Billing;
use crate::ids::LineId;
use crate::invoice::{DocumentType, Invoice, InvoiceState};
use crate::order::{Order, OrderLine};
use crate::totals::{Tax, TaxPart, Totals};

/// Most documents of one order, invoices and credit notes together.
pub const INVOICES_MAX: usize = 200;
/// So many an order gets by itself; what is left then goes on the invoice of the fulfilled order.
pub const INVOICES_BY_ITSELF_MAX: usize = 100;

/// How much of a line may be billed altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What left the warehouse.
    Shipped,
    /// What was ordered and not canceled.
    Ordered,
}

impl Reach {
    /// By the policy; what is asked for by name may go further where everything is by hand.
    #[must_use]
    pub const fn of(billing: Billing, by_name: bool) -> Self {
        match billing {
            Billing::OnOrder => Self::Ordered,
            Billing::ByHand if by_name => Self::Ordered,
            _ => Self::Shipped,
        }
    }

    fn most(self, line: &OrderLine) -> Decimal {
        match self {
            Self::Shipped => line.quantity_shipped,
            Self::Ordered => line.line.quantity - line.quantity_canceled,
        }
    }
}

/// What stands of an order line on its invoices, credit notes taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BilledLine {
    pub quantity: Decimal,
    /// The most that ever stood: what was taken back of it is billed again only where somebody asks for it.
    pub highest: Decimal,
    /// The line's own discount (BT-136).
    pub manual_discount: Decimal,
    /// BT-131.
    pub net_amount: Decimal,
}

/// What stands of an order on its invoices, credit notes taken off. Derived from the documents: nothing else knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Billed {
    pub lines: BTreeMap<LineId, BilledLine>,
    /// Of the amounts of the order's header.
    pub discount_amount: Decimal,
    pub freight_amount: Decimal,
    /// The category that the first document gave the freight, which all others keep.
    pub freight_tax: Option<Tax>,
    pub totals: Option<Totals>,
}

impl Billed {
    /// Adds up the documents of an order. What was canceled without a credit note does not count.
    #[must_use]
    pub fn of<'i>(documents: impl IntoIterator<Item = &'i Invoice>) -> Self {
        let mut documents: Vec<_> = documents.into_iter().collect();
        // In the order in which they were issued.
        documents.sort_unstable_by_key(|document| document.id);
        let mut billed = Self::default();
        for document in documents {
            if counts(document) {
                billed.add(document);
            } else {
                billed.reached(document);
            }
        }
        billed
    }

    /// It stood for a while.
    fn reached(&mut self, document: &Invoice) {
        for line in &document.lines {
            let Some(of) = line.order_line else { continue };
            let sum = self.lines.entry(of).or_default();
            sum.highest = sum.highest.max(sum.quantity + line.line.quantity);
        }
    }

    fn add(&mut self, document: &Invoice) {
        let credit = document.document_type == DocumentType::CreditNote;
        let signed = |amount: Decimal| if credit { -amount } else { amount };
        for line in &document.lines {
            let Some(of) = line.order_line else { continue };
            let sum = self.lines.entry(of).or_default();
            sum.quantity += signed(line.line.quantity);
            sum.highest = sum.highest.max(sum.quantity);
            sum.manual_discount += signed(line.line.manual_discount);
            sum.net_amount += signed(line.line.net_amount);
        }
        self.discount_amount += signed(document.header.discount_amount);
        self.freight_amount += signed(document.header.freight_amount);
        self.freight_tax = self.freight_tax.or(document.header.freight_tax);
        let sum = match self.totals.take() {
            None => changed(&document.totals, signed),
            Some(sum) => added(&sum, &document.totals, signed),
        };
        self.totals = Some(sum);
    }

    /// How many of that order line.
    #[must_use]
    pub fn quantity(&self, line: LineId) -> Decimal {
        self.lines.get(&line).map_or(Decimal::ZERO, |line| line.quantity)
    }

    /// Does nothing stand?
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.lines.values().all(|line| line.quantity.is_zero())
    }
}

/// What of each line of the order, in its order, can still be billed; never below zero.
#[must_use]
pub fn billable(order: &Order, billed: &Billed, reach: Reach) -> Vec<Decimal> {
    left(order, reach, |line| billed.quantity(line))
}

/// The same where nobody asks for it: without what was taken back.
#[must_use]
pub fn billable_by_itself(order: &Order, billed: &Billed, reach: Reach) -> Vec<Decimal> {
    left(order, reach, |line| billed.lines.get(&line).map_or(Decimal::ZERO, |line| line.highest))
}

fn left(order: &Order, reach: Reach, done: impl Fn(LineId) -> Decimal) -> Vec<Decimal> {
    let of = |line: &OrderLine| {
        if !line.line.kind.has_amounts() {
            return Decimal::ZERO;
        }
        (reach.most(line) - done(line.line.id)).max(Decimal::ZERO)
    };
    order.lines.iter().map(of).collect()
}

fn counts(document: &Invoice) -> bool {
    !matches!(document.state, InvoiceState::Canceled { credit_note: None, .. })
}

/// These totals, each figure made another one.
fn changed(of: &Totals, with: impl Fn(Decimal) -> Decimal) -> Totals {
    let part = |part: &TaxPart| TaxPart {
        category: part.category,
        rate: part.rate,
        net_amount: with(part.net_amount),
        discount_amount: with(part.discount_amount),
        freight_amount: with(part.freight_amount),
        base: with(part.base),
        tax: with(part.tax),
    };
    Totals {
        detail_amount: with(of.detail_amount),
        line_discount: with(of.line_discount),
        discount_amount: with(of.discount_amount),
        amount_less_freight: with(of.amount_less_freight),
        freight_amount: with(of.freight_amount),
        tax_amount: with(of.tax_amount),
        total_amount: with(of.total_amount),
        breakdown: of.breakdown.iter().map(part).collect(),
    }
}

/// Both together, column by column and group by group.
pub(crate) fn added(these: &Totals, those: &Totals, with: impl Fn(Decimal) -> Decimal) -> Totals {
    let those = changed(those, with);
    let key = |part: &TaxPart| Tax { category: part.category, rate: part.rate };
    let mut groups: BTreeMap<Tax, TaxPart> = BTreeMap::new();
    for part in these.breakdown.iter().chain(&those.breakdown) {
        let sum = groups.entry(key(part)).or_insert_with(|| TaxPart {
            net_amount: Decimal::ZERO,
            discount_amount: Decimal::ZERO,
            freight_amount: Decimal::ZERO,
            base: Decimal::ZERO,
            tax: Decimal::ZERO,
            ..part.clone()
        });
        sum.net_amount += part.net_amount;
        sum.discount_amount += part.discount_amount;
        sum.freight_amount += part.freight_amount;
        sum.base += part.base;
        sum.tax += part.tax;
    }
    Totals {
        detail_amount: these.detail_amount + those.detail_amount,
        line_discount: these.line_discount + those.line_discount,
        discount_amount: these.discount_amount + those.discount_amount,
        amount_less_freight: these.amount_less_freight + those.amount_less_freight,
        freight_amount: these.freight_amount + those.freight_amount,
        tax_amount: these.tax_amount + those.tax_amount,
        total_amount: these.total_amount + those.total_amount,
        breakdown: groups.into_values().collect(),
    }
}
