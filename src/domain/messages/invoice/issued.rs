//! `invoice.issued`: the whole posted document, so that a billing system needs no call back.
//!
//! Field names are ours; the terms of EN 16931 stand beside them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::{Buyer, Customer};
use crate::delivery_terms::DeliveryTerms;
use crate::document::{DeliverTo, LineKind, PaymentTerms};
use crate::ids::{InvoiceId, LeadId, LineId, OpportunityId, OrderId, QuoteId};
use crate::invoice::{DocumentType, PrecedingInvoice, Seller, SeriesKey};
use crate::money::Currency;
use crate::totals::{Header, Tax, TaxCategory};

/// An invoice was issued. Its content never changes; a mistake is canceled and issued anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceIssued {
    pub invoice_id: InvoiceId,
    /// BT-1.
    pub invoice_number: String,
    /// The run of numbers without gaps that it was taken from, and the counter inside it.
    pub series: SeriesKey,
    pub counter: i64,
    pub document_type: DocumentType,
    /// BG-3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preceding: Vec<PrecedingInvoice>,
    /// BT-2.
    pub issue_date: NaiveDate,
    /// BT-9.
    pub due_date: NaiveDate,
    /// BT-5.
    pub currency: Currency,
    /// BT-24.
    pub specification: String,
    /// BT-10: whom the buyer routes the invoice to; the person who ordered, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub buyer_reference: Option<String>,
    /// BT-13: the customer's own order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order_ref: Option<String>,
    /// BT-14: our order number; absent on an invoice of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_order_ref: Option<String>,
    pub seller: Seller,
    pub buyer: Buyer,
    /// Our own keys of the buyer.
    pub customer: Customer,
    pub delivery: Delivery,
    pub payment: PaymentInstructions,
    pub lines: Vec<IssuedLine>,
    /// What allowances and charges of the document were computed from.
    pub header: Header,
    /// BG-20: document level allowances, one per tax category and rate.
    pub allowances: Vec<Adjustment>,
    /// BG-21: document level charges (freight).
    pub charges: Vec<Adjustment>,
    /// BG-23.
    pub tax_breakdown: Vec<TaxBreakdown>,
    pub totals: InvoiceTotals,
    pub origin: Origin,
}

/// BG-13.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// BT-72: the day of the last shipment.
    pub date: NaiveDate,
    /// BT-70, BG-15; absent: to the buyer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Box<DeliverTo>>,
    /// On which terms, in words, as `DAP Lyon (Incoterms 2020)`; absent: none were agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub terms: Option<String>,
    /// The same for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_code: Option<Box<DeliveryTerms>>,
}

/// BG-16.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentInstructions {
    /// BT-81: UNCL4461 code; 30 is a credit transfer, 58 a SEPA one.
    pub means_code: String,
    /// BT-84.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<String>,
    /// BT-86.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// BT-85: whose account it is; the seller's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// BT-83: what the payer should quote.
    pub remittance: String,
    /// BT-20.
    pub terms: String,
    /// The same for programs.
    pub terms_code: PaymentTerms,
    /// Rewards for paying early.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<EarlyDiscount>,
}

/// So much off when paid by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EarlyDiscount {
    #[serde(with = "crate::money::AsText")]
    pub percent: Decimal,
    pub until: NaiveDate,
}

/// BG-25.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssuedLine {
    /// BT-126.
    pub id: LineId,
    /// BT-132; absent on an invoice of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_line_ref: Option<LineId>,
    #[serde(default, skip_serializing_if = "LineKind::is_product")]
    pub kind: LineKind,
    /// The line of this invoice that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<LineId>,
    /// BT-155; only what the catalog has bears one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// BT-153.
    pub name: String,
    /// BT-154.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// BT-129.
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
    /// BT-130.
    pub unit_code: String,
    /// BT-146: the net price of one unit, volume discount taken off.
    #[serde(with = "crate::money::AsText")]
    pub unit_price: Decimal,
    /// BT-148: the price of one unit before the volume discount.
    #[serde(with = "crate::money::AsText")]
    pub gross_price: Decimal,
    /// BT-136: the line's own allowance.
    #[serde(with = "crate::money::AsText")]
    pub allowance: Decimal,
    /// BT-131.
    #[serde(with = "crate::money::AsText")]
    pub net_amount: Decimal,
    /// BT-151, BT-152.
    pub vat: Tax,
}

/// BG-20, BG-21.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Adjustment {
    /// BT-92, BT-99.
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
    /// BT-98, BT-105: UNCL5189 and UNCL7161.
    pub reason_code: String,
    /// BT-97, BT-104.
    pub reason: String,
    /// BT-95, BT-96; BT-102, BT-103.
    pub vat: Tax,
}

/// BG-23.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxBreakdown {
    /// BT-118.
    pub category: TaxCategory,
    /// BT-119.
    #[serde(with = "crate::money::AsText")]
    pub rate: Decimal,
    /// BT-116.
    #[serde(with = "crate::money::AsText")]
    pub base: Decimal,
    /// BT-117.
    #[serde(with = "crate::money::AsText")]
    pub tax: Decimal,
    /// Net amounts of the group's lines: what its base consists of, with the next two.
    #[serde(with = "crate::money::AsText")]
    pub lines: Decimal,
    /// The group's part of the document's allowances.
    #[serde(with = "crate::money::AsText")]
    pub allowances: Decimal,
    /// The group's part of the document's charges.
    #[serde(with = "crate::money::AsText")]
    pub charges: Decimal,
    /// BT-121: VATEX code where no tax is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption_code: Option<String>,
    /// BT-120.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption_reason: Option<String>,
}

/// BG-22, as decimal strings and once more as integers of the minor unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceTotals {
    /// BT-106.
    #[serde(with = "crate::money::AsText")]
    pub lines: Decimal,
    /// Of these, what the allowances of the lines took off.
    #[serde(with = "crate::money::AsText")]
    pub line_allowances: Decimal,
    /// BT-107.
    #[serde(with = "crate::money::AsText")]
    pub allowances: Decimal,
    /// BT-108.
    #[serde(with = "crate::money::AsText")]
    pub charges: Decimal,
    /// BT-109.
    #[serde(with = "crate::money::AsText")]
    pub net: Decimal,
    /// BT-110.
    #[serde(with = "crate::money::AsText")]
    pub vat: Decimal,
    /// BT-112.
    #[serde(with = "crate::money::AsText")]
    pub gross: Decimal,
    /// BT-113.
    #[serde(with = "crate::money::AsText")]
    pub prepaid: Decimal,
    /// BT-115.
    #[serde(with = "crate::money::AsText")]
    pub payable: Decimal,
    /// `net` in the minor unit (cents).
    pub net_minor: i64,
    /// `vat` in the minor unit.
    pub vat_minor: i64,
    /// `gross` in the minor unit.
    pub gross_minor: i64,
    /// `payable` in the minor unit.
    pub payable_minor: i64,
    /// Digits after the point of the minor unit; 2 for EUR.
    pub minor_unit_exponent: u32,
}

/// Where the invoice comes from, as far as there is such.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_id: Option<LeadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity_id: Option<OpportunityId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote_id: Option<QuoteId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
}
