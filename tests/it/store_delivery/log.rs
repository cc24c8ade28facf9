use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::derived;
use domain::message::{Message, Subject, SubjectKind};
use leadmill::store::event::{self, NewEvent};
use leadmill::store::{self, batch};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::{begin, id, insert_batch};
use crate::database::{Database, execute};

fn qualified(cause: Uuid, worker: &str, ordinal: u32) -> NewEvent {
    NewEvent {
        id: derived(cause, worker, ordinal),
        ty: domain::events::LeadQualified::TYPE,
        subject: Subject { kind: SubjectKind::Lead, id: cause },
        sequence: Some(2),
        correlation: cause,
        cause,
        traceparent: (ordinal == 1)
            .then(|| "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        actor: None,
        data: format!("{{ \"score\":\t\"1.50\",\"n\": {ordinal}, \"n\": \"twice\" }}"),
    }
}

#[tokio::test]
async fn what_a_cause_led_to_comes_back_byte_by_byte_and_in_order_until_it_is_marked() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch_id) = begin(&mut conn).await;
    let (one, two) = (id(now, 1), id(now, 2));
    // Derived ids do not sort in the order of saying: 8 of them hardly ever do.
    let mut events: Vec<_> = (1..9).map(|n| qualified(two, "qualification", n)).collect();
    events.push(qualified(one, "qualification", 1));
    event::append(&mut conn, "qualification", (batch_id, now), &events).await.unwrap();
    insert_batch(&mut conn, "qualification", batch_id, events.len()).await;
    let other = [qualified(one, "quoting", 1)];
    event::append(&mut conn, "quoting", (id(now, 3), now), &other).await.unwrap();
    insert_batch(&mut conn, "quoting", id(now, 3), 1).await;
    store::commit(&mut conn).await.unwrap();

    let causes = [two, one];
    let again = event::unmarked_of_causes(&mut conn, "qualification", &causes, &[]).await.unwrap();
    let stored =
        again.iter().map(|e| (e.id, e.data.as_str(), e.sequence, e.traceparent.as_deref()));
    let said = events.iter().map(|e| (e.id, e.data.as_str(), e.sequence, e.traceparent.as_deref()));
    assert!(stored.eq(said), "{again:#?}");
    assert!(again.iter().all(|e| e.at == now && e.ty == "lead.qualified.v1"));
    assert_eq!(event::of_batches(&mut conn, &[batch_id]).await.unwrap(), again);
    let of_one = event::unmarked_of_causes(&mut conn, "qualification", &[one], &[]).await.unwrap();
    let worker = "qualification";
    let underway = event::unmarked_of_causes(&mut conn, worker, &[one], &[batch_id]).await.unwrap();
    assert_eq!(underway, [], "what is on its way is not sent twice");
    assert_eq!(of_one, again, "a batch is marked as a whole, so it comes back as a whole");

    batch::mark_published(&mut conn, &[(batch_id, Utc::now())]).await.unwrap();
    let again = event::unmarked_of_causes(&mut conn, "qualification", &causes, &[]).await.unwrap();
    assert_eq!(again, [], "what was published needs no second time");
    let others = event::unmarked_of_causes(&mut conn, "quoting", &causes, &[]).await.unwrap();
    assert_eq!(others.len(), 1, "each worker looks after its own");
}

#[tokio::test]
async fn the_search_for_a_recent_cause_does_not_read_the_months_before() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    // The statement of `unmarked_of_causes`, in the form that a lane's connection settles on.
    let prepare = "SELECT add_partition('event', DATE '2020-01-01', DATE '2020-02-01');
        SET plan_cache_mode = force_generic_plan;
        PREPARE again (uuid[], uuid) AS
        SELECT e.id FROM event AS e JOIN batch AS b ON b.id = e.batch
        WHERE e.cause = ANY ($1) AND e.id > $2 AND b.published_at IS NULL";
    execute(&mut conn, prepare.into()).await;
    let cause = id(Utc::now(), 1);
    let explain = format!("EXPLAIN (ANALYZE) EXECUTE again (ARRAY['{cause}'::uuid], '{cause}')");
    let plan = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut conn).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    assert!(!plan.iter().any(|line| line.contains("event_202001")), "{plan:#?}");
    assert!(plan.iter().any(|line| line.contains("Subplans Removed")), "{plan:#?}");
}

#[tokio::test]
async fn a_batch_that_says_nothing_counts_as_published_and_a_mark_keeps_its_first_time() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let now = begin(&mut conn).await.0;
    insert_batch(&mut conn, "quoting", id(now, 1), 0).await;
    insert_batch(&mut conn, "quoting", id(now, 2), 1).await;
    let marks = |at: DateTime<Utc>| [(id(now, 2), at), (id(now, 1), at)];
    batch::mark_published(&mut conn, &marks(now)).await.unwrap();
    batch::mark_published(&mut conn, &marks(now + TimeDelta::hours(1))).await.unwrap();
    let late: i64 = sqlx::query_scalar("SELECT count(*) FROM batch WHERE published_at > $1")
        .bind(now + TimeDelta::minutes(30))
        .fetch_one(&mut conn)
        .await
        .unwrap();
    let unmarked: i64 = sqlx::query_scalar("SELECT count(*) FROM batch WHERE published_at IS NULL")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!((late, unmarked), (0, 0));
}

#[tokio::test]
async fn a_sweeper_takes_the_old_unmarked_batches_that_no_other_one_holds() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let now = begin(&mut one).await.0;
    let old = |n| id(now - TimeDelta::minutes(5), n);
    for (batch, worker) in [(old(1), "quoting"), (old(2), "quoting"), (old(3), "intake")] {
        insert_batch(&mut one, worker, batch, 1).await;
    }
    insert_batch(&mut one, "quoting", id(now, 4), 1).await;
    store::commit(&mut one).await.unwrap();

    let minute = Duration::from_mins(1);
    begin(&mut one).await;
    begin(&mut two).await;
    let first = batch::stale_unmarked(&mut one, "quoting", minute, 1, &[]).await.unwrap();
    let second = batch::stale_unmarked(&mut two, "quoting", minute, 50, &[]).await.unwrap();
    assert_eq!((first, second), (vec![old(1)], vec![old(2)]));
}
