//! Whom merged records became, and everybody who became one with a customer.

use std::collections::BTreeMap;

use domain::message::SubjectKind;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::subject;
use crate::store::{Connection, Result};

/// Whom those of these records became that were merged, through all merges that follow one another.
pub(super) async fn of(
    conn: &mut Connection,
    kind: SubjectKind,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Uuid>> {
    let table = subject::table(kind);
    if ids.is_empty() || !table.has("master") {
        return Ok(BTreeMap::new());
    }
    let table = table.name;
    let query = format!(
        "WITH RECURSIVE chain (merged, id, master) AS (
             SELECT id, id, master FROM {table} WHERE id = ANY($1) AND master IS NOT NULL
             UNION SELECT chain.merged, t.id, t.master FROM chain JOIN {table} AS t ON t.id = chain.master)
         SELECT merged, id FROM chain WHERE master IS NULL"
    );
    let rows = sqlx::query_as(AssertSqlSafe(query)).bind(ids).fetch_all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// These accounts and contacts, with all that became one with any of them.
pub(super) async fn whole(
    conn: &mut Connection,
    accounts: &[Uuid],
    contacts: &[Uuid],
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    let rows = sqlx::query!(
        r#"WITH RECURSIVE
               a (id) AS (
                   SELECT unnest($1::uuid[])
                   UNION SELECT other.id FROM a
                         CROSS JOIN LATERAL (SELECT master AS id FROM account WHERE id = a.id
                                             UNION ALL SELECT id FROM account WHERE master = a.id) AS other
                         WHERE other.id IS NOT NULL),
               c (id) AS (
                   SELECT unnest($2::uuid[])
                   UNION SELECT other.id FROM c
                         CROSS JOIN LATERAL (SELECT master AS id FROM contact WHERE id = c.id
                                             UNION ALL SELECT id FROM contact WHERE master = c.id) AS other
                         WHERE other.id IS NOT NULL)
           SELECT id AS "id!", true AS "account!" FROM a UNION ALL SELECT id, false FROM c"#,
        accounts,
        contacts
    );
    let (mut accounts, mut contacts) = (Vec::new(), Vec::new());
    for row in rows.fetch_all(conn).await? {
        if row.account { accounts.push(row.id) } else { contacts.push(row.id) }
    }
    Ok((accounts, contacts))
}
