//! Cells as text, and rows as records of CSV.

use std::io::Write;

use calamine::{CellErrorType, ExcelDateTime};

use crate::gate::refusal;
use crate::sheet::{COLUMNS_MAX, ROWS_MAX};

/// Longest row, in bytes of its texts.
const ROW_BYTES_MAX: usize = 1024 * 1024;

/// What a cell holds, whatever reader it came from.
pub(crate) enum Content<'c> {
    Empty,
    Text(&'c str),
    Int(i64),
    Number(f64),
    Truth(bool),
    Moment(ExcelDateTime),
    Error(&'c CellErrorType),
}

/// Writes the rows of a sheet as records, one after the other.
pub(crate) struct Rows<'o> {
    out: &'o mut dyn Write,
    /// How many bytes may still come.
    room: u64,
    /// The row that is being filled; from 0.
    row: u32,
    cells: Vec<String>,
    /// The cells of the row that are filled.
    filled: usize,
    /// The bytes of their texts.
    row_bytes: usize,
    record: String,
    empty: bool,
}

impl<'o> Rows<'o> {
    pub(crate) fn new(out: &'o mut dyn Write, room: u64) -> Self {
        let (cells, record) = (Vec::new(), String::new());
        Self { out, room, row: 0, cells, filled: 0, row_bytes: 0, record, empty: true }
    }

    /// Takes the next cell; rows come in order, what stands twice counts as it stands last.
    ///
    /// # Errors
    /// A finished sentence: it is no list.
    pub(crate) fn cell(
        &mut self,
        row: u32,
        column: u32,
        content: &Content<'_>,
    ) -> Result<(), String> {
        let text = written(content);
        if text.trim().is_empty() {
            return Ok(());
        }
        let at = usize::try_from(column).unwrap_or(usize::MAX);
        if at >= COLUMNS_MAX {
            return Err(refusal(&format!(
                "has something in row {} beyond column {COLUMNS_MAX}",
                u64::from(row) + 1
            )));
        }
        if row < self.row || row >= ROWS_MAX {
            return Err(refusal("has rows that are not in order"));
        }
        while self.row < row {
            self.end_row()?;
        }
        self.row_bytes += text.len();
        if self.row_bytes > ROW_BYTES_MAX {
            return Err(refusal(&format!("has more than 1 MiB of text in row {}", row + 1)));
        }
        if self.cells.len() <= at {
            self.cells.resize(at + 1, String::new());
        }
        self.cells[at] = text;
        self.filled = self.filled.max(at + 1);
        self.empty = false;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), String> {
        self.record.clear();
        for (at, cell) in self.cells[..self.filled].iter_mut().enumerate() {
            if at > 0 {
                self.record.push(',');
            }
            put(cell, &mut self.record);
            cell.clear();
        }
        self.record.push('\n');
        (self.filled, self.row_bytes, self.row) = (0, 0, self.row + 1);
        let Some(room) = self.room.checked_sub(self.record.len() as u64) else {
            return Err(too_much());
        };
        self.room = room;
        self.out.write_all(self.record.as_bytes()).map_err(|why| format!("{why}."))
    }

    /// Ends the last row.
    pub(crate) fn end(mut self) -> Result<(), String> {
        if self.empty {
            return Err("The first sheet of the workbook that is not hidden is empty; put the list there and send it \
                 again."
                .to_owned());
        }
        self.end_row()
    }
}

/// The sheet is more than one message takes.
fn too_much() -> String {
    "The sheet has more text than one message takes (16 MiB); send the file with `leadmill send import`, which \
     cuts it into parts, or as several lists."
        .to_owned()
}

fn put(cell: &str, record: &mut String) {
    let plain = !cell.contains(['"', ',', '\n', '\r']) && cell.trim().len() == cell.len();
    if plain {
        record.push_str(cell);
        return;
    }
    record.push('"');
    for piece in cell.split_inclusive('"') {
        record.push_str(piece);
        if piece.ends_with('"') {
            record.push('"');
        }
    }
    record.push('"');
}

fn written(content: &Content<'_>) -> String {
    match content {
        Content::Empty => String::new(),
        Content::Text(text) => text.replace('\0', " "),
        Content::Int(number) => number.to_string(),
        Content::Number(number) => self::number(*number),
        Content::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        Content::Moment(moment) => self::moment(moment),
        Content::Error(error) => error.to_string(),
    }
}

/// A number with the 15 digits that spreadsheets keep, whole ones without a mark. Three digits after the mark
/// get a fourth, so that nobody takes the mark for one of thousands.
fn number(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    let mut text = rounded.to_string();
    if text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3) {
        text.push('0');
    }
    text
}

/// A day, a moment or a time of day as ISO 8601 writes it.
fn moment(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let date = format!("{year:04}-{month:02}-{day:02}");
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&serial) {
        number(serial)
    } else if serial < 1.0 {
        time
    } else if time == "00:00:00" {
        date
    } else {
        format!("{date}T{time}")
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn f17_numbers_and_dates_have_one_reading() {
        for (value, expected) in [
            (34_612_345_678.0, "34612345678"),
            (0.1 + 0.2, "0.3"),
            (1.234, "1.2340"),
            (-1234.5, "-1234.5"),
            (123_456_789_012_345.0, "123456789012345"),
            (0.0, "0"),
        ] {
            assert_eq!(number(value), expected);
        }
        for (serial, expected) in
            [(45_993.0, "2025-12-02"), (45_943.5, "2025-10-13T12:00:00"), (0.5, "12:00:00")]
        {
            let of = ExcelDateTime::new(serial, ExcelDateTimeType::DateTime, false);
            assert_eq!(moment(&of), expected);
        }
    }

    #[test]
    fn a_record_holds_what_its_cells_hold_and_blank_rows_are_records() {
        let mut out = Vec::new();
        let mut rows = Rows::new(&mut out, 1000);
        for (row, column, text) in
            [(0, 0, "Name"), (0, 2, "E-mail"), (2, 1, "a \"b\", c"), (2, 2, " x\ny")]
        {
            rows.cell(row, column, &Content::Text(text)).expect("in order");
        }
        assert!(rows.cell(1, 0, &Content::Int(1)).is_err());
        rows.end().expect("not empty");
        let expected = "Name,,E-mail\n\n,\"a \"\"b\"\", c\",\" x\ny\"\n";
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }
}
