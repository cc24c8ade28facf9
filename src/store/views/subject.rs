//! What can be read of each subject, for lists and for single records. Columns follow from the declared
//! tables and states from the life cycles, so that a new one shows up by itself; what a record is called and
//! who it is about, no declaration says.

use domain::lifecycle::{self, Lifecycle};
use domain::message::SubjectKind;
use domain::money::Currency;
use domain::quote::Quote;
use domain::world::SubjectId;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::store::Result;
use crate::store::column::{amount, corrupt, plain};
use crate::store::declared::{self, Declared};

/// Who asks, by what was read: the company, else the person, else how they can be reached.
macro_rules! asker {
    () => {
        "coalesce(t.enquiry ->> 'company',
                  nullif(concat_ws(' ', t.enquiry #>> '{person,given_name}',
                                   t.enquiry #>> '{person,family_name}'), ''),
                  t.enquiry #>> '{person,emails,0}', t.enquiry #>> '{person,phones,0}')"
    };
}
const ASKS: &[(&str, &str)] = &[("name", asker!()), ("email", "t.enquiry #>> '{person,emails,0}'")];
/// The two that are alike, as people call them.
const TWO: &[(&str, &str)] = &[
    ("name", "(SELECT number FROM lead WHERE id = t.lead)"),
    (
        "other",
        "coalesce((SELECT number FROM lead WHERE id = t.other_lead),
                  (SELECT coalesce(nullif(concat_ws(' ', given_name, family_name), ''), emails ->> 0)
                   FROM contact WHERE id = t.contact),
                  (SELECT name FROM account WHERE id = t.account))",
    ),
];
const BUYS: &[(&str, &str)] = &[("name", "t.buyer ->> 'name'")];
/// Columns whose numbers are no amounts of money: how many, and how much of a hundred.
const NO_MONEY: [&str; 4] = ["quantity", "quantity_shipped", "quantity_canceled", "tax_rate"];

/// The subjects whose records can be read, in the order of a pipeline: all that have a declared table.
pub fn all() -> impl Iterator<Item = SubjectKind> {
    SubjectKind::ALL.into_iter().filter(|kind| declared::of(*kind).is_some())
}

/// The word for many: `opportunities`.
#[must_use]
pub fn plural(kind: SubjectKind) -> String {
    let name = kind.name();
    name.strip_suffix('y').map_or_else(|| format!("{name}s"), |stem| format!("{stem}ies"))
}

/// The subject of that name, in the singular or the plural.
#[must_use]
pub fn named(word: &str) -> Option<SubjectKind> {
    all().find(|kind| kind.name() == word || plural(*kind) == word)
}

/// The table with its records.
pub(super) fn table(kind: SubjectKind) -> &'static Declared {
    declared::of(kind).unwrap_or_else(|| unreachable!("only what has a table is read: {kind}"))
}

/// Whether its records have numbers that people say.
#[must_use]
pub fn numbered(kind: SubjectKind) -> bool {
    table(kind).has("number")
}

/// The states of its life cycle.
#[must_use]
pub fn states(kind: SubjectKind) -> Vec<&'static str> {
    cycle(kind).0
}

/// What may be done in a state, in the words of the life cycle.
pub(super) fn verbs(kind: SubjectKind, state: &str) -> Vec<&'static str> {
    let steps = cycle(kind).1.into_iter();
    steps.filter(|(from, ..)| *from == state).map(|(_, verb, _)| verb).collect()
}

type Steps = Vec<(&'static str, &'static str, &'static str)>;

macro_rules! cycles {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// States and steps; a quote lies in its opportunity and is no root.
        fn cycle(kind: SubjectKind) -> (Vec<&'static str>, Steps) {
            match kind {
                SubjectKind::Quote => cycle_of::<Quote>(),
                $(SubjectKind::$Of => cycle_of::<<domain::ids::$Id as SubjectId>::Of>(),)*
                SubjectKind::Catalog => (Vec::new(), Steps::new()),
            }
        }
    };
}
domain::subjects!(cycles);

fn cycle_of<L: Lifecycle>() -> (Vec<&'static str>, Steps) {
    let states = L::examples().0.iter().map(L::state_name).collect();
    (states, lifecycle::steps::<L>())
}

/// The column with the state.
pub(super) fn state(kind: SubjectKind) -> &'static str {
    if table(kind).has("state") { "state" } else { "verdict" }
}

/// What people call a record of the table `t`: its number, else whom it is about.
pub(super) fn label(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Quote => "t.number || ' revision ' || t.revision",
        SubjectKind::Input => concat!("coalesce(", asker!(), ", t.channel)"),
        SubjectKind::Contact => PERSON,
        SubjectKind::Transfer => "t.reference",
        SubjectKind::Proposal => PROPOSED,
        SubjectKind::Consent => "t.channel",
        SubjectKind::Duplicate => "t.rule",
        SubjectKind::Bulk => SELECTED,
        SubjectKind::Erasure => "t.reason",
        _ if numbered(kind) => "t.number",
        _ => "t.name",
    }
}

