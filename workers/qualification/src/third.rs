//! A third customer: a person says of a lead that it is none of those whom its keys lead to (F61).

use std::collections::BTreeSet;

use domain::commands::LeadQualify;
use domain::customer::{Customer, CustomerState};
use domain::decide::{Outcome, Refusal, World};
use domain::ids::{AccountId, ContactId, Id};
use domain::kept_apart::{APART_MAX, changed};
use domain::lead::Lead;
use domain::message::{Subject, SubjectKind};
use domain::party::{Recognised, other_accounts, other_people, recognise_apart};
use uuid::Uuid;

use crate::apart::{Apart, note};
use crate::when::Then;

/// Which records are to be made although keys lead to others, and who those are.
#[derive(Debug, Default)]
pub(crate) struct Third {
    pub(crate) new_account: bool,
    pub(crate) new_contact: bool,
    pub(crate) people: BTreeSet<Uuid>,
    pub(crate) accounts: BTreeSet<Uuid>,
}

impl Third {
    /// As the command says.
    ///
    /// # Errors
    /// [`Refusal`] where it names somebody known too, or leaves the same record not to be made.
    pub(crate) fn of(world: &World, lead: &Lead, command: &LeadQualify) -> Result<Self, Refusal> {
        let LeadQualify { new_account, new_contact, account, contact, .. } = *command;
        let both = [
            (new_contact && (contact.is_some() || !command.create_contact), "contact"),
            (new_account && (account.is_some() || !command.create_account), "account"),
        ];
        if let Some((_, what)) = both.iter().find(|(both, _)| *both) {
            let message = format!(
                "`new_{what}` makes another one than all that are known; send `lead.qualify` with it and without \
                 `{what}` and `create_{what}`, or without it."
            );
            return Err(refused(lead, "lead.new_or_known", (*what).to_owned(), message));
        }
        let mut third = Self { new_account, new_contact, ..Self::default() };
        if new_contact {
            third.people = other_people(world, lead);
        }
        if new_account {
            third.accounts = other_accounts(world, lead);
        }
        let apart = third.from(lead);
        if apart.len() > APART_MAX {
            let message = format!(
                "Nothing is kept apart from more than {APART_MAX} others, as the lead `{}` would be; take some away \
                 with `no_longer` of `lead.keep_apart`.",
                lead.number
            );
            return Err(refused(lead, "apart.too_many", apart.len().to_string(), message));
        }
        Ok(third)
    }

    pub(crate) const fn is_said(&self) -> bool {
        self.new_account || self.new_contact
    }

    /// Whom the lead is not, in the order of ids.
    pub(crate) fn others(&self) -> Vec<Uuid> {
        self.people.union(&self.accounts).copied().collect()
    }

    /// All that the lead is kept apart from by then.
    pub(crate) fn from(&self, lead: &Lead) -> Vec<Uuid> {
        changed(&lead.kept_apart, &self.others(), &[])
    }

    /// Who the lead is beside them.
    pub(crate) fn known(&self, world: &World, lead: &Lead) -> Recognised {
        let known = recognise_apart(world, lead, &self.from(lead));
        if self.new_account { Recognised { account: None, ..known } } else { known }
    }

    /// Those who keep their keys are kept apart from the lead and from what is made of it. Who is out of business or
    /// became another one is left as they are: each pair is known to the other of it.
    pub(crate) fn told(
        &self,
        world: &World,
        lead: &Lead,
        customer: Customer,
        mut outcome: Outcome<Then>,
    ) -> Result<Outcome<Then>, Refusal> {
        let subject = Subject { kind: SubjectKind::Lead, id: lead.id.uuid() };
        let said = Apart { subject, from: &[], no_longer: &[] };
        let contact = customer.contact.map(Id::uuid);
        let account = customer.account.map(Id::uuid);
        let people = self.people.iter().map(|id| (*id, contact));
        for (id, made) in people.chain(self.accounts.iter().map(|id| (*id, account))) {
            if may_note(world, id) {
                let from: Vec<_> = made.into_iter().chain([lead.id.0]).collect();
                outcome = note(world, &said, id, (&from, &[]), outcome)?;
            }
        }
        Ok(outcome)
    }
}

/// May that be noted of the record?
fn may_note(world: &World, id: Uuid) -> bool {
    let contact = world.find(ContactId(id)).map(|it| it.state == CustomerState::Active);
    let account = || world.find(AccountId(id)).map(|it| it.state == CustomerState::Active);
    contact.or_else(account).unwrap_or(true)
}

pub(crate) fn refused(lead: &Lead, rule: &'static str, found: String, message: String) -> Refusal {
    Refusal::no(SubjectKind::Lead, lead.id, rule, found, message)
}
