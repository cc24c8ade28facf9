//! Money that names no invoice: held, until a person says what it pays or that it went back.

use domain::commands::{PaymentReceived, TransferAssign, TransferReturn};
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::events::{TransferAssigned, TransferHeld, TransferReturned};
use domain::keys::TransfersReferenced;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::money::round_money;
use domain::rates::Rates;
use domain::transfer::{Transfer, TransferAction, TransferState};
use rust_decimal::Decimal;

use crate::booking::{Money, book_all, divided, far};
use crate::when::Then;

/// Holds money, once for each reference of a payer.
pub(crate) fn hold(
    world: &World,
    command: &PaymentReceived,
    money: &Money<'_>,
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    check(command, money, ctx)?;
    let known = world.all(TransfersReferenced(money.reference.to_owned()))?;
    let known = known.into_iter().find(|transfer| transfer.payer == money.payer);
    if let Some(transfer) = known {
        return repeated(transfer, command);
    }
    let transfer = Transfer {
        id: ctx.id(),
        sequence: 0,
        payer: money.payer.to_owned(),
        reference: money.reference.to_owned(),
        amount: command.amount,
        currency: money.currency,
        value_date: money.value_date,
        remittance: command.remittance.as_deref().filter(|it| !it.is_empty()).map(str::to_owned),
        state: TransferState::Held,
    };
    let said = TransferHeld {
        transfer: transfer.id,
        payer: transfer.payer.clone(),
        reference: transfer.reference.clone(),
        amount: transfer.amount,
        currency: transfer.currency,
        value_date: transfer.value_date,
        remittance: transfer.remittance.clone(),
    };
    Ok(Outcome::nothing().changed(transfer, said))
}

/// Books all of it on the documents that it pays.
pub(crate) fn assign(
    world: &World,
    command: &TransferAssign,
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let transfer = world.known(command.transfer)?;
    if matches!(transfer.state, TransferState::Assigned { .. }) {
        return Ok(already(transfer));
    }
    let assigned = transfer.apply(&TransferAction::Assign { at: ctx.now })?;
    let no = |rule, message| Err(refused(transfer, rule, message));
    divided(&command.documents, transfer.amount, no)?;
    let money = Money {
        payer: &transfer.payer,
        reference: &transfer.reference,
        currency: transfer.currency,
        value_date: transfer.value_date,
    };
    let documents = command.documents.clone();
    let said = TransferAssigned { transfer: transfer.id, documents };
    let outcome = Outcome::nothing().changed(assigned, said);
    book_all(outcome, world, &money, &command.documents, ctx)
}

/// It was sent back.
pub(crate) fn give_back(
    world: &World,
    command: &TransferReturn,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let transfer = world.known(command.transfer)?;
    if matches!(transfer.state, TransferState::Returned { .. }) {
        return Ok(already(transfer));
    }
    let returned = transfer.apply(&TransferAction::Return { at: ctx.now })?;
    let comment = command.reason.to_string();
    if comment.is_empty() {
        let message = format!(
            "The transfer `{}` is not returned without a reason; send `transfer.return` with one.",
            transfer.reference
        );
        return Err(refused(transfer, "transfer.no_reason", message));
    }
    let said = TransferReturned { transfer: returned.id, comment };
    Ok(Outcome::nothing().changed(returned, said))
}

fn check(
    command: &PaymentReceived,
    money: &Money<'_>,
    ctx: &Ctx<'_, Rates>,
) -> Result<(), Refusal> {
    let (reference, amount, currency) = (money.reference, command.amount, money.currency);
    let no =
        |rule, message| Err(Refusal::no(SubjectKind::Transfer, reference, rule, "money", message));
    if reference.is_empty() {
        let message = "The payment names no invoice and has no reference; send the payer system's own, so that it is \
                       never held twice.";
        return no("payment.no_reference", message.to_owned());
    }
    if amount <= Decimal::ZERO {
        let message = format!(
            "A payment of {amount} {currency} under the reference `{reference}` cannot be held; send an amount above \
             zero."
        );
        return no("payment.not_positive", message);
    }
    if amount != round_money(amount, currency) {
        let message = format!(
            "{amount} {currency} under the reference `{reference}` is finer than the currency's smallest unit; send \
             the amount that was credited."
        );
        return no("payment.too_fine", message);
    }
    if command.value_date.is_near(ctx.now) {
        return Ok(());
    }
    Err(far(command.value_date, SubjectKind::Transfer, reference))
}

fn repeated(transfer: &Transfer, command: &PaymentReceived) -> Result<Outcome<Then>, Refusal> {
    let same = (transfer.amount, transfer.currency, transfer.value_date)
        == (command.amount, command.currency, command.value_date.date());
    if same {
        return Ok(already(transfer));
    }
    let message = format!(
        "The transfer `{}` of `{}` is known as {} {} of {}. Send another payment under a reference of its own.",
        transfer.reference, transfer.payer, transfer.amount, transfer.currency, transfer.value_date
    );
    Err(refused(transfer, "transfer.conflicting", message))
}

fn already(transfer: &Transfer) -> Outcome<Then> {
    Outcome::already(Already {
        subject: SubjectKind::Transfer,
        id: transfer.id.into(),
        reference: Some(transfer.reference.clone()),
    })
}

fn refused(transfer: &Transfer, rule: &'static str, message: String) -> Refusal {
    let found = Transfer::state_name(&transfer.state);
    Refusal::no(SubjectKind::Transfer, &transfer.reference, rule, found, message)
}
