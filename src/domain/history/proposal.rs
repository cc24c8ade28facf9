//! What the events about proposals make of them.

use crate::decide::Needs;
use crate::events::{ProposalAccepted, ProposalDismissed, ProposalExtended, ProposalMade};
use crate::ids::ProposalId;
use crate::proposal::{Proposal, ProposalAction, ProposalState};
use crate::replay::{Gap, Past, Replay};

impl Replay for ProposalMade {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.proposal);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Proposal {
            id: self.proposal,
            sequence: past.sequence,
            about: self.about,
            lead: self.lead,
            from: self.from.clone(),
            to: self.to.clone(),
            state: ProposalState::Open,
        });
        Ok(())
    }
}

impl Replay for ProposalExtended {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.proposal);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let extended = step(past, self.proposal, &ProposalAction::Extend)?;
        let (from, to) = (self.from.clone(), self.to.clone());
        past.put(Proposal { lead: self.lead, from, to, ..extended });
        Ok(())
    }
}

impl Replay for ProposalAccepted {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.proposal);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let accepted = step(past, self.proposal, &ProposalAction::Accept { at: past.at })?;
        past.put(accepted);
        Ok(())
    }
}

impl Replay for ProposalDismissed {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.proposal);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let dismissed = step(past, self.proposal, &ProposalAction::Dismiss { at: past.at })?;
        past.put(dismissed);
        Ok(())
    }
}

fn step(past: &Past<'_>, id: ProposalId, action: &ProposalAction) -> Result<Proposal, Gap> {
    let now = past.known(id)?.apply(action)?;
    Ok(Proposal { sequence: past.sequence, ..now })
}
