//! Leads that become one, while others work on them, and the way back.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::installation::{Installation, Process, command, form};
use crate::operators::leadmill;

/// What a merge and its undo leave: rows but for the count of their events, and whom keys point at.
const ROWS: &str = "SELECT (to_jsonb(l) - ARRAY['sequence', 'modified_at'])::text FROM lead AS l
     UNION ALL SELECT (to_jsonb(k) - 'modified_at')::text FROM party_key AS k ORDER BY 1";
/// Every key of a lead leads to one that is no other one.
const LOST_KEYS: &str =
    "SELECT count(*) FROM party_key AS k JOIN lead AS l ON l.id = k.lead WHERE l.state = 'merged'";

fn vague(name: &str, email: &str, phone: &str) -> Value {
    json!({ "name": name, "email": email, "phone": phone, "message": "hello" })
}

async fn send(it: &Installation, asked: &Value) {
    it.send("intake.web", "application/json", vec![asked.to_string().into_bytes()]).await;
}

/// Two open leads of one person, the older first.
async fn two(it: &Installation) -> (Process, String, String) {
    let workers = it.start(&["intake", "qualification"], &[]);
    send(it, &vague("Bea Vague", "bea@vague.example", "+4930111222")).await;
    it.until("there is one", "SELECT count(*) = 1 FROM event WHERE type = 'lead.scored.v1'").await;
    send(it, &vague("Bea Vague", "bea@gmail.com", "+4930111333")).await;
    it.until("there are two", "SELECT count(*) = 2 FROM event WHERE type = 'lead.scored.v1'").await;
    let leads = it.texts("SELECT id::text FROM lead ORDER BY number").await;
    (workers, leads[0].clone(), leads[1].clone())
}

