use leadmill::store::subject;

use super::*;

async fn listed(it: &Installation, arguments: &[&str]) -> Vec<Value> {
    let arguments: Vec<_> = ["list"].iter().chain(arguments).chain(&["--json"]).copied().collect();
    lines(&leadmill(it, &arguments).await).0
}

#[tokio::test]
async fn records_are_listed_by_state_customer_number_and_time_in_the_order_that_was_asked_for() {
    let it = history().await;
    for kind in subject::all() {
        let words = subject::plural(kind);
        let rows = listed(&it, &[&words]).await;
        let table = leadmill::store::declared::of(kind).unwrap().name;
        let ids = it.texts(&format!("SELECT id::text FROM {table} ORDER BY id DESC")).await;
        assert_eq!(field(&rows, "id"), ids, "{words}: the newest first");
        let oldest = listed(&it, &[&words, "--sort", "oldest"]).await;
        assert!(rows.iter().eq(oldest.iter().rev()), "{words}");
        let people = leadmill(&it, &["list", &words]).await;
        assert!(people.success, "{}", people.err);
        is_narrow(&people.out);
        assert_eq!(people.out.lines().count(), 1 + ids.len(), "a line each: {}", people.out);
    }
    let held = listed(&it, &["inputs", "--state", "held"]).await;
    assert_eq!(field(&held, "channel"), ["card"]);
    let judged = listed(&it, &["inputs", "--state", "held", "--state", "rejected"]).await;
    assert_eq!(judged.len(), 2);
    let paid = listed(&it, &["invoices", "--state", "paid"]).await;
    assert_eq!(field(&paid, "state"), ["paid"]);
    let amount =
        it.texts("SELECT trim_scale(total_amount)::text FROM invoice WHERE state = 'paid'").await;
    assert!(paid[0]["total_amount"].as_str().unwrap().starts_with(&amount[0]), "{paid:?}");

    let numbers = it.texts("SELECT number FROM lead ORDER BY number").await;
    let by_number = listed(&it, &["leads", "--sort", "number"]).await;
    assert_eq!(field(&by_number, "number"), numbers);
    let one = listed(&it, &["leads", "--number", &numbers[1]]).await;
    assert_eq!(field(&one, "number"), [&numbers[1]]);

    let hers = listed(&it, &["invoices", "--customer", "ana1@acme1.example"]).await;
    assert_eq!(field(&hers, "name"), ["Acme 1"]);
    let hers = listed(&it, &["leads", "--customer", "Acme 1", "--state", "open"]).await;
    assert_eq!(hers, Vec::<Value>::new(), "hers is qualified");
    let contacts = listed(&it, &["contacts", "--customer", "Acme 2"]).await;
    assert_eq!(field(&contacts, "email"), ["ana2@acme2.example"]);

    let half = "SELECT to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM lead ORDER BY id DESC LIMIT 1";
    let half = it.texts(half).await.remove(0);
    let (since, until) = (
        listed(&it, &["leads", "--since", &half]).await,
        listed(&it, &["leads", "--until", &half]).await,
    );
    let all = listed(&it, &["leads"]).await;
    assert!(since.iter().chain(&until).eq(&all), "each on one side, and none on both");
    let (tomorrow, today) = ("2100-01-01", "2020-01-01");
    assert_eq!(listed(&it, &["leads", "--since", tomorrow]).await, Vec::<Value>::new());
    assert_eq!(
        listed(&it, &["leads", "--since", today, "--sort", "number"]).await.len(),
        all.len()
    );
}

#[tokio::test]
async fn pages_of_a_list_cover_everything_once_while_records_are_added() {
    let it = history().await;
    let whole = it.texts("SELECT id::text FROM lead ORDER BY id DESC").await;
    let add = async || {
        it.execute(
            "INSERT INTO lead (id, sequence, number, enquiry, input, state, open_reason)
             SELECT (left(replace(id_at(clock_timestamp())::text, '-', ''), 12) || '7'
                     || substr(md5(random()::text), 1, 19))::uuid, 1, 'L-' || nextval('lead_number'),
                    '{\"source\": \"web\"}', gen_random_uuid(), 'open', 'new'",
        )
        .await;
    };
    for (arguments, ordered) in [
        (&["list", "leads", "--limit", "2"][..], true),
        (&["list", "leads", "--limit", "1", "--sort", "newest", "--since", "2020-01-01"], true),
        (&["list", "leads", "--limit", "2", "--sort", "number"], false),
        (&["list", "leads", "--limit", "2", "--state", "open", "--state", "qualified"], true),
    ] {
        let pages = pages(&it, arguments, &add).await;
        let seen: Vec<_> = pages.iter().flat_map(|page| field(page, "id")).collect();
        let of_before: Vec<_> = seen.iter().filter(|id| whole.iter().any(|it| it == *id)).collect();
        assert_eq!(of_before.len(), whole.len(), "{arguments:?}: {seen:?}");
        assert!(!ordered || seen.is_sorted_by(|a, b| a > b), "{arguments:?}: {seen:?}");
        let once: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "{arguments:?}: none twice");
        // What came since is at the other end of the list.
        it.execute("DELETE FROM lead WHERE enquiry = '{\"source\": \"web\"}'").await;
    }
    let people = leadmill(&it, &["list", "leads", "--limit", "2"]).await;
    let next = format!("Next: the same with `--after {}` goes on.", whole[1]);
    assert!(people.out.contains(&next), "{}", people.out);
}

#[tokio::test]
async fn what_cannot_be_listed_is_told_in_a_sentence_with_what_can_be() {
    let it = Installation::new().await;
    let nobody = uuid::Uuid::nil().to_string();
    for (arguments, says) in [
        (
            &["things"][..],
            "there are inputs, leads, duplicates, accounts, contacts, consents, proposals, opportunities,",
        ),
        (&["catalog"], "nothing that can be listed"),
        (
            &["leads", "--state", "won"],
            "No lead is ever `won`; its states are open, qualified, disqualified, merged.",
        ),
        (&["leads", "--sort", "amount"], "the orders are newest, oldest, number"),
        (&["accounts", "--sort", "number"], "Accounts have no numbers; leave `--sort number` out."),
        (&["inputs", "--number", "5"], "Inputs have no numbers; leave `--number` out."),
        (&["leads", "--after", "x"], "`x` is no id; give --after"),
        (&["leads", "--sort", "number", "--after", &nobody], "No lead has the id"),
        (&["leads", "--customer", "nobody@nowhere.example"], "Nothing is known of"),
        (&["leads", "--since", "yesterday"], "write a day as 2026-11-01"),
        (&["leads", "--limit", "5000"], "1..=1000"),
    ] {
        let arguments: Vec<_> = ["list"].iter().chain(arguments).copied().collect();
        let answer = leadmill(&it, &arguments).await;
        assert!(!answer.success && answer.err.contains(says), "{arguments:?}: {}", answer.err);
    }
    let none = leadmill(&it, &["list", "leads", "--state", "open"]).await;
    assert!(none.success && none.out.contains("There are no leads as asked for."), "{}", none.out);
    let none = leadmill(&it, &["list", "leads", "--json"]).await;
    assert!(none.success && none.out.is_empty(), "{}", none.out);
}
