//! The answer to a command whose effect holds already.

use domain::decide::{Already, Outcome};
use domain::message::SubjectKind;
use domain::order::Order;

use crate::when::Then;

/// The answer that names an existing order, by its number or by the reference of a shipment.
pub(crate) fn already(order: &Order, reference: &str) -> Outcome<Then> {
    Outcome::already(Already {
        subject: SubjectKind::Order,
        id: order.id.into(),
        reference: Some(reference.to_owned()),
    })
}
