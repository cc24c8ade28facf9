//! The exchange rates as a worker decides with them that needs nothing else of the catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exchange_rate::{ExchangeRate, ExchangeRates};
use crate::reference::{Facts, References, Set};

/// All rates; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Rates(Arc<ExchangeRates>);

impl Facts for Rates {
    const SETS: &'static [Set] = &[Set::ExchangeRates];

    /// None where the worker does not ask for them.
    fn of(known: &References) -> Self {
        Self(known.exchange_rates.clone().unwrap_or_default())
    }
}

impl From<BTreeMap<String, ExchangeRate>> for Rates {
    fn from(rates: BTreeMap<String, ExchangeRate>) -> Self {
        Self(Arc::new(ExchangeRates(rates)))
    }
}

impl Rates {
    /// All of them, by their key.
    #[must_use]
    pub fn all(&self) -> &BTreeMap<String, ExchangeRate> {
        &self.0.0
    }
}
