//! Invoices in another currency than the base one.

use std::collections::BTreeMap;

use domain::day::Day;
use domain::exchange_rate::ExchangeRate;

use super::*;

#[test]
fn f78_an_invoice_is_converted_by_the_rate_of_its_own_day() {
    let rate = |day: &str, rate| {
        let (currency, source) = ("EUR".parse().expect("euro"), "ECB".parse().expect("a name"));
        let day = Day::read(day).expect("a day");
        let rate = ExchangeRate { currency, rate, day, source };
        (rate.key(), rate)
    };
    let rates = BTreeMap::from([
        rate("2026-02-27", dec!(0.9)),
        rate("2026-03-02", dec!(0.8)),
        rate("2026-03-03", dec!(0.7)),
    ]);
    let order = order();
    for (base, known, rate) in
        [("USD", true, Some(dec!(0.8))), ("USD", false, None), ("EUR", true, None)]
    {
        let seller = SellerSettings { base_currency: base.parse().ok(), ..seller() };
        let facts = if known { Rates::from(rates.clone()) } else { Rates::default() };
        let mut story = Story::of(Invoicing::new(seller), facts).given(deal()).given(order.clone());
        let told = story.when(fulfilled(order.id)).expect("billed");
        let said: InvoiceIssued = told.get().expect("invoice.issued");
        let Some(exchange) = said.header.exchange else {
            assert_eq!(base, "EUR");
            continue;
        };
        assert_eq!((exchange.rate, exchange.missing.is_none()), (rate, known));
        let total = rate.map(|rate| domain::money::round_to(said.totals.gross / rate, 2));
        assert_eq!(exchange.base_total, total);
    }
}
