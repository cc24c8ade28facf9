//! The worker itself: what it goes by.

use chrono_tz::Tz;
use domain::exchange_rate::Base;

use crate::settings::QuotingSettings;

/// The worker, with the seller's policy and the zone whose calendar ends an offer.
#[derive(Debug)]
pub struct Quoting {
    pub(crate) settings: QuotingSettings,
    pub(crate) zone: Tz,
    /// By what offers and deals in other currencies are converted.
    pub(crate) base: Base,
}

impl Quoting {
    #[must_use]
    pub const fn new(settings: QuotingSettings, zone: Tz) -> Self {
        Self { settings, zone, base: Base { currency: None, days_max: 0 } }
    }

    /// The same, where offers and deals in other currencies are converted so.
    #[must_use]
    pub fn in_base(self, base: Base) -> Self {
        Self { base, ..self }
    }
}
