//! Qualifying a lead: the customer it becomes, known or new, and the opportunity for them.

use domain::commands::{LeadQualify, OpportunityWish};
use domain::customer::{Account, Contact, Customer, CustomerAction, CustomerState};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::enquiry::{Address, Interest, Person};
use domain::events::{AccountCreated, ContactCreated, LeadQualified};
use domain::ids::{AccountId, OpportunityId};
use domain::lead::{Assessment, Lead, LeadAction};
use domain::message::SubjectKind;
use domain::party::{contested, introduce_customer};
use domain::shelf::Shelf;
use domain::survivor::{customer_now, survivor};
use domain::undo::ReleasedKey;

use crate::deal::{Deals, standing};
use crate::field_map::{AccountFields, ContactFields, Mapped};
use crate::pricing::Pricing;
use crate::terms::Terms;
use crate::third::{Third, refused};
use crate::when::{NOBODY, Then};

/// The rule where keys lead to two customers.
pub(crate) const TWO_PARTIES: &str = "lead.two_parties";

/// Who qualifies a lead.
#[derive(Clone, Copy)]
pub(crate) enum By<'r> {
    /// The rules, with what they said and what they offer where the lead names no product.
    Rules(&'r Assessment, &'r [Interest]),
    /// A person, with the customer and the opportunities that they chose.
    Hand(&'r LeadQualify),
}

/// Closes the lead as qualified (D365: QualifyLead).
///
/// # Errors
/// [`Refusal`] where the lead is closed, its keys point at two customers, or the customer is
/// inactive.
pub(crate) fn convert(
    world: &World,
    lead: &Lead,
    terms: &Terms,
    by: By<'_>,
    ctx: &mut Ctx<'_, Shelf>,
) -> Result<Outcome<Then>, Refusal> {
    let (assessment, offer, wishes) = match by {
        By::Rules(assessment, offer) => (Some(assessment.clone()), offer, &[][..]),
        By::Hand(command) => (None, &[][..], &command.opportunities[..]),
    };
    let mut qualified = lead.apply(&LeadAction::Qualify { at: ctx.now })?;
    // A reactivated lead has its opportunity already, unless that was lost (F66).
    let standing = standing(world, lead)?;
    one_or_new(lead, standing, wishes)?;
    let third = match by {
        By::Rules(..) => Third::default(),
        By::Hand(command) => Third::of(world, lead, command)?,
    };
    one_customer(lead, standing, &third)?;
    let Mapped { opportunity: fields, account, contact } = terms.map.follow(lead)?;
    let buyer = Buying::of(world, lead, (by, &third), (account, contact), ctx)?;
    let customer = buyer.customer;
    let (account, contact) = (buyer.account.as_ref(), buyer.contact.as_ref());
    let account = account.or_else(|| world.find(customer.account?));
    let contact = contact.or_else(|| world.find(customer.contact?));
    let who = (account, contact);
    let pricing = Pricing::of(terms, ctx.facts.catalog(), ctx.now, who);
    let deals = Deals { lead, customer, fields, offer, pricing };
    let opened = if standing.is_some() { Vec::new() } else { deals.open(wishes, ctx) };
    qualified.kept_apart = third.from(lead);
    let parties = introduce_customer(world, &qualified, customer);
    let keys = parties.iter().map(|party| party.key.to_string()).collect();
    let others_keys = contested(world, lead, &qualified.kept_apart);
    let contested = others_keys.iter().map(ReleasedKey::from).collect();
    let mut outcome = parties.into_iter().chain(others_keys).fold(Outcome::nothing(), Outcome::put);
    outcome = third.told(world, lead, customer, outcome)?;
    if let Some(account) = buyer.account {
        let said = account_created(&account);
        outcome = outcome.changed(account, said);
    }
    if let Some(contact) = buyer.contact {
        let said = contact_created(&contact);
        outcome = outcome.changed(contact, said);
    }
    let mut all = standing.into_iter().chain(opened.iter().map(|(deal, _)| deal.id));
    let Some(opportunity) = all.next() else { unreachable!("one is opened where none stands") };
    let others = all.collect();
    qualified.opportunity = Some(opportunity);
    (qualified.account, qualified.contact) = (customer.account, customer.contact);
    qualified.assessment = assessment.clone().or(qualified.assessment);
    let field_map = Some(terms.map.version().to_owned());
    let lead = lead.id;
    let kept_apart = third.others();
    let said = LeadQualified {
        lead,
        opportunity,
        others,
        customer,
        assessment,
        keys,
        field_map,
        contested,
        kept_apart,
    };
    let outcome = outcome.changed(qualified, said);
    Ok(opened.into_iter().fold(outcome, |outcome, (deal, said)| outcome.changed(deal, said)))
}

