//! The header of a deal is changed: what it is about, what it may bring, by which list it is priced.

use domain::commands::OpportunityUpdate;
use domain::day::Day;
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::document::{Line, LineKind};
use domain::events::{OpportunityRepriced, OpportunityUpdated};
use domain::line_edits::{LineChange, LineEdits};
use domain::message::SubjectKind;
use domain::money::Currency;
use domain::opportunity::{Opportunity, OpportunityAction, RevenueMode};
use domain::patch::Patch;
use domain::refusal::expect;
use domain::shelf::Shelf;
use domain::text::Code;
use domain::totals::Totals;
use rust_decimal::Decimal;

use crate::edited::Edited;
use crate::quoting::Quoting;
use crate::when::Decision;
use crate::wish::wishes;

impl Quoting {
    pub(crate) fn update(
        &self,
        world: &World,
        command: &OpportunityUpdate,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let was = world.known(command.opportunity)?;
        let mut now = after(was, command);
        let same = |list: &&Code| was.price_list.list().is_ok_and(|code| ***list == *code);
        let listed = command.price_list.as_ref().filter(|list| !same(list));
        if let Some(list) = listed {
            now.price_list = list.to_string().into();
            now.currency = currency(was, list, ctx.facts)?;
        }
        if now == *was {
            return Ok(Outcome::is_so(SubjectKind::Opportunity, was.id));
        }
        now = now.apply(&OpportunityAction::Edit)?;
        expect(was.about(), was.sequence, command.expected_sequence)?;
        check(was, &now, command, ctx)?;
        let mut repriced = None;
        if listed.is_some() {
            (now, repriced) = self.by_another_list(was, now, command, ctx)?;
        }
        if now.revenue_mode == RevenueMode::System && has_amounts(&now) {
            let totals = match repriced.clone() {
                Some(totals) => totals,
                None => self.sum(&mut now, ctx.facts)?,
            };
            now.estimated_revenue = Some(totals.amount_less_freight);
        }
        let by = ctx.by();
        let said = OpportunityUpdated::between(was, &now, by);
        let outcome = Outcome::nothing().say(said);
        let outcome = match repriced {
            None => outcome,
            Some(totals) => outcome.say(OpportunityRepriced {
                opportunity: now.id,
                lines: now.lines.clone(),
                totals,
                estimated_revenue: now.estimated_revenue,
                base_estimated_revenue: now.base_estimated_revenue(),
                unpriced: Vec::new(),
                doubts: Vec::new(),
            }),
        };
        let waiting =
            was.price_list.undecided().filter(|_| listed.is_some() && now.lines.is_empty());
        let wanted = match waiting {
            Some(undecided) => wishes(world, &now, &undecided.interest, ctx.facts),
            None => (Vec::new(), Vec::new()),
        };
        if wanted.0.is_empty() {
            return Ok(outcome.put(now));
        }
        Ok(outcome.and(self.priced(world, now, wanted, ctx)?))
    }

