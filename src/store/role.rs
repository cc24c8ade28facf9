//! Roles of PostgreSQL: what each process may do with the tables, and no more.
//!
//! Which tables and columns a worker touches follows from what it declares: what it locks, its numbers,
//! its reference data, its timers. A role that locks a root needs the right to change one column of
//! it, as PostgreSQL has it; where a worker only locks, that is `modified_at`.

use std::fmt::Write as _;

use domain::decide::{Hold, Locks, NumberKind, Root};
use domain::reference::Set;

use super::rights::Grant;
use super::{Connection, Result, number, reference, rights};

mod root;
mod scram;

pub use scram::verifier;

/// A role of the server.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub does: Does,
    /// What proves its password ([`verifier`]); none: its password stays as it is.
    pub verifier: Option<String>,
}

/// What a role is for.
#[derive(Clone, Debug)]
pub enum Does {
    /// Decides as a worker.
    Work {
        worker: &'static str,
        locks: Locks,
        numbers: Vec<NumberKind>,
        /// The reference data that it decides with.
        sets: Vec<Set>,
        /// The types that it says, answers included.
        says: Vec<&'static str>,
        /// The types that it may plan: commands of its own.
        plans: Vec<&'static str>,
        /// The queues that it works on.
        queues: Vec<String>,
    },
    /// Says what is due under the name of the clock, parks dead letters, makes and drops partitions.
    Keep { clock: &'static str, says: Vec<&'static str> },
    /// Reads everything, closes what is parked.
    Operate,
}

/// The tables whose rows belong to the worker that they name: every table with a column `worker`.
/// What else a row must be, where its table is shared, stands in `Does::row`.
pub const OWN_ROWS: [&str; 11] = [
    "inbox", "nothing", "event", "batch", "refusal", "received", "parked", "schedule", "conflict",
    "delayed", "trial",
];
/// Of these tables, whose rows belong to the worker that they name, whoever erases sees all rows.
const ERASED: [&str; 6] = ["event", "refusal", "nothing", "received", "conflict", "parked"];
/// What is written into `parked`, also when a message that was closed comes again.
const PARK: &str = "SELECT, INSERT, UPDATE (worker, queue, message, class, reason, history, headers, \
                    properties, body, parked_at, state, replayed_as, closed_at)";
/// Lets a role see who holds a lock that others wait for. PostgreSQL lets only some owners give that.
const STATISTICS: &str = "DO $$ BEGIN GRANT pg_read_all_stats TO {name};\n\
    EXCEPTION WHEN insufficient_privilege THEN\n\
    RAISE WARNING 'You may not grant pg_read_all_stats: let a superuser run GRANT pg_read_all_stats TO {name}. \
    Until then status tells a held lock without its user and program.'; END $$;";

/// Statements for `psql` that make these roles and give them just what they need. Run again, they
/// take back what is no longer needed. Run them as the owner of the tables, who may make roles.
#[must_use]
pub fn sql(roles: &[Role]) -> String {
    let mut text = String::from(
        "\\set ON_ERROR_STOP on\n\
         BEGIN;\n\
         -- Policies lock their table for a moment; the workers do not wait behind us for long.\n\
         SET LOCAL lock_timeout = '10s';\n\
         SET LOCAL client_min_messages = warning;\n",
    );
    for table in OWN_ROWS {
        // Here and not in a migration: a program that runs under the grants of an older version
        // keeps its rights until these are given.
        let _ = writeln!(text, "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;");
    }
    for role in roles {
        // Writing into a string cannot fail.
        let _ = statements(&mut text, role);
    }
    text.push_str("COMMIT;\n");
    text
}

/// Whether the role of this connection may keep timers and partitions: the clock's or the owner's.
pub async fn keeps(conn: &mut Connection) -> Result<bool> {
    let keeps = sqlx::query_scalar!(
        r#"SELECT has_any_column_privilege('schedule', 'UPDATE')
              AND has_function_privilege('maintain_partitions()', 'EXECUTE') AS "keeps!""#
    );
    Ok(keeps.fetch_one(conn).await?)
}

/// Checks that the role of this connection has what the grants of `does` give.
///
/// # Errors
/// [`Fault::Ours`](super::Fault::Ours) with what is missing and what to run; else
/// [`Fault`](super::Fault) of the server.
pub async fn permits(conn: &mut Connection, does: &Does) -> Result<()> {
    let rows = |table: &&str| does.row(table).is_some();
    let own: Vec<_> = OWN_ROWS.into_iter().filter(rows).collect();
    rights::check(conn, &grants(does), &own).await
}

