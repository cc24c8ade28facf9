//! However large the tables grow, `status` and `trace` look into indexes and into a bounded sample.

use super::*;

/// As many rows as make a sequential scan dearer than any index.
pub(crate) const FILL: &str = "
    INSERT INTO event (id, worker, type, kind, subject_kind, subject, sequence, correlation, cause,
                       batch, data)
    SELECT id, 'intake', 'lead.captured.v1', 'event', 'lead', id, 1, id, id, id, '{}'
    FROM (SELECT v7(n) AS id FROM generate_series(1, 40000) AS n) AS x;
    INSERT INTO received (source, external_id, id, worker, kind, digest, batch)
    SELECT 'intake.web', n::text, v7(n), 'intake', 'intake.web', decode(repeat('00', 32), 'hex'), v7(n)
    FROM generate_series(1, 40000) AS n;
    INSERT INTO batch (id, worker, taken_at, decided_at, published_at, messages, events)
    SELECT v7(n), 'intake', now(), now(), now(), 1, 1 FROM generate_series(1, 40000) AS n;
    INSERT INTO inbox (worker, id, batch)
    SELECT 'qualification', v7(n), v7(n) FROM generate_series(1, 40000) AS n;
    INSERT INTO nothing (worker, id, batch, why)
    SELECT 'qualification', v7(n), v7(n), 'Nothing follows.' FROM generate_series(1, 40000) AS n;
    INSERT INTO input (id, sequence, channel, reason, verdict, lead)
    SELECT v7(n), 0, 'web', 'A lead.', 'created', v7(n) FROM generate_series(1, 40000) AS n;
    INSERT INTO lead (id, sequence, number, enquiry, input, state, open_reason)
    SELECT v7(n), 1, 'L-' || n, jsonb_build_object('x', repeat('x', 500)), v7(n), 'open', 'new' FROM generate_series(1, 40000) AS n;
    INSERT INTO refusal (id, worker, batch, type, source, outside, subject_kind, named, rule, found,
                         message, attempt, final, correlation, at)
    SELECT v7(n, '30 days'), 'quoting', v7(n), 'x.v1', 'urn:x', true, 'lead', 'L', 'state', 'open', 'No.',
           1, true, gen_random_uuid(), now() - interval '30 days'
    FROM generate_series(1, 40000) AS n;
    ANALYZE";

/// Ids in the order of numbers, or older ones.
pub(crate) const IDS: &str =
    "CREATE FUNCTION v7(n bigint, ago interval = '0') RETURNS uuid LANGUAGE sql STABLE RETURN
     (left(replace(id_at(now() - ago)::text, '-', ''), 12) || '7'
      || substr(md5(n::text), 1, 19))::uuid";

#[tokio::test]
async fn status_and_trace_scan_no_table_that_grows() {
    let it = Installation::new().await;
    it.execute(IDS).await;
    it.execute(FILL).await;
    let lead = it.texts("SELECT id::text FROM lead WHERE number = 'L-777'").await.remove(0);
    let scans = "SELECT relname || ' ' || CASE
                     WHEN relname IN ('input', 'lead') THEN seq_scan ELSE seq_tup_read END FROM pg_stat_user_tables
                 WHERE relname ~ '^(event|received|batch|inbox|nothing)_'
                    OR relname IN ('input', 'lead', 'refusal') ORDER BY relname";
    // A sample counts as rows read, but not as a scan; empty partitions have no rows to read.
    let before = it.texts(scans).await;
    for arguments in [&["status"][..], &["trace", &lead], &["trace", "L-777"], &["trace", "777"]] {
        let answer = leadmill(&it, arguments).await;
        assert!(answer.success, "{arguments:?}: {}", answer.err);
    }
    let after = it.texts(scans).await;
    let scanned: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    assert!(scanned.is_empty(), "scanned from end to end: {scanned:?}");

    let status = leadmill(&it, &["status", "--json"]).await.json();
    let leads = status["records"].as_array().unwrap().iter();
    let leads = leads.clone().find(|row| row["subject"] == "lead").unwrap();
    let about = leads["count"].as_i64().unwrap();
    assert!(leads["estimated"] == true && (30_000..50_000).contains(&about), "{leads}");
}
