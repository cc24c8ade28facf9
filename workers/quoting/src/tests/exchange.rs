//! Deals and offers in another currency than the base one, and the rates that they keep.

use domain::commands::{ExchangeRateSet, OpportunityUpdate};
use domain::events::{ExchangeRateChanged, OpportunityUpdated};
use domain::exchange_rate::{Base, Exchange};
use domain::line_edits::NewLine;

use super::catalogs::problems;
use super::*;

fn set(rates: serde_json::Value) -> ExchangeRateSet {
    serde_json::from_value(serde_json::json!({ "rates": rates })).unwrap()
}

fn dollar(day: &str, rate: &str) -> serde_json::Value {
    serde_json::json!({ "currency": "USD", "rate": rate, "day": day, "source": "ECB" })
}

/// The golden catalog with A-1 at 120 dollars, and the rates of two days.
fn rated() -> Catalog {
    let mut file = golden();
    let list = serde_json::json!({ "code": "us", "name": "us", "currency": "USD", "items": [
        { "sku": "A-1", "price": { "method": { "currency_amount": "120" } } }] });
    file.price_lists.push(serde_json::from_value(list).unwrap());
    let rates = serde_json::json!([dollar("2026-02-27", "1.20"), dollar("2026-03-20", "1.25")]);
    file.exchange_rates = serde_json::from_value(rates).unwrap();
    catalog(&file)
}

fn story_in(base: Option<&str>) -> Story<Quoting> {
    let currency = base.map(|base| base.parse().unwrap());
    let worker =
        Quoting::new(settings(), chrono_tz::Europe::Berlin).in_base(Base { currency, days_max: 7 });
    let deal = Opportunity {
        currency: "USD".parse().unwrap(),
        price_list: "us".into(),
        exchange: currency.and_then(|base| {
            let day = "2026-02-28".parse().unwrap();
            let base = Base { currency: Some(base), days_max: 7 };
            base.freeze(&rated().exchange_rates, "USD".parse().unwrap(), day)
        }),
        ..opportunity()
    };
    let mut story = Story::of(worker, Shelf::new(&Arc::new(rated())))
        .given(account())
        .given(ana())
        .given(rated())
        .given(deal);
    story.now = "2026-03-01T12:00:00Z".parse().unwrap();
    story
}

fn offered_at(story: &mut Story<Quoting>, now: &str) -> (OpportunityRepriced, Option<Exchange>) {
    story.now = now.parse().unwrap();
    let told = story.when(add("A-1", dec!(1), true)).unwrap();
    let drafted: QuoteDrafted = told.get().unwrap();
    (told.get().unwrap(), drafted.offer.header.exchange.map(|exchange| *exchange))
}

#[test]
fn f78_a_deal_keeps_the_rate_of_its_day_and_an_offer_takes_that_of_its_own() {
    for (now, rate, total) in [
        ("2026-03-02T12:00:00Z", Some(dec!(1.20)), Some(dec!(121.00))),
        ("2026-03-20T12:00:00Z", Some(dec!(1.25)), Some(dec!(116.16))),
        ("2026-03-12T12:00:00Z", None, None),
    ] {
        let mut story = story_in(Some("EUR"));
        let (said, exchange) = offered_at(&mut story, now);
        assert_eq!(said.base_estimated_revenue, Some(dec!(100.00)), "120 by 1.20");
        let exchange = exchange.unwrap();
        // 120 and 21 % of tax are 145.20.
        assert_eq!((exchange.rate, exchange.base_total), (rate, total), "{now}");
        assert_eq!(exchange.missing.is_some(), rate.is_none());
    }
    for base in [None, Some("USD")] {
        let (said, exchange) = offered_at(&mut story_in(base), "2026-03-02T12:00:00Z");
        assert_eq!((said.base_estimated_revenue, exchange), (None, None), "{base:?}");
    }
}

#[test]
fn f78_a_deal_that_goes_to_another_currency_takes_its_rate() {
    let mut story = story_in(Some("EUR"));
    let command = serde_json::json!({ "opportunity": id::<OpportunityId>(1), "price_list": "eur" });
    let command: OpportunityUpdate = serde_json::from_value(command).unwrap();
    let said: OpportunityUpdated = story.when(command).unwrap().get().unwrap();
    assert_eq!((said.exchange.unwrap().to, &now(&story).exchange), (None, &None));
}

#[test]
fn f78_a_rate_corrected_later_leaves_old_documents_as_they_are() {
    let mut story = story_in(Some("EUR"));
    let before = offered_at(&mut story, "2026-03-02T12:00:00Z").1;
    let told = story.when(set(serde_json::json!([dollar("2026-02-27", "1.50")]))).unwrap();
    assert_eq!(told.types(), ["exchange_rate.changed.v1"]);
    let said: ExchangeRateChanged = told.get().unwrap();
    assert_eq!(said.rates[0].rate, dec!(1.50));
    let catalog = story.world.catalog().unwrap();
    assert_eq!(catalog.exchange_rates.len(), 2, "in the place of the one before");
    assert_eq!(catalog.exchange_rates["USD 2026-02-27"].rate, dec!(1.50));
    let quote = &now(&story).quotes[0];
    assert_eq!(quote.offer.header.exchange.as_deref(), before.as_ref());
    assert!(story.when(set(serde_json::json!([dollar("2026-02-27", "1.50")]))).unwrap().already);
}

#[test]
fn f78_rates_that_make_no_sense_are_refused_with_every_problem() {
    let mut euro = dollar("2026-03-02", "1");
    euro["currency"] = "EUR".into();
    let mut nobody = dollar("2026-03-04", "1.1");
    nobody["source"] = " ".into();
    let rates = serde_json::json!([
        dollar("2026-03-02", "0"),
        dollar("2026-03-03", "1"),
        dollar("2026-03-03", "2"),
        euro,
        nobody
    ]);
    let said = problems(story_in(Some("EUR")).when(set(rates)).unwrap_err());
    for part in [
        "of USD on 2026-03-02 is 0",
        "`USD 2026-03-03` stands there twice",
        "EUR is the base currency",
        "of USD on 2026-03-04 has no source",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn f78_a_line_in_another_currency_is_refused_by_name() {
    let mut story = story_in(None);
    let line = |currency: &str| {
        let product = Some("A-1".parse().unwrap());
        let new = NewLine { product, currency: currency.parse().ok(), ..NewLine::default() };
        let lines = LineEdits { add: vec![new], ..LineEdits::default() };
        OpportunityEditLines { lines, ..add("A-1", dec!(1), false) }
    };
    let refused = story.when(line("EUR")).unwrap_err();
    assert_eq!((refused.reason().rule, refused.reason().found.as_str()), ("line.currency", "EUR"));
    assert!(refused.reason().message.contains("is in USD"), "{refused}");
    story.when(line("USD")).unwrap();
}
