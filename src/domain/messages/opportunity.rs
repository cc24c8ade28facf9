//! Messages about opportunities.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::Customer;
use crate::day::Day;
use crate::delivery_terms::DeliveryTerms;
use crate::document::Line;
use crate::enquiry::{Interest, Need, PurchaseTimeframe};
use crate::ids::{LeadId, OpportunityId, OrderId};
use crate::lead::INTEREST_MAX;
use crate::line_edits::LineEdits;
use crate::money::{Amount, Currency};
use crate::opportunity::{Loss, LostReason, RevenueMode};
use crate::patch::Patch;
use crate::stakeholder::Stakeholder;
use crate::text::{Code, Comment, Short};
use crate::totals::Totals;

mod taking_part;
mod updated;

pub use taking_part::{
    OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityCompetitorAdded,
    OpportunityCompetitorRemoved, OpportunityRemoveCompetitor, OpportunityRemoveStakeholder,
    OpportunityStakeholderAdded, OpportunityStakeholderRemoved,
};
pub use updated::OpportunityUpdated;

crate::messages! { Opportunity:
    events {
        OpportunityCreated = "opportunity.created.v1" by opportunity;
        OpportunityUpdated = "opportunity.updated.v1" by opportunity;
        OpportunityRepriced = "opportunity.repriced.v1" by opportunity;
        OpportunityStakeholderAdded = "opportunity.stakeholder_added.v1" by opportunity;
        OpportunityStakeholderRemoved = "opportunity.stakeholder_removed.v1" by opportunity;
        OpportunityCompetitorAdded = "opportunity.competitor_added.v1" by opportunity;
        OpportunityCompetitorRemoved = "opportunity.competitor_removed.v1" by opportunity;
        OpportunityHeld = "opportunity.held.v1" by opportunity;
        OpportunityResumed = "opportunity.resumed.v1" by opportunity;
        OpportunityWon = "opportunity.won.v1" by opportunity;
        OpportunityLost = "opportunity.lost.v1" by opportunity;
        OpportunityReopened = "opportunity.reopened.v1" by opportunity;
    }
    commands {
        OpportunityCreate = "opportunity.create.v1" by opportunity needs EditDeal;
        OpportunityUpdate = "opportunity.update.v1" by opportunity needs EditDeal;
        OpportunityEditLines = "opportunity.edit_lines.v1" by opportunity needs EditDeal;
        OpportunityAddStakeholder = "opportunity.add_stakeholder.v1" by opportunity needs EditDeal;
        OpportunityRemoveStakeholder = "opportunity.remove_stakeholder.v1" by opportunity needs EditDeal;
        OpportunityAddCompetitor = "opportunity.add_competitor.v1" by opportunity needs EditDeal;
        OpportunityRemoveCompetitor = "opportunity.remove_competitor.v1" by opportunity needs EditDeal;
        OpportunityHold = "opportunity.hold.v1" by opportunity needs EditDeal;
        OpportunityResume = "opportunity.resume.v1" by opportunity needs EditDeal;
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
    /// By which its lines are priced; absent where several lists are equally good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<String>,
    /// Why it has no price list, in finished sentences: nothing is priced and offered until somebody chooses one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<String>,
    /// What they want, as declared by the lead or by the rule that qualified it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interest: Vec<Interest>,
    /// What the sale may bring, net: without tax and freight.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub estimated_revenue: Option<Decimal>,
    /// Who says what it may bring; absent: the lines, as soon as there are some.
    #[serde(default, skip_serializing_if = "RevenueMode::is_system")]
    pub revenue_mode: RevenueMode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<NaiveDate>,
    /// The persons who have a part in the decision, as its lead says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakeholders: Vec<Stakeholder>,
    /// The rivals who want the same sale, as its lead says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub competitors: Vec<String>,
}

/// The lines of an opportunity, and with them its estimated revenue, changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityRepriced {
    pub opportunity: OpportunityId,
    pub lines: Vec<Line>,
    pub totals: Totals,
    /// What the sale may bring, net: without tax and freight (`totals.amount_less_freight`). What was estimated
    /// before where no lines are left, or where a person says it (`revenue_mode`); absent where nothing was.
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
    /// The day on which it was won, where that is not the day of this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_close_date: Option<NaiveDate>,
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
    /// The day on which it was lost, where that is not the day of this event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_close_date: Option<NaiveDate>,
}

impl OpportunityLost {
    /// That opportunity was lost so, today.
    #[must_use]
    pub fn of(opportunity: OpportunityId, loss: &Loss) -> Self {
        let Loss { reason, competitor, comment } = loss.clone();
        Self { opportunity, lost_reason: reason, competitor, comment, actual_close_date: None }
    }
}

