//! Qualifying a lead: the customer it becomes, known or new, and the opportunity for them.

use domain::customer::{Account, Contact, Customer, CustomerAction, CustomerState};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::enquiry::{Enquiry, Interest};
use domain::events::{AccountCreated, ContactCreated, LeadQualified, OpportunityCreated};
use domain::ids::{AccountId, ContactId};
use domain::lead::{Assessment, Lead, LeadAction};
use domain::message::SubjectKind;
use domain::money::in_range;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::party::{introduce_customer, recognise_lead};
use domain::shelf::Shelf;
use rust_decimal::Decimal;

use crate::settings::QualificationSettings;
use crate::when::{NOBODY, Then};

/// Who qualifies a lead.
#[derive(Clone, Copy)]
pub(crate) enum By<'r> {
    /// The rules, with what they said and what they offer where the lead names no product.
    Rules(&'r Assessment, &'r [Interest]),
    /// A person, with the customer that they chose.
    Hand(Customer),
}

/// Closes the lead as qualified (D365: QualifyLead).
///
/// # Errors
/// [`Refusal`] where the lead is closed, its keys point at two customers, or the customer is
/// inactive.
pub(crate) fn convert(
    world: &World,
    lead: &Lead,
    settings: &QualificationSettings,
    by: By<'_>,
    ctx: &mut Ctx<'_, Shelf>,
) -> Result<Outcome<Then>, Refusal> {
    let (assessment, offer, chosen) = match by {
        By::Rules(assessment, offer) => (Some(assessment.clone()), offer, NOBODY),
        By::Hand(chosen) => (None, &[][..], chosen),
    };
    let mut qualified = lead.apply(&LeadAction::Qualify { at: ctx.now })?;
    let buyer = Buying::of(world, lead, chosen, ctx)?;
    let parties = introduce_customer(world, &lead.enquiry, lead.id, buyer.customer);
    let keys = parties.iter().map(|party| party.key.to_string()).collect();
    let mut outcome = parties.into_iter().fold(Outcome::nothing(), Outcome::put);
    if let Some(account) = buyer.account {
        let said = account_created(&account);
        outcome = outcome.changed(account, said);
    }
    if let Some(contact) = buyer.contact {
        let said = contact_created(&contact);
        outcome = outcome.changed(contact, said);
    }
    // A reactivated lead has its opportunity already (F66).
    let new = lead.opportunity.is_none().then(|| {
        let interest =
            if lead.enquiry.interest.is_empty() { offer } else { &lead.enquiry.interest };
        opportunity(lead, buyer.customer, interest, settings, ctx)
    });
    let opportunity = lead.opportunity.or(new.as_ref().map(|(new, _)| new.id));
    qualified.opportunity = opportunity;
    qualified.account = buyer.customer.account;
    qualified.contact = buyer.customer.contact;
    qualified.assessment = assessment.clone().or(qualified.assessment);
    if let Some(opportunity) = opportunity {
        let customer = buyer.customer;
        let said = LeadQualified { lead: lead.id, opportunity, customer, assessment, keys };
        outcome = outcome.changed(qualified, said);
    }
    Ok(match new {
        Some((opportunity, said)) => outcome.changed(opportunity, said),
        None => outcome,
    })
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
        chosen: Customer,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Self, Refusal> {
        let known = known(world, lead, chosen)?;
        let ask = &lead.enquiry;
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
        let company = ask.company.as_ref().filter(|_| nobody_known);
        let account = company.map(|name| account(ctx.id(), name, lead));
        let account_id = known.account.or(account.as_ref().map(|account| account.id));
        let person = known.contact.is_none() && (has_person(ask) || account_id.is_none());
        let contact = person.then(|| contact(ctx.id(), account_id, lead));
        let contact_id = known.contact.or(contact.as_ref().map(|contact| contact.id));
        let customer = Customer { account: account_id, contact: contact_id };
        Ok(Self { customer, account, contact })
    }
}

/// The customer that exists already: the one that was chosen, else the one that the keys point at.
fn known(world: &World, lead: &Lead, chosen: Customer) -> Result<Customer, Refusal> {
    if let Some(id) = chosen.contact {
        let contact = world.known(id)?;
        return Ok(Customer { account: chosen.account.or(contact.account), ..chosen });
    }
    let known = recognise_lead(world, lead);
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
        "{} Then send `lead.qualify` with the `contact` or `account` that is meant.",
        conflict.message
    );
    Err(Refusal::no(kind, lead.id, "lead.two_parties", found, message))
}

fn has_person(ask: &Enquiry) -> bool {
    let person = &ask.person;
    person.full_name().is_some() || !person.emails.is_empty() || !person.phones.is_empty()
}

/// D365's map of lead to account.
fn account(id: AccountId, name: &str, lead: &Lead) -> Account {
    let ask = &lead.enquiry;
    Account {
        id,
        sequence: 0,
        name: name.to_owned(),
        tax_id: ask.tax_id.clone(),
        website: ask.website.clone(),
        phone: ask.person.phones.first().cloned(),
        address: ask.address.clone(),
        billing_address: None,
        delivery_address: None,
        originating_lead: Some(lead.id),
        state: CustomerState::Active,
    }
}

/// D365's map of lead to contact.
fn contact(id: ContactId, account: Option<AccountId>, lead: &Lead) -> Contact {
    let ask = &lead.enquiry;
    Contact {
        id,
        sequence: 0,
        person: ask.person.clone(),
        address: ask.address.clone(),
        delivery_address: None,
        account,
        role: None,
        originating_lead: Some(lead.id),
        consent: ask.consent,
        state: CustomerState::Active,
    }
}

fn opportunity(
    lead: &Lead,
    customer: Customer,
    interest: &[Interest],
    settings: &QualificationSettings,
    ctx: &mut Ctx<'_, Shelf>,
) -> (Opportunity, OpportunityCreated) {
    let ask = &lead.enquiry;
    let (currency, price_list) = settings.priced_in(ask.currency.as_deref());
    let same_currency = ask
        .currency
        .as_ref()
        .is_none_or(|code| code.trim().eq_ignore_ascii_case(currency.as_str()));
    let budget = ask.budget.filter(|budget| same_currency && *budget > Decimal::ZERO);
    let opportunity = Opportunity {
        id: ctx.id(),
        sequence: 0,
        name: ask.topic.clone().unwrap_or_else(|| named_after(ask, &lead.number)),
        customer,
        originating_lead: Some(lead.id),
        currency,
        price_list,
        estimated_revenue: budget.and_then(|budget| in_range(budget.round_dp(6)).ok()),
        close_date: ask.close_date,
        lines: Vec::new(),
        quotes: Vec::new(),
        state: OpportunityState::Open,
    };
    let said = OpportunityCreated {
        opportunity: opportunity.id,
        name: opportunity.name.clone(),
        customer,
        originating_lead: opportunity.originating_lead,
        currency,
        price_list: opportunity.price_list.clone(),
        interest: interest.to_vec(),
        estimated_revenue: opportunity.estimated_revenue,
        close_date: opportunity.close_date,
    };
    (opportunity, said)
}

fn named_after(ask: &Enquiry, number: &str) -> String {
    let who = ask.company.clone().or_else(|| ask.person.full_name());
    format!("Enquiry of {}", who.unwrap_or_else(|| number.to_owned()))
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
    }
}
