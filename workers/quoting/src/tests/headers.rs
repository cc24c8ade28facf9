//! The header of a deal is changed, its lines are edited, and what holds both.

use domain::commands::{OpportunityAddCompetitor, OpportunityUpdate};
use domain::day::Day;
use domain::events::OpportunityUpdated;
use domain::line_edits::{LineChange, NewLine, NewPrice, WriteIn};
use domain::money::Amount;
use domain::opportunity::RevenueMode;
use domain::patch::Patch;
use domain::price_choice::{PricedBy, Undecided};

use super::*;

fn update() -> OpportunityUpdate {
    serde_json::from_value(serde_json::json!({ "opportunity": id::<OpportunityId>(1) })).unwrap()
}

fn revenue(mode: RevenueMode, amount: Patch<Amount>) -> OpportunityUpdate {
    OpportunityUpdate { revenue_mode: Some(mode), estimated_revenue: amount, ..update() }
}

/// An open deal with a line of A-1, not offered.
fn with_a_line() -> Story<Quoting> {
    let mut story = story().given(opportunity());
    story.when(add("A-1", dec!(2), false)).unwrap();
    story
}

/// The same where the list `best` is cheaper, and one is in dollars.
fn with_lists() -> Story<Quoting> {
    let list = |code: &str, currency: &str, price: &str| {
        serde_json::json!({ "code": code, "name": code, "currency": currency, "items": [
            { "sku": "A-1", "price": { "method": { "currency_amount": price } } },
        ] })
    };
    let mut command = golden();
    let lists = [list("best", "EUR", "100"), list("us", "USD", "130")];
    let lists = lists.map(|list| serde_json::from_value(list).unwrap());
    command.price_lists.extend(lists);
    let shelf = Shelf::new(&Arc::new(catalog(&command)));
    let mut story = Story::of(Quoting::new(settings(), chrono_tz::Europe::Berlin), shelf)
        .given(account())
        .given(ana())
        .given(opportunity());
    story.when(add("A-1", dec!(2), false)).unwrap();
    story
}

#[test]
fn f67_what_is_absent_stays_null_clears_and_the_event_tells_just_what_changed() {
    let mut story = story().given(opportunity());
    let command = OpportunityUpdate {
        name: Some("Pumps for the cellar".parse().unwrap()),
        description: Patch::Clear,
        owner: Patch::Set("lena".parse().unwrap()),
        close_date: Patch::Set(Day::read("2026-05-01").unwrap()),
        ..update()
    };
    let told = story.when(command.clone()).unwrap();
    assert_eq!(told.types(), ["opportunity.updated.v1"]);
    let said: OpportunityUpdated = told.get().unwrap();
    assert!(said.need.is_none() && said.estimated_revenue.is_none() && said.currency.is_none());
    let deal = now(&story);
    assert_eq!((deal.name.as_str(), &deal.description), ("Pumps for the cellar", &None));
    assert_eq!(deal.close_date.unwrap().to_string(), "2026-05-01");
    assert_eq!(deal.estimated_revenue, Some(dec!(5000)));
    assert!(story.when(command).unwrap().already);
}

#[test]
fn f67_who_saw_another_deal_changes_nothing() {
    let mut story = story().given(opportunity());
    let seen = Some(now(&story).sequence);
    let owner = |name: &str| OpportunityUpdate {
        owner: Patch::Set(name.parse().unwrap()),
        expected_sequence: seen,
        ..update()
    };
    story.when(owner("lena")).unwrap();
    assert_eq!(story.when(owner("sam")).unwrap_err().reason().rule, "expected_sequence");
    let late = OpportunityEditLines { expected_sequence: seen, ..add("A-1", dec!(1), true) };
    assert_eq!(story.when(late).unwrap_err().reason().rule, "expected_sequence");
    assert_eq!(now(&story).owner.as_deref(), Some("lena"));
}

#[test]
fn f77_what_a_person_says_it_may_bring_stays_whatever_the_lines_say_until_they_say_it_again() {
    let mut story = with_a_line();
    assert_eq!(now(&story).estimated_revenue, Some(dec!(240)));
    let number = || Patch::Set(Amount(dec!(900)));
    let refused = story.when(revenue(RevenueMode::System, number())).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.system_revenue");
    story.when(revenue(RevenueMode::User, number())).unwrap();
    let told = story.when(add("B-1", dec!(1), false)).unwrap();
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!(said.totals.amount_less_freight, dec!(289.99));
    assert_eq!(
        (said.estimated_revenue, now(&story).estimated_revenue),
        (Some(dec!(900)), Some(dec!(900)))
    );
    let told = story.when(revenue(RevenueMode::System, Patch::Keep)).unwrap();
    assert_eq!(
        told.get::<OpportunityUpdated>().unwrap().estimated_revenue.unwrap().to,
        Some(Amount(dec!(289.99)))
    );
    assert_eq!(now(&story).estimated_revenue, Some(dec!(289.99)));
}

