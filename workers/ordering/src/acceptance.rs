//! The customer accepts a quote: the order is made, quote and deal are won, siblings canceled.

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::billing::Progress;
use domain::commands::{QuoteAccept, QuoteConfirm, QuoteDecline};
use domain::decide::{Already, Ctx, NumberKind, Outcome, Refusal, World};
use domain::document::{Line, compute, copied};
use domain::events::{
    OpportunityWon, OrderBillable, OrderCreated, QuoteClosed, QuoteHeld, QuoteWon,
};
use domain::exchange_rate::Base;
use domain::ids::QuoteId;
use domain::keys::{OpportunityOfQuote, OrderOfQuote};
use domain::message::SubjectKind;
use domain::opportunity::{Opportunity, OpportunityAction, OpportunityState};
use domain::order::{Order, OrderLine, OrderState};
use domain::quote::{Acceptance, LateAcceptance, Quote, QuoteAction, QuoteCloseReason, QuoteState};
use domain::rates::Rates;
use domain::totals::Header;
use rust_decimal::Decimal;

use crate::answer::already;
use crate::update::numbered;
use crate::when::Then;

/// The seller's calendar, and what becomes of whoever comes after the last day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    pub(crate) zone: Tz,
    pub(crate) late: LateAcceptance,
}

/// The order of the quote, with what the customer picked of it. Where there is one already, it takes the customer's
/// order number if it has none (S2).
pub(crate) fn accept(
    world: &World,
    command: &QuoteAccept,
    (validity, base): (Validity, Base),
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    if let Some(order) = world.by(OrderOfQuote(command.quote)) {
        return numbered(order, command, ctx);
    }
    let (deal, quote) = found(world, command.quote)?;
    let acceptance = acceptance(command, quote);
    if matches!(quote.state, QuoteState::Held { .. }) {
        return Ok(already_held(quote));
    }
    let today = ctx.now.with_timezone(&validity.zone).date_naive();
    let late = today > quote.offer.effective_to;
    if validity.late == LateAcceptance::Hold && late && may_be_held(deal, quote) {
        refuse_other(quote, command)?;
        refuse_closed(deal, quote)?;
        ordered(quote, &acceptance)?;
        return hold((deal, quote), acceptance, ctx);
    }
    let at = ctx.now;
    let won = quote.apply(&QuoteAction::Win { at, acceptance: Some(acceptance.clone()) })?;
    refuse_by_day(quote, today)?;
    refuse_other(quote, command)?;
    win((deal, quote), won, &acceptance, (base, today), ctx)
}

/// The seller says yes to an acceptance that came too late.
pub(crate) fn confirm(
    world: &World,
    command: &QuoteConfirm,
    (validity, base): (Validity, Base),
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    if let Some(order) = world.by(OrderOfQuote(command.quote)) {
        return Ok(already(order, &order.number));
    }
    let (deal, quote) = found(world, command.quote)?;
    let won = quote.apply(&QuoteAction::Confirm { at: ctx.now })?;
    let QuoteState::Won { acceptance, .. } = &won.state else { return Ok(already_held(quote)) };
    let acceptance = acceptance.clone().unwrap_or_default();
    let today = ctx.now.with_timezone(&validity.zone).date_naive();
    win((deal, quote), won, &acceptance, (base, today), ctx)
}

/// The seller says no to an acceptance that came too late: the quote is expired, as it was.
pub(crate) fn decline(
    world: &World,
    command: &QuoteDecline,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let (deal, quote) = found(world, command.quote)?;
    let expired = QuoteCloseReason::Expired;
    if matches!(quote.state, QuoteState::Closed { reason, .. } if reason == expired) {
        return Ok(already_held(quote));
    }
    let closed = quote.apply(&QuoteAction::Decline { at: ctx.now })?;
    let said = QuoteClosed {
        quote: closed.id,
        opportunity: deal.id,
        close_reason: expired,
        comment: command.comment.clone().map(String::from),
    };
    Ok(Outcome::nothing().say(said).put(deal.clone().with_quote(closed)))
}

