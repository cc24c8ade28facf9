//! Messages that a business rule refused.

use domain::refusal::Reason;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// A refused message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefusal<'a> {
    /// The message.
    pub id: Uuid,
    /// Its type without `leadmill.`.
    pub ty: &'a str,
    /// Who sent it.
    pub source: &'a str,
    /// From outside: the sender is answered.
    pub outside: bool,
    pub reason: &'a Reason,
    /// How often it was asked by now, from 1.
    pub attempt: u32,
    /// Not to be asked again.
    pub last: bool,
    pub correlation: Uuid,
    pub cause: Option<Uuid>,
}

/// Records refusals.
pub async fn insert(
    conn: &mut Connection,
    worker: &str,
    batch: Uuid,
    refusals: &[NewRefusal<'_>],
) -> Result<()> {
    if refusals.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = refusals.iter().map(|one| one.id).collect();
    let types: Vec<_> = refusals.iter().map(|one| one.ty).collect();
    let sources: Vec<_> = refusals.iter().map(|one| one.source).collect();
    let outside: Vec<_> = refusals.iter().map(|one| one.outside).collect();
    let subject_kinds: Vec<_> = refusals.iter().map(|one| one.reason.subject.name()).collect();
    let named: Vec<_> = refusals.iter().map(|one| one.reason.named.as_str()).collect();
    let rules: Vec<_> = refusals.iter().map(|one| one.reason.rule).collect();
    let found: Vec<_> = refusals.iter().map(|one| one.reason.found.as_str()).collect();
    let messages: Vec<_> = refusals.iter().map(|one| one.reason.message.as_str()).collect();
    let attempts: Vec<_> =
        refusals.iter().map(|one| i32::try_from(one.attempt).unwrap_or(i32::MAX)).collect();
    let finals: Vec<_> = refusals.iter().map(|one| one.last).collect();
    let correlations: Vec<_> = refusals.iter().map(|one| one.correlation).collect();
    let causes: Vec<_> = refusals.iter().map(|one| one.cause).collect();
    let insert = sqlx::query!(
        "INSERT INTO refusal (worker, batch, id, type, source, outside, subject_kind, named, rule,
                              found, message, attempt, final, correlation, cause)
         SELECT $1, $2, u.* FROM unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[],
             $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::integer[],
             $13::boolean[], $14::uuid[], $15::uuid[]) AS u",
        worker,
        batch,
        &ids,
        &types as &[&str],
        &sources as &[&str],
        &outside,
        &subject_kinds as &[&str],
        &named as &[&str],
        &rules as &[&str],
        &found as &[&str],
        &messages as &[&str],
        &attempts,
        &finals,
        &correlations,
        &causes as &[Option<Uuid>]
    );
    insert.execute(conn).await?;
    Ok(())
}
