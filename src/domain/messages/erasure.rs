//! Messages about erasures: what is known of a person goes.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::erasure::{Erased, ErasedRecord, NAMED_MAX, Step};
use crate::ids::ErasureId;
use crate::text::Short;

crate::messages! { Erasure:
    events {
        ErasureRequested = "erasure.requested.v1" by erasure;
        ErasureAdvanced = "erasure.advanced.v1" by erasure;
        PersonErased = "person.erased.v1" by erasure;
        ErasureAcknowledged = "erasure.acknowledged.v1" by erasure;
    }
    commands {
        PersonErase = "person.erase.v1" by erasure needs ErasePerson;
        ErasureAcknowledge = "erasure.acknowledge.v1" by erasure needs AcknowledgeErasure;
        ErasureContinue = "erasure.continue.v1" by erasure;
        RetentionRun = "retention.run.v1" by erasure needs ErasePerson;
    }
}

/// What is known of a person is to go; or, asked for by the clock, what is kept for so long only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureRequested {
    pub erasure: ErasureId,
    /// Whom it is about, as `email a@b.example`; gone once it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub keys: Vec<String>,
    /// The leads and contacts that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Uuid>,
    pub reason: String,
    /// Leads that it names go only where they were closed before; the clock asks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_before: Option<DateTime<Utc>>,
    /// What is done first.
    #[serde(default = "records")]
    pub step: Step,
}

/// The first step, where none is told: there was no other once.
const fn records() -> Step {
    Step::Records
}

/// A step of it was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureAdvanced {
    pub erasure: ErasureId,
    /// What was done.
    pub step: Step,
    /// What is done next, and behind which input.
    pub next: Step,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
    /// What went with this step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Erased>,
    /// The records whose personal fields went with this step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<ErasedRecord>,
}

/// What was known of a person is gone but for what law keeps; or what was kept for so long only. Erase what you know of these records too, then say
/// `erasure.acknowledge`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PersonErased {
    pub erasure: ErasureId,
    pub reason: String,
    /// The records whose personal fields are gone.
    pub erased: Vec<ErasedRecord>,
    /// What went, store by store, and what was kept.
    pub receipt: Vec<Erased>,
}

/// A consumer has erased what it knew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureAcknowledged {
    pub erasure: ErasureId,
    pub consumer: String,
}

/// Erase what is known of a person: everywhere but in invoices, and in orders that are still to be invoiced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PersonErase {
    /// Never given: the request gets an id of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<ErasureId>,
    /// Their e-mail addresses, and telephones with the code of their country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(length(max = NAMED_MAX))]
    pub keys: Vec<Short>,
    /// Leads and contacts of theirs, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub records: Vec<Uuid>,
    /// Why, without saying who.
    pub reason: Short,
}

/// Say that a program outside has erased what it knew of the person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureAcknowledge {
    pub erasure: ErasureId,
    /// The consumer, as `leadmill consumer list` names it.
    pub consumer: Short,
}

/// Do the next step of an erasure. leadmill says it to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErasureContinue {
    pub erasure: ErasureId,
    pub step: Step,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
}

/// Let go what is older than `[retention]` keeps it. The clock says it once a day; who says it does not wait for that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetentionRun {
    /// Never given: the run gets an id of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<ErasureId>,
}
