//! Answers that name an invoice.

use domain::decide::{Already, Outcome, Refusal};
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
