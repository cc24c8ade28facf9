//! Which price list a deal is priced by: the one that its customer's territory or group names, where just one does so
//! best (F78; D365: default price level per territory).

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, PriceList};
use crate::customer::{Account, Contact};
use crate::enquiry::Interest;
use crate::money::Currency;

/// Most price lists that a sentence names; the rest is counted.
const NAMED_MAX: usize = 5;

/// By which price list the lines of a deal are priced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(Deserialize, JsonSchema))]
pub enum PricedBy {
    /// By the one of this code.
    List(String),
    /// By none yet: several are equally good, and a person chooses.
    Undecided(Undecided),
}

/// What waits until somebody chooses a price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undecided {
    /// Which lists are equally good and what chooses one, in finished sentences.
    pub why: String,
    /// What the customer wants, to be priced then.
    pub interest: Vec<Interest>,
}

impl PricedBy {
    /// The code of the price list.
    ///
    /// # Errors
    /// What waits, where none is chosen yet.
    pub const fn list(&self) -> Result<&String, &Undecided> {
        match self {
            Self::List(code) => Ok(code),
            Self::Undecided(undecided) => Err(undecided),
        }
    }

    /// What waits where no list is chosen yet.
    #[must_use]
    pub fn undecided(&self) -> Option<&Undecided> {
        self.list().err()
    }

    /// As an event and a row tell it: the list, or else why there is none.
    #[must_use]
    pub fn told(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::List(code) => (Some(code.clone()), None),
            Self::Undecided(undecided) => (None, Some(undecided.why.clone())),
        }
    }

    /// What was told: the list, or else why there is none, and what waits for it.
    #[must_use]
    pub fn of(list: Option<String>, why: Option<String>, interest: Vec<Interest>) -> Self {
        match (list, why) {
            (Some(code), None) => Self::List(code),
            (list, why) => {
                let why = why.or(list).unwrap_or_default();
                Self::Undecided(Undecided { why, interest })
            }
        }
    }
}

impl<T: Into<String>> From<T> for PricedBy {
    fn from(code: T) -> Self {
        Self::List(code.into())
    }
}

/// What of a customer chooses among price lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Market<'c> {
    pub territory: Option<&'c str>,
    pub customer_group: Option<&'c str>,
}

impl<'c> Market<'c> {
    /// That of the organisation that buys; of the person where they buy without one.
    #[must_use]
    pub fn of(account: Option<&'c Account>, contact: Option<&'c Contact>) -> Self {
        let (territory, customer_group) = match (account, contact) {
            (Some(account), _) => (&account.territory, &account.customer_group),
            (None, Some(contact)) => (&contact.territory, &contact.customer_group),
            (None, None) => return Self::default(),
        };
        Self { territory: territory.as_deref(), customer_group: customer_group.as_deref() }
    }

