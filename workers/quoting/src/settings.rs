//! The settings section `[quoting]`.

use std::collections::BTreeMap;

use domain::delivery_terms::{DeliveryTerms, Incoterm};
use domain::document::PaymentTerms;
use domain::money::Currency;
use domain::quote::LateAcceptance;
use domain::text::Short;
use domain::totals::{Header, Rules, Tax, TaxCategory, TaxMode, UnitRounding};
use rust_decimal::Decimal;
use serde::Deserialize;

/// Longest validity of an offer, in days.
const VALIDITY_DAYS_MAX: u32 = 3_650;

/// The seller's policy for quotes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotingSettings {
    /// Draft a quote as soon as the products of an opportunity are known.
    pub draft: bool,
    /// A quote up to this total, with tax and in its own currency, is activated by itself; 0: none.
    #[serde(with = "domain::money::AsText")]
    pub activate_up_to: Decimal,
    /// The most that manual discounts may take off, in percent of the lines, for that.
    #[serde(with = "domain::money::AsText")]
    pub discount_percent_max: Decimal,
    /// How many days after the day it is drafted a quote may be accepted.
    pub validity_days: u32,
    /// What becomes of who accepts a quote after its last day.
    #[serde(default)]
    pub late_acceptance: LateAcceptance,
    pub payment_terms: PaymentTerms,
    /// On which terms goods are delivered where nobody says otherwise; absent: no quote speaks of it by itself.
    #[serde(default)]
    pub delivery_terms: Option<DeliverySettings>,
    pub tax_mode: TaxMode,
    /// The tax class that freight bears.
    pub freight_tax_class: String,
    /// What is charged for freight on each quote, by currency; without an entry nothing is.
    #[serde(default)]
    pub freight: BTreeMap<String, Amount>,
    /// The tax of each tax class of the catalog.
    pub tax_rates: BTreeMap<String, TaxRate>,
}

/// The tax of a class as a person writes it: a misspelt key is refused. [`Tax`] takes what it does not know, because
/// it is stored and published too.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    pub category: TaxCategory,
    #[serde(with = "domain::money::AsText")]
    pub rate: Decimal,
}

/// Terms of delivery as a person writes them: a misspelt key is refused, as in [`TaxRate`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverySettings {
    pub incoterm: Incoterm,
    #[serde(default)]
    pub place: Option<Short>,
}

/// An amount of money, written as a decimal string.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct Amount(#[serde(with = "domain::money::AsText")] pub Decimal);

