//! The raw bytes of inputs, and the lists in workbooks among them, in pieces that PostgreSQL handles well.

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::ids::InputId;
use futures_util::TryStreamExt as _;
use uuid::Uuid;

use crate::store::{Connection, Fault, Result};

/// The size of a piece; the table checks it too.
pub const CHUNK_BYTES: usize = 256 * 1024;
/// From so many bytes on, a statement takes no further pieces, so that no batch of large files
/// becomes one message to the server.
const STATEMENT_BYTES: usize = 4 * 1024 * 1024;

/// Which bytes of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunks {
    /// As they came.
    Raw,
    /// The list in a workbook, as text: what is read in place of the bytes that came.
    Opened,
}

/// Stores the bytes of inputs; of one whose bytes are not to be kept, a piece without any. What is stored already
/// stays: an input that was given back comes again with the same bytes. An empty input has one empty piece.
pub async fn store(
    conn: &mut Connection,
    chunks: Chunks,
    inputs: &[(InputId, Option<&[u8]>)],
) -> Result<()> {
    let (mut ids, mut ns, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    let mut held = 0;
    for (input, bytes) in inputs {
        let whole = bytes.unwrap_or_default();
        let first = whole.is_empty().then_some(*bytes);
        let further = whole.chunks(CHUNK_BYTES).map(Some);
        for (n, piece) in (0_i32..).zip(first.into_iter().chain(further)) {
            ids.push(input.0);
            ns.push(n);
            pieces.push(piece);
            held += piece.map_or(0, <[u8]>::len);
            if held >= STATEMENT_BYTES {
                insert(conn, chunks, &ids, &ns, &pieces).await?;
                ids.clear();
                ns.clear();
                pieces.clear();
                held = 0;
            }
        }
    }
    if pieces.is_empty() { Ok(()) } else { insert(conn, chunks, &ids, &ns, &pieces).await }
}

async fn insert(
    conn: &mut Connection,
    chunks: Chunks,
    ids: &[Uuid],
    ns: &[i32],
    pieces: &[Option<&[u8]>],
) -> Result<()> {
    match chunks {
        Chunks::Raw => {
            let insert = sqlx::query!(
                "INSERT INTO input_chunk (input, n, bytes)
                 SELECT * FROM unnest($1::uuid[], $2::integer[], $3::bytea[])
                 ON CONFLICT DO NOTHING",
                ids,
                ns,
                pieces as &[Option<&[u8]>]
            );
            insert.execute(conn).await?;
        }
        Chunks::Opened => {
            let insert = sqlx::query!(
                "INSERT INTO opened_chunk (input, n, bytes)
                 SELECT * FROM unnest($1::uuid[], $2::integer[], $3::bytea[])
                 ON CONFLICT DO NOTHING",
                ids,
                ns,
                pieces as &[Option<&[u8]>]
            );
            insert.execute(conn).await?;
        }
    }
    Ok(())
}

/// The bytes that inputs are read by: of a workbook that was opened its text, else what came. One whose bytes were
/// never stored, or were erased, is missing.
///
/// # Errors
/// [`Fault::Ours`] where a piece in the middle is missing.
pub async fn load(conn: &mut Connection, inputs: &[InputId]) -> Result<BTreeMap<InputId, Bytes>> {
    let ids: Vec<Uuid> = inputs.iter().map(|input| input.0).collect();
    let rows = sqlx::query!(
        r#"SELECT input AS "input!", n AS "n!", bytes FROM opened_chunk WHERE input = ANY($1)
           UNION ALL
           SELECT input, n, bytes FROM input_chunk AS c WHERE input = ANY($1)
             AND NOT EXISTS (SELECT FROM opened_chunk AS o WHERE o.input = c.input)
           ORDER BY 1, 2"#,
        &ids
    );
    // Row by row, so that what is large is not in memory twice.
    let mut rows = rows.fetch(conn);
    let mut whole: BTreeMap<InputId, Option<(i32, Vec<u8>)>> = BTreeMap::new();
    while let Some(row) = rows.try_next().await? {
        let input = InputId(row.input);
        let so_far = whole.entry(input).or_insert_with(|| Some((0, Vec::new())));
        let (Some((n, joined)), Some(piece)) = (so_far.as_mut(), row.bytes) else {
            *so_far = None;
            continue;
        };
        if *n != row.n {
            return Err(Fault::ours(format!(
                "The raw bytes of input {input} lack piece {n}; restore input_chunk and opened_chunk from a backup."
            )));
        }
        *n += 1;
        joined.extend_from_slice(&piece);
    }
    let whole = whole.into_iter().filter_map(|(input, bytes)| Some((input, bytes?.1.into())));
    Ok(whole.collect())
}
