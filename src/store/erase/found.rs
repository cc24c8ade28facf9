//! Finds what is one person's, by keys and by links, and locks it in the order of all workers.

use std::collections::BTreeSet;

use domain::enquiry::Enquiry;
use domain::erasure::Sweep;
use domain::party::{PartyKey, PartyKeyKind, is_shared, person_keys, thread_keys};
use sqlx::types::Json;
use uuid::Uuid;

use super::scope::Scope;
use crate::store::{Connection, Fault, Result};

/// So often it is looked again what was committed while locks were waited for.
pub(super) const ROUNDS_MAX: usize = 10;
/// The tables whose rows are locked, in the order of locks.
const LOCKED: [&str; 8] =
    ["input", "account", "contact", "lead", "opportunity", "sales_order", "proposal", "consent"];

/// The keys of a request.
pub(super) fn wanted(sweep: &Sweep) -> BTreeSet<PartyKey> {
    sweep.keys.iter().filter_map(|key| key.parse().ok()).collect()
}

/// Whether somebody may add to what is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Nobody does any more: all of it is locked.
    Locked,
    /// Somebody may; it is only looked at.
    Free,
}

/// The values of the keys as they may stand in bytes and sentences, in small letters.
pub(super) fn needles(sweep: &Sweep) -> Vec<String> {
    let values = wanted(sweep).into_iter().map(|key| key.value.to_lowercase());
    values.collect()
}

/// What is theirs.
pub(super) async fn find(
    conn: &mut Connection,
    wanted: BTreeSet<PartyKey>,
    records: &[Uuid],
    hold: Hold,
) -> Result<Scope> {
    let mut scope = Scope { keys: wanted.clone(), ..Scope::default() };
    // Keys that lead to records: what was asked for, and the addresses that are this person's alone.
    let mut leading = wanted;
    for _ in 0..ROUNDS_MAX {
        if hold == Hold::Locked {
            lock_keys(&mut *conn, &scope.keys).await?;
        }
        let mut now = Scope { keys: scope.keys.clone(), ..Scope::default() };
        people(&mut *conn, &mut now, &mut leading, records).await?;
        inputs(&mut *conn, &mut now, &leading).await?;
        documents(&mut *conn, &mut now).await?;
        if hold == Hold::Locked {
            lock_rows(&mut *conn, &now).await?;
        }
        if now == scope {
            return Ok(scope);
        }
        scope = now;
    }
    Err(Fault::ours("What is known of a person keeps growing while it is looked for; try again."))
}

async fn lock_keys(conn: &mut Connection, keys: &BTreeSet<PartyKey>) -> Result<()> {
    let (kinds, values) = parted(keys);
    let lock = sqlx::query!(
        r#"SELECT p.kind FROM party_key AS p
           JOIN unnest($1::text[], $2::text[]) AS u (kind, value) ON p.kind = u.kind AND p.value = u.value
           ORDER BY p.kind, p.value FOR UPDATE OF p"#,
        &kinds as &[&str],
        &values
    );
    lock.fetch_all(conn).await?;
    Ok(())
}

/// Kinds and values, for two arrays of a statement.
pub(super) fn parted<'k>(
    keys: impl IntoIterator<Item = &'k PartyKey>,
) -> (Vec<&'static str>, Vec<String>) {
    keys.into_iter().map(|key| (key.kind.into_str(), key.value.clone())).unzip()
}

fn of_kind(keys: &BTreeSet<PartyKey>, kind: PartyKeyKind) -> Vec<String> {
    keys.iter().filter(|key| key.kind == kind).map(|key| key.value.clone()).collect()
}

