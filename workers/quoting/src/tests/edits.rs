//! What a draft says is changed by hand, and what of it needs somebody's approval.

use domain::document::{DeliverTo, PaymentTerms};
use domain::enquiry::Address;
use domain::line_edits::{LineChange, LineEdits};
use domain::money::Amount;
use domain::patch::Patch;
use domain::totals::TaxMode;

use super::*;

/// A draft over the golden lines: twelve A-1 with 20 off, three B-1.
fn golden_draft(settings: QuotingSettings) -> (Story<Quoting>, QuoteDrafted) {
    let mut story = story_with(QuotingSettings { draft: false, ..settings }).given(opportunity());
    story.when(discounted(add("A-1", dec!(12), false), dec!(20))).unwrap();
    story.when(add("B-1", dec!(3), true)).unwrap();
    let told = story.when(QuoteDraft::of(id(1))).unwrap();
    assert_eq!(told.types(), ["quote.drafted.v1"]);
    (story, told.get().unwrap())
}

fn edit(draft: &QuoteDrafted) -> QuoteEdit {
    QuoteEdit::of(draft.quote)
}

fn set(amount: Decimal) -> Patch<Amount> {
    Patch::Set(Amount(amount))
}

fn day(text: &str) -> Patch<domain::day::Day> {
    Patch::Set(domain::day::Day::read(text).unwrap())
}

#[test]
fn f89_header_percent_amount_and_freight_set_by_command_give_the_golden_totals_in_every_mode() {
    for (mode, total) in [
        (TaxMode::LineBeforeDiscount, dec!(1757.89)),
        (TaxMode::LineAfterDiscount, dec!(1740.07)),
        (TaxMode::Document, dec!(1740.06)),
    ] {
        let (mut story, draft) = golden_draft(QuotingSettings { tax_mode: mode, ..settings() });
        let command = QuoteEdit {
            discount_percent: set(dec!(5)),
            discount_amount: set(dec!(10.00)),
            freight_amount: set(dec!(25)),
            ..edit(&draft)
        };
        let told = story.when(command).unwrap();
        assert_eq!(told.types(), ["quote.edited.v1"]);
        let said: QuoteEdited = told.get().unwrap();
        let totals = &said.offer.totals;
        assert_eq!((totals.detail_amount, totals.discount_amount), (dec!(1497.97), dec!(84.90)));
        assert_eq!((totals.amount_less_freight, totals.total_amount), (dec!(1413.07), total));
        assert_eq!((&said.number, said.revision), (&draft.number, 0));
        assert_eq!(quote(&story, draft.quote).offer, said.offer);
    }
}

#[test]
fn f87_terms_dates_addresses_and_words_are_patched_and_null_is_what_a_new_draft_says() {
    let (mut story, draft) = golden_draft(settings());
    let address = Address {
        line1: Some(" Yard 4 ".into()),
        city: Some("Ghent".into()),
        ..Address::default()
    };
    let place = DeliverTo { name: Some("Gate B".into()), address };
    let command = QuoteEdit {
        payment_terms: Patch::Set(PaymentTerms::Net60),
        effective_from: day("2026-03-10"),
        effective_to: day("2026-03-31"),
        deliver_to: Patch::Set(place),
        introduction: Patch::Set("As you asked:\nour offer.".parse().unwrap()),
        closing_note: Patch::Set("We look forward to it.".parse().unwrap()),
        ..edit(&draft)
    };
    let said: QuoteEdited = story.when(command.clone()).unwrap().get().unwrap();
    let offer = &said.offer;
    assert_eq!(offer.payment_terms, PaymentTerms::Net60);
    assert_eq!(offer.effective_from.unwrap().to_string(), "2026-03-10");
    assert_eq!(offer.effective_to.to_string(), "2026-03-31");
    let place = offer.deliver_to.as_ref().unwrap();
    assert_eq!(
        (place.name.as_deref(), place.address.line1.as_deref()),
        (Some("Gate B"), Some("Yard 4"))
    );
    assert_eq!(offer.introduction.as_deref(), Some("As you asked:\nour offer."));
    assert!(story.when(command).unwrap().already, "it says that already");

    let back = QuoteEdit {
        payment_terms: Patch::Clear,
        effective_from: Patch::Clear,
        effective_to: Patch::Clear,
        deliver_to: Patch::Clear,
        introduction: Patch::Clear,
        closing_note: Patch::Clear,
        ..edit(&draft)
    };
    let said: QuoteEdited = story.when(back).unwrap().get().unwrap();
    assert_eq!(said.offer, draft.offer);
}

