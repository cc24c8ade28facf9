//! A customer with everything that belongs to them, by the links between records and not by pipelines: each
//! enquiry begins a pipeline of its own.
//!
//! A lead is what most hangs on: its account and contact say whose it is, its opportunity leads on to
//! quotes, orders and invoices. A deal without a lead, an order without a quote and an invoice without an order
//! name their customer themselves. Who is no customer yet is known by their last lead, which their keys name, and by
//! the lead before each. Every step goes by an index; how many leads are followed is bounded.

use domain::enquiry::Enquiry;
use domain::message::SubjectKind;
use domain::party::person_keys;
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::found::{By, find};
use super::label::Ids;
use super::survivor;
use crate::store::column::corrupt;
use crate::store::{Connection, Result};

/// Most leads of one customer that are followed: the newest.
pub const LEADS_MAX: i64 = 5_000;
/// Most leads whose keys are asked who they became.
const STRANGERS_MAX: i64 = 100;

/// Whose records are looked for. An organisation is all of its people; a person alone is a contact, or only the
/// leads of somebody who never became one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Customer {
    pub accounts: Vec<Uuid>,
    pub contacts: Vec<Uuid>,
    /// The newest first.
    pub leads: Vec<Uuid>,
    /// There are more than [`LEADS_MAX`].
    pub cut: bool,
}

/// The customer that a text means, and whether anything is known of it at all.
///
/// An e-mail address, a telephone or a contact means that person. Everything else (an account, a company, any
/// document, lead or input) means the organisation that it belongs to, where there is one.
pub async fn of(conn: &mut Connection, text: &str) -> Result<Option<Customer>> {
    let (by, found) = find(conn, text).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let ids: Vec<_> = found.iter().map(|found| found.id).collect();
    Ok(Some(behind(conn, by, &ids).await?))
}

/// The customer behind records, messages and arrivals.
pub async fn behind(conn: &mut Connection, by: By, ids: &[Uuid]) -> Result<Customer> {
    let mut scope = Scope { person: by == By::Channel, ..Scope::default() };
    let named = named(conn, ids).await?;
    let known = named.iter().any(|named| matches!(named, Named::Contact(_)));
    for named in &named {
        match *named {
            Named::Account(id) => scope.customer.accounts.push(id),
            Named::Contact(id) => scope.customer.contacts.push(id),
            // What a person's keys name beside the contact is the last lead of theirs.
            Named::Lead { .. } if scope.person && known => {}
            Named::Lead { id, account, contact } => scope.lead(id, account, contact),
        }
    }
    for (id, account, contact) in became(conn, &scope.strangers).await? {
        scope.lead(id, account, contact);
    }
    let mut customer = scope.customer;
    (customer.accounts, customer.contacts) =
        survivor::whole(conn, &customer.accounts, &customer.contacts).await?;
    customer.leads = leads(conn, &customer, &scope.strangers).await?;
    let max = usize::try_from(LEADS_MAX).unwrap_or(usize::MAX);
    customer.cut = customer.leads.len() > max;
    customer.leads.truncate(max);
    Ok(customer)
}