/// The order is made, quote and deal are won, siblings canceled.
fn win(
    (deal, quote): (&Opportunity, &Quote),
    won: Quote,
    acceptance: &Acceptance,
    exchanged: (Base, NaiveDate),
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    refuse_closed(deal, quote)?;
    let (at, opportunity) = (ctx.now, deal.id);
    let order = order_of((deal, quote), acceptance, exchanged, ctx)?;
    let order_id = order.id;
    // Net, as the estimate: what tax and freight bring goes on to others.
    let actual_revenue = order.totals.amount_less_freight;
    let mut now = deal.apply(&OpportunityAction::Win { at, actual_revenue })?;
    let told = match &won.state {
        QuoteState::Won { acceptance, .. } => acceptance.clone(),
        _ => None,
    };
    let mut says = Outcome::nothing().say(created(&order)).say(QuoteWon {
        quote: won.id,
        opportunity,
        order: order_id,
        acceptance: told,
    });
    now = now.with_quote(won);
    let siblings: Vec<Quote> = now.live_quotes().cloned().collect();
    for sibling in siblings {
        now = now.with_quote(sibling.apply(&QuoteAction::Cancel { at })?);
        says = says.say(QuoteClosed {
            quote: sibling.id,
            opportunity,
            close_reason: QuoteCloseReason::Canceled,
            comment: Some(format!("The customer accepted {} instead.", quote.named())),
        });
    }
    if order.billing.due(Progress::Ordered) {
        says = says.say(OrderBillable { order: order_id });
    }
    let total_amount = Some(order.totals.total_amount);
    let (by, actual_close_date) = (Some(order_id), None);
    let won =
        OpportunityWon { opportunity, actual_revenue, total_amount, order: by, actual_close_date };
    Ok(says.put(order).changed(now, won))
}

/// It waits for the seller.
fn hold(
    (deal, quote): (&Opportunity, &Quote),
    acceptance: Acceptance,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let action = QuoteAction::Hold { at: ctx.now, acceptance: acceptance.clone() };
    let held = quote.apply(&action)?;
    let said = QuoteHeld {
        quote: held.id,
        opportunity: deal.id,
        acceptance,
        effective_to: held.offer.effective_to,
    };
    Ok(Outcome::nothing().say(said).put(deal.clone().with_quote(held)))
}

/// An offer that stands, or that the clock closed and nothing took the place of.
fn may_be_held(deal: &Opportunity, quote: &Quote) -> bool {
    let expired = QuoteCloseReason::Expired;
    match quote.state {
        QuoteState::Active { .. } => true,
        QuoteState::Closed { reason, .. } if reason == expired => {
            deal.latest(&quote.number).is_some_and(|latest| latest.id == quote.id)
        }
        _ => false,
    }
}

fn already_held(quote: &Quote) -> Outcome<Then> {
    let reference = Some(quote.number.clone());
    Outcome::already(Already { subject: SubjectKind::Quote, id: quote.id.0, reference })
}

fn found(world: &World, id: QuoteId) -> Result<(&Opportunity, &Quote), Refusal> {
    let unknown = || Refusal::unknown(SubjectKind::Quote, id);
    let deal = world.by(OpportunityOfQuote(id)).ok_or_else(unknown)?;
    Ok((deal, deal.quote(id).ok_or_else(unknown)?))
}

/// Who accepts hears about accepting, and not about the deal alone.
fn refuse_closed(deal: &Opportunity, quote: &Quote) -> Result<(), Refusal> {
    let (what, at) = match &deal.state {
        OpportunityState::Lost { at, .. } => ("lost", at),
        OpportunityState::Won { at, .. } => ("won", at),
        _ => return Ok(()),
    };
    let message = format!(
        "The opportunity of the quote `{}` was {what} on {}, so it cannot be accepted. Open it again with \
         `opportunity.reopen` first.",
        quote.named(),
        at.date_naive()
    );
    Err(refused(quote, "opportunity.closed", what, message))
}