    /// The deal with its lines priced by its new list; and what they add up to, where there are some.
    fn by_another_list(
        &self,
        was: &Opportunity,
        mut now: Opportunity,
        command: &OpportunityUpdate,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<(Opportunity, Option<Totals>), Refusal> {
        refuse_live_quotes(was)?;
        if now.currency != was.currency {
            refuse_amounts(was, now.currency.as_str())?;
            now.exchange = self.frozen(now.currency, ctx);
            // An amount of money is none in another currency.
            now.estimated_revenue = command.estimated_revenue.onto(None);
        }
        if now.lines.is_empty() {
            return Ok((now, None));
        }
        let products = now.lines.iter().filter(|line| is_listed(line));
        let change = products.map(|line| LineChange::none(line.id)).collect();
        let edits = LineEdits { change, ..LineEdits::default() };
        let lines = std::mem::take(&mut now.lines);
        let lines = self.edited(Edited { about: was.about(), deal: &now }, lines, &edits, ctx)?;
        now.lines = lines;
        let totals = self.sum(&mut now, ctx.facts)?;
        Ok((now, Some(totals)))
    }
}

/// The header after that command, but for the price list.
fn after(was: &Opportunity, command: &OpportunityUpdate) -> Opportunity {
    let name = command.name.as_ref().filter(|name| !name.is_empty());
    let description = command.description.onto(was.description.as_ref());
    let close_date = was.close_date;
    let close_date = match &command.close_date {
        Patch::Keep => close_date,
        patch => patch.onto(None).map(|day: Day| day.date()),
    };
    Opportunity {
        name: name.map_or_else(|| was.name.clone(), |name| name.to_string()),
        description: description.filter(|text| !text.is_empty()),
        need: command.need.onto(was.need.as_ref()),
        purchase_timeframe: command.purchase_timeframe.onto(was.purchase_timeframe.as_ref()),
        campaign: command.campaign.onto_text(was.campaign.as_ref()),
        owner: command.owner.onto_text(was.owner.as_ref()),
        close_date,
        estimated_revenue: command.estimated_revenue.onto(was.estimated_revenue.as_ref()),
        revenue_mode: command.revenue_mode.unwrap_or(was.revenue_mode),
        ..was.clone()
    }
}

fn check(
    was: &Opportunity,
    now: &Opportunity,
    command: &OpportunityUpdate,
    ctx: &Ctx<'_, Shelf>,
) -> Result<(), Refusal> {
    if now.close_date != was.close_date {
        now.refuse_past_close_date(was.about(), ctx.now)?;
    }
    if now.estimated_revenue.is_some_and(|revenue| revenue < Decimal::ZERO) {
        let message = format!(
            "The estimated revenue of the opportunity `{}` cannot be negative; send an amount of 0 or more.",
            was.id
        );
        return Err(refused(was, "opportunity.negative_revenue", message));
    }
    let told = !command.estimated_revenue.is_keep();
    if told && now.revenue_mode == RevenueMode::System && has_amounts(now) {
        let message = format!(
            "The estimated revenue of the opportunity `{}` follows its lines; send `revenue_mode` \"user\" with it, so that \
             it stays what you say.",
            was.id
        );
        return Err(refused(was, "opportunity.system_revenue", message));
    }
    Ok(())
}

/// The currency of a list of the catalog.
fn currency(was: &Opportunity, list: &str, shelf: &Shelf) -> Result<Currency, Refusal> {
    let known = shelf.price_list(list).filter(|list| list.active);
    let message = || {
        format!(
            "The catalog has no active price list `{list}`; name one that it has, or leave `price_list` out."
        )
    };
    known.map(|list| list.currency).ok_or_else(|| refused(was, "price_list.unknown", message()))
}

/// What the customer could still accept was priced by the list before.
fn refuse_live_quotes(opportunity: &Opportunity) -> Result<(), Refusal> {
    let live = opportunity.live_quotes();
    let live: Vec<_> =
        live.map(|quote| format!("{} revision {}", quote.number, quote.revision)).collect();
    if live.is_empty() {
        return Ok(());
    }
    let message = format!(
        "The opportunity `{}` keeps its price list while the customer could still accept {}; close each with \
         `quote.close` first.",
        opportunity.id,
        live.join(", ")
    );
    Err(refused(opportunity, "opportunity.live_quotes", message))
}

/// Amounts that somebody typed are none in another currency.
fn refuse_amounts(opportunity: &Opportunity, currency: &str) -> Result<(), Refusal> {
    let own = opportunity.currency;
    if !opportunity.quotes.is_empty() {
        let message = format!(
            "The opportunity `{}` has quotes in {own}, so it stays in {own}; open another one in {currency} with \
             `opportunity.create`.",
            opportunity.id
        );
        return Err(refused(opportunity, "opportunity.currency", message));
    }
    let typed = |line: &&Line| {
        let amounts = line.kind == LineKind::WriteIn || line.price_override.is_some();
        amounts || !line.manual_discount.is_zero()
    };
    let typed: Vec<_> = opportunity.lines.iter().filter(typed).map(Line::label).collect();
    if typed.is_empty() {
        return Ok(());
    }
    let message = format!(
        "The lines {} of the opportunity `{}` bear amounts in {own} that somebody wrote; take these back with \
         `opportunity.edit_lines` before it goes to {currency}.",
        typed.join(", "),
        opportunity.id
    );
    Err(refused(opportunity, "opportunity.typed_amounts", message))
}

/// Do its lines say what it may bring?
fn has_amounts(opportunity: &Opportunity) -> bool {
    opportunity.lines.iter().any(|line| line.kind.has_amounts())
}

/// Has the line its price from the list?
fn is_listed(line: &Line) -> bool {
    line.parent.is_none() && matches!(line.kind, LineKind::Product | LineKind::Bundle)
}

fn refused(opportunity: &Opportunity, rule: &'static str, message: String) -> Refusal {
    Refusal::no(SubjectKind::Opportunity, opportunity.id, rule, "open", message)
}
