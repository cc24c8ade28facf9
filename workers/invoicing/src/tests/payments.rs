use domain::commands::{InvoiceCancel, PaymentReceived};
use domain::events::{InvoiceCanceled, InvoicePaid};
use domain::invoice::{InvoiceLine, InvoiceState, PAYMENTS_MAX};
use domain::rates::Rates;

use super::*;

/// The golden invoice of 1740.06 of 2026-03-02: 2 % (34.80) off until 2026-03-12.
fn story_of_invoice() -> (Story<Invoicing>, InvoiceId) {
    billed(&order())
}

pub(super) fn pay(
    invoice: InvoiceId,
    reference: &str,
    amount: Decimal,
    value: &str,
) -> PaymentReceived {
    PaymentReceived {
        invoice: Some(invoice),
        documents: Vec::new(),
        reference: reference.parse().expect("a code"),
        amount,
        currency: euro(),
        value_date: day(value).try_into().expect("a day"),
        remittance: None,
    }
}

fn paid(story: &mut Story<Invoicing>, payment: PaymentReceived) -> InvoicePaid {
    let told = story.when(payment).expect("booked");
    assert_eq!(told.types(), ["invoice.paid.v1"]);
    told.get().expect("invoice.paid")
}

fn cancel(invoice: InvoiceId, reason: &str) -> InvoiceCancel {
    InvoiceCancel { invoice, reason: reason.parse().expect("a reason") }
}

#[test]
fn f112_forty_percent_is_a_part_and_the_rest_completes() {
    let (mut story, id) = story_of_invoice();
    let part = paid(&mut story, pay(id, "B-1", dec!(696.02), "2026-03-20"));
    assert_eq!((part.complete, part.payable), (false, dec!(1044.04)));
    assert_eq!(invoice_now(&story, id).state, InvoiceState::PartiallyPaid);
    let rest = paid(&mut story, pay(id, "B-2", dec!(1044.04), "2026-03-28"));
    assert!(rest.complete);
    assert_eq!((rest.payable, rest.discount), (dec!(0.00), dec!(0)));
    let state = InvoiceState::Paid { at: story.now, discount: dec!(0) };
    assert_eq!(invoice_now(&story, id).state, state);
}

#[test]
fn f112_the_early_discount_counts_by_value_date_to_the_last_day_and_the_last_cent() {
    let early = |amount, value| {
        let (mut story, id) = story_of_invoice();
        let said = paid(&mut story, pay(id, "B-1", amount, value));
        (said.complete, said.discount, said.payable)
    };
    assert_eq!(early(dec!(1705.26), "2026-03-12"), (true, dec!(34.80), dec!(0.00)));
    assert_eq!(early(dec!(1705.25), "2026-03-12"), (false, dec!(0), dec!(34.81)));
    assert_eq!(early(dec!(1705.26), "2026-03-13"), (false, dec!(0), dec!(34.80)));
    assert_eq!(early(dec!(1720.00), "2026-03-05"), (true, dec!(20.06), dec!(0.00)));
    assert_eq!(early(dec!(1740.06), "2026-03-05"), (true, dec!(0), dec!(0.00)));
}

#[test]
fn f112_parts_that_are_all_early_get_the_discount_in_any_order_of_report() {
    let (mut story, id) = story_of_invoice();
    assert!(!paid(&mut story, pay(id, "B-1", dec!(1000), "2026-03-12")).complete);
    let rest = paid(&mut story, pay(id, "B-2", dec!(705.26), "2026-03-03"));
    assert_eq!((rest.complete, rest.discount), (true, dec!(34.80)));
    assert_eq!(invoice_now(&story, id).payable(), dec!(0));

    let (mut story, id) = story_of_invoice();
    assert!(!paid(&mut story, pay(id, "B-1", dec!(1000), "2026-03-13")).complete);
    assert!(!paid(&mut story, pay(id, "B-2", dec!(705.26), "2026-03-12")).complete);
}

#[test]
fn f112_terms_without_a_reward_give_none() {
    let (mut story, id) = billed(&Order { payment_terms: PaymentTerms::Net30, ..order() });
    assert!(!paid(&mut story, pay(id, "B-1", dec!(1705.26), "2026-03-03")).complete);
}

#[test]
fn f112_a_reference_is_booked_once_per_payer() {
    let (mut story, id) = story_of_invoice();
    paid(&mut story, pay(id, "B-1", dec!(100), "2026-03-20"));
    let before = invoice_now(&story, id).clone();
    let again = story.when(pay(id, " B-1 ", dec!(100.00), "2026-03-20")).expect("answered");
    assert!(again.already && again.says.is_empty());
    let other_amount = pay(id, "B-1", dec!(101), "2026-03-20");
    assert_eq!(no(story.when(other_amount)).0, "payment.conflicting");
    let other_day = pay(id, "B-1", dec!(100), "2026-03-03");
    assert_eq!(no(story.when(other_day)).0, "payment.conflicting");
    assert_eq!(invoice_now(&story, id), &before);

    story.source = "urn:another-bank".into();
    let said = paid(&mut story, pay(id, "B-1", dec!(100), "2026-03-20"));
    assert_eq!(said.payable, dec!(1540.06));
}

