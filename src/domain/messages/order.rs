//! Messages about orders.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::{Buyer, Customer};
use crate::delivery_terms::DeliveryTerms;
use crate::document::{DeliverTo, LINES_MAX, PaymentTerms};
use crate::ids::{OpportunityId, OrderId, QuoteId, ShipmentId};
use crate::money::Currency;
use crate::order::{OrderLine, ShippedLine};
use crate::patch::{Change, Patch};
use crate::text::{Code, Short};
use crate::totals::{Header, Totals};

crate::messages! { Order:
    events {
        OrderCreated = "order.created.v1" by order;
        OrderShipped = "order.shipped.v1" by order;
        OrderFulfilled = "order.fulfilled.v1" by order;
        OrderCanceled = "order.canceled.v1" by order;
        OrderUpdated = "order.updated.v1" by order;
    }
    commands {
        OrderShip = "order.ship.v1" by order needs ShipOrder;
        OrderCancel = "order.cancel.v1" by order needs CancelOrder;
        OrderUpdate = "order.update.v1" by order needs EditOrder;
    }
}

/// A confirmed order: the warehouse ships it with `order.ship`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCreated {
    pub order: OrderId,
    pub number: String,
    /// The quote that was accepted; absent on a direct order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<QuoteId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    pub customer: Customer,
    pub currency: Currency,
    pub buyer: Buyer,
    pub lines: Vec<OrderLine>,
    pub header: Header,
    pub totals: Totals,
    pub payment_terms: PaymentTerms,
    /// Where the goods go; absent: to the buyer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<Box<DeliverTo>>,
    /// On which terms they are delivered; absent: none were agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<Box<DeliveryTerms>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
}

/// A delivery left the warehouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderShipped {
    pub order: OrderId,
    pub shipment: ShipmentId,
    /// The warehouse's own reference.
    pub reference: String,
    pub lines: Vec<ShippedLine>,
}

/// Nothing of the order is open any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderFulfilled {
    pub order: OrderId,
    /// Some of it was canceled instead of shipped.
    pub partial: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Nothing of the order was shipped, and nothing will be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCanceled {
    pub order: OrderId,
    pub comment: String,
}

/// What an order bears of the customer's was corrected; what is absent stayed as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderUpdated {
    pub order: OrderId,
    /// The customer's own order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<Change<String>>,
    /// Who asked for it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// The warehouse shipped something of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderShip {
    pub order: OrderId,
    /// The warehouse's own reference, unique per order; sent again, it changes nothing.
    pub reference: Code,
    #[schemars(length(max = LINES_MAX))]
    pub lines: Vec<ShippedLine>,
}

/// Cancel what is not shipped of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCancel {
    pub order: OrderId,
    pub reason: Short,
}

/// Correct what an order bears of the customer's, as long as something of it is open: what is absent stays, null takes
/// it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderUpdate {
    pub order: OrderId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    /// The customer's own order number; it will stand on the invoice.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub purchase_order: Patch<Code>,
}
