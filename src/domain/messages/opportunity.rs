//! Messages about opportunities.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::Customer;
use crate::document::Line;
use crate::enquiry::{Interest, Need, PurchaseTimeframe};
use crate::ids::{LeadId, OpportunityId, OrderId};
use crate::money::Currency;
use crate::opportunity::{Loss, LostReason};
use crate::text::{Comment, Short};
use crate::totals::Totals;

crate::messages! { Opportunity:
    events {
        OpportunityCreated = "opportunity.created.v1" by opportunity;
        OpportunityRepriced = "opportunity.repriced.v1" by opportunity;
        OpportunityWon = "opportunity.won.v1" by opportunity;
        OpportunityLost = "opportunity.lost.v1" by opportunity;
        OpportunityReopened = "opportunity.reopened.v1" by opportunity;
    }
    commands {
        OpportunityAddLine = "opportunity.add_line.v1" by opportunity needs EditDeal;
        QuoteDraft = "quote.draft.v1" by opportunity needs EditQuote;
        OpportunityWin = "opportunity.win.v1" by opportunity needs CloseDeal;
        OpportunityLose = "opportunity.lose.v1" by opportunity needs CloseDeal;
        OpportunityReopen = "opportunity.reopen.v1" by opportunity needs ReopenDeal;
    }
}

/// A possible sale was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityCreated {
    pub opportunity: OpportunityId,
    #[schemars(extend("x-personal" = true))]
    pub name: String,
    pub customer: Customer,
    /// The lead that it began with; absent where it was opened for a known customer (F67).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originating_lead: Option<LeadId>,
    /// The primary opportunity of that lead, where this is another one; absent in the primary one itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<OpportunityId>,
    /// The opportunity of that lead before it, which was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<OpportunityId>,
    /// What was asked for, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_timeframe: Option<PurchaseTimeframe>,
    /// The campaign, form or event that it came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The seller whose deal it is, as the lead says: a name or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub owner: Option<String>,
    pub currency: Currency,
    pub price_list: String,
    /// What they want, as declared by the lead or by the rule that qualified it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interest: Vec<Interest>,
    /// What the sale may bring, net: without tax and freight.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub estimated_revenue: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<NaiveDate>,
}

/// The lines of an opportunity, and with them its estimated revenue, changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityRepriced {
    pub opportunity: OpportunityId,
    pub lines: Vec<Line>,
    pub totals: Totals,
    /// What the sale may bring, net: without tax and freight (`totals.amount_less_freight`). What was estimated
    /// before where no lines are left; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub estimated_revenue: Option<Decimal>,
    /// What was wanted and could not be priced, each with the reason and its D365 code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpriced: Vec<String>,
    /// Why no quote is activated by itself: what a person must look at first, in finished sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub doubts: Vec<String>,
}

/// The sale was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityWon {
    pub opportunity: OpportunityId,
    /// What the sale brought, net, as the estimated revenue: without tax and freight.
    #[serde(with = "crate::money::AsText")]
    pub actual_revenue: Decimal,
    /// What the order asks for, tax and freight included; absent where it was won by hand.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub total_amount: Option<Decimal>,
    /// The order that won it; absent where it was won by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
}

/// The sale was not made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityLost {
    pub opportunity: OpportunityId,
    pub lost_reason: LostReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competitor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub comment: Option<String>,
}

impl OpportunityLost {
    /// That opportunity was lost so.
    #[must_use]
    pub fn of(opportunity: OpportunityId, loss: &Loss) -> Self {
        let Loss { reason, competitor, comment } = loss.clone();
        Self { opportunity, lost_reason: reason, competitor, comment }
    }
}

/// A closed opportunity is open again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityReopened {
    pub opportunity: OpportunityId,
}

/// Add a product to an open opportunity; the price comes from its price list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityAddLine {
    pub opportunity: OpportunityId,
    /// SKU or name.
    pub product: Short,
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
    /// What the seller takes off the whole line.
    #[serde(default, with = "crate::money::AsText")]
    pub manual_discount: Decimal,
    /// No more lines follow: a quote is drafted of them and, where the policy allows, activated.
    #[serde(default = "yes")]
    pub complete: bool,
}

/// Draft a quote of the lines of an open opportunity as they are, with a number of its own: another one beside those
/// that live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteDraft {
    pub opportunity: OpportunityId,
}

/// Win an opportunity by hand, without an order; refused while a quote lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityWin {
    pub opportunity: OpportunityId,
    /// What the sale brought, net: without tax and freight. Where absent, the estimated revenue.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub actual_revenue: Option<Decimal>,
}

/// Lose an opportunity; refused while a quote lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityLose {
    pub opportunity: OpportunityId,
    pub reason: LostReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competitor: Option<Short>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
}

/// Open a closed opportunity again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityReopen {
    pub opportunity: OpportunityId,
}

const fn yes() -> bool {
    true
}
