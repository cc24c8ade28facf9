//! A deal of a known customer that no lead began (F67).

use domain::commands::OpportunityCreate;
use domain::customer::{Buyer, Customer, CustomerAction};
use domain::decide::{Ctx, Needs, Outcome, Refusal, World};
use domain::message::{Subject, SubjectKind};
use domain::money::Currency;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::price_choice::PricedBy;
use domain::shelf::Shelf;
use domain::stakeholder::TakingPart;
use domain::survivor::{customer_needs, customer_now, survivor};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::deal::created;
use crate::pricing::Pricing;
use crate::terms::Terms;
use crate::when::Then;

pub(crate) fn needs(command: &OpportunityCreate, world: &World, needs: &mut Needs) {
    customer_needs(world, command.customer, needs);
    let contact = customer_now(world, command.customer).contact;
    let account = contact.and_then(|id| world.find(id)?.account);
    customer_needs(world, Customer { account, contact: None }, needs);
}

pub(crate) fn create(
    world: &World,
    command: &OpportunityCreate,
    terms: &Terms,
    ctx: &mut Ctx<'_, Shelf>,
) -> Result<Outcome<Then>, Refusal> {
    let customer = customer(world, command)?;
    let about = about(customer);
    let known = (
        customer.account.and_then(|id| world.find(id)),
        customer.contact.and_then(|id| world.find(id)),
    );
    let pricing = Pricing::of(terms, ctx.facts.catalog(), ctx.now, known);
    let (currency, price_list) = priced_in(command, &pricing, ctx.facts, about)?;
    if command.estimated_revenue.is_some_and(|revenue| revenue < Decimal::ZERO) {
        let message = "The estimated revenue of an opportunity cannot be negative; send an amount of 0 or more.";
        return Err(refused(about, "opportunity.negative_revenue", message));
    }
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let name = text(command.name.as_deref()).unwrap_or_else(|| named_after(world, customer));
    let opportunity = Opportunity {
        id: ctx.id(),
        sequence: 0,
        name,
        customer,
        originating_lead: None,
        primary: None,
        previous: None,
        description: text(command.description.as_deref()),
        need: command.need,
        purchase_timeframe: command.purchase_timeframe,
        campaign: text(command.campaign.as_deref()),
        owner: text(command.owner.as_deref()),
        currency,
        price_list,
        estimated_revenue: command.estimated_revenue,
        revenue_mode: command.revenue_mode,
        exchange: pricing.frozen(currency),
        close_date: command.close_date.map(|day| day.date()),
        actual_close_date: None,
        taking_part: TakingPart::NOBODY,
        lines: Vec::new(),
        quotes: Vec::new(),
        state: OpportunityState::Open,
    };
    opportunity.refuse_past_close_date(about, ctx.now)?;
    let said = created(&opportunity, command.interest.clone());
    Ok(Outcome::nothing().changed(opportunity, said))
}

/// Who buys: known, in business, and one of the other where both are named.
fn customer(world: &World, command: &OpportunityCreate) -> Result<Customer, Refusal> {
    let Customer { account, contact } = customer_now(world, command.customer);
    let about = about(command.customer);
    let person = contact.map(|id| world.known(id)).transpose()?;
    let of_person = person.and_then(|person| person.account);
    let of_person = of_person.map(|account| survivor(world, account));
    if let (Some(account), Some(other)) = (account, of_person)
        && account != other
    {
        let message = format!(
            "The contact `{}` belongs to the account `{other}` and not to `{account}`; leave one of them out, or correct \
             the contact with `contact.update`.",
            contact.map(|id| id.to_string()).unwrap_or_default()
        );
        return Err(refused(about, "opportunity.contact_of_another", message));
    }
    let account = account.or(of_person);
    if account.is_none() && contact.is_none() {
        let message =
            "An opportunity has a customer; name an `account`, a `contact` or both in `customer`.";
        return Err(refused(about, "opportunity.no_customer", message));
    }
    if let Some(id) = account {
        world.known(id)?.apply(&CustomerAction::Engage)?;
    }
    if let Some(person) = person {
        person.apply(&CustomerAction::Engage)?;
    }
    Ok(Customer { account, contact })
}

/// Currency and price list: those that are named, else those that the customer and the settings choose.
fn priced_in(
    command: &OpportunityCreate,
    pricing: &Pricing<'_>,
    shelf: &Shelf,
    about: Subject,
) -> Result<(Currency, PricedBy), Refusal> {
    let Some(code) = command.price_list.as_deref().filter(|code| !code.is_empty()) else {
        let named = command.currency.map(|currency| currency.to_string());
        let (currency, list) = pricing.choose(named.as_deref(), &command.interest);
        return match command.currency {
            Some(wanted) if wanted != currency => {
                let message = format!(
                    "Nothing is sold in {wanted}; name a `price_list` in it, or set `qualification.price_list.{wanted}`."
                );
                Err(refused(about, "opportunity.currency", message))
            }
            _ => Ok((currency, list)),
        };
    };
    let Some(list) = shelf.price_list(code).filter(|list| list.active) else {
        let message = format!(
            "The catalog has no active price list `{code}`; name one that it has, or leave `price_list` out."
        );
        return Err(refused(about, "price_list.unknown", message));
    };
    match command.currency {
        Some(wanted) if wanted != list.currency => {
            let message = format!(
                "The price list `{code}` is in {}, not in {wanted}; name another one, or leave `currency` out.",
                list.currency
            );
            Err(refused(about, "price_list.currency", message))
        }
        _ => Ok((list.currency, list.code.clone().into())),
    }
}

fn named_after(world: &World, customer: Customer) -> String {
    let account = customer.account.and_then(|id| world.find(id));
    let contact = customer.contact.and_then(|id| world.find(id));
    let name = Buyer::of(account, contact).map(|buyer| buyer.name);
    name.map_or_else(|| "Deal".to_owned(), |name| format!("Deal with {name}"))
}

/// The deal is not there yet: a refusal names the customer.
fn about(customer: Customer) -> Subject {
    let contact = customer.contact.map(Uuid::from);
    let id = contact.or_else(|| customer.account.map(Uuid::from)).unwrap_or_default();
    Subject { kind: SubjectKind::Opportunity, id }
}

fn refused(about: Subject, rule: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::no(about.kind, about.id, rule, "nothing", message)
}
