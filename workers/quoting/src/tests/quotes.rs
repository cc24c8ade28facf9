//! Drafting by policy, and the life of a quote.

use domain::customer::CustomerState;
use domain::document::{PaymentTerms, compute};
use domain::totals::TaxMode;

use super::*;

fn close(quote: QuoteId, reason: QuoteCloseReason, lose_opportunity: bool) -> QuoteClose {
    QuoteClose {
        quote,
        reason,
        lose_opportunity,
        competitor: Some("Rival".parse().unwrap()),
        comment: Some("too late".parse().unwrap()),
    }
}

/// An opportunity with a draft over two of A-1.
fn drafted() -> (Story<Quoting>, QuoteDrafted) {
    let settings = QuotingSettings { activate_up_to: dec!(0), ..settings() };
    let mut story = story_with(settings).given(opportunity());
    let told = story.when(add("A-1", dec!(2), true)).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1", "quote.drafted.v1"]);
    (story, told.get().unwrap())
}

#[test]
fn f87_a_quote_copies_lines_buyer_terms_and_gets_number_and_validity() {
    let (story, said) = drafted();
    assert_eq!((said.number.as_str(), said.revision), ("Q-100001", 0));
    assert_eq!((said.opportunity, said.currency.as_str()), (id(1), "EUR"));
    let offer = &said.offer;
    assert_eq!(offer.buyer.name, "Acme");
    assert_eq!(offer.buyer.contact_name.as_deref(), Some("Soler"));
    assert_eq!(offer.buyer.vat_id.as_deref(), Some("DE123456789"));
    assert_eq!(offer.payment_terms, PaymentTerms::Net30);
    assert_eq!(offer.effective_to.to_string(), "2026-04-01");
    let (line, copy) = (&now(&story).lines[0], &offer.lines[0]);
    assert_ne!(line.id, copy.id);
    assert_eq!(line, &domain::document::Line { id: line.id, ..copy.clone() });
    let mut lines = offer.lines.clone();
    let again = compute(&mut lines, &offer.header, said.currency).unwrap();
    assert_eq!((again, lines), (offer.totals.clone(), offer.lines.clone()));
}

#[test]
fn f95_the_validity_counts_from_the_day_at_the_sellers() {
    let mut story = story().given(opportunity());
    story.now = "2026-03-02T23:30:00Z".parse().unwrap(); // already the 3rd in Berlin
    let told = story.when(add("A-1", dec!(1), true)).unwrap();
    let said: QuoteDrafted = told.get().unwrap();
    assert_eq!(said.offer.effective_to.to_string(), "2026-04-02");
}

#[test]
fn f96_the_policy_decides_what_is_activated_by_itself() {
    let total = dec!(145.20); // one A-1 with tax
    for (settings, activated) in [
        (QuotingSettings { activate_up_to: total, ..settings() }, true),
        (QuotingSettings { activate_up_to: total - dec!(0.01), ..settings() }, false),
        (QuotingSettings { activate_up_to: dec!(0), ..settings() }, false),
    ] {
        let mut story = story_with(settings).given(opportunity());
        let told = story.when(add("A-1", dec!(1), true)).unwrap();
        assert_eq!(told.get::<QuoteActivated>().is_some(), activated);
    }
    let discounted = |discount| discounted(add("A-1", dec!(1), true), discount);
    for (discount, activated) in [(dec!(12), true), (dec!(12.01), false)] {
        let mut story = story().given(opportunity());
        let told = story.when(discounted(discount)).unwrap();
        assert_eq!(told.get::<QuoteActivated>().is_some(), activated, "{discount}");
    }
    let off = QuotingSettings { draft: false, ..settings() };
    let told = story_with(off).given(opportunity()).when(add("A-1", dec!(1), true)).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1"]);
}

/// Somebody who may just this.
fn who_may(name: Option<&str>, rights: &[Right]) -> Asker {
    Asker { name: name.map(Into::into), rights: rights.iter().copied().collect() }
}

