//! However large the tables grow, every statement of the pipeline finds its rows by an index: what
//! PostgreSQL itself counts while real workers work on filled tables.

use std::sync::Arc;

use leadmill::{store, workers};
use leadmill_lab::queries::history;
use tokio_util::sync::CancellationToken;

use crate::installation::{Installation, Process, form};
use crate::load::{CUSTOMER, WAREHOUSE, outside, stand_in};

const LEADS: usize = 20;
/// So often is copied what those leads left: then a scan is dearer than any index.
const COPIES: u32 = 250;
/// Scans of each table; partitions by the rows read, since an empty one is scanned for nothing.
/// Tables that do not grow with the leads are left out.
const SCANS: &str = "SELECT relname || ' ' || CASE WHEN relname ~ '_[0-9]+$' THEN seq_tup_read
                                                   ELSE seq_scan END
     FROM pg_stat_user_tables
     WHERE relname NOT IN ('catalog', 'catalog_part', 'price_list', 'price_list_item', 'product', 'series',
                           'refusal', 'parked', 'payment', 'program_min', 'clock_shift',
                           '_sqlx_migrations')
     ORDER BY relname";

#[tokio::test]
async fn no_statement_of_the_pipeline_scans_a_table_that_grows() {
    let it = Installation::new().await;
    let outside = outside();
    outside.declare(&it.settings.broker).await.unwrap();
    work(&it, 0, "SELECT count(*) = 20 FROM invoice").await;
    let mut conn = it.connect().await;
    history::multiply(&mut conn, COPIES).await.unwrap();
    store::close(conn).await.unwrap();
    assert_eq!(it.count("SELECT count(*) FROM invoice").await, 20 * 251);
    assert_eq!(
        it.count("SELECT count(*) FROM event WHERE type = 'invoice.issued.v1'").await,
        5_020
    );

    let before = it.texts(SCANS).await;
    work(&it, LEADS, "SELECT count(*) = 5040 FROM invoice").await;
    let after = it.texts(SCANS).await;
    let scanned: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    // The question of this test itself is one scan of `invoice` each time that it is asked.
    let scanned: Vec<_> = scanned.iter().filter(|row| !row.starts_with("invoice ")).collect();
    assert!(scanned.is_empty(), "scanned from end to end: {scanned:?}");
    outside.delete(&it.settings.broker).await.unwrap();
}

/// A plan is made while a table is young and kept while it grows: a scan here is a scan for ever.
#[tokio::test]
async fn no_plan_of_a_lane_scans_a_table_because_it_is_young() {
    let it = Installation::new().await;
    let outside = outside();
    outside.declare(&it.settings.broker).await.unwrap();
    let before = it.texts(SCANS).await;
    work(&it, 0, "SELECT count(*) = 20 FROM invoice").await;
    let after = it.texts(SCANS).await;
    // The question of this test itself, and upkeep, which looks only now and then.
    let others = ["invoice ", "schedule ", "batch_"];
    let scanned = after.iter().filter(|row| !before.contains(row));
    let scanned: Vec<_> =
        scanned.filter(|row| !others.iter().any(|other| row.starts_with(other))).collect();
    assert!(scanned.is_empty(), "scanned from end to end: {scanned:?}");
    outside.delete(&it.settings.broker).await.unwrap();
}

/// Lets all workers work until the leads from this one on are invoiced.
async fn work(it: &Installation, from: usize, until: &str) {
    let settings = Arc::new(it.settings.clone());
    let stop = CancellationToken::new();
    let standing = [CUSTOMER, WAREHOUSE]
        .map(|queue| tokio::spawn(stand_in(Arc::clone(&settings), queue, stop.clone())));
    // On a busy machine batches would be old enough to be swept, which reads the log of a young table as a whole.
    let later = [("LEADMILL_RUNTIME__SWEEP_AFTER_S", "60")];
    let processes: Vec<Process> =
        workers::NAMES.iter().map(|name| it.start(&[name], &later)).collect();
    if from == 0 {
        it.catalog().await;
    }
    let forms = (from..from + LEADS).map(form).collect();
    it.send("intake.web", "application/json", forms).await;
    it.until("everybody has an invoice", until).await;
    stop.cancel();
    for stands in standing {
        stands.await.unwrap();
    }
    for process in processes {
        process.stop().await;
    }
}
