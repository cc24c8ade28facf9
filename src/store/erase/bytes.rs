//! Rows of files without the person: their bytes are overwritten by blanks, of the same length, so that all other rows
//! stay where they are. Where a row is not found in the bytes, as in a workbook, all bytes of the file go.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// What stands between cells and rows stays: the file still has as many of both.
const STRUCTURE: &[u8] = b",;\t|\"\r\n";
/// Whoever has less in common may be somebody else.
const TELLING_CHARS_MIN: usize = 6;

/// Blanks these rows of collections, each as it came. How many pieces of which table changed.
pub(super) async fn rows(
    conn: &mut Connection,
    rows: &[(Uuid, Value)],
) -> Result<[(&'static str, u64); 2]> {
    let mut of_files: BTreeMap<Uuid, Vec<&Value>> = BTreeMap::new();
    for (file, row) in rows {
        of_files.entry(*file).or_default().push(row);
    }
    let (mut opened, mut raw) = (0, 0);
    for (file, rows) in of_files {
        let find = |bytes: &[u8]| {
            let places = rows.iter().map(|row| places(bytes, row));
            Some(places.collect::<Option<Vec<_>>>()?.concat())
        };
        let list = File::load(&mut *conn, "opened_chunk", file).await?;
        let sheet = !list.pieces.is_empty();
        opened += list.blank(&mut *conn, find).await?;
        let whole = File::load(&mut *conn, "input_chunk", file).await?;
        raw += whole.blank(&mut *conn, |bytes| if sheet { None } else { find(bytes) }).await?;
    }
    Ok([("opened_chunk", opened), ("input_chunk", raw)])
}

/// Blanks all rows of a collection that hold one of these texts, which are in small letters.
pub(super) async fn holding(conn: &mut Connection, file: Uuid, needles: &[String]) -> Result<u64> {
    let find = |bytes: &[u8]| {
        let holds = |row: &Range<usize>| {
            let row = bytes[row.clone()].to_ascii_lowercase();
            needles.iter().any(|needle| at(&row, needle.as_bytes()).is_some())
        };
        Some(records(bytes).into_iter().filter(holds).collect())
    };
    let opened = File::load(&mut *conn, "opened_chunk", file).await?.blank(&mut *conn, find);
    let opened = opened.await?;
    let raw = File::load(&mut *conn, "input_chunk", file).await?;
    Ok(opened + raw.blank(conn, find).await?)
}

/// The stored bytes of a file.
struct File {
    table: &'static str,
    input: Uuid,
    pieces: Vec<(i32, Vec<u8>)>,
}

impl File {
    async fn load(conn: &mut Connection, table: &'static str, input: Uuid) -> Result<Self> {
        let sql = format!(
            "SELECT n, bytes FROM {table} WHERE input = $1 AND bytes IS NOT NULL ORDER BY n"
        );
        let pieces = sqlx::query_as(AssertSqlSafe(sql)).bind(input).fetch_all(conn).await?;
        Ok(Self { table, input, pieces })
    }

    /// Blanks what `find` finds; where it finds nothing, everything goes. How many pieces changed.
    async fn blank(
        self,
        conn: &mut Connection,
        find: impl Fn(&[u8]) -> Option<Vec<Range<usize>>>,
    ) -> Result<u64> {
        let Self { table, input, pieces } = self;
        let mut whole: Vec<u8> = Vec::new();
        pieces.iter().for_each(|(_, piece)| whole.extend_from_slice(piece));
        let Some(places) = find(&whole) else {
            let sql =
                format!("UPDATE {table} SET bytes = NULL WHERE input = $1 AND bytes IS NOT NULL");
            let gone = sqlx::query(AssertSqlSafe(sql)).bind(input).execute(conn).await?;
            return Ok(gone.rows_affected());
        };
        for place in places {
            let content = whole[place].iter_mut().filter(|byte| !STRUCTURE.contains(byte));
            content.for_each(|byte| *byte = b' ');
        }
        let (mut changed, mut from) = (0, 0);
        for (n, piece) in pieces {
            let now = &whole[from..from + piece.len()];
            from += piece.len();
            if now == piece {
                continue;
            }
            let sql = format!("UPDATE {table} SET bytes = $3 WHERE input = $1 AND n = $2");
            let write = sqlx::query(AssertSqlSafe(sql)).bind(input).bind(n).bind(now);
            changed += write.execute(&mut *conn).await?.rows_affected();
        }
        Ok(changed)
    }
}

/// Where a row stands, by what was read of it: all of its cells stand there, and one of them tells who it is. `None`
/// where that is not certain.
fn places(bytes: &[u8], row: &Value) -> Option<Vec<Range<usize>>> {
    if let Value::String(card) = row {
        let lines = card.replace('\n', "\r\n");
        let texts = [card.as_bytes(), lines.as_bytes()].into_iter();
        let mut found = texts.filter_map(|text| Some((at(bytes, text)?, text.len())));
        let place = found.next().map(|(from, length)| from..from + length)?;
        return Some(std::iter::once(place).collect());
    }
    let mut cells = Vec::new();
    texts(row, &mut cells);
    // What another encoding or quoting would write otherwise says nothing.
    let plain = |cell: &&str| cell.is_ascii() && !cell.contains(['"', '\n', '\r']);
    let cells: Vec<_> = cells.into_iter().filter(plain).collect();
    let tells = |cell: &&str| {
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        cell.contains('@') || digits >= TELLING_CHARS_MIN
    };
    let has = |row: &Range<usize>| {
        let row = &bytes[row.clone()];
        cells.iter().all(|cell| at(row, cell.as_bytes()).is_some())
    };
    let found: Vec<_> = records(bytes).into_iter().filter(has).collect();
    let certain = !cells.is_empty() && (cells.iter().any(tells) || found.len() == 1);
    (certain && !found.is_empty()).then_some(found)
}

/// All texts in a value.
fn texts<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if !text.trim().is_empty() => into.push(text.trim()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, into)),
        _ => {}
    }
}

