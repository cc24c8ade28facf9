//! The log without a person, and what it tells then.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::answers;
use domain::blank::Blank;
use domain::commands::{COMMANDS, InputRow};
use domain::events::EVENTS;
use domain::history::Told;
use domain::message::{Message, MessageType, SubjectKind};
use domain::world::World;
use futures_util::TryStreamExt;
use serde_json::Value;
use uuid::Uuid;

use super::scope::Scope;
use crate::store::{Connection, Fault, Result};

/// What was blanked.
#[derive(Default)]
pub(super) struct Blanked {
    pub(super) events: u64,
    /// Their ids.
    pub(super) ids: Vec<Uuid>,
    /// The messages that led to what was blanked.
    pub(super) causes: BTreeSet<Uuid>,
    /// The rows of collections: the collection, and the row as it came.
    pub(super) rows: Vec<(Uuid, Value)>,
}

struct Entry {
    id: Uuid,
    ty: String,
    subject: Uuid,
    cause: Uuid,
    data: String,
}

/// Takes the person out of all that was said of their records. Ids, order and all that is not personal stay.
pub(super) async fn blank(conn: &mut Connection, scope: &Scope) -> Result<Blanked> {
    let theirs: Vec<_> = scope.ids().into_iter().chain(scope.accounts.iter().copied()).collect();
    let messages: Vec<_> = scope.inputs.iter().chain(&scope.added).copied().collect();
    let rows = sqlx::query_as!(
        Entry,
        r#"SELECT id AS "id!", type AS "ty!", subject AS "subject!", cause AS "cause!", data::text AS "data!"
           FROM event WHERE subject = ANY($1) OR id = ANY($2)"#,
        &theirs,
        &messages
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    blank_these(conn, scope, rows).await
}

/// Takes the person out of answers that name them, whatever they are about.
pub(super) async fn blank_answers(conn: &mut Connection, answers: &[Uuid]) -> Result<u64> {
    let rows = sqlx::query_as!(
        Entry,
        r#"SELECT id AS "id!", type AS "ty!", subject AS "subject!", cause AS "cause!", data::text AS "data!"
           FROM event WHERE id = ANY($1)"#,
        answers
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    Ok(blank_these(conn, &Scope::default(), rows).await?.events)
}

/// Takes the keys out of the request itself.
pub(super) async fn blank_request(conn: &mut Connection, erasure: Uuid) -> Result<Vec<Uuid>> {
    let rows = sqlx::query_as!(
        Entry,
        r#"SELECT id AS "id!", type AS "ty!", subject AS "subject!", cause AS "cause!", data::text AS "data!"
           FROM event WHERE subject = $1 AND type = 'erasure.requested.v1'"#,
        erasure
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    Ok(blank_these(conn, &Scope::default(), rows).await?.causes.into_iter().collect())
}

async fn blank_these(conn: &mut Connection, scope: &Scope, rows: Vec<Entry>) -> Result<Blanked> {
    let (mut blanked, mut blank) = (Blanked::default(), Blank::default());
    let (mut ids, mut texts) = (Vec::new(), Vec::new());
    for Entry { id, ty, subject, cause, data } in rows {
        let ty = named(&ty).ok_or_else(|| unreadable(id, &ty))?;
        if ty.about == SubjectKind::Invoice {
            continue;
        }
        if ty == InputRow::TYPE
            && let Ok(mut row) = serde_json::from_str::<Value>(&data)
            && let Some(original) = row.pointer_mut("/part/original")
        {
            blanked.rows.push((subject, original.take()));
        }
        let without = blank.data(ty, &data, &scope.whose(subject));
        let without = without.ok_or_else(|| unreadable(id, ty.name))?;
        if ty.about != SubjectKind::Account {
            blanked.causes.insert(cause);
        }
        if !same(&data, &without) {
            ids.push(id);
            texts.push(without);
        }
    }
    let write = sqlx::query!(
        "UPDATE event AS e SET data = u.data::json
         FROM unnest($1::uuid[], $2::text[]) AS u (id, data) WHERE e.id = u.id",
        &ids,
        &texts
    );
    blanked.events = write.execute(conn).await?.rows_affected();
    blanked.ids = ids;
    Ok(blanked)
}

fn same(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    read(one) == read(other)
}

/// The declared type of that name, answers among them.
fn named(name: &str) -> Option<&'static MessageType> {
    let said = EVENTS.iter().chain(COMMANDS).copied();
    let answers = SubjectKind::ALL.into_iter();
    let answers = answers.flat_map(|kind| [answers::refused(kind), answers::already(kind)]);
    said.chain(answers).find(|ty| ty.name == name)
}

fn unreadable(id: Uuid, ty: &str) -> Fault {
    Fault::ours(format!(
        "The message {id} (`{ty}`) cannot be read, so nobody can be taken out of it. Run the newer leadmill that wrote \
         it."
    ))
}

struct Spoken {
    id: Uuid,
    at: DateTime<Utc>,
    ty: String,
    sequence: i64,
    data: String,
}

/// What the log tells now of all that the person had to do with: their records without them, and whom their keys name
/// beside them, for which the records of others are told too.
pub(super) async fn tell(conn: &mut Connection, scope: &Scope, others: Vec<Uuid>) -> Result<World> {
    let mut subjects = scope.touched();
    subjects.extend(others);
    let rows = sqlx::query_as!(
        Spoken,
        r#"SELECT id AS "id!", at AS "at!", type AS "ty!", sequence AS "sequence!", data::text AS "data!"
           FROM event WHERE subject = ANY($1) AND sequence IS NOT NULL ORDER BY position"#,
        &subjects
    );
    let mut world = World { discovering: true, ..World::default() };
    let mut rows = rows.fetch(conn);
    while let Some(Spoken { id, at, ty, sequence, data }) = rows.try_next().await? {
        let event = Told::read(&ty, &data).ok().flatten().ok_or_else(|| unreadable(id, &ty))?;
        let told = event.replay(&mut world, at, sequence);
        told.map_err(|gap| Fault::ours(format!("The event {id} (`{ty}`) cannot be told: {gap}")))?;
    }
    Ok(world)
}
