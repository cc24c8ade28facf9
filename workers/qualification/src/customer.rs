//! Customers are corrected by people, and taken out of business and back.

use domain::commands::{
    AccountDeactivate, AccountReactivate, AccountUpdate, ContactDeactivate, ContactReactivate,
    ContactUpdate,
};
use domain::customer::{Account, Contact, Customer, CustomerAction, CustomerState};
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::enquiry::Enquiry;
use domain::events::{
    AccountDeactivated, AccountReactivated, AccountUpdated, ContactDeactivated, ContactReactivated,
    ContactUpdated,
};
use domain::ids::AccountId;
use domain::lifecycle::Lifecycle;
use domain::message::Subject;
use domain::party::{Party, PartyKey, organisation_keys};
use domain::patch::Change;
use domain::shelf::Shelf;

use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

pub(crate) fn update_account(world: &World, command: &AccountUpdate) -> Decision {
    let account = world.known(command.account)?;
    let mut said = changes(account, command);
    let updated = said.after(account);
    if updated == *account {
        return Ok(already(account));
    }
    expect(account, account.sequence, command.expected_sequence)?;
    let updated = updated.apply(&CustomerAction::Update)?;
    let mut outcome = Outcome::nothing();
    for key in keys(&updated) {
        let known = world.party(&key).cloned().unwrap_or_else(|| Party::unknown(key));
        if let Some(other) = known.account.filter(|other| *other != account.id) {
            return Err(taken(account, &known.key, other));
        }
        let customer = Customer { account: Some(account.id), contact: None };
        let lead = known.lead;
        let introduced = known.clone().introduced(lead, customer);
        if introduced != known {
            said.keys.push(introduced.key.to_string());
            outcome = outcome.put(introduced);
        }
    }
    Ok(outcome.changed(updated, said))
}

/// The keys by which an account is recognised once that command is done.
pub(crate) fn keys_after(account: &Account, command: &AccountUpdate) -> Vec<PartyKey> {
    keys(&changes(account, command).after(account))
}

fn keys(account: &Account) -> Vec<PartyKey> {
    organisation_keys(&Enquiry {
        company: Some(account.name.clone()),
        website: account.website.clone(),
        tax_id: account.tax_id.clone(),
        ..Enquiry::default()
    })
}

fn changes(account: &Account, command: &AccountUpdate) -> AccountUpdated {
    let name = command.name.as_ref().map(|name| name.to_string()).filter(|name| !name.is_empty());
    let name = name.filter(|name| *name != account.name);
    AccountUpdated {
        account: account.id,
        name: name.map(|name| Change { from: Some(account.name.clone()), to: Some(name) }),
        tax_id: command.tax_id.change_text(account.tax_id.as_ref()),
        website: command.website.change_text(account.website.as_ref()),
        phone: command.phone.change_text(account.phone.as_ref()),
        address: command.address.change(account.address.as_ref()),
        keys: Vec::new(),
    }
}

/// Two organisations are never made one silently.
fn taken(account: &Account, key: &PartyKey, other: AccountId) -> Refusal {
    let message = format!(
        "The account `{}` is not updated: by `{key}` the account `{other}` is recognised. Correct what is wrong, or \
         look at that one with `leadmill show account {other}`.",
        account.name
    );
    refused(account, "account.key_taken", message)
}

pub(crate) fn update_contact(world: &World, command: &ContactUpdate) -> Decision {
    let contact = world.known(command.contact)?;
    let known = &contact.person;
    let said = ContactUpdated {
        contact: contact.id,
        given_name: command.given_name.change_text(known.given_name.as_ref()),
        family_name: command.family_name.change_text(known.family_name.as_ref()),
        job_title: command.job_title.change_text(known.job_title.as_ref()),
        address: command.address.change(contact.address.as_ref()),
    };
    let updated = said.after(contact);
    if updated == *contact {
        return Ok(already(contact));
    }
    expect(contact, contact.sequence, command.expected_sequence)?;
    Ok(Outcome::nothing().changed(updated.apply(&CustomerAction::Update)?, said))
}

/// Whoever changes what they saw does not change what somebody else made of it meanwhile.
fn expect<L: Known>(record: &L, sequence: i64, expected: Option<i64>) -> Result<(), Refusal> {
    let Some(expected) = expected.filter(|expected| *expected != sequence) else { return Ok(()) };
    let Subject { kind, id } = record.about();
    let message = format!(
        "The {kind} `{id}` has changed: its sequence is {sequence}, and {expected} was expected. Look at it with \
         `leadmill show {kind} {id}`, and send what still holds."
    );
    Err(refused(record, "expected_sequence", message))
}

/// What accounts and contacts have in common.
trait Known: Lifecycle {
    fn about(&self) -> Subject;
    fn state(&self) -> &Self::State;
}

impl Known for Account {
    fn about(&self) -> Subject {
        Subject { kind: Self::KIND, id: self.id.0 }
    }
    fn state(&self) -> &Self::State {
        &self.state
    }
}

impl Known for Contact {
    fn about(&self) -> Subject {
        Subject { kind: Self::KIND, id: self.id.0 }
    }
    fn state(&self) -> &Self::State {
        &self.state
    }
}

fn refused<L: Known>(record: &L, rule: &'static str, message: String) -> Refusal {
    let Subject { kind, id } = record.about();
    Refusal::no(kind, id, rule, L::state_name(record.state()), message)
}

fn already<L: Known>(record: &L) -> Outcome<Then> {
    let Subject { kind, id } = record.about();
    Outcome::already(Already { subject: kind, id, reference: None })
}

/// A reason that says something.
fn reason<L: Known>(record: &L, reason: &str) -> Result<String, Refusal> {
    if !reason.is_empty() {
        return Ok(reason.to_owned());
    }
    let Subject { kind, id } = record.about();
    let message = format!(
        "The {kind} `{id}` is not deactivated without a reason; send `{kind}.deactivate` with one."
    );
    Err(refused(record, "customer.no_reason", message))
}

/// Out of business with a reason, and back: the same for both.
macro_rules! out_and_back {
    ($($Of:ident by $id:ident: $out:ident($Out:ident) says $Left:ident, $back:ident($Back:ident) says $Came:ident;)*) => {$(
        pub(crate) fn $out(world: &World, command: &$Out, ctx: &Ctx<'_, Shelf>) -> Decision {
            let record = world.known(command.$id)?;
            if matches!(record.state, CustomerState::Inactive { .. }) {
                return Ok(already(record));
            }
            let comment = reason(record, &command.reason)?;
            let now = record.apply(&CustomerAction::Deactivate { at: ctx.now })?;
            Ok(Outcome::nothing().changed(now, $Left { $id: record.id, comment }))
        }

        pub(crate) fn $back(world: &World, command: &$Back) -> Decision {
            let record = world.known(command.$id)?;
            if record.state == CustomerState::Active {
                return Ok(already(record));
            }
            let now = record.apply(&CustomerAction::Activate)?;
            Ok(Outcome::nothing().changed(now, $Came { $id: record.id }))
        }
    )*};
}
out_and_back! {
    Account by account: deactivate_account(AccountDeactivate) says AccountDeactivated,
        reactivate_account(AccountReactivate) says AccountReactivated;
    Contact by contact: deactivate_contact(ContactDeactivate) says ContactDeactivated,
        reactivate_contact(ContactReactivate) says ContactReactivated;
}
