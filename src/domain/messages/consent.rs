//! Messages about consent.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::consent::{
    ConsentSaid, ConsentWord, Purpose, Standing, SuppressionReason, WORDING_CHARS_MAX,
};
use crate::day::Moment;
use crate::ids::{ConsentId, InputId};
use crate::text::{Note, Short};

crate::messages! { Consent:
    events {
        ConsentChanged = "consent.changed.v1" by consent;
        ConsentSuppressed = "consent.suppressed.v1" by consent;
        ConsentLifted = "consent.lifted.v1" by consent;
    }
    commands {
        ConsentChange = "consent.change.v1" by consent needs EditConsent;
        ConsentSuppress = "consent.suppress.v1" by consent needs EditConsent;
        ConsentLift = "consent.lift.v1" by consent needs EditConsent;
    }
}

/// Somebody said yes or no to a purpose: the newest word counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentChanged {
    pub consent: ConsentId,
    /// How they are reached, as `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub channel: String,
    /// What counted before; absent where nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ConsentWord>,
    /// What counts from now on, with its evidence.
    pub to: Standing,
    /// May they be written to in bulk from now on?
    pub bulk_mail: bool,
    /// Who entered it, where somebody did: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// Nothing is sent there any more, whatever they agreed to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentSuppressed {
    pub consent: ConsentId,
    /// How they are reached, as `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub channel: String,
    pub suppression_reason: SuppressionReason,
    /// The report that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub comment: Option<String>,
    /// Who said so, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// What they agreed to counts again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentLifted {
    pub consent: ConsentId,
    /// How they are reached, as `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub channel: String,
    #[schemars(extend("x-personal" = true))]
    pub comment: String,
    /// May they be written to in bulk from now on?
    pub bulk_mail: bool,
    /// Who said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// Enter what somebody said of a purpose, as a preference page or a double opt-in hears it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentChange {
    /// The record, where it is known; else `channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// The e-mail address or telephone by which they are reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub channel: Option<Short>,
    pub purpose: Purpose,
    pub word: ConsentWord,
    /// What they agreed to or declined, in the words that stood there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Note<WORDING_CHARS_MAX>>,
    /// The version of that wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Short>,
    /// When they said it; where absent, now. A yes that is older than a withdrawal does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Moment>")]
    pub at: Option<DateTime<Utc>>,
}

impl ConsentChange {
    /// What they said.
    #[must_use]
    pub fn said(&self) -> ConsentSaid {
        ConsentSaid {
            purpose: self.purpose,
            word: self.word,
            wording: self.wording.clone().map(String::from).filter(|text| !text.is_empty()),
            version: self.version.clone().map(String::from).filter(|text| !text.is_empty()),
        }
    }
}

/// Send nothing there any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentSuppress {
    /// The record, where it is known; else `channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// The e-mail address or telephone by which they are reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub channel: Option<Short>,
    pub reason: SuppressionReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Short>,
}

/// Let what they agreed to count again, as where a mailbox is reached again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentLift {
    /// The record, where it is known; else `channel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// The e-mail address or telephone by which they are reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub channel: Option<Short>,
    pub reason: Short,
}
