//! What the events about leads make of them, of the inputs that they come from, and of the keys of their people.

use super::input::before;
use crate::customer::Customer;
use crate::decide::Needs;
use crate::enquiry::{Channel, Enquiry, Person};
use crate::events::{
    LeadCaptured, LeadDisqualified, LeadEnquiryAdded, LeadEnquiryWithdrawn, LeadQualified,
    LeadReactivated, LeadScored, LeadUpdated,
};
use crate::ids::LeadId;
use crate::input::Input;
use crate::kept_apart::changed;
use crate::lead::{Assessment, DisqualifyReason, Lead, LeadAction};
use crate::party::Party;
use crate::replay::{Gap, Past, Replay, keys};
use crate::undo::ReleasedKey;

pub(super) fn key_needs(written: &[String], needs: &mut Needs) {
    keys(written).iter().flatten().for_each(|key| needs.party(key));
}

/// The keys point at whom the event introduces.
pub(super) fn introduce(
    past: &mut Past<'_>,
    written: &[String],
    customer: Customer,
    lead: impl Fn(&Party) -> Option<LeadId>,
) -> Result<(), Gap> {
    for key in keys(written)? {
        let party = past.party(key);
        let lead = lead(&party);
        past.put(party.introduced(lead, customer));
    }
    Ok(())
}

/// The keys point at nobody any more.
pub(super) fn release(past: &mut Past<'_>, written: &[String]) -> Result<(), Gap> {
    for key in keys(written)? {
        past.put(Party::unknown(key));
    }
    Ok(())
}

impl Replay for LeadCaptured {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.input);
        needs.lock(self.lead);
        key_needs(&self.keys, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let input = before(past, self.input, self.channel, self.part_of);
        past.put(input.created(self.lead, &self.number)?);
        let (number, enquiry) = (self.number.clone(), self.enquiry.clone());
        let mut lead = Lead::new(self.lead, number, self.input, enquiry);
        lead.sequence = past.sequence;
        lead.previous = self.previous;
        lead.kept_apart.clone_from(&self.kept_apart);
        (lead.account, lead.contact) = (self.account, self.contact);
        let customer = Customer { account: lead.account, contact: lead.contact };
        past.put(lead);
        introduce(past, &self.keys, customer, |_| Some(self.lead))
    }
}

impl Replay for LeadEnquiryAdded {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.input);
        needs.lock(self.lead);
        key_needs(&self.keys, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let lead = past.known(self.lead)?;
        let input: Input = before(past, self.input, self.channel, self.part_of);
        past.put(input.joined(self.lead, &lead.number, self.another_person)?);
        let newer = self.newer.as_ref();
        let mut fuller = if self.another_person {
            let nobody = Person::default();
            lead.add_enquiry(&Enquiry { person: nobody, ..self.enquiry.clone() }, newer)?
        } else {
            lead.add_enquiry(&self.enquiry, newer)?
        };
        let customer = Customer { account: lead.account, contact: lead.contact };
        fuller.sequence = past.sequence;
        past.put(fuller);
        introduce(past, &self.keys, customer, |_| Some(self.lead))
    }
}

impl Replay for LeadUpdated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        key_needs(&self.keys, needs);
        key_needs(&self.released, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut lead = past.known(self.lead)?.apply(&LeadAction::Update)?;
        let now = self.to.of(Some(&lead.enquiry), Channel::Web);
        lead.enquiry = now.ok_or(Gap::Patch)?;
        lead.sequence = past.sequence;
        let customer = Customer { account: lead.account, contact: lead.contact };
        past.put(lead);
        introduce(past, &self.keys, customer, |_| Some(self.lead))?;
        release(past, &self.released)
    }
}

impl Replay for LeadScored {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        step(past, self.lead, &LeadAction::Score, Some(&self.assessment)).map(drop)
    }
}

impl Replay for LeadQualified {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        key_needs(&self.keys, needs);
        released_needs(&self.contested, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let qualify = LeadAction::Qualify { at: past.at };
        let mut lead = step(past, self.lead, &qualify, self.assessment.as_ref())?;
        lead.opportunity = Some(self.opportunity);
        (lead.account, lead.contact) = (self.customer.account, self.customer.contact);
        lead.kept_apart = changed(&lead.kept_apart, &self.kept_apart, &[]);
        past.put(lead);
        point(past, &self.contested)?;
        introduce(past, &self.keys, self.customer, |party| party.lead.or(Some(self.lead)))
    }
}

impl Replay for LeadDisqualified {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        released_needs(&self.released, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let (at, reason) = (past.at, self.disqualify_reason);
        let disqualify = match reason {
            DisqualifyReason::ImportUndone => LeadAction::Undo { at },
            reason => LeadAction::Disqualify { at, reason },
        };
        step(past, self.lead, &disqualify, self.assessment.as_ref())?;
        point(past, &self.released)
    }
}

impl Replay for LeadEnquiryWithdrawn {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
        released_needs(&self.released, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut lead = step(past, self.lead, &LeadAction::Withdraw, None)?;
        lead.enquiry = self.enquiry.clone();
        past.put(lead);
        point(past, &self.released)
    }
}

fn released_needs(released: &[ReleasedKey], needs: &mut Needs) {
    let keys: Vec<_> = released.iter().map(|released| released.key.clone()).collect();
    key_needs(&keys, needs);
}

/// The keys point at whom the event names.
fn point(past: &mut Past<'_>, released: &[ReleasedKey]) -> Result<(), Gap> {
    for released in released {
        for key in keys(std::slice::from_ref(&released.key))? {
            past.put(released.party(key));
        }
    }
    Ok(())
}

impl Replay for LeadReactivated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.lead);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        step(past, self.lead, &LeadAction::Reactivate, None).map(drop)
    }
}

/// A step of the lead's life, with what the rules said where they said anything.
fn step(
    past: &mut Past<'_>,
    id: LeadId,
    action: &LeadAction,
    assessment: Option<&Assessment>,
) -> Result<Lead, Gap> {
    let mut lead = past.known(id)?.apply(action)?;
    lead.sequence = past.sequence;
    lead.assessment = assessment.cloned().or(lead.assessment);
    past.put(lead.clone());
    Ok(lead)
}
