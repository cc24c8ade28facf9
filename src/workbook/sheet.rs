//! The first visible sheet of an XLSX, cell by cell.

use std::io::{Cursor, Write};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::INSTEAD;
use crate::cell::{Content, Rows};
use crate::gate::{self, Bounds};

/// Most columns of a list.
pub const COLUMNS_MAX: usize = 255;
/// Rows of a sheet; no spreadsheet program has more.
pub const ROWS_MAX: u32 = 1_048_576;

/// Writes the first visible sheet of an XLSX as CSV, in memory bound by `bounds`.
///
/// # Errors
/// A finished sentence: why it cannot be opened, and what to do.
pub fn open(bytes: &[u8], bounds: &Bounds, out: &mut dyn Write) -> Result<(), String> {
    gate::check(bytes, bounds)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| unread(&error))?;
    let visible = workbook
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet);
    let Some(name) = visible.map(|sheet| sheet.name.clone()) else { return Err(no_sheet()) };
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(|error| unread(&error))?;
    let mut rows = Rows::new(out, bounds.text);
    while let Some(cell) = cells.next_cell().map_err(|error| unread(&error))? {
        let (row, column) = cell.get_position();
        let content = match cell.get_value() {
            DataRef::Empty => Content::Empty,
            DataRef::Int(number) => Content::Int(*number),
            DataRef::Float(number) => Content::Number(*number),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Content::Text(text)
            }
            DataRef::SharedString(text) => Content::Text(text),
            DataRef::Bool(truth) => Content::Truth(*truth),
            DataRef::DateTime(moment) => Content::Moment(*moment),
            DataRef::Error(error) => Content::Error(error),
        };
        rows.cell(row, column, &content)?;
    }
    rows.end()
}

pub(crate) fn no_sheet() -> String {
    format!("The workbook has no sheet with cells that is not hidden; {INSTEAD}.")
}

fn unread(error: &XlsxError) -> String {
    match error {
        XlsxError::Password => gate::encrypted(),
        _ => gate::broken(),
    }
}
