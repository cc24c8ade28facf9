//! What the events about duplicates make of them.

use crate::decide::Needs;
use crate::duplicate::{Duplicate, DuplicateState, DuplicateStep};
use crate::events::{DuplicateClosed, LeadDuplicateFound};
use crate::replay::{Gap, Past, Replay};

impl Replay for LeadDuplicateFound {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        needs.lock(self.duplicate);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut lead = past.known(self.lead)?;
        lead.sequence = past.sequence;
        past.put(lead);
        past.put(Duplicate {
            id: self.duplicate,
            sequence: 0,
            lead: self.lead,
            other_lead: self.other_lead,
            contact: self.contact,
            account: self.account,
            rules: self.rules.clone(),
            rule: self.rule.clone(),
            action: self.action,
            score: self.score,
            evidence: self.evidence.clone(),
            more: self.more,
            state: DuplicateState::Open,
        });
        Ok(())
    }
}

impl Replay for DuplicateClosed {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.duplicate);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let closed = past.known(self.duplicate)?.apply(&DuplicateStep::Close { at: past.at })?;
        past.put(Duplicate { sequence: past.sequence, ..closed });
        Ok(())
    }
}
