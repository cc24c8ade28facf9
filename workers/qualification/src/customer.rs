//! Customers are corrected by people, and taken out of business and back.

use domain::commands::{
    AccountDeactivate, AccountReactivate, AccountUpdate, ContactDeactivate, ContactReactivate,
    ContactUpdate,
};
use domain::customer::{Account, Contact, Customer, CustomerAction, CustomerState};
use domain::decide::{Already, Ctx, Malformed, Outcome, Refusal, World};
use domain::enquiry::{Address, Enquiry, Person};
use domain::events::{
    AccountDeactivated, AccountReactivated, AccountUpdated, ContactDeactivated, ContactReactivated,
    ContactUpdated,
};
use domain::ids::Id;
use domain::lifecycle::Lifecycle;
use domain::message::{Subject, SubjectKind};
use domain::party::{Party, PartyKey, PartyKeyKind, organisation_keys, person_keys};
use domain::patch::Patch;
use domain::refusal::expect;
use domain::shelf::Shelf;
use domain::text::Short;

use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

pub(crate) fn update_account(
    world: &World,
    command: &AccountUpdate,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let was = world.known(command.account)?;
    let now = account_after(was, command);
    if now == *was {
        return Ok(already(was));
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
    let by = ctx.asker.name.as_deref().map(str::to_owned);
    let mut said = AccountUpdated { by, ..AccountUpdated::between(was, &now) };
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
        ..was.clone()
    }
}

fn address_after(mut address: Option<Address>) -> Option<Address> {
    forms::settle_address(&mut address);
    address
}

/// The keys by which an account is recognised.
pub(crate) fn account_keys(account: &Account) -> Vec<PartyKey> {
    organisation_keys(&Enquiry {
        company: Some(account.name.clone()),
        website: account.website.clone(),
        tax_id: account.tax_id.clone(),
        ..Enquiry::default()
    })
}

pub(crate) fn update_contact(
    world: &World,
    command: &ContactUpdate,
    region: &str,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let was = world.known(command.contact)?;
    let now = contact_after(was, command, region);
    let now = now.map_err(|malformed| malformed.refusal(was.about()))?;
    if now == *was {
        return Ok(already(was));
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
    let by = ctx.asker.name.as_deref().map(str::to_owned);
    let mut said = ContactUpdated { by, ..ContactUpdated::between(was, &now) };
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
        account: command.account.onto(was.account.as_ref()),
        role: command.role.onto(was.role.as_ref()),
        ..was.clone()
    })
}

fn texts(written: &Patch<Vec<Short>>) -> Vec<String> {
    let written: Vec<Short> = written.onto(None).unwrap_or_default();
    written.iter().map(ToString::to_string).collect()
}

/// The keys by which a contact is recognised.
pub(crate) fn contact_keys(contact: &Contact) -> Vec<PartyKey> {
    person_keys(&Enquiry { person: contact.person.clone(), ..Enquiry::default() })
}

/// What becomes of the keys of a customer who is corrected.
struct Keys<I> {
    /// By these they are recognised from now on too.
    claimed: Vec<Party>,
    /// By these no more.
    released: Vec<Party>,
    /// By that one another is.
    taken: Option<(PartyKey, I)>,
}

impl<I: Id> Keys<I> {
    /// `theirs` is whom a key points at. The name of an organisation goes on to be one of its names, and a telephone
    /// that rings for somebody else stays theirs.
    fn moved(
        world: &World,
        old: &[PartyKey],
        new: &[PartyKey],
        (ours, customer): (I, Customer),
        theirs: impl Fn(&Party) -> Option<I>,
    ) -> Self {
        let known = |key: &PartyKey| {
            world.party(key).cloned().unwrap_or_else(|| Party::unknown(key.clone()))
        };
        let mut moved = Self { claimed: Vec::new(), released: Vec::new(), taken: None };
        for party in new.iter().map(known) {
            match theirs(&party) {
                Some(other) if other != ours => {
                    if party.key.kind != PartyKeyKind::Phone {
                        moved.taken = moved.taken.or(Some((party.key, other)));
                    }
                }
                _ => {
                    let lead = party.lead;
                    let introduced = party.clone().introduced(lead, customer);
                    moved.claimed.extend((introduced != party).then_some(introduced));
                }
            }
        }
        let gone = old.iter().filter(|key| !new.contains(key));
        let gone = gone.filter(|key| key.kind != PartyKeyKind::Company).map(known);
        let gone = gone.filter(|party| theirs(party) == Some(ours));
        moved.released = gone.map(|party| Party::unknown(party.key)).collect();
        moved
    }

    fn named(&self, claimed: bool) -> Vec<String> {
        let parties = if claimed { &self.claimed } else { &self.released };
        parties.iter().map(|party| party.key.to_string()).collect()
    }

    fn put(self, outcome: Outcome<Then>) -> Outcome<Then> {
        self.claimed.into_iter().chain(self.released).fold(outcome, Outcome::put)
    }
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