#[test]
fn f68_another_list_prices_the_lines_anew_and_takes_its_currency_with_it() {
    let mut story = with_lists();
    let list =
        |code: &str| OpportunityUpdate { price_list: Some(code.parse().unwrap()), ..update() };
    for unknown in ["nothing", "gone"] {
        assert_eq!(story.when(list(unknown)).unwrap_err().reason().rule, "price_list.unknown");
    }
    let told = story.when(list("best")).unwrap();
    assert_eq!(told.types(), ["opportunity.updated.v1", "opportunity.repriced.v1"]);
    assert_eq!(now(&story).estimated_revenue, Some(dec!(200)));
    story.when(list("us")).unwrap();
    let deal = now(&story);
    assert_eq!((deal.currency.as_str(), deal.lines[0].net_amount), ("USD", dec!(260)));
    assert_eq!(deal.estimated_revenue, Some(dec!(260)));

    // What the new list does not have keeps the old one.
    let refused = story.when(list("eur")).and_then(|_| story.when(add("B-1", dec!(1), false)));
    refused.unwrap();
    assert_eq!(story.when(list("best")).unwrap_err().reason().rule, "price_list.no_item");
    assert_eq!(now(&story).price_list, "eur".into());
}

#[test]
fn f68_a_deal_keeps_its_list_while_a_quote_lives_and_its_currency_with_what_somebody_wrote() {
    let mut story = with_lists();
    let list =
        |code: &str| OpportunityUpdate { price_list: Some(code.parse().unwrap()), ..update() };
    story.when(discounted(add("A-1", dec!(1), false), dec!(1))).unwrap();
    assert_eq!(story.when(list("us")).unwrap_err().reason().rule, "opportunity.typed_amounts");
    let line = now(&story).lines[1].id;
    let change = LineChange { manual_discount: Some(dec!(0)), ..LineChange::none(line) };
    let lines = LineEdits { change: vec![change], ..LineEdits::default() };
    let told = story.when(OpportunityEditLines { lines, ..add("A-1", dec!(1), true) }).unwrap();
    let active: QuoteActivated = told.get().unwrap();
    let refused = story.when(list("best")).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.live_quotes");
    assert!(refused.reason().message.contains(&active.number), "{refused}");
    let close = QuoteClose { lose_opportunity: false, ..QuoteClose::expired(active.quote) };
    story.when(QuoteClose { reason: QuoteCloseReason::Canceled, ..close }).unwrap();
    assert_eq!(story.when(list("us")).unwrap_err().reason().rule, "opportunity.currency");
    story.when(list("best")).unwrap();
}

#[test]
fn f67_a_close_date_that_is_over_and_a_negative_revenue_are_refused() {
    let mut story = story().given(opportunity());
    let over = Patch::Set(Day::read("2026-02-28").unwrap());
    let refused = story.when(OpportunityUpdate { close_date: over, ..update() }).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.close_date");
    let negative = revenue(RevenueMode::User, Patch::Set(Amount(dec!(-1))));
    assert_eq!(story.when(negative).unwrap_err().reason().rule, "opportunity.negative_revenue");
}

#[test]
fn f86_on_hold_nothing_is_edited_and_each_refusal_names_the_way_on() {
    let (story, active) = offered();
    let state = OpportunityState::OnHold { at: story.now, reason: "No budget.".into() };
    let held = Opportunity { state, ..now(&story).clone() };
    let mut story = story.given(held);
    let competitor = "Rival 2".parse().unwrap();
    let rival = OpportunityAddCompetitor { opportunity: id(1), competitor };
    for refused in [
        story.when(add("A-1", dec!(1), true)).unwrap_err(),
        story.when(OpportunityUpdate { owner: Patch::Clear, ..update() }).unwrap_err(),
        story.when(rival).unwrap_err(),
        story.when(QuoteRevise::of(active.quote)).unwrap_err(),
    ] {
        assert_eq!(
            (refused.reason().rule, refused.reason().found.as_str()),
            ("illegal_step", "on_hold")
        );
        assert!(refused.reason().message.contains("`opportunity.resume`"), "{refused}");
    }
    // What is over closes all the same.
    let told = story.when(QuoteClose::expired(active.quote)).unwrap();
    assert_eq!(told.types(), ["quote.closed.v1"]);
    assert!(now(&story).is_open());
}

#[test]
fn f71_f96_what_is_set_below_the_list_counts_as_a_discount_before_a_quote_stands() {
    let priced = |amount: Decimal| {
        let mut command = add("A-1", dec!(1), true);
        let reason = "a good customer".parse().unwrap();
        command.lines.add[0].price_override = Some(NewPrice { amount, reason });
        command
    };
    for (amount, activated) in [(dec!(108), true), (dec!(107.99), false)] {
        let mut story = story().given(opportunity());
        let told = story.when(priced(amount)).unwrap();
        assert_eq!(told.get::<QuoteActivated>().is_some(), activated, "{amount}");
        let line = &now(&story).lines[0];
        assert_eq!(line.price_override.as_ref().unwrap().list_price, Some(dec!(120.00)));
    }
}

