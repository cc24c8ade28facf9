//! Who takes part in the decision on a deal.

use domain::commands::{
    OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityRemoveCompetitor,
    OpportunityRemoveStakeholder,
};
use domain::ids::ContactId;
use domain::stakeholder::{
    COMPETITORS_MAX, STAKEHOLDERS_MAX, Stakeholder, StakeholderRole, TakingPart,
};

use super::*;

fn person(n: u32, role: StakeholderRole) -> OpportunityAddStakeholder {
    OpportunityAddStakeholder { opportunity: id(1), contact: id(n), role }
}

fn rival(name: &str) -> OpportunityAddCompetitor {
    OpportunityAddCompetitor { opportunity: id(1), competitor: name.parse().unwrap() }
}

#[test]
fn f35_people_have_a_part_in_the_decision_and_another_one_when_it_is_said_again() {
    use StakeholderRole::{Champion, DecisionMaker};
    let mut story = story().given(opportunity()).given(samples::contact(id(12)));
    for (command, types) in [
        (person(11, DecisionMaker), vec!["opportunity.stakeholder_added.v1"]),
        (person(12, Champion), vec!["opportunity.stakeholder_added.v1"]),
        (person(12, Champion), vec![]),
        (person(11, Champion), vec!["opportunity.stakeholder_added.v1"]),
    ] {
        assert_eq!(story.when(command).unwrap().types(), types);
    }
    let of = |n| Stakeholder { contact: id(n), role: Champion };
    assert_eq!(now(&story).taking_part.stakeholders, [of(11), of(12)]);
    let remove = || OpportunityRemoveStakeholder { opportunity: id(1), contact: id(11) };
    assert_eq!(story.when(remove()).unwrap().types(), ["opportunity.stakeholder_removed.v1"]);
    assert!(story.when(remove()).unwrap().already);
    assert_eq!(now(&story).taking_part.stakeholders, [of(12)]);
}

#[test]
fn f35_an_unknown_person_may_still_come_and_of_too_many_one_is_removed_first() {
    let mut story = story().given(opportunity());
    let refused = story.when(person(99, StakeholderRole::EndUser)).unwrap_err();
    assert!(matches!(refused, Refusal::NotYet(_)));
    let of = |n: usize| {
        let contact: ContactId = id(100 + u32::try_from(n).unwrap());
        Stakeholder { contact, role: StakeholderRole::EndUser }
    };
    let stakeholders = (0..STAKEHOLDERS_MAX).map(of).collect();
    let taking_part = TakingPart { stakeholders, ..TakingPart::NOBODY };
    let mut story = story.given(Opportunity { taking_part, ..opportunity() });
    let refused = story.when(person(11, StakeholderRole::EndUser)).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.stakeholders_max");
}

#[test]
fn f36_a_competitor_is_one_in_any_case_and_limited_and_goes_again() {
    let mut story = story().given(Opportunity { taking_part: TakingPart::NOBODY, ..opportunity() });
    let told = story.when(rival("Bombas  Norte")).unwrap();
    assert_eq!(told.types(), ["opportunity.competitor_added.v1"]);
    assert!(story.when(rival("bombas norte")).unwrap().already);
    assert_eq!(story.when(rival(" ")).unwrap_err().reason().rule, "opportunity.competitor");
    let remove = || OpportunityRemoveCompetitor {
        opportunity: id(1),
        competitor: "BOMBAS NORTE".parse().unwrap(),
    };
    assert_eq!(story.when(remove()).unwrap().types(), ["opportunity.competitor_removed.v1"]);
    assert!(story.when(remove()).unwrap().already);
    for n in 0..COMPETITORS_MAX {
        story.when(rival(&format!("Rival {n}"))).unwrap();
    }
    let refused = story.when(rival("One more")).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.competitors_max");
}

#[test]
fn f36_f97_a_quote_is_lost_to_a_competitor_of_the_deal_alone() {
    let (mut story, active) = offered();
    let close = |name: &str| QuoteClose {
        quote: active.quote,
        reason: QuoteCloseReason::Lost,
        lose_opportunity: true,
        competitor: Some(name.parse().unwrap()),
        comment: None,
    };
    let refused = story.when(close("Nobody")).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.competitor");
    assert!(refused.reason().message.contains("which has Rival"), "{refused}");
    let told = story.when(close("RIVAL")).unwrap();
    assert_eq!(told.get::<OpportunityLost>().unwrap().competitor.as_deref(), Some("Rival"));
}
