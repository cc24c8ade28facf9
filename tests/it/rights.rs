//! Who may ask for what: the right of the sender or of the person whom it names, on real servers.

use leadmill::messaging::{Outgoing, Receipt, Topology, from};
use leadmill::workers;
use serde_json::{Value, json};

use crate::installation::{Installation, PATIENCE, Process, command, form};
use crate::operators::leadmill;

/// What is said about quotes lies here too.
const TOLD: &str = "out.told";
/// The catalog may be changed, and nothing else is open.
const CLOSED: &str = r#"
[rights]
anybody = ["edit_catalog"]
speak_for_people = ["leadmill.from.crm"]

[rights.senders]
"leadmill.commands" = ["offer_quote"]

[rights.people]
"ana@mill.example" = ["offer_quote", "approve_discount", "qualify_lead"]
"sam@mill.example" = ["offer_quote"]
"#;

/// An installation with these settings, and a draft that nobody may activate without approval.
struct Drafted {
    it: Installation,
    settings: String,
    quote: String,
}

impl Drafted {
    async fn new(settings: &str) -> Self {
        let mut it = Installation::new().await;
        let all = workers::all(&it.settings).unwrap();
        let told = workers::outward(TOLD, &["quote.#"], &workers::sayers(&all));
        let topology = Topology { exchanges: Vec::new(), queues: vec![told] };
        topology.declare(&it.settings.broker).await.unwrap();
        it.topology.queues.extend(topology.queues);
        let path = it.folder().join("settings.toml");
        std::fs::write(&path, format!("{settings}\n[quoting]\nactivate_up_to = \"0\"\n")).unwrap();
        let mut drafted = Self { it, settings: path.display().to_string(), quote: String::new() };
        let workers = drafted.start(&[], &[]);
        drafted.it.catalog().await;
        drafted.it.send("intake.web", "application/json", vec![form(1)]).await;
        let draft = "SELECT count(*) = 1 FROM quote WHERE state = 'draft'";
        drafted.it.until("a quote is drafted", draft).await;
        drafted.quote = drafted.it.texts("SELECT id::text FROM quote").await.remove(0);
        workers.stop().await;
        drafted
    }

    fn start(&self, names: &[&str], environment: &[(&str, &str)]) -> Process {
        let settings = [("LEADMILL_CONFIG", self.settings.as_str())];
        self.it.start(names, &[&settings, environment].concat())
    }

    /// Asks to activate the draft, by an exchange and perhaps in somebody's name.
    async fn activate(&self, id: &str, exchange: &str, actor: Option<&str>) {
        let asked =
            asked(id, "quote.activate.v1", &json!({ "quote": self.quote }), exchange, actor);
        self.it.publish(vec![asked]).await;
    }

    async fn refused(&self, count: u32) {
        let refused = format!("SELECT count(*) = {count} FROM refusal");
        self.it.until("it is refused", &refused).await;
        assert_eq!(self.it.count("SELECT count(*) FROM quote WHERE state = 'draft'").await, 1);
    }

    async fn activated(&self) {
        let active = "SELECT count(*) = 1 FROM quote WHERE state = 'active'";
        self.it.until("it is activated", active).await;
        let unpublished = "SELECT count(*) = 0 FROM batch WHERE published_at IS NULL";
        self.it.until("all is published", unpublished).await;
    }

    /// What was published of that type because of a command, as it was; so many copies come.
    async fn told(&self, ty: &str, command: &str, copies: usize) -> Vec<Value> {
        let cause = "SELECT id::text FROM received WHERE external_id =";
        let cause = self.it.texts(&format!("{cause} '{command}'")).await.remove(0);
        let link = self.it.link().await;
        let mut consumer = link.consume(TOLD, 100).await.unwrap();
        let mut told = Vec::new();
        while told.len() < copies {
            let waiting = tokio::time::timeout(PATIENCE, consumer.next_batch(100)).await;
            let batch = waiting.expect("it is told in time").unwrap();
            let events = batch.iter().map(|message| serde_json::from_slice(&message.body).unwrap());
            let ty = format!("leadmill.{ty}");
            told.extend(events.filter(|it: &Value| it["type"] == ty && it["causationid"] == cause));
            Receipt::of(&batch).acknowledge().await.unwrap();
        }
        assert!(link.close().await);
        told
    }
}

