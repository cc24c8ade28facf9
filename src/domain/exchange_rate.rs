//! Exchange rates: what somebody said of a day, and what of it is frozen with a document (F78).
//!
//! A rate says how many units of a currency are one unit of the base currency, as in Dynamics 365; so an amount in the
//! base currency is the amount ÷ the rate, rounded once to the decimals of the base currency ([`in_base`]).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::money::{Currency, in_range, ratio};
use crate::text::Short;

/// Most rates that are kept, of all days and currencies together.
pub const EXCHANGE_RATES_MAX: usize = 100_000;
/// Most rates of one message.
pub const EXCHANGE_RATES_SAID_MAX: usize = 1_000;

/// What a currency was worth on a day, by somebody's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExchangeRate {
    pub currency: Currency,
    /// Units of it for one unit of the base currency; above 0.
    #[serde(with = "crate::money::AsText")]
    pub rate: Decimal,
    /// The first day that it holds for; it holds until there is a newer one.
    pub day: Day,
    /// Whose word it is, as `ECB`.
    pub source: Short,
}

impl ExchangeRate {
    /// Its place among the others: a later word for the same day takes it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.currency, self.day.date())
    }
}

/// All rates, by currency and day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExchangeRates(pub BTreeMap<String, ExchangeRate>);

/// The newest rate of a currency that is not of a later day.
#[must_use]
pub fn newest(
    rates: &BTreeMap<String, ExchangeRate>,
    currency: Currency,
    day: NaiveDate,
) -> Option<&ExchangeRate> {
    let known = rates.range(format!("{currency} ")..=format!("{currency} {day}"));
    known.map(|(_, rate)| rate).next_back()
}

/// What the seller counts in, where amounts in other currencies are converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// Absent: nothing is converted.
    pub currency: Option<Currency>,
    /// How many days old a rate may be.
    pub days_max: u32,
}

/// The exchange rate that is frozen with a document in another currency than the base one, and what the document
/// amounts to by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The base currency, in which the amounts here are.
    pub base_currency: Currency,
    /// Units of the document's currency for one of the base currency; absent where none was known.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub rate: Option<Decimal>,
    /// The day that the rate was said of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_day: Option<NaiveDate>,
    /// Why there are no amounts in the base currency, in finished sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Without tax and freight (`amount_less_freight` ÷ rate).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub base_amount_less_freight: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub base_tax: Option<Decimal>,
    /// `total_amount` ÷ rate, rounded by itself: the others need not add up to it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub base_total: Option<Decimal>,
}

impl Base {
    /// What is frozen with a document that is made on that day; nothing where its currency is the base one, or none is
    /// set. Nothing is guessed: without a rate it says why.
    #[must_use]
    pub fn freeze(
        &self,
        rates: &BTreeMap<String, ExchangeRate>,
        currency: Currency,
        day: NaiveDate,
    ) -> Option<Box<Exchange>> {
        let base = self.currency.filter(|base| *base != currency)?;
        let known = newest(rates, currency, day);
        let fresh =
            known.filter(|rate| (day - rate.day.date()).num_days() <= i64::from(self.days_max));
        let missing = match (known, fresh) {
            (_, Some(_)) => None,
            (Some(old), None) => Some(format!(
                "The newest exchange rate of {currency} until {day} is of {}, and a rate may be {} days old \
                 (`seller.exchange_rate_days_max`), so that the amounts in {base} are missing. Say a newer one with \
                 `exchange_rate.set`.",
                old.day.date(),
                self.days_max
            )),
            (None, None) => Some(format!(
                "No exchange rate of {currency} is known until {day}, so that the amounts in {base} are missing. Say one \
                 with `exchange_rate.set`."
            )),
        };
        Some(Box::new(Exchange {
            base_currency: base,
            rate: fresh.map(|rate| rate.rate),
            rate_day: fresh.map(|rate| rate.day.date()),
            missing,
            base_amount_less_freight: None,
            base_tax: None,
            base_total: None,
        }))
    }
}

