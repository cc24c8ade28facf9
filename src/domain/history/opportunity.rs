//! What the events about opportunities make of them.

use crate::decide::Needs;
use crate::events::{
    OpportunityCreated, OpportunityHeld, OpportunityLost, OpportunityReopened, OpportunityRepriced,
    OpportunityResumed, OpportunityUpdated, OpportunityWon,
};
use crate::opportunity::{Loss, Opportunity, OpportunityAction, OpportunityState};
use crate::price_choice::PricedBy;
use crate::replay::{Gap, Past, Replay};
use crate::stakeholder::TakingPart;

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
            price_list: PricedBy::of(
                self.price_list.clone(),
                self.undecided.clone(),
                self.interest.clone(),
            ),
            estimated_revenue: self.estimated_revenue,
            revenue_mode: self.revenue_mode,
            close_date: self.close_date,
            actual_close_date: None,
            taking_part: TakingPart {
                stakeholders: self.stakeholders.clone(),
                competitors: self.competitors.clone(),
            },
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
        let win = OpportunityAction::Win { at, actual_revenue };
        let won = past.known(self.opportunity)?.apply(&win)?;
        let (sequence, actual_close_date) = (past.sequence, self.actual_close_date);
        past.put(Opportunity { sequence, actual_close_date, ..won });
        Ok(())
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
        let lose = OpportunityAction::Lose { at: past.at, loss };
        let lost = past.known(self.opportunity)?.apply(&lose)?;
        let (sequence, actual_close_date) = (past.sequence, self.actual_close_date);
        past.put(Opportunity { sequence, actual_close_date, ..lost });
        Ok(())
    }
}

impl Replay for OpportunityReopened {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let open = past.known(self.opportunity)?.apply(&OpportunityAction::Reopen)?;
        past.put(Opportunity { sequence: past.sequence, actual_close_date: None, ..open });
        Ok(())
    }
}

impl Replay for OpportunityResumed {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let open = past.known(self.opportunity)?.apply(&OpportunityAction::Resume)?;
        past.put(Opportunity { sequence: past.sequence, ..open });
        Ok(())
    }
}

/// What an event makes of an open opportunity.
macro_rules! edits {
    ($($Event:ident: |$said:ident, $deal:ident, $past:ident| $edit:expr;)*) => {$(
        impl Replay for $Event {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.opportunity);
            }

            fn replay(&self, $past: &mut Past<'_>) -> Result<(), Gap> {
                let ($said, $deal) = (self, $past.known(self.opportunity)?);
                let deal: Opportunity = $edit;
                $past.put(Opportunity { sequence: $past.sequence, ..deal });
                Ok(())
            }
        }
    )*};
}
edits! {
    OpportunityUpdated: |said, deal, past| said.after(&deal.apply(&OpportunityAction::Edit)?);
    OpportunityHeld: |said, deal, past| {
        deal.apply(&OpportunityAction::Hold { at: past.at, reason: said.reason.clone() })?
    };
}
