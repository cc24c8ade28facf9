//! Named places at which a test lets the process die, to see that nothing is lost and nothing doubled.
//!
//! Always compiled in, armed only by the environment: `LEADMILL_FAIL_AT=after_commit:3` aborts the
//! process when it reaches that place for the third time.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Names the place and the count.
pub const VARIABLE: &str = "LEADMILL_FAIL_AT";

/// Where a batch can be cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultPoint {
    /// Messages are taken, nothing is claimed.
    Taken,
    /// Claimed, not decided.
    Claimed,
    /// Saved, not committed.
    Saved,
    /// Committed, nothing published.
    Committed,
    /// Everything confirmed, nothing acknowledged.
    Confirmed,
    /// Acknowledged, not marked as published.
    Acknowledged,
}

impl FaultPoint {
    /// Every place, in the order of a batch.
    pub const ALL: [Self; 6] = [
        Self::Taken,
        Self::Claimed,
        Self::Saved,
        Self::Committed,
        Self::Confirmed,
        Self::Acknowledged,
    ];

    /// The word for the variable.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Claimed => "claimed",
            Self::Saved => "saved",
            Self::Committed => "committed",
            Self::Confirmed => "confirmed",
            Self::Acknowledged => "acknowledged",
        }
    }

    /// A batch came here. Costs one comparison where nothing is armed.
    pub fn reach(self) {
        if let Some((point, countdown)) = &*ARMED
            && point == self.name()
            && countdown.fetch_sub(1, Ordering::Relaxed) == 1
        {
            std::process::abort();
        }
    }
}

static ARMED: LazyLock<Option<(String, AtomicU32)>> = LazyLock::new(|| {
    let armed = std::env::var(VARIABLE).ok()?;
    let (point, count) = armed.split_once(':').unwrap_or((&armed, "1"));
    Some((point.to_owned(), AtomicU32::new(count.parse().ok()?)))
});
