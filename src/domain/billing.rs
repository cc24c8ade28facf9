//! How an order is billed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::newer::NewerWord;

/// When invoices of an order are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// One, when nothing of the order is open any more.
    #[default]
    WhenFulfilled,
    /// One for each delivery.
    PerShipment,
    /// One over all of it, when it is ordered.
    OnOrder,
    /// Whenever somebody asks for one with `invoice.create`, and never without.
    ByHand,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl Billing {
    /// Is it what a document says that does not say?
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The word of a newer program, whose meaning nobody knows here.
    ///
    /// # Errors
    /// That word.
    pub const fn known(self) -> Result<Self, NewerWord> {
        match self {
            Self::Newer(word) => Err(word),
            known => Ok(known),
        }
    }

    /// Is something billed at once when this of the order has come about?
    #[must_use]
    pub const fn due(self, so_far: Progress) -> bool {
        matches!((self, so_far), (Self::OnOrder, _) | (Self::PerShipment, Progress::Shipped))
    }
}

/// What has come about of an order that is not fulfilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Ordered,
    Shipped,
}
