//! The opportunities that a lead becomes, and whether it has one already that stands.

use domain::commands::OpportunityWish;
use domain::customer::Customer;
use domain::decide::{Ctx, Refusal, World};
use domain::enquiry::{Enquiry, Interest};
use domain::events::OpportunityCreated;
use domain::ids::OpportunityId;
use domain::keys::OpportunitiesBeside;
use domain::lead::Lead;
use domain::money::in_range;
use domain::needs::Needs;
use domain::opportunity::{Opportunity, OpportunityState, RevenueMode};
use domain::shelf::Shelf;
use rust_decimal::Decimal;

use crate::field_map::OpportunityFields;
use crate::pricing::Pricing;

/// Names the opportunities of a lead that was qualified before; of a new one there are none.
pub(crate) fn standing_needs(lead: &Lead, needs: &mut Needs) {
    if let Some(primary) = lead.opportunity {
        needs.lock(primary);
        needs.look_up(OpportunitiesBeside(lead.id));
    }
}

/// The opportunity of a lead that was not lost: the primary one, else one beside it (F66).
///
/// # Errors
/// Where there are too many to look at.
pub(crate) fn standing(world: &World, lead: &Lead) -> Result<Option<OpportunityId>, Refusal> {
    let Some(primary) = lead.opportunity else { return Ok(None) };
    if !world.find(primary).is_some_and(Opportunity::is_lost) {
        return Ok(Some(primary));
    }
    let others = world.all(OpportunitiesBeside(lead.id))?;
    Ok(others.into_iter().find(|deal| !deal.is_lost()).map(|deal| deal.id))
}

/// What opportunities of one lead have in common.
pub(crate) struct Deals<'a> {
    pub(crate) lead: &'a Lead,
    pub(crate) customer: Customer,
    /// What the lead hands on.
    pub(crate) fields: OpportunityFields,
    /// What to offer where the lead names no product.
    pub(crate) offer: &'a [Interest],
    pub(crate) pricing: Pricing<'a>,
}

impl Deals<'_> {
    /// One for each wish, the first is the primary one; one as the lead says where there is none (F58).
    pub(crate) fn open(
        &self,
        wishes: &[OpportunityWish],
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Vec<(Opportunity, OpportunityCreated)> {
        let as_said = [OpportunityWish::default()];
        let wishes = if wishes.is_empty() { &as_said } else { wishes };
        let mut primary = None;
        let mut opened = Vec::new();
        for wish in wishes {
            let id = ctx.id();
            opened.push(self.one(id, primary, wish));
            primary = primary.or(Some(id));
        }
        opened
    }

    fn one(
        &self,
        id: OpportunityId,
        primary: Option<OpportunityId>,
        wish: &OpportunityWish,
    ) -> (Opportunity, OpportunityCreated) {
        let (fields, lead) = (&self.fields, self.lead);
        // What the lead wants is wanted once.
        let first = primary.is_none();
        let interest = match (&wish.interest[..], first) {
            ([], true) if fields.interest.is_empty() => self.offer.to_vec(),
            ([], true) => fields.interest.clone(),
            (wanted, _) => wanted.to_vec(),
        };
        let (currency, price_list) = self.pricing.choose(fields.currency.as_deref(), &interest);
        let same = |code: &String| code.trim().eq_ignore_ascii_case(currency.as_str());
        let budget = wish.budget.or(fields.estimated_revenue.filter(|_| first));
        let budget = budget.filter(|_| fields.currency.as_ref().is_none_or(same));
        let budget = budget.filter(|budget| *budget > Decimal::ZERO);
        let name = wish.name.as_ref().map(|name| name.to_string()).filter(|name| !name.is_empty());
        let name = name.or_else(|| fields.name.clone());
        let close_date = wish.close_date.map(|day| day.date());
        let opportunity = Opportunity {
            id,
            sequence: 0,
            name: name.unwrap_or_else(|| named_after(&lead.enquiry, &lead.number)),
            customer: self.customer,
            originating_lead: Some(lead.id),
            primary,
            // Here that one was lost, or none would be opened.
            previous: lead.opportunity.filter(|_| first),
            description: fields.description.clone(),
            need: fields.need,
            purchase_timeframe: fields.purchase_timeframe,
            campaign: fields.campaign.clone(),
            owner: fields.owner.clone(),
            currency,
            price_list,
            estimated_revenue: budget.and_then(|budget| in_range(budget.round_dp(6)).ok()),
            revenue_mode: RevenueMode::System,
            close_date: close_date.or(fields.close_date.filter(|_| first)),
            actual_close_date: None,
            taking_part: lead.taking_part.clone(),
            lines: Vec::new(),
            quotes: Vec::new(),
            state: OpportunityState::Open,
        };
        let said = created(&opportunity, interest);
        (opportunity, said)
    }
}

/// The event that tells of a new deal, and of what it wants.
pub(crate) fn created(opportunity: &Opportunity, interest: Vec<Interest>) -> OpportunityCreated {
    let (price_list, undecided) = opportunity.price_list.told();
    OpportunityCreated {
        opportunity: opportunity.id,
        name: opportunity.name.clone(),
        customer: opportunity.customer,
        originating_lead: opportunity.originating_lead,
        primary: opportunity.primary,
        previous: opportunity.previous,
        description: opportunity.description.clone(),
        need: opportunity.need,
        purchase_timeframe: opportunity.purchase_timeframe,
        campaign: opportunity.campaign.clone(),
        owner: opportunity.owner.clone(),
        currency: opportunity.currency,
        price_list,
        undecided,
        interest,
        estimated_revenue: opportunity.estimated_revenue,
        revenue_mode: opportunity.revenue_mode,
        close_date: opportunity.close_date,
        stakeholders: opportunity.taking_part.stakeholders.clone(),
        competitors: opportunity.taking_part.competitors.clone(),
    }
}

fn named_after(ask: &Enquiry, number: &str) -> String {
    let who = ask.company.clone().or_else(|| ask.person.full_name());
    format!("Enquiry of {}", who.unwrap_or_else(|| number.to_owned()))
}
