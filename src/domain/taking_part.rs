//! What is asked of who takes part in a decision: one answer for leads and for opportunities.

use uuid::Uuid;

use crate::decide::{Refusal, World};
use crate::ids::ContactId;
use crate::lead::{Lead, LeadAction};
use crate::lifecycle::Lifecycle;
use crate::opportunity::{Opportunity, OpportunityAction};
use crate::stakeholder::{COMPETITORS_MAX, STAKEHOLDERS_MAX, Stakeholder, TakingPart};
use crate::survivor::survivor;

/// A record that somebody decides on: a lead or an opportunity.
pub trait Decided: Lifecycle + Sized {
    /// How people name its kind, as in its commands.
    const NOUN: &'static str;
    /// The rule of [`STAKEHOLDERS_MAX`].
    const STAKEHOLDERS: &'static str;
    /// The rule of [`COMPETITORS_MAX`].
    const COMPETITORS: &'static str;
    /// The rule that a competitor has a name.
    const COMPETITOR: &'static str;

    fn id(&self) -> Uuid;

    /// As people know it.
    fn named(&self) -> String;

    fn taking_part(&self) -> &TakingPart;

    fn taking_part_mut(&mut self) -> &mut TakingPart;

    /// The record, where it may be edited.
    ///
    /// # Errors
    /// [`Refusal`] where its state does not allow it.
    fn editable(&self) -> Result<Self, Refusal>;
}

impl Decided for Lead {
    const NOUN: &'static str = "lead";
    const STAKEHOLDERS: &'static str = "lead.stakeholders_max";
    const COMPETITORS: &'static str = "lead.competitors_max";
    const COMPETITOR: &'static str = "lead.competitor";

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn named(&self) -> String {
        self.number.clone()
    }

    fn taking_part(&self) -> &TakingPart {
        &self.taking_part
    }

    fn taking_part_mut(&mut self) -> &mut TakingPart {
        &mut self.taking_part
    }

    fn editable(&self) -> Result<Self, Refusal> {
        self.apply(&LeadAction::Update)
    }
}

impl Decided for Opportunity {
    const NOUN: &'static str = "opportunity";
    const STAKEHOLDERS: &'static str = "opportunity.stakeholders_max";
    const COMPETITORS: &'static str = "opportunity.competitors_max";
    const COMPETITOR: &'static str = "opportunity.competitor";

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn named(&self) -> String {
        self.id.to_string()
    }

    fn taking_part(&self) -> &TakingPart {
        &self.taking_part
    }

    fn taking_part_mut(&mut self) -> &mut TakingPart {
        &mut self.taking_part
    }

    fn editable(&self) -> Result<Self, Refusal> {
        self.apply(&OpportunityAction::Edit)
    }
}

/// The changed record and what changed; `None` where it is so already.
pub type Changed<R, T> = Result<Option<(R, T)>, Refusal>;

/// Somebody has a part in the decision, or another one than before (F35).
///
/// # Errors
/// [`Refusal`] where the record is closed, the contact is not known yet, or there are [`STAKEHOLDERS_MAX`].
pub fn add_stakeholder<R: Decided>(
    world: &World,
    record: &R,
    asked: Stakeholder,
) -> Changed<R, Stakeholder> {
    let stakeholder = Stakeholder { contact: survivor(world, asked.contact), ..asked };
    if record.taking_part().stakeholders.contains(&stakeholder) {
        return Ok(None);
    }
    let mut edited = record.editable()?;
    world.known(stakeholder.contact)?;
    edited.taking_part_mut().add_stakeholder(stakeholder);
    if edited.taking_part().stakeholders.len() > STAKEHOLDERS_MAX {
        return Err(too_many(record, R::STAKEHOLDERS, STAKEHOLDERS_MAX, "stakeholder"));
    }
    Ok(Some((edited, stakeholder)))
}

/// Somebody has no part in the decision any more.
///
/// # Errors
/// [`Refusal`] where the record is closed.
pub fn remove_stakeholder<R: Decided>(record: &R, contact: ContactId) -> Changed<R, ContactId> {
    if !record.taking_part().stakeholders.iter().any(|known| known.contact == contact) {
        return Ok(None);
    }
    let mut edited = record.editable()?;
    edited.taking_part_mut().remove_stakeholder(contact);
    Ok(Some((edited, contact)))
}

/// A rival wants the same sale (F36).
///
/// # Errors
/// [`Refusal`] where the record is closed, the name is empty, or there are [`COMPETITORS_MAX`].
pub fn add_competitor<R: Decided>(record: &R, name: &str) -> Changed<R, String> {
    if record.taking_part().competitor(name).is_some() {
        return Ok(None);
    }
    let mut edited = record.editable()?;
    if name.is_empty() {
        let message = "A competitor has a name; write it in `competitor`.".to_owned();
        return Err(refused(record, R::COMPETITOR, message));
    }
    edited.taking_part_mut().add_competitor(name);
    if edited.taking_part().competitors.len() > COMPETITORS_MAX {
        return Err(too_many(record, R::COMPETITORS, COMPETITORS_MAX, "competitor"));
    }
    Ok(Some((edited, name.to_owned())))
}

/// A rival wants it no more; by the name that they have there.
///
/// # Errors
/// [`Refusal`] where the record is closed.
pub fn remove_competitor<R: Decided>(record: &R, name: &str) -> Changed<R, String> {
    let Some(name) = record.taking_part().competitor(name).map(str::to_owned) else {
        return Ok(None);
    };
    let mut edited = record.editable()?;
    edited.taking_part_mut().remove_competitor(&name);
    Ok(Some((edited, name)))
}

fn too_many<R: Decided>(record: &R, rule: &'static str, max: usize, what: &str) -> Refusal {
    let (noun, named) = (R::NOUN, record.named());
    let message = format!(
        "The {noun} `{named}` has {max} {what}s, the most it can have; remove one with `{noun}.remove_{what}` first."
    );
    refused(record, rule, message)
}

fn refused<R: Decided>(record: &R, rule: &'static str, message: String) -> Refusal {
    Refusal::no(R::KIND, record.id(), rule, "open", message)
}