/// Nothing is worked on for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityHeld {
    pub opportunity: OpportunityId,
    #[schemars(extend("x-personal" = true))]
    pub reason: String,
}

/// It is worked on again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityResumed {
    pub opportunity: OpportunityId,
}

/// A closed opportunity is open again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityReopened {
    pub opportunity: OpportunityId,
}

/// Open an opportunity for a known customer, without a lead (F67). What it wants is priced and offered as if a lead
/// had asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityCreate {
    /// Never given: the opportunity gets an id of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    /// Who buys: an account, a contact, or an account with the person to talk to. A contact of an account buys for it.
    pub customer: Customer,
    /// Absent: after the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub name: Option<Short>,
    /// What they ask for, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub description: Option<Comment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_timeframe: Option<PurchaseTimeframe>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Short>,
    /// The seller whose deal it is: a name or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub owner: Option<Short>,
    /// Absent: that of the price list, else the one of the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The code of a price list of the catalog; absent: the one in the currency that names the customer's territory or
    /// group, else the one that the settings have for the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<Code>,
    /// What they want.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = INTEREST_MAX))]
    pub interest: Vec<Interest>,
    /// What the sale may bring, net: without tax and freight.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub estimated_revenue: Option<Decimal>,
    /// Who says what it may bring: the lines as soon as there are some, or `estimated_revenue` whatever they say.
    #[serde(default, skip_serializing_if = "RevenueMode::is_system")]
    pub revenue_mode: RevenueMode,
    /// When it is likely to be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<Day>,
}

/// Change the header of an open opportunity, as a JSON merge patch (RFC 7396): what is absent stays as it is, null
/// clears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityUpdate {
    pub opportunity: OpportunityId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub name: Option<Short>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub description: Patch<Comment>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub need: Patch<Need>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub purchase_timeframe: Patch<PurchaseTimeframe>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub campaign: Patch<Short>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub owner: Patch<Short>,
    /// When it is likely to be decided; no day that is over.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub close_date: Patch<Day>,
    /// What the sale may bring, net. Where there are lines, `revenue_mode` must be `user`.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub estimated_revenue: Patch<Amount>,
    /// `system`: the lines say what it may bring. `user`: what a person said stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_mode: Option<RevenueMode>,
    /// The code of another price list, by which the lines are priced anew; its currency becomes the opportunity's. Not
    /// while the customer could still accept a quote. Where the opportunity had no list, what is wanted is priced and
    /// offered now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<Code>,
}

/// Edit the lines of an open opportunity (F68): all of these edits, or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityEditLines {
    pub opportunity: OpportunityId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    #[serde(default)]
    pub lines: LineEdits,
    /// No more edits follow: a quote is drafted of the lines and, where the policy allows, activated.
    #[serde(default = "yes")]
    pub complete: bool,
}

/// Put an open opportunity on hold (F86): until it is resumed nothing is edited and nothing offered. What the customer
/// accepts is accepted all the same, and what is over closes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityHold {
    pub opportunity: OpportunityId,
    #[schemars(extend("x-personal" = true))]
    pub reason: Short,
}

/// Go on with an opportunity that is on hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityResume {
    pub opportunity: OpportunityId,
}

/// Draft a quote of the lines of an open opportunity as they are, with a number of its own: another one beside those
/// that live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteDraft {
    pub opportunity: OpportunityId,
    /// On which terms the goods would be delivered; absent: on those of the settings, null: on none.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub delivery_terms: Patch<DeliveryTerms>,
}

impl QuoteDraft {
    /// On the terms of the settings.
    #[must_use]
    pub const fn of(opportunity: OpportunityId) -> Self {
        Self { opportunity, delivery_terms: Patch::Keep }
    }
}

/// Win an opportunity by hand, without an order; refused while a quote lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityWin {
    pub opportunity: OpportunityId,
    /// What the sale brought, net: without tax and freight. Where absent, the estimated revenue.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub actual_revenue: Option<Decimal>,
    /// The day on which it was won; absent: today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<Day>,
}

/// Lose an opportunity; refused while a quote lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityLose {
    pub opportunity: OpportunityId,
    pub reason: LostReason,
    /// Who made the sale instead: one of the competitors of the opportunity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competitor: Option<Short>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// The day on which it was lost; absent: today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<Day>,
}

/// Open a closed opportunity again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityReopen {
    pub opportunity: OpportunityId,
}

const fn yes() -> bool {
    true
}