/// The rows of a list: a line end within quotation marks ends none.
fn records(bytes: &[u8]) -> Vec<Range<usize>> {
    let (mut records, mut from, mut quoted) = (Vec::new(), 0, false);
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                records.push(from..place);
                from = place + 1;
            }
            _ => {}
        }
    }
    records.push(from..bytes.len());
    records
}

/// Where a text begins.
fn at(bytes: &[u8], text: &[u8]) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    bytes.windows(text.len()).position(|window| window == text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIST: &[u8] =
        b"Name,E-Mail,Note\nRuiz,ana@x.example,\"two\nlines\"\nKurz,bo@x.example,one\nRuiz,,\n";

    #[test]
    fn f119_a_row_is_found_by_all_of_its_cells_also_over_two_lines() {
        let row = json!({ "Name": "Ruiz", "E-Mail": "ana@x.example", "Note": "two\nlines" });
        let found = places(LIST, &row).expect("it stands there");
        assert_eq!(found.len(), 1);
        assert!(
            LIST[found[0].clone()].starts_with(b"Ruiz,ana")
                && LIST[found[0].clone()].ends_with(b"lines\"")
        );
    }

    #[test]
    fn f119_a_row_that_two_may_be_and_one_that_is_not_there_are_not_guessed() {
        assert_eq!(places(LIST, &json!({ "Name": "Ruiz" })), None, "two have that name");
        assert_eq!(places(LIST, &json!({ "E-Mail": "else@x.example" })), None);
        assert_eq!(places(LIST, &json!({ "Name": "Müller" })), None, "it may be written otherwise");
        assert_eq!(places(LIST, &json!({ "Name": "Kurz" })).map(|found| found.len()), Some(1));
    }

    #[test]
    fn f119_a_card_is_found_whole_whatever_its_line_ends_are() {
        let file = b"BEGIN:VCARD\r\nFN:Ana\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Bo\r\nEND:VCARD\r\n";
        let found = places(file, &json!("BEGIN:VCARD\nFN:Ana\nEND:VCARD"));
        let length = "BEGIN:VCARD\r\nFN:Ana\r\nEND:VCARD".len();
        assert_eq!(found.unwrap_or_default().first(), Some(&(0..length)));
    }
}
