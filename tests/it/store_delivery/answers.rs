use chrono::TimeDelta;
use domain::message::{Message, Said, Subject, SubjectKind};
use domain::refusal::Refusal;
use leadmill::store::parked::{self, Closing, NewParked, ParkedClass, ParkedFilter, ParkedState};
use leadmill::store::refusal::{self, NewRefusal};
use leadmill::store::schedule::{self, NewTimer};
use leadmill::store::{self};
use serde_json::json;
use strum::VariantArray as _;

use super::{begin, id};
use crate::database::Database;

#[tokio::test]
async fn a_refusal_is_recorded_with_its_rule_and_each_attempt() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let refused = Refusal::unknown(SubjectKind::Quote, "Q-7");
    let attempts = [(1, false), (2, true)].map(|(attempt, last)| NewRefusal {
        id: id(now, 1),
        ty: "quote.accept.v1",
        source: "shop",
        outside: true,
        reason: refused.reason(),
        attempt,
        last,
        correlation: id(now, 1),
        cause: None,
    });
    refusal::insert(&mut conn, "ordering", batch, &attempts).await.unwrap();
    let rows: Vec<(i32, bool, String, String, String)> = sqlx::query_as(
        "SELECT attempt, final, rule, named, subject_kind FROM refusal WHERE id = $1 ORDER BY no",
    )
    .bind(id(now, 1))
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let row = |attempt, last| (attempt, last, "unknown".into(), "Q-7".into(), "quote".into());
    assert_eq!(rows, [row(1, false), row(2, true)]);
}

#[tokio::test]
async fn a_message_is_parked_once_and_closed_once_with_its_bytes_and_history() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let now = begin(&mut conn).await.0;
    let poison = |n| NewParked {
        id: id(now, n),
        queue: "quoting".into(),
        message: Some(id(now, 9)),
        sender: Some("leadmill.from.shop".into()),
        class: ParkedClass::Poison,
        reason: "The price does not fit; correct the catalog and replay it.".into(),
        history: json!([{"attempt": 1}]),
        headers: None,
        properties: json!({"type": "leadmill.lead.qualified.v1"}),
        body: vec![0, 159, 146, 150],
    };
    let broken = NewParked {
        message: None,
        class: ParkedClass::Envelope,
        headers: Some(json!({"x-delivery-count": 3})),
        ..poison(2)
    };
    assert_eq!(parked::insert(&mut conn, "quoting", &[poison(1), broken]).await.unwrap(), 0);
    // Redelivered after a crash: it lies here already.
    assert_eq!(parked::insert(&mut conn, "quoting", &[poison(1)]).await.unwrap(), 1);
    // Another delivery with the same id is another row: nothing is taken for something else.
    assert_eq!(parked::insert(&mut conn, "quoting", &[poison(3)]).await.unwrap(), 0);
    assert!(parked::close(&mut conn, id(now, 3), Closing::Discarded, "seen").await.unwrap());
    let open = ParkedFilter { state: Some(ParkedState::Parked), ..ParkedFilter::default() };
    assert_eq!(parked::list(&mut conn, open, 10).await.unwrap().len(), 2);
    let poisons = ParkedFilter { class: Some(ParkedClass::Poison), ..open };
    assert_eq!(parked::list(&mut conn, poisons, 10).await.unwrap()[0].id, id(now, 1));

    let replayed = Closing::Replayed { new_id: id(now, 4) };
    assert!(parked::close(&mut conn, id(now, 1), replayed, "catalog corrected").await.unwrap());
    let again = parked::close(&mut conn, id(now, 1), Closing::Discarded, "no").await.unwrap();
    assert!(!again, "it is closed already");
    let shown = parked::show(&mut conn, id(now, 1)).await.unwrap().unwrap();
    assert_eq!(shown.line.state, ParkedState::Replayed);
    assert_eq!(shown.line.replayed_as, Some(id(now, 4)));
    assert_eq!(shown.body.as_deref(), Some(&[0, 159, 146, 150][..]));
    assert_eq!(shown.history[0], json!({"attempt": 1}));
    assert_eq!(shown.history[1]["note"], "catalog corrected");
    assert_eq!(shown.line.sender.as_deref(), Some("leadmill.from.shop"));
    // Should the same message break again, its row is open again.
    let copies = [poison(1), poison(1), poison(6)];
    assert_eq!(parked::insert(&mut conn, "quoting", &copies).await.unwrap(), 1);
    let opened = parked::show(&mut conn, id(now, 1)).await.unwrap().unwrap();
    assert_eq!((opened.line.state, opened.line.replayed_as), (ParkedState::Parked, None));
    assert_eq!(opened.history.as_array().unwrap().len(), 3, "{}", opened.history);
    assert_eq!(parked::show(&mut conn, id(now, 7)).await.unwrap(), None);
}