/// A draft of one A-1 with so much taken off, which the limits leave to a person.
fn discounted_draft(discount: Decimal) -> (Story<Quoting>, QuoteDrafted) {
    let mut story = story().given(opportunity());
    let line = discounted(add("A-1", dec!(1), true), discount);
    let told = story.when(line).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1", "quote.drafted.v1"]);
    (story, told.get().unwrap())
}

#[test]
fn f96_beyond_the_limit_a_draft_stays_one_until_somebody_who_may_approves_of_it() {
    let (mut story, draft) = discounted_draft(dec!(30));
    story.asker = who_may(Some("sam"), &[Right::OfferQuote]);
    let refused = story.when(QuoteActivate { quote: draft.quote }).unwrap_err();
    let Refusal::No(reason) = refused else { panic!("it waits: {refused:?}") };
    assert_eq!((reason.rule, &*reason.found), ("rights.missing", "approve_discount"));
    assert!(reason.message.starts_with("`sam` lacks the right `approve_discount`"), "{reason}");
    assert!(reason.message.contains("The operator gives it in the section `[rights]`"), "{reason}");
    assert_eq!(quote(&story, draft.quote).state, QuoteState::Draft);

    story.asker = who_may(Some("ana"), &[Right::ApproveDiscount]);
    let told = story.when(QuoteActivate { quote: draft.quote }).unwrap();
    let said: QuoteActivated = told.get().unwrap();
    assert_eq!(said.approved_by.as_deref(), Some("ana"));
    assert!(matches!(quote(&story, draft.quote).state, QuoteState::Active { .. }));
    // Whoever may not approve of it learns that it was done.
    story.asker = who_may(Some("sam"), &[Right::OfferQuote]);
    assert!(story.when(QuoteActivate { quote: draft.quote }).unwrap().already);
}

#[test]
fn f96_a_total_beyond_the_limit_needs_approval_too_and_nobody_is_invented_who_gave_it() {
    let (mut story, draft) = drafted();
    story.asker = who_may(None, &[Right::OfferQuote]);
    let refused = story.when(QuoteActivate { quote: draft.quote }).unwrap_err();
    assert!(refused.reason().message.starts_with("A sender whom the broker does not name"));
    story.asker = who_may(None, Right::ALL);
    let told = story.when(QuoteActivate { quote: draft.quote }).unwrap();
    assert_eq!(told.get::<QuoteActivated>().unwrap().approved_by, None);
}

#[test]
fn f96_within_the_limits_nobody_has_to_approve_and_the_event_names_nobody() {
    let (mut story, active) = offered();
    assert_eq!(active.approved_by, None);
    let told = story.when(QuoteRevise::of(active.quote)).unwrap();
    let next: QuoteRevised = told.get().unwrap();
    story.asker = who_may(Some("sam"), &[]);
    let told = story.when(QuoteActivate { quote: next.quote }).unwrap();
    assert_eq!(told.get::<QuoteActivated>().unwrap().approved_by, None);
}

#[test]
fn f87_a_complete_line_edits_the_live_draft_under_its_number() {
    let (mut story, first) = drafted();
    let told = story.when(add("B-1", dec!(1), true)).unwrap();
    let second: QuoteDrafted = told.get().unwrap();
    assert_eq!((second.quote, second.number), (first.quote, first.number));
    assert_eq!((second.offer.lines.len(), second.revision), (2, 0));
    assert_eq!(now(&story).quotes.len(), 1);
    assert_eq!(quote(&story, first.quote).offer, second.offer);
}

#[test]
fn f88_an_active_quote_is_frozen_a_further_line_makes_another_quote() {
    let (mut story, active) = offered();
    let told = story.when(add("B-1", dec!(1), true)).unwrap();
    let other: QuoteDrafted = told.get().unwrap();
    assert_ne!((other.quote, &other.number), (active.quote, &active.number));
    assert_eq!(quote(&story, active.quote).offer, active.offer);
    assert_eq!(now(&story).live_quotes().count(), 2);
}

