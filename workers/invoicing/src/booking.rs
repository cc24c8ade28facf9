//! Money is booked on invoices: in parts, early with a discount, or too much of it.
//!
//! Money that arrived is always booked, also on an invoice that is paid already: refusing it would
//! not send it back, and a customer who pays twice must be seen. It shows as a negative payable.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::commands::PaidDocument;
use domain::day::{Day, NEAR_YEARS};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::document::Agreed;
use domain::events::InvoicePaid;
use domain::invoice::{Invoice, InvoiceAction, InvoiceState, PAYMENTS_MAX, Payment};
use domain::message::SubjectKind;
use domain::money::{Currency, in_range, ratio, round_money};
use domain::rates::Rates;
use rust_decimal::Decimal;

use crate::answer::{agreed, refused};
use crate::when::Then;

/// Money that came in, as its payer reported it.
#[derive(Clone, Copy)]
pub(crate) struct Money<'m> {
    pub(crate) payer: &'m str,
    pub(crate) reference: &'m str,
    pub(crate) currency: Currency,
    pub(crate) value_date: NaiveDate,
}

/// A value date that cannot be meant.
pub(crate) fn far(value_date: Day, subject: SubjectKind, named: impl ToString) -> Refusal {
    let message = format!(
        "The value date {} of the payment lies more than {NEAR_YEARS} years from today; send the day on which the \
         bank credited it.",
        value_date.date()
    );
    Refusal::no(subject, named, "payment.value_date", "money", message)
}

