//! Named places at which a test lets the process die, to see that nothing is lost and nothing doubled.
//!
//! Always compiled in, armed only by the environment: `LEADMILL_FAIL_AT=committed:3` aborts the
//! process when it reaches that place for the third time. What is armed is checked at the start.

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
        if let Ok(Some((point, countdown))) = &*ARMED
            && *point == self
            && countdown.fetch_sub(1, Ordering::Relaxed) == 1
        {
            std::process::abort();
        }
    }
}

/// Whether what the environment arms can be reached at all.
///
/// # Errors
/// A finished sentence that names the places there are.
pub fn check() -> Result<(), String> {
    ARMED.as_ref().map(|_| ()).map_err(Clone::clone)
}

/// The place where the process dies, and how often it is still to be reached.
static ARMED: LazyLock<Result<Option<(FaultPoint, AtomicU32)>, String>> = LazyLock::new(|| {
    let Some(armed) = std::env::var_os(VARIABLE) else { return Ok(None) };
    let (point, count) = read(&armed.to_string_lossy())?;
    Ok(Some((point, AtomicU32::new(count))))
});

/// `committed` or `committed:3`.
fn read(armed: &str) -> Result<(FaultPoint, u32), String> {
    let (name, count) = armed.split_once(':').unwrap_or((armed, "1"));
    let point = FaultPoint::ALL.into_iter().find(|point| point.name() == name);
    let count = count.parse().ok().filter(|count| *count > 0);
    point.zip(count).ok_or_else(|| {
        format!(
            "`{VARIABLE}` is `{armed}`, which is no place where a batch can be cut. Write one of {}, \
             and after a colon how often it is reached, as in `committed:3`; or unset it.",
            FaultPoint::ALL.map(FaultPoint::name).join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_can_be_armed_and_what_is_none_is_told_with_the_names_there_are() {
        for point in FaultPoint::ALL {
            assert_eq!(read(point.name()), Ok((point, 1)));
            assert_eq!(read(&format!("{}:3", point.name())), Ok((point, 3)));
        }
        for wrong in ["after_commit:3", "committed:0", "committed:often", "Committed", ""] {
            let told = read(wrong).expect_err(wrong);
            let named = FaultPoint::ALL.iter().all(|point| told.contains(point.name()));
            assert!(named && told.contains(&format!("`{wrong}`")), "{told}");
        }
    }
}
