use domain::commands::{
    OpportunityHold, OpportunityLose, OpportunityReopen, OpportunityResume, OpportunityWin,
    OrderCancel, OrderShip,
};
use domain::day::Day;
use domain::events::{OpportunityHeld, OpportunityLost, OpportunityWon};
use domain::opportunity::LostReason;
use domain::order::ShippedLine;

use super::*;

const REOPEN: OpportunityReopen = OpportunityReopen { opportunity: DEAL };

fn win(actual_revenue: Option<Decimal>) -> OpportunityWin {
    OpportunityWin { opportunity: DEAL, actual_revenue, close_date: None }
}

fn lose(reason: LostReason) -> OpportunityLose {
    let competitor = Some("Bombas Norte".parse().expect("a name"));
    OpportunityLose { opportunity: DEAL, reason, competitor, comment: None, close_date: None }
}

#[test]
fn f100_closing_by_hand_is_refused_while_quotes_live_and_names_them() {
    let quotes = vec![quote(QUOTE, 0, QuoteState::Draft), quote(SIBLING, 1, active())];
    let mut story = story().given(deal(quotes));
    for (rule, message) in [no(story.when(win(None))), no(story.when(lose(LostReason::Canceled)))] {
        assert_eq!(rule, "opportunity.live_quotes");
        assert!(message.contains("Q-100042 revision 0 (draft)"), "{message}");
        assert!(message.contains("Q-100042 revision 1 (active)"), "{message}");
    }
}

#[test]
fn f83_won_by_hand_books_the_given_revenue_or_the_estimate() {
    let mut by_estimate = story().given(deal(Vec::new()));
    let told = by_estimate.when(win(None)).expect("won");
    let won: OpportunityWon = told.get().expect("opportunity.won");
    assert_eq!((won.actual_revenue, won.total_amount, won.order), (dec!(1500), None, None));

    let mut given = story().given(deal(Vec::new()));
    let told = given.when(win(Some(dec!(1400.50)))).expect("won");
    assert_eq!(told.get::<OpportunityWon>().expect("won").actual_revenue, dec!(1400.50));
    assert!(given.when(win(Some(dec!(1400.5)))).expect("answered").already);
    assert!(given.when(win(None)).expect("answered").already);
}

#[test]
fn f83_a_win_without_any_revenue_or_with_a_negative_one_is_refused() {
    let unknown = Opportunity { estimated_revenue: None, ..deal(Vec::new()) };
    let mut story = story().given(unknown);
    assert_eq!(no(story.when(win(None))).0, "opportunity.no_revenue");
    assert_eq!(no(story.when(win(Some(dec!(-1))))).0, "opportunity.negative_revenue");
    story.when(win(Some(dec!(0)))).expect("a gift is a deal");
}

#[test]
fn f100_lost_names_reason_and_competitor_and_repeats_are_answered() {
    let mut story = story().given(deal(Vec::new()));
    let told = story.when(lose(LostReason::OutSold)).expect("lost");
    let lost: OpportunityLost = told.get().expect("opportunity.lost");
    assert_eq!(lost.lost_reason, LostReason::OutSold);
    assert_eq!(lost.competitor.as_deref(), Some("Bombas Norte"));
    assert!(story.when(lose(LostReason::OutSold)).expect("answered").already);
    assert_eq!(not_yet(story.when(lose(LostReason::Canceled))), "illegal_step");
    assert_eq!(not_yet(story.when(win(None))), "illegal_step");
}

#[test]
fn f86_a_closed_deal_opens_again_and_an_open_one_is_answered() {
    let mut story = story().given(deal(Vec::new()));
    assert!(story.when(REOPEN).expect("answered").already);
    story.when(lose(LostReason::Canceled)).expect("lost");
    assert_eq!(story.when(REOPEN).expect("reopened").types(), ["opportunity.reopened.v1"]);
    story.when(win(None)).expect("won by hand");
    assert_eq!(story.when(REOPEN).expect("reopened").types(), ["opportunity.reopened.v1"]);
    assert_eq!(story.world.find(DEAL).expect("the deal").state, OpportunityState::Open);
}

#[test]
fn f86_a_deal_with_an_order_opens_again_only_after_the_order_is_canceled() {
    let (mut story, order) = ordered();
    let (rule, message) = no(story.when(REOPEN));
    assert_eq!(rule, "opportunity.has_order");
    assert!(message.contains(&order.number) && message.contains("order.cancel"), "{message}");
    story
        .when(OrderCancel { order: order.id, reason: "No money".parse().expect("a reason") })
        .expect("canceled");
    assert_eq!(story.when(REOPEN).expect("reopened").types(), ["opportunity.reopened.v1"]);
}

#[test]
fn f86_a_delivered_deal_stays_won() {
    let (mut story, order) = ordered();
    let lines = order.lines.iter();
    let lines = lines.map(|l| ShippedLine { line: l.line.id, quantity: l.open() }).collect();
    story
        .when(OrderShip { order: order.id, reference: "D-1".parse().expect("a code"), lines })
        .expect("shipped");
    assert_eq!(no(story.when(REOPEN)).0, "opportunity.has_order");
}

