//! "Not a duplicate": somebody says that records are not the same, or that this is not said any more.

use domain::commands::{AccountKeepApart, ContactKeepApart, LeadKeepApart};
use domain::customer::CustomerAction;
use domain::decide::{Needs, Outcome, Refusal, World};
use domain::events::{AccountKeptApart, ContactKeptApart, LeadKeptApart};
use domain::ids::{AccountId, ContactId, LeadId};
use domain::kept_apart::{APART_MAX, changed};
use domain::lead::LeadAction;
use domain::message::{Message, Subject};
use uuid::Uuid;

use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

/// What the three commands say.
pub(crate) struct Apart<'c> {
    pub(crate) subject: Subject,
    pub(crate) from: &'c [Uuid],
    pub(crate) no_longer: &'c [Uuid],
}

macro_rules! said {
    ($($Command:ident),*) => {$(
        impl<'c> From<&'c $Command> for Apart<'c> {
            fn from(command: &'c $Command) -> Self {
                let (from, no_longer) = (&*command.from, &*command.no_longer);
                Self { subject: command.subject(), from, no_longer }
            }
        }
    )*};
}
said!(LeadKeepApart, ContactKeepApart, AccountKeepApart);

pub(crate) fn needs(said: &Apart<'_>, needs: &mut Needs) {
    let all = said.from.iter().chain(said.no_longer).chain([&said.subject.id]);
    all.for_each(|id| lock_any(*id, needs));
}

/// Ids do not tell what they are of.
pub(crate) fn lock_any(id: Uuid, needs: &mut Needs) {
    needs.lock(LeadId(id));
    needs.lock(ContactId(id));
    needs.lock(AccountId(id));
}

pub(crate) fn keep_apart(world: &World, said: &Apart<'_>) -> Decision {
    let own = said.subject.id;
    if said.from.iter().chain(said.no_longer).any(|other| *other == own) {
        return Err(refused(
            said,
            "apart.itself",
            "Nothing is kept apart from itself; name others.".into(),
        ));
    }
    let mut outcome = note(world, said, own, (said.from, said.no_longer), Outcome::nothing())?;
    for other in said.from {
        outcome = note(world, said, *other, (&[own], &[]), outcome)?;
    }
    for other in said.no_longer {
        outcome = note(world, said, *other, (&[], &[own]), outcome)?;
    }
    if outcome.records.is_empty() {
        let Subject { kind, id } = said.subject;
        return Ok(Outcome::is_so(kind, id));
    }
    Ok(outcome)
}

/// Notes at one record from whom it is kept apart.
///
/// # Errors
/// [`Refusal`] where there is no such record, or it is kept apart from as many as can be.
pub(crate) fn note(
    world: &World,
    said: &Apart<'_>,
    id: Uuid,
    (from, no_longer): (&[Uuid], &[Uuid]),
    outcome: Outcome<Then>,
) -> Decision {
    macro_rules! of {
        ($($Id:ident by $field:ident: $action:expr => $Event:ident;)*) => {$(
            if let Some(record) = world.find($Id(id)) {
                let from = changed(&record.kept_apart, from, no_longer);
                if from == record.kept_apart {
                    return Ok(outcome);
                }
                if from.len() > APART_MAX {
                    let message = format!("Nothing is kept apart from more than {APART_MAX} others, as `{id}` is; take one away with `no_longer`.");
                    return Err(refused(said, "apart.too_many", message));
                }
                let mut apart = record.apply(&$action)?;
                apart.kept_apart.clone_from(&from);
                return Ok(outcome.changed(apart, $Event { $field: $Id(id), from }));
            }
        )*};
    }
    of! {
        LeadId by lead: LeadAction::KeepApart => LeadKeptApart;
        ContactId by contact: CustomerAction::Update => ContactKeptApart;
        AccountId by account: CustomerAction::Update => AccountKeptApart;
    }
    if id == said.subject.id {
        return Err(Refusal::unknown(said.subject.kind, id));
    }
    let message =
        format!("There is no lead, contact or account `{id}`; look for it with `leadmill list`.");
    Err(refused(said, "apart.unknown", message))
}

fn refused(said: &Apart<'_>, rule: &'static str, message: String) -> Refusal {
    Refusal::no(said.subject.kind, said.subject.id, rule, "known", message)
}