impl Exchange {
    /// An amount of the document in the base currency.
    #[must_use]
    pub fn convert(&self, amount: Decimal) -> Option<Decimal> {
        in_base(amount, self.rate?, self.base_currency)
    }

    /// The same with what a document amounts to by it: its total without tax and freight, its tax, and its total.
    #[must_use]
    pub fn of(mut self: Box<Self>, [less_freight, tax, total]: [Decimal; 3]) -> Box<Self> {
        self.base_amount_less_freight = self.convert(less_freight);
        self.base_tax = self.convert(tax);
        self.base_total = self.convert(total);
        self
    }
}

/// `amount ÷ rate`, rounded once, half away from zero, to the decimals of the base currency. `None` where that leaves the
/// range of amounts.
#[must_use]
pub fn in_base(amount: Decimal, rate: Decimal, base: Currency) -> Option<Decimal> {
    in_range(ratio(amount, Decimal::ONE, rate, base.minor_digits())?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rates(known: &[(&str, &str, Decimal)]) -> BTreeMap<String, ExchangeRate> {
        let of = |(currency, day, rate): &(&str, &str, Decimal)| {
            let (currency, day) = (currency.parse().unwrap(), Day::read(day).unwrap());
            let rate = ExchangeRate { currency, rate: *rate, day, source: "ECB".parse().unwrap() };
            (rate.key(), rate)
        };
        known.iter().map(of).collect()
    }

    #[test]
    fn f78_a_base_amount_is_the_amount_by_the_rate_rounded_once_to_the_base_currencys_decimals() {
        for (amount, rate, base, expected) in [
            (dec!(1085.00), dec!(1.085), "EUR", dec!(1000.00)),
            (dec!(100), dec!(3), "EUR", dec!(33.33)),
            (dec!(0.01), dec!(2), "EUR", dec!(0.01)), // 0.005, half away from zero
            (dec!(-0.01), dec!(2), "EUR", dec!(-0.01)),
            (dec!(1.00), dec!(0.006172), "JPY", dec!(162)),
            (dec!(162), dec!(162.02), "KWD", dec!(1.000)),
            (dec!(99999999999999), dec!(0.01), "EUR", dec!(0)),
        ] {
            let found = in_base(amount, rate, base.parse().unwrap());
            assert_eq!(found.unwrap_or_default(), expected, "{amount} by {rate} in {base}");
        }
    }

    #[test]
    fn f78_the_newest_rate_that_is_not_of_a_later_day_and_not_too_old_is_frozen() {
        let rates = rates(&[
            ("USD", "2026-03-01", dec!(1.08)),
            ("USD", "2026-03-05", dec!(1.10)),
            ("USE", "2026-03-02", dec!(9)),
            ("JPY", "2026-03-02", dec!(162)),
        ]);
        let base = Base { currency: Some("EUR".parse().unwrap()), days_max: 7 };
        let frozen =
            |currency: &str, on: &str| base.freeze(&rates, currency.parse().unwrap(), day(on));
        for (on, rate) in
            [("2026-03-01", dec!(1.08)), ("2026-03-04", dec!(1.08)), ("2026-03-12", dec!(1.10))]
        {
            let exchange = frozen("USD", on).unwrap();
            assert_eq!((exchange.rate, exchange.missing), (Some(rate), None), "{on}");
        }
        for (currency, on, why) in [
            ("USD", "2026-02-28", "No exchange rate of USD is known until 2026-02-28"),
            ("USD", "2026-03-13", "is of 2026-03-05, and a rate may be 7 days old"),
            ("GBP", "2026-03-13", "`exchange_rate.set`"),
        ] {
            let exchange = frozen(currency, on).unwrap();
            assert_eq!((exchange.rate, exchange.convert(Decimal::ONE)), (None, None));
            assert!(exchange.missing.as_ref().unwrap().contains(why), "{exchange:?}");
        }
        assert_eq!(frozen("EUR", "2026-03-05"), None);
        assert_eq!(Base::default().freeze(&rates, "USD".parse().unwrap(), day("2026-03-05")), None);
    }
}
