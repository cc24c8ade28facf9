//! Whatever a record holds comes back: random ones are saved and read, changed, saved and read again. So a
//! field that the store forgets is seen, whoever added it.

use std::collections::BTreeSet;
use std::fmt::Debug;

use domain::bulk::Bulk;
use domain::consent::Consent;
use domain::customer::{Account, Contact};
use domain::decide::World;
use domain::duplicate::Duplicate;
use domain::erasure::Erasure;
use domain::input::Input;
use domain::invoice::Invoice;
use domain::lead::Lead;
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::proposal::Proposal;
use domain::samples::{Dice, Random};
use domain::transfer::Transfer;
use leadmill::store::declared::{self, Declared};
use leadmill::store::{
    Connection, account, bulk, consent, contact, duplicate, erasure, input, invoice, lead,
    opportunity, order, proposal, transfer, world,
};
use sqlx::AssertSqlSafe;

use super::database::begin;
use crate::database::Database;
use crate::newer::salt;

/// Records of each subject: so many that each word of each column falls.
const RECORDS: usize = 100;

macro_rules! round_trips {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        async fn round_trips(conn: &mut Connection, dice: &mut Dice) {
            $(
                let mut was: Vec<$Of> = (0..RECORDS).map(|_| $Of::random(dice)).collect();
                was.sort_by_key(|record| record.id);
                let now: Vec<$Of> = was.iter().map(|record| record.changed(dice)).collect();
                // The third time as read of what a newer program wrote.
                for (stored, records) in [(&[][..], &was), (&was[..], &now), (&now[..], &now)] {
                    let mut world = World::default();
                    stored.iter().for_each(|it| world.$table.load(it.id, Some(it.clone())));
                    records.iter().for_each(|it| world.place(it.clone().into()));
                    if stored == records {
                        salt(conn).await;
                    } else {
                        world::save(conn, &world).await.expect(stringify!($word));
                    }
                    let ids: Vec<_> = records.iter().map(|it| it.id).collect();
                    let found = $word::load(conn, &ids).await.expect(stringify!($word));
                    assert_eq!(found.len(), RECORDS);
                    for (found, record) in found.iter().zip(records) {
                        let differs = differing(found, record);
                        assert!(found == record, "{}: {differs:#?}", stringify!($word));
                    }
                }
            )*
        }
    };
}
domain::subjects!(round_trips);

/// The lines that differ between what was read and what was saved.
fn differing(found: &impl Debug, saved: &impl Debug) -> Vec<(String, String)> {
    let (found, saved) = (format!("{found:#?}"), format!("{saved:#?}"));
    let lines = found.lines().zip(saved.lines()).filter(|(found, saved)| found != saved);
    lines.map(|(found, saved)| (found.trim().to_owned(), saved.trim().to_owned())).collect()
}

#[tokio::test]
async fn random_records_are_read_back_before_and_after_a_change_and_with_unknown_fields_in_every_object()
 {
    let database = Database::create().await;
    let mut conn = begin(&database).await;
    round_trips(&mut conn, &mut Dice::new(1)).await;
    for table in declared::all() {
        check_that_all_falls(&mut conn, table).await;
    }
}

/// What does not vary was not tried: every column has several values, none where it may, and each of the
/// words that it may have.
async fn check_that_all_falls(conn: &mut Connection, table: &Declared) {
    let name = table.name;
    for column in table.columns {
        let column = column.name;
        let ask = format!(
            "SELECT array_agg(DISTINCT t.{column}::text), bool_or(t.{column} IS NULL) OR bool_or(a.attnotnull),
                    array(SELECT (regexp_matches(pg_get_constraintdef(c.oid), '''(\\w+)''::text', 'g'))[1]
                          FROM pg_constraint AS c
                          WHERE c.conrelid = '{name}'::regclass AND c.conkey = ARRAY[min(a.attnum)]
                            AND pg_get_constraintdef(c.oid) LIKE '%= ANY (ARRAY[%')
             FROM {name} AS t, pg_attribute AS a
             WHERE a.attrelid = '{name}'::regclass AND a.attname = '{column}'"
        );
        let row = sqlx::query_as(AssertSqlSafe(ask)).fetch_one(&mut *conn).await;
        let (values, none, words): (Vec<Option<String>>, bool, Vec<String>) =
            row.unwrap_or_else(|error| panic!("{name}.{column}: {error}"));
        let values: BTreeSet<_> = values.into_iter().flatten().collect();
        assert!(values.len() > 1, "{name}.{column} has always the same value: {values:?}");
        assert!(none, "{name}.{column} is never NULL");
        let missing: Vec<_> = words.iter().filter(|word| !values.contains(*word)).collect();
        assert!(missing.is_empty(), "{name}.{column} is never {missing:?}");
    }
}
