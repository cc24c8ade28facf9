//! What a lead knows over all its inputs: gaps are filled, the newest word of what they want counts, and who they are
//! is never overwritten in silence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Lead, LeadAction};
use crate::correction::Correction;
use crate::enquiry::{Channel, DOUBTS_MAX, EARLIER_MAX, Enquiry, Interest, MESSAGE_CHARS_MAX};
use crate::refusal::Refusal;

/// Most products that a lead can be interested in, over all its inputs.
pub const INTEREST_MAX: usize = 50;

/// What a later enquiry says otherwise of what they want, as it was and as it is from now on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewerFacts {
    #[serde(default, skip_serializing_if = "Correction::is_empty")]
    pub from: Correction,
    #[serde(default, skip_serializing_if = "Correction::is_empty")]
    pub to: Correction,
}

impl Lead {
    /// Another input of the same person: fills what was not known and adds what they are interested in. With `newer`,
    /// what it wrote is the newest message, and what it says otherwise counts; events of the past have none.
    ///
    /// # Errors
    /// [`Refusal`] where the lead is closed.
    pub fn add_enquiry(
        &self,
        other: &Enquiry,
        newer: Option<&NewerFacts>,
    ) -> Result<Self, Refusal> {
        let mut lead = self.apply(&LeadAction::AddEnquiry)?;
        if newer.is_some() {
            write_newest(&mut lead.enquiry, other.message.as_ref());
        }
        fill_gaps(&mut lead.enquiry, other);
        if newer.is_none() {
            lead.enquiry.consent |= other.consent;
        }
        if let Some(NewerFacts { to, .. }) = newer.filter(|newer| !newer.to.is_empty())
            && let Some(now) = to.of(Some(&lead.enquiry), Channel::Web)
        {
            lead.enquiry = now;
        }
        Ok(lead)
    }

    /// What another input says otherwise of what they want; nothing where it only says more.
    #[must_use]
    pub fn newer_facts(&self, other: &Enquiry) -> NewerFacts {
        let mut filled = self.enquiry.clone();
        write_newest(&mut filled, other.message.as_ref());
        fill_gaps(&mut filled, other);
        let mut now = filled.clone();
        if other.budget.is_some() && (other.budget, &other.currency) != (now.budget, &now.currency)
        {
            (now.budget, now.currency) = (other.budget, other.currency.clone());
        }
        if !other.consents.is_empty() {
            now.consent = other.consent;
        }
        newest(&mut now.budget_status, other.budget_status);
        newest(&mut now.purchase_timeframe, other.purchase_timeframe);
        newest(&mut now.purchase_process, other.purchase_process);
        newest(&mut now.need, other.need);
        newest(&mut now.decision_maker, other.decision_maker);
        newest(&mut now.close_date, other.close_date);
        // Of a product that is named again, the quantity that was said last counts.
        for wanted in other.interest.iter().filter(|wanted| wanted.quantity.is_some()) {
            let same = |known: &Interest| known.product == wanted.product;
            if now.interest.iter().any(|known| same(known) && known.quantity != wanted.quantity) {
                now.interest.retain(|known| !same(known) || known.quantity == wanted.quantity);
            }
        }
        if now == filled {
            return NewerFacts::default();
        }
        let (from, to) = Correction::between(&filled, &now);
        NewerFacts { from, to }
    }
}

/// What they wrote last is the message; what they wrote before stands behind it, as far as there is room.
fn write_newest(mine: &mut Enquiry, message: Option<&String>) {
    let Some(message) = message.filter(|it| mine.message.as_ref() != Some(*it)) else { return };
    let Some(before) = mine.message.replace(message.clone()) else { return };
    mine.earlier.retain(|text| *text != before && text != message);
    mine.earlier.insert(0, before);
    let mut room = MESSAGE_CHARS_MAX;
    let fits = |text: &&String| match room.checked_sub(text.chars().count()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let kept = mine.earlier.iter().take(EARLIER_MAX).take_while(fits).count();
    mine.earlier.truncate(kept);
}

fn fill_gaps(mine: &mut Enquiry, other: &Enquiry) {
    // Who was not known is known by the one who says more.
    mine.certainty.who = mine.certainty.who.min(other.certainty.who);
    fill(&mut mine.person.given_name, other.person.given_name.as_ref());
    fill(&mut mine.person.family_name, other.person.family_name.as_ref());
    fill(&mut mine.person.job_title, other.person.job_title.as_ref());
    fill(&mut mine.company, other.company.as_ref());
    fill(&mut mine.tax_id, other.tax_id.as_ref());
    fill(&mut mine.website, other.website.as_ref());
    fill(&mut mine.address, other.address.as_ref());
    fill(&mut mine.topic, other.topic.as_ref());
    fill(&mut mine.message, other.message.as_ref());
    fill(&mut mine.budget_status, other.budget_status.as_ref());
    fill(&mut mine.purchase_timeframe, other.purchase_timeframe.as_ref());
    fill(&mut mine.purchase_process, other.purchase_process.as_ref());
    fill(&mut mine.need, other.need.as_ref());
    fill(&mut mine.decision_maker, other.decision_maker.as_ref());
    fill(&mut mine.close_date, other.close_date.as_ref());
    fill(&mut mine.employees, other.employees.as_ref());
    fill(&mut mine.industry, other.industry.as_ref());
    fill(&mut mine.campaign, other.campaign.as_ref());
    fill(&mut mine.owner, other.owner.as_ref());
    if mine.budget.is_none() {
        (mine.budget, mine.currency) = (other.budget, other.currency.clone());
    }
    if mine.annual_revenue.is_none() {
        (mine.annual_revenue, mine.revenue_currency) =
            (other.annual_revenue, other.revenue_currency.clone());
    }
    add(&mut mine.person.emails, &other.person.emails, INTEREST_MAX);
    add(&mut mine.person.phones, &other.person.phones, INTEREST_MAX);
    add(&mut mine.interest, &other.interest, INTEREST_MAX);
    add(&mut mine.doubts, &other.doubts, DOUBTS_MAX);
}

fn newest<T>(mine: &mut Option<T>, other: Option<T>) {
    if other.is_some() {
        *mine = other;
    }
}

fn fill<T: Clone>(mine: &mut Option<T>, other: Option<&T>) {
    if mine.is_none() {
        *mine = other.cloned();
    }
}

fn add<T: Clone + PartialEq>(mine: &mut Vec<T>, other: &[T], max: usize) {
    for value in other {
        if mine.len() < max && !mine.contains(value) {
            mine.push(value.clone());
        }
    }
}
