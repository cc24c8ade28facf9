//! Bugs on purpose, one for each rule that delivery rests on, to see that `leadmill selftest` finds
//! them: a proof that has never failed proves nothing.
//!
//! They exist only where the feature `planted-bugs` is switched on, which no release does, and are
//! armed by the environment: `LEADMILL_PLANTED_BUG=ack-before-commit`.

use std::sync::LazyLock;

const VARIABLE: &str = "LEADMILL_PLANTED_BUG";

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Messages are acknowledged before what follows from them is committed.
    AckBeforeCommit,
    /// Nobody waits for the broker's word that a message is safe.
    PublishWithoutConfirm,
    /// A message that was claimed before is decided again.
    ClaimOff,
}

impl Bug {
    const fn name(self) -> &'static str {
        match self {
            Self::AckBeforeCommit => "ack-before-commit",
            Self::PublishWithoutConfirm => "publish-without-confirm",
            Self::ClaimOff => "claim-off",
        }
    }

    /// Whether this process has the bug; known to be false when a release is compiled.
    pub fn planted(self) -> bool {
        cfg!(feature = "planted-bugs") && ARMED.as_deref() == Some(self.name())
    }
}

static ARMED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(VARIABLE).ok());
