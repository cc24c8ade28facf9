//! The worker itself: what it goes by.

use chrono_tz::Tz;

use crate::settings::QuotingSettings;

/// The worker, with the seller's policy and the zone whose calendar ends an offer.
#[derive(Debug)]
pub struct Quoting {
    pub(crate) settings: QuotingSettings,
    pub(crate) zone: Tz,
}

impl Quoting {
    #[must_use]
    pub const fn new(settings: QuotingSettings, zone: Tz) -> Self {
        Self { settings, zone }
    }
}
