//! Records without the person: the personal columns of each, as the log tells them now.

use domain::erasure::Erased;
use domain::ids::{
    AccountId, ConsentId, ContactId, InputId, LeadId, OpportunityId, OrderId, ProposalId,
};
use domain::opportunity::OpportunityState;
use domain::quote::QuoteState;
use domain::world::{SubjectId, World};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::receipt::count;
use super::scope::Scope;
use crate::store::column::filled;
use crate::store::{Connection, Result};

/// What of a quote is personal.
const QUOTED: &[&str] =
    &["buyer", "deliver_to", "delivery_terms", "introduction", "closing_note", "acceptance"];

/// The personal columns of a contact.
const OF_CONTACTS: &[&str] = &[
    "given_name",
    "family_name",
    "job_title",
    "emails",
    "phones",
    "address",
    "delivery_address",
    "merges",
];

/// Writes the columns that may hold something of a person, and counts the rows that changed.
pub(super) async fn write(
    conn: &mut Connection,
    scope: &Scope,
    told: &World,
    receipt: &mut Vec<Erased>,
) -> Result<()> {
    let tables: [(&str, &[&str], Vec<Value>); 9] = [
        ("input", &["reason", "enquiry"], inputs(told, scope)),
        ("account", &["phone", "merges"], accounts(told, scope)),
        ("contact", OF_CONTACTS, contacts(told, scope)),
        ("lead", &["enquiry", "merges"], leads(told, scope)),
        (
            "opportunity",
            &["name", "lost_comment", "hold_reason", "description", "owner"],
            opportunities(told, scope),
        ),
        ("quote", QUOTED, quotes(told, scope)),
        ("sales_order", &["buyer", "deliver_to", "delivery_terms"], orders(told, scope)),
        ("proposal", &["stands", "proposed"], proposals(told, scope)),
        ("consent", &["channel"], consents(told, scope)),
    ];
    for (table, columns, rows) in tables {
        count(receipt, table, update(&mut *conn, table, columns, rows).await?);
    }
    Ok(())
}

/// The records of one kind among what was told.
fn of<'w, I: SubjectId>(
    told: &'w World,
    ids: impl IntoIterator<Item = &'w Uuid> + 'w,
) -> impl Iterator<Item = &'w I::Of> {
    ids.into_iter().filter_map(|id| told.find(I::from(*id)))
}

fn inputs(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<InputId>(told, &scope.inputs);
    rows.map(|it| json!({ "id": it.id, "reason": it.reason, "enquiry": it.enquiry })).collect()
}

fn accounts(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<AccountId>(told, &scope.accounts);
    rows.map(|it| json!({ "id": it.id, "phone": it.phone, "merges": filled(&it.merges) })).collect()
}

fn contacts(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<ContactId>(told, &scope.contacts);
    rows.map(|it| {
        json!({
            "id": it.id,
            "given_name": it.person.given_name,
            "family_name": it.person.family_name,
            "job_title": it.person.job_title,
            "emails": it.person.emails,
            "phones": it.person.phones,
            "address": it.address,
            "delivery_address": it.delivery_address,
            "merges": filled(&it.merges),
        })
    })
    .collect()
}

fn leads(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<LeadId>(told, scope.leads.union(&scope.joined));
    rows.map(|it| json!({ "id": it.id, "enquiry": it.enquiry, "merges": filled(&it.merges) }))
        .collect()
}

fn opportunities(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<OpportunityId>(told, &scope.opportunities).map(|it| {
        let comment = match &it.state {
            OpportunityState::Lost { loss, .. } => loss.comment.as_ref(),
            _ => None,
        };
        let hold_reason = match &it.state {
            OpportunityState::OnHold { reason, .. } => Some(reason),
            _ => None,
        };
        json!({
            "id": it.id,
            "name": it.name,
            "lost_comment": comment,
            "hold_reason": hold_reason,
            "description": it.description,
            "owner": it.owner,
        })
    });
    rows.collect()
}

fn orders(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<OrderId>(told, &scope.orders);
    rows.map(|it| json!({ "id": it.id, "buyer": it.buyer, "deliver_to": it.deliver_to, "delivery_terms": it.delivery_terms })).collect()
}

fn proposals(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<ProposalId>(told, &scope.proposals);
    rows.map(|it| json!({ "id": it.id, "stands": it.from, "proposed": it.to })).collect()
}

fn consents(told: &World, scope: &Scope) -> Vec<Value> {
    let rows = of::<ConsentId>(told, &scope.consents);
    rows.map(|it| json!({ "id": it.id, "channel": it.channel })).collect()
}

fn quotes(told: &World, scope: &Scope) -> Vec<Value> {
    let deals = of::<OpportunityId>(told, &scope.opportunities);
    let quotes = deals.flat_map(|deal| &deal.quotes);
    let quotes = quotes.map(|it| {
        let acceptance = match &it.state {
            QuoteState::Won { acceptance, .. } => acceptance.as_ref(),
            QuoteState::Held { acceptance, .. } => Some(acceptance),
            _ => None,
        };
        let offer = &it.offer;
        json!({
            "id": it.id,
            "buyer": offer.buyer,
            "deliver_to": offer.deliver_to,
            "delivery_terms": offer.delivery_terms,
            "introduction": offer.introduction,
            "closing_note": offer.closing_note,
            "acceptance": acceptance,
        })
    });
    quotes.collect()
}

/// Writes these columns of these rows where they differ; the counter of the record stays: nothing happened to it.
async fn update(
    conn: &mut Connection,
    table: &str,
    columns: &[&str],
    rows: Vec<Value>,
) -> Result<u64> {
    let of_row = |row: &str| {
        let columns = columns.iter().map(|column| format!("{row}.{column}"));
        columns.collect::<Vec<_>>().join(", ")
    };
    let set = columns.iter().map(|column| format!("{column} = u.{column}"));
    let sql = format!(
        "UPDATE {table} AS t SET {}, modified_at = now()
         FROM jsonb_populate_recordset(NULL::{table}, $1) AS u
         WHERE t.id = u.id AND ROW({}) IS DISTINCT FROM ROW({})",
        set.collect::<Vec<_>>().join(", "),
        of_row("t"),
        of_row("u")
    );
    let written = sqlx::query(AssertSqlSafe(sql)).bind(Value::Array(rows)).execute(conn).await?;
    Ok(written.rows_affected())
}
