//! The clock of this process. It tells how long work took and nothing else: every time that a
//! decision knows is the database's. A test lets it jump, to see that nothing changes.
//!
//! Always compiled in, armed only by the environment: `LEADMILL_CLOCK_OFFSET_S=-86400` is a day slow.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};

/// Names the seconds that the clock is ahead.
pub const VARIABLE: &str = "LEADMILL_CLOCK_OFFSET_S";

/// The time of this process's clock.
pub fn now() -> DateTime<Utc> {
    Utc::now() + *OFFSET
}

static OFFSET: LazyLock<TimeDelta> = LazyLock::new(|| {
    let seconds = std::env::var(VARIABLE).ok().and_then(|seconds| seconds.parse().ok());
    seconds.and_then(TimeDelta::try_seconds).unwrap_or_default()
});
