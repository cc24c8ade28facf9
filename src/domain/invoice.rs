//! An invoice: a billed order with a gapless number; issued once, never changed, only paid or canceled.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::{Buyer, Customer};
use crate::delivery_terms::DeliveryTerms;
use crate::document::{DeliverTo, Line, PaymentTerms};
use crate::enquiry::Address;
use crate::ids::{InvoiceId, LineId, OpportunityId, OrderId, PaymentId, QuoteId};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::money::Currency;
use crate::newer::NewerWord;
use crate::totals::{Header, Totals};

/// Most payments that one invoice takes.
pub const PAYMENTS_MAX: usize = 200;

/// An issued invoice (D365: invoice; content after EN 16931).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Invoice {
    pub id: InvoiceId,
    /// Counts the events about it.
    pub sequence: i64,
    pub document_type: DocumentType,
    /// The documents that a credit note corrects, or whose down payments it takes off.
    pub preceding: Vec<PrecedingInvoice>,
    pub series: SeriesKey,
    /// BT-1, gapless within its series.
    pub number: String,
    /// The counter inside the number.
    pub counter: i64,
    /// The order that it bills; absent on an invoice of its own (F114). One order may have several.
    pub order: Option<OrderId>,
    pub quote: Option<QuoteId>,
    pub opportunity: Option<OpportunityId>,
    pub customer: Customer,
    pub issue_date: NaiveDate,
    pub due_date: NaiveDate,
    pub currency: Currency,
    pub seller: Seller,
    pub buyer: Buyer,
    pub lines: Vec<InvoiceLine>,
    pub header: Header,
    pub totals: Totals,
    pub payment_terms: PaymentTerms,
    /// Where the goods went; absent: to the buyer's address.
    pub deliver_to: Option<Box<DeliverTo>>,
    /// On which terms they are delivered; absent: none were agreed.
    pub delivery_terms: Option<Box<DeliveryTerms>>,
    pub purchase_order: Option<String>,
    pub payments: Vec<Payment>,
    pub state: InvoiceState,
}

/// BT-3: what kind of invoice it is, by its code of UNCL1001.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DocumentType {
    /// What was delivered is billed (380: commercial invoice).
    #[default]
    #[serde(rename = "380")]
    Invoice,
    /// Gives back all or some of the invoice that it names (381).
    #[serde(rename = "381")]
    CreditNote,
    /// Bills a part in advance (386: prepayment invoice).
    #[serde(rename = "386")]
    DownPayment,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// BG-3: an invoice that this one follows on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrecedingInvoice {
    pub invoice_id: InvoiceId,
    /// BT-25.
    pub invoice_number: String,
    /// BT-26.
    pub issue_date: NaiveDate,
}

/// A line of the invoice and the order line that it bills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceLine {
    pub line: Line,
    /// BT-132; absent on an invoice of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_line: Option<LineId>,
}

/// Money that came in, known by the payer system's own reference.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Payment {
    pub id: PaymentId,
    /// The system that reported it (CloudEvents `source`).
    pub payer: String,
    /// Its reference there, once per payer and invoice.
    pub reference: String,
    pub amount: Decimal,
    pub value_date: NaiveDate,
}

/// Who sells (EN 16931 BG-4); one per installation, from the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seller {
    /// BT-27.
    pub name: String,
    /// BT-31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// BT-32.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_number: Option<String>,
    /// BG-5.
    pub address: Address,
    /// BT-84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    /// BT-86.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// BT-43.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Which run of numbers: one per seller, kind of document and year.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct SeriesKey {
    /// The seller's code in numbers, as `INV`.
    pub seller: String,
    pub kind: String,
    pub year: i32,
}

/// A run of gapless numbers; its row is the last lock of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub key: SeriesKey,
    pub last_number: i64,
    /// The date of the last document; dates never go back within a series.
    pub last_date: Option<NaiveDate>,
}

impl Series {
    /// A run that has not begun.
    #[must_use]
    pub const fn new(key: SeriesKey) -> Self {
        Self { key, last_number: 0, last_date: None }
    }

