//! By which price list and in which currency a new deal is priced (F78).

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::catalog::Catalog;
use domain::customer::{Account, Contact};
use domain::enquiry::Interest;
use domain::money::Currency;
use domain::price_choice::{Market, PricedBy};

use crate::settings::QualificationSettings;

/// What chooses for a deal that names no list itself.
#[derive(Clone, Copy)]
pub(crate) struct Pricing<'p> {
    pub(crate) settings: &'p QualificationSettings,
    pub(crate) catalog: &'p Catalog,
    /// The day at the seller's.
    pub(crate) day: NaiveDate,
    pub(crate) market: Market<'p>,
}

impl<'p> Pricing<'p> {
    /// For a deal of that customer, made now.
    pub(crate) fn of(
        (settings, zone): (&'p QualificationSettings, Tz),
        catalog: &'p Catalog,
        now: DateTime<Utc>,
        (account, contact): (Option<&'p Account>, Option<&'p Contact>),
    ) -> Self {
        let day = now.with_timezone(&zone).date_naive();
        Self { settings, catalog, day, market: Market::of(account, contact) }
    }

    /// The currency that is named where it is sold in, else that of the settings; and the one list that names the
    /// customer best, else the one that the settings have for the currency.
    pub(crate) fn choose(
        &self,
        named: Option<&str>,
        interest: &[Interest],
    ) -> (Currency, PricedBy) {
        let (currency, list) = self.settings.priced_in(named);
        let own = QualificationSettings::meant(named).unwrap_or(currency);
        for currency in [own, currency] {
            let best = self.market.best(self.catalog, currency, self.day);
            if let Some(choice) = self.market.choice(&best, interest) {
                return (currency, choice);
            }
        }
        (currency, list.into())
    }
}
