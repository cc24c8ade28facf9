//! An invoice that nothing was paid on is canceled; its number stays taken.

use domain::commands::InvoiceCancel;
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::InvoiceCanceled;
use domain::invoice::{InvoiceAction, InvoiceState};
use domain::rates::Rates;

use crate::answer::{already, refused};
use crate::when::Then;

pub(crate) fn cancel(
    world: &World,
    command: &InvoiceCancel,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let invoice = world.known(command.invoice)?;
    if matches!(invoice.state, InvoiceState::Canceled { .. }) {
        return Ok(already(invoice, &invoice.number));
    }
    // What is not paid needs no credit note.
    let (at, credit_note) = (ctx.now, None);
    let canceled = invoice.apply(&InvoiceAction::Cancel { at, credit_note })?;
    let comment = command.reason.to_string();
    if comment.is_empty() {
        let message = format!(
            "The invoice `{}` is not canceled without a reason; send `invoice.cancel` with one.",
            invoice.number
        );
        return Err(refused(invoice, "invoice.no_reason", message));
    }
    let number = canceled.number.clone();
    let said = InvoiceCanceled { invoice: canceled.id, number, comment, credit_note, at };
    Ok(Outcome::nothing().changed(canceled, said))
}
