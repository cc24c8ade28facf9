//! An order: what the customer accepted and the warehouse ships; the root that guards its shipments.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::{Buyer, Customer};
use crate::delivery_terms::DeliveryTerms;
use crate::document::{DeliverTo, Line, PaymentTerms};
use crate::ids::{LineId, OpportunityId, OrderId, QuoteId, ShipmentId};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::money::Currency;
use crate::totals::{Header, Totals};

/// Most shipments of one order.
pub const SHIPMENTS_MAX: usize = 1000;

/// A confirmed request for delivery (D365: salesorder). Born of a quote, its prices are locked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Order {
    pub id: OrderId,
    /// Counts the events about it.
    pub sequence: i64,
    /// As `O-100042`.
    pub number: String,
    /// The quote that was accepted, which has this order alone; absent on a direct order (F103).
    pub quote: Option<QuoteId>,
    /// The deal that it won or belongs to; an order of a quote has that one's.
    pub opportunity: Option<OpportunityId>,
    pub customer: Customer,
    pub currency: Currency,
    pub buyer: Buyer,
    pub lines: Vec<OrderLine>,
    pub header: Header,
    pub totals: Totals,
    pub payment_terms: PaymentTerms,
    /// Where the goods go; absent: to the buyer's address.
    pub deliver_to: Option<Box<DeliverTo>>,
    /// On which terms they are delivered; absent: none were agreed.
    pub delivery_terms: Option<Box<DeliveryTerms>>,
    /// The customer's own order number (EN 16931 BT-13).
    pub purchase_order: Option<String>,
    pub shipments: Vec<Shipment>,
    pub state: OrderState,
}

/// A line of the order and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderLine {
    pub line: Line,
    #[serde(with = "crate::money::AsText")]
    pub quantity_shipped: Decimal,
    #[serde(with = "crate::money::AsText")]
    pub quantity_canceled: Decimal,
}

impl OrderLine {
    /// What is neither shipped nor canceled.
    #[must_use]
    pub fn open(&self) -> Decimal {
        self.line.quantity - self.quantity_shipped - self.quantity_canceled
    }
}

/// One delivery, known by the warehouse's own reference, which is unique per order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Shipment {
    pub id: ShipmentId,
    pub reference: String,
    pub at: DateTime<Utc>,
    pub lines: Vec<ShippedLine>,
}

/// How many of one order line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShippedLine {
    /// The order line.
    pub line: LineId,
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
}

/// "Partially shipped" is derived from the lines, not a state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum OrderState {
    Active,
    /// Nothing is open; `partial` where some of it was canceled.
    Fulfilled {
        at: DateTime<Utc>,
        partial: bool,
    },
    /// Nothing was shipped and nothing will be.
    Canceled {
        at: DateTime<Utc>,
    },
}

#[derive(Clone, Debug)]
pub enum OrderAction {
    Update,
    Ship,
    Fulfil { at: DateTime<Utc>, partial: bool },
    Cancel { at: DateTime<Utc> },
}

impl Lifecycle for Order {
    const KIND: SubjectKind = SubjectKind::Order;
    type State = OrderState;
    type Action = OrderAction;

    fn next(state: &OrderState, action: &OrderAction) -> Option<OrderState> {
        use {OrderAction as A, OrderState as S};
        match (state, action) {
            (S::Active, A::Ship | A::Update) => Some(S::Active),
            (S::Active, A::Fulfil { at, partial }) => {
                Some(S::Fulfilled { at: *at, partial: *partial })
            }
            (S::Active, A::Cancel { at }) => Some(S::Canceled { at: *at }),
            _ => None,
        }
    }

    fn state_name(state: &OrderState) -> &'static str {
        match state {
            OrderState::Active => "active",
            OrderState::Fulfilled { .. } => "fulfilled",
            OrderState::Canceled { .. } => "canceled",
        }
    }

    fn verb(action: &OrderAction) -> &'static str {
        match action {
            OrderAction::Update => "be updated",
            OrderAction::Ship => "be shipped",
            OrderAction::Fulfil { .. } => "be fulfilled",
            OrderAction::Cancel { .. } => "be canceled",
        }
    }

    fn examples() -> (Vec<OrderState>, Vec<OrderAction>) {
        let (at, partial) = (DateTime::UNIX_EPOCH, false);
        (
            vec![
                OrderState::Active,
                OrderState::Fulfilled { at, partial },
                OrderState::Canceled { at },
            ],
            vec![
                OrderAction::Update,
                OrderAction::Ship,
                OrderAction::Fulfil { at, partial },
                OrderAction::Cancel { at },
            ],
        )
    }
}

applies!(Order, OrderAction, |it| &it.number);

impl Order {
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.line.id == id)
    }

    /// The same order, nothing of which is open: what was not shipped is canceled.
    #[must_use]
    pub fn rest_canceled(mut self) -> Self {
        for line in &mut self.lines {
            line.quantity_canceled += line.open();
        }
        self
    }

    #[must_use]
    pub fn nothing_shipped(&self) -> bool {
        self.lines.iter().all(|line| line.quantity_shipped.is_zero())
    }

    #[must_use]
    pub fn nothing_open(&self) -> bool {
        self.lines.iter().all(|line| line.open().is_zero())
    }
}
