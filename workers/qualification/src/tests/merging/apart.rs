//! Records that somebody says are not the same.

use domain::commands::{ContactKeepApart, LeadKeepApart, LeadMerge};
use domain::events::{ContactKeptApart, LeadKeptApart};
use domain::ids::ContactId;
use domain::kept_apart::KeptApart;
use domain::merging::Keep;
use domain::samples;
use uuid::Uuid;

use super::*;

fn keep(lead: u32, from: &[Uuid], no_longer: &[Uuid]) -> LeadKeepApart {
    LeadKeepApart { lead: id(lead), from: from.to_vec(), no_longer: no_longer.to_vec() }
}

fn apart_of(story: &Story<Qualification>, n: u32) -> Vec<Uuid> {
    story.world.find(id::<LeadId>(n)).unwrap().kept_apart().to_vec()
}

/// Two leads and a contact.
fn three() -> Story<Qualification> {
    let contact = samples::contact(id(7));
    story().given(lead(1, acme())).given(lead(2, vague())).given(contact)
}

#[test]
fn f24_n9_not_a_duplicate_is_remembered_by_both_and_can_be_taken_back() {
    let mut story = three();
    let (one, two, contact): (Uuid, Uuid, Uuid) = (id(1), id(2), id(7));
    let told = story.when(keep(1, &[two, contact], &[])).unwrap();
    assert_eq!(told.types(), ["lead.kept_apart.v1", "lead.kept_apart.v1", "contact.kept_apart.v1"]);
    assert_eq!((apart_of(&story, 2), apart_of(&story, 1).len()), (vec![one], 2));
    let known = story.world.find(ContactId(contact)).unwrap();
    assert!(known.is_apart(one) && !known.is_apart(two));
    assert!(story.when(keep(2, &[one], &[])).unwrap().already);

    let back = ContactKeepApart { contact: id(7), from: Vec::new(), no_longer: vec![one] };
    let told = story.when(back).unwrap();
    assert_eq!(told.get::<ContactKeptApart>().unwrap().from, [] as [Uuid; 0]);
    assert_eq!(told.get::<LeadKeptApart>().unwrap().from, [two]);
}

#[test]
fn f24_what_is_unknown_or_itself_is_refused_and_nothing_changes() {
    let mut story = three();
    let (one, two): (Uuid, Uuid) = (id(1), id(2));
    let itself = story.when(keep(1, &[one], &[])).unwrap_err();
    assert!(itself.to_string().contains("kept apart from itself"), "{itself}");
    let unknown = story.when(keep(1, &[two, id(99)], &[])).unwrap_err();
    assert!(unknown.to_string().contains("no lead, contact or account"), "{unknown}");
    assert_eq!(apart_of(&story, 2), [] as [Uuid; 0]);
}

#[test]
fn f24_n9_a_merge_forgets_it_and_its_undo_remembers_it_again() {
    let mut story = three();
    let (one, two): (Uuid, Uuid) = (id(1), id(2));
    story.when(keep(1, &[two], &[])).unwrap();
    story.when(LeadMerge { lead: id(1), losers: vec![id(2)], keep: Keep::default() }).unwrap();
    assert_eq!((apart_of(&story, 1), apart_of(&story, 2)), (Vec::new(), Vec::new()));
    story.when(domain::commands::LeadUnmerge { lead: id(1) }).unwrap();
    assert_eq!((apart_of(&story, 1), apart_of(&story, 2)), (vec![two], vec![one]));
}
