//! The statements by which each worker writes, as far as an undisturbed pipeline needs them. What is
//! one row per batch (`batch`, `series`) is left out.

use leadmill::store::declared::Declared;
use leadmill::store::{lead, opportunity, order, quote};

use super::named::Named;

/// One statement of a worker, writing rows in bulk.
#[derive(Debug)]
pub struct Writing {
    pub(super) table: &'static str,
    /// The order of the rows: by the record that is their root, so that no part is written before its
    /// root. The first is an id, and so a time.
    pub(super) order: &'static [&'static str],
    /// A condition on `t`, the table; `mine` are the messages of the source.
    pub(super) only: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Insert,
    /// Rows that are known already stay, and are not returned.
    Claim,
    /// What is set, by which key.
    Update {
        set: Set,
        key: &'static [&'static str],
    },
}

/// Columns that a statement sets.
#[derive(Debug)]
enum Set {
    /// Those that every change of a declared row needs.
    Of(Declared),
    These(&'static [&'static str]),
}

impl Set {
    fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Of(table) => table.set(),
            Self::These(names) => names.to_vec(),
        }
    }
}

/// The opportunity that a line of a quote belongs to, and the order that a line of a shipment does.
const OF_QUOTE: &str = "(SELECT q.opportunity FROM quote AS q WHERE q.id = t.quote)";
const OF_SHIPMENT: &str = "(SELECT s.sales_order FROM shipment AS s WHERE s.id = t.shipment)";

const EVERY: &str = "true";
const OF_MINE: &str = "t.id IN (SELECT id FROM mine)";
const OF_LEADS: &str = "t.lead IN (SELECT id FROM lead WHERE input IN (SELECT id FROM mine))";

const EVENTS: Writing = insert(
    "event",
    &["t.batch", "t.position"],
    "t.worker = $1 AND t.cause IN (SELECT id FROM mine)",
);
const CLAIMS: Writing = claim("inbox", "t.worker = $1 AND t.id IN (SELECT id FROM mine)");
const ARRIVALS: Writing = claim("received", OF_MINE);

/// What each worker of the pipeline writes, in its order.
const WRITINGS: [(&str, &[Writing]); 5] = [
    ("intake", INTAKE),
    ("qualification", QUALIFICATION),
    ("quoting", QUOTING),
    ("ordering", ORDERING),
    ("invoicing", INVOICING),
];

/// What the worker of this name writes; none: nobody has said it yet.
#[must_use]
pub fn of(worker: &str) -> Option<&'static [Writing]> {
    WRITINGS.iter().find(|(name, _)| *name == worker).map(|(_, writings)| *writings)
}

/// Whether any worker writes this table.
pub(super) fn write(table: &str) -> bool {
    WRITINGS.iter().flat_map(|(_, writings)| *writings).any(|writing| writing.table == table)
}

const INTAKE: &[Writing] = &[
    CLAIMS,
    ARRIVALS,
    insert("input_chunk", &["t.input", "t.n"], "t.input IN (SELECT id FROM mine)"),
    insert("opened_chunk", &["t.input", "t.n"], "t.input IN (SELECT id FROM mine)"),
    Writing {
        kind: Kind::Claim,
        ..insert("party_key", &["t.lead", "t.kind", "t.value"], OF_LEADS)
    },
    update("party_key", &["t.lead", "t.kind", "t.value"], OF_LEADS, &["lead"], &["kind", "value"]),
    insert("input", &["t.id"], OF_MINE),
    insert("lead", &["t.id"], "t.input IN (SELECT id FROM mine)"),
    insert(
        "likeness_key",
        &["t.party", "t.key"],
        "t.party IN (SELECT id FROM lead WHERE input IN (SELECT id FROM mine))",
    ),
    EVENTS,
];

const QUALIFICATION: &[Writing] = &[
    CLAIMS,
    // What intake has not claimed: the keys of companies.
    Writing { kind: Kind::Claim, ..insert("party_key", OF_ACCOUNT, "t.lead IS NULL") },
    update("party_key", OF_ACCOUNT, "t.lead IS NULL", PARTIES, &["kind", "value"]),
    update(
        "party_key",
        &["t.lead", "t.kind", "t.value"],
        "t.contact IS NOT NULL OR t.account IS NOT NULL",
        PARTIES,
        &["kind", "value"],
    ),
    insert("account", &["t.id"], EVERY),
    insert("contact", &["t.id"], EVERY),
    changed(lead::TABLE, &["t.id"], &["id"]),
    insert("duplicate", &["t.id"], EVERY),
    insert("likeness_key", &["t.party", "t.key"], "t.kind <> 'lead'"),
    insert("opportunity", &["t.id"], EVERY),
    EVENTS,
];