/// A command by an exchange, perhaps in somebody's name.
fn asked(id: &str, ty: &str, data: &Value, exchange: &str, actor: Option<&str>) -> Outgoing {
    let plain = command(id, ty, data);
    let mut event: Value = serde_json::from_slice(&plain.body).unwrap();
    if let Some(actor) = actor {
        event["actor"] = actor.into();
    }
    Outgoing { exchange: exchange.to_owned(), body: event.to_string().into_bytes().into(), ..plain }
}

#[tokio::test]
async fn f96_nobody_activates_beyond_the_limit_who_may_not_and_the_event_names_who_did() {
    let drafted = Drafted::new(CLOSED).await;
    let (it, crm) = (&drafted.it, from("crm"));
    let workers = drafted.start(&["quoting"], &[]);
    drafted.activate("plain", "leadmill.commands", None).await;
    drafted.refused(1).await;
    drafted.activate("sam", &crm, Some("sam@mill.example")).await;
    drafted.refused(2).await;
    let refusals = "SELECT rule || ' ' || found || ': ' || message FROM refusal ORDER BY no";
    let refusals = it.texts(refusals).await;
    for (refusal, who) in refusals.iter().zip(["leadmill.commands", "sam@mill.example"]) {
        let begins = format!("rights.missing approve_discount: `{who}` lacks the right");
        assert!(refusal.starts_with(&begins) && refusal.contains("`[rights]`"), "{refusal}");
    }
    drafted.activate("ana", &crm, Some("ana@mill.example")).await;
    drafted.activated().await;

    let named =
        "SELECT external_id || ' ' || sender || ' ' || coalesce(actor, 'nobody') FROM received
                 WHERE kind = 'quote.activate.v1' ORDER BY received_at";
    let named = it.texts(named).await;
    assert_eq!(
        named,
        [
            "plain leadmill.commands nobody",
            "sam leadmill.from.crm sam@mill.example",
            "ana leadmill.from.crm ana@mill.example",
        ]
    );
    let told = drafted.told("quote.activated.v1", "ana", 1).await.remove(0);
    assert_eq!(told["actor"], "ana@mill.example");
    assert_eq!(told["data"]["approved_by"], "ana@mill.example");
    let trace = leadmill(it, &["trace", "ana"]).await.out;
    assert!(trace.contains("sent by leadmill.from.crm for ana@mill.example"), "{trace}");
    workers.stop().await;
}

#[tokio::test]
async fn an_answer_carries_the_person_who_asked_and_what_nobody_asked_for_carries_none() {
    let drafted = Drafted::new(CLOSED).await;
    let workers = drafted.start(&["quoting"], &[]);
    drafted.activate("sam", &from("crm"), Some("sam@mill.example")).await;
    drafted.refused(1).await;
    let told = drafted.told("quote.refused.v1", "sam", 1).await.remove(0);
    assert_eq!(told["actor"], "sam@mill.example");
    assert_eq!(told["data"]["rule"], "rights.missing");
    drafted.activate("plain", "leadmill.commands", None).await;
    drafted.refused(2).await;
    let told = drafted.told("quote.refused.v1", "plain", 1).await.remove(0);
    assert_eq!(told.get("actor"), None, "{told}");
    workers.stop().await;
}

#[tokio::test]
async fn whoever_may_not_speak_for_people_is_refused_although_the_person_may() {
    let drafted = Drafted::new(CLOSED).await;
    let it = &drafted.it;
    let workers = drafted.start(&["quoting"], &[]);
    drafted.activate("a", "leadmill.commands", Some("ana@mill.example")).await;
    drafted.refused(1).await;
    // Straight into the queue: a sender whom the broker does not name.
    let asked = asked(
        "b",
        "quote.activate.v1",
        &json!({ "quote": drafted.quote }),
        "",
        Some("ana@mill.example"),
    );
    it.publish(vec![Outgoing { routing_key: "quoting".into(), ..asked }]).await;
    drafted.refused(2).await;
    assert_eq!(it.texts("SELECT rule FROM refusal").await, ["rights.actor", "rights.actor"]);
    let found = it.texts("SELECT found FROM refusal ORDER BY no").await;
    assert_eq!(found, ["leadmill.commands", "nobody"]);
    // An id that was used for one person's wish is not another's.
    drafted.activate("a", "leadmill.commands", Some("sam@mill.example")).await;
    drafted.refused(3).await;
    let last = it.texts("SELECT rule FROM refusal ORDER BY no DESC LIMIT 1").await;
    assert_eq!(last, ["conflicting_repeat"]);
    assert_eq!(it.texts("SELECT actor FROM conflict").await, ["sam@mill.example"]);
    workers.stop().await;
}

