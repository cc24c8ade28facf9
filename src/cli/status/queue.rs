//! A queue as it is shown.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Queue {
    pub(super) name: String,
    /// Messages that no consumer has taken; absent where the queue does not exist.
    pub(super) ready: Option<u32>,
    pub(super) consumers: Option<u32>,
}
