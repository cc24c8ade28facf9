//! Whoever is alike, from two forms to the list that a person works off.

use serde_json::json;

use crate::installation::Installation;
use crate::operators::leadmill;

/// Pairs of spellings that come at once.
const PAIRS: usize = 40;

/// A form of somebody at a company.
fn asks(name: &str, company: &str, email: &str) -> Vec<u8> {
    let form = json!({ "name": name, "company": company, "email": email,
                       "message": "Hello, could you call me back?" });
    form.to_string().into_bytes()
}

fn murphy() -> Vec<u8> {
    asks("Regina Murphy", "Contoso", "regina@contoso.example")
}

fn merphy() -> Vec<u8> {
    asks("Regina Merphy", "Contoso Inc", "rmerphy@gmail.com")
}

#[tokio::test]
async fn f21_two_spellings_of_one_person_are_listed_shown_closed_and_told_again() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.send("intake.web", "application/json", vec![murphy()]).await;
    it.until("she is a lead", "SELECT count(*) = 1 FROM lead WHERE assessment IS NOT NULL").await;
    it.send("intake.web", "application/json", vec![merphy()]).await;
    it.until("they are alike", "SELECT count(*) = 1 FROM duplicate WHERE state = 'open'").await;
    let found = "SELECT score || ' ' || rule || ' ' || action || ' ' || (evidence -> 0 ->> 'fact')
                 FROM duplicate";
    assert_eq!(it.texts(found).await, ["96 similar name, similar company link company"]);
    let lead = it.texts("SELECT lead::text FROM duplicate").await.remove(0);
    let other = it.texts("SELECT other_lead::text FROM duplicate").await.remove(0);
    let listed = leadmill(&it, &["list", "duplicates", "--state", "open", "--json"]).await;
    assert!(listed.out.contains("similar name, similar company"), "{} {}", listed.out, listed.err);
    for lead in [&lead, &other] {
        let shown = leadmill(&it, &["show", "lead", lead]).await;
        assert!(shown.out.contains("similar name, similar company"), "{} {}", shown.out, shown.err);
    }
    let duplicate = it.texts("SELECT id::text FROM duplicate").await.remove(0);
    let close = json!({ "duplicate": duplicate, "reason": "Two sisters." });
    it.command("duplicate.close.v1", close).await;
    it.until("a person has looked", "SELECT count(*) = 1 FROM duplicate WHERE state = 'closed'")
        .await;
    let mut again: serde_json::Value = serde_json::from_slice(&merphy()).unwrap();
    again["message"] = json!("And in which colours?");
    it.send("intake.web", "application/json", vec![again.to_string().into_bytes()]).await;
    it.until(
        "she asks again",
        "SELECT count(*) = 1 FROM event WHERE type = 'lead.enquiry_added.v1'",
    )
    .await;
    let decided = "SELECT count(*) = 3 FROM inbox WHERE worker = 'qualification'";
    it.until("all is decided", decided).await;
    workers.stop().await;
    assert_eq!(it.texts("SELECT state FROM duplicate").await, ["closed"]);
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}

#[tokio::test]
async fn f21_two_who_come_at_once_by_two_processes_find_each_other_once() {
    let it = Installation::new().await;
    // Four lanes of intake, and two of qualification: what is one person's comes by different ones.
    let workers = [it.start(&[], &[]), it.start(&[], &[])];
    let mut forms = Vec::new();
    for n in 0..PAIRS {
        // A family name of its own sound for each pair.
        let syllables = ["ba", "ga", "la", "ma", "na", "ra", "sa", "ta", "cha", "da"];
        let family: String =
            n.to_string().bytes().map(|it| syllables[usize::from(it - b'0')]).collect();
        forms.push(asks(&format!("Regina Mur{family}"), "Contoso", &format!("r{n}@gmail.com")));
        forms.push(asks(&format!("Regyna Mur{family}"), "Contoso Inc", &format!("s{n}@gmx.de")));
    }
    it.send("intake.web", "application/json", forms).await;
    it.until("all are assessed", "SELECT count(*) = 80 FROM lead WHERE assessment IS NOT NULL")
        .await;
    for running in workers {
        running.stop().await;
    }
    let pairs = "SELECT count(*)::text FROM (
                     SELECT l.enquiry #>> '{person,family_name}' AS family
                     FROM duplicate AS d JOIN lead AS l ON l.id = d.lead JOIN lead AS o ON o.id = d.other_lead
                     WHERE l.enquiry #>> '{person,family_name}' = o.enquiry #>> '{person,family_name}'
                     GROUP BY 1 HAVING count(*) = 1) AS x";
    assert_eq!(it.texts(pairs).await, [PAIRS.to_string()], "each pair has one duplicate");
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}
