//! What the events about merged leads make of them and of their keys.

use super::lead::key_needs;
use crate::decide::Needs;
use crate::events::{LeadAbsorbed, LeadMerged, LeadRestored, LeadUnmerged};
use crate::kept_apart::changed;
use crate::lead::LeadAction;
use crate::merge::{Facts, Merge};
use crate::replay::{Gap, Past, Replay, keys};
use crate::stakeholder::TakingPart;

impl Replay for LeadMerged {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        key_needs(&self.keys, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let master = past.known(self.lead)?.apply(&LeadAction::TakeIn)?;
        let after = Facts {
            enquiry: self.enquiry.clone(),
            account: self.account,
            contact: self.contact,
            opportunity: self.opportunity,
            taking_part: TakingPart {
                stakeholders: self.stakeholders.clone(),
                competitors: self.competitors.clone(),
            },
        };
        let moved = keys(&self.keys)?.into_iter().map(|key| past.party(key)).collect();
        let (mut master, keys) = Merge::done(&master, &self.losers, after, moved, past.sequence);
        master.sequence = past.sequence;
        past.put(master);
        keys.into_iter().for_each(|party| past.put(party));
        Ok(())
    }
}

impl Replay for LeadAbsorbed {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let merge = LeadAction::Merge { at: past.at, master: self.master };
        let mut lead = past.known(self.lead)?.apply(&merge)?;
        lead.kept_apart = changed(&lead.kept_apart, &[], &[self.master.0]);
        lead.sequence = past.sequence;
        past.put(lead);
        Ok(())
    }
}

impl Replay for LeadRestored {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        needs.lock(self.master);
        key_needs(&self.keys, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut lead = past.known(self.lead)?.apply(&LeadAction::Restore)?;
        let master = past.known(self.master)?;
        let merge = master.merges.iter().rev().find(|merge| merge.losers.contains(&lead.id));
        if merge.is_some_and(|merge| merge.apart.contains(&lead.id)) {
            lead.kept_apart = changed(&lead.kept_apart, &[self.master.0], &[]);
        }
        lead.sequence = past.sequence;
        past.put(lead);
        for key in keys(&self.keys)? {
            let party = past.party(key);
            if let Some(back) = merge.and_then(|merge| merge.given_back(self.master, &party)) {
                past.put(back);
            }
        }
        Ok(())
    }
}

impl Replay for LeadUnmerged {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let master = past.known(self.lead)?.apply(&LeadAction::GiveBack)?;
        let facts = Facts {
            enquiry: self.enquiry.clone(),
            account: self.account,
            contact: self.contact,
            opportunity: self.opportunity,
            taking_part: TakingPart {
                stakeholders: self.stakeholders.clone(),
                competitors: self.competitors.clone(),
            },
        };
        let mut master = facts.put(master);
        let apart = master.merges.pop().map(|merge| merge.apart).unwrap_or_default();
        let apart: Vec<_> = apart.into_iter().map(Into::into).collect();
        master.kept_apart = changed(&master.kept_apart, &apart, &[]);
        master.sequence = past.sequence;
        past.put(master);
        Ok(())
    }
}
