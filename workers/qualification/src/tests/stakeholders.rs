//! Who takes part in the decision on a lead, and in that on what becomes of it.

use domain::commands::{
    LeadAddCompetitor, LeadAddStakeholder, LeadMerge, LeadRemoveCompetitor, LeadRemoveStakeholder,
    LeadUnmerge, OpportunityWish,
};
use domain::events::{LeadMerged, LeadUnmerged};
use domain::merging::Keep;
use domain::opportunity::Opportunity;
use domain::samples;
use domain::stakeholder::{
    COMPETITORS_MAX, STAKEHOLDERS_MAX, Stakeholder, StakeholderRole, TakingPart,
};

use super::*;

const LAWYER: u32 = 71;
const PROJECT_LEAD: u32 = 72;
const BOARD_MEMBER: u32 = 73;

fn person_of(n: u32, contact: u32, role: StakeholderRole) -> LeadAddStakeholder {
    LeadAddStakeholder { lead: id(n), contact: id(contact), role }
}

fn rival(n: u32, name: &str) -> LeadAddCompetitor {
    LeadAddCompetitor { lead: id(n), competitor: name.parse().unwrap() }
}

fn in_it(contact: u32, role: StakeholderRole) -> Stakeholder {
    Stakeholder { contact: id(contact), role }
}

/// Open leads, and three people whom somebody knows.
fn two() -> Story<Qualification> {
    let people = [LAWYER, PROJECT_LEAD, BOARD_MEMBER];
    let story = story().given(lead(1, vague())).given(lead(2, vague()));
    people.into_iter().fold(story, |story, n| story.given(samples::contact(id(n))))
}

fn part(story: &Story<Qualification>, n: u32) -> TakingPart {
    story.world.find(id::<LeadId>(n)).unwrap().taking_part.clone()
}

#[test]
fn f35_people_have_a_part_in_the_decision_on_a_lead_and_every_opportunity_of_it_begins_with_them() {
    use StakeholderRole::{DecisionMaker, Influencer, TechnicalBuyer};
    let mut story = two();
    for (contact, role) in
        [(LAWYER, Influencer), (PROJECT_LEAD, TechnicalBuyer), (BOARD_MEMBER, Influencer)]
    {
        let told = story.when(person_of(1, contact, role)).unwrap();
        assert_eq!(told.types(), ["lead.stakeholder_added.v1"]);
    }
    assert!(story.when(person_of(1, LAWYER, Influencer)).unwrap().already);
    story.when(person_of(1, BOARD_MEMBER, DecisionMaker)).unwrap();
    let all = [
        in_it(LAWYER, Influencer),
        in_it(PROJECT_LEAD, TechnicalBuyer),
        in_it(BOARD_MEMBER, DecisionMaker),
    ];
    assert_eq!(part(&story, 1).stakeholders, all);

    let opportunities = vec![OpportunityWish::default(), OpportunityWish::default()];
    let told = story.when(LeadQualify { opportunities, ..by_hand(id(1)) }).unwrap();
    let said: LeadQualified = told.get().unwrap();
    for deal in said.others.iter().copied().chain([said.opportunity]) {
        let deal: &Opportunity = story.world.find(deal).unwrap();
        assert_eq!(deal.taking_part.stakeholders, all);
    }
    let created: OpportunityCreated = told.get().unwrap();
    assert_eq!(created.stakeholders, all);
    // The lead is closed by now, and only read.
    let late = story.when(person_of(1, LAWYER, DecisionMaker)).unwrap_err();
    assert!(late.to_string().contains("cannot be updated"), "{late}");
}

#[test]
fn f35_somebody_leaves_the_decision_on_a_lead_and_of_too_many_one_is_removed_first() {
    let mut story = two();
    story.when(person_of(1, LAWYER, StakeholderRole::Champion)).unwrap();
    let remove = || LeadRemoveStakeholder { lead: id(1), contact: id(LAWYER) };
    assert_eq!(story.when(remove()).unwrap().types(), ["lead.stakeholder_removed.v1"]);
    assert!(story.when(remove()).unwrap().already);
    assert!(part(&story, 1).is_nobody());
    let unknown = story.when(person_of(1, 99, StakeholderRole::EndUser)).unwrap_err();
    assert!(matches!(unknown, Refusal::NotYet(_)));

    let of = |n: usize| in_it(100 + u32::try_from(n).unwrap(), StakeholderRole::EndUser);
    let mut full = lead(1, vague());
    full.taking_part.stakeholders = (0..STAKEHOLDERS_MAX).map(of).collect();
    let mut story = story.given(full);
    let refused = story.when(person_of(1, LAWYER, StakeholderRole::EndUser)).unwrap_err();
    assert_eq!(refused.reason().rule, "lead.stakeholders_max");
    assert!(refused.to_string().contains("`lead.remove_stakeholder`"), "{refused}");
}

