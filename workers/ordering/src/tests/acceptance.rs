use domain::document::{LineKind, PriceOverride};
use domain::events::{OpportunityWon, OrderCreated, QuoteClosed, QuoteWon};
use domain::keys::OrderOfQuote;
use domain::order::OrderState;
use domain::quote::{Acceptance, AcceptanceChannel, QuoteCloseReason};

use super::*;

#[test]
fn f98_one_acceptance_makes_the_order_and_wins_quote_and_deal_in_causal_order() {
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    let command =
        QuoteAccept { purchase_order: Some(" PO-7 ".parse().expect("a code")), ..accept(QUOTE) };
    let told = story.when(command).expect("accepted");

    assert_eq!(told.types(), ["order.created.v1", "quote.won.v1", "opportunity.won.v1"]);
    let created: OrderCreated = told.get().expect("order.created");
    let won: OpportunityWon = told.get().expect("opportunity.won");
    let quote_won: QuoteWon = told.get().expect("quote.won");
    assert_eq!((won.order, quote_won.order), (Some(created.order), created.order));

    let order = order_now(&story, created.order);
    assert_eq!(order.number, "O-100001");
    assert_eq!(order.purchase_order.as_deref(), Some("PO-7"));
    assert_eq!(order.state, OrderState::Active);
    assert_eq!((order.header.clone(), order.totals.clone()), (offer().header, offer().totals));
    assert_eq!((order.payment_terms, order.currency), (PaymentTerms::TwoTenNet30, euro()));
    assert_eq!(order.buyer, offer().buyer);
    assert_eq!(
        (&order.delivery_terms, &created.delivery_terms),
        (&offer().delivery_terms, &order.delivery_terms)
    );
    assert_eq!(
        order.delivery_terms.as_ref().map(|it| it.text()).as_deref(),
        Some("DAP Lyon (Incoterms 2020)")
    );
    for (ours, theirs) in order.lines.iter().zip(offer().lines) {
        assert_ne!(ours.line.id, theirs.id, "each document owns its lines");
        assert_eq!(Line { id: theirs.id, ..ours.line.clone() }, theirs);
        assert_eq!(ours.open(), theirs.quantity);
    }
    let deal = story.world.find(DEAL).expect("the deal");
    assert!(matches!(deal.state, OpportunityState::Won { .. }));
    let QuoteState::Won { acceptance: Some(kept), .. } =
        &deal.quote(QUOTE).expect("the quote").state
    else {
        panic!("it was won")
    };
    assert_eq!(kept.offer_sha256, Some(offer().sha256()), "which revision it was");
    assert_eq!(kept.purchase_order.as_deref(), Some("PO-7"));
}

#[test]
fn f98_the_revenue_of_a_won_deal_is_net_and_what_the_order_asks_for_stands_beside_it() {
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    let told = story.when(accept(QUOTE)).expect("accepted");
    let won: OpportunityWon = told.get().expect("opportunity.won");
    // 6267.00 on the lines, 5 % and 10 off; with 25 of freight and 21 % of tax 7222.07 are asked for.
    assert_eq!((won.actual_revenue, won.total_amount), (dec!(5943.65), Some(dec!(7222.07))));
    let state = &story.world.find(DEAL).expect("the deal").state;
    assert!(
        matches!(state, OpportunityState::Won { actual_revenue, .. } if *actual_revenue == dec!(5943.65))
    );
}

#[test]
fn f99_siblings_that_were_live_are_canceled_and_closed_ones_stay() {
    let lost =
        QuoteState::Closed { at: at("2026-02-01T00:00:00Z"), reason: QuoteCloseReason::Lost };
    let other = QuoteId(Uuid::from_u128(4));
    let quotes = vec![
        quote(SIBLING, 1, QuoteState::Draft),
        quote(QUOTE, 0, active()),
        quote(other, 2, active()),
        quote(QuoteId(Uuid::from_u128(5)), 3, lost.clone()),
    ];
    let mut story = story().given(deal(quotes));
    let told = story.when(accept(QUOTE)).expect("accepted");
    assert_eq!(
        told.types(),
        [
            "order.created.v1",
            "quote.won.v1",
            "quote.closed.v1",
            "quote.closed.v1",
            "opportunity.won.v1"
        ]
    );
    let closed: Vec<QuoteClosed> = told.all();
    assert_eq!(closed.iter().map(|said| said.quote).collect::<Vec<_>>(), [SIBLING, other]);
    assert!(closed.iter().all(|said| said.close_reason == QuoteCloseReason::Canceled));
    let deal = story.world.find(DEAL).expect("the deal");
    assert_eq!(deal.live_quotes().count(), 0);
    assert_eq!(deal.quotes[3].state, lost);
}

#[test]
fn f99_the_same_quote_accepted_again_is_answered_with_the_one_order() {
    let (mut story, order) = ordered();
    let again = story.when(accept(QUOTE)).expect("answered");
    assert!(again.already && again.says.is_empty());
    assert_eq!(story.world.by(OrderOfQuote(QUOTE)), Some(&order));
}