#[test]
fn f88_what_is_activated_is_what_was_drafted_and_its_hash_matches() {
    let (mut story, draft) = drafted();
    let told = story.when(QuoteActivate { quote: draft.quote }).unwrap();
    assert_eq!(told.types(), ["quote.activated.v1"]);
    let said: QuoteActivated = told.get().unwrap();
    assert_eq!(said.offer, draft.offer);
    assert_eq!(said.offer_sha256, quote(&story, draft.quote).offer.sha256());
    assert_eq!(said.offer_sha256.len(), 64);
    let mut other = draft.offer.clone();
    other.lines[0].quantity += Decimal::ONE;
    assert_ne!(said.offer_sha256, other.sha256());

    assert!(story.when(QuoteActivate { quote: draft.quote }).unwrap().already);
}

#[test]
fn f88_an_offer_keeps_its_hash_when_its_figures_were_stored_with_six_decimals() {
    let mut policy = settings();
    policy.tax_rates.insert(
        "standard".into(),
        serde_json::from_value(serde_json::json!({ "category": "S", "rate": "21.00" })).unwrap(),
    );
    let mut story = story_with(policy).given(opportunity());
    for (product, quantity) in [("A-1", dec!(12.000)), ("B-1", dec!(1.50)), ("C-1", dec!(100))] {
        story.when(add(product, quantity, product == "C-1")).unwrap();
    }
    let mut offer = now(&story).quotes[0].offer.clone();
    let hash = offer.sha256();
    let euro = opportunity().currency;
    for line in &mut offer.lines {
        let amounts = [
            &mut line.unit_price,
            &mut line.volume_discount,
            &mut line.manual_discount,
            &mut line.net_amount,
        ];
        for amount in amounts {
            amount.rescale(6);
            *amount = domain::money::written(*amount, euro);
        }
        line.quantity.rescale(6);
        line.quantity = line.quantity.normalize();
        line.tax.rate.rescale(6);
        line.tax.rate = line.tax.rate.normalize();
    }
    assert_eq!(offer.sha256(), hash);
}

#[test]
fn f95_a_draft_whose_validity_ran_out_is_offered_anew() {
    let (mut story, draft) = drafted();
    story.now += chrono::Duration::days(100);
    let told = story.when(QuoteActivate { quote: draft.quote }).unwrap();
    let said: QuoteActivated = told.get().unwrap();
    assert_eq!(said.offer.effective_to.to_string(), "2026-07-10");
    assert_eq!(said.offer_sha256, quote(&story, draft.quote).offer.sha256());
}

#[test]
fn f92_revising_closes_the_active_quote_and_drafts_the_next_revision() {
    let (mut story, active) = offered();
    let told = story.when(QuoteRevise::of(active.quote)).unwrap();
    assert_eq!(told.types(), ["quote.closed.v1", "quote.revised.v1"]);
    let closed: QuoteClosed = told.get().unwrap();
    let said: QuoteRevised = told.get().unwrap();
    assert_eq!((closed.quote, closed.close_reason), (active.quote, QuoteCloseReason::Revised));
    assert_eq!((&said.number, said.revision, said.replaces), (&active.number, 1, active.quote));
    assert_eq!(said.offer.totals, active.offer.totals);
    assert_eq!(quote(&story, said.quote).state, QuoteState::Draft);
    let ids = |offer: &domain::quote::Offer| offer.lines[0].id;
    assert_ne!(ids(&said.offer), ids(&active.offer));

    let told = story.when(QuoteActivate { quote: said.quote }).unwrap();
    assert_eq!(told.get::<QuoteActivated>().unwrap().revision, 1);
}