#[test]
fn f36_a_competitor_of_a_lead_is_one_in_any_case_and_its_opportunity_begins_with_them() {
    let mut story = two();
    let told = story.when(rival(1, "Bombas Norte")).unwrap();
    assert_eq!(told.types(), ["lead.competitor_added.v1"]);
    assert!(story.when(rival(1, "BOMBAS  norte")).unwrap().already);
    assert_eq!(story.when(rival(1, " ")).unwrap_err().reason().rule, "lead.competitor");
    story.when(rival(1, "Bombas Sur")).unwrap();
    let competitor = "BOMBAS SUR".parse().unwrap();
    let told = story.when(LeadRemoveCompetitor { lead: id(1), competitor }).unwrap();
    assert_eq!(told.types(), ["lead.competitor_removed.v1"]);
    let told = story.when(by_hand(id(1))).unwrap();
    let created: OpportunityCreated = told.get().unwrap();
    assert_eq!(created.competitors, ["Bombas Norte"]);
    let deal = story.world.find(created.opportunity).unwrap();
    assert_eq!(deal.taking_part.competitors, ["Bombas Norte"]);
}

#[test]
fn f35_f36_an_opportunity_of_a_lead_that_names_nobody_says_nothing_of_them() {
    let told = capture(&mut story(), lead(1, acme())).unwrap();
    let said = told.says.iter().find(|said| said.said.ty.name == "opportunity.created.v1");
    let data = &said.unwrap().said.data;
    assert!(!data.contains("stakeholders") && !data.contains("competitors"), "{data}");
}

#[test]
fn f23_f35_f36_a_merge_joins_who_takes_part_within_the_limits_and_its_undo_parts_them_exactly() {
    use StakeholderRole::{Champion, EndUser};
    let mut story = two();
    story.when(person_of(1, LAWYER, Champion)).unwrap();
    story.when(person_of(2, LAWYER, EndUser)).unwrap();
    story.when(person_of(2, BOARD_MEMBER, EndUser)).unwrap();
    for n in 1..COMPETITORS_MAX {
        story.when(rival(1, &format!("Rival {n}"))).unwrap();
    }
    for name in ["RIVAL 1", "One more", "One too many"] {
        story.when(rival(2, name)).unwrap();
    }
    let before = (part(&story, 1), part(&story, 2));
    let merge = LeadMerge { lead: id(1), losers: vec![id(2)], keep: Keep::default() };
    let told = story.when(merge).unwrap();
    let said: LeadMerged = told.get().unwrap();
    let both = part(&story, 1);
    assert_eq!(both.stakeholders, [in_it(LAWYER, Champion), in_it(BOARD_MEMBER, EndUser)]);
    assert_eq!(both.competitors.len(), COMPETITORS_MAX);
    assert_eq!(both.competitor("one more"), Some("One more"));
    assert_eq!((said.stakeholders, said.competitors), (both.stakeholders, both.competitors));
    assert_eq!(part(&story, 2), before.1, "the other one keeps its own");
    let loser = story.when(rival(2, "Anybody")).unwrap_err();
    assert_eq!(loser.reason().rule, "lead.merged");

    // What is said of the master after the merge stays with it.
    story.when(person_of(1, PROJECT_LEAD, EndUser)).unwrap();
    let told = story.when(LeadUnmerge { lead: id(1) }).unwrap();
    let said: LeadUnmerged = told.get().unwrap();
    assert_eq!(said.stayed, ["stakeholders"]);
    let own = [in_it(LAWYER, Champion), in_it(PROJECT_LEAD, EndUser)];
    assert_eq!(part(&story, 1).stakeholders, own);
    assert_eq!(part(&story, 1).competitors, before.0.competitors);
    assert_eq!(part(&story, 2), before.1);
}