/// What is wanted of a lead whose opportunity stands would be a second one for the same thing.
fn one_or_new(
    lead: &Lead,
    standing: Option<OpportunityId>,
    wishes: &[OpportunityWish],
) -> Result<(), Refusal> {
    let Some(id) = standing.filter(|_| !wishes.is_empty()) else { return Ok(()) };
    let message = format!(
        "The lead `{}` has the opportunity `{id}` already; send `lead.qualify` without `opportunities`, and what else \
         is wanted with `opportunity.edit_lines`.",
        lead.number
    );
    let found = format!("opportunity {id}");
    Err(Refusal::no(SubjectKind::Lead, lead.id, "lead.has_opportunity", found, message))
}

/// The customer of the opportunity, with the records that are new.
struct Buying {
    customer: Customer,
    account: Option<Account>,
    contact: Option<Contact>,
}

impl Buying {
    /// Known records are linked, what is missing is made (F55, F56, F57). A known person stays the
    /// customer that they are: naming a company that nobody knows makes no account of it.
    fn of(
        world: &World,
        lead: &Lead,
        (by, third): (By<'_>, &Third),
        (account_fields, contact_fields): (AccountFields, ContactFields),
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Self, Refusal> {
        let (chosen, create_account, create_contact) = match by {
            By::Rules(..) => (NOBODY, true, true),
            By::Hand(command) => (
                Customer { account: command.account, contact: command.contact },
                command.create_account,
                command.create_contact,
            ),
        };
        let known = known(world, lead, chosen, third)?;
        if let Some(id) = known.account {
            let account = world.find(id);
            let account = account.ok_or_else(|| Refusal::unknown(SubjectKind::Account, id))?;
            account.apply(&CustomerAction::Engage)?;
        }
        if let Some(id) = known.contact {
            let contact = world.find(id);
            let contact = contact.ok_or_else(|| Refusal::unknown(SubjectKind::Contact, id))?;
            contact.apply(&CustomerAction::Engage)?;
        }
        let nobody_known = known.account.is_none() && known.contact.is_none();
        let named = account_fields.name.is_some() && create_account && nobody_known;
        if third.new_account && account_fields.name.is_none() {
            return Err(no_company(lead));
        }
        let mut account =
            (named || third.new_account).then(|| account(ctx.id(), account_fields, lead));
        if let Some(account) = &mut account {
            account.kept_apart = third.accounts.iter().copied().collect();
        }
        let account_id = known.account.or(account.as_ref().map(|account| account.id));
        let (person, address, consent) = person(contact_fields);
        let wanted = known.contact.is_none() && create_contact;
        let made = third.new_contact || has_person(&person) || account_id.is_none();
        let contact = (wanted && made).then(|| Contact {
            id: ctx.id(),
            sequence: 0,
            person,
            address,
            delivery_address: None,
            territory: None,
            customer_group: None,
            account: account_id,
            role: None,
            originating_lead: Some(lead.id),
            consent,
            merges: Vec::new(),
            kept_apart: third.people.iter().copied().collect(),
            state: CustomerState::Active,
        });
        let contact_id = known.contact.or(contact.as_ref().map(|contact| contact.id));
        let customer = Customer { account: account_id, contact: contact_id };
        if customer == NOBODY {
            return Err(nobody(lead));
        }
        Ok(Self { customer, account, contact })
    }
}

/// The opportunity that stands is somebody's already.
fn one_customer(
    lead: &Lead,
    standing: Option<OpportunityId>,
    third: &Third,
) -> Result<(), Refusal> {
    let Some(id) = standing.filter(|_| third.is_said()) else { return Ok(()) };
    let message = format!(
        "The lead `{}` has the opportunity `{id}` already, which is its customer's; lose that one with \
         `opportunity.lose`, and send `lead.qualify` again.",
        lead.number
    );
    Err(refused(lead, "lead.has_opportunity", format!("opportunity {id}"), message))
}

fn no_company(lead: &Lead) -> Refusal {
    let message = format!(
        "The lead `{}` names no company, so no account can be made of it; give it one with `lead.update`, or send \
         `lead.qualify` without `new_account`.",
        lead.number
    );
    refused(lead, "lead.no_company", "no company".to_owned(), message)
}

/// Neither is known, and neither may be made.
fn nobody(lead: &Lead) -> Refusal {
    let message = format!(
        "The lead `{}` cannot be qualified without a customer: nobody is known, and `create_account` and \
         `create_contact` leave nobody to be made. Send `lead.qualify` with one of them, or with the `account` or \
         `contact` that is meant.",
        lead.number
    );
    Refusal::no(SubjectKind::Lead, lead.id, "lead.no_customer", "no customer", message)
}

/// The customer that exists already: the one that was chosen, else the one that the keys point at.
fn known(world: &World, lead: &Lead, chosen: Customer, third: &Third) -> Result<Customer, Refusal> {
    let chosen = customer_now(world, chosen);
    if let Some(id) = chosen.contact {
        if third.new_account {
            return Ok(chosen);
        }
        let of_contact = world.known(id)?.account.map(|id| survivor(world, id));
        return Ok(Customer { account: chosen.account.or(of_contact), ..chosen });
    }
    let known = third.known(world, lead);
    let customer = Customer { account: chosen.account.or(known.account), contact: known.contact };
    let Some(conflict) = known.conflict.filter(|conflict| conflict.customers) else {
        return Ok(customer);
    };
    let about_person = known.contact.is_some_and(|id| conflict.parties.contains(&id.0));
    if chosen.account.is_some() && !about_person {
        return Ok(customer);
    }
    let named: Vec<_> = conflict.parties.iter().map(ToString::to_string).collect();
    let (kind, found) = (SubjectKind::Lead, named.join(" and "));
    let message = format!(
        "{} Then send `lead.qualify` with the `contact` or `account` that is meant, or with `new_contact` or \
         `new_account` as true where it is none of them: they keep their keys.",
        conflict.message
    );
    Err(Refusal::no(kind, lead.id, TWO_PARTIES, found, message))
}

fn has_person(person: &Person) -> bool {
    person.full_name().is_some() || !person.emails.is_empty() || !person.phones.is_empty()
}

fn account(id: AccountId, fields: AccountFields, lead: &Lead) -> Account {
    Account {
        id,
        sequence: 0,
        name: fields.name.unwrap_or_default(),
        tax_id: fields.tax_id,
        website: fields.website,
        phone: fields.phone,
        address: fields.address,
        billing_address: None,
        delivery_address: None,
        billing: None,
        territory: None,
        customer_group: None,
        originating_lead: Some(lead.id),
        merges: Vec::new(),
        kept_apart: Vec::new(),
        state: CustomerState::Active,
    }
}

fn person(fields: ContactFields) -> (Person, Option<Address>, bool) {
    let ContactFields { given_name, family_name, job_title, emails, phones, address, consent } =
        fields;
    (Person { given_name, family_name, job_title, emails, phones }, address, consent)
}

fn account_created(account: &Account) -> AccountCreated {
    AccountCreated {
        account: account.id,
        name: account.name.clone(),
        tax_id: account.tax_id.clone(),
        website: account.website.clone(),
        phone: account.phone.clone(),
        address: account.address.clone(),
        originating_lead: account.originating_lead,
        kept_apart: account.kept_apart.clone(),
    }
}

fn contact_created(contact: &Contact) -> ContactCreated {
    ContactCreated {
        contact: contact.id,
        person: contact.person.clone(),
        account: contact.account,
        address: contact.address.clone(),
        consent: contact.consent,
        originating_lead: contact.originating_lead,
        kept_apart: contact.kept_apart.clone(),
    }
}
