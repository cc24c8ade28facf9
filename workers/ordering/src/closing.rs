//! Deals closed and opened again by hand, without an order.

use domain::commands::{OpportunityLose, OpportunityReopen, OpportunityWin};
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::events::{OpportunityLost, OpportunityReopened, OpportunityWon};
use domain::keys::OrderOfQuote;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::opportunity::{Loss, Opportunity, OpportunityAction, OpportunityState};
use domain::order::{Order, OrderState};
use domain::quote::{Quote, QuoteState};
use rust_decimal::Decimal;

use crate::when::Then;

/// Won without an order; the revenue is the one given, else the estimate.
pub(crate) fn win(
    world: &World,
    command: &OpportunityWin,
    ctx: &Ctx<'_, ()>,
) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    if let OpportunityState::Won { actual_revenue, .. } = opportunity.state
        && command.actual_revenue.is_none_or(|revenue| revenue == actual_revenue)
    {
        return Ok(already(opportunity));
    }
    let actual_revenue = revenue(opportunity, command.actual_revenue)?;
    let won = opportunity.apply(&OpportunityAction::Win { at: ctx.now, actual_revenue })?;
    refuse_live_quotes(opportunity, "won")?;
    let said =
        OpportunityWon { opportunity: won.id, actual_revenue, total_amount: None, order: None };
    Ok(Outcome::nothing().changed(won, said))
}

pub(crate) fn lose(
    world: &World,
    command: &OpportunityLose,
    ctx: &Ctx<'_, ()>,
) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    if matches!(&opportunity.state, OpportunityState::Lost { loss, .. } if loss.reason == command.reason)
    {
        return Ok(already(opportunity));
    }
    let loss = Loss {
        reason: command.reason,
        competitor: command.competitor.clone().map(String::from),
        comment: command.comment.clone().map(String::from),
    };
    let said = OpportunityLost::of(opportunity.id, &loss);
    let lost = opportunity.apply(&OpportunityAction::Lose { at: ctx.now, loss })?;
    refuse_live_quotes(opportunity, "lost")?;
    Ok(Outcome::nothing().changed(lost, said))
}

/// Open again (F86), unless an order stands on the deal: its revenue would be counted twice.
pub(crate) fn reopen(world: &World, command: &OpportunityReopen) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    if opportunity.state == OpportunityState::Open {
        return Ok(already(opportunity));
    }
    let open = opportunity.apply(&OpportunityAction::Reopen)?;
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

fn already(opportunity: &Opportunity) -> Outcome<Then> {
    let id = opportunity.id.into();
    Outcome::already(Already { subject: SubjectKind::Opportunity, id, reference: None })
}

fn refused(opportunity: &Opportunity, rule: &'static str, message: String) -> Refusal {
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
        _ => "What was delivered stays sold; open a new opportunity for further business.",
    };
    let message = format!(
        "The opportunity `{}` was won by the order `{}`, which is {}. {next}",
        opportunity.id,
        order.number,
        Order::state_name(&order.state)
    );
    refused(opportunity, "opportunity.has_order", message)
}
