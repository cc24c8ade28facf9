//! Messages about invoices.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{InvoiceId, PaymentId};
use crate::money::Currency;
use crate::text::{Code, Comment, Short};

pub mod issued;

pub use issued::InvoiceIssued;

crate::messages! { Invoice:
    events {
        InvoiceIssued = "invoice.issued.v1" by invoice_id;
        InvoicePaid = "invoice.paid.v1" by invoice;
        InvoiceCanceled = "invoice.canceled.v1" by invoice;
    }
    commands {
        PaymentReceived = "payment.received.v1" by invoice needs BookPayment;
        InvoiceCancel = "invoice.cancel.v1" by invoice needs CancelInvoice;
    }
}

/// Money for an invoice came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoicePaid {
    pub invoice: InvoiceId,
    pub number: String,
    pub payment: PaymentId,
    /// The system that reported it (CloudEvents `source`).
    pub payer: String,
    /// The payer system's own reference.
    pub reference: String,
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
    pub value_date: NaiveDate,
    /// Nothing remains to be paid.
    pub complete: bool,
    /// What the early discount of the terms let go.
    #[serde(with = "crate::money::AsText")]
    pub discount: Decimal,
    /// What remains; negative where too much was paid.
    #[serde(with = "crate::money::AsText")]
    pub payable: Decimal,
}

/// An unpaid invoice was canceled; its number stays taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceCanceled {
    pub invoice: InvoiceId,
    pub number: String,
    pub comment: String,
    /// The credit note that gives it back, where one was issued for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note: Option<InvoiceId>,
    pub at: DateTime<Utc>,
}

/// Most invoices that one transfer pays.
pub const DOCUMENTS_MAX: usize = 100;

/// A payer system reports money that came in: for one invoice, for several, or for nobody knows what. That is held until
/// a person says what it pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentReceived {
    /// The invoice that all of it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    /// In its place, where it pays several: how much of it is for which. All of them are booked or none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = DOCUMENTS_MAX))]
    pub documents: Vec<PaidDocument>,
    /// The payer system's own reference, unique per payer and invoice. Sent again, it changes nothing; sent with
    /// other money, it is refused.
    pub reference: Code,
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
    pub currency: Currency,
    /// When the money was there; at most ten years before or after today.
    pub value_date: Day,
    /// What the payer wrote with it: for the person who finds out what it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub remittance: Option<Comment>,
}

/// What of a payment is for which invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaidDocument {
    pub invoice: InvoiceId,
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
}

/// Cancel an invoice that nothing was paid on; its number stays taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceCancel {
    pub invoice: InvoiceId,
    pub reason: Short,
}
