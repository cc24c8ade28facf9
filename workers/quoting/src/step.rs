//! What is asked of a quote after it was drafted: activate, close.

use domain::asker::Asker;
use domain::commands::{QuoteActivate, QuoteClose};
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::events::{OpportunityLost, QuoteClosed};
use domain::ids::QuoteId;
use domain::keys::OpportunityOfQuote;
use domain::message::SubjectKind;
use domain::opportunity::{LostReason, Opportunity, OpportunityAction};
use domain::quote::{EXPIRY, Quote, QuoteAction, QuoteCloseReason, QuoteState};
use domain::refusal::Reason;
use domain::rights::Right;
use domain::shelf::Shelf;

use crate::draft::{closable, still_open};
use crate::properties::lacking;
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
        let named = quote.named();
        let opportunity =
            still_open(opportunity, format_args!("its quote `{named}` cannot be activated"))?;
        complete(&quote)?;
        let approved_by = self.approved_by(&quote, &opportunity, ctx.asker)?;
        if quote.offer.effective_to < self.today(ctx) {
            quote.offer.effective_to = self.effective_to(ctx);
        }
        let outcome = self.offered(Outcome::nothing(), &quote, &opportunity, approved_by);
        Ok(outcome.put(opportunity.with_quote(quote)))
    }

    /// Who approves of an offer beyond the seller's limits; nobody has to where it is within them.
    fn approved_by(
        &self,
        quote: &Quote,
        deal: &Opportunity,
        asker: &Asker,
    ) -> Result<Option<String>, Refusal> {
        let Some(why) = self.beyond(&quote.offer, deal.currency) else { return Ok(None) };
        let what = format!("a quote beyond the seller's limits ({why})");
        asker.require(Right::ApproveDiscount, quote.about(), &what).map_err(|refusal| {
            let named = quote.named();
            let say = |reason: Reason| Reason {
                message: format!(
                    "{} Until then `{named}` stays a draft, and whoever has the right can let it stand with \
                     `quote.activate`.",
                    reason.message
                ),
                ..reason
            };
            match refusal {
                Refusal::No(reason) => Refusal::No(say(reason)),
                other => other,
            }
        })?;
        Ok(asker.name.as_deref().map(str::to_owned))
    }

    /// An active quote closes without an order, a draft that nobody wants is canceled; the last live one may take the
    /// deal with it (F97).
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
        let (at, named) = (ctx.now, quote.named());
        let closed = quote.apply(&match (&quote.state, reason) {
            (QuoteState::Draft, QuoteCloseReason::Canceled) => QuoteAction::Cancel { at },
            _ => QuoteAction::Close { at, reason },
        })?;
        let opportunity =
            closable(opportunity, format_args!("its quote `{named}` cannot be closed"))?;
        let said =
            quote_closed(&closed, &opportunity, reason, command.comment.clone().map(String::from));
        let outcome = Outcome::nothing().say(said).not_later(EXPIRY, closed.about());
        let opportunity = opportunity.with_quote(closed);
        if !command.lose_opportunity || opportunity.live_quotes().next().is_some() {
            return Ok(outcome.put(opportunity));
        }
        lost(outcome, opportunity, command, ctx)
    }
}

/// # Errors
/// [`Refusal`] where a required property of a line has no value: nobody may approve of that.
fn complete(quote: &Quote) -> Result<(), Refusal> {
    let lacking = lacking(&quote.offer.lines, "quote.edit");
    if lacking.is_empty() {
        return Ok(());
    }
    let (kind, found) = (SubjectKind::Quote, format!("{} without a value", lacking.len()));
    let message = format!("The quote `{}` stays a draft. {}", quote.named(), lacking.join(" "));
    Err(Refusal::no(kind, quote.named(), "quote.property_missing", found, message))
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

/// The quote in its opportunity.
///
/// # Errors
/// [`Refusal`] for now where nobody has heard of it.
pub(crate) fn found(world: &World, id: QuoteId) -> Result<(&Opportunity, &Quote), Refusal> {
    let opportunity = world.by(OpportunityOfQuote(id));
    opportunity
        .and_then(|opportunity| Some((opportunity, opportunity.quote(id)?)))
        .ok_or_else(|| Refusal::unknown(SubjectKind::Quote, id))
}

/// The answer that names it.
pub(crate) fn itself(quote: &Quote) -> Already {
    Already { subject: SubjectKind::Quote, id: quote.id.0, reference: Some(quote.number.clone()) }
}

pub(crate) fn quote_closed(
    quote: &Quote,
    opportunity: &Opportunity,
    reason: QuoteCloseReason,
    comment: Option<String>,
) -> QuoteClosed {
    QuoteClosed { quote: quote.id, opportunity: opportunity.id, close_reason: reason, comment }
}