    /// The lists in a currency that give prices on that day and name this market best: its territory and its group
    /// before one of them. None where all that fit are for everybody.
    #[must_use]
    pub fn best<'l>(
        &self,
        catalog: &'l Catalog,
        currency: Currency,
        day: NaiveDate,
    ) -> Vec<&'l PriceList> {
        if self.territory.is_none() && self.customer_group.is_none() {
            return Vec::new();
        }
        let lists = catalog.price_lists.values();
        let usable =
            lists.filter(|list| list.active && list.currency == currency && list.is_valid_on(day));
        let (mut best, mut most) = (Vec::new(), 1);
        for list in usable {
            let Some(named) = self.named_by(list).filter(|named| *named >= most) else { continue };
            if named > most {
                best.clear();
                most = named;
            }
            best.push(list);
        }
        best
    }

    /// How much of this market a list names; `None` where it is for another one.
    fn named_by(&self, list: &PriceList) -> Option<u32> {
        let wants = [
            (list.territory.as_deref(), self.territory),
            (list.customer_group.as_deref(), self.customer_group),
        ];
        let named = wants.iter().filter_map(|(wanted, own)| Some((wanted.as_ref()?, own)));
        let mut count = 0;
        for (wanted, own) in named {
            let fits = own.is_some_and(|own| wanted.to_lowercase() == own.to_lowercase());
            count += fits.then_some(1)?;
        }
        Some(count)
    }

    /// The list of these; where they are several, why none of them is taken.
    #[must_use]
    pub fn choice(&self, lists: &[&PriceList], interest: &[Interest]) -> Option<PricedBy> {
        match lists {
            [] => None,
            [one] => Some(PricedBy::List(one.code.clone())),
            several => {
                let why = self.equally_good(several);
                Some(PricedBy::Undecided(Undecided { why, interest: interest.to_vec() }))
            }
        }
    }

    fn equally_good(&self, lists: &[&PriceList]) -> String {
        let named: Vec<_> =
            lists.iter().take(NAMED_MAX).map(|list| format!("`{}`", list.code)).collect();
        let more = match lists.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let own = [("territory", self.territory), ("group", self.customer_group)];
        let own: Vec<_> = own
            .iter()
            .filter_map(|(what, name)| Some(format!("the {what} `{}`", (*name)?)))
            .collect();
        format!(
            "The price lists {}{more} are equally good for {}, so that none is guessed. Choose one with \
             `opportunity.update` as its `price_list`.",
            named.join(", "),
            own.join(" and ")
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn catalog(lists: serde_json::Value) -> Catalog {
        let lists: Vec<PriceList> = serde_json::from_value(lists).unwrap();
        let price_lists = lists.into_iter().map(|list| (list.code.clone(), list)).collect();
        Catalog { price_lists, ..Catalog::empty() }
    }

    fn chosen(market: Market<'_>, catalog: &Catalog, currency: &str) -> Vec<String> {
        let day = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap();
        let best = market.best(catalog, currency.parse().unwrap(), day);
        best.iter().map(|list| list.code.clone()).collect()
    }

    #[test]
    fn f78_the_list_that_names_the_customers_territory_or_group_is_the_best_one() {
        let catalog = catalog(json!([
            { "code": "all", "name": "All", "currency": "EUR" },
            { "code": "north", "name": "North", "currency": "EUR", "territory": "North" },
            { "code": "south", "name": "South", "currency": "EUR", "territory": "South" },
            { "code": "both", "name": "Both", "currency": "EUR", "territory": "north", "customer_group": "Trade" },
            { "code": "trade", "name": "Trade", "currency": "EUR", "customer_group": "Trade" },
            { "code": "dollar", "name": "Dollar", "currency": "USD", "territory": "North" },
            { "code": "old", "name": "Old", "currency": "EUR", "territory": "West", "valid_to": "2026-03-14" },
            { "code": "now", "name": "Now", "currency": "EUR", "territory": "West", "valid_from": "2026-03-15" },
            { "code": "off", "name": "Off", "currency": "EUR", "territory": "East", "active": false },
        ]));
        let (north, south, trade) = (Some("NORTH"), Some("South"), Some("trade"));
        for (territory, customer_group, currency, best) in [
            (None, None, "EUR", vec![]),
            (north, None, "EUR", vec!["north"]),
            (north, None, "USD", vec!["dollar"]),
            (north, None, "GBP", vec![]),
            (north, trade, "EUR", vec!["both"]),
            (north, Some("retail"), "EUR", vec!["north"]),
            (south, trade, "EUR", vec!["south", "trade"]),
            (None, trade, "EUR", vec!["trade"]),
            (Some("West"), None, "EUR", vec!["now"]),
            (Some("East"), None, "EUR", vec![]),
        ] {
            let market = Market { territory, customer_group };
            assert_eq!(chosen(market, &catalog, currency), best, "{market:?} in {currency}");
        }
    }

    #[test]
    fn f78_of_two_that_are_equally_good_none_is_guessed_and_the_sentence_names_them() {
        let catalog = catalog(json!([
            { "code": "a", "name": "A", "currency": "EUR", "territory": "North" },
            { "code": "b", "name": "B", "currency": "EUR", "territory": "North" },
        ]));
        let market = Market { territory: Some("North"), customer_group: None };
        let lists: Vec<_> = catalog.price_lists.values().collect();
        let one = market.choice(&lists[..1], &[]).unwrap();
        assert_eq!((one, market.choice(&[], &[])), ("a".into(), None));
        let (list, why) = market.choice(&lists, &[]).unwrap().told();
        let why = why.unwrap();
        assert_eq!(list, None);
        for part in ["`a`, `b`", "the territory `North`", "`opportunity.update`", "`price_list`"] {
            assert!(why.contains(part), "{part}: {why}");
        }
    }
}