#[test]
fn f89_what_makes_no_sense_is_refused_by_name_and_nothing_is_half_done() {
    let (mut story, draft) = golden_draft(settings());
    let before = now(&story).clone();
    let unknown = LineEdits { remove: vec![id(77)], ..LineEdits::default() };
    let of_deal = LineChange { quantity: Some(dec!(2)), ..LineChange::none(before.lines[0].id) };
    let wish = |position| OptionalWish { position: Some(position), ..OptionalWish::default() };
    for (command, rule) in [
        (QuoteEdit { discount_percent: set(dec!(101)), ..edit(&draft) }, "quote.totals"),
        (QuoteEdit { discount_percent: set(dec!(-1)), ..edit(&draft) }, "quote.totals"),
        (QuoteEdit { freight_amount: set(dec!(-5)), ..edit(&draft) }, "quote.totals"),
        (QuoteEdit { freight_amount: set(dec!(99999999999999)), ..edit(&draft) }, "quote.totals"),
        (QuoteEdit { discount_amount: set(dec!(1500)), ..edit(&draft) }, "quote.discount"),
        (QuoteEdit { discount_amount: set(dec!(1.001)), ..edit(&draft) }, "quote.too_fine"),
        (QuoteEdit { effective_to: day("2026-03-01"), ..edit(&draft) }, "quote.dates"),
        (QuoteEdit { effective_from: day("2026-05-01"), ..edit(&draft) }, "quote.dates"),
        (QuoteEdit { effective_to: day("2126-03-01"), ..edit(&draft) }, "quote.dates"),
        (QuoteEdit { lines: unknown, ..edit(&draft) }, "line.unknown"),
        (
            QuoteEdit {
                lines: LineEdits { change: vec![of_deal], ..LineEdits::default() },
                ..edit(&draft)
            },
            "line.unknown",
        ),
        (
            QuoteEdit {
                lines: LineEdits::product("NOPE".parse().unwrap(), dec!(1)),
                discount_percent: set(dec!(1)),
                ..edit(&draft)
            },
            "product.unknown",
        ),
        (QuoteEdit { optional: Some(vec![wish(3)]), ..edit(&draft) }, "quote.optional"),
        (QuoteEdit { optional: Some(vec![wish(1), wish(1)]), ..edit(&draft) }, "quote.optional"),
        (
            QuoteEdit {
                expected_sequence: Some(9),
                discount_percent: set(dec!(1)),
                ..edit(&draft)
            },
            "expected_sequence",
        ),
    ] {
        let refused = story.when(command).unwrap_err();
        assert_eq!(refused.reason().rule, rule, "{refused}");
        assert_eq!(now(&story), &before);
    }
}

#[test]
fn a_line_becomes_optional_and_counts_in_no_total_whatever_its_place() {
    let (mut story, draft) = golden_draft(settings());
    let lines = LineEdits::product("C-1".parse().unwrap(), dec!(5));
    let group = Some("finish".parse().unwrap());
    let wishes = vec![
        OptionalWish { position: Some(3), group, ..OptionalWish::default() },
        OptionalWish { line: Some(draft.offer.lines[1].id), ..OptionalWish::default() },
    ];
    let command = QuoteEdit { lines, optional: Some(wishes), ..edit(&draft) };
    let said: QuoteEdited = story.when(command).unwrap().get().unwrap();
    let offer = &said.offer;
    assert_eq!(offer.totals.detail_amount, dec!(1348.00));
    assert_eq!(offer.lines[2].net_amount, dec!(50.00));
    let optional: Vec<_> = offer.optional.iter().map(|it| (it.line, it.group.as_deref())).collect();
    assert_eq!(optional, [(offer.lines[1].id, None), (offer.lines[2].id, Some("finish"))]);
    // A line that goes is optional no more; the others stay so.
    let lines = LineEdits { remove: vec![offer.lines[1].id], ..LineEdits::default() };
    let said: QuoteEdited = story.when(QuoteEdit { lines, ..edit(&draft) }).unwrap().get().unwrap();
    assert_eq!((said.offer.lines.len(), said.offer.optional.len()), (2, 1));
    let none = QuoteEdit { optional: Some(Vec::new()), ..edit(&draft) };
    let said: QuoteEdited = story.when(none).unwrap().get().unwrap();
    assert_eq!(said.offer.totals.detail_amount, dec!(1398.00));
}

#[test]
fn f88_what_stands_is_not_edited_and_the_refusal_says_what_to_do() {
    let (mut story, active) = offered();
    let command = QuoteEdit { discount_percent: set(dec!(1)), ..QuoteEdit::of(active.quote) };
    let refused = story.when(command).unwrap_err();
    let Refusal::No(reason) = refused else { panic!("it waits: {refused:?}") };
    assert!(
        reason
            .message
            .contains("stands as offered, so it cannot be edited. Replace it with `quote.revise`"),
        "{reason}"
    );
}