#[test]
fn f71_words_alone_are_no_offer_and_a_write_in_is_offered_like_a_product() {
    let mut story = story().given(opportunity());
    let edit = |new: NewLine| OpportunityEditLines {
        lines: LineEdits { add: vec![new], ..LineEdits::default() },
        ..add("A-1", dec!(1), true)
    };
    let text = Some("For the cellar".parse().unwrap());
    let told = story.when(edit(NewLine { text, ..NewLine::default() })).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1"]);
    assert_eq!(now(&story).estimated_revenue, Some(dec!(5000)));
    let (name, tax_class) = ("Fitting".parse().unwrap(), "standard".parse().unwrap());
    let write_in = Some(WriteIn { name, unit_price: dec!(80), tax_class });
    let told = story.when(edit(NewLine { write_in, ..NewLine::default() })).unwrap();
    let said: QuoteActivated = told.get().unwrap();
    assert_eq!((said.offer.lines.len(), said.offer.totals.detail_amount), (2, dec!(80)));
    assert_eq!(now(&story).estimated_revenue, Some(dec!(80)));
}

#[test]
fn f68_edits_that_change_nothing_are_answered_and_a_complete_deal_is_offered_by_none_at_all() {
    let mut story = with_a_line();
    let nothing = |complete| OpportunityEditLines {
        lines: LineEdits::default(),
        complete,
        ..add("A-1", dec!(1), true)
    };
    assert!(story.when(nothing(false)).unwrap().already);
    let told = story.when(nothing(true)).unwrap();
    assert!(told.get::<QuoteActivated>().is_some());
}

#[test]
fn f78_a_deal_without_a_list_is_priced_and_offered_as_soon_as_somebody_chooses_one() {
    let interest = vec![Interest { product: "A-1".into(), quantity: Some(dec!(2)) }];
    let why = String::from("`a`, `b` are equally good.");
    let undecided = Undecided { why: why.clone(), interest };
    let price_list = PricedBy::Undecided(undecided);
    let mut story = with_lists().given(Opportunity { price_list, ..opportunity() });
    // Nothing follows by itself, and nothing has a price.
    let waiting = OpportunityCreated {
        price_list: None,
        undecided: Some(why.clone()),
        ..created(&[("A-1", Some(dec!(2)))])
    };
    assert_eq!(story.when(waiting).unwrap().types(), Vec::<&str>::new());
    let refused = story.when(add("A-1", dec!(1), true)).unwrap_err();
    assert_eq!((refused.reason().rule, &refused.reason().message), ("price_list.undecided", &why));

    let list = OpportunityUpdate { price_list: Some("best".parse().unwrap()), ..update() };
    let told = story.when(list).unwrap();
    let offered = ["opportunity.repriced.v1", "quote.drafted.v1", "quote.activated.v1"];
    assert_eq!(told.types(), [&["opportunity.updated.v1"][..], &offered[..]].concat());
    let deal = now(&story);
    assert_eq!((&deal.price_list, deal.lines[0].net_amount), (&"best".into(), dec!(200)));
    assert_eq!(deal.estimated_revenue, Some(dec!(200)));
}

#[test]
fn f78_what_a_person_writes_into_a_deal_without_a_list_is_offered_by_a_person_too() {
    let undecided = Undecided { why: "Choose one.".into(), interest: Vec::new() };
    let price_list = PricedBy::Undecided(undecided);
    let mut story = story().given(Opportunity { price_list, ..opportunity() });
    let (name, tax_class) = ("Fitting".parse().unwrap(), "standard".parse().unwrap());
    let write_in = Some(WriteIn { name, unit_price: dec!(80), tax_class });
    let new = NewLine { write_in, ..NewLine::default() };
    let lines = LineEdits { add: vec![new], ..LineEdits::default() };
    let told = story.when(OpportunityEditLines { lines, ..add("A-1", dec!(1), true) }).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1", "quote.drafted.v1"]);
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!(said.doubts, ["Choose one."]);
    story.when(OpportunityUpdate { price_list: None, ..update() }).unwrap();
    let quote = told.get::<QuoteDrafted>().unwrap().quote;
    let canceled = QuoteClose { reason: QuoteCloseReason::Canceled, ..QuoteClose::expired(quote) };
    story.when(canceled).unwrap();
    let list = OpportunityUpdate { price_list: Some("eur".parse().unwrap()), ..update() };
    let told = story.when(list).unwrap();
    assert_eq!(told.types(), ["opportunity.updated.v1", "opportunity.repriced.v1"]);
    assert_eq!((now(&story).lines.len(), &now(&story).price_list), (1, &"eur".into()));
}
