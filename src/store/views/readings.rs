//! What was read of inputs when they came, and since.

use domain::enquiry::PartReading;
use domain::events::{InputHeld, InputRejected, InputReread, LeadCaptured, LeadEnquiryAdded};
use domain::input::HoldReason;
use domain::message::Message;
use serde_json::Value;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// An input that came from outside, with its reading.
#[derive(Clone, Debug)]
pub struct Read {
    pub id: Uuid,
    pub channel: String,
    pub content_type: Option<String>,
    /// The headers of its message.
    pub headers: Option<Value>,
    /// What is stored to be read of it is the list in a workbook.
    pub sheet: bool,
    /// Pieces of its bytes as they came; none where they are not kept.
    pub pieces: i64,
    /// It is a collection: its parts were read.
    pub split: bool,
    pub before: Before,
}

/// A part of a collection, with its reading.
#[derive(Clone, Debug)]
pub struct ReadPart {
    pub id: Uuid,
    pub number: u64,
    pub before: Before,
}

/// The newest reading of an input.
#[derive(Clone, Debug)]
pub struct Before {
    /// The event or command that tells it.
    pub said: Option<Uuid>,
    /// `None` where it is not known any more.
    pub reading: Option<PartReading>,
}

impl Before {
    fn told(said: Option<Uuid>, message: Option<(String, Value)>) -> Self {
        Self { said, reading: message.and_then(reading) }
    }
}

/// Inputs from outside after this one, in the order in which they came.
pub async fn inputs(
    conn: &mut Connection,
    after: Uuid,
    channel: Option<&str>,
    limit: i64,
) -> Result<Vec<Read>> {
    let rows = sqlx::query!(
        r#"SELECT i.id AS "id!", i.channel AS "channel!", i.verdict AS "verdict!", r.content_type AS "content_type?",
                  r.headers AS "headers?", e.id AS "said?", e.type AS "ty?", e.data AS "data?: Value",
                  (SELECT count(bytes) FROM input_chunk WHERE input = i.id) AS "pieces!",
                  EXISTS (SELECT FROM opened_chunk WHERE input = i.id) AS "opened!",
                  EXISTS (SELECT FROM event WHERE subject = i.id AND type = 'import.continue.v1'
                            AND data ->> 'sheet' = 'true') AS "sheet!"
           FROM (SELECT * FROM input WHERE id > $1 AND collection IS NULL AND ($2::text IS NULL OR channel = $2)
                 ORDER BY id LIMIT $3) AS i
           LEFT JOIN received AS r ON r.id = i.id
           LEFT JOIN LATERAL (
               SELECT id, type, data FROM event
               WHERE (cause = i.id AND type IN ('lead.captured.v1', 'lead.enquiry_added.v1', 'input.held.v1', 'input.rejected.v1'))
                  OR (subject = i.id AND type = 'input.reread.v1')
               ORDER BY id DESC LIMIT 1) AS e ON true
           ORDER BY i.id"#,
        after,
        channel,
        limit
    );
    let rows = rows.fetch_all(conn).await?;
    let read = rows.into_iter().map(|row| Read {
        id: row.id,
        channel: row.channel,
        content_type: row.content_type,
        headers: row.headers,
        // A text beside what came is that of a workbook; in its place it may be any list.
        sheet: row.opened && (row.pieces > 0 || row.sheet),
        pieces: row.pieces,
        split: row.verdict == "split",
        before: Before::told(row.said, row.ty.zip(row.data)),
    });
    Ok(read.collect())
}

/// Parts of a collection from this number on, in their order.
pub async fn parts(
    conn: &mut Connection,
    collection: Uuid,
    from: i64,
    limit: i64,
) -> Result<Vec<ReadPart>> {
    let rows = sqlx::query!(
        r#"SELECT i.id AS "id!", i.part AS "part!", e.id AS "said?", e.type AS "ty?", e.data AS "data?: Value"
           FROM (SELECT id, part FROM input WHERE collection = $1 AND part >= $2 ORDER BY part LIMIT $3) AS i
           LEFT JOIN LATERAL (
               SELECT id, type, data FROM event
               WHERE (id = i.id AND type = 'input.row.v1') OR (subject = i.id AND type = 'input.reread.v1')
               ORDER BY id DESC LIMIT 1) AS e ON true
           ORDER BY i.part"#,
        collection,
        from,
        limit
    );
    let rows = rows.fetch_all(conn).await?;
    let parts = rows.into_iter().map(|row| ReadPart {
        id: row.id,
        number: u64::try_from(row.part).unwrap_or(0),
        before: Before::told(row.said, row.ty.zip(row.data)),
    });
    Ok(parts.collect())
}

/// The reading that a message tells.
fn reading((ty, data): (String, Value)) -> Option<PartReading> {
    use serde_json::from_value;
    let is = |known: &domain::message::MessageType| ty == *known.name;
    if is(InputReread::TYPE) {
        from_value(data).ok().map(|event: InputReread| event.reading)
    } else if is(domain::commands::InputRow::TYPE) {
        from_value(data).ok().map(|row: domain::commands::InputRow| row.part.reading)
    } else if is(LeadCaptured::TYPE) {
        let event: LeadCaptured = from_value(data).ok()?;
        Some(PartReading::Enquiry(Box::new(event.enquiry)))
    } else if is(LeadEnquiryAdded::TYPE) {
        let event: LeadEnquiryAdded = from_value(data).ok()?;
        Some(PartReading::Enquiry(Box::new(event.enquiry)))
    } else if is(InputRejected::TYPE) {
        let InputRejected { kind, reason, .. } = from_value(data).ok()?;
        Some(PartReading::NoLead { kind: kind?, reason })
    } else {
        let InputHeld { hold_reason, reason, enquiry, .. } = from_value(data).ok()?;
        match (hold_reason, enquiry) {
            // It was read well: who it is was not clear.
            (HoldReason::TwoParties | HoldReason::Duplicate, Some(enquiry)) => {
                Some(PartReading::Enquiry(enquiry))
            }
            (_, enquiry) => Some(PartReading::Unclear { reason, enquiry }),
        }
    }
}
