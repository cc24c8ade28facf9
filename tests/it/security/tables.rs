//! What each role may do with the tables: its own work, and nothing beside.

use std::collections::BTreeMap;

use leadmill::store::role::OWN_ROWS;
use leadmill::store::{self, Connection};
use leadmill::workers;
use sqlx::AssertSqlSafe;

use super::one;
use super::private::Private;

/// `insufficient_privilege`, also where a row policy says no.
const FORBIDDEN: &str = "42501";

type Sessions = BTreeMap<&'static str, Connection>;

/// Each session may do what its worker does, and nothing beside.
pub(super) async fn are_closed(it: &Private) {
    let mut sessions = Sessions::new();
    for role in workers::NAMES.into_iter().chain(["clock", "operator"]) {
        sessions.insert(role, it.session(role).await);
    }
    for (role, statement) in forbidden() {
        refused(&mut sessions, role, &statement).await;
    }
    planted_rows_are_refused(&mut sessions).await;
    rows_of_others_are_not_there(it, &mut sessions).await;
    let mut owner = store::connect(&it.owner.database, "leadmill test").await.unwrap();
    let kept = "SELECT count(*)::text FROM pg_authid
                WHERE rolname LIKE 'leadmill\\_%' AND rolpassword NOT LIKE 'SCRAM-SHA-256$4096:%'";
    assert_eq!(one(&mut owner, kept).await, "0", "PostgreSQL keeps what proves the passwords");
    let clock = sessions.get_mut("clock").unwrap();
    one(clock, "SELECT count(*)::text FROM maintain_partitions()").await;
}

fn forbidden() -> Vec<(&'static str, String)> {
    [
        ("intake", "SELECT 1 FROM invoice"),
        ("intake", "SELECT 1 FROM payment"),
        ("intake", "SELECT maintain_partitions()"),
        ("intake", "SELECT erase_raw(gen_random_uuid())"),
        ("intake", "CREATE TABLE mine (a int)"),
        ("intake", "UPDATE contact SET emails = '[]'"),
        ("qualification", "DELETE FROM opportunity"),
        ("qualification", "UPDATE invoice SET state = 'paid'"),
        ("qualification", "SELECT 1 FROM sales_order"),
        ("qualification", "UPDATE input SET modified_at = now()"),
        ("qualification", "SELECT 1 FROM input_chunk"),
        ("qualification", "UPDATE event SET type = 'x'"),
        ("qualification", "DELETE FROM event"),
        ("quoting", "UPDATE lead SET state = 'open'"),
        ("ordering", "UPDATE invoice SET state = 'paid'"),
        ("invoicing", "UPDATE sales_order SET state = 'canceled'"),
        ("invoicing", "INSERT INTO quote_line SELECT * FROM quote_line"),
        ("invoicing", "SELECT 1 FROM input_chunk"),
        ("clock", "SELECT 1 FROM lead"),
        ("clock", "INSERT INTO schedule SELECT * FROM schedule"),
        ("quoting", "UPDATE clock_shift SET by = '1 day'"),
        ("clock", "UPDATE clock_shift SET by = '1 day'"),
        ("operator", "UPDATE clock_shift SET by = '1 day'"),
        ("operator", "UPDATE invoice SET state = 'paid'"),
        ("operator", "INSERT INTO event SELECT * FROM event"),
        ("privacy", "DELETE FROM event"),
        ("privacy", "UPDATE event SET type = 'x'"),
        ("privacy", "UPDATE invoice SET buyer = '{}'"),
        ("privacy", "SELECT 1 FROM payment"),
    ]
    .map(|(role, statement)| (role, statement.to_owned()))
    .into()
}

