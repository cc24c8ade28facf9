use std::collections::BTreeSet;

use domain::invoice::{Series, SeriesKey};
use domain::rates::Rates;

use super::*;
use domain::keys::InvoicesOfOrder;

fn key(year: i32) -> SeriesKey {
    SeriesKey { seller: "INV".into(), kind: "invoice".into(), year }
}

/// A story with so many fulfilled orders.
fn orders(count: u128) -> (Story<Invoicing>, Vec<OrderId>) {
    let mut story = Story::of(Invoicing::new(seller()), Rates::default()).given(deal());
    let ids: Vec<OrderId> = (0..count).map(|n| Uuid::from_u128(1000 + n).into()).collect();
    for &id in &ids {
        let quote = Some(Uuid::from_u128(id.0.as_u128() + 100_000).into());
        story.world.place(Order { id, quote, ..order() }.into());
    }
    (story, ids)
}

fn issue_at(story: &mut Story<Invoicing>, now: &str, order: OrderId) -> (String, NaiveDate) {
    story.now = at(now);
    let told = story.when(fulfilled(order)).expect("billed");
    let said: InvoiceIssued = told.get().expect("invoice.issued");
    (said.invoice_number, said.issue_date)
}

#[test]
fn f114_a_thousand_invoices_in_a_row_have_consecutive_numbers() {
    let (mut story, ids) = orders(1000);
    let mut invoices = BTreeSet::new();
    for (n, &order) in (1..).zip(&ids) {
        let told = story.when(fulfilled(order)).expect("billed");
        let said: InvoiceIssued = told.get().expect("invoice.issued");
        assert_eq!(said.invoice_number, format!("INV-2026-{n:06}"));
        assert!(invoices.insert(said.invoice_id));
        // Neither a repeat nor a refusal takes a number.
        assert!(story.when(fulfilled(order)).expect("answered").already);
        assert_eq!(not_yet(story.when(fulfilled(ORDER))), "unknown");
    }
    assert_eq!(story.world.series(&key(2026)).expect("the series").last_number, 1000);
}

#[test]
fn f114_a_new_year_begins_a_new_series_at_midnight_of_the_seller() {
    let (mut story, ids) = orders(3);
    let last = issue_at(&mut story, "2026-12-31T22:59:59Z", ids[0]);
    assert_eq!(last, ("INV-2026-000001".into(), day("2026-12-31")));
    let first = issue_at(&mut story, "2026-12-31T23:00:00Z", ids[1]);
    assert_eq!(first, ("INV-2027-000001".into(), day("2027-01-01")));
    assert_eq!(issue_at(&mut story, "2027-01-02T12:00:00Z", ids[2]).0, "INV-2027-000002");
}

#[test]
fn f114_dates_never_go_back_within_a_series() {
    let (mut story, ids) = orders(3);
    let dates: Vec<_> = ["2026-05-10", "2026-05-08", "2026-05-11"]
        .iter()
        .zip(&ids)
        .map(|(today, id)| issue_at(&mut story, &format!("{today}T12:00:00Z"), *id).1)
        .collect();
    assert_eq!(dates, [day("2026-05-10"), day("2026-05-10"), day("2026-05-11")]);
    let late = story.world.by(InvoicesOfOrder(ids[1])).expect("the second");
    assert_eq!(late.due_date, day("2026-06-09"), "due by the date that it bears");
}

#[test]
fn f114_a_series_goes_on_where_it_stood() {
    let began = Series { key: key(2026), last_number: 41, last_date: Some(day("2026-03-01")) };
    let mut story = story(&order()).given(began);
    let told = story.when(fulfilled(ORDER)).expect("billed");
    let invoice = told.get::<InvoiceIssued>().expect("invoice.issued");
    assert_eq!(invoice.invoice_number, "INV-2026-000042");
    assert_eq!(invoice_now(&story, invoice.invoice_id).counter, 42);
}
