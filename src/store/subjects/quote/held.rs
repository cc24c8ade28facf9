use domain::quote::Quote;
use uuid::Uuid;

/// A quote at its place in its opportunity.
#[derive(Clone, Copy)]
pub(super) struct Held<'q> {
    pub(super) opportunity: Uuid,
    pub(super) position: i32,
    pub(super) quote: &'q Quote,
}