#[test]
fn f87_a_draft_is_made_of_the_lines_as_they_are_each_with_a_number_of_its_own() {
    let (mut story, first) = golden_draft(settings());
    let told = story.when(QuoteDraft::of(id(1))).unwrap();
    let second: QuoteDrafted = told.get().unwrap();
    assert_ne!(second.number, first.number);
    assert_eq!(second.offer.totals, first.offer.totals);
    assert_eq!(now(&story).live_quotes().count(), 2);
    let mut empty = story_with(settings()).given(opportunity());
    let refused = empty.when(QuoteDraft::of(id(1))).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.no_lines");
}

#[test]
fn f87_a_draft_that_somebody_edited_no_longer_follows_the_deal() {
    let settings = QuotingSettings { activate_up_to: dec!(0), ..settings() };
    let mut story = story_with(settings).given(opportunity());
    let first: QuoteDrafted = story.when(add("A-1", dec!(2), true)).unwrap().get().unwrap();
    story.when(QuoteEdit { discount_percent: set(dec!(3)), ..edit(&first) }).unwrap();
    let second: QuoteDrafted = story.when(add("B-1", dec!(1), true)).unwrap().get().unwrap();
    assert_ne!(second.quote, first.quote);
    assert_eq!(quote(&story, first.quote).offer.lines.len(), 1);
    // The new one follows.
    let third: QuoteDrafted = story.when(add("C-1", dec!(1), true)).unwrap().get().unwrap();
    assert_eq!((third.quote, third.offer.lines.len()), (second.quote, 3));
}

#[test]
fn f96_whatever_is_taken_off_counts_against_the_limit_and_the_draft_says_why_it_waits() {
    let reason = |command: QuoteEdit| {
        let (mut story, draft) = golden_draft(settings());
        let command = QuoteEdit { quote: draft.quote, ..command };
        story.when(command).unwrap();
        quote(&story, draft.quote).waits_for.clone()
    };
    let none = QuoteEdit::of(id(0));
    assert_eq!(reason(QuoteEdit { discount_percent: set(dec!(8)), ..none.clone() }), None);
    let by_percent = reason(QuoteEdit { discount_percent: set(dec!(9)), ..none.clone() }).unwrap();
    assert_eq!(
        by_percent,
        "its discounts come to 10.2 %, above 10 % (`quoting.discount_percent_max`)"
    );
    let by_amount = reason(QuoteEdit { discount_amount: set(dec!(140)), ..none.clone() }).unwrap();
    assert!(by_amount.contains("10.55 %"), "{by_amount}");
    let high = reason(QuoteEdit { freight_amount: set(dec!(24000)), ..none.clone() }).unwrap();
    assert!(high.contains("are above 25000 (`quoting.activate_up_to`)"), "{high}");
    // What may be picked counts as if it were: nobody hides a discount or a total there.
    let lines = LineEdits::product("B-1".parse().unwrap(), dec!(500));
    let wish = vec![OptionalWish { position: Some(3), ..OptionalWish::default() }];
    let picked = QuoteEdit { lines, optional: Some(wish.clone()), ..none.clone() };
    assert!(reason(picked).unwrap().contains("above 25000"));
    let mut lines = LineEdits::product("C-1".parse().unwrap(), dec!(1));
    lines.add[0].manual_discount = Some(dec!(4));
    let given = reason(QuoteEdit { lines, optional: Some(wish), ..none }).unwrap();
    assert_eq!(
        given,
        "the discounts on `C-1` come to 40 %, above 10 % (`quoting.discount_percent_max`)"
    );
}

#[test]
fn f96_who_may_not_approve_learns_why_it_waits_and_who_may_is_named() {
    let (mut story, draft) = golden_draft(settings());
    story.when(QuoteEdit { discount_percent: set(dec!(20)), ..edit(&draft) }).unwrap();
    let asker = |name: &str, rights: &[Right]| Asker {
        name: Some(name.into()),
        rights: rights.iter().copied().collect(),
    };
    story.asker = asker("sam", &[Right::OfferQuote, Right::EditQuote]);
    let refused = story.when(QuoteActivate { quote: draft.quote }).unwrap_err();
    for part in ["`approve_discount`", "21.06 %", "stays a draft", "`quote.activate`"] {
        assert!(refused.reason().message.contains(part), "{part}: {refused}");
    }
    story.asker = asker("ana", &[Right::OfferQuote, Right::ApproveDiscount]);
    let told = story.when(QuoteActivate { quote: draft.quote }).unwrap();
    assert_eq!(told.get::<QuoteActivated>().unwrap().approved_by.as_deref(), Some("ana"));
    assert_eq!(quote(&story, draft.quote).waits_for, None);
}
