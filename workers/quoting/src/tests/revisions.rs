//! Offers that were made before are made again.

use domain::money::Amount;
use domain::opportunity::{Loss, LostReason};
use domain::patch::Patch;

use super::*;

fn close(quote: QuoteId, reason: QuoteCloseReason) -> QuoteClose {
    QuoteClose { reason, ..QuoteClose::expired(quote) }
}

fn revised(story: &mut Story<Quoting>, quote: QuoteId) -> QuoteRevised {
    let told = story.when(QuoteRevise::of(quote)).unwrap();
    assert_eq!(told.types(), ["quote.revised.v1"]);
    told.get().unwrap()
}

#[test]
fn f92_f95_what_was_lost_canceled_or_expired_is_offered_again_as_it_was() {
    for reason in [QuoteCloseReason::Lost, QuoteCloseReason::Canceled, QuoteCloseReason::Expired] {
        let (mut story, active) = offered();
        story.when(close(active.quote, reason)).unwrap();
        story.now += chrono::Duration::days(100);
        let next = revised(&mut story, active.quote);
        assert_eq!((&next.number, next.revision, next.replaces), (&active.number, 1, active.quote));
        assert_eq!(next.offer.totals, active.offer.totals);
        assert_eq!(next.offer.effective_to.to_string(), "2026-07-10");
        let ended = &quote(&story, active.quote).state;
        assert!(matches!(ended, QuoteState::Closed { reason: kept, .. } if *kept == reason));
        let told = story.when(QuoteActivate { quote: next.quote }).unwrap();
        let said: QuoteActivated = told.get().unwrap();
        let fields: Vec<_> = said.differences.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["effective_to"]);
    }
}

#[test]
fn s3_what_expired_says_so_and_when_whatever_is_asked_of_it_and_the_way_out_works() {
    let (mut story, active) = offered();
    story.when(QuoteClose::expired(active.quote)).unwrap();
    let refused = story.when(QuoteActivate { quote: active.quote }).unwrap_err();
    let Refusal::No(reason) = refused else { panic!("it waits: {refused:?}") };
    assert_eq!(reason.rule, "quote.expired");
    assert!(
        reason
            .message
            .contains("expired: it could be accepted until 2026-04-01, so it cannot be activated"),
        "{reason}"
    );
    assert!(reason.message.contains("`quote.revise`"), "{reason}");
    let next = revised(&mut story, active.quote);
    story.when(QuoteActivate { quote: next.quote }).unwrap();
}

#[test]
fn f92_the_buyer_is_who_they_are_today_and_prices_stay_unless_they_are_looked_up_anew() {
    let (mut story, active) = offered();
    let moved = Account { name: "Acme Nova".into(), ..account() };
    story = story.given(moved);
    let told = story.when(QuoteRevise::of(active.quote)).unwrap();
    let next: QuoteRevised = told.get().unwrap();
    assert_eq!(next.offer.buyer.name, "Acme Nova");
    assert_eq!(next.offer.lines[0].unit_price, dec!(120));

    // Meanwhile A-1 costs 130.
    let mut dearer = golden();
    let item = &mut dearer.price_lists[0].items[0];
    item.price =
        serde_json::from_value(serde_json::json!({ "method": { "currency_amount": "130" } }))
            .unwrap();
    let shelf = Shelf::new(&Arc::new(catalog(&dearer)));
    let mut story2 = Story::of(Quoting::new(settings(), chrono_tz::Europe::Berlin), shelf);
    story2.world = story.world.clone();
    story2.when(QuoteActivate { quote: next.quote }).unwrap();
    let told = story2
        .when_caused_by(
            uuid::Uuid::from_u128(77),
            QuoteRevise { reprice: true, ..QuoteRevise::of(next.quote) },
        )
        .unwrap();
    let anew: QuoteRevised = told.get().unwrap();
    assert_eq!(anew.offer.lines[0].unit_price, dec!(130));
    assert_eq!(anew.offer.totals.detail_amount, dec!(260.00));
    let told = story2.when(QuoteActivate { quote: anew.quote }).unwrap();
    let said: QuoteActivated = told.get().unwrap();
    let price = said.differences.iter().find(|it| it.field == "unit_price").unwrap();
    assert_eq!(
        (price.line.as_deref(), price.from.as_deref(), price.to.as_deref()),
        (Some("A-1"), Some("120.00"), Some("130.00"))
    );
}

