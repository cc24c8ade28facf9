//! Customers are corrected by people, and taken out of business and back.

use domain::commands::{
    AccountDeactivate, AccountReactivate, AccountUpdate, ContactDeactivate, ContactReactivate,
    ContactUpdate,
};
use domain::customer::{Account, Contact, Customer, CustomerAction, CustomerState};
use domain::decide::{Ctx, Malformed, Needs, Outcome, Refusal, World};
use domain::enquiry::{Address, Person};
use domain::events::{
    AccountDeactivated, AccountReactivated, AccountUpdated, ContactDeactivated, ContactReactivated,
    ContactUpdated,
};
use domain::ids::{AccountId, Id};
use domain::lifecycle::Lifecycle;
use domain::message::{Subject, SubjectKind};
use domain::party::PartyKey;
use domain::patch::Patch;
use domain::refusal::expect;
use domain::shelf::Shelf;
use domain::survivor::{survivor, survivor_needs};
use domain::text::Short;

use crate::customer_keys::{Keys, account_keys, contact_keys, key_needs};
use crate::customer_merge::merged_into;
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

pub(crate) fn account_needs(world: &World, command: &AccountUpdate, needs: &mut Needs) {
    survivor_needs(world, command.account, needs);
    // By which keys it is recognised then hangs on what it is.
    if let Some(account) = world.find(survivor(world, command.account)) {
        let now = account_after(account, command);
        key_needs(world, &[account_keys(account), account_keys(&now)].concat(), needs);
    }
}

pub(crate) fn update_account(
    world: &World,
    command: &AccountUpdate,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let was = world.known(survivor(world, command.account))?;
    let now = account_after(was, command);
    if now == *was {
        return Ok(Outcome::is_so(was.about().kind, was.id));
    }
    expect(was.about(), was.sequence, command.expected_sequence)?;
    change_account(world, was, now, ctx)
}

/// An account as somebody says that it is.
///
/// # Errors
/// [`Refusal`] where another account is recognised by its keys.
pub(crate) fn change_account(
    world: &World,
    was: &Account,
    now: Account,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let now = now.apply(&CustomerAction::Update)?;
    let customer = Customer { account: Some(was.id), contact: None };
    let old: Vec<_> = account_keys(was);
    let moved =
        Keys::moved(world, &old, &account_keys(&now), (was.id, customer), |known| known.account);
    if let Some((key, other)) = moved.taken {
        return Err(taken(was, &was.name, &key, other));
    }
    let mut said = AccountUpdated { by: ctx.by(), ..AccountUpdated::between(was, &now) };
    (said.keys, said.released) = (moved.named(true), moved.named(false));
    Ok(moved.put(Outcome::nothing()).changed(now, said))
}

/// The account once that command is done.
pub(crate) fn account_after(was: &Account, command: &AccountUpdate) -> Account {
    let name = command.name.as_ref().filter(|name| !name.is_empty());
    Account {
        name: name.map_or_else(|| was.name.clone(), |name| name.to_string()),
        tax_id: command.tax_id.onto_text(was.tax_id.as_ref()),
        website: command.website.onto_text(was.website.as_ref()),
        phone: command.phone.onto_text(was.phone.as_ref()),
        address: address_after(command.address.onto(was.address.as_ref())),
        billing_address: address_after(command.billing_address.onto(was.billing_address.as_ref())),
        delivery_address: address_after(
            command.delivery_address.onto(was.delivery_address.as_ref()),
        ),
        billing: command.billing.onto(was.billing.as_ref()),
        territory: command.territory.onto_text(was.territory.as_ref()),
        customer_group: command.customer_group.onto_text(was.customer_group.as_ref()),
        ..was.clone()
    }
}

fn address_after(mut address: Option<Address>) -> Option<Address> {
    forms::settle_address(&mut address);
    address
}

pub(crate) fn contact_needs(
    world: &World,
    command: &ContactUpdate,
    region: &str,
    needs: &mut Needs,
) {
    survivor_needs(world, command.contact, needs);
    let account: Option<AccountId> = command.account.onto(None);
    account.into_iter().for_each(|id| survivor_needs(world, id, needs));
    if let Some(contact) = world.find(survivor(world, command.contact)) {
        let now = contact_after(contact, command, region).ok();
        let now = now.iter().flat_map(contact_keys);
        let keys: Vec<_> = contact_keys(contact).into_iter().chain(now).collect();
        key_needs(world, &keys, needs);
    }
}