#[test]
fn f93_a_number_has_one_live_revision() {
    let (mut story, active) = offered();
    let told = story.when(QuoteRevise::of(active.quote)).unwrap();
    let next: QuoteRevised = told.get().unwrap();
    assert!(story.when(QuoteRevise::of(active.quote)).unwrap().already);
    assert_eq!(now(&story).live_quotes().count(), 1);
    // A draft is edited, not revised; it may become active yet.
    assert!(matches!(story.when(QuoteRevise::of(next.quote)), Err(Refusal::NotYet(_))));

    story.when(QuoteActivate { quote: next.quote }).unwrap();
    story.when(close(next.quote, QuoteCloseReason::Canceled, false)).unwrap();
    // It ended, and so the number may live again: with the revision after the last.
    let told = story.when(QuoteRevise::of(active.quote)).unwrap();
    assert_eq!(told.get::<QuoteRevised>().unwrap().revision, 2);
    assert!(story.when(QuoteRevise::of(next.quote)).unwrap().already);
    assert_eq!(now(&story).live_quotes().count(), 1);
}

#[test]
fn f97_closing_the_last_quote_with_the_flag_loses_the_deal() {
    let (mut story, active) = offered();
    let told = story.when(close(active.quote, QuoteCloseReason::Lost, true)).unwrap();
    assert_eq!(told.types(), ["quote.closed.v1", "opportunity.lost.v1"]);
    let said: OpportunityLost = told.get().unwrap();
    assert_eq!(said.lost_reason, domain::opportunity::LostReason::OutSold);
    assert_eq!(said.competitor.as_deref(), Some("Rival"));
    assert!(matches!(now(&story).state, OpportunityState::Lost { .. }));
    assert!(story.when(close(active.quote, QuoteCloseReason::Lost, true)).unwrap().already);
    assert!(story.when(close(active.quote, QuoteCloseReason::Canceled, true)).is_err());
}

#[test]
fn f97_the_deal_stays_open_without_the_flag_or_with_another_live_quote() {
    let (mut story, active) = offered();
    let told = story.when(close(active.quote, QuoteCloseReason::Canceled, false)).unwrap();
    assert_eq!(told.types(), ["quote.closed.v1"]);
    assert_eq!(told.get::<QuoteClosed>().unwrap().comment.as_deref(), Some("too late"));

    let (mut story, active) = offered();
    story.when(add("B-1", dec!(1), true)).unwrap();
    let told = story.when(close(active.quote, QuoteCloseReason::Lost, true)).unwrap();
    assert_eq!(told.types(), ["quote.closed.v1"]);
    assert_eq!(now(&story).state, OpportunityState::Open);
}

#[test]
fn f95_the_clock_may_close_a_quote_as_expired() {
    let (mut story, active) = offered();
    let told = story.when(close(active.quote, QuoteCloseReason::Expired, false)).unwrap();
    assert_eq!(told.get::<QuoteClosed>().unwrap().close_reason, QuoteCloseReason::Expired);
    assert!(story.when(close(active.quote, QuoteCloseReason::Expired, false)).unwrap().already);
}

#[test]
fn a_quote_closes_as_revised_only_by_revising_and_a_draft_as_canceled_alone() {
    let (mut story, active) = offered();
    let refused = story.when(close(active.quote, QuoteCloseReason::Revised, false)).unwrap_err();
    assert_eq!(refused.reason().rule, "quote.close_reason");
    let (mut story, draft) = drafted();
    let refused = story.when(close(draft.quote, QuoteCloseReason::Lost, false)).unwrap_err();
    assert!(refused.reason().message.contains("with the reason `canceled`"), "{refused}");
    let told = story.when(close(draft.quote, QuoteCloseReason::Canceled, false)).unwrap();
    assert_eq!(told.types(), ["quote.closed.v1"]);
    assert!(story.when(close(draft.quote, QuoteCloseReason::Canceled, false)).unwrap().already);
    // Its number stays used.
    let told = story.when(QuoteDraft::of(id(1))).unwrap();
    assert_ne!(told.get::<QuoteDrafted>().unwrap().number, draft.number);
}