#[tokio::test]
async fn t15_without_the_right_that_a_command_needs_nothing_changes_and_with_it_it_goes_through() {
    let drafted = Drafted::new(CLOSED).await;
    let it = &drafted.it;
    let workers = drafted.start(&["intake", "qualification", "ordering"], &[]);
    let vague = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![vague.to_string().into_bytes()]).await;
    it.until("it is open", "SELECT count(*) = 1 FROM lead WHERE state = 'open'").await;
    let lead = it.texts("SELECT id::text FROM lead WHERE state = 'open'").await.remove(0);
    it.until("its rules are done", "SELECT count(*) = 1 FROM event WHERE type = 'lead.scored.v1'")
        .await;
    let rows = "SELECT lead::text FROM lead UNION ALL SELECT quote::text FROM quote ORDER BY 1";
    let before = it.texts(rows).await;
    let (lost, accept) =
        (json!({ "lead": lead, "reason": "lost" }), json!({ "quote": drafted.quote }));
    let disqualify =
        |id: &str, exchange: &str, actor| asked(id, "lead.disqualify.v1", &lost, exchange, actor);
    it.publish(vec![
        disqualify("a", "leadmill.commands", None),
        disqualify("b", &from("crm"), Some("sam@mill.example")),
        asked("c", "quote.accept.v1", &accept, &from("shop"), None),
    ])
    .await;
    it.until("all are refused", "SELECT count(*) = 3 FROM refusal WHERE final").await;
    let rules = "SELECT DISTINCT rule || ' ' || found FROM refusal ORDER BY 1";
    let missing = ["rights.missing accept_quote", "rights.missing qualify_lead"];
    assert_eq!(it.texts(rules).await, missing);
    assert_eq!(it.texts(rows).await, before);
    let waits = "SELECT count(*) FROM received WHERE batch IS NULL";
    assert_eq!(it.count(waits).await, 0, "a missing right is final");
    it.publish(vec![disqualify("d", &from("crm"), Some("ana@mill.example"))]).await;
    it.until("it is done", "SELECT count(*) = 1 FROM lead WHERE state = 'disqualified'").await;
    workers.stop().await;
}

#[tokio::test]
async fn what_is_published_again_names_the_same_person_byte_for_byte() {
    // The command comes again, before or after its event was heard; or only the sweeper knows of the event.
    for (point, copies) in [("committed", 1), ("confirmed", 2), ("acknowledged", 2)] {
        let drafted = Drafted::new(CLOSED).await;
        let mortal = drafted.start(&["quoting"], &[("LEADMILL_FAIL_AT", &format!("{point}:1"))]);
        drafted.activate("ana", &from("crm"), Some("ana@mill.example")).await;
        mortal.died().await;
        let workers = drafted.start(&["quoting"], &[]);
        drafted.activated().await;
        let told = drafted.told("quote.activated.v1", "ana", copies).await;
        assert_eq!(told[0]["actor"], "ana@mill.example", "{point}");
        assert!(told.iter().all(|copy| *copy == told[0]), "{point}: {told:?}");
        workers.stop().await;
    }
}

#[tokio::test]
async fn by_default_anybody_may_ask_for_everything_and_nobody_speaks_for_people() {
    let drafted = Drafted::new("").await;
    let workers = drafted.start(&["quoting"], &[]);
    drafted.activate("a", &from("crm"), Some("ana@mill.example")).await;
    drafted.refused(1).await;
    assert_eq!(drafted.it.texts("SELECT rule FROM refusal").await, ["rights.actor"]);
    let plain = asked("b", "quote.activate.v1", &json!({ "quote": drafted.quote }), "", None);
    let plain = Outgoing { routing_key: "quoting".into(), ..plain };
    drafted.it.publish(vec![plain]).await;
    drafted.activated().await;
    let told = drafted.told("quote.activated.v1", "b", 1).await.remove(0);
    assert_eq!((told.get("actor"), told["data"].get("approved_by")), (None, None), "{told}");
    workers.stop().await;
}
