//! What comes late: acceptances after the last day, order numbers after the acceptance; and what the customer picks.

use domain::commands::{
    OpportunityReopen, OrderCancel, OrderShip, OrderUpdate, QuoteConfirm, QuoteDecline,
};
use domain::document::LineKind;
use domain::events::{OrderCreated, OrderUpdated, QuoteClosed, QuoteHeld, QuoteWon};
use domain::order::ShippedLine;
use domain::patch::{Change, Patch};
use domain::quote::{LateAcceptance, OptionalLine, QuoteCloseReason};
use domain::rates::Rates;

use super::*;

/// A day after the last one.
fn too_late(quotes: Vec<Quote>, policy: LateAcceptance) -> Story<Ordering> {
    let mut story =
        Story::of(Ordering::new(Europe::Madrid).late(policy), Rates::default()).given(deal(quotes));
    story.now = at("2026-04-01T10:00:00Z");
    story
}

fn expired() -> QuoteState {
    QuoteState::Closed { at: at("2026-03-31T22:00:00Z"), reason: QuoteCloseReason::Expired }
}

fn state(story: &Story<Ordering>) -> QuoteState {
    story.world.find(DEAL).expect("the deal").quote(QUOTE).expect("the quote").state.clone()
}

#[test]
fn f95_a_late_acceptance_is_held_and_becomes_an_order_by_the_sellers_yes() {
    for was in [active(), expired()] {
        let mut story = too_late(vec![quote(QUOTE, 0, was)], LateAcceptance::Hold);
        let command =
            QuoteAccept { purchase_order: Some("PO-9".parse().expect("a code")), ..accept(QUOTE) };
        let told = story.when(command).expect("held");
        assert_eq!(told.types(), ["quote.held.v1"]);
        let held: QuoteHeld = told.get().expect("quote.held");
        assert_eq!(held.effective_to, day(3, 31));
        assert!(matches!(state(&story), QuoteState::Held { .. }));
        assert!(
            story.when(accept(QUOTE)).expect("answered").already,
            "said again, it waits as before"
        );
        assert!(story.world.by(OrderOfQuote(QUOTE)).is_none());

        story.now = at("2026-04-02T10:00:00Z");
        let told = story.when(QuoteConfirm { quote: QUOTE }).expect("confirmed");
        assert_eq!(told.types(), ["order.created.v1", "quote.won.v1", "opportunity.won.v1"]);
        let order: OrderCreated = told.get().expect("order.created");
        assert_eq!(order.purchase_order.as_deref(), Some("PO-9"));
        let won: QuoteWon = told.get().expect("quote.won");
        let acceptance = won.acceptance.expect("the evidence");
        assert_eq!(acceptance.accepted_at, Some(at("2026-04-01T10:00:00Z")));
        assert_eq!(acceptance.offer_sha256, Some(offer().sha256()));
        assert!(story.when(QuoteConfirm { quote: QUOTE }).expect("answered").already);
    }
}

#[test]
fn f95_by_the_sellers_no_it_is_expired_as_it_was() {
    let mut story = too_late(vec![quote(QUOTE, 0, active())], LateAcceptance::Hold);
    story.when(accept(QUOTE)).expect("held");
    let told = story.when(QuoteDecline { quote: QUOTE, comment: None }).expect("declined");
    let said: QuoteClosed = told.get().expect("quote.closed");
    assert_eq!(said.close_reason, QuoteCloseReason::Expired);
    assert!(story.when(QuoteDecline { quote: QUOTE, comment: None }).expect("answered").already);
    let (rule, message) = no(story.when(QuoteConfirm { quote: QUOTE }));
    assert_eq!(rule, "quote.expired", "{message}");
    // Whoever is asked again may say yes after all.
    story.when(accept(QUOTE)).expect("held again");
}

#[test]
fn f95_what_was_replaced_or_lost_is_not_held_and_nothing_is_confirmed_that_nobody_accepted() {
    let quotes = vec![quote(QUOTE, 0, expired()), quote(SIBLING, 1, QuoteState::Draft)];
    let mut story = too_late(quotes, LateAcceptance::Hold);
    assert_eq!(no(story.when(accept(QUOTE))).0, "quote.expired");
    let mut story = too_late(vec![quote(QUOTE, 0, active())], LateAcceptance::Hold);
    assert_eq!(not_yet(story.when(QuoteConfirm { quote: QUOTE })), "illegal_step");
    let other = QuoteAccept {
        offer_sha256: Some("f".repeat(64).parse().expect("a hash")),
        ..accept(QUOTE)
    };
    assert_eq!(no(story.when(other)).0, "quote.other_offer");
}

