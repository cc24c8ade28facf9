//! The settings section `[qualification]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::money::Currency;
use serde::Deserialize;

/// Where an opportunity gets its currency and price list, and where the rules stand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualificationSettings {
    /// Currency of an opportunity whose lead names none, or one without a price list.
    pub currency: Currency,
    /// The price list of each currency that is sold in, by its code in the catalog.
    pub price_list: BTreeMap<String, String>,
    /// The file of rules; where absent, the built-in `config/qualification.toml` is used.
    #[serde(default)]
    pub rules_file: Option<PathBuf>,
    /// The file of the rules of duplicates; where absent, the built-in `config/duplicates.toml` is used.
    #[serde(default)]
    pub duplicates_file: Option<PathBuf>,
    /// The map of a lead's fields; where absent, the built-in `config/field_map.toml` is used.
    #[serde(default)]
    pub field_map_file: Option<PathBuf>,
}

impl QualificationSettings {
    /// What is wrong with the values, each a finished sentence that names its key.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (currency, list) in &self.price_list {
            let key = format!("qualification.price_list.{currency}");
            if currency.to_uppercase().parse::<Currency>().is_err() {
                problems.push(format!(
                    "The key `{key}` does not end in a currency; write an ISO 4217 code, as EUR."
                ));
            }
            if list.trim().is_empty() {
                problems.push(format!(
                    "The setting `{key}` is empty; write the code of a price list, as standard-eur."
                ));
            }
        }
        if self.list_of(self.currency).is_none() {
            let currency = self.currency;
            problems.push(format!(
                "The default currency {currency} has no price list; set \
                 `qualification.price_list.{currency}`, or another `qualification.currency`."
            ));
        }
        problems
    }

    /// Currency and price list of an opportunity: those that the lead names where they are sold in,
    /// else the default ones.
    pub(crate) fn priced_in(&self, named: Option<&str>) -> (Currency, String) {
        let sold =
            Self::meant(named).and_then(|currency| Some((currency, self.list_of(currency)?)));
        let (currency, list) = sold
            .unwrap_or_else(|| (self.currency, self.list_of(self.currency).unwrap_or_default()));
        (currency, list.to_owned())
    }

    /// The currency that is meant by a code in any case.
    pub(crate) fn meant(code: Option<&str>) -> Option<Currency> {
        code.and_then(|code| code.trim().to_uppercase().parse().ok())
    }

    /// Keys are compared in any case: names that come from the environment are in lower case.
    fn list_of(&self, currency: Currency) -> Option<&str> {
        let mut lists = self.price_list.iter();
        let list = lists.find(|(code, _)| code.eq_ignore_ascii_case(currency.as_str()))?;
        Some(list.1)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn settings(text: &str) -> QualificationSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn every_problem_of_the_section_is_named() {
        let bad = settings("currency = 'EUR'\nprice_list = { euro = 'a', USD = ' ' }");
        let problems = bad.problems();
        assert_eq!(problems.len(), 3, "{problems:#?}");
        assert!(problems[0].contains("price_list.USD"));
        assert!(problems[1].contains("price_list.euro"));
        assert!(problems[2].contains("default currency EUR"));
    }

    #[test]
    fn an_unknown_key_is_no_setting() {
        let read = toml::from_str::<QualificationSettings>("currency = 'EUR'\nprice_lists = {}");
        assert!(read.is_err());
    }

    #[test]
    fn f78_a_lead_is_priced_in_its_currency_where_that_is_sold_in() {
        let ours = settings("currency = 'EUR'\nprice_list = { EUR = 'e', usd = 'u' }");
        assert_eq!(ours.problems(), Vec::<String>::new());
        let list = |named| ours.priced_in(named).1;
        assert_eq!(list(Some("usd")), "u");
        assert_eq!(list(Some("GBP")), "e");
        assert_eq!(list(Some("dollars")), "e");
        assert_eq!(list(None), "e");
    }
}