    /// Takes the next number: the run after it, its counter, the number as printed (`INV-2026-000042`)
    /// and the issue date, which is `today` or the date of the last document if that is later.
    #[must_use]
    pub fn take(&self, today: NaiveDate) -> (Self, i64, String, NaiveDate) {
        let counter = self.last_number + 1;
        let date = self.last_date.map_or(today, |last| last.max(today));
        let number = format!("{}-{}-{counter:06}", self.key.seller, self.key.year);
        let series = Self { last_number: counter, last_date: Some(date), ..self.clone() };
        (series, counter, number, date)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum InvoiceState {
    Issued,
    PartiallyPaid,
    /// `discount` is what the early discount of the terms let go.
    Paid {
        at: DateTime<Utc>,
        discount: Decimal,
    },
    /// `credit_note` is the document that gives it back, where one was issued for it.
    Canceled {
        at: DateTime<Utc>,
        credit_note: Option<InvoiceId>,
    },
}

#[derive(Clone, Debug)]
pub enum InvoiceAction {
    PayPart,
    PayRest {
        at: DateTime<Utc>,
        discount: Decimal,
    },
    /// More money for an invoice that is paid: it came in, so it is booked, to be paid back.
    Overpay,
    Cancel {
        at: DateTime<Utc>,
        credit_note: Option<InvoiceId>,
    },
}

impl Lifecycle for Invoice {
    const KIND: SubjectKind = SubjectKind::Invoice;
    type State = InvoiceState;
    type Action = InvoiceAction;

    fn next(state: &InvoiceState, action: &InvoiceAction) -> Option<InvoiceState> {
        use {InvoiceAction as A, InvoiceState as S};
        match (state, action) {
            (S::Issued | S::PartiallyPaid, A::PayPart) => Some(S::PartiallyPaid),
            (S::Issued | S::PartiallyPaid, A::PayRest { at, discount }) => {
                Some(S::Paid { at: *at, discount: *discount })
            }
            (S::Paid { .. }, A::Overpay) => Some(state.clone()),
            (S::Issued, A::Cancel { at, credit_note }) => {
                Some(S::Canceled { at: *at, credit_note: *credit_note })
            }
            _ => None,
        }
    }

    fn state_name(state: &InvoiceState) -> &'static str {
        match state {
            InvoiceState::Issued => "issued",
            InvoiceState::PartiallyPaid => "partially_paid",
            InvoiceState::Paid { .. } => "paid",
            InvoiceState::Canceled { .. } => "canceled",
        }
    }

    fn verb(action: &InvoiceAction) -> &'static str {
        match action {
            InvoiceAction::PayPart => "be paid in part",
            InvoiceAction::PayRest { .. } => "be paid",
            InvoiceAction::Overpay => "be overpaid",
            InvoiceAction::Cancel { .. } => "be canceled",
        }
    }

    fn examples() -> (Vec<InvoiceState>, Vec<InvoiceAction>) {
        let (at, discount, credit_note) = (DateTime::UNIX_EPOCH, Decimal::ZERO, None);
        (
            vec![
                InvoiceState::Issued,
                InvoiceState::PartiallyPaid,
                InvoiceState::Paid { at, discount },
                InvoiceState::Canceled { at, credit_note },
            ],
            vec![
                InvoiceAction::PayPart,
                InvoiceAction::PayRest { at, discount },
                InvoiceAction::Overpay,
                InvoiceAction::Cancel { at, credit_note },
            ],
        )
    }
}

applies!(Invoice, InvoiceAction, |it| &it.number);

impl Invoice {
    /// The sum of all payments.
    #[must_use]
    pub fn paid(&self) -> Decimal {
        self.payments.iter().map(|payment| payment.amount).sum()
    }

    /// BT-115: what is still to be paid; negative where too much was. An early discount that was
    /// taken is owed no more.
    #[must_use]
    pub fn payable(&self) -> Decimal {
        let discount = match self.state {
            InvoiceState::Paid { discount, .. } => discount,
            _ => Decimal::ZERO,
        };
        self.totals.total_amount - discount - self.paid()
    }
}