/// Their contacts, with those that became one with them, and leads. A lead that a key names may be somebody else's: they wrote within its conversation.
async fn people(
    conn: &mut Connection,
    scope: &mut Scope,
    leading: &mut BTreeSet<PartyKey>,
    records: &[Uuid],
) -> Result<()> {
    let (kinds, values) = parted(&*leading);
    let contacts = sqlx::query!(
        r#"WITH RECURSIVE one (id) AS (
               (SELECT p.contact FROM unnest($1::text[], $2::text[]) AS u (kind, value)
                JOIN party_key AS p ON p.kind = u.kind AND p.value = u.value
                UNION SELECT unnest($3::uuid[])
                UNION SELECT contact FROM lead WHERE id = ANY($3))
               UNION SELECT other.id FROM one
                     CROSS JOIN LATERAL (SELECT master AS id FROM contact WHERE id = one.id
                                         UNION ALL SELECT id FROM contact WHERE master = one.id) AS other
                     WHERE other.id IS NOT NULL)
           SELECT id AS "id!", emails AS "emails!: Json<Vec<String>>", phones AS "phones!: Json<Vec<String>>", account
           FROM contact WHERE id IN (SELECT id FROM one)"#,
        &kinds as &[&str],
        &values,
        records
    );
    for row in contacts.fetch_all(&mut *conn).await? {
        scope.contacts.insert(row.id);
        scope.accounts.extend(row.account);
        let emails = row.emails.0.into_iter();
        let emails = emails.map(|value| PartyKey { kind: PartyKeyKind::Email, value });
        let emails: Vec<_> = emails.collect();
        leading.extend(emails.iter().filter(|key| !is_shared(&key.value)).cloned());
        scope.keys.extend(emails);
        let phones = row.phones.0.into_iter();
        scope.keys.extend(phones.map(|value| PartyKey { kind: PartyKeyKind::Phone, value }));
    }
    let contacts: Vec<_> = scope.contacts.iter().copied().collect();
    let (kinds, values) = parted(&*leading);
    let leads = sqlx::query!(
        r#"WITH RECURSIVE chain (id, previous, master) AS (
               (SELECT l.id, l.previous, l.master FROM unnest($1::text[], $2::text[]) AS u (kind, value)
                JOIN party_key AS p ON p.kind = u.kind AND p.value = u.value JOIN lead AS l ON l.id = p.lead
                UNION SELECT id, previous, master FROM lead WHERE id = ANY($3)
                UNION SELECT id, previous, master FROM lead WHERE contact = ANY($4))
               UNION SELECT l.id, l.previous, l.master FROM chain
                     JOIN lead AS l ON l.id IN (chain.previous, chain.master) OR l.master = chain.id)
           SELECT l.id AS "id!", l.account, l.enquiry AS "enquiry!: Json<Enquiry>",
                  coalesce(l.id = ANY($3) OR l.contact = ANY($4) OR l.enquiry #> '{person,emails}' ?| $5
                           OR l.enquiry #> '{person,phones}' ?| $6, false)
                  OR coalesce(m.id = ANY($3) OR m.contact = ANY($4) OR m.enquiry #> '{person,emails}' ?| $5
                              OR m.enquiry #> '{person,phones}' ?| $6, false) AS "theirs!"
           FROM chain JOIN lead AS l ON l.id = chain.id LEFT JOIN lead AS m ON m.id = l.master"#,
        &kinds as &[&str],
        &values,
        records,
        &contacts,
        &of_kind(leading, PartyKeyKind::Email),
        &of_kind(leading, PartyKeyKind::Phone)
    );
    for row in leads.fetch_all(conn).await? {
        if row.theirs {
            scope.leads.insert(row.id);
            scope.accounts.extend(row.account);
            scope.keys.extend(person_keys(&row.enquiry.0));
            scope.keys.extend(thread_keys(&row.enquiry.0));
        } else {
            scope.joined.insert(row.id);
        }
    }
    Ok(())
}