#[test]
fn s3_a_late_acceptance_is_refused_with_the_day_and_the_way_out() {
    for was in [active(), expired()] {
        let mut story = too_late(vec![quote(QUOTE, 0, was)], LateAcceptance::Refuse);
        let (rule, message) = no(story.when(accept(QUOTE)));
        assert_eq!(rule, "quote.expired");
        assert!(message.contains("2026-03-31") && message.contains("quote.revise"), "{message}");
    }
}

#[test]
fn f95_an_offer_is_not_accepted_before_its_first_day() {
    let mut early = quote(QUOTE, 0, active());
    early.offer.effective_from = Some(day(3, 10));
    let mut story = story().given(deal(vec![early]));
    let (rule, message) = no(story.when(accept(QUOTE)));
    assert_eq!(rule, "quote.not_yet_valid");
    assert!(message.contains("from 2026-03-10 to 2026-03-31"), "{message}");
    story.now = at("2026-03-10T10:00:00Z");
    story.when(accept(QUOTE)).expect("accepted");
}

/// Gaskets or grease, whichever is wanted, beside the pumps.
fn optional() -> Quote {
    let mut quote = quote(QUOTE, 0, active());
    let group = Some("consumables".to_owned());
    let lines = &quote.offer.lines;
    quote.offer.optional =
        [1, 2].map(|at: usize| OptionalLine { line: lines[at].id, group: group.clone() }).into();
    quote.offer.settle(euro()).expect("totals");
    quote
}

#[test]
fn the_order_has_just_what_was_picked_at_totals_of_its_own() {
    let offered = optional();
    let grease = offered.offer.lines[1].id;
    let mut story = story().given(deal(vec![offered.clone()]));
    let told = story.when(QuoteAccept { picks: vec![grease], ..accept(QUOTE) }).expect("accepted");
    let order: OrderCreated = told.get().expect("order.created");
    let skus: Vec<_> = order.lines.iter().map(|line| line.line.label()).collect();
    assert_eq!(skus, ["PUMP", "GREASE"]);
    let mut lines: Vec<_> = order.lines.iter().map(|line| line.line.clone()).collect();
    assert_eq!(compute(&mut lines, &order.header, euro()), Ok(order.totals.clone()));
    assert!(order.totals.total_amount > offered.offer.totals.total_amount);
    let won: QuoteWon = told.get().expect("quote.won");
    let acceptance = won.acceptance.expect("the evidence");
    assert_eq!(
        (acceptance.picks, acceptance.offer_sha256),
        (vec![grease], Some(offered.offer.sha256()))
    );
    let deal = story.world.find(DEAL).expect("the deal");
    let revenue = order.totals.amount_less_freight;
    assert!(
        matches!(deal.state, OpportunityState::Won { actual_revenue, .. } if actual_revenue == revenue)
    );

    let mut without = self::story().given(self::deal(vec![offered.clone()]));
    let order: OrderCreated =
        without.when(accept(QUOTE)).expect("accepted").get().expect("order.created");
    assert_eq!((order.lines.len(), order.totals), (1, offered.offer.totals));
}

#[test]
fn picks_that_are_not_of_the_quote_or_exclude_each_other_are_refused() {
    let offered = optional();
    let ids: Vec<_> = offered.offer.lines.iter().map(|line| line.id).collect();
    let mut story = story().given(deal(vec![offered.clone()]));
    for (picks, rule) in [
        (vec![ids[0]], "quote.pick_unknown"),
        (vec![Uuid::from_u128(99).into()], "quote.pick_unknown"),
        (vec![ids[1], ids[2]], "quote.pick_alternatives"),
    ] {
        assert_eq!(no(story.when(QuoteAccept { picks, ..accept(QUOTE) })).0, rule);
    }
    let mut words = offered;
    words.offer.lines[0].kind = LineKind::Text;
    let mut story = self::story().given(deal(vec![words]));
    assert_eq!(no(story.when(accept(QUOTE))).0, "quote.pick_nothing");
}