fn statements(text: &mut String, role: &Role) -> std::fmt::Result {
    let name = format!("\"{}\"", role.name);
    writeln!(text, "\nDO $$ BEGIN CREATE ROLE {name} LOGIN;")?;
    writeln!(text, "EXCEPTION WHEN duplicate_object THEN NULL; END $$;")?;
    if let Some(verifier) = &role.verifier {
        // Digits and base64: nothing that a quoted text could end by.
        writeln!(text, "ALTER ROLE {name} PASSWORD '{verifier}';")?;
    }
    for kind in ["TABLES", "SEQUENCES", "FUNCTIONS"] {
        writeln!(text, "REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {name};")?;
    }
    writeln!(text, "GRANT USAGE ON SCHEMA public TO {name};")?;
    for (rights, object) in grants(&role.does) {
        writeln!(text, "GRANT {rights} ON {object} TO {name};")?;
    }
    for table in OWN_ROWS {
        writeln!(text, "DROP POLICY IF EXISTS {name} ON {table};")?;
        let Some(Row { seen, written }) = role.does.row(table) else { continue };
        writeln!(
            text,
            "CREATE POLICY {name} ON {table} TO {name} USING ({seen}) WITH CHECK ({written});"
        )?;
    }
    for table in ERASED {
        // Whoever erases finds a person in what others said, too, and adds nothing to it.
        for (command, rows) in
            [("SELECT", "USING (true)"), ("UPDATE", "USING (true) WITH CHECK (true)")]
        {
            let policy = format!("\"{}_erases_{}\"", role.name, command.to_lowercase());
            writeln!(text, "DROP POLICY IF EXISTS {policy} ON {table};")?;
            if matches!(role.does, Does::Work { locks, .. } if erases(locks)) {
                writeln!(
                    text,
                    "CREATE POLICY {policy} ON {table} FOR {command} TO {name} {rows};"
                )?;
            }
        }
    }
    if matches!(role.does, Does::Operate) {
        writeln!(text, "{}", STATISTICS.replace("{name}", &name))?;
    }
    Ok(())
}

/// Conditions on the rows of a table.
struct Row {
    seen: String,
    written: String,
}

impl Does {
    /// Which rows of a table this role sees, and what the rows that it writes must be; none: no row.
    /// What may be done with them is the grants' to say.
    fn row(&self, table: &str) -> Option<Row> {
        let own = |worker: &str, more: Option<(&str, String)>| {
            let seen = format!("worker = '{worker}'");
            let more = more.map(|(column, known)| format!(" AND {column} IN ({known})"));
            Row { written: seen.clone() + &more.unwrap_or_default(), seen }
        };
        match self {
            // A timer that no worker may plan would be said by the clock, and a message that is
            // parked for another's queue would be put there by whoever replays it.
            Self::Work { worker, says, plans, queues, .. } => match table {
                "schedule" if plans.is_empty() => None,
                "schedule" => Some(own(worker, Some(("type", texts(plans))))),
                "parked" => Some(own(worker, Some(("queue", texts(queues))))),
                "event" => Some(own(worker, Some(("type", texts(says))))),
                _ => Some(own(worker, None)),
            },
            Self::Keep { clock, says } => match table {
                "schedule" => Some(Row::any()),
                "event" => Some(own(clock, Some(("type", texts(says))))),
                _ => Some(own(clock, None)),
            },
            Self::Operate => Some(Row::any()),
        }
    }
}

impl Row {
    fn any() -> Self {
        Self { seen: "true".to_owned(), written: "true".to_owned() }
    }
}

/// Does a worker with these locks erase what is known of persons?
fn erases(locks: Locks) -> bool {
    locks.contains(&(Root::Erasure, Hold::Writes))
}

/// Texts as SQL lists them; they are names of our own, without quotes in them.
fn texts<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{}'", name.as_ref())).collect();
    quoted.join(", ")
}

