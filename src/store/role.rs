//! Roles of PostgreSQL: what each process may do with the tables, and no more.
//!
//! Here stands which tables and columns a worker touches; the rest (numbers, reference data, timers)
//! follows from what it declares. A role that locks a root needs the right to change one column of
//! it, as PostgreSQL has it; where a worker only locks, that is `modified_at`.

use std::fmt::Write as _;

use domain::decide::NumberKind;

use super::{Connection, Result, number};

/// A role of the server.
#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub does: Does,
    /// The file with its password, as `psql` finds it.
    pub password_file: Option<String>,
}

/// What a role is for.
#[derive(Clone, Debug)]
pub enum Does {
    /// Decides as a worker.
    Work { worker: &'static str, numbers: Vec<NumberKind>, catalog: bool, timers: bool },
    /// Says what is due under the name of the clock, parks dead letters, makes and drops partitions.
    Keep { clock: &'static str },
    /// Reads everything, closes what is parked.
    Operate,
    /// Erases raw inputs.
    Erase,
}

/// A subject with the tables that are loaded with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Party,
    Input,
    Account,
    Contact,
    Lead,
    Opportunity,
    /// One that is only made, with its lines.
    NewOpportunity,
    Order,
    Invoice,
    Series,
    Catalog,
}

/// What a worker does with the subjects that it locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// Locks and reads.
    Reads,
    /// Makes and changes them, too.
    Writes,
}

use Hold::{Reads, Writes};

/// The roots that each worker locks: what its `needs` may name.
const HOLDS: &[(&str, &[(Root, Hold)])] = &[
    (
        "intake",
        &[
            (Root::Party, Writes),
            (Root::Input, Writes),
            (Root::Lead, Writes),
            (Root::Contact, Reads),
        ],
    ),
    (
        "qualification",
        &[
            (Root::Party, Writes),
            (Root::Account, Writes),
            (Root::Contact, Writes),
            (Root::Lead, Writes),
            (Root::NewOpportunity, Writes),
        ],
    ),
    (
        "quoting",
        &[
            (Root::Account, Reads),
            (Root::Contact, Reads),
            (Root::Lead, Reads),
            (Root::Opportunity, Writes),
            (Root::Catalog, Writes),
        ],
    ),
    ("ordering", &[(Root::Opportunity, Writes), (Root::Order, Writes)]),
    (
        "invoicing",
        &[
            (Root::Opportunity, Reads),
            (Root::Order, Reads),
            (Root::Invoice, Writes),
            (Root::Series, Writes),
        ],
    ),
];

/// The tables of reference data.
const CATALOG: [&str; 4] = ["catalog", "product", "price_list", "price_list_item"];
/// The tables whose rows belong to the worker that they name.
const OWN_ROWS: [&str; 5] = ["inbox", "nothing", "event", "batch", "refusal"];
/// What is written into `parked`, also when a message that was closed comes again.
const PARK: &str = "SELECT, INSERT, UPDATE (worker, queue, message, class, reason, history, headers, \
                    properties, body, parked_at, state, replayed_as, closed_at)";
/// Columns of a line of an opportunity or a quote.
const LINE: &str = "SELECT, INSERT, DELETE, UPDATE (id, sku, name, unit, quantity, unit_price, \
                    volume_discount, manual_discount, tax_category, tax_rate, net_amount)";

/// The same without taking one away; the statement that inserts could also replace.
const NEW_LINE: &str = "SELECT, INSERT, UPDATE (id, sku, name, unit, quantity, unit_price, \
                        volume_discount, manual_discount, tax_category, tax_rate, net_amount)";

/// A right on something.
type Grant = (String, String);

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
    for role in roles {
        // Writing into a string cannot fail.
        let _ = statements(&mut text, role);
    }
    text.push_str("COMMIT;\n");
    text
}

/// Whether the role of this connection may keep timers and partitions: the clock's or the owner's.
///
/// # Errors
/// [`Fault`](super::Fault) of the server.
pub async fn keeps(conn: &mut Connection) -> Result<bool> {
    let keeps = sqlx::query_scalar!(
        r#"SELECT has_any_column_privilege('schedule', 'UPDATE')
              AND has_function_privilege('maintain_partitions()', 'EXECUTE') AS "keeps!""#
    );
    Ok(keeps.fetch_one(conn).await?)
}

