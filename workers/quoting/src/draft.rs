//! Repricing an opportunity, and the quote that follows by the seller's policy.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::billing::Billing;
use domain::commands::{QuoteClose, QuoteDraft};
use domain::customer::{Buyer, delivery_address};
use domain::decide::{Ctx, NumberKind, Outcome, Refusal, World};
use domain::document::{DeliverTo, compute, copied};
use domain::events::{OpportunityRepriced, QuoteActivated, QuoteDrafted};
use domain::exchange_rate::Exchange;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::money::Currency;
use domain::offer_difference::differences;
use domain::opportunity::{
    Opportunity, OpportunityAction, OpportunityState, QUOTES_MAX, RevenueMode,
};
use domain::quote::{EXPIRY, Offer, Quote, QuoteAction, QuoteState};
use domain::refusal::Reason;
use domain::shelf::Shelf;
use domain::survivor::{buyer_now, customer_records};
use domain::totals::{Header, Totals};

use crate::line::rounding;
use crate::properties::lacking;
use crate::quoting::Quoting;
use crate::terms::delivery_terms;
use crate::when::{Decision, Then};

/// What is left to do about the lines of an opportunity.
#[derive(Default)]
pub(crate) struct Left {
    /// What was wanted and could not be priced.
    pub(crate) unpriced: Vec<String>,
    /// What a person must look at before anything is offered.
    pub(crate) doubts: Vec<String>,
    /// No more lines follow.
    pub(crate) complete: bool,
}