async fn told_again(it: &Installation) {
    let told = leadmill(it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
    let audit = leadmill(it, &["audit"]).await;
    assert!(audit.success, "{} {}", audit.out, audit.err);
}

#[tokio::test]
async fn f23_n9_a_merge_and_its_undo_leave_every_row_and_key_as_it_was_and_the_log_tells_both() {
    let it = Installation::new().await;
    let (workers, first, second) = two(&it).await;
    // An answer under a known key brings a key of its own, which no field of the lead may hold for ever.
    send(&it, &vague("Bea Vague", "bea@gmail.com", "+4930111444")).await;
    it.until("it is joined", "SELECT count(*) = 1 FROM input WHERE verdict = 'joined'").await;
    it.until(
        "its key is known",
        "SELECT count(*) = 1 FROM party_key WHERE value = '+4930111444' AND lead IS NOT NULL",
    )
    .await;
    let before = it.texts(ROWS).await;
    let merge = json!({ "lead": first, "losers": [second] });
    let id = it.command("lead.merge.v1", merge.clone()).await;
    it.until("it is merged", "SELECT count(*) = 1 FROM lead WHERE state = 'merged'").await;
    assert_eq!(it.count(LOST_KEYS).await, 0);
    told_again(&it).await;
    // The same message again, and the same wish under another id.
    it.publish(vec![command(&id, "lead.merge.v1", &merge)]).await;
    it.command("lead.merge.v1", merge).await;
    it.until("it is so already", "SELECT count(*) = 1 FROM event WHERE type = 'lead.already.v1'")
        .await;
    it.until("a repeat", &format!("SELECT repeats = 1 FROM received WHERE external_id = '{id}'"))
        .await;
    assert_eq!(it.count("SELECT count(*) FROM event WHERE type = 'lead.merged.v1'").await, 1);
    let shown = leadmill(&it, &["show", "lead", &second]).await;
    assert!(shown.out.contains("merged") && shown.out.contains(&first), "{}", shown.out);

    it.command("lead.unmerge.v1", json!({ "lead": second })).await;
    it.until("it is taken back", "SELECT count(*) = 0 FROM lead WHERE state = 'merged'").await;
    // The rules are asked about the master again, so its last answer may be a newer one.
    assert_eq!(it.texts(ROWS).await, before);
    workers.stop().await;
    told_again(&it).await;
}

#[tokio::test]
async fn f22_two_merges_at_once_leave_one_lead_that_every_key_leads_to() {
    let it = Installation::new().await;
    let (workers, first, second) = two(&it).await;
    let others = [it.start(&["qualification"], &[]), it.start(&["qualification"], &[])];
    let rounds = 10;
    for round in 1..=rounds {
        let both = [(&first, &second), (&second, &first)];
        let both = both.map(|(master, loser)| {
            let id = Uuid::new_v4().to_string();
            let data = json!({ "lead": master, "losers": [loser] });
            command(&id, "lead.merge.v1", &data)
        });
        it.publish(both.to_vec()).await;
        let refused =
            format!("SELECT count(*) = {round} FROM refusal WHERE rule = 'lead.merged' AND final");
        it.until("one of them is refused", &refused).await;
        assert_eq!(it.count("SELECT count(*) FROM lead WHERE state = 'merged'").await, 1);
        assert_eq!(it.count(LOST_KEYS).await, 0);
        it.command("lead.unmerge.v1", json!({ "lead": first })).await;
        it.until("it is taken back", "SELECT count(*) = 0 FROM lead WHERE state = 'merged'").await;
    }
    workers.stop().await;
    for worker in others {
        worker.stop().await;
    }
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    told_again(&it).await;
}

#[tokio::test]
async fn f22_leads_that_are_merged_while_they_are_qualified_and_asked_about_lose_no_key_and_no_enquiry()
 {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let pairs = 20;
    let forms = (0..2 * pairs).map(form);
    it.send("intake.web", "application/json", forms.collect()).await;
    let all = format!("SELECT count(*) = {} FROM lead", 2 * pairs);
    it.until("all have a lead", &all).await;
    // What the rules hear of each lead, the merges, and a second enquiry of each loser meet.
    let leads = it.texts("SELECT id::text FROM lead ORDER BY number").await;
    let merges = leads.chunks(2).map(|pair| {
        let id = Uuid::new_v4().to_string();
        let data = json!({ "lead": pair[0], "losers": [pair[1]] });
        command(&id, "lead.merge.v1", &data)
    });
    let merges: Vec<_> = merges.collect();
    let workers = [it.start(&["qualification"], &[]), it.start(&["qualification"], &[])];
    it.publish(merges).await;
    let again = (0..2 * pairs).map(form);
    let again = again.map(|body| [body, b" ".to_vec()].concat());
    it.send("intake.web", "application/json", again.collect()).await;
    it.until("every input has a verdict", &format!("SELECT count(*) = {} FROM input", 4 * pairs))
        .await;
    let decided = format!(
        "SELECT (SELECT count(*) FROM event WHERE type = 'lead.merged.v1')
              + (SELECT count(*) FROM refusal WHERE type = 'lead.merge.v1' AND final) = {pairs}"
    );
    it.until("every merge is decided", &decided).await;
    intake.stop().await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(it.count(LOST_KEYS).await, 0);
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    told_again(&it).await;
}

#[tokio::test]
async fn f24_a_release_for_one_of_two_parties_leaves_the_other_theirs() {
    let it = Installation::new().await;
    let (workers, first, second) = two(&it).await;
    let both = json!({ "name": "Bea Vague", "email": "bea@vague.example", "email2": "bea@gmail.com", "message": "again" });
    send(&it, &both).await;
    it.until("it is held", "SELECT count(*) = 1 FROM input WHERE verdict = 'held'").await;
    let input = it.texts("SELECT id::text FROM input WHERE verdict = 'held'").await.remove(0);
    it.command("input.release.v1", json!({ "input": input })).await;
    it.until("whose is it", "SELECT count(*) = 1 FROM refusal WHERE rule = 'input.two_parties'")
        .await;
    it.command("input.release.v1", json!({ "input": input, "party": second })).await;
    it.until("it is released", "SELECT count(*) = 0 FROM input WHERE verdict = 'held'").await;
    let whose = "SELECT lead::text FROM party_key WHERE kind = 'email' ORDER BY value DESC";
    assert_eq!(it.texts(whose).await, [first.clone(), second.clone()]);
    // Not the same, said once and known by both.
    it.command("lead.keep_apart.v1", json!({ "lead": first, "from": [second] })).await;
    it.until("both know", "SELECT count(*) = 2 FROM lead WHERE kept_apart IS NOT NULL").await;
    workers.stop().await;
    told_again(&it).await;
}
