use domain::delivery_terms::{DeliveryTerms, Incoterm};
use domain::document::{DeliverTo, LineKind, PriceOverride};
use domain::ids::LineId;
use domain::invoice::{DocumentType, InvoiceLine};
use domain::newer::NewerWord;
use domain::rates::Rates;
use domain::totals::ManualDiscount;

use super::*;

#[test]
fn f107_a_fulfilled_order_becomes_one_invoice_however_often_it_is_said() {
    let order = order();
    let (mut story, id) = billed(&order);
    let before = invoice_now(&story, id).clone();
    let again = story.when(fulfilled(order.id)).expect("answered");
    assert!(again.already && again.says.is_empty());
    assert_eq!(invoice_now(&story, id), &before);
    let key = before.series.clone();
    assert_eq!(story.world.series(&key).expect("the series").last_number, 1);
}

#[test]
fn f107_an_unknown_order_may_still_come_and_an_open_one_is_not_billed() {
    let mut nothing = Story::of(Invoicing::new(seller()), Rates::default());
    assert_eq!(not_yet(nothing.when(fulfilled(ORDER))), "unknown");
    let mut open = story(&Order { state: OrderState::Active, ..order() });
    assert_eq!(no(open.when(fulfilled(ORDER))).0, "order.not_fulfilled");
}

#[test]
fn f109_the_invoice_takes_over_lines_terms_and_addresses_of_the_order() {
    let order = order();
    let (story, id) = billed(&order);
    let invoice = invoice_now(&story, id);
    assert_eq!((invoice.order, invoice.quote), (Some(order.id), order.quote));
    assert_eq!((invoice.opportunity, invoice.customer), (order.opportunity, order.customer));
    assert_eq!((&invoice.buyer, &invoice.header), (&order.buyer, &order.header));
    assert_eq!(invoice.totals, order.totals);
    assert_eq!(invoice.purchase_order, order.purchase_order);
    assert_eq!(invoice.payment_terms, order.payment_terms);
    for (ours, theirs) in invoice.lines.iter().zip(&order.lines) {
        assert_eq!(ours.order_line, Some(theirs.line.id));
        assert_ne!(ours.line.id, theirs.line.id, "each document owns its lines");
        assert_eq!(Line { id: theirs.line.id, ..ours.line.clone() }, theirs.line);
    }
    assert_eq!(invoice.seller, seller().seller());
}

#[test]
fn f109_the_event_is_the_whole_document() {
    let order = order();
    let said = issue(&order);
    assert_eq!(
        (said.document_type, said.invoice_number.as_str()),
        (DocumentType::Invoice, "INV-2026-000001")
    );
    assert_eq!(said.specification, "urn:cen.eu:en16931:2017");
    assert_eq!((said.issue_date, said.due_date), (day("2026-03-02"), day("2026-04-01")));
    // 23:30 UTC is the next day in Berlin.
    assert_eq!(said.delivery.date, Some(day("2026-03-02")));
    assert_eq!(said.delivery.to, None, "to the buyer's address");
    assert_eq!(said.purchase_order_ref.as_deref(), Some("PO-7"));
    assert_eq!(said.buyer_reference.as_deref(), Some("Ana Ruiz"));
    assert_eq!((said.sales_order_ref.as_deref(), said.currency), (Some("O-100042"), euro()));
    assert_eq!((&said.seller, &said.buyer), (&seller().seller(), &order.buyer));
    assert_eq!(said.payment.means_code, "58");
    assert_eq!(said.payment.iban, seller().iban);
    assert_eq!(said.payment.account_name.as_deref(), Some("Example Mill GmbH"));
    assert_eq!(said.payment.remittance, said.invoice_number);
    assert_eq!(said.payment.discounts[0].until, day("2026-03-12"));
    assert_eq!(said.payment.discounts[0].percent, dec!(2));
    assert_eq!((said.lines[0].gross_price, said.lines[0].unit_price), (dec!(120), dec!(114)));
    assert_eq!(
        (said.allowances[0].reason_code.as_str(), said.charges[0].reason_code.as_str()),
        ("95", "FC")
    );
    assert_eq!(said.origin.lead_id, Some(LEAD));
    assert_eq!((said.origin.opportunity_id, said.origin.order_id), (Some(DEAL), Some(ORDER)));
}

#[test]
fn f109_terms_without_a_discount_and_a_seller_without_an_account() {
    let order = Order { payment_terms: PaymentTerms::Net60, ..order() };
    let seller = SellerSettings { iban: None, bic: None, ..seller() };
    let mut story = Story::of(Invoicing::new(seller), Rates::default()).given(order);
    let told = story.when(fulfilled(ORDER)).expect("billed");
    let said: InvoiceIssued = told.get().expect("invoice.issued");
    assert_eq!(said.due_date, day("2026-05-01"));
    assert!(said.payment.discounts.is_empty());
    assert_eq!((said.payment.means_code.as_str(), said.payment.account_name), ("1", None));
    assert_eq!(said.origin.lead_id, None, "a deal that is gone leaves no trace");
}

