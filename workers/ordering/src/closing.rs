//! Deals closed and opened again by hand, without an order.

use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::commands::{OpportunityLose, OpportunityReopen, OpportunityWin};
use domain::day::Day;
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::{OpportunityLost, OpportunityReopened, OpportunityWon};
use domain::keys::OrderOfQuote;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::opportunity::{Loss, Opportunity, OpportunityAction, OpportunityState};
use domain::order::{Order, OrderState};
use domain::quote::{Quote, QuoteState};
use domain::rates::Rates;
use domain::stakeholder::same_competitor;
use rust_decimal::Decimal;

use crate::when::Then;

/// Won without an order; the revenue is the one given, else the estimate.
pub(crate) fn win(
    world: &World,
    command: &OpportunityWin,
    zone: Tz,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    let day = closed_on(opportunity, command.close_date, zone, ctx)?;
    if let OpportunityState::Won { actual_revenue, .. } = opportunity.state
        && command.actual_revenue.is_none_or(|revenue| revenue == actual_revenue)
        && (command.close_date.is_none() || day == opportunity.actual_close_date)
    {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let actual_revenue = revenue(opportunity, command.actual_revenue)?;
    let mut won = opportunity.apply(&OpportunityAction::Win { at: ctx.now, actual_revenue })?;
    refuse_live_quotes(opportunity, "won")?;
    won.actual_close_date = day;
    let said = OpportunityWon {
        opportunity: won.id,
        actual_revenue,
        total_amount: None,
        order: None,
        actual_close_date: day,
    };
    Ok(Outcome::nothing().changed(won, said))
}

/// Lost without a quote that lives. Who says it otherwise than it was said before is not told that it is done.
pub(crate) fn lose(
    world: &World,
    command: &OpportunityLose,
    zone: Tz,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    let day = closed_on(opportunity, command.close_date, zone, ctx)?;
    if let OpportunityState::Lost { loss, .. } = &opportunity.state
        && as_lost(loss, command)
        && (command.close_date.is_none() || day == opportunity.actual_close_date)
    {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let comment = command.comment.clone().map(String::from);
    let lose = |loss| OpportunityAction::Lose { at: ctx.now, loss };
    // That it cannot be lost comes before by whom.
    let unnamed = Loss { reason: command.reason, competitor: None, comment: None };
    opportunity.apply(&lose(unnamed))?;
    let loss = opportunity.loss(command.reason, command.competitor.as_deref(), comment)?;
    refuse_live_quotes(opportunity, "lost")?;
    let said =
        OpportunityLost { actual_close_date: day, ..OpportunityLost::of(opportunity.id, &loss) };
    let mut lost = opportunity.apply(&lose(loss))?;
    lost.actual_close_date = day;
    Ok(Outcome::nothing().changed(lost, said))
}

/// Was it lost so? What the command leaves out is not asked.
fn as_lost(loss: &Loss, command: &OpportunityLose) -> bool {
    let rival = command.competitor.as_deref().filter(|name| !name.is_empty());
    let same = |name| loss.competitor.as_deref().is_some_and(|known| same_competitor(known, name));
    let comment = command.comment.as_deref();
    loss.reason == command.reason
        && rival.is_none_or(same)
        && (comment.is_none() || comment == loss.comment.as_deref())
}

/// The day on which a deal was closed, where it is another one than today at the seller's (F100).
fn closed_on(
    opportunity: &Opportunity,
    day: Option<Day>,
    zone: Tz,
    ctx: &Ctx<'_, Rates>,
) -> Result<Option<NaiveDate>, Refusal> {
    let today = ctx.now.with_timezone(&zone).date_naive();
    let Some(day) = day.map(Day::date).filter(|day| *day != today) else { return Ok(None) };
    if day < today {
        return Ok(Some(day));
    }
    let message = format!(
        "The opportunity `{}` cannot have been closed on {day}, which is still to come: today is {today}. Leave \
         `close_date` out, or write the day on which it was closed.",
        opportunity.id
    );
    Err(refused(opportunity, "opportunity.close_date", message))
}

/// Open again (F86), unless an order stands on the deal: its revenue would be counted twice.
pub(crate) fn reopen(world: &World, command: &OpportunityReopen) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    if opportunity.state == OpportunityState::Open {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let mut open = opportunity.apply(&OpportunityAction::Reopen)?;
    open.actual_close_date = None;
    let mut orders = won_quotes(opportunity).filter_map(|quote| world.by(OrderOfQuote(quote.id)));
    if let Some(order) = orders.find(|order| !matches!(order.state, OrderState::Canceled { .. })) {
        return Err(has_order(opportunity, order));
    }
    let said = OpportunityReopened { opportunity: open.id };
    Ok(Outcome::nothing().changed(open, said))
}

/// The quotes that orders were made of.
pub(crate) fn won_quotes(opportunity: &Opportunity) -> impl Iterator<Item = &Quote> {
    opportunity.quotes.iter().filter(|quote| matches!(quote.state, QuoteState::Won { .. }))
}

pub(crate) fn refused(opportunity: &Opportunity, rule: &'static str, message: String) -> Refusal {
    let found = Opportunity::state_name(&opportunity.state);
    Refusal::no(SubjectKind::Opportunity, opportunity.id, rule, found, message)
}

fn revenue(opportunity: &Opportunity, given: Option<Decimal>) -> Result<Decimal, Refusal> {
    let Some(revenue) = given.or(opportunity.estimated_revenue) else {
        let message = format!(
            "The opportunity `{}` has no estimated revenue; send `opportunity.win` with \
             `actual_revenue`.",
            opportunity.id
        );
        return Err(refused(opportunity, "opportunity.no_revenue", message));
    };
    if revenue < Decimal::ZERO {
        let message = format!(
            "The actual revenue of the opportunity `{}` cannot be {revenue}; send an amount that \
             is not negative.",
            opportunity.id
        );
        return Err(refused(opportunity, "opportunity.negative_revenue", message));
    }
    Ok(revenue)
}

/// F100: what the customer could still accept must be settled first.
fn refuse_live_quotes(opportunity: &Opportunity, ended: &str) -> Result<(), Refusal> {
    let live = opportunity.live_quotes();
    let live = live.map(|quote| format!("{} ({})", quote.named(), Quote::state_name(&quote.state)));
    let live: Vec<_> = live.collect();
    if live.is_empty() {
        return Ok(());
    }
    let message = format!(
        "The opportunity `{}` cannot be {ended} while the customer could still accept {}. Accept \
         one with `quote.accept`, or close each with `quote.close` (a draft with the reason \
         `canceled`); what was accepted too late is answered with `quote.confirm` or `quote.decline`.",
        opportunity.id,
        live.join(", ")
    );
    Err(refused(opportunity, "opportunity.live_quotes", message))
}

fn has_order(opportunity: &Opportunity, order: &Order) -> Refusal {
    let next = match order.state {
        OrderState::Active => "Cancel the order with `order.cancel` first, before it is shipped.",
        _ => {
            "What was delivered stays sold; open another one with `opportunity.create` for further business."
        }
    };
    let message = format!(
        "The opportunity `{}` was won by the order `{}`, which is {}. {next}",
        opportunity.id,
        order.number,
        Order::state_name(&order.state)
    );
    refused(opportunity, "opportunity.has_order", message)
}
