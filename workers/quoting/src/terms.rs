//! Terms of payment and delivery that a command says.

use domain::decide::{Reason, Refusal};
use domain::delivery_terms::DeliveryTerms;
use domain::message::SubjectKind;
use domain::newer::NewerWord;
use domain::patch::Patch;

/// The terms of delivery after a command: those that were where it is silent, the others where it says null.
///
/// # Errors
/// [`Refusal`] where the rule is known to a newer program only.
pub(crate) fn delivery_terms(
    (kind, named): (SubjectKind, &str),
    patch: &Patch<DeliveryTerms>,
    (were, anew): (Option<Box<DeliveryTerms>>, Option<Box<DeliveryTerms>>),
) -> Result<Option<Box<DeliveryTerms>>, Refusal> {
    let DeliveryTerms { incoterm, place } = match patch {
        Patch::Keep => return Ok(were),
        Patch::Clear => return Ok(anew),
        Patch::Set(terms) => terms,
    };
    match incoterm.code() {
        Ok(_) => Ok(Some(Box::new(DeliveryTerms::of(*incoterm, place.as_deref())))),
        Err(word) => {
            Err(newer((kind, named.to_owned()), ("newer.delivery_terms", "delivery"), word))
        }
    }
}

/// A command says terms of payment or delivery that only a newer program knows.
pub(crate) fn newer(
    (kind, named): (SubjectKind, String),
    (rule, of): (&'static str, &str),
    word: NewerWord,
) -> Refusal {
    let message = format!(
        "The {of} terms `{word}` are known to a newer leadmill only; put the message back with \
         `leadmill parked replay` when that runs."
    );
    Refusal::Newer(Reason::new(kind, named, rule, word, message))
}
