//! Money comes in: for one invoice, for several at once, or for nobody knows what. That is held as a transfer.

use domain::commands::{PaidDocument, PaymentReceived};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::message::SubjectKind;
use domain::rates::Rates;

use crate::answer::already;
use crate::booking::{Money, book_all, divided, far};
use crate::transfer;
use crate::when::Then;

pub(crate) fn receive(
    world: &World,
    command: &PaymentReceived,
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let money = Money {
        payer: ctx.source,
        reference: &command.reference,
        currency: command.currency,
        value_date: command.value_date.date(),
    };
    let documents = documents(command);
    let Some(first) = documents.first() else {
        return transfer::hold(world, command, &money, ctx);
    };
    check_parts(first, command)?;
    let outcome = book_all(Outcome::nothing(), world, &money, &documents, ctx)?;
    if outcome.says.is_empty() {
        return Ok(already(world.known(first.invoice)?, money.reference));
    }
    // What is booked already is answered so, whatever its date.
    if !command.value_date.is_near(ctx.now) {
        return Err(far(command.value_date, SubjectKind::Invoice, first.invoice));
    }
    Ok(outcome)
}

/// What it pays, one invoice or several.
fn documents(command: &PaymentReceived) -> Vec<PaidDocument> {
    let whole = command.invoice.map(|invoice| PaidDocument { invoice, amount: command.amount });
    whole.into_iter().chain(command.documents.iter().cloned()).collect()
}

/// Either one invoice is named, or several that share all of the money.
fn check_parts(first: &PaidDocument, command: &PaymentReceived) -> Result<(), Refusal> {
    let no = |rule, message: String| {
        Err(Refusal::no(SubjectKind::Invoice, first.invoice, rule, "money", message))
    };
    if command.invoice.is_none() {
        return divided(&command.documents, command.amount, no);
    }
    if command.documents.is_empty() {
        return Ok(());
    }
    let message = "A payment names one invoice as `invoice`, or several as `documents`, and this one does both; send \
                   only one of them.";
    no("payment.documents", message.to_owned())
}
