//! What the events about who takes part in a decision make of leads and opportunities.

use crate::decide::Needs;
use crate::events::{
    LeadCompetitorAdded, LeadCompetitorRemoved, LeadStakeholderAdded, LeadStakeholderRemoved,
    OpportunityCompetitorAdded, OpportunityCompetitorRemoved, OpportunityStakeholderAdded,
    OpportunityStakeholderRemoved,
};
use crate::replay::{Gap, Past, Replay};
use crate::stakeholder::Stakeholder;
use crate::taking_part::Decided;

/// What an event makes of the decision on a record that may be edited.
macro_rules! edits {
    ($($Event:ident of $record:ident: |$said:ident, $part:ident| $edit:expr;)*) => {$(
        impl Replay for $Event {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.$record);
            }

            fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
                let ($said, mut record) = (self, past.known(self.$record)?.editable()?);
                let $part = record.taking_part_mut();
                $edit;
                record.sequence = past.sequence;
                past.put(record);
                Ok(())
            }
        }
    )*};
}
edits! {
    LeadStakeholderAdded of lead: |said, part| {
        part.add_stakeholder(Stakeholder { contact: said.contact, role: said.role })
    };
    LeadStakeholderRemoved of lead: |said, part| part.remove_stakeholder(said.contact);
    LeadCompetitorAdded of lead: |said, part| part.add_competitor(&said.competitor);
    LeadCompetitorRemoved of lead: |said, part| part.remove_competitor(&said.competitor);
    OpportunityStakeholderAdded of opportunity: |said, part| {
        part.add_stakeholder(Stakeholder { contact: said.contact, role: said.role })
    };
    OpportunityStakeholderRemoved of opportunity: |said, part| part.remove_stakeholder(said.contact);
    OpportunityCompetitorAdded of opportunity: |said, part| part.add_competitor(&said.competitor);
    OpportunityCompetitorRemoved of opportunity: |said, part| part.remove_competitor(&said.competitor);
}