/// Whether the roots of this worker are declared; without them it could decide on nothing.
#[cfg(test)]
pub(crate) fn declares(worker: &str) -> bool {
    HOLDS.iter().any(|(name, _)| *name == worker)
}

fn statements(text: &mut String, role: &Role) -> std::fmt::Result {
    let name = format!("\"{}\"", role.name);
    writeln!(text, "\nDO $$ BEGIN CREATE ROLE {name} LOGIN;")?;
    writeln!(text, "EXCEPTION WHEN duplicate_object THEN NULL; END $$;")?;
    if let Some(file) = &role.password_file {
        writeln!(text, "\\set password `tr -d '\\r\\n' < {file}`")?;
        writeln!(text, "ALTER ROLE {name} PASSWORD :'password';")?;
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
        let (how, rows) = match &role.does {
            Does::Work { worker, .. } => ("ALL", format!("worker = '{worker}'")),
            Does::Keep { clock } => ("ALL", format!("worker = '{clock}'")),
            Does::Operate => ("SELECT", "true".to_owned()),
            Does::Erase => continue,
        };
        writeln!(text, "CREATE POLICY {name} ON {table} FOR {how} TO {name} USING ({rows});")?;
    }
    Ok(())
}

fn grants(does: &Does) -> Vec<Grant> {
    let pair = |(rights, object): (&str, &str)| (rights.to_owned(), object.to_owned());
    match does {
        Does::Work { worker, numbers, catalog, timers } => {
            let mut grants: Vec<Grant> = [
                ("SELECT, INSERT, DELETE", "inbox"),
                ("INSERT", "nothing, refusal"),
                ("SELECT, INSERT", "event"),
                ("SELECT, INSERT, UPDATE (published_at)", "batch"),
                ("SELECT, INSERT, UPDATE (batch, repeats, last_repeat_at)", "received"),
                (PARK, "parked"),
                ("EXECUTE", "FUNCTION last_said(uuid[])"),
            ]
            .map(pair)
            .into();
            let holds =
                HOLDS.iter().find(|(name, _)| name == worker).map_or(&[][..], |held| held.1);
            grants.extend(holds.iter().flat_map(|(root, hold)| root.grants(*hold)));
            grants.extend(
                numbers.iter().map(|kind| {
                    ("USAGE".to_owned(), format!("SEQUENCE {}", number::sequence(*kind)))
                }),
            );
            if *catalog && !holds.contains(&(Root::Catalog, Writes)) {
                grants.push(("SELECT".to_owned(), CATALOG.join(", ")));
            }
            if *timers {
                grants.push(pair(("INSERT", "schedule")));
            }
            grants
        }
        Does::Keep { .. } => [
            ("SELECT, UPDATE (claimed_at, batch)", "schedule"),
            ("SELECT, INSERT", "event"),
            ("SELECT, INSERT, UPDATE (published_at)", "batch"),
            (PARK, "parked"),
            ("EXECUTE", "FUNCTION maintain_partitions()"),
        ]
        .map(pair)
        .into(),
        Does::Operate => [
            ("SELECT", "ALL TABLES IN SCHEMA public"),
            ("UPDATE (history, state, replayed_as, closed_at)", "parked"),
        ]
        .map(pair)
        .into(),
        Does::Erase => vec![pair(("EXECUTE", "FUNCTION erase_raw(uuid)"))],
    }
}