fn grants(does: &Does) -> Vec<Grant> {
    let pair = |(rights, object): (&str, &str)| (rights.to_owned(), object.to_owned());
    match does {
        Does::Work { locks, numbers, sets, plans, .. } => {
            let mut grants: Vec<Grant> = [
                ("SELECT, INSERT, DELETE", "inbox"),
                ("INSERT", "nothing, refusal, input_chunk"),
                ("SELECT, INSERT", "event"),
                ("USAGE", "SEQUENCE log_position"),
                ("SELECT, INSERT, UPDATE (published_at)", "batch"),
                ("SELECT, INSERT, UPDATE (id, batch, repeats, last_repeat_at)", "received"),
                ("SELECT, INSERT, UPDATE (repeats, last_repeat_at)", "conflict"),
                ("SELECT, INSERT, DELETE, UPDATE (queue, due)", "delayed"),
                (PARK, "parked"),
                ("SELECT, INSERT, DELETE, UPDATE (times, at)", "trial"),
                (
                    "EXECUTE",
                    "FUNCTION last_said(uuid[]), said_otherwise(uuid[], text[], bytea[]), \
                     named_actors(uuid[])",
                ),
            ]
            .map(pair)
            .into();
            grants.extend(locks.iter().flat_map(|(root, hold)| root::grants(*root, *hold)));
            grants.extend(
                numbers.iter().map(|kind| {
                    ("USAGE".to_owned(), format!("SEQUENCE {}", number::sequence(*kind)))
                }),
            );
            for set in sets {
                let tables = reference::tables(*set);
                let granted = |table: &&str| grants.iter().any(|(_, granted)| granted == table);
                if !tables.iter().all(granted) {
                    grants.push(("SELECT".to_owned(), tables.join(", ")));
                }
            }
            if !plans.is_empty() {
                grants.push(pair((
                    "SELECT, INSERT, DELETE, UPDATE (id, due_at, type, data, correlation, cause, unsaid)",
                    "schedule",
                )));
            }
            grants
        }
        Does::Keep { .. } => [
            ("SELECT, DELETE, UPDATE (claimed_at, batch, unsaid)", "schedule"),
            ("SELECT, INSERT", "event"),
            ("USAGE", "SEQUENCE log_position"),
            ("SELECT, INSERT, UPDATE (published_at)", "batch"),
            (PARK, "parked"),
            ("EXECUTE", "FUNCTION maintain_partitions(), named_actors(uuid[])"),
        ]
        .map(pair)
        .into(),
        Does::Operate => [
            ("SELECT", "ALL TABLES IN SCHEMA public"),
            ("UPDATE (history, state, replayed_as, closed_at)", "parked"),
        ]
        .map(pair)
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoicing() -> Does {
        Does::Work {
            worker: "invoicing",
            numbers: Vec::new(),
            locks: &[(Root::Order, Hold::Reads), (Root::Invoice, Hold::Writes)],
            sets: Vec::new(),
            says: vec!["invoice.issued.v1"],
            plans: Vec::new(),
            queues: vec!["invoicing".into(), "invoicing.bank".into()],
        }
    }

    fn text(does: Does, verifier: Option<String>) -> String {
        sql(&[Role { name: "leadmill_x".into(), does, verifier }])
    }

    #[test]
    fn a_worker_that_only_locks_may_change_nothing_but_the_time_of_its_root() {
        let text = text(invoicing(), None);
        assert!(text.contains("GRANT SELECT, UPDATE (modified_at) ON sales_order TO"), "{text}");
        assert!(text.contains("GRANT SELECT ON order_line TO"), "{text}");
        assert!(!text.contains("ON schedule TO") && !text.contains(" ON lead TO"), "{text}");
    }

    #[test]
    fn a_worker_writes_its_own_words_and_parks_for_its_own_queues_only() {
        let text = text(invoicing(), None);
        for policy in [
            "ON event TO \"leadmill_x\" USING (worker = 'invoicing') \
             WITH CHECK (worker = 'invoicing' AND type IN ('invoice.issued.v1'));",
            "ON parked TO \"leadmill_x\" USING (worker = 'invoicing') \
             WITH CHECK (worker = 'invoicing' AND queue IN ('invoicing', 'invoicing.bank'));",
            "ON received TO \"leadmill_x\" USING (worker = 'invoicing') \
             WITH CHECK (worker = 'invoicing');",
        ] {
            assert!(text.contains(policy), "{policy} is not in\n{text}");
        }
    }

    #[test]
    fn a_role_is_given_what_proves_its_password() {
        let verifier = verifier("hunter2").expect("a verifier");
        let text = text(invoicing(), Some(verifier.clone()));
        let set = format!("ALTER ROLE \"leadmill_x\" PASSWORD '{verifier}';");
        assert!(text.contains(&set) && !text.contains("hunter2"), "{text}");
        assert!(!text.contains("erase_raw"), "{text}");
    }

    #[test]
    fn f119_only_who_erases_may_change_what_was_said_and_nobody_may_take_it_away() {
        let Does::Work { numbers, sets, says, plans, queues, .. } = invoicing() else { return };
        let locks: Locks = &[(Root::Erasure, Hold::Writes)];
        let does = Does::Work { worker: "privacy", locks, numbers, sets, says, plans, queues };
        let erases = text(does, None);
        assert!(erases.contains("GRANT UPDATE (data) ON event TO"), "{erases}");
        assert!(erases.contains("EXECUTE ON FUNCTION erase_raw(uuid)"), "{erases}");
        let other = text(invoicing(), None);
        assert!(!other.contains("UPDATE (data) ON event"), "{other}");
        assert!(!format!("{erases}{other}").contains("DELETE ON event"), "{erases}");
    }
}
