//! What the events about opportunities make of them.

use crate::decide::Needs;
use crate::events::{
    OpportunityCreated, OpportunityLost, OpportunityReopened, OpportunityRepriced, OpportunityWon,
};
use crate::ids::OpportunityId;
use crate::opportunity::{Loss, Opportunity, OpportunityAction, OpportunityState};
use crate::replay::{Gap, Past, Replay};

impl Replay for OpportunityCreated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Opportunity {
            id: self.opportunity,
            sequence: past.sequence,
            name: self.name.clone(),
            customer: self.customer,
            originating_lead: self.originating_lead,
            primary: self.primary,
            previous: self.previous,
            description: self.description.clone(),
            need: self.need,
            purchase_timeframe: self.purchase_timeframe,
            campaign: self.campaign.clone(),
            owner: self.owner.clone(),
            currency: self.currency,
            price_list: self.price_list.clone(),
            estimated_revenue: self.estimated_revenue,
            close_date: self.close_date,
            lines: Vec::new(),
            quotes: Vec::new(),
            state: OpportunityState::Open,
        });
        Ok(())
    }
}

impl Replay for OpportunityRepriced {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let opportunity = past.known(self.opportunity)?;
        let (lines, estimated_revenue) = (self.lines.clone(), self.estimated_revenue);
        let sequence = past.sequence;
        past.put(Opportunity { sequence, lines, estimated_revenue, ..opportunity });
        Ok(())
    }
}

impl Replay for OpportunityWon {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let (at, actual_revenue) = (past.at, self.actual_revenue);
        step(past, self.opportunity, &OpportunityAction::Win { at, actual_revenue })
    }
}

impl Replay for OpportunityLost {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let loss = Loss {
            reason: self.lost_reason,
            competitor: self.competitor.clone(),
            comment: self.comment.clone(),
        };
        step(past, self.opportunity, &OpportunityAction::Lose { at: past.at, loss })
    }
}

impl Replay for OpportunityReopened {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        step(past, self.opportunity, &OpportunityAction::Reopen)
    }
}

fn step(past: &mut Past<'_>, id: OpportunityId, action: &OpportunityAction) -> Result<(), Gap> {
    let opportunity = past.known(id)?.apply(action)?;
    past.put(Opportunity { sequence: past.sequence, ..opportunity });
    Ok(())
}
