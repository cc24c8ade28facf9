//! By which price list and in which currency a new deal is priced (F78).

use chrono::{DateTime, NaiveDate, Utc};
use domain::catalog::Catalog;
use domain::customer::{Account, Contact};
use domain::enquiry::Interest;
use domain::exchange_rate::{Base, Exchange};
use domain::money::Currency;
use domain::price_choice::{Market, PricedBy};

use crate::settings::QualificationSettings;
use crate::terms::Terms;

/// What chooses for a deal that names no list itself.
#[derive(Clone, Copy)]
pub(crate) struct Pricing<'p> {
    pub(crate) settings: &'p QualificationSettings,
    pub(crate) catalog: &'p Catalog,
    /// The day at the seller's.
    pub(crate) day: NaiveDate,
    pub(crate) market: Market<'p>,
    base: Base,
}

impl<'p> Pricing<'p> {
    /// For a deal of that customer, made now.
    pub(crate) fn of(
        terms: &'p Terms,
        catalog: &'p Catalog,
        now: DateTime<Utc>,
        (account, contact): (Option<&'p Account>, Option<&'p Contact>),
    ) -> Self {
        let day = now.with_timezone(&terms.zone).date_naive();
        let market = Market::of(account, contact);
        Self { settings: &terms.settings, catalog, day, market, base: terms.base }
    }

    /// The exchange rate that is frozen with a deal in that currency.
    pub(crate) fn frozen(&self, currency: Currency) -> Option<Box<Exchange>> {
        self.base.freeze(&self.catalog.exchange_rates, currency, self.day)
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
