//! What the draft of a quote says is changed by hand: lines, discounts, freight, terms, dates, addresses, words.

use chrono::NaiveDate;
use domain::commands::{OptionalWish, QuoteEdit};
use domain::day::{Day, NEAR_YEARS};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::document::{DeliverTo, Line, PaymentTerms};
use domain::events::QuoteEdited;
use domain::message::SubjectKind;
use domain::money::{Amount, round_money};
use domain::offer::{Offer, OptionalLine};
use domain::opportunity::Opportunity;
use domain::patch::Patch;
use domain::quote::{Quote, QuoteAction};
use domain::refusal::expect;
use domain::shelf::Shelf;
use domain::totals::Header;
use rust_decimal::Decimal;

use crate::draft::{deliver_to, still_open};
use crate::edited::Edited;
use crate::quoting::Quoting;
use crate::step::{found, itself};
use crate::terms::{delivery_terms, newer};
use crate::when::Decision;

impl Quoting {
    /// The draft with what somebody wants of it; all of it or nothing.
    pub(crate) fn edit(
        &self,
        world: &World,
        command: &QuoteEdit,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let (opportunity, quote) = found(world, command.quote)?;
        let draft = quote.apply(&QuoteAction::Edit)?;
        let named = quote.named();
        let deal = still_open(opportunity, format_args!("its quote `{named}` cannot be edited"))?;
        let offer = self.after(world, (&deal, quote), command, ctx)?;
        if offer == quote.offer {
            return Ok(Outcome::already(itself(quote)));
        }
        expect(quote.about(), quote.sequence, command.expected_sequence)?;
        let waits_for = self.beyond(&offer, deal.currency);
        let edited = Quote { offer, waits_for, edited: true, ..draft };
        let said = QuoteEdited {
            quote: edited.id,
            number: edited.number.clone(),
            revision: edited.revision,
            opportunity: deal.id,
            currency: deal.currency,
            offer: edited.offer.clone(),
            waits_for: edited.waits_for.clone(),
            by: ctx.by(),
        };
        Ok(Outcome::nothing().say(said).put(deal.with_quote(edited)))
    }

    /// What it offers then.
    fn after(
        &self,
        world: &World,
        (deal, quote): (&Opportunity, &Quote),
        command: &QuoteEdit,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Offer, Refusal> {
        let was = &quote.offer;
        let mut lines = was.lines.clone();
        if !command.lines.is_empty() {
            let of = Edited { about: quote.about(), deal };
            lines = self.edited(of, lines, &command.lines, ctx)?;
        }
        let text = |text: &Patch<_>, was: &Option<String>| {
            text.onto(was.as_ref()).filter(|text: &String| !text.is_empty())
        };
        let (effective_from, effective_to) = self.days(quote, command, ctx)?;
        let mut offer = Offer {
            optional: optional(quote, &lines, command.optional.as_deref())?,
            lines,
            header: self.header_after(deal, quote, command)?,
            payment_terms: self.terms(quote, &command.payment_terms)?,
            billing: match command.billing {
                Patch::Keep => was.billing,
                Patch::Clear => self.billing(world, deal),
                Patch::Set(billing) => billing,
            },
            deliver_to: match &command.deliver_to {
                Patch::Keep => was.deliver_to.clone(),
                Patch::Clear => deliver_to(world, deal),
                Patch::Set(place) => place_of(place),
            },
            delivery_terms: delivery_terms(
                (SubjectKind::Quote, &quote.named()),
                &command.delivery_terms,
                (was.delivery_terms.clone(), self.settings.delivery_terms()),
            )?,
            effective_from,
            effective_to,
            introduction: text(&command.introduction, &was.introduction),
            closing_note: text(&command.closing_note, &was.closing_note),
            ..was.clone()
        };
        settled(&mut offer, quote, deal)?;
        Ok(offer)
    }

    fn header_after(
        &self,
        deal: &Opportunity,
        quote: &Quote,
        command: &QuoteEdit,
    ) -> Result<Header, Refusal> {
        let was = &quote.offer.header;
        let anew = self.settings.header(deal.currency, was.rules.unit_rounding);
        let amount = |patch: &Patch<Amount>, was: Decimal, anew: Decimal| match patch {
            Patch::Keep => was,
            Patch::Clear => anew,
            Patch::Set(amount) => amount.0.normalize(),
        };
        let money = |field: &'static str, patch: &Patch<Amount>, was, anew| {
            let amount = amount(patch, was, anew);
            if round_money(amount, deal.currency) == amount {
                return Ok(amount);
            }
            let message = format!(
                "`{field}` is {amount}, and {} has {} decimals; round it.",
                deal.currency,
                deal.currency.minor_digits()
            );
            Err(refused(quote, "quote.too_fine", field, message))
        };
        let freight = money(
            "freight_amount",
            &command.freight_amount,
            was.freight_amount,
            anew.freight_amount,
        )?;
        let freight_tax = if command.freight_amount.is_keep() {
            was.freight_tax
        } else {
            self.settings.tax(&self.settings.freight_tax_class).filter(|_| !freight.is_zero())
        };
        Ok(Header {
            discount_percent: amount(
                &command.discount_percent,
                was.discount_percent,
                anew.discount_percent,
            ),
            discount_amount: money(
                "discount_amount",
                &command.discount_amount,
                was.discount_amount,
                anew.discount_amount,
            )?,
            freight_amount: freight,
            freight_tax,
            rules: was.rules,
            exchange: was.exchange.clone(),
        })
    }