impl Root {
    /// Its table with what a writer may do there, then the tables of its parts.
    fn tables(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Party => {
                &[("party_key", "SELECT, INSERT, UPDATE (lead, contact, account, modified_at)")]
            }
            Self::Input => &[
                (
                    "input",
                    "SELECT, INSERT, UPDATE (sequence, reason, enquiry, verdict, lead, next_part, \
                     done, modified_at)",
                ),
                ("input_chunk", "SELECT, INSERT"),
            ],
            Self::Account => &[(
                "account",
                "SELECT, INSERT, UPDATE (sequence, name, tax_id, website, phone, address, state, \
                 inactive_at, modified_at)",
            )],
            Self::Contact => &[(
                "contact",
                "SELECT, INSERT, UPDATE (sequence, given_name, family_name, job_title, emails, \
                 phones, address, account, consent, state, inactive_at, modified_at)",
            )],
            Self::Lead => &[(
                "lead",
                "SELECT, INSERT, UPDATE (sequence, enquiry, account, contact, opportunity, \
                 assessment, state, open_reason, qualified_at, disqualified_at, disqualify_reason, \
                 modified_at)",
            )],
            Self::Opportunity => &[
                (
                    "opportunity",
                    "SELECT, INSERT, UPDATE (sequence, name, account, contact, price_list, \
                     estimated_revenue, close_date, state, won_at, actual_revenue, lost_at, \
                     lost_reason, modified_at)",
                ),
                ("opportunity_line", LINE),
                (
                    "quote",
                    "SELECT, INSERT, UPDATE (sequence, buyer, header, detail_amount, line_discount, \
                     discount_amount, amount_less_freight, freight_amount, tax_amount, \
                     total_amount, tax_breakdown, payment_terms, effective_to, state, \
                     active_since, won_at, closed_at, close_reason, modified_at)",
                ),
                ("quote_line", LINE),
            ],
            Self::NewOpportunity => &[("opportunity", "INSERT"), ("opportunity_line", NEW_LINE)],
            Self::Order => &[
                (
                    "sales_order",
                    "SELECT, INSERT, UPDATE (sequence, state, fulfilled_at, partial, canceled_at, \
                     modified_at)",
                ),
                ("order_line", "SELECT, INSERT, UPDATE (quantity_shipped, quantity_canceled)"),
                ("shipment", "SELECT, INSERT"),
                ("shipment_line", "SELECT, INSERT"),
            ],
            Self::Invoice => &[
                (
                    "invoice",
                    "SELECT, INSERT, UPDATE (sequence, state, paid_at, discount, canceled_at, \
                     modified_at)",
                ),
                ("invoice_line", "SELECT, INSERT"),
                ("payment", "SELECT, INSERT"),
            ],
            Self::Series => {
                &[("series", "SELECT, INSERT, UPDATE (last_number, last_date, modified_at)")]
            }
            Self::Catalog => &[
                ("catalog", "SELECT, UPDATE (sequence, modified_at)"),
                (
                    "product",
                    "SELECT, INSERT, DELETE, UPDATE (name, unit, tax_class, quantity_control, \
                     list_price, standard_cost, current_cost, active)",
                ),
                ("price_list", "SELECT, INSERT, DELETE, UPDATE (name, currency, active)"),
                ("price_list_item", "SELECT, INSERT, DELETE, UPDATE (sku, price, bands)"),
            ],
        }
    }

    fn grants(self, hold: Hold) -> Vec<Grant> {
        let tables = self.tables().iter().enumerate();
        let granted = tables.map(|(place, (table, write))| match (hold, place) {
            (Writes, _) => (*write, *table),
            (Reads, 0) => ("SELECT, UPDATE (modified_at)", *table),
            (Reads, _) => ("SELECT", *table),
        });
        granted.map(|(rights, table)| (rights.to_owned(), table.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(does: Does, password_file: Option<String>) -> String {
        sql(&[Role { name: "leadmill_x".into(), does, password_file }])
    }

    #[test]
    fn a_worker_that_only_locks_may_change_nothing_but_the_time_of_its_root() {
        let invoicing =
            Does::Work { worker: "invoicing", numbers: Vec::new(), catalog: false, timers: false };
        let text = text(invoicing, None);
        assert!(text.contains("GRANT SELECT, UPDATE (modified_at) ON sales_order TO"), "{text}");
        assert!(text.contains("GRANT SELECT ON order_line TO"), "{text}");
        assert!(!text.contains("schedule") && !text.contains(" ON lead TO"), "{text}");
        assert!(
            text.contains("ON event FOR ALL TO \"leadmill_x\" USING (worker = 'invoicing')"),
            "{text}"
        );
    }

    #[test]
    fn a_password_stands_in_its_file_only() {
        let text = text(Does::Erase, Some("keys/leadmill_x".into()));
        assert!(text.contains("`tr -d '\\r\\n' < keys/leadmill_x`"), "{text}");
        assert!(text.contains("EXECUTE ON FUNCTION erase_raw(uuid)"), "{text}");
        assert!(!text.contains("CREATE POLICY"), "{text}");
    }
}
