//! Commands that cannot be read are parked as they came; where it can be told what they are about, and
//! where they make no sense, they are refused and answered.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::installation::{command, form};

const REJECT: &str = "input.reject.v1";
const REFUSED: &str = "refused";

/// A broken message, the class it is parked under (or that it is refused), and what the reason says.
struct Broken(Wild, &'static str, &'static str);

fn reject(data: &str) -> Vec<u8> {
    format!(
        r#"{{"specversion":"1.0","id":"{}","source":"urn:test","type":"leadmill.{REJECT}","data":{data}}}"#,
        Uuid::new_v4()
    )
    .into_bytes()
}

/// Everything that a command can be broken by, for the queue of intake.
fn broken(input: &str) -> Vec<Broken> {
    let to = |body: Vec<u8>| Wild::to("intake", body);
    let of = |data: &str| to(reject(data));
    let cloud =
        |wild: Wild| wild.with(|p| p.with_content_type("application/cloudevents+json".into()));
    let typed = |wild: Wild, ty: &str| {
        let ty = ty.to_owned();
        wild.with(|p| p.with_type(ty.into()).with_message_id("1".into()).with_app_id("x".into()))
    };
    // What intake says to itself, by its own exchange.
    let ours = |id: &str| {
        let event = json!({
            "specversion": "1.0", "id": id, "source": "urn:leadmill:intake",
            "type": "leadmill.import.continue.v1",
            "data": { "import": input, "from_row": 1, "channel": "import", "first_row": 1 },
        });
        let wild = Wild::to("import.continue.v1", event.to_string().into_bytes());
        Wild { exchange: "leadmill.events.intake", ..wild }
    };
    let deep =
        format!(r#"{{"input":"{input}","reason":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    vec![
        Broken(to(b"\xff\xfe\x00\x80".into()), "envelope", "no CloudEvents JSON"),
        Broken(to(Vec::new()), "envelope", "`type` is missing"),
        Broken(cloud(to(b"<order/>".into())), "envelope", "is no CloudEvents JSON"),
        Broken(
            to(b"\x89PNG".into()).with(|p| p.with_content_type("image/png".into())),
            "envelope",
            "no CloudEvents JSON",
        ),
        Broken(
            cloud(to(br#"{"specversion":"0.3","id":"1","source":"x","type":"y"}"#.into())),
            "envelope",
            "`0.3` is not 1.0",
        ),
        Broken(ours("no-uuid"), "envelope", "is no UUID"),
        Broken(ours("00000000-0000-7000-8000-000000000000"), "too_old", "no UUIDv7"),
        Broken(typed(to(b"{}".into()), "leadmill.lead.dance.v1"), "type", "`lead.dance.v1`"),
        Broken(typed(to(b"{}".into()), "a\0b"), "type", "messages of type `a"),
        Broken(of(&format!(r#"{{"input":"{input}"}}"#)), REFUSED, "The field `reason` is missing"),
        Broken(of(r#"{"input":5,"reason":"x"}"#), "schema", "The field `input` is the number 5"),
        Broken(of(r#"{"input":"I-1","reason":"x"}"#), "schema", "The field `input` is `I-1`"),
        Broken(of(&format!(r#"["{input}","x"]"#)), "schema", "The data is a list"),
        Broken(
            of(&format!(r#"{{"input":"{input}","reason":"x","reasn":"y"}}"#)),
            REFUSED,
            "no field `reasn`",
        ),
        Broken(
            of(&format!(r#"{{"input":"{input}","reason":"a\u0000b"}}"#)),
            REFUSED,
            "The field `reason` holds the control character U+0000",
        ),
        Broken(of(&format!(r#"{{"input":"{input}","reason":"\ud800"}}"#)), REFUSED, "hex escape"),
        Broken(to([reject("").as_slice(), b"\xff"].concat()), "envelope", "no CloudEvents JSON"),
        Broken(of(&deep), REFUSED, "The field `reason` is a list"),
        Broken(
            of(&format!(r#"{{"input":"{input}","reason":"h"}}"#))
                .with(|p| p.with_headers(ten_thousand_headers())),
            "too_large",
            "10000 headers",
        ),
        Broken(
            of(&format!(r#"{{"input":"{input}","reason":"{}"}}"#, "long ".repeat(60_000))),
            REFUSED,
            "The field `reason` has 299999 characters, and at most 400 are kept",
        ),
        Broken(
            of(&format!(r#"{{"input":"{input}","reason":"x","{}":1}}"#, "y".repeat(100_000))),
            REFUSED,
            "yyyyyyyy…`; leave it out",
        ),
        Broken(typed(to(b"{}".into()), &"t".repeat(255)), "type", "messages of type `tt"),
        Broken(
            to(json!({
                "specversion": "1.0", "id": "1", "source": "x", "type": "t".repeat(256),
            })
            .to_string()
            .into_bytes()),
            "envelope",
            "`type` has 256 bytes",
        ),
    ]
}

#[tokio::test]
async fn f25_broken_commands_are_parked_byte_for_byte_or_answered_and_their_neighbours_go_through()
{
    let it = Installation::new().await;
    let held = |n: usize| json!({ "city": format!("Bonn {n}") }).to_string().into_bytes();
    it.send("intake.web", "application/json", (0..2).map(held).collect()).await;
    let intake = it.start(&["intake"], &[]);
    it.until("two are held", "SELECT count(*) = 2 FROM input WHERE verdict = 'held'").await;
    intake.stop().await;
    let inputs = it.texts("SELECT id::text FROM input").await;
    let good = |input: &str| {
        // A wrong content type does not hide what the body says.
        let body = reject(&json!({ "input": input, "reason": "Our own test." }).to_string());
        Wild { exchange: "leadmill.commands", ..Wild::to(REJECT, body) }
            .with(|p| p.with_content_type("text/plain".into()))
    };
    let cases = broken(&inputs[0]);
    let mut expected: Vec<_> = cases
        .iter()
        .map(|Broken(wild, class, reason)| (digest(&wild.body), *class, *reason))
        .collect();
    let large = vec![b' '; 17 * 1024 * 1024];
    let too_large = (digest(&large), "too_large", "17825792 bytes");
    // Where the broker refuses it, its sender knows, and nobody here need park it.
    if publish_large(&it, Wild::to("intake", large)).await {
        expected.push(too_large);
    }
    let (first, last) = (good(&inputs[0]), good(&inputs[1]));
    let wild = cases.into_iter().map(|Broken(wild, ..)| wild);
    publish(&it, [first].into_iter().chain(wild).chain([last]).collect()).await;
    let intake = it.start(&["intake"], &[]);
    it.until(
        "both good ones happened",
        "SELECT count(*) = 2 FROM input WHERE verdict = 'rejected'",
    )
    .await;
    let rows = "SELECT encode(sha256(body), 'hex') || ' ' || class || ' ' || reason FROM parked
                UNION ALL
                SELECT 'refused ' || (data->>'message') FROM event
                WHERE type = 'input.refused.v1' AND data->>'rule' = 'invalid_data'
                  AND subject::text = $$INPUT$$";
    for row in it.texts(&rows.replace("INPUT", &inputs[0])).await {
        let place = expected.iter().position(|(digest, class, reason)| {
            let begins = if *class == REFUSED { REFUSED } else { &format!("{digest} {class}") };
            row.starts_with(&format!("{begins} ")) && row.contains(reason)
        });
        expected.swap_remove(place.unwrap_or_else(|| panic!("nobody expects {row}")));
        assert!(row.ends_with('.'), "no finished sentence: {row}");
        assert!(row.len() < 1_500, "it repeats what was sent: {row}");
    }
    assert!(expected.is_empty(), "neither parked, answered nor done: {expected:?}");
    intake.stop().await;
}

#[tokio::test]
async fn f25_a_command_that_waits_comes_back_however_oddly_it_was_sent() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let nobody = json!({ "input": Uuid::now_v7(), "reason": "x" });
    let long = json!({
        "specversion": "1.0", "id": "i".repeat(300), "source": "s".repeat(300),
        "type": "leadmill.input.reject.v1", "data": nobody, "traceparent": "a\0b",
    });
    let to = |body: &Value| Wild::to("intake", body.to_string().into_bytes());
    publish(
        &it,
        vec![
            to(&long),
            Wild::to("intake", reject(&nobody.to_string())).with(|p| p.with_message_id("".into())),
        ],
    )
    .await;
    it.until("both wait", "SELECT count(*) = 2 FROM received WHERE batch IS NULL").await;
    it.until("both are refused", "SELECT count(*) = 2 FROM refusal WHERE rule = 'unknown'").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn f25_commands_that_make_no_sense_are_refused_or_parked_and_change_nothing() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1), form(2)]).await;
    it.until("two offers stand", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    let quotes = it.texts("SELECT id::text FROM quote ORDER BY id").await;
    it.command("quote.close.v1", json!({ "quote": quotes[0], "reason": "lost" })).await;
    it.command("quote.accept.v1", json!({ "quote": quotes[1] })).await;
    it.until("one is closed", "SELECT count(*) = 1 FROM quote WHERE state = 'closed'").await;
    it.until("one is an order", "SELECT count(*) = 1 FROM sales_order").await;
    let line = it.texts("SELECT sales_order || ' ' || id FROM order_line").await.remove(0);
    let (order, line) = line.split_once(' ').unwrap();
    let opportunity = it.texts("SELECT id::text FROM opportunity").await.remove(0);
    let before = it.count("SELECT count(*) FROM event").await;
    let large = "100000000000000000000";
    let add = |quantity: &Value| {
        let add = json!([{ "product": "CM-100", "quantity": quantity }]);
        json!({ "opportunity": opportunity, "lines": { "add": add } })
    };
    let pay = |amount: &str| {
        json!({ "invoice": Uuid::now_v7(), "reference": "1", "amount": amount, "currency": "EUR",
                "value_date": "2026-03-10" })
    };
    let accept = json!({ "quote": quotes[0] });
    let ship = json!({ "order": order, "reference": "all", "lines": [{ "line": line, "quantity": "99" }] });
    let commands = [
        ("quote.accept.v1", accept),
        ("order.ship.v1", ship),
        ("opportunity.edit_lines.v1", add(&json!(large))),
        ("opportunity.edit_lines.v1", add(&json!(1.5))),
        ("opportunity.edit_lines.v1", add(&json!("1e3"))),
        ("payment.received.v1", pay(large)),
    ];
    for (ty, data) in commands {
        // Sent again, it is a repeat, answered once.
        let id = Uuid::new_v4().to_string();
        it.publish(vec![command(&id, ty, &data), command(&id, ty, &data)]).await;
    }
    it.until("six are refused", "SELECT count(*) = 6 FROM refusal WHERE final").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    let answers = "SELECT type || ' ' || (data->>'rule') FROM event \
                   WHERE type LIKE '%.refused.v1' ORDER BY 1";
    assert_eq!(
        it.texts(answers).await,
        [
            "invoice.refused.v1 invalid_data",
            "opportunity.refused.v1 invalid_data",
            "opportunity.refused.v1 invalid_data",
            "opportunity.refused.v1 invalid_data",
            "order.refused.v1 order.shipped_beyond_ordered",
            "quote.refused.v1 illegal_step",
        ]
    );
    let messages =
        it.texts("SELECT data->>'message' FROM event WHERE type LIKE '%.refused.v1'").await;
    assert!(messages.iter().all(|text| text.len() > 20 && text.ends_with('.')), "{messages:?}");
    let reasons = messages.join("\n");
    for said in [
        "at most 14 digits",
        "The field `lines.add[0].quantity` is the number 1.5",
        "\"1e3\" is not a decimal",
        "docs/schemas/payment.received.v1.json",
    ] {
        assert!(reasons.contains(said), "{said} is not in\n{reasons}");
    }
    assert_eq!(it.count("SELECT count(*) FROM event").await, before + 6, "only the answers");
    assert_eq!(it.count("SELECT count(*) FROM shipment").await, 0);
    workers.stop().await;
}
