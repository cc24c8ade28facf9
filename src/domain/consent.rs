//! Consent: what somebody who is reached by an address or a telephone agreed to, word after word. The newest word counts,
//! and a withdrawal is never overruled by a yes that is older, or that somebody else brings.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::ids::{ConsentId, InputId};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::newer::NewerWord;
use crate::text::{Note, Short};

/// Most words of consent that one enquiry says.
pub const SAID_MAX: usize = 10;
/// Longest wording that somebody agreed to, in characters.
pub const WORDING_CHARS_MAX: usize = 2_000;

/// What somebody may be written to, called or looked at for (D365: the donot* columns, turned round).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An answer to what they asked.
    Answer,
    /// Mail to many.
    BulkMail,
    Phone,
    /// Their behaviour is looked at to guess what they want.
    Profiling,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Answer => "answer",
            Self::BulkMail => "bulk_mail",
            Self::Phone => "phone",
            Self::Profiling => "profiling",
            Self::Newer(word) => word.as_str(),
        })
    }
}

/// What was said of a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ConsentWord {
    /// They said yes and were asked to confirm it (double opt-in); until then it is no yes.
    Pending,
    Given,
    Withdrawn,
}

/// One word of consent, as an input says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentSaid {
    pub purpose: Purpose,
    pub word: ConsentWord,
    /// What they agreed to or declined, in the words that stood there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Note<WORDING_CHARS_MAX>>")]
    pub wording: Option<String>,
    /// The version of that wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub version: Option<String>,
}

/// The word that counts for a purpose, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    pub said: ConsentSaid,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// The system that brought it (CloudEvents `source`, or the queue of an input).
    pub source: String,
    /// The input that says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputId>,
}

/// Why somebody is not written to at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// Nobody is reached there: a mail server said so for good.
    Bounce,
    /// They called our mail spam.
    Complaint,
    /// A person said so.
    ByHand,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// Who brings a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bringer {
    /// They themselves, or a program that they said it to.
    Themselves,
    /// A list, whose yes may be from long ago.
    List,
}

/// The consent of whoever is reached by one address or telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Consent {
    pub id: ConsentId,
    /// Counts the events about it.
    pub sequence: i64,
    /// The key by which they are reached, as `email a@b.example`; one record for each. Of who was erased a pseudonym, as
    /// `erased email 5bdcc1…`, until they come again and say something of consent.
    pub channel: String,
    /// One for each purpose of which something was said.
    pub standing: Vec<Standing>,
    pub state: ConsentState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum ConsentState {
    /// What they agreed to counts.
    Open,
    /// Nothing is sent there, whatever they agreed to.
    Suppressed { at: DateTime<Utc>, reason: SuppressionReason },
}

#[derive(Clone, Debug)]
pub enum ConsentAction {
    /// Another word is said.
    Change,
    Suppress {
        at: DateTime<Utc>,
        reason: SuppressionReason,
    },
    /// Somebody can be written to again.
    Lift,
}

impl Lifecycle for Consent {
    const KIND: SubjectKind = SubjectKind::Consent;
    type State = ConsentState;
    type Action = ConsentAction;

    fn next(state: &ConsentState, action: &ConsentAction) -> Option<ConsentState> {
        use {ConsentAction as A, ConsentState as S};
        match (state, action) {
            (_, A::Change) => Some(state.clone()),
            (S::Open, A::Suppress { at, reason }) => {
                Some(S::Suppressed { at: *at, reason: *reason })
            }
            (S::Suppressed { .. }, A::Lift) => Some(S::Open),
            _ => None,
        }
    }

    fn state_name(state: &ConsentState) -> &'static str {
        match state {
            ConsentState::Open => "open",
            ConsentState::Suppressed { .. } => "suppressed",
        }
    }

    fn verb(action: &ConsentAction) -> &'static str {
        match action {
            ConsentAction::Change => "be changed",
            ConsentAction::Suppress { .. } => "be suppressed",
            ConsentAction::Lift => "be lifted",
        }
    }

    fn examples() -> (Vec<ConsentState>, Vec<ConsentAction>) {
        let (at, reason) = (DateTime::UNIX_EPOCH, SuppressionReason::Bounce);
        (
            vec![ConsentState::Open, ConsentState::Suppressed { at, reason }],
            vec![
                ConsentAction::Change,
                ConsentAction::Suppress { at, reason },
                ConsentAction::Lift,
            ],
        )
    }
}

applies!(Consent, ConsentAction, |it| it.id);

impl Consent {
    /// Of an address or telephone of which nothing was said.
    #[must_use]
    pub const fn new(id: ConsentId, channel: String) -> Self {
        Self { id, sequence: 0, channel, standing: Vec::new(), state: ConsentState::Open }
    }

