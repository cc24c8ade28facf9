//! Orders in another currency than the base one.

use std::collections::BTreeMap;

use domain::day::Day;
use domain::events::OrderCreated;
use domain::exchange_rate::{Base, ExchangeRate};

use super::*;

#[test]
fn f78_an_order_takes_the_rate_of_its_own_day_and_not_that_of_the_offer() {
    let euro = ExchangeRate {
        currency: euro(),
        rate: dec!(0.5),
        day: Day::read("2026-01-01").expect("a day"),
        source: "ECB".parse().expect("a name"),
    };
    let of = |rate: &ExchangeRate| Rates::from(BTreeMap::from([(rate.key(), rate.clone())]));
    let base = |currency: &str| Base { currency: currency.parse().ok(), days_max: 3_650 };
    let exchange = base("USD").freeze(of(&euro).all(), euro.currency, day(1, 1));
    let mut offered = quote(QUOTE, 0, active());
    let plain = offered.offer.sha256();
    offered.offer.header.exchange = exchange;
    assert_eq!(offered.offer.sha256(), plain, "what a customer does not see is not hashed");
    let known = of(&ExchangeRate { rate: dec!(0.9), ..euro });
    for (currency, rate, total) in
        [("USD", Some(dec!(0.9)), Some(dec!(8024.52))), ("EUR", None, None), ("", None, None)]
    {
        let worker = Ordering::new(Europe::Madrid).in_base(base(currency));
        let mut story = Story::of(worker, known.clone()).given(deal(vec![offered.clone()]));
        let told = story.when(accept(QUOTE)).expect("accepted");
        let said: OrderCreated = told.get().expect("order.created");
        let exchange = said.header.exchange;
        assert_eq!(exchange.as_ref().and_then(|it| it.rate), rate, "{currency}");
        assert_eq!(exchange.and_then(|it| it.base_total), total, "7222.07 euro in {currency}");
    }
}
