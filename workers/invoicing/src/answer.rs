//! Answers that name an invoice.

use domain::decide::{Already, Outcome, Reason, Refusal};
use domain::document::{Agreed, PaymentTerms};
use domain::invoice::Invoice;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;

use crate::when::Then;

/// The answer that names an existing invoice, by its number or by the reference of a payment.
pub(crate) fn already(invoice: &Invoice, reference: &str) -> Outcome<Then> {
    Outcome::already(Already {
        subject: SubjectKind::Invoice,
        id: invoice.id.into(),
        reference: Some(reference.to_owned()),
    })
}

pub(crate) fn refused(invoice: &Invoice, rule: &'static str, message: String) -> Refusal {
    let found = Invoice::state_name(&invoice.state);
    Refusal::no(SubjectKind::Invoice, &invoice.number, rule, found, message)
}

/// What the terms of a document mean: without them nobody can say what is due when.
pub(crate) fn agreed(
    terms: PaymentTerms,
    kind: SubjectKind,
    number: &str,
) -> Result<Agreed, Refusal> {
    terms.agreed().map_err(|word| {
        let message = format!(
            "The {kind} `{number}` has the payment terms `{word}`, which only a newer leadmill knows; put the \
             message back with `leadmill parked replay` when that runs."
        );
        Refusal::Newer(Reason::new(kind, number, "newer.payment_terms", word, message))
    })
}