/// The first and the last day of validity count whole, by the seller's calendar.
fn refuse_by_day(quote: &Quote, today: NaiveDate) -> Result<(), Refusal> {
    let (named, last) = (quote.named(), quote.offer.effective_to);
    if let Some(first) = quote.offer.effective_from.filter(|first| today < *first) {
        let message = format!(
            "The quote `{named}` can be accepted from {first} to {last}, and today is {today}. Accept it on a \
             day in between."
        );
        return Err(refused(quote, "quote.not_yet_valid", "active", message));
    }
    if today <= last {
        return Ok(());
    }
    let message = format!(
        "The quote `{named}` could be accepted until {last}, and today is {today}. Revise it with \
         `quote.revise`, activate the new revision and accept that one."
    );
    Err(refused(quote, "quote.expired", "active", message))
}

fn refused(
    quote: &Quote,
    rule: &'static str,
    found: impl ToString,
    message: impl Into<String>,
) -> Refusal {
    Refusal::no(SubjectKind::Quote, quote.named(), rule, found, message)
}

/// How the customer accepted it, as evidence: which revision, who, on which way, with which number, what of it.
fn acceptance(command: &QuoteAccept, quote: &Quote) -> Acceptance {
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut picks = command.picks.clone();
    picks.sort_unstable();
    picks.dedup();
    Acceptance {
        offer_sha256: Some(quote.offer.sha256()),
        accepted_by: command.accepted_by.as_deref().and_then(told),
        channel: command.channel,
        purchase_order: command.purchase_order.as_deref().and_then(told),
        picks,
        accepted_at: None,
    }
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
    let named = quote.named();
    let message = format!(
        "The offer that was accepted (`{seen}`) is not the one that the quote `{named}` makes \
         (`{stands}`). Show the customer that one, and accept it with its `offer_sha256`."
    );
    Err(refused(quote, "quote.other_offer", "active", message))
}

/// What was picked of it.
fn ordered<'q>(quote: &'q Quote, acceptance: &Acceptance) -> Result<Vec<&'q Line>, Refusal> {
    quote.offer.ordered(&acceptance.picks).map_err(|error| {
        let message = format!("The quote `{}` cannot be accepted so: {error}.", quote.named());
        refused(quote, error.rule(), "the picks", message)
    })
}

/// The order takes over the offer word for word, but for what was not picked; only its lines get ids of their own.
fn order_of(
    (opportunity, quote): (&Opportunity, &Quote),
    acceptance: &Acceptance,
    (base, today): (Base, NaiveDate),
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Order, Refusal> {
    let offer = &quote.offer;
    let lines = ordered(quote, acceptance)?;
    let id = ctx.id();
    let mut lines = copied(lines, || ctx.id());
    let mut totals = offer.totals.clone();
    if !offer.optional.is_empty() {
        totals = compute(&mut lines, &offer.header, opportunity.currency).map_err(|error| {
            let named = quote.named();
            let message = format!(
                "What was picked of the quote `{named}` cannot be added up: {error} Revise it with \
                 `quote.revise`."
            );
            refused(quote, "quote.totals", "the picks", message)
        })?;
    }
    let lines = lines.into_iter().map(|line| OrderLine {
        line,
        quantity_shipped: Decimal::ZERO,
        quantity_canceled: Decimal::ZERO,
    });
    let exchange = base.freeze(ctx.facts.all(), opportunity.currency, today);
    let header = Header { exchange, ..offer.header.clone() }.converted(&totals);
    Ok(Order {
        id,
        sequence: 0,
        number: ctx.number(NumberKind::Order),
        quote: Some(quote.id),
        opportunity: Some(opportunity.id),
        customer: opportunity.customer,
        currency: opportunity.currency,
        buyer: offer.buyer.clone(),
        lines: lines.collect(),
        header,
        totals,
        payment_terms: offer.payment_terms,
        billing: offer.billing,
        deliver_to: offer.deliver_to.clone(),
        delivery_terms: offer.delivery_terms.clone(),
        purchase_order: acceptance.purchase_order.clone(),
        shipments: Vec::new(),
        state: OrderState::Active,
    })
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
        billing: order.billing,
        deliver_to: order.deliver_to.clone(),
        delivery_terms: order.delivery_terms.clone(),
        purchase_order: order.purchase_order.clone(),
    }
}