    /// The word that counts for a purpose.
    #[must_use]
    pub fn standing(&self, purpose: Purpose) -> Option<&Standing> {
        self.standing.iter().find(|standing| standing.said.purpose == purpose)
    }

    /// May they be written to, called or looked at for that? Not without a yes, and not where they are suppressed.
    #[must_use]
    pub fn allows(&self, purpose: Purpose) -> bool {
        let given = |it: &Standing| it.said.word == ConsentWord::Given;
        self.state == ConsentState::Open && self.standing(purpose).is_some_and(given)
    }

    /// Is it to be known again after the person is gone? Where nothing is to be sent there, or something was taken back: a
    /// yes alone goes with them.
    #[must_use]
    pub fn outlives(&self) -> bool {
        let withdrawn = |it: &Standing| it.said.word == ConsentWord::Withdrawn;
        self.state != ConsentState::Open || self.standing.iter().any(withdrawn)
    }

    /// Does a further word count? A withdrawal always does. A yes does not where a withdrawal stands that is newer or
    /// that only a list speaks against, and what stands already says nothing new.
    #[must_use]
    pub fn takes(&self, new: &Standing, by: Bringer) -> bool {
        use ConsentWord::{Given, Pending, Withdrawn};
        let Some(known) = self.standing(new.said.purpose) else { return true };
        match (known.said.word, new.said.word) {
            (Withdrawn, Withdrawn) | (Given, Pending) => false,
            (_, Withdrawn) => known.at <= new.at,
            (Withdrawn, Given | Pending) => by == Bringer::Themselves && new.at > known.at,
            (Pending, Given) => true,
            (Given, Given) | (Pending, Pending) => known.said != new.said && new.at > known.at,
        }
    }

    /// The same with a word that counts from now on.
    #[must_use]
    pub fn with(&self, new: Standing) -> Self {
        let mut now = self.clone();
        now.standing.retain(|standing| standing.said.purpose != new.said.purpose);
        now.standing.push(new);
        now.standing.sort_by_key(|standing| standing.said.purpose);
        now
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn standing(word: ConsentWord, second: i64) -> Standing {
        let said = ConsentSaid { purpose: Purpose::BulkMail, word, wording: None, version: None };
        let at = DateTime::from_timestamp(second, 0).unwrap_or_default();
        Standing { said, at, source: "urn:test".into(), input: None }
    }

    #[test]
    fn f18_the_newest_word_counts_and_a_withdrawal_wins_over_an_older_yes_and_over_a_lists() {
        use Bringer::{List, Themselves};
        use ConsentWord::{Given, Pending, Withdrawn};
        let new = Consent::new(ConsentId(Uuid::nil()), "email a@b.example".into());
        for (known, said, by, taken) in [
            (None, (Given, 1), List, true),
            (Some((Given, 1)), (Withdrawn, 2), List, true),
            (Some((Given, 5)), (Withdrawn, 2), Themselves, false),
            (Some((Withdrawn, 2)), (Given, 1), Themselves, false),
            (Some((Withdrawn, 2)), (Given, 2), Themselves, false),
            (Some((Withdrawn, 2)), (Given, 3), Themselves, true),
            (Some((Withdrawn, 2)), (Given, 3), List, false),
            (Some((Withdrawn, 2)), (Withdrawn, 3), Themselves, false),
            (Some((Pending, 1)), (Given, 2), Themselves, true),
            (Some((Given, 1)), (Pending, 2), Themselves, false),
            (Some((Given, 1)), (Given, 2), Themselves, false),
        ] {
            let known = known.map(|(word, at)| new.with(standing(word, at)));
            let known = known.as_ref().unwrap_or(&new);
            assert_eq!(known.takes(&standing(said.0, said.1), by), taken, "{known:?} {said:?}");
        }
    }

    #[test]
    fn f18_nothing_is_allowed_without_a_confirmed_yes_or_where_somebody_is_suppressed() {
        let new = Consent::new(ConsentId(Uuid::nil()), "email a@b.example".into());
        assert!(!new.allows(Purpose::BulkMail));
        assert!(!new.with(standing(ConsentWord::Pending, 1)).allows(Purpose::BulkMail));
        let given = new.with(standing(ConsentWord::Given, 1));
        assert!(given.allows(Purpose::BulkMail) && !given.allows(Purpose::Phone));
        let (at, reason) = (DateTime::UNIX_EPOCH, SuppressionReason::Bounce);
        let suppressed = given.apply(&ConsentAction::Suppress { at, reason });
        assert!(suppressed.is_ok_and(|it| !it.allows(Purpose::BulkMail)));
    }
}
