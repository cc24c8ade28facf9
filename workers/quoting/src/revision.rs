//! An offer that was made before is made again, otherwise: the next revision of its number.

use domain::commands::QuoteRevise;
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::document::LineKind;
use domain::events::QuoteRevised;
use domain::line_edits::{LineChange, LineEdits};
use domain::offer::Offer;
use domain::opportunity::Opportunity;
use domain::quote::{EXPIRY, Quote, QuoteAction, QuoteCloseReason, QuoteState};
use domain::shelf::Shelf;

use crate::draft::{buyer, room_for_quote, still_open};
use crate::edit::settled;
use crate::edited::Edited;
use crate::quoting::Quoting;
use crate::step::{found, itself, quote_closed};
use crate::when::Decision;

impl Quoting {
    /// A draft with the next revision number takes the place of the offer that stands, which closes as revised (F92);
    /// or it begins where one ended that was lost, canceled, expired, or won by an order that was canceled (F101).
    /// Asked again while a revision lives, that is the answer: a number has one live revision (F93).
    pub(crate) fn revise(
        &self,
        world: &World,
        command: &QuoteRevise,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let (opportunity, quote) = found(world, command.quote)?;
        if let Some(live) = live_sibling(opportunity, quote) {
            return Ok(Outcome::already(live));
        }
        let ended = quote.apply(&QuoteAction::Revise { at: ctx.now })?;
        let named = quote.named();
        let deal = still_open(opportunity, format_args!("its quote `{named}` cannot be revised"))?;
        room_for_quote(&deal)?;
        let offer = self.offered_again(world, (&deal, quote), command.reprice, ctx)?;
        let latest = deal.latest(&quote.number).map_or(quote.revision, |latest| latest.revision);
        let next = Quote {
            id: ctx.id(),
            sequence: 0,
            number: quote.number.clone(),
            revision: latest.saturating_add(1),
            waits_for: self.beyond(&offer, deal.currency),
            edited: true,
            offer,
            state: QuoteState::Draft,
        };
        let revised = QuoteRevised {
            quote: next.id,
            number: next.number.clone(),
            revision: next.revision,
            replaces: quote.id,
            opportunity: deal.id,
            currency: deal.currency,
            offer: next.offer.clone(),
            waits_for: next.waits_for.clone(),
            by: ctx.by(),
        };
        let mut outcome = Outcome::nothing();
        if matches!(quote.state, QuoteState::Active { .. }) {
            let reason = QuoteCloseReason::Revised;
            outcome = outcome
                .say(quote_closed(&ended, &deal, reason, None))
                .not_later(EXPIRY, quote.about());
        }
        Ok(outcome.say(revised).put(deal.with_quote(ended).with_quote(next)))
    }

    /// The same to the buyer as they are today, valid anew, at the prices of then unless they are to be looked up.
    fn offered_again(
        &self,
        world: &World,
        (deal, quote): (&Opportunity, &Quote),
        reprice: bool,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Offer, Refusal> {
        let mut offer = Offer {
            buyer: buyer(world, deal)?,
            effective_from: None,
            effective_to: self.effective_to(ctx),
            ..quote.offer.copy(|| ctx.id())
        };
        offer.header.exchange = self.frozen(deal.currency, ctx);
        offer.header = offer.header.converted(&offer.totals);
        if reprice {
            let listed = |kind| matches!(kind, LineKind::Product | LineKind::Bundle);
            let lines =
                offer.lines.iter().filter(|line| listed(line.kind) && line.parent.is_none());
            let change = lines.map(|line| LineChange::none(line.id)).collect();
            let edits = LineEdits { change, ..LineEdits::default() };
            let of = Edited { about: quote.about(), deal };
            offer.lines = self.edited(of, offer.lines, &edits, ctx)?;
            settled(&mut offer, quote, deal)?;
        }
        Ok(offer)
    }
}

/// The live quote of the same number beside one that ended.
fn live_sibling(deal: &Opportunity, quote: &Quote) -> Option<Already> {
    if quote.is_live() {
        return None;
    }
    deal.live_quotes().find(|other| other.number == quote.number).map(itself)
}
