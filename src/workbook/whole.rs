//! XLS, XLSB and ODS: their readers build the whole sheet in memory, so that only a process that may die opens them.

use std::io::{Cursor, Write};

use calamine::{Data, Reader, SheetType, SheetVisible, Sheets, open_workbook_auto_from_rs};

use crate::cell::{Content, Rows};
use crate::gate::{self, Bounds};
use crate::kind::Kind;
use crate::sheet::no_sheet;

/// Largest workbook that is opened so, in bytes.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Writes the first visible sheet of any workbook as CSV. How much memory it takes is up to the file: to be called
/// where a limit holds it.
///
/// # Errors
/// A finished sentence: why it cannot be opened, and what to do.
pub fn open_whole(bytes: &[u8], out: &mut dyn Write) -> Result<(), String> {
    if Kind::of(bytes) == Some(Kind::Encrypted) {
        return Err(gate::encrypted());
    }
    let broken = |_| gate::broken();
    let mut workbook: Sheets<_> = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let visible = workbook
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet);
    let Some(name) = visible.map(|sheet| sheet.name.clone()) else { return Err(no_sheet()) };
    let range = workbook.worksheet_range(&name).map_err(broken)?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut rows = Rows::new(out, Bounds::MESSAGE.text);
    for (row, column, value) in range.used_cells() {
        let content = match value {
            Data::Empty => Content::Empty,
            Data::Int(number) => Content::Int(*number),
            Data::Float(number) => Content::Number(*number),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
                Content::Text(text)
            }
            Data::Bool(truth) => Content::Truth(*truth),
            Data::DateTime(moment) => Content::Moment(*moment),
            Data::Error(error) => Content::Error(error),
        };
        let place = |at: usize, first: u32| u32::try_from(at).map_or(u32::MAX, |at| at + first);
        rows.cell(place(row, first_row), place(column, first_column), &content)?;
    }
    rows.end()
}