const PERSON: &str = "coalesce(nullif(concat_ws(' ', t.given_name, t.family_name), ''), t.emails ->> 0, t.phones ->> 0)";

/// What is proposed, as the names of the fields.
const PROPOSED: &str = "(CASE WHEN t.account IS NOT NULL THEN 'account' WHEN t.contact IS NOT NULL THEN 'contact' ELSE 'lead' END) || ': ' || (SELECT string_agg(f, ', ' ORDER BY f) FROM jsonb_object_keys(t.proposed) AS f)";

/// What counts of each purpose, as `bulk_mail given`.
const AGREED: &str = "(SELECT string_agg(concat_ws(' ', s #>> '{said,purpose}', s #>> '{said,word}'), ', ') FROM jsonb_array_elements(t.standing) AS s)";

/// What the leads of a bulk have in common.
const SELECTED: &str = "concat_ws(', ', t.selector ->> 'campaign', t.selector ->> 'source', \
                        'import ' || (t.selector ->> 'import'), \
                        'score from ' || (t.selector ->> 'score_at_least'))";

/// What a list tells of a record of the table `t` beside its columns.
pub(super) fn beside(kind: SubjectKind) -> Vec<(&'static str, &'static str)> {
    let mut told = match kind {
        SubjectKind::Input | SubjectKind::Lead => ASKS.to_vec(),
        SubjectKind::Contact => vec![("name", PERSON), ("email", "t.emails ->> 0")],
        SubjectKind::Quote | SubjectKind::Order | SubjectKind::Invoice => BUYS.to_vec(),
        SubjectKind::Transfer => vec![("name", "t.payer")],
        SubjectKind::Proposal => vec![("name", PROPOSED)],
        SubjectKind::Consent => vec![("name", AGREED)],
        SubjectKind::Duplicate => TWO.to_vec(),
        SubjectKind::Bulk => vec![("name", SELECTED)],
        SubjectKind::Erasure => vec![("name", "t.reason")],
        SubjectKind::Account | SubjectKind::Opportunity | SubjectKind::Catalog => Vec::new(),
    };
    if kind == SubjectKind::Quote {
        told.push(CURRENCY_OF_QUOTE);
    }
    told
}

/// The one value that a quote has of its opportunity.
pub(super) const CURRENCY_OF_QUOTE: (&str, &str) =
    ("currency", "(SELECT currency FROM opportunity WHERE id = t.opportunity)");

/// The columns of the table `t` as a statement reads them for JSON: numbers as texts, so that no decimal is
/// lost. Documents in columns only where they are wanted.
pub(super) fn columns(table: &Declared, documents: bool) -> String {
    let mut columns = Vec::new();
    for column in table.columns.iter().filter(|it| documents || it.ty != "jsonb") {
        let name = column.name;
        columns.push(match column.ty {
            "numeric" => format!("trim_scale(t.{name})::text AS {name}"),
            _ => format!("t.{name}"),
        });
    }
    if table.versioned {
        columns.extend(["t.created_at", "t.modified_at"].map(str::to_owned));
    }
    columns.join(", ")
}

/// Gives the amounts of a row the decimals of their currency, as they were said in events.
pub(super) fn with_decimals(table: &Declared, row: &mut Map<String, Value>, currency: &str) {
    let Ok(currency) = currency.parse::<Currency>() else { return };
    for column in table.columns.iter().filter(|column| column.ty == "numeric") {
        let Some(Value::String(text)) = row.get_mut(column.name) else { continue };
        let Ok(number) = text.parse::<Decimal>() else { continue };
        let money = !NO_MONEY.contains(&column.name);
        *text = if money { amount(number, currency) } else { plain(number) }.to_string();
    }
}

/// The id in a row.
pub(super) fn id_in(row: &Map<String, Value>, column: &str) -> Result<Uuid> {
    let id = row.get(column).and_then(Value::as_str).and_then(|id| id.parse().ok());
    Ok(id.ok_or_else(|| corrupt(column, &json!(row.get(column))))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_that_is_stored_by_declaration_has_a_word_states_and_a_name() {
        let words: Vec<_> = all().map(plural).collect();
        let expected = [
            "inputs",
            "leads",
            "duplicates",
            "accounts",
            "contacts",
            "consents",
            "proposals",
            "opportunities",
            "quotes",
            "orders",
            "invoices",
            "transfers",
            "bulks",
            "erasures",
        ];
        assert_eq!(words, expected);
        for kind in all() {
            assert!(!states(kind).is_empty() && table(kind).has(state(kind)), "{kind}");
            assert_eq!(named(&plural(kind)), Some(kind));
            assert_eq!(named(kind.name()), Some(kind));
        }
        assert_eq!(named("catalog"), None, "it is one record, without a list");
    }

    #[test]
    fn numbers_that_are_no_amounts_are_columns_of_some_table() {
        let known = |name: &&str| declared::all().any(|table| table.has(name));
        assert!(NO_MONEY.iter().all(known));
    }
}
