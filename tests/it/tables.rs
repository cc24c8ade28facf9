//! What the program declares of each table, against the tables that the migrations make.

use std::collections::{BTreeMap, BTreeSet};

use leadmill::store::declared::{self, Column};

use crate::database::Database;

/// Tables whose statements are written by hand, each with why.
const BY_HAND: [(&str, &str); 27] = [
    ("_sqlx_migrations", "sqlx's own"),
    ("batch", "delivery: one row for a batch of messages"),
    ("catalog", "reference data: one row that counts changes"),
    ("clock_shift", "one row for tests of what happens later"),
    ("conflict", "delivery: what came under a known id"),
    ("consumer", "operators' own words"),
    ("delayed", "delivery: what waits"),
    ("erasure_input", "what an erasure has still to do"),
    ("erasure_log", "how far an erasure has read the log"),
    ("erasure_other", "what an erasure has found in the log"),
    ("event", "the log"),
    ("inbox", "delivery: claims, in partitions"),
    ("input_chunk", "bytes in pieces"),
    ("likeness_key", "follows from other records, many to a key"),
    ("nothing", "delivery: decided without a change"),
    ("opened_chunk", "bytes in pieces"),
    ("parked", "delivery: what a person looks at"),
    ("party_key", "claimed before anything is made for the party behind it"),
    ("price_list", "reference data, replaced as a whole"),
    ("price_list_item", "reference data, replaced as a whole"),
    ("product", "reference data, replaced as a whole"),
    ("program_min", "one row for the migrations"),
    ("received", "delivery: what came from outside, in partitions"),
    ("refusal", "delivery: answers, in partitions"),
    ("schedule", "timers"),
    ("series", "made when it is first locked"),
    ("trial", "delivery: messages that are decided alone"),
];
/// Columns that the tables fill by themselves.
const OWN: [&str; 2] = ["created_at", "modified_at"];

#[tokio::test]
async fn every_table_is_declared_column_by_column_or_written_by_hand_for_a_reason() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text, a.atttypid::regtype::text
         FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let mut tables: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for (table, column, ty) in rows {
        let columns = tables.entry(table).or_default();
        if !OWN.contains(&column.as_str()) {
            columns.insert((column, ty.replace("timestamp with time zone", "timestamptz")));
        }
    }
    for declared in declared::all() {
        let columns = declared.columns.iter().map(|Column { name, ty, .. }| (*name, *ty));
        let mut expected: BTreeSet<_> = columns.collect();
        if let Some(owner) = declared.owner {
            expected.extend([(owner, "uuid"), ("position", "integer")]);
        }
        let expected = expected.into_iter().map(|(name, ty)| (name.to_owned(), ty.to_owned()));
        let found = tables.remove(declared.name);
        assert_eq!(found, Some(expected.collect()), "{}", declared.name);
    }
    assert!(tables.keys().map(String::as_str).eq(BY_HAND.map(|(table, _)| table)), "{tables:?}");
}
