use std::collections::BTreeMap;
use std::time::Duration;

use domain::ids::InputId;
use leadmill::store::delayed::{self, NewDelayed};
use leadmill::store::received::{self, Claim, Outside};
use leadmill::store::{self, DatabaseSettings, Fault, chunk, conflict, inbox};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{begin, id};
use crate::database::{Database, until_waiting};

fn mail<'a>(external_id: &'a str, digest: u8, new_id: Uuid, headers: &'a Value) -> Outside<'a> {
    Outside {
        source: "intake.email",
        external_id,
        kind: "email",
        content_type: Some("message/rfc822"),
        digest: [digest; 32],
        new_id,
        headers,
        sender: Some("leadmill.from.mail"),
        actor: None,
    }
}

#[tokio::test]
async fn of_two_workers_with_one_message_the_second_waits_and_then_sees_a_repeat() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let (now, batch) = begin(&mut one).await;
    let (first, second) = (id(now, 1), id(now, 2));
    let fresh = inbox::claim(&mut one, "quoting", batch, &[second, first, first]).await.unwrap();
    assert_eq!(fresh, [first, second].into());

    let waiting = tokio::spawn(async move {
        begin(&mut two).await;
        let third = id(now, 3);
        let ids = [first, third];
        (inbox::claim(&mut two, "quoting", id(now, 254), &ids).await.unwrap(), third)
    });
    until_waiting(&mut one, 1).await;
    store::commit(&mut one).await.unwrap();
    let (fresh, third) = waiting.await.unwrap();
    assert_eq!(fresh, [third].into());

    // Another worker has claims of its own.
    begin(&mut one).await;
    let fresh = inbox::claim(&mut one, "intake", batch, &[first]).await.unwrap();
    assert_eq!(fresh, [first].into());
}

#[tokio::test]
async fn a_claim_that_another_transaction_rolls_back_is_fresh_for_the_one_that_waited() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let (now, batch) = begin(&mut one).await;
    let message = id(now, 1);
    inbox::claim(&mut one, "quoting", batch, &[message]).await.unwrap();
    let waiting = tokio::spawn(async move {
        begin(&mut two).await;
        inbox::claim(&mut two, "quoting", id(now, 254), &[message]).await.unwrap()
    });
    until_waiting(&mut one, 1).await;
    store::rollback(&mut one).await.unwrap();
    assert_eq!(waiting.await.unwrap(), [message].into());
}

#[tokio::test]
async fn a_claim_that_waits_too_long_runs_again() {
    let database = Database::create().await;
    let mut one = database.connect().await;
    let hasty = DatabaseSettings { lock_timeout_ms: 50, ..database.settings.clone() };
    let mut two = store::connect(&hasty, "hasty").await.unwrap();
    let (now, batch) = begin(&mut one).await;
    let headers = json!({});
    inbox::claim(&mut one, "quoting", batch, &[id(now, 1)]).await.unwrap();
    let outside = [mail("a", 1, id(now, 2), &headers)];
    received::claim(&mut one, batch, "intake", &outside).await.unwrap();

    begin(&mut two).await;
    let fault = inbox::claim(&mut two, "quoting", batch, &[id(now, 1)]).await.unwrap_err();
    assert!(matches!(fault, Fault::Again(_)), "{fault}");
    assert_eq!(fault.trouble().code().as_deref(), Some("55P03"));
    store::rollback(&mut two).await.unwrap();

    begin(&mut two).await;
    let fault = received::claim(&mut two, batch, "intake", &outside).await.unwrap_err();
    assert!(matches!(fault, Fault::Again(_)), "{fault}");
}

#[tokio::test]
async fn a_message_of_ours_that_was_given_back_is_fresh_again() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let ids = [id(now, 1), id(now, 2)];
    inbox::claim(&mut conn, "quoting", batch, &ids).await.unwrap();
    inbox::claim(&mut conn, "intake", batch, &ids).await.unwrap();
    inbox::give_back(&mut conn, "quoting", &ids[..1]).await.unwrap();
    store::commit(&mut conn).await.unwrap();

    let (_, batch) = begin(&mut conn).await;
    let fresh = inbox::claim(&mut conn, "quoting", batch, &ids).await.unwrap();
    assert_eq!(fresh, [ids[0]].into());
    assert!(inbox::claim(&mut conn, "intake", batch, &ids).await.unwrap().is_empty());
}