const OF_ACCOUNT: &[&str] = &["t.account", "t.kind", "t.value"];
const PARTIES: &[&str] = &["lead", "contact", "account"];

const QUOTING: &[Writing] = &[
    CLAIMS,
    OPPORTUNITY,
    insert("opportunity_line", &["t.opportunity", "t.position"], EVERY),
    insert("quote", &["t.opportunity", "t.position"], EVERY),
    insert("quote_line", &[OF_QUOTE, "t.position"], EVERY),
    insert("schedule", &["t.id"], EVERY),
    EVENTS,
];

const ORDERING: &[Writing] = &[
    CLAIMS,
    ARRIVALS,
    OPPORTUNITY,
    changed(quote::TABLE, &["t.opportunity", "t.position"], &["id"]),
    insert("sales_order", &["t.id"], EVERY),
    insert("order_line", &["t.sales_order", "t.position"], EVERY),
    changed(order::TABLE, &["t.id"], &["id"]),
    changed(order::lines::TABLE, &["t.sales_order", "t.position"], &["sales_order", "position"]),
    insert("shipment", &["t.sales_order", "t.position"], EVERY),
    insert("shipment_line", &[OF_SHIPMENT, "t.position"], EVERY),
    EVENTS,
];

const INVOICING: &[Writing] = &[
    CLAIMS,
    insert("invoice", &["t.id"], EVERY),
    insert("invoice_line", &["t.invoice", "t.position"], EVERY),
    EVENTS,
];

const OPPORTUNITY: Writing = changed(opportunity::TABLE, &["t.id"], &["id"]);

const fn insert(
    table: &'static str,
    order: &'static [&'static str],
    only: &'static str,
) -> Writing {
    Writing { table, order, only, kind: Kind::Insert }
}

const fn claim(table: &'static str, only: &'static str) -> Writing {
    Writing { table, order: &["t.id"], only, kind: Kind::Claim }
}

const fn update(
    table: &'static str,
    order: &'static [&'static str],
    only: &'static str,
    set: &'static [&'static str],
    key: &'static [&'static str],
) -> Writing {
    Writing { table, order, only, kind: Kind::Update { set: Set::These(set), key } }
}

/// What is changed of every row of a declared table.
const fn changed(
    table: Declared,
    order: &'static [&'static str],
    key: &'static [&'static str],
) -> Writing {
    let kind = Kind::Update { set: Set::Of(table), key };
    Writing { table: table.name, order, only: EVERY, kind }
}

impl Writing {
    /// Does the statement write or look at this column?
    pub(super) fn has(&self, column: &str) -> bool {
        match &self.kind {
            Kind::Insert | Kind::Claim => true,
            Kind::Update { set, key } => set.names().contains(&column) || key.contains(&column),
        }
    }

    /// The text, with an array of each column as parameter.
    pub(super) fn statement(&self, columns: &[Named]) -> String {
        let table = self.table;
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let names = names.join(", ");
        let arrays = columns.iter().zip(1..).map(|(column, n)| format!("${n}::{}[]", column.ty));
        let from = format!("unnest({}) AS u ({names})", arrays.collect::<Vec<_>>().join(", "));
        let equal = |columns: &[&str], of: &str, with: &str| {
            let pairs = columns.iter().map(|column| format!("{of}{column} = u.{column}"));
            pairs.collect::<Vec<_>>().join(with)
        };
        match &self.kind {
            Kind::Insert => format!("INSERT INTO {table} ({names}) SELECT * FROM {from}"),
            Kind::Claim => {
                format!("INSERT INTO {table} ({names}) SELECT * FROM {from} ON CONFLICT DO NOTHING")
            }
            Kind::Update { set, key } => format!(
                "UPDATE {table} AS t SET {} FROM {from} WHERE {}",
                equal(&set.names(), "", ", "),
                equal(key, "t.", " AND ")
            ),
        }
    }
}
