//! Many leads by one command.

use domain::bulk::{BulkState, LeadSelector};
use domain::commands::{BulkContinue, BulkQualify};
use domain::decide::Hold;
use domain::enquiry::LeadSource;
use domain::events::{BulkAdvanced, BulkDone, BulkStarted};
use domain::ids::BulkId;
use domain::input::{Input, PartOf, Verdict};
use domain::keys::LeadsSelected;
use domain::lead::Assessment;
use domain::links::LOOK_MAX;
use domain::samples;
use domain::world::Link;

use super::*;

/// Most leads of a slice.
const SLICE_MAX: usize = LeadsSelected::LIMIT;
const FAIR: &str = "Fair 2026";

/// Leads of a fair, the newest last; none of them is worth working by itself.
fn leads(story: &mut Story<Qualification>, count: usize) -> Vec<LeadId> {
    let ids = (0..count).map(|n| {
        let n = u32::try_from(n).unwrap();
        let of_fair = Enquiry { campaign: Some(FAIR.into()), ..vague() };
        let mail = format!("someone{n}@gmail.com");
        let person = Person { emails: vec![mail], ..Person::default() };
        let lead = lead(n, Enquiry { person, ..of_fair });
        let id = lead.id;
        story.world.place(lead.into());
        id
    });
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids
}

fn of_fair() -> LeadSelector {
    LeadSelector { campaign: Some(FAIR.into()), ..LeadSelector::default() }
}

/// Says all that leadmill says to itself about a bulk; how many leads each slice asked, and which.
fn work_off(
    story: &mut Story<Qualification>,
    selector: LeadSelector,
) -> (BulkId, Vec<usize>, Vec<LeadId>) {
    let told = story.when(BulkQualify { selector }).unwrap();
    let bulk = told.get::<BulkStarted>().unwrap().bulk;
    let mut next: Option<BulkContinue> = told.get();
    let (mut slices, mut asked) = (Vec::new(), Vec::new());
    while let Some(slice) = next {
        let told = story.when(slice).unwrap();
        let commands: Vec<LeadQualify> = told.all();
        slices.push(commands.len());
        asked.extend(commands.into_iter().map(|command| command.lead));
        next = told.get();
        assert_eq!(next.is_none(), told.get::<BulkDone>().is_some());
    }
    (bulk, slices, asked)
}

#[test]
fn f63_all_leads_of_a_campaign_are_asked_one_by_one_and_the_result_says_how_many() {
    let mut story = story();
    let mut expected = leads(&mut story, 20);
    story.world.place(lead(900, vague()).into());
    let mut closed = lead(901, Enquiry { campaign: Some(FAIR.into()), ..vague() });
    closed = closed.in_state(LeadState::Qualified { at: story.now });
    story.world.place(closed.into());
    let (bulk, slices, asked) = work_off(&mut story, of_fair());
    assert_eq!(slices, [20]);
    expected.reverse();
    assert_eq!(asked, expected);
    let bulk = story.world.find(bulk).unwrap();
    assert_eq!((bulk.asked, &bulk.state), (20, &BulkState::Done { at: story.now }));
    assert!(story.world.find(expected[0]).unwrap().is_open(), "each answers for itself");
}

#[test]
fn f63_more_leads_than_fit_into_a_slice_are_each_asked_once() {
    let mut story = story();
    let mut expected = leads(&mut story, 2 * SLICE_MAX + 1);
    let (bulk, slices, asked) = work_off(&mut story, of_fair());
    assert_eq!(slices, [SLICE_MAX, SLICE_MAX, 1]);
    expected.reverse();
    assert_eq!(asked, expected);
    assert_eq!(story.world.find(bulk).unwrap().asked, 1_001);
}

#[test]
fn f63_few_leads_among_many_are_found_by_looking_at_so_many_at_a_time() {
    let mut story = story();
    for n in 0..=u32::try_from(LOOK_MAX).unwrap() {
        story.world.place(lead(10_000 + n, vague()).into());
    }
    let mut expected = leads(&mut story, 3);
    let (_, slices, asked) = work_off(&mut story, of_fair());
    assert_eq!((slices.len(), slices.iter().sum()), (2, 3));
    expected.reverse();
    assert_eq!(asked, expected);
}

#[test]
fn f63_a_slice_that_comes_twice_is_taken_once() {
    let mut story = story();
    leads(&mut story, SLICE_MAX + 1);
    let told = story.when(BulkQualify { selector: of_fair() }).unwrap();
    let first: BulkContinue = told.get().unwrap();
    let told = story.when(first.clone()).unwrap();
    assert_eq!(told.get::<BulkAdvanced>().unwrap().asked, 500);
    assert!(story.when(first).unwrap().says.is_empty());
    let done: BulkDone = story.when(told.get::<BulkContinue>().unwrap()).unwrap().get().unwrap();
    assert_eq!(done.asked, 501);
}

#[test]
fn f63_every_condition_of_a_selector_must_hold() {
    let mut story = story();
    let ids = leads(&mut story, 4);
    let change = |story: &mut Story<Qualification>, id: LeadId, change: &dyn Fn(&mut Lead)| {
        let mut lead = story.world.find(id).unwrap().clone();
        change(&mut lead);
        story.world.place(lead.into());
    };
    let score = |score| Some(Assessment { score, ..samples::assessment() });
    change(&mut story, ids[0], &|lead| lead.assessment = score(40));
    change(&mut story, ids[1], &|lead| {
        lead.assessment = score(39);
        lead.enquiry.source = LeadSource::TradeShow;
    });
    change(&mut story, ids[2], &|lead| lead.enquiry.source = LeadSource::TradeShow);
    let mut asked = |selector| work_off(&mut story, selector).2;
    let scored = LeadSelector { score_at_least: Some(40), ..LeadSelector::default() };
    assert_eq!(asked(scored.clone()), [ids[0]]);
    let source = Some(LeadSource::TradeShow);
    assert_eq!(asked(LeadSelector { source, ..LeadSelector::default() }), [ids[2], ids[1]]);
    assert_eq!(asked(LeadSelector { source, ..scored }), []);
    let other = LeadSelector { campaign: Some("Fair".into()), ..LeadSelector::default() };
    assert_eq!(asked(other), [], "a campaign is named in full");
}

#[test]
fn f63_the_leads_of_an_import_are_those_of_its_rows() {
    let mut story = story();
    // Rows are younger than their file.
    let file = |n| InputId(minted(chrono::DateTime::UNIX_EPOCH, [n; 10]));
    let made = leads(&mut story, 3);
    for (number, (file, lead)) in [file(3), file(4), file(3)].into_iter().zip(&made).enumerate() {
        let part_of = Some(PartOf { collection: file, number: number as u64 });
        let row = samples::input(story.world.find(*lead).unwrap().input);
        let verdict = Verdict::Created { lead: *lead };
        story.world.place(Input { part_of, verdict, ..row }.into());
    }
    let mut asked = |import| {
        work_off(&mut story, LeadSelector { import: Some(import), ..LeadSelector::default() }).2
    };
    assert_eq!(asked(file(3)), [made[2], made[0]]);
    assert_eq!(asked(file(4)), [made[1]]);
    assert_eq!(asked(file(5)), []);
}

#[test]
fn f63_a_selector_that_says_nothing_is_refused() {
    let everybody = BulkQualify { selector: LeadSelector::default() };
    let refused = story().when(everybody).unwrap_err();
    assert_eq!(refused.reason().rule, "bulk.everybody");
    assert!(Qualification::LOCKS.contains(&(domain::decide::Root::Input, Hold::Looks)));
}
