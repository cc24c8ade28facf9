//! What is asked of a quote after it was drafted: activate, revise, close.

use domain::asker::Asker;
use domain::commands::{QuoteActivate, QuoteClose, QuoteRevise};
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::document::copied;
use domain::events::{OpportunityLost, QuoteClosed, QuoteRevised};
use domain::ids::QuoteId;
use domain::keys::OpportunityOfQuote;
use domain::message::{Subject, SubjectKind};
use domain::opportunity::{LostReason, Opportunity, OpportunityAction};
use domain::quote::{EXPIRY, Offer, Quote, QuoteAction, QuoteCloseReason, QuoteState};
use domain::rights::Right;
use domain::shelf::Shelf;

use crate::draft::room_for_quote;
use crate::quoting::Quoting;
use crate::when::{Decision, Then};

impl Quoting {
    /// The draft stands as offered and is frozen (F88); beyond the seller's limits only where whoever asks may
    /// approve of it (F96). A draft whose validity ran out meanwhile is offered anew from today.
    pub(crate) fn activate(
        &self,
        world: &World,
        command: &QuoteActivate,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let (opportunity, quote) = found(world, command.quote)?;
        if matches!(quote.state, QuoteState::Active { .. }) {
            return Ok(Outcome::already(itself(quote)));
        }
        let mut quote = quote.apply(&QuoteAction::Activate { at: ctx.now })?;
        let opportunity = opportunity.apply(&OpportunityAction::Edit)?;
        let approved_by = self.approved_by(&quote, ctx.asker)?;
        if quote.offer.effective_to < self.today(ctx) {
            quote.offer.effective_to = self.effective_to(ctx);
        }
        let outcome = self.offered(Outcome::nothing(), &quote, &opportunity, approved_by);
        Ok(outcome.put(opportunity.with_quote(quote)))
    }

    /// Who approves of an offer beyond the seller's limits; nobody has to where it is within them.
    fn approved_by(&self, quote: &Quote, asker: &Asker) -> Result<Option<String>, Refusal> {
        if self.is_within_limits(&quote.offer) {
            return Ok(None);
        }
        let what =
            "a quote beyond the seller's limits (`quoting.activate_up_to`, `discount_percent_max`)";
        asker.require(Right::ApproveDiscount, about(quote), what)?;
        Ok(asker.name.as_deref().map(str::to_owned))
    }

    /// The active quote closes as revised, a draft with the next revision number takes its place
    /// (F92). Asked again while that draft lives, it is the answer: a number has one live revision
    /// (F93).
    pub(crate) fn revise(
        &self,
        world: &World,
        command: &QuoteRevise,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let (opportunity, quote) = found(world, command.quote)?;
        if let Some(next) = live_successor(opportunity, quote) {
            return Ok(Outcome::already(itself(next)));
        }
        let reason = QuoteCloseReason::Revised;
        let closed = quote.apply(&QuoteAction::Close { at: ctx.now, reason })?;
        let opportunity = opportunity.apply(&OpportunityAction::Edit)?;
        room_for_quote(&opportunity)?;
        let offer = Offer {
            lines: copied(&quote.offer.lines, || ctx.id()),
            effective_to: self.effective_to(ctx),
            ..quote.offer.clone()
        };
        let next = Quote {
            id: ctx.id(),
            sequence: 0,
            number: quote.number.clone(),
            revision: quote.revision.saturating_add(1),
            offer,
            state: QuoteState::Draft,
        };
        let revised = QuoteRevised {
            quote: next.id,
            number: next.number.clone(),
            revision: next.revision,
            replaces: closed.id,
            opportunity: opportunity.id,
            currency: opportunity.currency,
            offer: next.offer.clone(),
        };
        let outcome =
            Outcome::nothing().say(quote_closed(&closed, &opportunity, reason, None)).say(revised);
        let outcome = outcome.not_later(EXPIRY, about(&closed));
        Ok(outcome.put(opportunity.with_quote(closed).with_quote(next)))
    }

    /// An active quote closes without an order; the last live one may take the deal with it (F97).
    pub(crate) fn close(
        &self,
        world: &World,
        command: &QuoteClose,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let (opportunity, quote) = found(world, command.quote)?;
        let reason = command.reason;
        if reason == QuoteCloseReason::Revised {
            let message = "A quote closes as revised only by `quote.revise`; close it as lost, \
                           canceled or expired.";
            let (kind, found) = (SubjectKind::Quote, "revised");
            return Err(Refusal::no(kind, quote.id, "quote.close_reason", found, message));
        }
        if matches!(quote.state, QuoteState::Closed { reason: as_asked, .. } if as_asked == reason)
        {
            return Ok(Outcome::already(itself(quote)));
        }
        if reason == QuoteCloseReason::Expired && !matches!(quote.state, QuoteState::Active { .. })
        {
            // The clock comes to every offer; most were accepted, revised or closed by then.
            return Ok(Outcome::nothing());
        }
        let closed = quote.apply(&QuoteAction::Close { at: ctx.now, reason })?;
        let opportunity = opportunity.apply(&OpportunityAction::CloseQuote)?;
        let said =
            quote_closed(&closed, &opportunity, reason, command.comment.clone().map(String::from));
        let outcome = Outcome::nothing().say(said).not_later(EXPIRY, about(&closed));
        let opportunity = opportunity.with_quote(closed);
        if !command.lose_opportunity || opportunity.live_quotes().next().is_some() {
            return Ok(outcome.put(opportunity));
        }
        lost(outcome, opportunity, command, ctx)
    }
}

/// The quote as what a timer is about.
fn about(quote: &Quote) -> Subject {
    Subject { kind: SubjectKind::Quote, id: quote.id.0 }
}

fn lost(
    outcome: Outcome<Then>,
    opportunity: Opportunity,
    command: &QuoteClose,
    ctx: &Ctx<'_, Shelf>,
) -> Decision {
    let out_sold = command.competitor.is_some() && command.reason == QuoteCloseReason::Lost;
    let reason = if out_sold { LostReason::OutSold } else { LostReason::Canceled };
    let comment = command.comment.clone().map(String::from);
    let loss = opportunity.loss(reason, command.competitor.as_deref(), comment)?;
    let said = OpportunityLost::of(opportunity.id, &loss);
    let opportunity = opportunity.apply(&OpportunityAction::Lose { at: ctx.now, loss })?;
    Ok(outcome.changed(opportunity, said))
}

fn found(world: &World, id: QuoteId) -> Result<(&Opportunity, &Quote), Refusal> {
    let opportunity = world.by(OpportunityOfQuote(id));
    opportunity
        .and_then(|opportunity| Some((opportunity, opportunity.quote(id)?)))
        .ok_or_else(|| Refusal::unknown(SubjectKind::Quote, id))
}

/// The live quote that replaced this one.
fn live_successor<'o>(opportunity: &'o Opportunity, quote: &Quote) -> Option<&'o Quote> {
    let revised = QuoteCloseReason::Revised;
    if !matches!(quote.state, QuoteState::Closed { reason, .. } if reason == revised) {
        return None;
    }
    opportunity.live_quotes().find(|other| {
        other.number == quote.number && Some(other.revision) == quote.revision.checked_add(1)
    })
}

fn itself(quote: &Quote) -> Already {
    Already { subject: SubjectKind::Quote, id: quote.id.0, reference: Some(quote.number.clone()) }
}

fn quote_closed(
    quote: &Quote,
    opportunity: &Opportunity,
    reason: QuoteCloseReason,
    comment: Option<String>,
) -> QuoteClosed {
    QuoteClosed { quote: quote.id, opportunity: opportunity.id, close_reason: reason, comment }
}