#[test]
fn f100_an_unknown_deal_may_still_come() {
    assert_eq!(not_yet(story().when(win(None))), "unknown");
    assert_eq!(not_yet(story().when(lose(LostReason::Canceled))), "unknown");
    assert_eq!(not_yet(story().when(REOPEN)), "unknown");
}

#[test]
fn f36_f100_a_deal_is_lost_to_one_of_its_competitors_and_no_other() {
    let mut story = story().given(deal(Vec::new()));
    let to = |name: &str| {
        let competitor = Some(name.parse().expect("a name"));
        OpportunityLose { competitor, ..lose(LostReason::OutSold) }
    };
    let (rule, message) = no(story.when(to("Bombas Sur")));
    assert_eq!(rule, "opportunity.competitor");
    assert!(message.contains("which has Bombas Norte"), "{message}");
    assert!(message.contains("`opportunity.add_competitor`"), "{message}");
    let told = story.when(to("bombas  norte")).expect("lost");
    let lost: OpportunityLost = told.get().expect("opportunity.lost");
    assert_eq!(lost.competitor.as_deref(), Some("Bombas Norte"), "as the deal has them");
    // Who says it otherwise is not told that it was done so.
    assert!(story.when(to("BOMBAS NORTE")).expect("answered").already);
    assert_eq!(not_yet(story.when(to("Bombas Sur"))), "illegal_step");
    let comment = Some("They deliver earlier.".parse().expect("a comment"));
    let otherwise = OpportunityLose { comment, ..to("Bombas Norte") };
    let Err(Refusal::NotYet(reason)) = story.when(otherwise) else { panic!("it is lost") };
    assert!(reason.message.contains("so it cannot be lost"), "{}", reason.message);
    assert!(reason.message.contains("`opportunity.reopen`"), "{}", reason.message);
}

#[test]
fn f100_a_deal_is_closed_on_the_day_that_is_said_and_on_none_to_come() {
    // In Madrid it is the third of March already.
    let mut story = story().given(deal(Vec::new()));
    story.now = at("2026-03-02T23:30:00Z");
    let on = |day: &str| Some(Day::read(day).expect("a day"));
    let lose = |day| OpportunityLose { close_date: on(day), ..lose(LostReason::Canceled) };
    assert_eq!(no(story.when(lose("2026-03-04"))).0, "opportunity.close_date");
    let told = story.when(lose("2026-02-27")).expect("lost");
    let lost: OpportunityLost = told.get().expect("opportunity.lost");
    assert_eq!(lost.actual_close_date, Some(day(2, 27)));
    assert!(story.when(lose("2026-02-27")).expect("answered").already);
    assert_eq!(not_yet(story.when(lose("2026-02-26"))), "illegal_step");
    story.when(REOPEN).expect("reopened");
    assert_eq!(story.world.find(DEAL).expect("the deal").actual_close_date, None);
    let win = OpportunityWin { close_date: on("2026-03-03"), ..win(None) };
    let told = story.when(win).expect("won");
    let won: OpportunityWon = told.get().expect("opportunity.won");
    assert_eq!(won.actual_close_date, None, "that is today");
}

fn hold(reason: &str) -> OpportunityHold {
    OpportunityHold { opportunity: DEAL, reason: reason.parse().expect("a reason") }
}

#[test]
fn f86_a_deal_is_put_on_hold_with_a_reason_and_goes_on() {
    const RESUME: OpportunityResume = OpportunityResume { opportunity: DEAL };
    let mut story = story().given(deal(Vec::new()));
    assert_eq!(no(story.when(hold(" "))).0, "opportunity.no_reason");
    assert!(story.when(RESUME).expect("answered").already);
    let told = story.when(hold("No budget before May.")).expect("held");
    assert_eq!(told.get::<OpportunityHeld>().expect("held").reason, "No budget before May.");
    assert!(story.when(hold("No budget before May.")).expect("answered").already);
    for refused in [story.when(hold("They merge.")), story.when(REOPEN)] {
        let Err(Refusal::NotYet(reason)) = refused else { panic!("it is on hold") };
        assert!(reason.message.contains("`opportunity.resume`"), "{}", reason.message);
    }
    assert_eq!(story.when(RESUME).expect("resumed").types(), ["opportunity.resumed.v1"]);
    assert_eq!(story.world.find(DEAL).expect("the deal").state, OpportunityState::Open);
}

#[test]
fn f86_what_the_customer_accepts_wins_a_deal_on_hold_and_a_dead_one_is_lost() {
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    story.when(hold("The seller is ill.")).expect("held");
    let told = story.when(accept(QUOTE)).expect("accepted");
    assert!(told.get::<OpportunityWon>().is_some());

    let mut dead = super::story().given(deal(Vec::new()));
    dead.when(hold("They merge.")).expect("held");
    let told = dead.when(lose(LostReason::OutSold)).expect("lost");
    assert_eq!(told.types(), ["opportunity.lost.v1"]);
}
