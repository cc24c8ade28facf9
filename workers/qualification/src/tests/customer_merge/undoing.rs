//! Merges of customers that are taken back.

use super::*;

#[test]
fn f23_who_withdrew_while_they_were_taken_for_another_one_is_not_written_to_afterwards() {
    for (seconds, agreed) in [(5, false), (-5, true)] {
        let mut story = two();
        story.now = samples::at();
        let word = withdrawn("ana@gmail.com", seconds);
        let consent = Consent::new(word.consent, word.channel.clone()).with(word.to.clone());
        story.when(into(11, &[12])).unwrap();
        story.world.place(consent.into());
        story.when(word).unwrap();
        let told = story.when(undo(11)).unwrap();
        assert_eq!(told.get::<ContactRestored>().unwrap().consent, agreed);
        assert_eq!(now(&story, 12).consent, agreed);
        assert!(!now(&story, 11).consent, "what came meanwhile stays with the master");
    }
}

#[test]
fn f23_n9_an_undone_merge_of_contacts_leaves_rows_and_keys_as_they_were() {
    let mut story = two();
    let before = (now(&story, 11), now(&story, 12));
    let keys = |story: &Story<Qualification>| {
        ["ana@acme.example", "ana@gmail.com"]
            .map(|email| story.world.party(&key(PartyKeyKind::Email, email)).cloned())
    };
    let of_keys = keys(&story);
    story.when(into(11, &[12])).unwrap();
    let told = story.when(undo(12)).unwrap();
    assert_eq!(told.types(), ["contact.restored.v1", "contact.unmerged.v1"]);
    assert_eq!(told.get::<ContactRestored>().unwrap().state, "active");
    assert_eq!(
        (plain(now(&story, 11)), plain(now(&story, 12))),
        (plain(before.0), plain(before.1))
    );
    assert_eq!(keys(&story), of_keys);
    let said: ContactUnmerged = told.get().unwrap();
    assert!(said.stayed.is_empty() && said.later.is_empty());
    assert_eq!(customer(&asks(&mut story, 1, "ana@gmail.com")).contact, Some(id(12)));
}

#[test]
fn f23_what_came_after_a_merge_of_contacts_stays_with_the_master_and_is_listed() {
    let mut story = two();
    story.when(into(11, &[12])).unwrap();
    story.when(titled(11, "Owner")).unwrap();
    let emails: Patch<Vec<_>> = Patch::Set(
        ["ana@acme.example", "ana@gmail.com", "late@acme.example"]
            .map(|email| email.parse().unwrap())
            .into(),
    );
    story.when(ContactUpdate { emails, ..titled(11, "Owner") }).unwrap();
    let said: ContactUnmerged = story.when(undo(11)).unwrap().get().unwrap();
    let master = now(&story, 11).person;
    assert_eq!(master.job_title.as_deref(), Some("Owner"));
    assert_eq!(master.emails, ["ana@acme.example", "late@acme.example"]);
    assert_eq!(said.stayed, ["person.emails", "person.job_title"]);
    let later: Vec<_> = said.later.iter().map(|event| event.ty.as_str()).collect();
    assert_eq!(later, ["contact.updated.v1", "contact.updated.v1"]);
}

#[test]
fn f23_a_chain_of_contacts_leads_to_the_last_one_and_comes_back_link_by_link() {
    let mut story = two().given(contact(13, "ana@web.example"));
    let before = [11, 12, 13].map(|n| plain(now(&story, n)));
    story.when(into(11, &[12])).unwrap();
    let told = story.when(into(13, &[11])).unwrap();
    assert_eq!(told.get::<ContactMerged>().unwrap().links, 2);
    assert_eq!(customer(&asks(&mut story, 1, "ana@gmail.com")).contact, Some(id(13)));
    let (named, _) = rule(story.when(undo(12)));
    assert_eq!(named, "customer.merged");
    story.when(undo(13)).unwrap();
    story.when(undo(11)).unwrap();
    assert_eq!([11, 12, 13].map(|n| plain(now(&story, n))), before);
    assert_eq!(rule(story.when(undo(11))).0, "customer.not_merged");
}

#[test]
fn f23_merges_of_contacts_are_taken_back_from_the_last_one_on() {
    let mut story = two().given(contact(13, "ana@web.example"));
    story.when(into(11, &[12])).unwrap();
    story.when(into(11, &[13])).unwrap();
    assert_eq!(rule(story.when(undo(12))).0, "customer.later_merge");
    story.when(undo(13)).unwrap();
    story.when(undo(12)).unwrap();
    assert_eq!(now(&story, 12).master(), None);
}
