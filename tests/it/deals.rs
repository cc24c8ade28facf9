//! From leads to opportunities, by the hand of people: one that was lost and begins anew, and many at once.

use leadmill::runtime::FaultPoint;
use serde_json::json;

use crate::installation::{Installation, form};
use crate::operators::leadmill;

#[tokio::test]
async fn f63_two_hundred_leads_are_qualified_by_one_command_but_for_the_ten_that_conflict_whatever_is_killed()
 {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    it.send("intake.web", "application/json", vec![form(1), form(2)]).await;
    it.until("two are customers", "SELECT count(*) = 2 FROM account").await;
    it.send("intake.import", "text/csv", vec![list().into_bytes()]).await;
    let waiting = "SELECT count(*) = 200 FROM lead WHERE state = 'open' AND assessment IS NOT NULL";
    it.until("the others wait for a person", waiting).await;
    conflict(&it).await;
    workers.stop().await;

    let import = it.texts("SELECT id::text FROM input WHERE verdict = 'split'").await.remove(0);
    let selector = json!({ "import": import, "source": "list" });
    it.command("bulk.qualify.v1", json!({ "selector": selector })).await;
    for point in FaultPoint::ALL {
        it.start(&["qualification"], &[("LEADMILL_FAIL_AT", point.name())]).died().await;
    }
    let workers = it.start(&["qualification"], &[]);
    it.until("all were asked", "SELECT count(*) = 1 FROM bulk WHERE state = 'done'").await;
    let answered = "SELECT count(*) = 200 FROM inbox AS i JOIN event AS e ON e.id = i.id
                    WHERE e.type = 'lead.qualify.v1'";
    it.until("all have answered", answered).await;
    workers.stop().await;

    assert_eq!(it.count("SELECT asked FROM bulk").await, 200);
    let of_bulk = "FROM lead AS l JOIN input AS i ON i.id = l.input WHERE i.collection IS NOT NULL";
    let states = format!("SELECT l.state || ' ' || count(*) {of_bulk} GROUP BY l.state ORDER BY 1");
    assert_eq!(it.texts(&states).await, ["open 10", "qualified 190"]);
    let refused = "SELECT count(*) FROM refusal WHERE rule = 'lead.two_parties' AND final";
    assert_eq!(it.count(refused).await, 10, "each of the ten is held for itself");
    assert_eq!(it.count("SELECT count(*) FROM opportunity").await, 192);
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    let listed = leadmill(&it, &["list", "bulks"]).await;
    assert!(listed.out.contains("list, import") && listed.out.contains("200"), "{}", listed.out);
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}

/// 190 private persons, and ten of one company.
fn list() -> String {
    let mut list = String::from("Name,E-mail,Company,Website,VAT number\n");
    for n in 0..190 {
        list += &format!("Ana Lopez {n},ana.lopez{n}@gmail.com,,,\n");
    }
    for n in 0..10 {
        list += &format!(
            "Kim Berg {n},kim.berg{n}@doppel.example,Doppel GmbH,doppel.example,DE123456789\n"
        );
    }
    list
}

/// By its tax id the company is one account of ours, by its name another.
async fn conflict(it: &Installation) {
    let accounts = it.texts("SELECT id::text FROM account ORDER BY name").await;
    it.command("account.update.v1", json!({ "account": accounts[0], "tax_id": "DE123456789" }))
        .await;
    let named = json!({
        "account": accounts[1], "name": "Doppel GmbH", "website": "doppel.example",
    });
    it.command("account.update.v1", named).await;
    it.until("both are corrected", "SELECT count(*) = 2 FROM account WHERE sequence = 2").await;
}

#[tokio::test]
async fn f58_f59_f66_a_lead_whose_opportunity_was_lost_becomes_two_new_ones_or_is_disqualified() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification", "quoting", "ordering"], &[]);
    for n in 0..2 {
        let form = json!({
            "name": format!("Rita Nowak {n}"), "email": format!("rita.nowak{n}@gmail.com"),
            "message": "We met at the fair.", "campaign": "Fair 2026",
        });
        it.send("intake.web", "application/json", vec![form.to_string().into_bytes()]).await;
    }
    it.until("they wait for a person", "SELECT count(*) = 2 FROM lead WHERE state = 'open'").await;
    let leads = it.texts("SELECT id::text FROM lead ORDER BY number").await;
    for lead in &leads {
        it.command("lead.qualify.v1", json!({ "lead": lead })).await;
    }
    it.until("each has an opportunity", "SELECT count(*) = 2 FROM opportunity").await;
    for deal in it.texts("SELECT id::text FROM opportunity").await {
        let lose = json!({ "opportunity": deal, "reason": "canceled" });
        it.command("opportunity.lose.v1", lose).await;
    }
    it.until("both are lost", "SELECT count(*) = 2 FROM opportunity WHERE state = 'lost'").await;
    for lead in &leads {
        it.command("lead.reactivate.v1", json!({ "lead": lead })).await;
    }
    it.until("both are open", "SELECT count(*) = 2 FROM lead WHERE state = 'open'").await;

    let wanted = json!([{ "name": "Office", "budget": "900" }, { "name": "Cellar" }]);
    it.command("lead.qualify.v1", json!({ "lead": leads[0], "opportunities": wanted })).await;
    it.command("lead.disqualify.v1", json!({ "lead": leads[1], "reason": "lost" })).await;
    it.until("one begins anew", "SELECT count(*) = 2 FROM opportunity WHERE state = 'open'").await;
    it.until("the other does not", "SELECT count(*) = 1 FROM lead WHERE state = 'disqualified'")
        .await;
    let made =
        "SELECT concat_ws(', ', o.name, o.description, o.campaign, trim_scale(o.estimated_revenue),
                                 CASE WHEN o.id = l.opportunity THEN 'primary' END,
                                 CASE WHEN o.primary_of_lead = l.opportunity THEN 'another' END)
                FROM opportunity AS o JOIN lead AS l ON l.id = o.originating_lead
                WHERE o.state = 'open' ORDER BY o.name";
    let expected = [
        "Cellar, We met at the fair., Fair 2026, another",
        "Office, We met at the fair., Fair 2026, 900, primary",
    ];
    assert_eq!(it.texts(made).await, expected);

    // The primary one is lost again; the other stands, so that the lead is not disqualified.
    let primary = format!("SELECT opportunity::text FROM lead WHERE id = '{}'", leads[0]);
    let primary = it.texts(&primary).await.remove(0);
    let shown = leadmill(&it, &["show", "opportunity", &primary]).await;
    assert!(shown.out.contains("We met at the fair."), "{}", shown.out);
    it.command("opportunity.lose.v1", json!({ "opportunity": primary, "reason": "out_sold" }))
        .await;
    it.until("it is lost", "SELECT count(*) = 3 FROM opportunity WHERE state = 'lost'").await;
    it.command("lead.reactivate.v1", json!({ "lead": leads[0] })).await;
    it.until("it is open", "SELECT count(*) = 1 FROM lead WHERE state = 'open'").await;
    it.command("lead.disqualify.v1", json!({ "lead": leads[0], "reason": "lost" })).await;
    let refused = "SELECT count(*) = 1 FROM refusal WHERE rule = 'lead.has_opportunity' AND final";
    it.until("the other one is in the way", refused).await;
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}
