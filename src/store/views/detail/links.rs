//! Links of a record: those that it names, and those that name it.

use std::collections::BTreeMap;

use domain::message::SubjectKind;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::store::declared;
use crate::store::views::label::{self, Ids, Labelled};
use crate::store::views::{subject, survivor};
use crate::store::{Connection, Result};

/// Most records of one subject that are told because they name a record.
pub const LINKED_MAX: usize = 50;

/// Who names a record, as a condition on their table with the id as `$1`. Only what an index serves: the rest is found
/// over a lead or an opportunity, since everything hangs on them.
const BACK: [(SubjectKind, SubjectKind, &str); 18] = {
    use SubjectKind::{
        Account, Contact, Duplicate, Input, Invoice, Lead, Opportunity, Order, Quote,
    };
    [
        (Input, Input, "collection = $1"),
        (Lead, Lead, "master = $1"),
        (Account, Account, "master = $1"),
        (Contact, Contact, "master = $1"),
        (Lead, Opportunity, "originating_lead = $1 AND primary_of_lead IS NOT NULL"),
        (Account, Contact, "id IN (SELECT contact FROM lead WHERE account = $1)"),
        (Account, Lead, "account = $1"),
        (Account, Opportunity, "id IN (SELECT opportunity FROM lead WHERE account = $1)"),
        (Contact, Lead, "contact = $1"),
        (Contact, Opportunity, "id IN (SELECT opportunity FROM lead WHERE contact = $1)"),
        (Lead, Duplicate, "lead = $1 OR other_lead = $1"),
        (Contact, Duplicate, "contact = $1"),
        (Account, Duplicate, "account = $1"),
        (Opportunity, Quote, "opportunity = $1"),
        (Opportunity, Order, "quote IN (SELECT id FROM quote WHERE opportunity = $1)"),
        (Quote, Quote, "number = (SELECT number FROM quote WHERE id = $1) AND id <> $1"),
        (Quote, Order, "quote = $1"),
        (Order, Invoice, "sales_order = $1"),
    ]
};

/// A record that a column names.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    pub column: &'static str,
    #[serde(flatten)]
    pub to: Labelled,
    /// Who that is by now, where it was merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Labelled>,
}

/// The records that the columns of a record name.
pub(super) async fn out(
    conn: &mut Connection,
    kind: SubjectKind,
    record: &Map<String, Value>,
) -> Result<Vec<Link>> {
    let (mut ids, mut named) = (Ids::new(), Vec::new());
    for column in subject::table(kind).columns.iter().filter(|column| column.ty == "uuid") {
        // A column that refers to nothing by declaration, because a key of the tables guards it, has the name of
        // the table.
        let target = declared::kind_of(column.refers.unwrap_or(column.name));
        let Some(target) = target.filter(|_| record.get(column.name).is_some_and(Value::is_string))
        else {
            continue;
        };
        let id = subject::id_in(record, column.name)?;
        ids.entry(target).or_default().push(id);
        named.push((column.name, id));
    }
    let found = label::of(conn, &ids).await?;
    let (mut became, mut masters) = (BTreeMap::new(), Ids::new());
    for (kind, ids) in &ids {
        let of_kind = survivor::of(conn, *kind, ids).await?;
        masters.entry(*kind).or_default().extend(of_kind.values());
        became.extend(of_kind);
    }
    let masters = label::of(conn, &masters).await?;
    let by_id = |all: &[Labelled], id: Uuid| all.iter().find(|it| it.id == id).cloned();
    let link = |(column, id)| {
        let now = became.get(&id).and_then(|master| by_id(&masters, *master));
        Some(Link { column, to: by_id(&found, id)?, now })
    };
    Ok(named.into_iter().filter_map(link).collect())
}

/// The records that name a record, and whether there are more.
pub(super) async fn back(
    conn: &mut Connection,
    kind: SubjectKind,
    id: Uuid,
) -> Result<(Vec<Labelled>, bool)> {
    let (mut all, mut cut) = (Vec::new(), false);
    for (_, from, condition) in BACK.iter().filter(|(to, ..)| *to == kind) {
        // All are found by their index before the newest are taken: else the planner may go through the ids of
        // everybody until it has seen enough.
        let table = subject::table(*from).name;
        let all_of = format!("t.id IN (SELECT id FROM {table} WHERE {condition} OFFSET 0)");
        let newest = format!("{all_of} ORDER BY t.id DESC LIMIT {}", LINKED_MAX + 1);
        let query = sqlx::query(AssertSqlSafe(label::select(*from, &newest))).bind(id);
        let found = query.fetch_all(&mut *conn).await?;
        cut |= found.len() > LINKED_MAX;
        for row in found.iter().take(LINKED_MAX) {
            all.push(label::labelled(*from, row)?);
        }
    }
    Ok((all, cut))
}
