//! What the events about quotes make of them, within their opportunity, and of the timers that close them.

use crate::commands::QuoteClose;
use crate::decide::{Later, Needs};
use crate::events::{
    QuoteActivated, QuoteClosed, QuoteDrafted, QuoteEdited, QuoteHeld, QuoteRevised, QuoteWon,
};
use crate::ids::{OpportunityId, QuoteId};
use crate::message::{Said, Subject, SubjectKind};
use crate::quote::{EXPIRY, Offer, Quote, QuoteAction, QuoteCloseReason, QuoteState};
use crate::replay::{Gap, Past, Replay};

impl Replay for QuoteDrafted {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let numbered = (self.number.as_str(), self.revision);
        let said = (&self.offer, &self.waits_for, false);
        draft(past, (self.opportunity, self.quote), numbered, said)
    }
}

impl Replay for QuoteActivated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let quote = known(past, self.opportunity, self.quote)?;
        let active = quote.apply(&QuoteAction::Activate { at: past.at })?;
        let close = QuoteClose::expired(self.quote);
        let (due, message) = (self.expires_at, Said::of(&close));
        past.later.push(Later::Plan { name: EXPIRY, due, message });
        put(past, self.opportunity, Quote { offer: self.offer.clone(), ..active })
    }
}

impl Replay for QuoteRevised {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let numbered = (self.number.as_str(), self.revision);
        let said = (&self.offer, &self.waits_for, true);
        draft(past, (self.opportunity, self.quote), numbered, said)
    }
}

impl Replay for QuoteEdited {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let numbered = (self.number.as_str(), self.revision);
        let said = (&self.offer, &self.waits_for, true);
        draft(past, (self.opportunity, self.quote), numbered, said)
    }
}

impl Replay for QuoteHeld {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let quote = known(past, self.opportunity, self.quote)?;
        let acceptance = self.acceptance.clone();
        let held = quote.apply(&QuoteAction::Hold { at: past.at, acceptance })?;
        put(past, self.opportunity, held)
    }
}

impl Replay for QuoteClosed {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let quote = known(past, self.opportunity, self.quote)?;
        let (at, reason) = (past.at, self.close_reason);
        // A quote that ends with its deal is canceled, a draft too.
        let closed = match reason {
            QuoteCloseReason::Canceled => quote.apply(&QuoteAction::Cancel { at })?,
            QuoteCloseReason::Revised => quote.apply(&QuoteAction::Revise { at })?,
            _ if matches!(quote.state, QuoteState::Held { .. }) => {
                quote.apply(&QuoteAction::Decline { at })?
            }
            _ => quote.apply(&QuoteAction::Close { at, reason })?,
        };
        // Only the word of who planned it counts: a quote that ends with its deal keeps its timer, which says
        // nothing new then.
        let about = Subject { kind: SubjectKind::Quote, id: self.quote.0 };
        past.later.push(Later::Cancel { name: EXPIRY, about });
        put(past, self.opportunity, closed)
    }
}

impl Replay for QuoteWon {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.opportunity);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let quote = known(past, self.opportunity, self.quote)?;
        let at = past.at;
        let win = match quote.state {
            QuoteState::Held { .. } => QuoteAction::Confirm { at },
            _ => QuoteAction::Win { at, acceptance: self.acceptance.clone() },
        };
        let won = quote.apply(&win)?;
        put(past, self.opportunity, won)
    }
}

/// A new draft, or another offer in one that is known.
fn draft(
    past: &mut Past<'_>,
    (opportunity, id): (OpportunityId, QuoteId),
    (number, revision): (&str, i32),
    (offer, waits_for, edited): (&Offer, &Option<String>, bool),
) -> Result<(), Gap> {
    let quote = Quote {
        id,
        sequence: past.sequence,
        number: number.to_owned(),
        revision,
        offer: offer.clone(),
        waits_for: waits_for.clone(),
        edited,
        state: QuoteState::Draft,
    };
    put(past, opportunity, quote)
}

fn known(past: &Past<'_>, opportunity: OpportunityId, id: QuoteId) -> Result<Quote, Gap> {
    let opportunity = past.known(opportunity)?;
    let unknown = || Gap::Unknown { kind: SubjectKind::Quote, id: id.to_string() };
    opportunity.quote(id).cloned().ok_or_else(unknown)
}

fn put(past: &mut Past<'_>, opportunity: OpportunityId, quote: Quote) -> Result<(), Gap> {
    let opportunity = past.known(opportunity)?;
    past.put(opportunity.with_quote(Quote { sequence: past.sequence, ..quote }));
    Ok(())
}
