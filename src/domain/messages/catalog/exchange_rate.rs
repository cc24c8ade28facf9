//! Messages about exchange rates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Changes, the_catalog};
use crate::exchange_rate::{EXCHANGE_RATES_SAID_MAX, ExchangeRate};
use crate::ids::CatalogId;

/// Say what currencies are worth on a day (F78): a later word for the same currency and day takes the place of the one
/// before. Documents keep the rate that they were made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeRateSet {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = EXCHANGE_RATES_SAID_MAX))]
    pub rates: Vec<ExchangeRate>,
}

/// Exchange rates are from now on as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeRateChanged {
    pub catalog: CatalogId,
    /// By currency and day.
    pub rates: Vec<ExchangeRate>,
}

impl Changes for ExchangeRateChanged {
    fn change(&self, catalog: &mut Catalog) {
        let told = self.rates.iter().map(|rate| (rate.key(), rate.clone()));
        catalog.exchange_rates.extend(told);
    }
}