pub(crate) fn update_contact(
    world: &World,
    command: &ContactUpdate,
    region: &str,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let was = world.known(survivor(world, command.contact))?;
    let now = contact_after(was, command, region);
    let mut now = now.map_err(|malformed| malformed.refusal(was.about()))?;
    if now.account != was.account {
        now.account = now.account.map(|id| survivor(world, id));
    }
    if now == *was {
        return Ok(Outcome::is_so(was.about().kind, was.id));
    }
    expect(was.about(), was.sequence, command.expected_sequence)?;
    if let Some(account) = now.account.filter(|account| was.account != Some(*account)) {
        world.find(account).ok_or_else(|| Refusal::unknown(SubjectKind::Account, account))?;
    }
    change_contact(world, was, now, ctx)
}

/// A contact as somebody says that they are.
///
/// # Errors
/// [`Refusal`] where another contact is recognised by their keys.
pub(crate) fn change_contact(
    world: &World,
    was: &Contact,
    now: Contact,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let now = now.apply(&CustomerAction::Update)?;
    let customer = Customer { account: now.account, contact: Some(was.id) };
    let old = contact_keys(was);
    let moved =
        Keys::moved(world, &old, &contact_keys(&now), (was.id, customer), |known| known.contact);
    if let Some((key, other)) = moved.taken {
        let name = was.person.full_name().unwrap_or_else(|| was.id.to_string());
        return Err(taken(was, &name, &key, other));
    }
    let mut said = ContactUpdated { by: ctx.by(), ..ContactUpdated::between(was, &now) };
    (said.keys, said.released) = (moved.named(true), moved.named(false));
    Ok(moved.put(Outcome::nothing()).changed(now, said))
}

/// The contact once that command is done.
///
/// # Errors
/// [`Malformed`] with the address or telephone that is none.
pub(crate) fn contact_after(
    was: &Contact,
    command: &ContactUpdate,
    region: &str,
) -> Result<Contact, Malformed> {
    let known = &was.person;
    let mut person = Person {
        given_name: command.given_name.onto_text(known.given_name.as_ref()),
        family_name: command.family_name.onto_text(known.family_name.as_ref()),
        job_title: command.job_title.onto_text(known.job_title.as_ref()),
        ..known.clone()
    };
    if !command.emails.is_keep() {
        person.emails = forms::emails(&texts(&command.emails), "emails")?;
    }
    if !command.phones.is_keep() {
        person.phones = forms::numbers(&texts(&command.phones), "phones", region)?;
    }
    Ok(Contact {
        person,
        address: address_after(command.address.onto(was.address.as_ref())),
        delivery_address: address_after(
            command.delivery_address.onto(was.delivery_address.as_ref()),
        ),
        territory: command.territory.onto_text(was.territory.as_ref()),
        customer_group: command.customer_group.onto_text(was.customer_group.as_ref()),
        account: command.account.onto(was.account.as_ref()),
        role: command.role.onto(was.role.as_ref()),
        ..was.clone()
    })
}

fn texts(written: &Patch<Vec<Short>>) -> Vec<String> {
    let written: Vec<Short> = written.onto(None).unwrap_or_default();
    written.iter().map(ToString::to_string).collect()
}

/// Two customers are never made one silently.
fn taken<L: Known>(record: &L, name: &str, key: &PartyKey, other: impl Id) -> Refusal {
    let kind = L::KIND;
    let message = format!(
        "The {kind} `{name}` is not updated: by `{key}` the {kind} `{other}` is recognised. Correct what is wrong, or \
         look at that one with `leadmill show {kind} {other}`."
    );
    let rule = if kind == SubjectKind::Account { "account.key_taken" } else { "contact.key_taken" };
    refused(record, rule, message)
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
            if let Some(master) = record.master() {
                return Err(merged_into(record, master));
            }
            if matches!(record.state, CustomerState::Inactive { .. }) {
                return Ok(Outcome::is_so(record.about().kind, record.id));
            }
            let comment = reason(record, &command.reason)?;
            let now = record.apply(&CustomerAction::Deactivate { at: ctx.now })?;
            Ok(Outcome::nothing().changed(now, $Left { $id: record.id, comment }))
        }

        pub(crate) fn $back(world: &World, command: &$Back) -> Decision {
            let record = world.known(command.$id)?;
            if let Some(master) = record.master() {
                return Err(merged_into(record, master));
            }
            if record.state == CustomerState::Active {
                return Ok(Outcome::is_so(record.about().kind, record.id));
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