    /// First and last day, in that order, and the last one not over.
    fn days(
        &self,
        quote: &Quote,
        command: &QuoteEdit,
        ctx: &Ctx<'_, Shelf>,
    ) -> Result<(Option<NaiveDate>, NaiveDate), Refusal> {
        let was = &quote.offer;
        let first = match command.effective_from {
            Patch::Keep => was.effective_from,
            Patch::Clear => None,
            Patch::Set(day) => Some(day.date()),
        };
        let last = match command.effective_to {
            Patch::Keep => was.effective_to,
            Patch::Clear => self.effective_to(ctx),
            Patch::Set(day) => day.date(),
        };
        let asked = !command.effective_from.is_keep() || !command.effective_to.is_keep();
        let today = self.today(ctx);
        let far = |day: &NaiveDate| Day::try_from(*day).is_ok_and(|day| !day.is_near(ctx.now));
        let problem = if !asked {
            None
        } else if let Some(first) = first.filter(|first| *first > last) {
            Some(format!(
                "begin on {first} and end on {last}; write an end that is not before its begin"
            ))
        } else if last < today {
            Some(format!("end on {last}, and today is {today}; write a day that is not over"))
        } else {
            let far = [first, Some(last)].into_iter().flatten().find(far);
            far.map(|day| {
                format!(
                    "have to do with {day}, more than {NEAR_YEARS} years off; write a nearer day"
                )
            })
        };
        match problem {
            None => Ok((first, last)),
            Some(problem) => {
                let message =
                    format!("The validity of the quote `{}` cannot {problem}.", quote.named());
                Err(refused(quote, "quote.dates", last, message))
            }
        }
    }

    fn terms(&self, quote: &Quote, patch: &Patch<PaymentTerms>) -> Result<PaymentTerms, Refusal> {
        let terms = match patch {
            Patch::Keep => quote.offer.payment_terms,
            Patch::Clear => self.settings.payment_terms,
            Patch::Set(terms) => *terms,
        };
        if let (Patch::Set(_), Err(word)) = (patch, terms.agreed()) {
            let about = (SubjectKind::Quote, quote.named());
            return Err(newer(about, ("newer.payment_terms", "payment"), word));
        }
        Ok(terms)
    }
}

/// Its amounts and totals, of which nothing is below zero.
///
/// # Errors
/// [`Refusal`] where they cannot be computed, or more is taken off than there is.
pub(crate) fn settled(offer: &mut Offer, quote: &Quote, deal: &Opportunity) -> Result<(), Refusal> {
    let named = quote.named();
    offer.settle(deal.currency).map_err(|error| {
        let message = format!("The quote `{named}` cannot be added up: {error}");
        refused(quote, "quote.totals", "totals", message)
    })?;
    let totals = &offer.totals;
    if totals.amount_less_freight >= Decimal::ZERO {
        return Ok(());
    }
    let message = format!(
        "The discounts of {} are more than the lines of the quote `{named}` come to ({}); take off less.",
        totals.discount_amount, totals.detail_amount
    );
    Err(refused(quote, "quote.discount", totals.discount_amount, message))
}

/// The optional lines: those that were, as far as they stand, or those that are wanted.
fn optional(
    quote: &Quote,
    lines: &[Line],
    wanted: Option<&[OptionalWish]>,
) -> Result<Vec<OptionalLine>, Refusal> {
    let of = |id| lines.iter().find(|line| line.id == id);
    let Some(wanted) = wanted else {
        let kept = quote.offer.optional.iter().filter(|it| of(it.line).is_some());
        return Ok(kept.cloned().collect());
    };
    let mut all: Vec<OptionalLine> = Vec::with_capacity(wanted.len());
    for wish in wanted {
        let at = |place: u32| lines.get(usize::try_from(place.checked_sub(1)?).ok()?);
        let line = match (wish.line, wish.position) {
            (Some(id), None) => of(id),
            (None, Some(place)) => at(place),
            _ => None,
        };
        let line = line.filter(|line| line.kind.has_amounts() && line.parent.is_none());
        let fresh = line.filter(|line| all.iter().all(|it| it.line != line.id));
        let Some(line) = fresh else {
            let message = format!(
                "`optional` names no line of the quote `{}`, a text, a part of a bundle, or a line twice: name \
                 each line once, by its `line` or its `position` from 1 to {}.",
                quote.named(),
                lines.len()
            );
            return Err(refused(quote, "quote.optional", "no such line", message));
        };
        let group = wish.group.as_deref().filter(|group| !group.is_empty()).map(str::to_owned);
        all.push(OptionalLine { line: line.id, group });
    }
    // In the order of the document, however they were named.
    let place = |it: &OptionalLine| lines.iter().position(|line| line.id == it.line);
    all.sort_by_key(place);
    Ok(all)
}

fn place_of(place: &DeliverTo) -> Option<Box<DeliverTo>> {
    let mut address = Some(place.address.clone());
    forms::settle_address(&mut address);
    let name = place.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    Some(Box::new(DeliverTo { name: name.map(str::to_owned), address: address? }))
}

fn refused(
    quote: &Quote,
    rule: &'static str,
    found: impl ToString,
    message: impl Into<String>,
) -> Refusal {
    Refusal::no(SubjectKind::Quote, quote.named(), rule, found, message)
}