/// Checks that the parts are of different invoices and add up to the whole.
pub(crate) fn divided(
    documents: &[PaidDocument],
    whole: Decimal,
    no: impl FnOnce(&'static str, String) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let different: BTreeSet<_> = documents.iter().map(|document| document.invoice).collect();
    if different.len() < documents.len() {
        let message = "One of the invoices in `documents` is there twice; send each once, with all that is for it.";
        return no("payment.documents", message.to_owned());
    }
    let parts: Decimal = documents.iter().map(|document| document.amount).sum();
    if parts == whole {
        return Ok(());
    }
    let message = format!(
        "The amounts in `documents` are {parts} together, and {whole} came in; divide all of it, the rest too: more \
         than an invoice asks for is booked on it as well."
    );
    no("payment.parts", message)
}

/// Books parts of some money on their invoices; where one is booked already, nothing is added for it.
pub(crate) fn book_all(
    mut outcome: Outcome<Then>,
    world: &World,
    money: &Money<'_>,
    documents: &[PaidDocument],
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    for document in documents {
        let invoice = world.known(document.invoice)?;
        if let Some((paid, said)) = book(invoice, money, document.amount, ctx)? {
            outcome = outcome.changed(paid, said);
        }
    }
    Ok(outcome)
}

/// Books an amount on an invoice; nothing where the same is booked there already.
fn book(
    invoice: &Invoice,
    money: &Money<'_>,
    amount: Decimal,
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Option<(Invoice, InvoicePaid)>, Refusal> {
    let mut payments = invoice.payments.iter();
    let booked = payments.find(|p| p.payer == money.payer && p.reference == money.reference);
    if let Some(payment) = booked {
        return repeated(invoice, payment, money, amount).map(|()| None);
    }
    check(invoice, money, amount)?;
    let mut paid = invoice.clone();
    let payment = ctx.id();
    paid.payments.push(Payment {
        id: payment,
        payer: money.payer.to_owned(),
        reference: money.reference.to_owned(),
        amount,
        value_date: money.value_date,
    });
    check_sum(invoice, &paid)?;
    let terms = agreed(invoice.payment_terms, SubjectKind::Invoice, &invoice.number)?;
    let action = step_after(&paid, &terms, ctx);
    let paid = paid.apply(&action)?;
    let discount = match action {
        InvoiceAction::PayRest { discount, .. } => discount,
        _ => Decimal::ZERO,
    };
    let said = InvoicePaid {
        invoice: paid.id,
        number: paid.number.clone(),
        payment,
        payer: money.payer.to_owned(),
        reference: money.reference.to_owned(),
        amount,
        value_date: money.value_date,
        complete: matches!(paid.state, InvoiceState::Paid { .. }),
        discount,
        payable: round_money(paid.payable(), paid.currency),
    };
    Ok(Some((paid, said)))
}

/// What the last payment was: a part, the rest (be it by the early discount), or too much.
fn step_after(paid: &Invoice, terms: &Agreed, ctx: &Ctx<'_, Rates>) -> InvoiceAction {
    let (at, rest) = (ctx.now, paid.payable());
    if matches!(paid.state, InvoiceState::Paid { .. }) {
        InvoiceAction::Overpay
    } else if rest <= Decimal::ZERO {
        InvoiceAction::PayRest { at, discount: Decimal::ZERO }
    } else if early_enough(paid, terms) {
        InvoiceAction::PayRest { at, discount: rest }
    } else {
        InvoiceAction::PayPart
    }
}

/// Did all but the early discount come in by its last day? The value dates count, not when and in
/// which order the payments were reported.
fn early_enough(paid: &Invoice, terms: &Agreed) -> bool {
    let Some((last, percent)) = terms.early_discount(paid.issue_date) else {
        return false;
    };
    let (total, digits) = (paid.totals.total_amount, paid.currency.minor_digits());
    let discount = ratio(total, percent, Decimal::ONE_HUNDRED, digits).unwrap_or_default();
    let early = paid.payments.iter().filter(|payment| payment.value_date <= last);
    let early: Decimal = early.map(|payment| payment.amount).sum();
    early >= total - discount
}

fn repeated(
    invoice: &Invoice,
    booked: &Payment,
    money: &Money<'_>,
    amount: Decimal,
) -> Result<(), Refusal> {
    let same = (booked.amount, booked.value_date, invoice.currency)
        == (amount, money.value_date, money.currency);
    if same {
        return Ok(());
    }
    let message = format!(
        "The payment `{}` of `{}` is already booked on the invoice `{}` as {} {} of {}. Send another \
         payment under a reference of its own.",
        booked.reference,
        booked.payer,
        invoice.number,
        booked.amount,
        invoice.currency,
        booked.value_date
    );
    Err(refused(invoice, "payment.conflicting", message))
}

fn check(invoice: &Invoice, money: &Money<'_>, amount: Decimal) -> Result<(), Refusal> {
    let (number, currency) = (&invoice.number, invoice.currency);
    if money.reference.is_empty() {
        let message = format!(
            "The payment for the invoice `{number}` has no reference; send the payer system's own, \
             so that it is never booked twice."
        );
        return Err(refused(invoice, "payment.no_reference", message));
    }
    if money.currency != currency {
        let message = format!(
            "The invoice `{number}` is in {currency}, so a payment in {} cannot be booked on it; \
             send what the bank credited in {currency}.",
            money.currency
        );
        return Err(refused(invoice, "payment.wrong_currency", message));
    }
    if amount <= Decimal::ZERO {
        let message = format!(
            "A payment of {amount} {currency} for the invoice `{number}` cannot be booked; send an \
             amount above zero."
        );
        return Err(refused(invoice, "payment.not_positive", message));
    }
    if amount != round_money(amount, currency) {
        let message = format!(
            "{amount} {currency} for the invoice `{number}` is finer than the currency's smallest \
             unit; send the amount that was credited."
        );
        return Err(refused(invoice, "payment.too_fine", message));
    }
    if invoice.payments.len() >= PAYMENTS_MAX {
        let message = format!(
            "The invoice `{number}` already has {PAYMENTS_MAX} payments, the most it can have; \
             settle the rest by hand."
        );
        return Err(refused(invoice, "payment.too_many", message));
    }
    Ok(())
}

/// Each amount is within what a document can say; so must be what remains after all of them.
fn check_sum(invoice: &Invoice, paid: &Invoice) -> Result<(), Refusal> {
    if in_range(paid.payable()).is_ok() {
        return Ok(());
    }
    let message = format!(
        "With this payment more than any amount can say was paid on the invoice `{}`; check the \
         amount, and book it by hand where it is right.",
        invoice.number
    );
    Err(refused(invoice, "payment.out_of_range", message))
}