/// All records of a customer.
pub async fn records(conn: &mut Connection, customer: &Customer) -> Result<Ids> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE
                l AS (SELECT id, input, account, contact, opportunity, enquiry -> 'person' AS person
                      FROM lead WHERE id = ANY($1)),
                reached AS (
                      SELECT DISTINCT word || channel AS channel FROM (
                          SELECT emails, phones FROM contact WHERE id = ANY($3)
                          UNION ALL SELECT person -> 'emails', person -> 'phones' FROM l) AS p
                      CROSS JOIN LATERAL (
                          SELECT 'email ' AS word, jsonb_array_elements_text(p.emails) AS channel
                          UNION ALL SELECT 'phone ', jsonb_array_elements_text(p.phones)) AS all_of),
                d AS (SELECT opportunity AS id FROM l WHERE opportunity IS NOT NULL
                      UNION SELECT o.previous FROM d JOIN opportunity AS o ON o.id = d.id
                            WHERE o.previous IS NOT NULL),
                o AS (SELECT id FROM d
                      UNION SELECT o.id FROM l JOIN opportunity AS o ON o.originating_lead = l.id
                            WHERE o.primary_of_lead IS NOT NULL
                      UNION SELECT id FROM opportunity WHERE originating_lead IS NULL AND account = ANY($2)
                      UNION SELECT id FROM opportunity WHERE originating_lead IS NULL AND contact = ANY($3)),
                q AS (SELECT q.id FROM o JOIN quote AS q ON q.opportunity = o.id),
                s AS (SELECT s.id FROM q JOIN sales_order AS s ON s.quote = q.id
                      UNION SELECT id FROM sales_order WHERE quote IS NULL AND account = ANY($2)
                      UNION SELECT id FROM sales_order WHERE quote IS NULL AND contact = ANY($3))
           SELECT 'lead' AS "kind!", id AS "id!" FROM l
           UNION SELECT 'account', unnest($2::uuid[])
           UNION SELECT 'account', account FROM l WHERE account IS NOT NULL
           UNION SELECT 'contact', unnest($3::uuid[])
           UNION SELECT 'contact', contact FROM l WHERE contact IS NOT NULL
           UNION SELECT 'input', input FROM l
           UNION SELECT 'input', (e.data ->> 'input')::uuid FROM event AS e
                 WHERE e.subject = ANY($1) AND e.type = 'lead.enquiry_added.v1'
           UNION SELECT 'consent', c.id FROM reached JOIN consent AS c ON c.channel = reached.channel
           UNION SELECT 'opportunity', id FROM o
           UNION SELECT 'quote', id FROM q
           UNION SELECT 'order', id FROM s
           UNION SELECT 'invoice', i.id FROM s JOIN invoice AS i ON i.sales_order = s.id
           UNION SELECT 'invoice', id FROM invoice WHERE sales_order IS NULL AND account = ANY($2)
           UNION SELECT 'invoice', id FROM invoice WHERE sales_order IS NULL AND contact = ANY($3)"#,
        &customer.leads,
        &customer.accounts,
        &customer.contacts
    );
    let mut ids = Ids::new();
    for row in rows.fetch_all(conn).await? {
        let kind = SubjectKind::named(&row.kind);
        let kind = kind.ok_or_else(|| corrupt("kind", &row.kind))?;
        ids.entry(kind).or_default().push(row.id);
    }
    Ok(ids)
}

/// The consents of these keys, as `email a@b.example`, whether or not anybody is known by them.
pub async fn consents(conn: &mut Connection, channels: &[String]) -> Result<Vec<Uuid>> {
    let ids =
        sqlx::query_scalar!("SELECT id FROM consent WHERE channel = ANY($1) ORDER BY id", channels);
    Ok(ids.fetch_all(conn).await?)
}

/// Who the customer is: accounts and contacts.
#[must_use]
pub fn who(customer: &Customer) -> Ids {
    let (accounts, contacts) = (customer.accounts.clone(), customer.contacts.clone());
    Ids::from([(SubjectKind::Account, accounts), (SubjectKind::Contact, contacts)])
}

/// Whose leads are looked for.
#[derive(Default)]
struct Scope {
    /// None but a person, without the organisation.
    person: bool,
    customer: Customer,
    /// Leads of those who are no customers.
    strangers: Vec<Uuid>,
}

impl Scope {
    fn lead(&mut self, id: Uuid, account: Option<Uuid>, contact: Option<Uuid>) {
        let (list, id) = match (account, contact) {
            (Some(account), _) if !self.person => (&mut self.customer.accounts, account),
            (_, Some(contact)) => (&mut self.customer.contacts, contact),
            _ => (&mut self.strangers, id),
        };
        if !list.contains(&id) {
            list.push(id);
        }
    }
}

/// What says whose a record is.
enum Named {
    Account(Uuid),
    Contact(Uuid),
    Lead { id: Uuid, account: Option<Uuid>, contact: Option<Uuid> },
}

/// The accounts, contacts and leads among these ids, and the leads that documents, inputs and messages among them
/// came of.
async fn named(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"WITH named AS (
               SELECT unnest($1::uuid[]) AS id
               UNION SELECT subject FROM event WHERE id = ANY($1)
               UNION SELECT subject FROM event WHERE cause = ANY($1)),
           deal AS (
               SELECT id FROM named
               UNION SELECT q.opportunity FROM named JOIN quote AS q ON q.id = named.id
               UNION SELECT s.opportunity FROM named JOIN sales_order AS s ON s.id = named.id
               UNION SELECT i.opportunity FROM named JOIN invoice AS i ON i.id = named.id),
           direct AS (
               SELECT o.account, o.contact FROM deal JOIN opportunity AS o ON o.id = deal.id
               WHERE o.originating_lead IS NULL
               UNION SELECT s.account, s.contact FROM named JOIN sales_order AS s ON s.id = named.id
                     WHERE s.quote IS NULL
               UNION SELECT i.account, i.contact FROM named JOIN invoice AS i ON i.id = named.id
                     WHERE i.quote IS NULL),
           origin AS (
               SELECT id FROM named
               UNION SELECT o.originating_lead FROM deal JOIN opportunity AS o ON o.id = deal.id
               UNION SELECT i.lead FROM named JOIN input AS i ON i.id = named.id)
           SELECT 'account' AS "kind!", a.id AS "id!", NULL::uuid AS account, NULL::uuid AS contact
           FROM named JOIN account AS a ON a.id = named.id
           UNION ALL SELECT 'contact', c.id, NULL, NULL FROM named JOIN contact AS c ON c.id = named.id
           UNION ALL SELECT CASE WHEN account IS NULL THEN 'contact' ELSE 'account' END,
                            coalesce(account, contact), NULL, NULL
                     FROM direct WHERE account IS NOT NULL OR contact IS NOT NULL
           UNION ALL SELECT 'lead', l.id, l.account, l.contact FROM origin JOIN lead AS l ON l.id = origin.id"#,
        ids
    );
    let named = rows.fetch_all(conn).await?.into_iter().map(|row| match row.kind.as_str() {
        "account" => Named::Account(row.id),
        "contact" => Named::Contact(row.id),
        _ => Named::Lead { id: row.id, account: row.account, contact: row.contact },
    });
    Ok(named.collect())
}

