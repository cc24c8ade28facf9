//! The roots that each worker locks, and the tables and columns that belong to them.

use super::Grant;

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

/// Columns of a line of an opportunity or a quote.
const LINE: &str = "SELECT, INSERT, DELETE, UPDATE (id, sku, name, unit, quantity, unit_price, \
                    volume_discount, manual_discount, tax_category, tax_rate, net_amount)";

/// The same without taking one away; the statement that inserts could also replace.
const NEW_LINE: &str = "SELECT, INSERT, UPDATE (id, sku, name, unit, quantity, unit_price, \
                        volume_discount, manual_discount, tax_category, tax_rate, net_amount)";

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

    /// What a worker that holds it so may do with its tables.
    pub(super) fn grants(self, hold: Hold) -> Vec<Grant> {
        let tables = self.tables().iter().enumerate();
        let granted = tables.map(|(place, (table, write))| match (hold, place) {
            (Writes, _) => (*write, *table),
            (Reads, 0) => ("SELECT, UPDATE (modified_at)", *table),
            (Reads, _) => ("SELECT", *table),
        });
        granted.map(|(rights, table)| (rights.to_owned(), table.to_owned())).collect()
    }
}