#[test]
fn f92_of_a_lost_deal_nothing_is_revised_before_it_is_open_again() {
    let (mut story, active) = offered();
    story.when(close(active.quote, QuoteCloseReason::Lost)).unwrap();
    let loss = Loss { reason: LostReason::Canceled, competitor: None, comment: None };
    let lost = Opportunity {
        state: OpportunityState::Lost { at: story.now, loss },
        ..now(&story).clone()
    };
    let mut story = story.given(lost);
    let refused = story.when(QuoteRevise::of(active.quote)).unwrap_err();
    let message = &refused.reason().message;
    assert!(
        message.contains(
            "was lost on 2026-03-02, so its quote `Q-100001 revision 0` cannot be revised"
        ),
        "{message}"
    );
    assert!(message.contains("`opportunity.reopen`"), "{message}");
}

#[test]
fn f101_a_won_quote_is_revised_once_its_deal_is_open_again_and_stays_won() {
    let (mut story, active) = offered();
    let at = story.now;
    let mut deal = now(&story).clone();
    let won = QuoteState::Won { at, acceptance: None };
    let quote = Quote { state: won.clone(), ..deal.quote(active.quote).unwrap().clone() };
    deal = deal.with_quote(quote);
    let state = OpportunityState::Won { at, actual_revenue: dec!(240) };
    story = story.given(Opportunity { state, ..deal.clone() });
    let refused = story.when(QuoteRevise::of(active.quote)).unwrap_err();
    for command in ["`order.cancel`", "`opportunity.reopen`"] {
        assert!(refused.reason().message.contains(command), "{refused}");
    }
    let mut story = story.given(Opportunity { state: OpportunityState::Open, ..deal });
    let next = revised(&mut story, active.quote);
    assert_eq!((next.revision, next.offer.totals), (1, active.offer.totals));
    assert_eq!(super::quote(&story, active.quote).state, won);
}

#[test]
fn f94_an_activated_revision_tells_how_it_differs_from_the_one_before() {
    let (mut story, active) = offered();
    assert_eq!(active.differences, []);
    let told = story.when(QuoteRevise::of(active.quote)).unwrap();
    let next: QuoteRevised = told.get().unwrap();
    let percent = Patch::Set(Amount(dec!(5)));
    story.asker.name = Some("lena".into());
    let told =
        story.when(QuoteEdit { discount_percent: percent, ..QuoteEdit::of(next.quote) }).unwrap();
    assert_eq!(told.get::<QuoteEdited>().unwrap().by.as_deref(), Some("lena"));
    let told = story.when(QuoteActivate { quote: next.quote }).unwrap();
    let said: QuoteActivated = told.get().unwrap();
    let of = |field: &str| said.differences.iter().find(|it| it.field == field).unwrap();
    let percent = of("header.discount_percent");
    assert_eq!((percent.from.as_deref(), percent.to.as_deref()), (Some("0"), Some("5")));
    assert_eq!(of("totals.discount_amount").to.as_deref(), Some("12.00"));
}

#[test]
fn s6_who_wants_to_revise_hears_about_revising() {
    let settings = QuotingSettings { activate_up_to: dec!(0), ..settings() };
    let mut story = story_with(settings).given(opportunity());
    let draft: QuoteDrafted = story.when(add("A-1", dec!(2), true)).unwrap().get().unwrap();
    let refused = story.when(QuoteRevise::of(draft.quote)).unwrap_err();
    let message = &refused.reason().message;
    assert!(
        message.contains("is a draft, so it cannot be revised. Change it with `quote.edit`"),
        "{message}"
    );
}
