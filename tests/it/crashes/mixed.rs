//! What stands beside the pipeline, killed at every fault point: kinds of messages are mixed, so that few installations do.

use serde_json::{Value, json};

use super::{LEADS, Step, Until, matrix, matrix_until, quotes, taken, worked};
use crate::installation::{Installation, form};

/// Rows of the list that is undone.
const UNDONE: usize = 6;

fn body(form: &Value) -> Vec<u8> {
    form.to_string().into_bytes()
}

fn asks(name: &str, company: &str, email: &str) -> Vec<u8> {
    body(
        &json!({ "name": name, "company": company, "email": email, "message": "Hello, could you call me back?" }),
    )
}

/// Whom qualification knows: two customers with a proposal each, people who are alike, and two lists.
async fn known(it: &Installation) {
    let workers = it.start(&["intake", "qualification"], &[]);
    for (title, nth) in [("Buyer", 0), ("Chief", 2)] {
        let forms = (1..=2).map(|n| {
            let mut form: Value = serde_json::from_slice(&form(n)).unwrap();
            form["job_title"] = json!(title);
            form["message"] = json!(format!("We want to buy {} coffee machines.", nth + 2));
            body(&form)
        });
        it.send("intake.web", "application/json", forms.collect()).await;
        let deals = format!("SELECT count(*) = {} FROM opportunity", nth + 2);
        it.until("they are customers", &deals).await;
    }
    it.until("it is proposed", "SELECT count(*) = 2 FROM proposal WHERE state = 'open'").await;
    let alike = [
        asks("Regina Murphy", "Contoso", "regina@contoso.example"),
        asks("Regina Merphy", "Contoso Inc", "rmerphy@gmail.com"),
    ];
    for form in alike {
        it.send("intake.web", "application/json", vec![form]).await;
    }
    it.until("they are alike", "SELECT count(*) >= 1 FROM duplicate WHERE state = 'open'").await;
    for (list, rows) in [("bulk", 3), ("undo", UNDONE)] {
        let rows: String =
            (1..=rows).map(|n| format!("Name{n} Of{list}{n},n{n}@{list}{n}.example\n")).collect();
        let list = format!("name,email\n{rows}");
        it.send("intake.import", "text/csv", vec![list.into_bytes()]).await;
    }
    let rows =
        format!("SELECT count(*) = {} FROM lead WHERE assessment IS NOT NULL", 6 + 3 + UNDONE);
    it.until("all are scored", &rows).await;
    workers.stop().await;
}

#[tokio::test]
async fn f21_f34_f63_f116_n8_qualification_killed_over_proposals_duplicates_bulk_and_undo_leaves_the_same()
 {
    let before = Installation::new().await;
    known(&before).await;
    let mut commands = Vec::new();
    let proposals = before.texts("SELECT id::text FROM proposal ORDER BY id").await;
    commands.push(("proposal.accept.v1", json!({ "proposal": proposals[0] })));
    commands.push(("proposal.dismiss.v1", json!({ "proposal": proposals[1] })));
    for duplicate in before.texts("SELECT id::text FROM duplicate WHERE state = 'open'").await {
        let close = json!({ "duplicate": duplicate, "reason": "Two sisters." });
        commands.push(("duplicate.close.v1", close));
    }
    let lists =
        before.texts("SELECT id::text FROM input WHERE verdict = 'split' ORDER BY id").await;
    commands.push(("bulk.qualify.v1", json!({ "selector": { "import": lists[0] } })));
    let rows = format!("SELECT id || ' ' || lead FROM input WHERE collection = '{}'", lists[1]);
    for row in before.texts(&rows).await {
        let (input, lead) = row.split_once(' ').unwrap();
        commands.push(("lead.undo.v1", json!({ "lead": lead, "input": input })));
    }
    let account = before.texts("SELECT id::text FROM account ORDER BY id LIMIT 1").await.remove(0);
    let create = json!({ "customer": { "account": account }, "name": "A second machine" });
    commands.push(("opportunity.create.v1", create));
    // And some that come to nothing.
    while commands.len() < LEADS {
        let (ty, data) = commands[commands.len() % 2].clone();
        commands.push((ty, data));
    }
    for (ty, data) in &commands {
        before.command(ty, data.clone()).await;
    }
    let messages = taken(&before, "qualification").await;
    let step = Step { worker: "qualification", queue: "qualification", next: None, messages };
    let until = Until { commands: Some(commands.len()), ..Until::default() };
    matrix_until(&before, step, until).await;
}

#[tokio::test]
async fn f18_f116_intake_killed_over_consent_leaves_the_same_words() {
    let before = Installation::new().await;
    for n in 0..LEADS / 3 {
        let channel = format!("ana{n}@acme{n}.example");
        let change = json!({ "channel": channel, "purpose": "bulk_mail", "word": "given" });
        before.command("consent.change.v1", change).await;
        let suppress = json!({ "channel": channel, "reason": "complaint" });
        before.command("consent.suppress.v1", suppress).await;
        let withdraw = json!({ "channel": channel, "purpose": "profiling", "word": "withdrawn" });
        before.command("consent.change.v1", withdraw).await;
    }
    let messages = taken(&before, "intake").await;
    matrix(&before, Step { worker: "intake", queue: "intake", next: None, messages }).await;
}

/// Some leads came to nothing, five days ago.
async fn old(it: &Installation) {
    // In the past and not in the future: what is said in the future is not swept up before that.
    it.execute("UPDATE clock_shift SET by = '-5 days'").await;
    let vague = |n: usize| {
        let (name, email) = (format!("Vera Vague{n}"), format!("vera{n}@vague.example"));
        body(&json!({ "name": name, "email": email, "message": "hello" }))
    };
    it.send("intake.web", "application/json", (0..3).map(vague).collect()).await;
    worked(it, "intake", &format!("SELECT count(*) = {} FROM lead", LEADS + 3)).await;
    let scored =
        "SELECT count(*) = 3 FROM lead WHERE opportunity IS NULL AND assessment IS NOT NULL";
    worked(it, "qualification", scored).await;
    let vague = "SELECT id::text FROM lead WHERE opportunity IS NULL";
    for lead in it.texts(vague).await {
        it.command("lead.disqualify.v1", json!({ "lead": lead, "reason": "lost" })).await;
    }
    let closed = "SELECT count(*) = 3 FROM lead WHERE state = 'disqualified'";
    worked(it, "qualification", closed).await;
    it.execute("UPDATE clock_shift SET by = '0'").await;
}

#[tokio::test]
async fn f116_f119_privacy_killed_anywhere_leaves_nothing_of_the_same_people() {
    let before = Installation::new().await;
    quotes(&before).await;
    old(&before).await;
    for n in 0..LEADS {
        let key = format!("ana{n}@acme{n}.example");
        let erase = json!({ "keys": [key], "reason": "They asked for it." });
        before.command("person.erase.v1", erase).await;
    }
    let messages = taken(&before, "privacy").await;
    let step = Step { worker: "privacy", queue: "privacy", next: None, messages };
    // The clock says its command as soon as a worker runs, and asks for an erasure of its own.
    let done = format!("AND (SELECT count(*) FROM erasure WHERE state = 'done') = {}", LEADS + 2);
    let environment = [("LEADMILL_RETENTION__CLOSED_LEADS_DAYS", "3")];
    let until = Until { commands: Some(LEADS), also: &done, environment: &environment };
    matrix_until(&before, step, until).await;
}
