//! Messages that a business rule refused.

use domain::refusal::Reason;
use uuid::Uuid;

use crate::store::column::bulk;
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
    let insert = bulk!(
        "INSERT INTO refusal (worker, batch, id, type, source, outside, subject_kind, named, rule,
                              found, message, attempt, final, correlation, cause)
         SELECT $1, $2, u.* FROM unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[],
             $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::integer[],
             $13::boolean[], $14::uuid[], $15::uuid[]) AS u",
        [worker, batch],
        refusals.iter(),
        |one| {
            one.id => Uuid,
            one.ty => &str,
            one.source => &str,
            one.outside => bool,
            one.reason.subject.name() => &str,
            one.reason.named.as_str() => &str,
            one.reason.rule => &str,
            one.reason.found.as_str() => &str,
            one.reason.message.as_str() => &str,
            i32::try_from(one.attempt).unwrap_or(i32::MAX) => i32,
            one.last => bool,
            one.correlation => Uuid,
            one.cause => Option<Uuid>,
        }
    );
    insert.execute(conn).await?;
    Ok(())
}
