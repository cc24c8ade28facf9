//! On which terms an offer has its goods delivered.

use domain::delivery_terms::{DeliveryTerms, Incoterm};
use domain::newer::NewerWord;
use domain::offer_difference::differences;
use domain::patch::Patch;

use super::*;
use crate::settings::DeliverySettings;

fn terms(incoterm: Incoterm, place: &str) -> DeliveryTerms {
    DeliveryTerms::of(incoterm, Some(place))
}

fn by_setting() -> QuotingSettings {
    let place = Some("Berlin".parse().unwrap());
    let delivery_terms = Some(DeliverySettings { incoterm: Incoterm::Exw, place });
    QuotingSettings { draft: false, delivery_terms, ..settings() }
}

/// A deal with a line, of which nothing is offered yet.
fn deal(settings: QuotingSettings) -> Story<Quoting> {
    let mut story = story_with(settings).given(opportunity());
    story.when(add("A-1", dec!(1), true)).unwrap();
    story
}

fn drafted(story: &mut Story<Quoting>, delivery_terms: Patch<DeliveryTerms>) -> QuoteDrafted {
    let command = QuoteDraft { delivery_terms, ..QuoteDraft::of(id(1)) };
    story.when(command).unwrap().get().unwrap()
}

fn told(offer: &domain::offer::Offer) -> Option<String> {
    offer.delivery_terms.as_ref().map(|terms| terms.text())
}

#[test]
fn f87_delivery_terms_are_those_of_the_settings_unless_the_draft_says_others_or_none() {
    let dap = || Patch::Set(terms(Incoterm::Dap, " Lyon "));
    for (settings, given, expected) in [
        (settings(), Patch::Keep, None),
        (settings(), dap(), Some("DAP Lyon (Incoterms 2020)")),
        (by_setting(), Patch::Keep, Some("EXW Berlin (Incoterms 2020)")),
        (by_setting(), Patch::Clear, None),
        (by_setting(), dap(), Some("DAP Lyon (Incoterms 2020)")),
    ] {
        let mut story = deal(QuotingSettings { draft: false, ..settings });
        let said = drafted(&mut story, given);
        assert_eq!(told(&said.offer).as_deref(), expected);
        assert_eq!(quote(&story, said.quote).offer, said.offer);
        let json = serde_json::to_value(&said.offer).unwrap();
        assert_eq!(
            json.get("delivery_terms").is_some(),
            expected.is_some(),
            "no byte without them"
        );
    }
}

#[test]
fn f87_delivery_terms_are_patched_and_null_is_what_a_new_draft_says() {
    let mut story = deal(by_setting());
    let draft = drafted(&mut story, Patch::Keep);
    let edit = |delivery_terms| QuoteEdit { delivery_terms, ..QuoteEdit::of(draft.quote) };
    let ddp = edit(Patch::Set(terms(Incoterm::Ddp, "Porto")));
    let said: QuoteEdited = story.when(ddp.clone()).unwrap().get().unwrap();
    assert_eq!(told(&said.offer).as_deref(), Some("DDP Porto (Incoterms 2020)"));
    assert!(story.when(ddp).unwrap().already, "it says that already");
    assert!(story.when(edit(Patch::Keep)).unwrap().already);
    let back: QuoteEdited = story.when(edit(Patch::Clear)).unwrap().get().unwrap();
    assert_eq!(back.offer, draft.offer);

    let newer = NewerWord::try_from(std::borrow::Cow::from("dat")).unwrap();
    let refused = story.when(edit(Patch::Set(terms(Incoterm::Newer(newer), "Porto")))).unwrap_err();
    assert!(matches!(refused, Refusal::Newer(_)), "{refused}");
    assert_eq!(refused.reason().rule, "newer.delivery_terms");
    assert_eq!(quote(&story, draft.quote).offer, draft.offer);
}

#[test]
fn f87_a_draft_that_follows_the_deal_keeps_its_delivery_terms_and_a_revision_has_them_too() {
    let settings = QuotingSettings { activate_up_to: dec!(0), ..settings() };
    let mut story = story_with(settings).given(opportunity());
    story.when(add("A-1", dec!(1), false)).unwrap();
    let draft = drafted(&mut story, Patch::Set(terms(Incoterm::Cif, "Bilbao")));
    story.when(add("A-1", dec!(2), true)).unwrap();
    let follows = quote(&story, draft.quote).offer.clone();
    assert_eq!(follows.lines.len(), draft.offer.lines.len() + 1, "it is of the new lines");
    assert_eq!(follows.delivery_terms, draft.offer.delivery_terms);

    story.when(QuoteActivate { quote: draft.quote }).unwrap();
    let revised: QuoteRevised = story.when(QuoteRevise::of(draft.quote)).unwrap().get().unwrap();
    assert_eq!(revised.offer.delivery_terms, draft.offer.delivery_terms);
    let other = Patch::Set(DeliveryTerms::of(Incoterm::Cif, None));
    let edit = QuoteEdit { delivery_terms: other, ..QuoteEdit::of(revised.quote) };
    let edited: QuoteEdited = story.when(edit).unwrap().get().unwrap();
    assert_ne!(edited.offer.sha256(), revised.offer.sha256(), "the digest covers them");
    let activated = story.when(QuoteActivate { quote: revised.quote }).unwrap();
    let activated: QuoteActivated = activated.get().unwrap();
    assert_eq!(activated.differences, differences(&follows, &edited.offer));
    let [place] = &activated.differences[..] else { panic!("{:?}", activated.differences) };
    assert_eq!(
        (&*place.field, place.from.as_deref(), place.to.as_deref()),
        ("delivery_terms.place", Some("Bilbao"), None)
    );
}
