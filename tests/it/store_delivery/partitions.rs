use chrono::{TimeDelta, Utc};
use leadmill::store::partition::{self, UpkeepKind};
use leadmill::store::{self, Fault, batch, inbox};

use super::{begin, id, insert_batch};
use crate::database::{Database, execute};

#[tokio::test]
async fn missing_days_are_made_while_a_worker_is_in_the_middle_of_a_batch() {
    let database = Database::create().await;
    let (mut worker, mut conn) = (database.connect().await, database.connect().await);
    assert!(partition::days_ahead(&mut conn).await.unwrap() >= 6);
    let day = (Utc::now() + TimeDelta::days(3)).format("%Y%m%d");
    execute(&mut conn, format!("DROP TABLE inbox_{day}, nothing_{day}, batch_{day}")).await;
    assert_eq!(partition::days_ahead(&mut conn).await.unwrap(), 2);

    let (now, batch) = begin(&mut worker).await;
    inbox::claim(&mut worker, "quoting", batch, &[id(now, 1)]).await.unwrap();
    insert_batch(&mut worker, "quoting", batch, 1).await;
    let upkeep = partition::maintain(&mut conn).await.unwrap();
    let made: Vec<_> = upkeep.iter().filter(|u| u.relation.ends_with(&day.to_string())).collect();
    assert_eq!(made.len(), 3, "{upkeep:?}");
    assert!(made.iter().all(|one| one.what == UpkeepKind::Created));
    assert_eq!(partition::days_ahead(&mut conn).await.unwrap(), 7);
    store::commit(&mut worker).await.unwrap();
    let later = id(now + TimeDelta::days(3), 1);
    inbox::claim(&mut worker, "quoting", batch, &[later]).await.unwrap();
    assert_eq!(partition::maintain(&mut conn).await.unwrap(), [], "nothing is left to do");
}

#[tokio::test]
async fn an_old_day_goes_only_when_its_batches_are_marked_and_nobody_uses_it() {
    let database = Database::create().await;
    let (mut worker, mut conn) = (database.connect().await, database.connect().await);
    let old = Utc::now() - TimeDelta::days(20);
    let day = old.format("%Y-%m-%d").to_string();
    for parent in ["inbox", "nothing", "batch"] {
        let add = format!("SELECT add_partition('{parent}', DATE '{day}', DATE '{day}' + 1)");
        execute(&mut conn, add).await;
    }
    insert_batch(&mut conn, "quoting", id(old, 1), 1).await;
    inbox::claim(&mut conn, "quoting", id(old, 1), &[id(old, 2)]).await.unwrap();

    let kept = partition::maintain(&mut conn).await.unwrap();
    assert_eq!((kept.len(), kept[0].what, &kept[0].relation), (1, UpkeepKind::Kept, &day));
    assert!(kept[0].why.starts_with("1 batches of that day are not known"), "{kept:?}");

    batch::mark_published(&mut conn, &[(id(old, 1), Utc::now())]).await.unwrap();
    begin(&mut worker).await;
    execute(&mut worker, "SELECT count(*) FROM batch".into()).await;
    let kept = partition::maintain(&mut conn).await.unwrap();
    assert!(kept[0].what == UpkeepKind::Kept && kept[0].why.contains("in use"), "{kept:?}");
    let fresh = inbox::claim(&mut conn, "quoting", id(old, 3), &[id(old, 2)]).await.unwrap();
    assert!(fresh.is_empty(), "all three days stay, or none");
    store::rollback(&mut worker).await.unwrap();

    let dropped = partition::maintain(&mut conn).await.unwrap();
    assert_eq!((dropped.len(), dropped[0].what), (1, UpkeepKind::Dropped));
    let fault = inbox::claim(&mut conn, "quoting", id(old, 1), &[id(old, 2)]).await.unwrap_err();
    assert!(matches!(fault, Fault::Ours(_)), "a missing day stops the lane: {fault}");
}

#[tokio::test]
async fn two_processes_may_migrate_and_keep_up_one_database_at_once() {
    let database = Database::create().await;
    store::drop_database(&database.settings).await.unwrap();
    let settings = &database.settings;
    let (one, two) = tokio::join!(
        store::create_database_if_missing(settings),
        store::create_database_if_missing(settings)
    );
    assert!(one.unwrap() ^ two.unwrap(), "exactly one has created it");
    let (one, two) = tokio::join!(store::migrate(settings), store::migrate(settings));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.upkeep.is_empty() != two.upkeep.is_empty(), "{one:?} {two:?}");
    let again = store::migrate(settings).await.unwrap();
    assert!(again.applied.is_empty() && again.upkeep.is_empty(), "{again:?}");
    assert!(again.known >= 3);
}