#[test]
fn f112_a_payment_with_anything_wrong_is_refused() {
    let (mut story, id) = story_of_invoice();
    let good = pay(id, "B-1", dec!(10), "2026-03-20");
    let dollars = "USD".parse().expect("a currency");
    let cases = [
        (PaymentReceived { currency: dollars, ..good.clone() }, "payment.wrong_currency"),
        (PaymentReceived { amount: dec!(0), ..good.clone() }, "payment.not_positive"),
        (PaymentReceived { amount: dec!(-5), ..good.clone() }, "payment.not_positive"),
        (PaymentReceived { amount: dec!(1.005), ..good.clone() }, "payment.too_fine"),
        (PaymentReceived { reference: Default::default(), ..good.clone() }, "payment.no_reference"),
        (pay(id, "B-1", dec!(10), "2016-03-01"), "payment.value_date"),
        (pay(id, "B-1", dec!(10), "2036-03-03"), "payment.value_date"),
    ];
    for (payment, expected) in cases {
        assert_eq!(no(story.when(payment)).0, expected);
    }
    let elsewhere = PaymentReceived { invoice: Some(Uuid::nil().into()), ..good };
    assert_eq!(not_yet(story.when(elsewhere)), "unknown");
    assert!(invoice_now(&story, id).payments.is_empty());
}

#[test]
fn f112_too_much_is_booked_and_shows_as_a_negative_payable() {
    let (mut story, id) = story_of_invoice();
    let said = paid(&mut story, pay(id, "B-1", dec!(1750.06), "2026-03-20"));
    assert_eq!((said.complete, said.payable), (true, dec!(-10.00)));
    assert_eq!(invoice_now(&story, id).payable(), dec!(-10));
}

#[test]
fn f112_money_for_a_paid_invoice_is_booked_to_be_paid_back() {
    let (mut story, id) = story_of_invoice();
    paid(&mut story, pay(id, "B-1", dec!(1705.26), "2026-03-10"));
    let state = invoice_now(&story, id).state.clone();
    let twice = paid(&mut story, pay(id, "B-2", dec!(1705.26), "2026-03-11"));
    assert!(twice.complete);
    assert_eq!((twice.payable, twice.discount), (dec!(-1705.26), dec!(0)));
    assert_eq!(invoice_now(&story, id).state, state, "paid when it was paid");
}

#[test]
fn f112_payments_that_add_up_beyond_any_amount_are_refused_by_name() {
    let (mut story, id) = story_of_invoice();
    let most = dec!(99999999999999.99);
    paid(&mut story, pay(id, "B-1", most, "2026-03-20"));
    let before = invoice_now(&story, id).clone();
    for n in 2..5 {
        let (rule, message) = no(story.when(pay(id, &format!("B-{n}"), most, "2026-03-20")));
        assert_eq!(rule, "payment.out_of_range");
        assert!(message.contains(&before.number) && message.ends_with('.'), "{message}");
    }
    assert_eq!(invoice_now(&story, id), &before);
    paid(&mut story, pay(id, "B-9", dec!(10), "2026-03-20"));
}

#[test]
fn f112_payments_of_one_invoice_are_bounded() {
    let (mut story, id) = story_of_invoice();
    for n in 0..PAYMENTS_MAX {
        paid(&mut story, pay(id, &format!("B-{n}"), dec!(0.01), "2026-03-20"));
    }
    let refused = story.when(pay(id, "B-last", dec!(0.01), "2026-03-20"));
    assert_eq!(no(refused).0, "payment.too_many");
}

#[test]
fn f113_an_unpaid_invoice_is_canceled_and_its_number_stays_taken() {
    let (mut story, id) = story_of_invoice();
    assert_eq!(no(story.when(cancel(id, " "))).0, "invoice.no_reason");
    let told = story.when(cancel(id, "Wrong buyer")).expect("canceled");
    let said: InvoiceCanceled = told.get().expect("invoice.canceled");
    assert_eq!((said.number.as_str(), said.comment.as_str()), ("INV-2026-000001", "Wrong buyer"));
    assert_eq!((said.at, said.invoice), (story.now, id));
    assert!(story.when(cancel(id, "Wrong buyer")).expect("answered").already);
    assert!(story.when(fulfilled(ORDER)).expect("one invoice per order").already);
    assert_eq!(no(story.when(pay(id, "B-1", dec!(10), "2026-03-20"))).0, "illegal_step");
}

#[test]
fn f113_an_invoice_that_anything_was_paid_on_is_not_canceled() {
    let (mut story, id) = story_of_invoice();
    assert_eq!(not_yet(story.when(cancel(Uuid::nil().into(), "Who?"))), "unknown");
    paid(&mut story, pay(id, "B-1", dec!(10), "2026-03-20"));
    assert_eq!(no(story.when(cancel(id, "Wrong buyer"))).0, "illegal_step");
    paid(&mut story, pay(id, "B-2", dec!(1730.06), "2026-03-20"));
    assert_eq!(no(story.when(cancel(id, "Wrong buyer"))).0, "illegal_step");
}

#[test]
fn t5_an_invoice_of_its_own_is_paid_and_canceled_like_any_other() {
    let (story, id) = story_of_invoice();
    let issued = invoice_now(&story, id).clone();
    let lines = issued.lines.iter().cloned().map(|line| InvoiceLine { order_line: None, ..line });
    let own =
        Invoice { order: None, quote: None, opportunity: None, lines: lines.collect(), ..issued };
    let story = || Story::of(Invoicing::new(seller()), Rates::default()).given(own.clone());
    let amount = own.totals.total_amount;
    let said = paid(&mut story(), pay(id, "B-1", amount, "2026-03-20"));
    assert!(said.complete);
    let told = story().when(cancel(id, "Written twice.")).expect("canceled");
    let said: InvoiceCanceled = told.get().expect("invoice.canceled");
    assert_eq!(said.credit_note, None, "what is not paid needs none");
}