/// Rows that would make another worker's message a repeat, bring a body to another's queue, or let
/// the clock say what their planner may not.
async fn planted_rows_are_refused(sessions: &mut Sessions) {
    let event = |worker: &str, ty: &str| {
        format!(
            "INSERT INTO event (id, worker, type, kind, subject_kind, subject, correlation, cause,
                                batch, data)
             SELECT id_at(now()), '{worker}', '{ty}', 'event', 'invoice', gen_random_uuid(),
                    gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{{}}'"
        )
    };
    let received = |worker: &str| {
        format!(
            "INSERT INTO received (source, external_id, id, worker, kind, digest)
             VALUES ('urn:example:bank', 'T-1', gen_random_uuid(), '{worker}', 'payment.record.v1',
                     decode(repeat('00', 32), 'hex'))"
        )
    };
    let parked = |worker: &str, queue: &str| {
        format!(
            "INSERT INTO parked (id, worker, queue, class, reason, properties, body)
             VALUES (gen_random_uuid(), '{worker}', '{queue}', 'poison', 'It broke.', '{{}}', 'x')"
        )
    };
    let timer = |worker: &str, ty: &str| {
        format!(
            "INSERT INTO schedule (id, worker, due_at, type, name, subject_kind, subject, data,
                                   correlation, cause)
             VALUES (gen_random_uuid(), '{worker}', now() - interval '1 day', '{ty}',
                     'expiry', 'invoice', gen_random_uuid(), '{{}}', gen_random_uuid(),
                     gen_random_uuid())"
        )
    };
    for (role, statement) in [
        ("qualification", event("invoicing", "invoice.issued.v1")),
        ("qualification", event("qualification", "invoice.issued.v1")),
        ("clock", event("clock", "invoice.issued.v1")),
        ("privacy", event("invoicing", "invoice.issued.v1")),
        ("qualification", received("invoicing")),
        ("qualification", parked("invoicing", "invoicing")),
        ("qualification", parked("qualification", "invoicing")),
        ("qualification", parked("qualification", workers::OUT_BILLING)),
        ("clock", parked("invoicing", "invoicing")),
        ("intake", timer("quoting", "quote.close.v1")),
        ("intake", timer("intake", "quote.close.v1")),
        ("quoting", timer("quoting", "invoice.cancel.v1")),
        ("quoting", timer("quoting", "what.is.this.v1")),
        ("quoting", timer("intake", "quote.close.v1")),
    ] {
        refused(sessions, role, &statement).await;
    }
    // Its own it may write; nothing of it stays.
    for (role, statement) in [
        ("qualification", event("qualification", "lead.scored.v1")),
        ("qualification", received("qualification")),
        ("qualification", parked("qualification", "qualification")),
        ("quoting", timer("quoting", "quote.close.v1")),
    ] {
        let session = sessions.get_mut(role).unwrap();
        let statement = format!("BEGIN; {statement}; ROLLBACK");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(session).await.unwrap();
    }
}

/// Rows of others are not there; the owner, who passes by the policies, sees all.
async fn rows_of_others_are_not_there(it: &Private, sessions: &mut Sessions) {
    let mut owner = store::connect(&it.owner.database, "leadmill test").await.unwrap();
    let open = "SELECT coalesce(string_agg(c.relname, ' '), '') FROM pg_class AS c
                WHERE c.relrowsecurity IS FALSE AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                  AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid
                              AND a.attname = 'worker' AND NOT a.attisdropped)";
    assert_eq!(one(&mut owner, open).await, "", "name them in OWN_ROWS of store/role.rs");
    let seen = "SELECT coalesce(string_agg(DISTINCT worker, ' ' ORDER BY worker), '') FROM";
    let plant = "INSERT INTO parked (id, worker, queue, class, reason, properties)
                 SELECT gen_random_uuid(), unnest(string_to_array($1, ' ')), 'x', 'poison', 'x', '{}'";
    let everybody: Vec<_> = workers::NAMES.into_iter().chain([workers::CLOCK]).collect();
    sqlx::query(plant).bind(everybody.join(" ")).execute(&mut owner).await.unwrap();
    for table in OWN_ROWS {
        let all = one(&mut owner, &format!("{seen} {table}")).await;
        // Whoever erases finds a person in what others said.
        for role in workers::NAMES.into_iter().filter(|role| *role != "privacy") {
            let may = format!("SELECT has_table_privilege('{table}', 'SELECT')::text");
            let session = sessions.get_mut(role).unwrap();
            if one(session, &may).await == "true" {
                let own = if all.contains(role) { role } else { "" };
                assert_eq!(one(session, &format!("{seen} {table}")).await, own, "{table}");
            }
        }
        let operator = sessions.get_mut("operator").unwrap();
        assert_eq!(one(operator, &format!("{seen} {table}")).await, all, "{table}");
    }
    for table in ["event", "batch", "parked"] {
        let clock = sessions.get_mut("clock").unwrap();
        assert_eq!(one(clock, &format!("{seen} {table}")).await, "clock", "{table}");
    }
    let operator = sessions.get_mut("operator").unwrap();
    let close = "UPDATE parked SET state = 'discarded', closed_at = now() WHERE queue = 'x'";
    let closed = sqlx::query(close).execute(operator).await.unwrap();
    let planted = everybody.len() as u64;
    assert_eq!(closed.rows_affected(), planted, "the operator closes what any worker has parked");
}

async fn refused(sessions: &mut Sessions, role: &str, statement: &str) {
    let session = sessions.get_mut(role).unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(session).await;
    let code = done.as_ref().err().and_then(|e| Some(e.as_database_error()?.code()?.into_owned()));
    assert_eq!(code.as_deref(), Some(FORBIDDEN), "{role}: {statement}: {done:?}");
}
