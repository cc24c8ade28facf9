//! The roots that each worker locks, and the tables and columns that belong to them.

use super::Grant;
use crate::store::declared::Declared;
use crate::store::{
    account, contact, input, invoice, lead, opportunity, order, payment, quote, shipment,
};

/// A subject with the tables that are loaded with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
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
pub(super) enum Hold {
    /// Locks and reads.
    Reads,
    /// Makes and changes them, too.
    Writes,
}

use Hold::{Reads, Writes};

/// The roots that each worker locks: what its `needs` may name.
pub(super) const HOLDS: &[(&str, &[(Root, Hold)])] = &[
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

impl Root {
    /// Its table with what a writer may do there, then the tables of its parts.
    fn tables(self) -> Vec<(&'static str, String)> {
        let declared = |tables: &[Declared]| -> Vec<_> {
            tables.iter().map(|table| (table.name, table.rights())).collect()
        };
        let by_hand = |tables: &[(&'static str, &str)]| -> Vec<_> {
            tables.iter().map(|(table, rights)| (*table, (*rights).to_owned())).collect()
        };
        match self {
            Self::Party => by_hand(&[(
                "party_key",
                "SELECT, INSERT, UPDATE (lead, contact, account, modified_at)",
            )]),
            Self::Input => {
                let mut tables = declared(&[input::TABLE]);
                tables.extend(by_hand(&[("input_chunk", "SELECT, INSERT")]));
                tables
            }
            Self::Account => declared(&[account::TABLE]),
            Self::Contact => declared(&[contact::TABLE]),
            Self::Lead => declared(&[lead::TABLE]),
            Self::Opportunity => declared(&[
                opportunity::TABLE,
                opportunity::lines::TABLE,
                quote::TABLE,
                quote::lines::TABLE,
            ]),
            // Without taking a line away; the statement that inserts could also replace.
            Self::NewOpportunity => {
                let lines = Declared { shrinks: false, ..opportunity::lines::TABLE };
                let mut tables = by_hand(&[(opportunity::TABLE.name, "INSERT")]);
                tables.extend(declared(&[lines]));
                tables
            }
            Self::Order => declared(&[
                order::TABLE,
                order::lines::TABLE,
                shipment::TABLE,
                shipment::lines::TABLE,
            ]),
            Self::Invoice => declared(&[invoice::TABLE, invoice::lines::TABLE, payment::TABLE]),
            Self::Series => by_hand(&[(
                "series",
                "SELECT, INSERT, UPDATE (last_number, last_date, modified_at)",
            )]),
            Self::Catalog => by_hand(&[
                ("catalog", "SELECT, UPDATE (sequence, modified_at)"),
                (
                    "product",
                    "SELECT, INSERT, DELETE, UPDATE (name, unit, tax_class, quantity_control, \
                     list_price, standard_cost, current_cost, active)",
                ),
                ("price_list", "SELECT, INSERT, DELETE, UPDATE (name, currency, active)"),
                ("price_list_item", "SELECT, INSERT, DELETE, UPDATE (sku, price, bands)"),
            ]),
        }
    }

    /// What a worker that holds it so may do with its tables.
    pub(super) fn grants(self, hold: Hold) -> Vec<Grant> {
        let tables = self.tables().into_iter().enumerate();
        let granted = tables.map(|(place, (table, write))| match (hold, place) {
            (Writes, _) => (write, table),
            (Reads, 0) => ("SELECT, UPDATE (modified_at)".to_owned(), table),
            (Reads, _) => ("SELECT".to_owned(), table),
        });
        granted.map(|(rights, table)| (rights, table.to_owned())).collect()
    }
}
