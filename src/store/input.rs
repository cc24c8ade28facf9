//! Raw inputs and their verdicts; the bytes themselves are in [`chunk`](super::chunk).

use domain::enquiry::Enquiry;
use domain::ids::{Id, InputId};
use domain::input::{Input, Verdict};
use domain::lifecycle::Lifecycle;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, signed, unsigned, uuids, word};
use crate::store::save::{Change, SaveError, all_touched, parted};

/// Locks the inputs, ascending. One that was not judged yet has no row.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, ids: &[InputId]) -> Result<Vec<Input>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id, sequence, channel, collection, part, reason,
                  enquiry AS "enquiry: Json<Enquiry>", verdict, lead, next_part, done
           FROM input WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        &uuids(ids)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let lead = || given("input.lead", row.lead).map(Into::into);
            let verdict = match row.verdict.as_str() {
                "received" => Verdict::Received,
                "created" => Verdict::Created { lead: lead()? },
                "merged" => Verdict::Merged { lead: lead()? },
                "held" => Verdict::Held,
                "rejected" => Verdict::Rejected,
                "split" => Verdict::Split {
                    next: unsigned("input.next_part", given("input.next_part", row.next_part)?)?,
                    done: given("input.done", row.done)?,
                },
                other => return Err(corrupt("input.verdict", &other)),
            };
            let part_of = match (row.collection, row.part) {
                (Some(id), Some(part)) => Some((id.into(), unsigned("input.part", part)?)),
                _ => None,
            };
            Ok(Input {
                id: row.id.into(),
                sequence: row.sequence,
                channel: meant("input.channel", &row.channel)?,
                part_of,
                reason: row.reason,
                enquiry: row.enquiry.map(|Json(enquiry)| enquiry),
                verdict,
            })
        })
        .collect()
}

/// Inserts new inputs and saves new verdicts.
///
/// # Errors
/// [`SaveError::Version`] where an input changed since it was read, else those of the database.
pub async fn save(conn: &mut PgConnection, changes: &[Change<'_, Input>]) -> Result<(), SaveError> {
    let (new, kept) = parted(changes);
    if !new.is_empty() {
        insert(conn, &new).await?;
    }
    if !kept.is_empty() {
        update(conn, &kept).await?;
    }
    Ok(())
}

async fn insert(conn: &mut PgConnection, new: &[&Input]) -> Result<(), SaveError> {
    let columns = Columns::of(new.iter().copied())?;
    let channels: Vec<_> = new.iter().map(|input| word(input.channel)).collect();
    let collections: Vec<_> =
        new.iter().map(|input| input.part_of.map(|(id, _)| id.uuid())).collect();
    let parts: Vec<_> = new
        .iter()
        .map(|input| input.part_of.map(|(_, part)| signed(part)).transpose())
        .collect::<Result<_, _>>()?;
    sqlx::query!(
        "INSERT INTO input (id, sequence, channel, collection, part, reason, enquiry, verdict,
                            lead, next_part, done)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::bigint[],
                              $6::text[], $7::jsonb[], $8::text[], $9::uuid[], $10::bigint[],
                              $11::boolean[])",
        &columns.ids,
        &columns.sequences,
        &channels,
        &collections as &[Option<Uuid>],
        &parts as &[Option<i64>],
        &columns.reasons as &[&str],
        &columns.enquiries as &[Option<Json<&Enquiry>>],
        &columns.verdicts as &[&str],
        &columns.leads as &[Option<Uuid>],
        &columns.next_parts as &[Option<i64>],
        &columns.dones as &[Option<bool>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(conn: &mut PgConnection, kept: &[(&Input, &Input)]) -> Result<(), SaveError> {
    for (was, now) in kept {
        if (was.channel, was.part_of) != (now.channel, now.part_of) {
            let what = "its channel or collection";
            return Err(SaveError::Frozen { table: "input", id: now.id.uuid(), what });
        }
    }
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = Columns::of(kept.iter().map(|(_, now)| *now))?;
    let done = sqlx::query!(
        "UPDATE input AS i
         SET sequence = u.sequence, reason = u.reason, enquiry = u.enquiry, verdict = u.verdict,
             lead = u.lead, next_part = u.next_part, done = u.done, modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::jsonb[], $6::text[],
                     $7::uuid[], $8::bigint[], $9::boolean[])
              AS u(id, version, sequence, reason, enquiry, verdict, lead, next_part, done)
         WHERE i.id = u.id AND i.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.reasons as &[&str],
        &columns.enquiries as &[Option<Json<&Enquiry>>],
        &columns.verdicts as &[&str],
        &columns.leads as &[Option<Uuid>],
        &columns.next_parts as &[Option<i64>],
        &columns.dones as &[Option<bool>],
    )
    .execute(conn)
    .await?;
    all_touched("input", kept.len(), &done)
}

/// What both statements write, by column.
#[derive(Default)]
struct Columns<'i> {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    reasons: Vec<&'i str>,
    enquiries: Vec<Option<Json<&'i Enquiry>>>,
    verdicts: Vec<&'static str>,
    leads: Vec<Option<Uuid>>,
    next_parts: Vec<Option<i64>>,
    dones: Vec<Option<bool>>,
}

impl<'i> Columns<'i> {
    fn of(inputs: impl Iterator<Item = &'i Input>) -> Result<Self, sqlx::Error> {
        let mut columns = Self::default();
        for input in inputs {
            let (lead, next, done) = match &input.verdict {
                Verdict::Created { lead } | Verdict::Merged { lead } => {
                    (Some(lead.uuid()), None, None)
                }
                Verdict::Split { next, done } => (None, Some(signed(*next)?), Some(*done)),
                Verdict::Received | Verdict::Held | Verdict::Rejected => (None, None, None),
            };
            columns.ids.push(input.id.uuid());
            columns.sequences.push(input.sequence);
            columns.reasons.push(&input.reason);
            columns.enquiries.push(input.enquiry.as_ref().map(Json));
            columns.verdicts.push(Input::state_name(&input.verdict));
            columns.leads.push(lead);
            columns.next_parts.push(next);
            columns.dones.push(done);
        }
        Ok(columns)
    }
}