#[test]
fn f99_a_sibling_cannot_be_accepted_after_the_first() {
    let quotes = vec![quote(QUOTE, 0, active()), quote(SIBLING, 1, active())];
    let mut story = story().given(deal(quotes));
    story.when(accept(QUOTE)).expect("accepted");
    assert_eq!(no(story.when(accept(SIBLING))).0, "illegal_step");
}

#[test]
fn f98_an_unknown_or_drafted_quote_may_still_come_and_a_closed_one_never() {
    assert_eq!(not_yet(story().when(accept(QUOTE))), "unknown");
    let mut drafted = story().given(deal(vec![quote(QUOTE, 0, QuoteState::Draft)]));
    assert_eq!(not_yet(drafted.when(accept(QUOTE))), "illegal_step");
    let reason = QuoteCloseReason::Revised;
    let closed = QuoteState::Closed { at: at("2026-03-01T00:00:00Z"), reason };
    let mut closed = story().given(deal(vec![quote(QUOTE, 0, closed)]));
    assert_eq!(no(closed.when(accept(QUOTE))).0, "illegal_step");
}

#[test]
fn f95_a_quote_is_good_until_midnight_in_the_zone_of_the_seller() {
    // Madrid is two hours ahead of UTC from 29 March 2026 on.
    let mut late = story().given(deal(vec![quote(QUOTE, 0, active())]));
    late.now = at("2026-03-31T22:00:00Z");
    let (rule, message) = no(late.when(accept(QUOTE)));
    assert_eq!(rule, "quote.expired");
    assert!(message.contains("2026-03-31") && message.contains("quote.revise"), "{message}");
    assert!(late.world.by(OrderOfQuote(QUOTE)).is_none(), "a late acceptance makes no order");

    late.now = at("2026-03-31T21:59:59Z");
    late.when(accept(QUOTE)).expect("the last second counts");
}

#[test]
fn f98_decided_again_it_says_the_same() {
    let told = |_| {
        let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
        story.when_caused_by(Uuid::from_u128(99), accept(QUOTE)).expect("accepted").says
    };
    assert_eq!(told(1), told(2));
}

#[test]
fn n14_how_the_customer_accepted_is_kept_with_the_quote() {
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    let sha256 = offer().sha256();
    let command = QuoteAccept {
        offer_sha256: Some(sha256.to_uppercase().parse().expect("a hash")),
        accepted_by: Some("Ana Ruiz".parse().expect("a name")),
        channel: Some(AcceptanceChannel::Letter),
        ..accept(QUOTE)
    };
    let won: QuoteWon = story.when(command).expect("accepted").get().expect("quote.won");
    let acceptance = Some(Acceptance {
        offer_sha256: Some(sha256),
        accepted_by: Some("Ana Ruiz".into()),
        channel: Some(AcceptanceChannel::Letter),
        ..Acceptance::default()
    });
    assert_eq!(won.acceptance, acceptance);
    let state = &story.world.find(DEAL).expect("the deal").quote(QUOTE).expect("the quote").state;
    assert_eq!(state, &QuoteState::Won { at: story.now, acceptance });
}

#[test]
fn f88_another_offer_than_the_one_that_stands_is_not_accepted_in_its_place() {
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    let seen = "f".repeat(64);
    let command =
        QuoteAccept { offer_sha256: Some(seen.parse().expect("a hash")), ..accept(QUOTE) };
    let (rule, message) = no(story.when(command));
    assert_eq!(rule, "quote.other_offer");
    assert!(message.contains(&seen) && message.contains(&offer().sha256()), "{message}");
    assert!(message.contains("Q-100042 revision 0"), "{message}");
}

#[test]
fn t6_parts_of_a_bundle_stay_with_it_in_the_order() {
    let mut bundled = quote(QUOTE, 0, active());
    let lines = &mut bundled.offer.lines;
    (lines[0].kind, lines[2].kind) = (LineKind::Bundle, LineKind::BundlePart);
    lines[2].parent = Some(lines[0].id);
    let mut story = story().given(deal(vec![bundled]));
    let created: OrderCreated =
        story.when(accept(QUOTE)).expect("accepted").get().expect("order.created");
    let lines: Vec<_> = created.lines.iter().map(|line| &line.line).collect();
    assert_eq!((lines[0].parent, lines[2].parent), (None, Some(lines[0].id)));
}

#[test]
fn f88_what_the_customer_does_not_see_is_not_in_the_digest_of_the_offer() {
    let shown = offer();
    let mut known = shown.clone();
    known.lines[0].price_override = Some(PriceOverride {
        list_price: Some(dec!(130)),
        by: "Eva".into(),
        reason: "A fair.".into(),
    });
    assert_eq!(known.sha256(), shown.sha256());
    known.lines[0].description = Some("With a spare seal.".into());
    assert_ne!(known.sha256(), shown.sha256());
}
