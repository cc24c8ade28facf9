//! The worker itself: the seller in whose name it issues, and what follows from the day there.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::invoice::SeriesKey;
use domain::message::SubjectKind;

use crate::seller::SellerSettings;

/// The worker from the fulfilled order to the paid invoice.
#[derive(Clone, Debug)]
pub struct Invoicing {
    pub(crate) seller: SellerSettings,
}

impl Invoicing {
    /// Issues invoices of this seller; the settings are expected to have no
    /// [problems](SellerSettings::problems).
    #[must_use]
    pub const fn new(seller: SellerSettings) -> Self {
        Self { seller }
    }

    pub(crate) fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.seller.zone).date_naive()
    }

    /// The run of numbers that an invoice of today takes its own from; each year begins a new one.
    pub(crate) fn series(&self, today: NaiveDate) -> SeriesKey {
        SeriesKey {
            seller: self.seller.code.clone(),
            kind: SubjectKind::Invoice.name().into(),
            year: today.year(),
        }
    }
}
