use domain::commands::{PaidDocument, PaymentReceived, TransferAssign, TransferReturn};
use domain::events::{InvoicePaid, TransferAssigned, TransferHeld, TransferReturned};
use domain::ids::TransferId;
use domain::invoice::InvoiceState;
use domain::transfer::{Transfer, TransferState};

use super::payments::pay;
use super::*;

const SECOND: InvoiceId = InvoiceId(Uuid::from_u128(77));

/// Two invoices of 1740.06, and the ids of them.
fn two() -> (Story<Invoicing>, [InvoiceId; 2]) {
    let (story, id) = billed(&order());
    let second =
        Invoice { id: SECOND, number: "INV-2026-000002".into(), ..invoice_now(&story, id).clone() };
    (story.given(second), [id, SECOND])
}

fn divided(amount: Decimal, parts: &[(InvoiceId, Decimal)]) -> PaymentReceived {
    let documents =
        parts.iter().map(|(invoice, amount)| PaidDocument { invoice: *invoice, amount: *amount });
    let documents = documents.collect();
    PaymentReceived { invoice: None, documents, ..pay(SECOND, "B-1", amount, "2026-03-20") }
}

fn unknown(amount: Decimal) -> PaymentReceived {
    divided(amount, &[])
}

/// A story in which money is held, and the id of the transfer.
fn held(amount: Decimal) -> (Story<Invoicing>, [InvoiceId; 2], TransferId) {
    let (mut story, ids) = two();
    let command = PaymentReceived {
        remittance: Some("for all of it".parse().expect("a text")),
        ..unknown(amount)
    };
    let told = story.when(command).expect("held");
    assert_eq!(told.types(), ["transfer.held.v1"]);
    let said: TransferHeld = told.get().expect("transfer.held");
    (story, ids, said.transfer)
}

fn assign(transfer: TransferId, parts: &[(InvoiceId, Decimal)]) -> TransferAssign {
    TransferAssign { transfer, documents: divided(dec!(0), parts).documents }
}

fn state(story: &Story<Invoicing>, id: TransferId) -> &TransferState {
    &story.world.find(id).expect("the transfer exists").state
}

#[test]
fn f112_one_transfer_pays_several_invoices_all_of_them_or_none() {
    let (mut story, [first, second]) = two();
    let parts = [(first, dec!(1740.06)), (second, dec!(100))];
    let told = story.when(divided(dec!(1840.06), &parts)).expect("booked");
    assert_eq!(told.types(), ["invoice.paid.v1", "invoice.paid.v1"]);
    assert!(matches!(invoice_now(&story, first).state, InvoiceState::Paid { .. }));
    assert_eq!(invoice_now(&story, second).payable(), dec!(1640.06));
    let again = story.when(divided(dec!(1840.06), &parts)).expect("answered");
    assert!(again.already && again.says.is_empty());

    let (mut story, [first, second]) = two();
    let wrong = [(first, dec!(10)), (second, dec!(1.005))];
    assert_eq!(no(story.when(divided(dec!(11.005), &wrong))).0, "payment.too_fine");
    assert!(invoice_now(&story, first).payments.is_empty(), "none of it");
}

#[test]
fn f112_money_that_is_not_divided_to_the_cent_is_refused_by_name() {
    let (mut story, [first, second]) = two();
    let (rule, message) =
        no(story.when(divided(dec!(20), &[(first, dec!(10)), (second, dec!(9))])));
    assert_eq!(rule, "payment.parts");
    assert!(message.contains("19") && message.contains("20"), "{message}");
    let twice = [(first, dec!(10)), (first, dec!(10))];
    assert_eq!(no(story.when(divided(dec!(20), &twice))).0, "payment.documents");
    let both = PaymentReceived { invoice: Some(first), ..divided(dec!(20), &[(second, dec!(20))]) };
    assert_eq!(no(story.when(both)).0, "payment.documents");
}

#[test]
fn t6_money_that_names_no_invoice_is_held_once_until_a_person_says_what_it_pays() {
    let (mut story, [first, second], id) = held(dec!(1840.06));
    let transfer: Transfer = story.world.find(id).expect("the transfer").clone();
    assert_eq!(
        (transfer.state, transfer.remittance.as_deref()),
        (TransferState::Held, Some("for all of it"))
    );
    let again = story.when(unknown(dec!(1840.06))).expect("answered");
    assert!(again.already && again.says.is_empty());
    assert_eq!(no(story.when(unknown(dec!(1)))).0, "transfer.conflicting");

    let parts = [(first, dec!(1740.06)), (second, dec!(100))];
    assert_eq!(no(story.when(assign(id, &parts[..1]))).0, "payment.parts");
    let told = story.when(assign(id, &parts)).expect("assigned");
    assert_eq!(told.types(), ["transfer.assigned.v1", "invoice.paid.v1", "invoice.paid.v1"]);
    let paid: InvoicePaid = told.get().expect("invoice.paid");
    assert_eq!((paid.reference.as_str(), paid.payer.as_str()), ("B-1", story.source.as_str()));
    let said: TransferAssigned = told.get().expect("transfer.assigned");
    assert_eq!(
        (said.documents.len(), state(&story, id)),
        (2, &TransferState::Assigned { at: story.now })
    );
    let again = story.when(assign(id, &parts)).expect("answered");
    assert!(again.already && again.says.is_empty());
    let back = TransferReturn { transfer: id, reason: "Too late.".parse().expect("a reason") };
    assert_eq!(no(story.when(back)).0, "illegal_step");
}

#[test]
fn t6_money_that_goes_back_is_said_to_with_a_reason() {
    let (mut story, [first, _], id) = held(dec!(5));
    let back =
        |reason: &str| TransferReturn { transfer: id, reason: reason.parse().expect("a reason") };
    assert_eq!(no(story.when(back(""))).0, "transfer.no_reason");
    let told = story.when(back("Not for us.")).expect("returned");
    let said: TransferReturned = told.get().expect("transfer.returned");
    assert_eq!(
        (said.comment.as_str(), state(&story, id)),
        ("Not for us.", &TransferState::Returned { at: story.now })
    );
    assert!(story.when(back("Not for us.")).expect("answered").already);
    assert_eq!(no(story.when(assign(id, &[(first, dec!(5))]))).0, "illegal_step");
}

#[test]
fn t6_money_without_an_invoice_and_with_anything_wrong_is_not_held() {
    let (mut story, _) = two();
    let far = "2016-03-01".parse::<NaiveDate>().expect("a date").try_into().expect("a day");
    let cases = [
        (
            PaymentReceived { reference: Default::default(), ..unknown(dec!(5)) },
            "payment.no_reference",
        ),
        (unknown(dec!(0)), "payment.not_positive"),
        (unknown(dec!(1.005)), "payment.too_fine"),
        (PaymentReceived { value_date: far, ..unknown(dec!(5)) }, "payment.value_date"),
    ];
    for (payment, expected) in cases {
        assert_eq!(no(story.when(payment)).0, expected);
    }
}

#[test]
fn t6_the_same_reference_of_two_payers_is_held_twice() {
    let (mut story, _, first) = held(dec!(5));
    story.source = "urn:another-bank".into();
    let said: TransferHeld =
        story.when(unknown(dec!(5))).expect("held").get().expect("transfer.held");
    assert_ne!(said.transfer, first);
}