#[tokio::test]
async fn from_outside_the_first_copy_is_fresh_the_next_a_repeat_and_other_bytes_a_conflict() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let headers = json!({"from": "a@example.com"});
    let ids: Vec<_> = (0..6).map(|n| id(now, n)).collect();
    let outside = [
        mail("b", 1, ids[0], &headers),
        mail("a", 1, ids[1], &headers),
        mail("b", 1, ids[2], &headers), // the same again
        mail("b", 2, ids[3], &headers), // the same key for other bytes
        mail("b", 1, ids[4], &headers), // and once more
    ];
    let claims = received::claim(&mut conn, batch, "intake", &outside).await.unwrap();
    let b = ids[0];
    assert_eq!(
        claims,
        [
            Claim::Fresh { id: b },
            Claim::Fresh { id: ids[1] },
            Claim::Repeat { id: b },
            Claim::Conflict { id: b },
            Claim::Repeat { id: b },
        ]
    );
    store::commit(&mut conn).await.unwrap();

    let next = id(begin(&mut conn).await.0, 9);
    let again = [
        mail("b", 2, ids[5], &headers),
        mail("b", 1, ids[5], &headers),
        Outside { source: "intake.web", ..mail("b", 2, ids[5], &headers) },
    ];
    let claims = received::claim(&mut conn, next, "intake", &again).await.unwrap();
    let of_another_source = Claim::Fresh { id: ids[5] };
    assert_eq!(claims, [Claim::Conflict { id: b }, Claim::Repeat { id: b }, of_another_source]);
    let (repeats, at): (i32, bool) = sqlx::query_as(
        "SELECT repeats, last_repeat_at = now() FROM received
         WHERE source = 'intake.email' AND external_id = 'b'",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!((repeats, at), (3, true), "two copies in the first batch, one in the second");
}

#[tokio::test]
async fn of_two_workers_with_one_input_the_second_sees_a_repeat_under_the_firsts_id() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let (now, batch) = begin(&mut one).await;
    let headers = json!({});
    let outside = [mail("a", 1, id(now, 1), &headers)];
    received::claim(&mut one, batch, "intake", &outside).await.unwrap();
    let waiting = tokio::spawn(async move {
        let headers = json!({});
        begin(&mut two).await;
        let outside = [mail("a", 1, id(now, 2), &headers)];
        received::claim(&mut two, id(now, 254), "intake", &outside).await.unwrap()
    });
    until_waiting(&mut one, 1).await;
    store::commit(&mut one).await.unwrap();
    assert_eq!(waiting.await.unwrap(), [Claim::Repeat { id: id(now, 1) }]);
}

#[tokio::test]
async fn a_command_that_was_given_back_is_fresh_under_its_id_and_a_forgery_does_not_take_its_place()
{
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let headers = json!({});
    let known = id(now, 1);
    let outside = [mail("a", 1, known, &headers)];
    received::claim(&mut conn, batch, "ordering", &outside).await.unwrap();
    received::give_back(&mut conn, "ordering", &[known]).await.unwrap();
    store::commit(&mut conn).await.unwrap();

    let next = id(begin(&mut conn).await.0, 9);
    let outside = [mail("a", 2, id(now, 2), &headers), mail("a", 1, id(now, 3), &headers)];
    let claims = received::claim(&mut conn, next, "ordering", &outside).await.unwrap();
    assert_eq!(claims, [Claim::Conflict { id: known }, Claim::Fresh { id: known }]);
    let repeats: i32 = sqlx::query_scalar("SELECT repeats FROM received WHERE batch = $1")
        .bind(next)
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(repeats, 0, "coming back from a delay queue is no repeat");
}

#[tokio::test]
async fn a_key_that_two_workers_are_sent_is_fresh_for_each_and_keeps_its_first_sender() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let headers = json!({});
    for (n, worker) in [(1, "ordering"), (2, "quoting")] {
        let outside = [mail("a", n, id(now, n), &headers)];
        let claims = received::claim(&mut conn, batch, worker, &outside).await.unwrap();
        assert_eq!(claims, [Claim::Fresh { id: id(now, n) }], "{worker}");
    }
    let later = Outside { sender: Some("mallory"), ..mail("a", 1, id(now, 3), &headers) };
    received::claim(&mut conn, id(now, 254), "ordering", &[later]).await.unwrap();
    let senders: Vec<String> =
        sqlx::query_scalar("SELECT sender FROM received").fetch_all(&mut conn).await.unwrap();
    assert_eq!(senders, ["leadmill.from.mail"; 2]);
}