#[tokio::test]
async fn every_class_and_state_of_the_program_is_one_of_the_table() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let now = begin(&mut conn).await.0;
    let parked: Vec<_> = (0..)
        .zip(ParkedClass::VARIANTS.iter().copied())
        .map(|(n, class)| NewParked {
            id: id(now, n),
            queue: "intake.email".into(),
            message: None,
            sender: None,
            class,
            reason: "A reason.".into(),
            history: json!([]),
            headers: None,
            properties: json!({}),
            body: Vec::new(),
        })
        .collect();
    parked::insert(&mut conn, "intake", &parked).await.unwrap();
    let all = parked::list(&mut conn, ParkedFilter::default(), 100).await.unwrap();
    let mut classes: Vec<_> = all.iter().map(|line| line.class).collect();
    classes.sort();
    assert_eq!(classes, ParkedClass::VARIANTS);
}

#[tokio::test]
async fn a_timer_happens_once_when_it_is_due() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let (now, batch) = begin(&mut one).await;
    let said = Said {
        ty: domain::commands::LeadDisqualify::TYPE,
        subject: Subject { kind: SubjectKind::Lead, id: id(now, 1) },
        data: "{ \"reason\":  \"silence\" }".into(),
    };
    let timer = |n, name, minutes| NewTimer {
        id: id(now, n),
        due_at: now + TimeDelta::minutes(minutes),
        name,
        said: &said,
        correlation: id(now, 1),
        cause: id(now, 1),
    };
    let known = [("intake", said.ty.name)];
    let timers = [timer(2, "b", -1), timer(3, "a", -2), timer(4, "c", 60)];
    schedule::plan(&mut one, "intake", &timers).await.unwrap();
    store::commit(&mut one).await.unwrap();

    begin(&mut one).await;
    begin(&mut two).await;
    let first = schedule::claim_due(&mut one, batch, now, &known, 1).await.unwrap();
    let second = schedule::claim_due(&mut two, batch, now, &known, 10).await.unwrap();
    let ids = |due: &[schedule::DueTimer]| due.iter().map(|timer| timer.id).collect::<Vec<_>>();
    assert_eq!((ids(&first), ids(&second)), (vec![id(now, 3)], vec![id(now, 2)]));
    assert_eq!(first[0].worker, "intake", "who planned it");
    assert_eq!((&first[0].data, first[0].ty.as_str()), (&said.data, "lead.disqualify.v1"));
    store::commit(&mut one).await.unwrap();
    store::rollback(&mut two).await.unwrap();

    begin(&mut one).await;
    let rest = schedule::claim_due(&mut one, batch, now, &known, 10).await.unwrap();
    assert_eq!(ids(&rest), [id(now, 2)], "what was rolled back is due again, the rest is not");
}

#[tokio::test]
async fn t8_a_timer_is_moved_canceled_left_to_a_clock_that_knows_it_and_purged_in_the_end() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let said = Said {
        ty: domain::commands::LeadDisqualify::TYPE,
        subject: Subject { kind: SubjectKind::Lead, id: id(now, 1) },
        data: "{}".into(),
    };
    let timer = |n, name, minutes| NewTimer {
        id: id(now, n),
        due_at: now + TimeDelta::minutes(minutes),
        name,
        said: &said,
        correlation: id(now, 1),
        cause: id(now, 1),
    };
    let known = [("intake", said.ty.name)];
    let timers = [timer(2, "moved", 60), timer(3, "canceled", -1), timer(4, "moved away", -1)];
    schedule::plan(&mut conn, "intake", &timers).await.unwrap();
    let moved = [timer(5, "moved", -1), timer(6, "moved away", 60)];
    schedule::plan(&mut conn, "intake", &moved).await.unwrap();
    let named = |name| [(id(now, 1), name)];
    schedule::cancel(&mut conn, "quoting", &named("moved")).await.unwrap();
    schedule::cancel(&mut conn, "intake", &named("canceled")).await.unwrap();
    let others = [("intake", "lead.qualify.v1"), ("quoting", said.ty.name)];
    let none = schedule::claim_due(&mut conn, batch, now, &others, 10).await.unwrap();
    assert_eq!(none, [], "what this clock does not know");
    let due = schedule::claim_due(&mut conn, batch, now, &known, 10).await.unwrap();
    assert_eq!(due.iter().map(|timer| timer.id).collect::<Vec<_>>(), [id(now, 5)]);
    schedule::cancel(&mut conn, "intake", &named("moved")).await.unwrap();
    assert_eq!(schedule::overdue(&mut conn, now + TimeDelta::minutes(62)).await.unwrap(), 1);

    // Said, and planned again: another timer, while the old one stays for eight days.
    schedule::plan(&mut conn, "intake", &[timer(7, "moved", 30)]).await.unwrap();
    assert_eq!(schedule::purge(&mut conn).await.unwrap(), 0);
    let age =
        "UPDATE schedule SET claimed_at = now() - interval '9 days' WHERE claimed_at IS NOT NULL";
    sqlx::raw_sql(age).execute(&mut conn).await.unwrap();
    assert_eq!(schedule::purge(&mut conn).await.unwrap(), 1);
    let left = sqlx::query_scalar::<_, uuid::Uuid>("SELECT id FROM schedule ORDER BY id");
    assert_eq!(left.fetch_all(&mut conn).await.unwrap(), [id(now, 6), id(now, 7)]);
}
