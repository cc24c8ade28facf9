//! The customer accepts a quote: the order is made, quote and deal are won, siblings canceled.

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::commands::QuoteAccept;
use domain::decide::{Ctx, NumberKind, Outcome, Refusal, World};
use domain::document::copied;
use domain::events::{OpportunityWon, OrderCreated, QuoteClosed, QuoteWon};
use domain::keys::{OpportunityOfQuote, OrderOfQuote};
use domain::message::SubjectKind;
use domain::opportunity::{Opportunity, OpportunityAction};
use domain::order::{Order, OrderLine, OrderState};
use domain::quote::{Acceptance, Quote, QuoteAction, QuoteCloseReason};
use rust_decimal::Decimal;

use crate::answer::already;
use crate::when::Then;

pub(crate) fn accept(
    world: &World,
    command: &QuoteAccept,
    zone: Tz,
    ctx: &mut Ctx<'_, ()>,
) -> Result<Outcome<Then>, Refusal> {
    if let Some(order) = world.by(OrderOfQuote(command.quote)) {
        return Ok(already(order, &order.number));
    }
    let unknown = || Refusal::unknown(SubjectKind::Quote, command.quote);
    let opportunity = world.by(OpportunityOfQuote(command.quote)).ok_or_else(unknown)?;
    let quote = opportunity.quote(command.quote).ok_or_else(unknown)?;

    let at = ctx.now;
    let acceptance = acceptance(command);
    let won = quote.apply(&QuoteAction::Win { at, acceptance: acceptance.clone() })?;
    refuse_expired(quote, at.with_timezone(&zone).date_naive())?;
    refuse_other(quote, command)?;
    // Net, as the estimate: what tax and freight bring goes on to others.
    let actual_revenue = quote.offer.totals.amount_less_freight;
    let mut deal = opportunity.apply(&OpportunityAction::Win { at, actual_revenue })?;

    let made = order_of(opportunity, quote, command, ctx);
    let (opportunity, order_id) = (opportunity.id, made.id);
    let mut says = Outcome::nothing().say(created(&made)).say(QuoteWon {
        quote: won.id,
        opportunity,
        order: order_id,
        acceptance,
    });
    deal = deal.with_quote(won);
    let siblings: Vec<Quote> = deal.live_quotes().cloned().collect();
    for sibling in siblings {
        deal = deal.with_quote(sibling.apply(&QuoteAction::Cancel { at })?);
        says = says.say(QuoteClosed {
            quote: sibling.id,
            opportunity,
            close_reason: QuoteCloseReason::Canceled,
            comment: Some(format!("The customer accepted {} instead.", named(quote))),
        });
    }
    let total_amount = Some(quote.offer.totals.total_amount);
    let (order, actual_close_date) = (Some(order_id), None);
    let won =
        OpportunityWon { opportunity, actual_revenue, total_amount, order, actual_close_date };
    Ok(says.put(made).changed(deal, won))
}

/// A quote as people name it: all revisions share the number.
pub(crate) fn named(quote: &Quote) -> String {
    format!("{} revision {}", quote.number, quote.revision)
}

/// The last day of validity counts whole, by the seller's calendar.
fn refuse_expired(quote: &Quote, today: NaiveDate) -> Result<(), Refusal> {
    let last = quote.offer.effective_to;
    if today <= last {
        return Ok(());
    }
    let named = named(quote);
    let message = format!(
        "The quote `{named}` could be accepted until {last}, and today is {today}. Revise it with \
         `quote.revise`, activate the new revision and accept that one."
    );
    Err(Refusal::no(SubjectKind::Quote, named, "quote.expired", "active", message))
}

/// What was told of how the customer accepted.
fn acceptance(command: &QuoteAccept) -> Option<Acceptance> {
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let acceptance = Acceptance {
        offer_sha256: command.offer_sha256.as_deref().and_then(told).map(|it| it.to_lowercase()),
        accepted_by: command.accepted_by.as_deref().and_then(told),
        channel: command.channel,
    };
    Some(acceptance).filter(|it| *it != Acceptance::default())
}

/// Only the offer that the customer saw becomes an order (F88).
fn refuse_other(quote: &Quote, command: &QuoteAccept) -> Result<(), Refusal> {
    let Some(seen) = command.offer_sha256.as_deref().filter(|seen| !seen.is_empty()) else {
        return Ok(());
    };
    let stands = quote.offer.sha256();
    if seen.eq_ignore_ascii_case(&stands) {
        return Ok(());
    }
    let named = named(quote);
    let message = format!(
        "The offer that was accepted (`{seen}`) is not the one that the quote `{named}` makes \
         (`{stands}`). Show the customer that one, and accept it with its `offer_sha256`."
    );
    Err(Refusal::no(SubjectKind::Quote, named, "quote.other_offer", "active", message))
}

/// The order takes over the offer word for word; only its lines get ids of their own.
fn order_of(
    opportunity: &Opportunity,
    quote: &Quote,
    command: &QuoteAccept,
    ctx: &mut Ctx<'_, ()>,
) -> Order {
    let offer = &quote.offer;
    let purchase_order = command.purchase_order.as_ref().filter(|number| !number.is_empty());
    let id = ctx.id();
    let lines = copied(&offer.lines, || ctx.id()).into_iter().map(|line| OrderLine {
        line,
        quantity_shipped: Decimal::ZERO,
        quantity_canceled: Decimal::ZERO,
    });
    let lines = lines.collect();
    Order {
        id,
        sequence: 0,
        number: ctx.number(NumberKind::Order),
        quote: Some(quote.id),
        opportunity: Some(opportunity.id),
        customer: opportunity.customer,
        currency: opportunity.currency,
        buyer: offer.buyer.clone(),
        lines,
        header: offer.header.clone(),
        totals: offer.totals.clone(),
        payment_terms: offer.payment_terms,
        deliver_to: offer.deliver_to.clone(),
        purchase_order: purchase_order.map(|number| number.to_string()),
        shipments: Vec::new(),
        state: OrderState::Active,
    }
}

fn created(order: &Order) -> OrderCreated {
    OrderCreated {
        order: order.id,
        number: order.number.clone(),
        quote: order.quote,
        opportunity: order.opportunity,
        customer: order.customer,
        currency: order.currency,
        buyer: order.buyer.clone(),
        lines: order.lines.clone(),
        header: order.header.clone(),
        totals: order.totals.clone(),
        payment_terms: order.payment_terms,
        deliver_to: order.deliver_to.clone(),
        purchase_order: order.purchase_order.clone(),
    }
}