#[tokio::test]
async fn a_conflicting_copy_is_claimed_once_for_each_content_and_counted_afterwards() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let headers = json!({});
    let copies = [(2, 1), (2, 2), (3, 3)].map(|(bytes, n)| mail("a", bytes, id(now, n), &headers));
    let claims = conflict::claim(&mut conn, batch, "ordering", &copies).await.unwrap();
    let (first, other) = (id(now, 1), id(now, 3));
    let repeat = Claim::Repeat { id: first };
    assert_eq!(claims, [Claim::Fresh { id: first }, repeat, Claim::Fresh { id: other }]);
    store::commit(&mut conn).await.unwrap();

    let next = id(begin(&mut conn).await.0, 9);
    let copies = [mail("a", 2, id(now, 4), &headers)];
    let claims = conflict::claim(&mut conn, next, "ordering", &copies).await.unwrap();
    assert_eq!(claims, [repeat]);
    let of_another = conflict::claim(&mut conn, next, "quoting", &copies).await.unwrap();
    assert_eq!(of_another, [Claim::Fresh { id: id(now, 4) }]);
    let repeats = sqlx::query_scalar::<_, i32>("SELECT repeats FROM conflict WHERE id = $1");
    assert_eq!(repeats.bind(first).fetch_one(&mut conn).await.unwrap(), 2);
}

#[tokio::test]
async fn a_message_that_waits_has_a_row_until_it_comes_back_and_is_missed_when_it_does_not() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let waits = |n, seconds| NewDelayed {
        message: id(now, n),
        queue: "quoting".into(),
        lasts: Duration::from_secs(seconds),
    };
    delayed::insert(&mut conn, "quoting", &[waits(1, 2), waits(2, 900)]).await.unwrap();
    delayed::insert(&mut conn, "quoting", &[waits(1, 15)]).await.unwrap();
    let waiting = delayed::waiting(&mut conn, Duration::ZERO).await.unwrap();
    assert_eq!((waiting.count, waiting.overdue, waiting.oldest_at), (2, 0, Some(now)));
    sqlx::query("UPDATE delayed SET due = due - interval '1 hour'")
        .execute(&mut conn)
        .await
        .unwrap();
    let waiting = delayed::waiting(&mut conn, Duration::from_secs(600)).await.unwrap();
    assert_eq!((waiting.count, waiting.overdue), (2, 2));
    // Another copy of it was decided meanwhile.
    inbox::claim(&mut conn, "quoting", batch, &[id(now, 2)]).await.unwrap();
    delayed::delete(&mut conn, "intake", &[id(now, 1)]).await.unwrap();
    assert_eq!(delayed::waiting(&mut conn, Duration::ZERO).await.unwrap().overdue, 1);
    delayed::delete(&mut conn, "quoting", &[id(now, 1)]).await.unwrap();
    let waiting = delayed::waiting(&mut conn, Duration::ZERO).await.unwrap();
    assert_eq!((waiting.count, waiting.overdue, waiting.overdue_since), (1, 0, None));
}

#[tokio::test]
async fn the_bytes_of_an_input_come_back_as_they_were() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let now = begin(&mut conn).await.0;
    // More than one statement takes, with every byte, NUL included; exactly one piece; nothing.
    let large: Vec<u8> = (0..chunk::CHUNK_BYTES * 17 + 17).map(|n| (n % 256) as u8).collect();
    let exact = vec![0_u8; chunk::CHUNK_BYTES];
    let inputs = [InputId(id(now, 1)), InputId(id(now, 2)), InputId(id(now, 3))];
    let bytes: [&[u8]; 3] = [&large, &exact, &[]];
    let all = [0, 1, 2].map(|n| (inputs[n], Some(bytes[n])));
    chunk::store(&mut conn, chunk::Chunks::Raw, &all).await.unwrap();
    chunk::store(&mut conn, chunk::Chunks::Raw, &all[..1]).await.unwrap(); // given back and claimed again
    let (absent, unkept) = (InputId(id(now, 4)), InputId(id(now, 5)));
    chunk::store(&mut conn, chunk::Chunks::Raw, &[(unkept, None)]).await.unwrap();
    let loaded = chunk::load(&mut conn, &[&inputs[..], &[absent, unkept]].concat()).await.unwrap();
    let expected: BTreeMap<_, _> =
        inputs.iter().zip(bytes).map(|(id, bytes)| (*id, bytes.to_vec().into())).collect();
    assert!(loaded == expected, "the bytes differ");

    sqlx::query("UPDATE input_chunk SET bytes = NULL WHERE input = $1 AND n = 1")
        .bind(inputs[0].0)
        .execute(&mut conn)
        .await
        .unwrap();
    let loaded = chunk::load(&mut conn, &inputs[..2]).await.unwrap();
    assert_eq!(loaded.keys().collect::<Vec<_>>(), [&inputs[1]], "erased bytes are missing");
}