#[test]
fn an_unknown_quote_may_still_come() {
    let mut story = story();
    let answers = [
        story.when(QuoteActivate { quote: id(99) }),
        story.when(QuoteRevise::of(id(99))),
        story.when(close(id(99), QuoteCloseReason::Lost, false)),
    ];
    assert!(answers.iter().all(|answer| matches!(answer, Err(Refusal::NotYet(_)))));
}

#[test]
fn f95_the_clock_closes_an_offer_after_its_last_day_and_leaves_others_alone() {
    let mut story = story().given(opportunity());
    let told = story.when(created(&[("A-1", Some(dec!(2)))])).unwrap();
    let active: QuoteActivated = told.get().unwrap();
    let [Later::Plan { name: "expiry", due, message }] = &told.later[..] else {
        panic!("{:?}", told.later)
    };
    // Midnight after the last day, at the seller's.
    let last = active.offer.effective_to;
    assert_eq!(
        due.with_timezone(&chrono_tz::Europe::Berlin).date_naive(),
        last.succ_opt().unwrap()
    );
    let close_it: QuoteClose = serde_json::from_str(&message.data).unwrap();
    assert_eq!((close_it.quote, close_it.reason), (active.quote, QuoteCloseReason::Expired));
    story.when(close_it.clone()).unwrap();
    assert!(matches!(quote(&story, active.quote).state, QuoteState::Closed { .. }));

    let (mut story, active) = offered();
    let told = story.when(close(active.quote, QuoteCloseReason::Lost, false)).unwrap();
    let [Later::Cancel { name: "expiry", about }] = &told.later[..] else {
        panic!("{:?}", told.later)
    };
    assert_eq!(about.id, active.quote.0);
    // One that was on its way already changes nothing.
    let told = story.when(close(active.quote, QuoteCloseReason::Expired, false)).unwrap();
    assert!(told.types().is_empty() && !told.already);
}

#[test]
fn t4_a_deal_that_no_lead_began_is_priced_and_offered_like_any_other() {
    let mut story = story().given(Opportunity { originating_lead: None, ..opportunity() });
    let told = story.when(add("A-1", dec!(2), true)).unwrap();
    assert_eq!(told.types()[..2], ["opportunity.repriced.v1", "quote.drafted.v1"]);
}

#[test]
fn t14_a_quote_keeps_the_rules_that_it_was_computed_by() {
    let settings = QuotingSettings { tax_mode: TaxMode::LineBeforeDiscount, ..settings() };
    let mut story = story_with(settings).given(opportunity());
    let said: QuoteDrafted = story.when(add("A-1", dec!(2), true)).unwrap().get().unwrap();
    assert_eq!(said.offer.header.rules.tax_mode, TaxMode::LineBeforeDiscount);
}

#[test]
fn f22_the_next_offer_of_an_open_deal_bears_whom_its_customer_became() {
    let (mut story, first) = offered();
    let at = story.now;
    let absorbed = |master: u32| {
        let was = Box::new(CustomerState::Active);
        CustomerState::Merged { at, master: id(master), was }
    };
    let person = Person { family_name: Some("Vidal".into()), ..Person::default() };
    let carla = Contact { person, ..samples::contact(id(31)) };
    let mills = Account { name: "Mills".into(), ..samples::account(id(30)) };
    story = story
        .given(mills)
        .given(carla)
        .given(Account { state: absorbed(30), ..account() })
        .given(Contact { state: absorbed(31), ..ana() });
    story.when(add("B-1", dec!(1), true)).unwrap();
    let deal = now(&story);
    let buyers: Vec<_> = deal.quotes.iter().map(|quote| &quote.offer.buyer).collect();
    assert_eq!((buyers.len(), buyers[0].name.as_str()), (2, "Acme"), "what was issued stays");
    assert_eq!(deal.quotes[0].id, first.quote);
    assert_eq!(
        (buyers[1].name.as_str(), buyers[1].contact_name.as_deref().map(|it| it.contains("Vidal"))),
        ("Mills", Some(true))
    );
    assert_eq!(deal.customer, opportunity().customer, "for whom it was opened stays");
}