/// The last leads of the persons whose leads these are, with the customer that they became meanwhile. A key that
/// these leads give may be somebody else's: only one whose leads lead back to them is theirs.
async fn became(
    conn: &mut Connection,
    leads: &[Uuid],
) -> Result<Vec<(Uuid, Option<Uuid>, Option<Uuid>)>> {
    if leads.is_empty() {
        return Ok(Vec::new());
    }
    let enquiries = sqlx::query_scalar!(
        r#"SELECT enquiry AS "enquiry!: Json<Enquiry>" FROM lead WHERE id = ANY($1)
           ORDER BY id DESC LIMIT $2"#,
        leads,
        STRANGERS_MAX
    );
    let enquiries = enquiries.fetch_all(&mut *conn).await?;
    let keys = enquiries.iter().flat_map(|Json(enquiry)| person_keys(enquiry));
    let (kinds, values): (Vec<_>, Vec<_>) =
        keys.map(|key| (key.kind.into_str(), key.value)).unzip();
    let rows = sqlx::query!(
        r#"WITH RECURSIVE chain (last, id) AS (
               SELECT k.lead, k.lead FROM unnest($1::text[], $2::text[]) AS u (kind, value)
               JOIN party_key AS k ON k.kind = u.kind AND k.value = u.value WHERE k.lead IS NOT NULL
               UNION SELECT chain.last, other.id FROM chain JOIN lead AS l ON l.id = chain.id
                     CROSS JOIN LATERAL (SELECT l.previous AS id UNION ALL
                                         SELECT m.id FROM lead AS m WHERE m.master = l.id) AS other
                     WHERE other.id IS NOT NULL)
           SELECT DISTINCT l.id AS "id!", l.account, l.contact
           FROM chain JOIN lead AS l ON l.id = chain.last WHERE chain.id = ANY($3)"#,
        &kinds as &[&str],
        &values,
        leads
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.account, row.contact)).collect())
}

/// The leads of accounts, contacts and strangers, the newest first, one more than [`LEADS_MAX`]; with those before
/// each, as long as they are nobody else's and nobody said that they are others; and those that became one with them.
async fn leads(conn: &mut Connection, of: &Customer, strangers: &[Uuid]) -> Result<Vec<Uuid>> {
    let rows = sqlx::query_scalar!(
        r#"WITH RECURSIVE chain (id, previous, master) AS (
               (SELECT id, previous, master FROM lead WHERE account = ANY($1)
                UNION SELECT id, previous, master FROM lead WHERE contact = ANY($2)
                UNION SELECT id, previous, master FROM lead WHERE id = ANY($3))
               UNION SELECT l.id, l.previous, l.master FROM chain
                     CROSS JOIN LATERAL (SELECT chain.previous AS id, false AS same
                                         UNION ALL SELECT chain.master, true
                                         UNION ALL SELECT m.id, true FROM lead AS m WHERE m.master = chain.id) AS other
                     JOIN lead AS l ON l.id = other.id
                     WHERE other.same OR NOT coalesce(l.kept_apart ? chain.id::text, false) AND
                           CASE WHEN cardinality($1) > 0 THEN l.account IS NULL OR l.account = ANY($1)
                                ELSE l.contact IS NULL OR l.contact = ANY($2) END)
           SELECT id AS "id!" FROM chain ORDER BY id DESC LIMIT $4"#,
        &of.accounts,
        &of.contacts,
        strangers,
        LEADS_MAX + 1
    );
    Ok(rows.fetch_all(conn).await?)
}
