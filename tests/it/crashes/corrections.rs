//! What people say of leads and customers, killed at every fault point.

use serde_json::json;

use super::{LEADS, Step, Until, known_twice, matrix_until, open_leads, taken, worked};
use crate::installation::{Installation, form};

/// Two customers who were merged, four more of whom one contact and one account are inactive, and a lead that was
/// disqualified.
async fn customers(it: &Installation) -> [Vec<String>; 3] {
    known_twice(it).await;
    it.send("intake.web", "application/json", (0..4).map(form).collect()).await;
    worked(it, "intake", "SELECT count(*) = 12 FROM lead").await;
    worked(it, "qualification", "SELECT count(*) = 6 FROM opportunity").await;
    let leads = open_leads(it).await;
    let contacts = it.texts("SELECT id::text FROM contact ORDER BY id").await;
    let accounts = it.texts("SELECT id::text FROM account ORDER BY id").await;
    for (kind, merge, ids) in [
        ("lead", "lead.merge.v1", &leads),
        ("contact", "contact.merge.v1", &contacts),
        ("account", "account.merge.v1", &accounts),
    ] {
        it.command(merge, json!({ kind: ids[0], "losers": [ids[1]] })).await;
    }
    let gone = |kind: &str, id: &String| json!({ kind: id, "reason": "They closed." });
    it.command("contact.deactivate.v1", gone("contact", &contacts[2])).await;
    it.command("account.deactivate.v1", gone("account", &accounts[3])).await;
    it.command("lead.disqualify.v1", json!({ "lead": leads[2], "reason": "lost" })).await;
    let done = "SELECT (SELECT count(*) FROM lead WHERE state IN ('merged', 'disqualified'))
                     + (SELECT count(*) FROM contact WHERE state <> 'active')
                     + (SELECT count(*) FROM account WHERE state <> 'active') = 6";
    worked(it, "qualification", done).await;
    [leads, contacts, accounts]
}

#[tokio::test]
async fn f34_f66_f116_qualification_killed_over_corrections_leaves_the_same_people() {
    let before = Installation::new().await;
    let [leads, contacts, accounts] = customers(&before).await;
    let commands = [
        ("lead.unmerge.v1", json!({ "lead": leads[1] })),
        ("contact.unmerge.v1", json!({ "contact": contacts[1] })),
        ("account.unmerge.v1", json!({ "account": accounts[1] })),
        ("lead.reactivate.v1", json!({ "lead": leads[2] })),
        ("contact.reactivate.v1", json!({ "contact": contacts[2] })),
        ("account.reactivate.v1", json!({ "account": accounts[3] })),
        ("lead.update.v1", json!({ "lead": leads[3], "enquiry": { "employees": 40 } })),
        ("contact.update.v1", json!({ "contact": contacts[3], "job_title": "Buyer" })),
        ("account.update.v1", json!({ "account": accounts[2], "territory": "South" })),
        ("contact.deactivate.v1", json!({ "contact": contacts[4], "reason": "She left." })),
        ("account.deactivate.v1", json!({ "account": accounts[5], "reason": "They closed." })),
        ("lead.keep_apart.v1", json!({ "lead": leads[4], "from": [contacts[5]] })),
        ("contact.keep_apart.v1", json!({ "contact": contacts[3], "from": [contacts[2]] })),
        ("account.keep_apart.v1", json!({ "account": accounts[2], "from": [accounts[4]] })),
        ("lead.qualify.v1", json!({ "lead": leads[5], "new_contact": true })),
    ];
    assert!(commands.len() >= LEADS);
    for (ty, data) in &commands {
        before.command(ty, data.clone()).await;
    }
    let messages = taken(&before, "qualification").await;
    let step = Step { worker: "qualification", queue: "qualification", next: None, messages };
    let until = Until { commands: Some(commands.len()), ..Until::default() };
    matrix_until(&before, step, until).await;
}
