//! A table is declared once. [`table!`] writes the statements for records that are found by an id and
//! carry a version, [`part!`] those for the lists that lie in such records. Every statement is an
//! `sqlx::query!`, so it is checked against the real tables when it is compiled, and works in bulk.
//!
//! ```text
//! table! { lead: Lead as lead => LeadRow, shared {
//!     let (open_reason, qualified_at) = …;              // what several columns follow from; `?` is allowed
//!     key     id: uuid = lead.id.uuid();                // the row is found by it
//!     version sequence: bigint = lead.sequence;         // an update is refused where it has moved on
//!     frozen  number: text = lead.number.as_str();      // a decision that changes it is a bug
//!     apart   enquiry: jsonb<Enquiry> = Json(&lead.enquiry); // large: written only where it differs
//!     account: uuid? refers account = lead.account.map(Uuid::from);  // may be NULL; whom it names
//!     state: text = Lead::state_name(lead.state());
//!     mod lines;                                        // `lines::load` and `lines::save` follow
//! }}
//! ```
//!
//! writes, into the module that says it:
//!
//! - `struct LeadRow`, a row as it is read; the module gives it a method `record(self)`.
//! - `pub load(conn, ids)`, which locks, and with `shared` also `pub refer(conn, ids)`, which excludes nobody.
//!   With `within COLUMN` the rows are read by their owner, under its lock, by `read(conn, owners)` in the
//!   order of a column `position`.
//! - `pub save(conn, changes)`: inserts new records, updates changed ones, refuses what is frozen and what
//!   somebody else changed since. With `kept_first` changed ones go first. With `within` it is the private
//!   `save_rows`.
//! - `pub const TABLE`, from which rights, audits, tests and measurements take their lists.
//!
//! ```text
//! part! { order_line of sales_order: OrderLine as it => OrderLineRow, decided in Order.lines {
//!     sku: text = it.line.sku.as_str();
//!     changing quantity_shipped: numeric = it.quantity_shipped;
//! }}
//! ```
//!
//! writes `read(conn, owners)` and `write(conn, lists)`, rows being found by owner and position. The mode
//! says what may become of them: `replaced`, `appended`, or `decided` (only what is `changing`). With `in`
//! follow `load(conn, records)`, for which the row has a method `part(record)`, and `save(conn, changes)`.
//!
//! A column is `role name: type? refers table = value;`. Types are those of PostgreSQL: uuid, bigint,
//! integer, boolean, numeric, date, timestamptz, text and `jsonb<Type>`.

use proc_macro::TokenStream;
use syn::parse_macro_input;

mod column;
mod part;
mod rows;
mod table;

/// The table of a record; see [the crate](crate).
#[proc_macro]
pub fn table(input: TokenStream) -> TokenStream {
    let table = parse_macro_input!(input as table::Table);
    table.tokens().unwrap_or_else(|error| error.into_compile_error()).into()
}

/// The table of a list in a record; see [the crate](crate).
#[proc_macro]
pub fn part(input: TokenStream) -> TokenStream {
    let part = parse_macro_input!(input as part::Part);
    part.tokens().into()
}

#[cfg(test)]
mod tests {
    use crate::{part::Part, table::Table};

    fn table(columns: &str) -> String {
        let text = format!("lead: Lead as lead => LeadRow {{ {columns} }}");
        let read = syn::parse_str::<Table>(&text).and_then(|table| table.tokens());
        read.err().map_or_else(|| "taken".to_owned(), |error| error.to_string())
    }

    fn part(mode: &str, columns: &str) -> String {
        let text = format!("line of lead: Line as line => LineRow, {mode} {{ {columns} }}");
        let read = syn::parse_str::<Part>(&text);
        read.err().map_or_else(|| "taken".to_owned(), |error| error.to_string())
    }

    #[test]
    fn a_declaration_that_says_too_little_or_too_much_is_refused_by_the_name_of_the_column() {
        let (key, version) =
            ("key id: uuid = lead.id;", "version sequence: bigint = lead.sequence;");
        assert_eq!(
            table(&format!("{key} {version} name: text? refers lead = lead.name;")),
            "taken"
        );
        for (columns, said) in [
            (version.to_owned(), "`lead` has no column with the role `key`"),
            (key.to_owned(), "`lead` has no column with the role `version`"),
            (
                format!("{key} {version} version n: bigint = 1;"),
                "`n` is a second `version`, beside `sequence`",
            ),
            (format!("{key} {version} key n: uuid = 1;"), "`n` is a second `key`, beside `id`"),
            (
                format!("{key} {version} name: varchar = 1;"),
                "`name` has the type `varchar`; known are",
            ),
            (format!("{key} {version} name: jsonb = 1;"), "say what `name` holds: jsonb<Type>"),
            (format!("{key} {version} often name: text = 1;"), "`often` is no role of a column"),
            (format!("{key} {version} name: text refer lead = 1;"), "expected `refers TABLE`"),
        ] {
            let error = table(&columns);
            assert!(error.contains(said), "{columns}: {error}");
        }
    }

    #[test]
    fn a_part_has_a_mode_and_no_roles_but_changing() {
        let columns = "changing n: bigint = line.n; sku: text = line.sku;";
        assert_eq!(part("decided", columns), "taken");
        assert_eq!(part("decided in Lead.lines", columns), "taken");
        for (mode, columns, said) in [
            ("kept", "n: bigint = 1;", "`kept` is none of replaced, appended and decided"),
            ("appended", "changing n: bigint = 1;", "`n` is a column of a part"),
            ("decided", "frozen n: bigint = 1;", "`n` is a column of a part"),
        ] {
            let error = part(mode, columns);
            assert!(error.contains(said), "{columns}: {error}");
        }
    }
}
