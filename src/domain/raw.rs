//! Raw inputs: what arrives is no message of the contract, but whatever its sender has.

use bytes::Bytes;

use crate::arrived::Arrived;
use crate::ids::InputId;
use crate::message::MessageType;
use crate::refusal::Malformed;
use crate::world::World;

/// The key by which a sender itself names an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId {
    pub key: String,
    /// It tells the content: whatever else differs under the same key, it is a repeat, as of one mail that came
    /// through two mailboxes. Else other content under a known key is a conflict.
    pub tells_content: bool,
}

/// Which bytes of a raw input are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Those that came.
    AsItCame,
    /// None: what must not be kept stands in them.
    Nothing,
    /// This text alone, which is read in their place from then on.
    Instead(Bytes),
}

/// How a worker reads raw inputs, on queues of their own beside its messages.
pub trait RawInputs: Send + Sync {
    /// What the worker hears.
    type When;

    /// The queues of raw inputs.
    fn queues(&self) -> &'static [&'static str];

    /// Whether what comes there may be a workbook: it is opened before it is read, so that the worker sees text.
    fn opens(&self, queue: &str) -> bool;

    /// Makes a typed message of what arrived, raw or not, off the async threads and before the transaction.
    ///
    /// # Errors
    /// [`Malformed`] where a message of the contract is none that this worker hears.
    fn read(&self, arrived: &Arrived) -> Result<Self::When, Malformed>;

    /// What is decided instead of a raw input that could not be handled, so that it is held and not
    /// lost. `None` for messages of the contract, which are parked.
    fn broken(&self, arrived: &Arrived, reason: &str) -> Option<Self::When>;

    /// Which bytes of a raw input are stored, once it was read.
    fn kept(&self, arrived: &Arrived, when: &Self::When) -> Kept;

    /// The sender's own key of a raw input, where the input has one.
    fn external_id(&self, arrived: &Arrived) -> Option<ExternalId>;

    /// The largest batch that it wants of a queue.
    fn batch_max(&self, queue: &str) -> usize;

    /// The queue that carries messages of this type, where it is not the worker's own.
    fn queue_of(&self, ty: &MessageType) -> Option<&'static str>;
}

impl World {
    /// The bytes of a stored raw input.
    #[must_use]
    pub fn raw(&self, id: InputId) -> Option<&[u8]> {
        self.raw.get(&id).map(AsRef::as_ref)
    }
}