impl Quoting {
    /// Recomputes an opportunity whose lines changed. Where they are complete and the policy says so,
    /// a quote is drafted; where nothing is left to decide on it, it is activated too.
    pub(crate) fn reprice(
        &self,
        world: &World,
        mut opportunity: Opportunity,
        left: Left,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Outcome<Then>, Refusal> {
        let empty = !opportunity.lines.iter().any(|line| line.kind.has_amounts());
        let totals = self.sum(&mut opportunity, ctx.facts)?;
        if !empty && opportunity.revenue_mode == RevenueMode::System {
            opportunity.estimated_revenue = Some(totals.amount_less_freight);
        }
        let Left { unpriced, mut doubts, complete } = left;
        doubts.extend(lacking(&opportunity.lines, "opportunity.edit_lines"));
        // What is offered without a price list, a person offers.
        doubts.extend(opportunity.price_list.undecided().map(|undecided| undecided.why.clone()));
        let whole = unpriced.is_empty() && doubts.is_empty();
        let mut outcome = Outcome::nothing().say(OpportunityRepriced {
            opportunity: opportunity.id,
            lines: opportunity.lines.clone(),
            totals: totals.clone(),
            estimated_revenue: opportunity.estimated_revenue,
            base_estimated_revenue: opportunity.base_estimated_revenue(),
            unpriced,
            doubts,
        });
        if complete && self.settings.draft && !empty {
            let mut quote = self.drafted(world, &opportunity, totals, ctx)?;
            outcome = outcome.say(quote_drafted(&quote, &opportunity, None));
            if whole && quote.waits_for.is_none() {
                quote = quote.apply(&QuoteAction::Activate { at: ctx.now })?;
                outcome = self.offered(outcome, &quote, &opportunity, None);
            }
            opportunity = opportunity.with_quote(quote);
        }
        Ok(outcome.put(opportunity))
    }

    /// A draft of the lines as they are, beside those that live.
    pub(crate) fn draft(
        &self,
        world: &World,
        command: &QuoteDraft,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let opportunity = world.known(command.opportunity)?;
        let mut opportunity = still_open(opportunity, "no quote can be drafted of it")?;
        if !opportunity.lines.iter().any(|line| line.kind.has_amounts()) {
            let message = format!(
                "The opportunity `{}` has no lines to offer. Add what is wanted with \
                 `opportunity.edit_lines`.",
                opportunity.id
            );
            let (kind, rule) = (SubjectKind::Opportunity, "opportunity.no_lines");
            return Err(Refusal::no(kind, opportunity.id, rule, "no lines", message));
        }
        let agreed = delivery_terms(
            (SubjectKind::Opportunity, &opportunity.id.to_string()),
            &command.delivery_terms,
            (self.settings.delivery_terms(), None),
        )?;
        let totals = self.sum(&mut opportunity, ctx.facts)?;
        let mut quote = self.new_draft(world, &opportunity, totals, ctx)?;
        quote.offer.delivery_terms = agreed;
        let by = ctx.by();
        let said = quote_drafted(&quote, &opportunity, by);
        Ok(Outcome::nothing().say(said).put(opportunity.with_quote(quote)))
    }

    /// The last day on which an offer made now may be accepted.
    pub(crate) fn effective_to(&self, ctx: &Ctx<'_, Shelf>) -> NaiveDate {
        let today = self.today(ctx);
        let days = Days::new(u64::from(self.settings.validity_days));
        today.checked_add_days(days).unwrap_or(today)
    }

    /// The exchange rate that is frozen with what is made today in that currency.
    pub(crate) fn frozen(&self, currency: Currency, ctx: &Ctx<'_, Shelf>) -> Option<Box<Exchange>> {
        self.base.freeze(&ctx.facts.catalog().exchange_rates, currency, self.today(ctx))
    }

    /// The day that it is at the seller's.
    pub(crate) fn today(&self, ctx: &Ctx<'_, Shelf>) -> NaiveDate {
        ctx.now.with_timezone(&self.zone).date_naive()
    }

    /// Says that an offer stands, and plans that it closes as expired when its last day is over (F95).
    pub(crate) fn offered(
        &self,
        outcome: Outcome<Then>,
        quote: &Quote,
        opportunity: &Opportunity,
        approved_by: Option<String>,
    ) -> Outcome<Then> {
        let before = opportunity.before(quote);
        let said = QuoteActivated {
            quote: quote.id,
            number: quote.number.clone(),
            revision: quote.revision,
            opportunity: opportunity.id,
            currency: opportunity.currency,
            offer: quote.offer.clone(),
            offer_sha256: quote.offer.sha256(),
            expires_at: self.over(quote.offer.effective_to),
            approved_by,
            differences: before
                .map(|before| differences(&before.offer, &quote.offer))
                .unwrap_or_default(),
        };
        outcome.later(EXPIRY, said.expires_at, QuoteClose::expired(quote.id)).say(said)
    }

    /// When that day is over at the seller's.
    fn over(&self, last: NaiveDate) -> DateTime<Utc> {
        let midnight = last.succ_opt().unwrap_or(last).and_time(NaiveTime::MIN);
        // Where the clocks jump over midnight there is none; a UTC midnight is near enough then.
        let over = midnight.and_local_timezone(self.zone).earliest();
        over.map_or_else(|| midnight.and_utc(), |over| over.with_timezone(&Utc))
    }

    /// What the lines of a deal add up to; without any, nothing is charged for freight.
    pub(crate) fn sum(
        &self,
        opportunity: &mut Opportunity,
        shelf: &Shelf,
    ) -> Result<Totals, Refusal> {
        let rounding = rounding(shelf, opportunity);
        let header = self.settings.header(opportunity.currency, rounding);
        let empty = !opportunity.lines.iter().any(|line| line.kind.has_amounts());
        let nothing = Header { rules: header.rules, ..Header::default() };
        let header = if empty { &nothing } else { &header };
        let currency = opportunity.currency;
        compute(&mut opportunity.lines, header, currency).map_err(|error| {
            let message = format!("The lines cannot be added up: {error}");
            let kind = SubjectKind::Opportunity;
            Refusal::no(kind, opportunity.id, "opportunity.totals", "lines", message)
        })
    }

    /// The live draft that follows the deal, with what is offered now, under its id and number; where there is none, a
    /// new quote. A draft that somebody edited says what they said.
    fn drafted(
        &self,
        world: &World,
        opportunity: &Opportunity,
        totals: Totals,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Quote, Refusal> {
        let follows = |quote: &&Quote| quote.state == QuoteState::Draft && !quote.edited;
        let drafts = opportunity.quotes.iter().filter(follows);
        let Some(draft) = drafts.max_by_key(|quote| quote.id) else {
            return self.new_draft(world, opportunity, totals, ctx);
        };
        let offer = self.offer_of(world, opportunity, totals, ctx)?;
        // Whoever drafted it may have agreed on others than those of the settings.
        let delivery_terms = draft.offer.delivery_terms.clone();
        let offer = Offer { delivery_terms, ..offer };
        let waits_for = self.beyond(&offer, opportunity.currency);
        Ok(Quote { offer, waits_for, ..draft.apply(&QuoteAction::Edit)? })
    }

    fn new_draft(
        &self,
        world: &World,
        opportunity: &Opportunity,
        totals: Totals,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Quote, Refusal> {
        let offer = self.offer_of(world, opportunity, totals, ctx)?;
        room_for_quote(opportunity)?;
        Ok(Quote {
            id: ctx.id(),
            sequence: 0,
            number: ctx.number(NumberKind::Quote),
            revision: 0,
            waits_for: self.beyond(&offer, opportunity.currency),
            edited: false,
            offer,
            state: QuoteState::Draft,
        })
    }

    fn offer_of(
        &self,
        world: &World,
        opportunity: &Opportunity,
        totals: Totals,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Offer, Refusal> {
        let header = self.settings.header(opportunity.currency, rounding(ctx.facts, opportunity));
        let exchange = self.frozen(opportunity.currency, ctx);
        let header = Header { exchange, ..header }.converted(&totals);
        Ok(Offer {
            buyer: buyer(world, opportunity)?,
            lines: copied(&opportunity.lines, || ctx.id()),
            optional: Vec::new(),
            header,
            totals,
            payment_terms: self.settings.payment_terms,
            billing: self.billing(world, opportunity),
            deliver_to: deliver_to(world, opportunity),
            delivery_terms: self.settings.delivery_terms(),
            effective_from: None,
            effective_to: self.effective_to(ctx),
            introduction: None,
            closing_note: None,
        })
    }
}

impl Quoting {
    /// When invoices are made for the customer.
    pub(crate) fn billing(&self, world: &World, opportunity: &Opportunity) -> Billing {
        let (account, _) = customer_records(world, opportunity.customer);
        account.and_then(|account| account.billing).unwrap_or(self.settings.billing)
    }
}

/// The opportunity, where something can still be offered in it; `else_not` is what is not done where it is closed.
///
/// # Errors
/// [`Refusal`] for now where it was won or lost, since it may be opened again.
pub(crate) fn still_open(
    opportunity: &Opportunity,
    else_not: impl std::fmt::Display,
) -> Result<Opportunity, Refusal> {
    step(opportunity, &OpportunityAction::Edit, else_not)
}

/// The same where a quote is closed, which goes on hold too.
///
/// # Errors
/// As [`still_open`].
pub(crate) fn closable(
    opportunity: &Opportunity,
    else_not: impl std::fmt::Display,
) -> Result<Opportunity, Refusal> {
    step(opportunity, &OpportunityAction::CloseQuote, else_not)
}

fn step(
    opportunity: &Opportunity,
    action: &OpportunityAction,
    else_not: impl std::fmt::Display,
) -> Result<Opportunity, Refusal> {
    let say = |reason: Reason| {
        let (what, next) = match &opportunity.state {
            OpportunityState::Lost { at, .. } => (
                format!("was lost on {}", at.date_naive()),
                "Open it again with `opportunity.reopen` first.",
            ),
            OpportunityState::Won { at, .. } => (
                format!("was won on {}", at.date_naive()),
                "Cancel its order with `order.cancel`, where it has one, and open it again with \
                 `opportunity.reopen` first.",
            ),
            OpportunityState::OnHold { reason, .. } => {
                (format!("is on hold ({reason})"), "Resume it with `opportunity.resume` first.")
            }
            state @ OpportunityState::Open => (
                format!("is {}", Opportunity::state_name(state)),
                "See `leadmill show` for what it takes.",
            ),
        };
        let message = format!("The opportunity `{}` {what}, so {else_not}. {next}", opportunity.id);
        Reason { message, ..reason }
    };
    opportunity.apply(action).map_err(|refusal| match refusal {
        Refusal::No(reason) => Refusal::No(say(reason)),
        Refusal::NotYet(reason) => Refusal::NotYet(say(reason)),
        newer @ Refusal::Newer(_) => newer,
    })
}

/// # Errors
/// [`Refusal`] where the opportunity has as many quotes as it can hold.
pub(crate) fn room_for_quote(opportunity: &Opportunity) -> Result<(), Refusal> {
    if opportunity.quotes.len() < QUOTES_MAX {
        return Ok(());
    }
    let message = format!(
        "The opportunity `{}` has {QUOTES_MAX} quotes, the most it can hold; lose it and open a new \
         one.",
        opportunity.id
    );
    let found = format!("{} quotes", opportunity.quotes.len());
    let kind = SubjectKind::Opportunity;
    Err(Refusal::no(kind, opportunity.id, "opportunity.quotes_max", found, message))
}

fn quote_drafted(quote: &Quote, opportunity: &Opportunity, by: Option<String>) -> QuoteDrafted {
    QuoteDrafted {
        quote: quote.id,
        number: quote.number.clone(),
        revision: quote.revision,
        opportunity: opportunity.id,
        currency: opportunity.currency,
        offer: quote.offer.clone(),
        waits_for: quote.waits_for.clone(),
        by,
    }
}

/// Where the goods go, where the customer says so.
pub(crate) fn deliver_to(world: &World, opportunity: &Opportunity) -> Option<Box<DeliverTo>> {
    let (account, contact) = customer_records(world, opportunity.customer);
    let address = delivery_address(account, contact)?.clone();
    Some(Box::new(DeliverTo { name: None, address }))
}

pub(crate) fn buyer(world: &World, opportunity: &Opportunity) -> Result<Buyer, Refusal> {
    buyer_now(world, opportunity.customer).ok_or_else(|| {
        let message = format!(
            "Nobody can be named as the buyer of the opportunity `{}`: its customer has neither a \
             name nor an address nor a telephone.",
            opportunity.id
        );
        let kind = SubjectKind::Opportunity;
        Refusal::no(kind, opportunity.id, "quote.no_buyer", "a customer without name", message)
    })
}