fn numbered(number: &str) -> QuoteAccept {
    QuoteAccept { purchase_order: Some(number.parse().expect("a code")), ..accept(QUOTE) }
}

#[test]
fn s2_an_order_number_that_comes_later_is_taken_once_and_another_is_refused_by_name() {
    let (mut story, order) = ordered();
    let told = story.when(numbered("PO-4711")).expect("taken");
    assert_eq!(told.types(), ["order.updated.v1"]);
    let said: OrderUpdated = told.get().expect("order.updated");
    assert_eq!(said.purchase_order, Some(Change { from: None, to: Some("PO-4711".into()) }));
    assert_eq!(order_now(&story, order.id).purchase_order.as_deref(), Some("PO-4711"));
    assert!(story.when(numbered("PO-4711")).expect("answered").already);
    assert!(story.when(accept(QUOTE)).expect("answered").already);
    let (rule, message) = no(story.when(numbered("PO-5")));
    assert_eq!(rule, "order.purchase_order");
    assert!(message.contains("`PO-4711`") && message.contains("`order.update`"), "{message}");

    let update = OrderUpdate {
        order: order.id,
        expected_sequence: Some(2),
        purchase_order: Patch::Set("PO-5".parse().expect("a code")),
        billing: Patch::Keep,
    };
    story.when(update.clone()).expect("corrected");
    assert!(story.when(update.clone()).expect("answered").already);
    let stale = OrderUpdate { purchase_order: Patch::Clear, ..update };
    assert_eq!(no(story.when(stale)).0, "expected_sequence");
}

#[test]
fn s2_on_an_order_that_is_billed_no_number_is_taken_and_that_is_said() {
    let (mut story, order) = ordered();
    let lines =
        order.lines.iter().map(|line| ShippedLine { line: line.line.id, quantity: line.open() });
    let reference = "all".parse().expect("a code");
    story.when(OrderShip { order: order.id, reference, lines: lines.collect() }).expect("shipped");
    let (rule, message) = no(story.when(numbered("PO-4711")));
    assert_eq!(rule, "order.purchase_order_late");
    assert!(
        message.contains("its invoice is made") && message.contains(&order.number),
        "{message}"
    );
}

#[test]
fn s9_an_order_number_is_one_harmless_line_in_any_script_and_a_blank_is_none() {
    for number in ["ΑΒΓ-7 заказ 注文 طلب", "PO/7-b", "№ 12"] {
        let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
        let told = story.when(numbered(number)).expect("accepted");
        let order: OrderCreated = told.get().expect("order.created");
        assert_eq!(order.purchase_order.as_deref(), Some(number));
    }
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    let order: OrderCreated =
        story.when(numbered(" ")).expect("accepted").get().expect("order.created");
    assert_eq!(order.purchase_order, None);
    let long = "9".repeat(5_000);
    for text in ["PO-7\r\n\tIBAN: DE02", "\u{202e}7-OP", "PO\u{0}", &long] {
        assert!(text.parse::<domain::text::Code>().is_err(), "{text:?}");
    }
}

#[test]
fn f101_a_canceled_order_lets_the_deal_be_opened_again_and_its_quote_stays_with_it() {
    let (mut story, order) = ordered();
    let reason = "They want other pumps.".parse().expect("a text");
    story.when(OrderCancel { order: order.id, reason }).expect("canceled");
    story.when(OpportunityReopen { opportunity: DEAL }).expect("open again");
    assert!(matches!(state(&story), QuoteState::Won { .. }));
    let late = no(story.when(numbered("PO-1")));
    assert_eq!(late.0, "order.purchase_order_late");
    assert!(!late.1.contains("invoice"), "{}", late.1);
}

#[test]
fn s6_who_accepts_what_was_closed_hears_about_accepting() {
    let at = at("2026-03-01T00:00:00Z");
    for (state, words) in [
        (
            QuoteState::Closed { at, reason: QuoteCloseReason::Lost },
            "was closed as lost on 2026-03-01",
        ),
        (
            QuoteState::Closed { at, reason: QuoteCloseReason::Revised },
            "was replaced by a later revision",
        ),
    ] {
        let mut story = story().given(deal(vec![quote(QUOTE, 0, state)]));
        let (_, message) = no(story.when(accept(QUOTE)));
        assert!(message.contains(words) && message.contains("cannot be accepted"), "{message}");
    }
}