/// What they sent: what made and joined their leads, what they wrote to others', what is held.
async fn inputs(
    conn: &mut Connection,
    scope: &mut Scope,
    leading: &BTreeSet<PartyKey>,
) -> Result<()> {
    let (leads, joined): (Vec<_>, Vec<_>) =
        (scope.leads.iter().copied().collect(), scope.joined.iter().copied().collect());
    let emails = of_kind(leading, PartyKeyKind::Email);
    let phones = of_kind(leading, PartyKeyKind::Phone);
    let rows = sqlx::query!(
        r#"SELECT input AS "input!", NULL::uuid AS event FROM lead WHERE id = ANY($1)
           UNION ALL SELECT (data ->> 'input')::uuid, NULL FROM event
               WHERE subject = ANY($1) AND type = 'lead.enquiry_added.v1' AND data ->> 'another_person' IS NULL
           UNION ALL SELECT (data ->> 'input')::uuid, id FROM event
               WHERE subject = ANY($2) AND type = 'lead.enquiry_added.v1'
                 AND (data::jsonb #> '{enquiry,person,emails}' ?| $3 OR data::jsonb #> '{enquiry,person,phones}' ?| $4)
           UNION ALL SELECT id, NULL FROM input
               WHERE verdict = 'held'
                 AND (enquiry #> '{person,emails}' ?| $3 OR enquiry #> '{person,phones}' ?| $4)"#,
        &leads,
        &joined,
        &emails,
        &phones
    );
    for row in rows.fetch_all(conn).await? {
        scope.inputs.insert(row.input);
        scope.added.extend(row.event);
    }
    Ok(())
}

/// Their deals with all documents, proposals and consents. What is still to be invoiced stays.
async fn documents(conn: &mut Connection, scope: &mut Scope) -> Result<()> {
    let list = |ids: &BTreeSet<Uuid>| ids.iter().copied().collect::<Vec<_>>();
    let (leads, contacts) = (list(&scope.leads), list(&scope.contacts));
    let channels: Vec<_> = scope.keys.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"WITH o AS (
               SELECT o.id, o.account FROM lead AS l JOIN opportunity AS o ON o.id = l.opportunity WHERE l.id = ANY($1)
               UNION SELECT id, account FROM opportunity WHERE originating_lead = ANY($1)
               UNION SELECT id, account FROM opportunity WHERE originating_lead IS NULL AND contact = ANY($2)),
           q AS (SELECT q.id, o.account FROM o JOIN quote AS q ON q.opportunity = o.id),
           s AS (
               SELECT s.id, s.account, s.state FROM q JOIN sales_order AS s ON s.quote = q.id
               UNION SELECT id, account, state FROM sales_order WHERE quote IS NULL AND contact = ANY($2)),
           i AS (
               SELECT i.id, i.sales_order FROM s JOIN invoice AS i ON i.sales_order = s.id
               UNION SELECT id, sales_order FROM invoice WHERE sales_order IS NULL AND contact = ANY($2))
           SELECT 'opportunity' AS "kind!", id AS "id!", account IS NOT NULL AS "organisation!" FROM o
           UNION ALL SELECT 'quote', id, account IS NOT NULL FROM q
           UNION ALL SELECT CASE WHEN s.state = 'active' OR s.state = 'fulfilled'
                                      AND NOT EXISTS (SELECT FROM i WHERE i.sales_order = s.id)
                                 THEN 'kept' ELSE 'order' END, id, account IS NOT NULL FROM s
           UNION ALL SELECT 'invoice', id, false FROM i
           UNION ALL SELECT 'proposal', id, false FROM proposal
               WHERE coalesce(account, contact, own_lead) = ANY($1) OR coalesce(account, contact, own_lead) = ANY($2)
                  OR lead = ANY($1)
           UNION ALL SELECT 'consent', id, false FROM consent WHERE channel = ANY($3)"#,
        &leads,
        &contacts,
        &channels
    );
    for row in rows.fetch_all(conn).await? {
        if row.organisation {
            scope.organisations.insert(row.id);
        }
        match row.kind.as_str() {
            "opportunity" => drop(scope.opportunities.insert(row.id)),
            "quote" => drop(scope.quotes.insert(row.id)),
            "order" => drop(scope.orders.insert(row.id)),
            "proposal" => drop(scope.proposals.insert(row.id)),
            "consent" => drop(scope.consents.insert(row.id)),
            "kept" => scope.kept_orders += 1,
            _ => drop(scope.invoices.insert(row.id)),
        }
    }
    Ok(())
}

/// Locks what was found, in the order in which all workers lock.
async fn lock_rows(conn: &mut Connection, scope: &Scope) -> Result<()> {
    let touched = scope.touched();
    for table in LOCKED {
        let lock =
            format!("SELECT id FROM {table} WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE");
        sqlx::query(sqlx::AssertSqlSafe(lock)).bind(&touched).execute(&mut *conn).await?;
    }
    Ok(())
}