impl QuotingSettings {
    /// What is wrong with the values, each a finished sentence that names its key.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.activate_up_to.is_sign_negative() {
            problems.push(format!(
                "The setting `quoting.activate_up_to` is {}; write \"0\" or more.",
                self.activate_up_to
            ));
        }
        let percent = self.discount_percent_max;
        if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
            problems.push(format!(
                "The setting `quoting.discount_percent_max` is {percent}; write \"0\" to \"100\"."
            ));
        }
        if let Err(unknown) = self.payment_terms.agreed() {
            problems.push(format!(
                "The setting `quoting.payment_terms` is \"{unknown}\"; write net30, 2_10_net30, net45 or net60."
            ));
        }
        let incoterm = self.delivery_terms.as_ref().map(|terms| terms.incoterm.code());
        if let Some(Err(unknown)) = incoterm {
            problems.push(format!(
                "The setting `quoting.delivery_terms.incoterm` is \"{unknown}\"; write a rule of Incoterms \
                 2020: exw, fca, cpt, cip, dap, dpu, ddp, fas, fob, cfr or cif."
            ));
        }
        if !(1..=VALIDITY_DAYS_MAX).contains(&self.validity_days) {
            problems.push(format!(
                "The setting `quoting.validity_days` is {}; write 1 to {VALIDITY_DAYS_MAX}.",
                self.validity_days
            ));
        }
        for (currency, amount) in &self.freight {
            let known = currency.to_uppercase().parse::<Currency>().is_ok();
            if !known || amount.0.is_sign_negative() {
                problems.push(format!(
                    "The setting `quoting.freight.{currency}` is no freight; write an ISO 4217 code \
                     and an amount of \"0\" or more."
                ));
            }
        }
        for (class, tax) in &self.tax_rates {
            let sound = match tax.category {
                TaxCategory::S => tax.rate > Decimal::ZERO && tax.rate <= Decimal::ONE_HUNDRED,
                _ => tax.rate.is_zero(),
            };
            if !sound {
                problems.push(format!(
                    "The setting `quoting.tax_rates.{class}` has category {:?} with a rate of {}; S \
                     has more than 0 and up to 100 percent, every other category \"0\".",
                    tax.category, tax.rate
                ));
            }
        }
        if self.tax(&self.freight_tax_class).is_none() {
            problems.push(format!(
                "The setting `quoting.freight_tax_class` is \"{}\", which `quoting.tax_rates` does \
                 not have.",
                self.freight_tax_class
            ));
        }
        problems
    }

    /// On which terms goods are delivered where nobody says otherwise.
    pub(crate) fn delivery_terms(&self) -> Option<Box<DeliveryTerms>> {
        let DeliverySettings { incoterm, place } = self.delivery_terms.as_ref()?;
        Some(Box::new(DeliveryTerms::of(*incoterm, place.as_deref())))
    }

    /// Is there a rate for that tax class?
    #[must_use]
    pub fn bears(&self, class: &str) -> bool {
        self.tax(class).is_some()
    }

    /// The tax of a class. Keys are compared in any case: names that come from the environment are
    /// in lower case.
    pub(crate) fn tax(&self, class: &str) -> Option<Tax> {
        let mut rates = self.tax_rates.iter();
        let (_, tax) = rates.find(|(name, _)| name.eq_ignore_ascii_case(class))?;
        Some(Tax { category: tax.category, rate: tax.rate.normalize() })
    }

    /// What a quote in this currency has beside its lines, where its price list rounds so.
    pub(crate) fn header(&self, currency: Currency, rounding: UnitRounding) -> Header {
        let mut freight = self.freight.iter();
        let freight = freight.find(|(code, _)| code.eq_ignore_ascii_case(currency.as_str()));
        let freight = freight.map_or(Decimal::ZERO, |(_, amount)| amount.0);
        Header {
            freight_amount: freight,
            freight_tax: self.tax(&self.freight_tax_class).filter(|_| !freight.is_zero()),
            rules: self.rules(rounding),
            ..Header::default()
        }
    }

    /// How documents are computed, where their price list rounds so.
    pub(crate) fn rules(&self, unit_rounding: UnitRounding) -> Rules {
        Rules { tax_mode: self.tax_mode, unit_rounding, ..Rules::default() }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const SOUND: &str = r#"
        draft = true
        activate_up_to = "100"
        discount_percent_max = "10"
        validity_days = 30
        payment_terms = "2_10_net30"
        delivery_terms = { incoterm = "dap", place = "Lyon" }
        tax_mode = "document"
        freight_tax_class = "standard"
        freight = { EUR = "25" }
        tax_rates = { standard = { category = "S", rate = "21" } }
    "#;

    fn problems(from: &str, to: &str) -> Vec<String> {
        assert!(SOUND.contains(from));
        let settings: QuotingSettings = toml::from_str(&SOUND.replace(from, to)).unwrap();
        settings.problems()
    }

    #[test]
    fn a_misspelt_key_of_a_tax_rate_is_refused_by_its_name() {
        let text = SOUND.replace(r#"rate = "21""#, r#"rate = "21", cateogry = "S""#);
        let read = toml::from_str::<QuotingSettings>(&text);
        assert!(read.unwrap_err().to_string().contains("cateogry"));
    }

    #[test]
    fn sound_settings_have_no_problem_and_every_unsound_one_names_its_key() {
        assert_eq!(problems("30", "30"), Vec::<String>::new());
        for (from, to, key) in [
            (r#""100""#, r#""-1""#, "quoting.activate_up_to"),
            (r#"max = "10""#, r#"max = "101""#, "quoting.discount_percent_max"),
            ("days = 30", "days = 0", "quoting.validity_days"),
            (r#""2_10_net30""#, r#""2_14_net30""#, "quoting.payment_terms"),
            (r#""dap""#, r#""dat""#, "quoting.delivery_terms.incoterm"),
            ("EUR =", "EURO =", "quoting.freight.EURO"),
            (r#""25""#, r#""-25""#, "quoting.freight.EUR"),
            (r#""21""#, r#""0""#, "quoting.tax_rates.standard"),
            (r#"class = "standard""#, r#"class = "none""#, "quoting.freight_tax_class"),
        ] {
            let problems = problems(from, to);
            assert!(problems.len() == 1 && problems[0].contains(key), "{key}: {problems:?}");
        }
    }

    #[test]
    fn an_unknown_key_is_no_setting() {
        assert!(toml::from_str::<QuotingSettings>(&format!("{SOUND}\ncolour = 1")).is_err());
    }
}
