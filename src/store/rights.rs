//! Whether a role has what its grants give, asked before anything is taken in hand.

use super::{Connection, Fault, Result};

/// A right on something, as `GRANT` takes both.
pub(super) type Grant = (String, String);

/// Most missing rights that are named.
const NAMED_MAX: usize = 4;

/// Checks every right of the grants, and that the role has a policy for its rows of these tables,
/// without which it would see none.
///
/// # Errors
/// [`Fault::Ours`] with what is missing and what to run; else [`Fault`] of the server.
pub(super) async fn check(conn: &mut Connection, grants: &[Grant], own: &[&str]) -> Result<()> {
    let rights: Vec<_> = grants.iter().flat_map(|(rights, on)| each(rights, on)).collect();
    let kinds: Vec<_> = rights.iter().map(|right| right.kind).collect();
    let objects: Vec<_> = rights.iter().map(|right| right.object).collect();
    let columns: Vec<_> = rights.iter().map(|right| right.column).collect();
    let names: Vec<_> = rights.iter().map(|right| right.name).collect();
    let missing = sqlx::query!(
        r#"SELECT current_user::text AS "role!", u.name || coalesce(' (' || u.col || ')', '') || ' on ' || u.object AS "what!"
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
                AS u (kind, object, col, name, n)
           WHERE NOT CASE u.kind
                 WHEN 'sequence' THEN has_sequence_privilege(u.object, u.name)
                 WHEN 'function' THEN has_function_privilege(u.object, u.name)
                 WHEN 'column' THEN has_column_privilege(u.object, u.col, u.name)
                 ELSE has_table_privilege(u.object, u.name) END
           UNION ALL
           SELECT current_user::text, 'rows of ' || own.name FROM unnest($5::text[]) AS own (name)
           WHERE row_security_active(own.name) AND NOT EXISTS (
               SELECT FROM pg_policy AS p CROSS JOIN unnest(p.polroles) AS r (role)
               WHERE p.polrelid = own.name::regclass
                 AND (r.role = 0 OR pg_has_role(r.role, 'USAGE')))"#,
        &kinds as &[&str],
        &objects as &[&str],
        &columns as &[Option<&str>],
        &names as &[&str],
        own as &[&str]
    );
    let missing = missing.fetch_all(conn).await?;
    let Some(first) = missing.first() else { return Ok(()) };
    let named: Vec<_> = missing.iter().take(NAMED_MAX).map(|row| row.what.as_str()).collect();
    let more = match missing.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(Fault::ours(format!(
        "The role `{}` of PostgreSQL lacks rights: {}{more}. Run the script of `leadmill grants \
         postgres` again, as the owner of the tables.",
        first.role,
        named.join(", ")
    )))
}

/// One right on one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Right<'a> {
    kind: &'static str,
    name: &'a str,
    object: &'a str,
    column: Option<&'a str>,
}

/// The single rights of a grant, such as `SELECT, UPDATE (a, b)` on `one, two`.
fn each<'a>(rights: &'a str, on: &'a str) -> Vec<Right<'a>> {
    let (kind, objects) = match (on.strip_prefix("FUNCTION "), on.strip_prefix("SEQUENCE ")) {
        // Each ends with its arguments, which have commas of their own.
        (Some(functions), _) => ("function", functions.split_inclusive(')').collect()),
        (_, Some(sequence)) => ("sequence", vec![sequence]),
        _ => ("table", on.split(',').collect::<Vec<_>>()),
    };
    let objects = objects.into_iter().map(|object| object.trim_matches([',', ' ']));
    let mut all = Vec::new();
    for object in objects {
        let mut rest = rights;
        while !rest.is_empty() {
            let end = rest.find([',', '(']).unwrap_or(rest.len());
            let name = rest[..end].trim();
            let columns = rest[end..].strip_prefix('(').and_then(|inner| inner.split_once(')'));
            match columns {
                Some((columns, after)) => {
                    let columns = columns.split(',').map(|column| Some(column.trim()));
                    all.extend(columns.map(|column| Right {
                        kind: "column",
                        name,
                        object,
                        column,
                    }));
                    rest = after;
                }
                None => {
                    all.push(Right { kind, name, object, column: None });
                    rest = &rest[end..];
                }
            }
            rest = rest.trim_start_matches([',', ' ']);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_right_by_right() {
        let words = |rights: &'static str, on: &'static str| -> Vec<String> {
            let all = each(rights, on).into_iter();
            all.map(|Right { kind, name, object, column }| {
                format!("{kind} {name} {object} {}", column.unwrap_or("-"))
            })
            .collect()
        };
        assert_eq!(
            words("SELECT, UPDATE (a, b), DELETE", "one, two")[..4],
            [
                "table SELECT one -",
                "column UPDATE one a",
                "column UPDATE one b",
                "table DELETE one -"
            ]
        );
        assert_eq!(words("SELECT", "one, two").len(), 2);
        assert_eq!(
            words("EXECUTE", "FUNCTION f(a, b), g(c)"),
            ["function EXECUTE f(a, b) -", "function EXECUTE g(c) -"]
        );
        assert_eq!(words("USAGE", "SEQUENCE s"), ["sequence USAGE s -"]);
    }
}
