//! The tables and columns that belong to what workers lock.

use domain::decide::{Hold, Root};

use super::Grant;
use crate::store::declared;

/// A table, and what a writer may do there.
type Table = (&'static str, String);

/// The table of a root, then those of its parts.
fn own(root: Root) -> Vec<Table> {
    let declared = root.subject().map_or(&[][..], declared::tables);
    let declared = declared.iter().map(|table| (table.name, table.rights()));
    let by_hand = by_hand(root).iter().map(|(table, rights)| (*table, (*rights).to_owned()));
    declared.chain(by_hand).collect()
}

/// What no `table!` declares.
const fn by_hand(root: Root) -> &'static [(&'static str, &'static str)] {
    match root {
        Root::Party => &[
            ("party_key", "SELECT, INSERT, UPDATE (lead, contact, account, modified_at)"),
            (
                "FUNCTION said_of_leads(uuid[], integer), touched_deals(uuid[]), shared_accounts(uuid[])",
                "EXECUTE",
            ),
        ],
        Root::Account | Root::Contact | Root::Lead => &[("likeness_key", "SELECT, INSERT, DELETE")],
        Root::Input => &[("input_chunk", "SELECT, INSERT"), ("opened_chunk", "SELECT, INSERT")],
        Root::Series => {
            &[("series", "SELECT, INSERT, UPDATE (last_number, last_date, modified_at)")]
        }
        Root::Catalog => &[
            ("catalog", "SELECT, UPDATE (sequence, modified_at)"),
            (
                "product",
                "SELECT, INSERT, DELETE, UPDATE (name, kind, parent, description, unit, unit_group, \
                 tax_class, quantity_control, quantity_decimals, list_price, standard_cost, \
                 current_cost, properties, parts, related, state)",
            ),
            (
                "price_list",
                "SELECT, INSERT, DELETE, UPDATE (name, currency, active, valid_from, valid_to, \
                 territory, customer_group, unit_rounding)",
            ),
            (
                "price_list_item",
                "SELECT, INSERT, DELETE, UPDATE (sku, price, bands, unit, discount_list)",
            ),
            ("catalog_part", "SELECT, INSERT, DELETE, UPDATE (content)"),
        ],
        Root::Erasure => ERASES,
        _ => &[],
    }
}

/// What whoever erases may do beside their own record: take a person out of everything, and add to nothing. Nobody else
/// may change an event.
const ERASES: &[(&str, &str)] = &[
    ("erasure_input, erasure_other", "SELECT, INSERT, DELETE"),
    ("erasure_log", "SELECT, INSERT, DELETE, UPDATE (position, tx, keys)"),
    ("consumer", "SELECT"),
    ("event", "UPDATE (data)"),
    ("party_key", "SELECT, DELETE, UPDATE (lead, contact, account, modified_at)"),
    ("input", "SELECT, UPDATE (reason, enquiry, modified_at)"),
    ("account", "SELECT, UPDATE (phone, merges, modified_at)"),
    (
        "contact",
        "SELECT, UPDATE (given_name, family_name, job_title, emails, phones, address, delivery_address, \
         merges, modified_at)",
    ),
    ("lead", "SELECT, UPDATE (enquiry, merges, modified_at)"),
    (
        "opportunity",
        "SELECT, UPDATE (name, lost_comment, hold_reason, description, owner, modified_at)",
    ),
    ("likeness_key", "SELECT, INSERT, DELETE"),
    (
        "quote",
        "SELECT, UPDATE (buyer, deliver_to, delivery_terms, introduction, closing_note, acceptance, modified_at)",
    ),
    ("sales_order", "SELECT, UPDATE (buyer, deliver_to, delivery_terms, modified_at)"),
    ("invoice", "SELECT"),
    ("proposal", "SELECT, UPDATE (stands, proposed, modified_at)"),
    ("consent", "SELECT, UPDATE (channel, modified_at)"),
    ("input_chunk, opened_chunk", "SELECT, UPDATE (bytes)"),
    ("refusal", "SELECT, UPDATE (named, found, message)"),
    ("nothing", "SELECT, UPDATE (why)"),
    ("received, conflict", "UPDATE (external_id)"),
    ("FUNCTION erase_raw(uuid)", "EXECUTE"),
];

/// The tables of the subjects that are locked with a root: a quote is loaded with its opportunity.
fn guarded(root: Root) -> impl Iterator<Item = Table> {
    let guarded = root.subject().into_iter().flat_map(declared::guarded);
    guarded.flat_map(|subject| subject.tables).map(|table| (table.name, table.rights()))
}

/// What a worker that holds a root so may do with its tables.
pub(super) fn grants(root: Root, hold: Hold) -> Vec<Grant> {
    let mut tables = own(root);
    if hold == Hold::Looks {
        let table = tables.into_iter().next();
        return table.map(|(name, _)| ("SELECT".to_owned(), name.to_owned())).into_iter().collect();
    }
    let parts = 1..tables.len();
    tables.extend(guarded(root));
    let granted = tables.into_iter().enumerate().map(|(place, (table, write))| {
        let rights = match (hold, place) {
            (Hold::Writes, _) => write,
            (Hold::Makes, 0) => "SELECT, INSERT, UPDATE (modified_at)".to_owned(),
            // Without taking a part away; the statement that inserts could also replace.
            (Hold::Makes, _) if parts.contains(&place) => write.replace(", DELETE", ""),
            (Hold::Reads, 0) => "SELECT, UPDATE (modified_at)".to_owned(),
            (Hold::Looks | Hold::Reads | Hold::Makes, _) => "SELECT".to_owned(),
        };
        (rights, table.to_owned())
    });
    granted.collect()
}
