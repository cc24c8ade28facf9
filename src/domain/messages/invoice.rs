//! Messages about invoices.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{InvoiceId, PaymentId};
use crate::money::Currency;
use crate::text::{Code, Short};

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

/// A payer system reports money for an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentReceived {
    pub invoice: InvoiceId,
    /// The payer system's own reference, unique per payer and invoice: one transfer may pay several
    /// invoices. Sent again, it changes nothing; sent with other money, it is refused.
    pub reference: Code,
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
    pub currency: Currency,
    /// When the money was there; at most ten years before or after today.
    pub value_date: Day,
}

/// Cancel an invoice that nothing was paid on; its number stays taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceCancel {
    pub invoice: InvoiceId,
    pub reason: Short,
}
