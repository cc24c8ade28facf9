//! What changed in the header of an opportunity.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::{Need, PurchaseTimeframe};
use crate::exchange_rate::Exchange;
use crate::ids::OpportunityId;
use crate::money::{Amount, Currency};
use crate::opportunity::{Opportunity, RevenueMode};
use crate::patch::Change;
use crate::price_choice::PricedBy;

/// The header of an open opportunity was changed; what is absent stayed as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityUpdated {
    pub opportunity: OpportunityId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub name: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub description: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Change<Need>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_timeframe: Option<Change<PurchaseTimeframe>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub owner: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<Change<NaiveDate>>,
    /// What the sale may bring, net: without tax and freight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_revenue: Option<Change<Amount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_mode: Option<Change<RevenueMode>>,
    /// That of the new price list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Change<Currency>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<Change<String>>,
    /// The rate of the new currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Change<Box<Exchange>>>,
    /// What it may bring now, in the base currency, where that is another one and a rate is known.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub base_estimated_revenue: Option<Decimal>,
    /// Who changed it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

impl OpportunityUpdated {
    /// What leads from one header to the other.
    #[must_use]
    pub fn between(was: &Opportunity, now: &Opportunity, by: Option<String>) -> Self {
        fn change<T: Clone + PartialEq>(was: &T, now: &T) -> Option<Change<T>> {
            Change::between(Some(was), Some(now))
        }
        let (from, to) = (was.estimated_revenue.map(Amount), now.estimated_revenue.map(Amount));
        let close_date = Change::between(was.close_date.as_ref(), now.close_date.as_ref());
        let timeframe = (was.purchase_timeframe.as_ref(), now.purchase_timeframe.as_ref());
        Self {
            opportunity: was.id,
            name: change(&was.name, &now.name),
            description: Change::between(was.description.as_ref(), now.description.as_ref()),
            need: Change::between(was.need.as_ref(), now.need.as_ref()),
            purchase_timeframe: Change::between(timeframe.0, timeframe.1),
            campaign: Change::between(was.campaign.as_ref(), now.campaign.as_ref()),
            owner: Change::between(was.owner.as_ref(), now.owner.as_ref()),
            close_date,
            estimated_revenue: Change::between(from.as_ref(), to.as_ref()),
            revenue_mode: change(&was.revenue_mode, &now.revenue_mode),
            currency: change(&was.currency, &now.currency),
            exchange: Change::between(was.exchange.as_ref(), now.exchange.as_ref()),
            base_estimated_revenue: now.base_estimated_revenue(),
            price_list: Change::between(was.price_list.list().ok(), now.price_list.list().ok()),
            by,
        }
    }

    /// The opportunity after it.
    #[must_use]
    pub fn after(&self, was: &Opportunity) -> Opportunity {
        fn after<T: Clone>(change: Option<&Change<T>>, was: &T) -> T {
            Change::after(change, Some(was)).unwrap_or_else(|| was.clone())
        }
        let revenue = was.estimated_revenue.map(Amount);
        let revenue = Change::after(self.estimated_revenue.as_ref(), revenue.as_ref());
        let listed = self.price_list.as_ref().and_then(|change| change.to.clone());
        Opportunity {
            name: after(self.name.as_ref(), &was.name),
            description: Change::after(self.description.as_ref(), was.description.as_ref()),
            need: Change::after(self.need.as_ref(), was.need.as_ref()),
            purchase_timeframe: Change::after(
                self.purchase_timeframe.as_ref(),
                was.purchase_timeframe.as_ref(),
            ),
            campaign: Change::after(self.campaign.as_ref(), was.campaign.as_ref()),
            owner: Change::after(self.owner.as_ref(), was.owner.as_ref()),
            close_date: Change::after(self.close_date.as_ref(), was.close_date.as_ref()),
            estimated_revenue: revenue.map(|amount| amount.0),
            revenue_mode: after(self.revenue_mode.as_ref(), &was.revenue_mode),
            currency: after(self.currency.as_ref(), &was.currency),
            exchange: Change::after(self.exchange.as_ref(), was.exchange.as_ref()),
            price_list: listed.map_or_else(|| was.price_list.clone(), PricedBy::from),
            ..was.clone()
        }
    }
}