#[test]
fn an_order_with_terms_of_a_newer_program_is_held_for_it_and_takes_no_number() {
    let word = NewerWord::try_from(std::borrow::Cow::from("2_14_net30")).expect("a word");
    let mut story = story(&Order { payment_terms: PaymentTerms::Newer(word), ..order() });
    let Err(Refusal::Newer(reason)) = story.when(fulfilled(ORDER)) else { panic!("it is decided") };
    assert!(reason.message.contains("`2_14_net30`"), "{reason}");
    assert!(story.world.by(InvoicesOfOrder(ORDER)).is_none());
}

#[test]
fn f105_only_what_was_shipped_is_billed() {
    let (lines, header) = golden();
    let said = issue(&shipped(lines, header, &[dec!(0), dec!(2)]));
    assert_eq!(said.lines.len(), 1);
    assert_eq!((said.lines[0].quantity, said.lines[0].net_amount), (dec!(2), dec!(99.98)));
}

#[test]
fn f107_decided_again_it_says_the_same() {
    let told = |_| {
        let cause = Uuid::from_u128(99);
        story(&order()).when_caused_by(cause, fulfilled(ORDER)).expect("billed").says
    };
    assert_eq!(told(1), told(2));
}

#[test]
fn t5_a_direct_order_is_billed_and_the_invoice_names_no_quote_no_deal_and_no_lead() {
    let direct = Order { quote: None, opportunity: None, ..order() };
    let (story, id) = billed(&direct);
    let invoice = invoice_now(&story, id);
    assert_eq!((invoice.order, invoice.quote, invoice.opportunity), (Some(ORDER), None, None));
    let said = issue(&direct);
    assert_eq!((said.origin.order_id, said.origin.quote_id), (Some(ORDER), None));
    assert_eq!((said.origin.opportunity_id, said.origin.lead_id), (None, None));
}

#[test]
fn t4_a_deal_without_a_lead_is_billed_without_one() {
    let mut story = Story::of(Invoicing::new(seller()), Rates::default())
        .given(Opportunity { originating_lead: None, ..deal() })
        .given(order());
    let told = story.when(fulfilled(ORDER)).expect("billed");
    let said: InvoiceIssued = told.get().expect("invoice.issued");
    assert_eq!((said.origin.lead_id, said.origin.opportunity_id), (None, Some(DEAL)));
}

#[test]
fn t6_goods_go_where_the_order_says_and_parts_stay_with_their_line() {
    let to = Box::new(DeliverTo { name: Some("Goods in".into()), address: Address::default() });
    let mut order = Order { deliver_to: Some(to.clone()), ..order() };
    order.lines[0].line.kind = LineKind::Bundle;
    let bundle = order.lines[0].line.id;
    let part = &mut order.lines[1].line;
    (part.kind, part.parent) = (LineKind::BundlePart, Some(bundle));
    part.description = Some("With a spare seal.".into());
    part.price_override =
        Some(PriceOverride { list_price: None, by: "Eva".into(), reason: "A fair.".into() });
    let said = issue(&order);
    assert_eq!(said.delivery.to, Some(to));
    let lines = &said.lines;
    assert_eq!((lines[0].kind, lines[1].kind), (LineKind::Bundle, LineKind::BundlePart));
    assert_eq!(lines[1].parent, Some(lines[0].id));
    assert_eq!(lines[1].description.as_deref(), Some("With a spare seal."));
    let (story, id) = billed(&order);
    let InvoiceLine { line, .. } = &invoice_now(&story, id).lines[1];
    assert_eq!(line.price_override, None, "how a price came to be stays with the order");
}

#[test]
fn f87_an_invoice_bears_the_terms_of_delivery_of_its_order_in_words_and_for_programs() {
    let terms = DeliveryTerms::of(Incoterm::Fca, Some("Ghent"));
    let order = Order { delivery_terms: Some(Box::new(terms.clone())), ..order() };
    let said = issue(&order);
    assert_eq!(said.delivery.terms.as_deref(), Some("FCA Ghent (Incoterms 2020)"));
    assert_eq!(said.delivery.terms_code.as_deref(), Some(&terms));
    let (story, id) = billed(&order);
    assert_eq!(invoice_now(&story, id).delivery_terms, order.delivery_terms);

    let without = issue(&Order { delivery_terms: None, ..order }).delivery;
    assert_eq!((without.terms, without.terms_code), (None, None));
}

#[test]
fn t6_a_part_whose_line_is_not_billed_stands_for_itself() {
    let (mut lines, header) = golden();
    lines[1].parent = Some(LineId(Uuid::from_u128(100)));
    let said = issue(&shipped(lines, header, &[dec!(0), dec!(3)]));
    assert_eq!((said.lines.len(), said.lines[0].parent), (1, None));
}

#[test]
fn t14_a_discount_off_each_unit_is_billed_as_one_off_the_line() {
    let (lines, mut header) = golden();
    header.rules.manual_discount = ManualDiscount::PerUnit;
    // 20 off each of 12; of 7 that were shipped, 140.
    for (shipped_now, allowance) in [(dec!(12), dec!(240)), (dec!(7), dec!(140))] {
        let said = issue(&shipped(lines.clone(), header.clone(), &[shipped_now, dec!(3)]));
        assert_eq!(said.lines[0].allowance, allowance);
        assert_eq!(said.header.rules.manual_discount, ManualDiscount::Line);
        assert_eq!(said.lines[0].net_amount, dec!(114) * shipped_now - allowance);
    }
}
