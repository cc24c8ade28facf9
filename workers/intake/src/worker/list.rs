//! A list as it arrives: its terms are checked and its header is found; its rows are read slice by slice.

use domain::commands::ImportContinue;
use domain::decide::Arrived;
use domain::enquiry::{NoLead, Reading};

use super::when::List;
use crate::options::ReadOptions;
use crate::table::{NO_ROWS, Table};
use crate::terms::{self, Terms};

/// The media type of a workbook that was opened: the number of a record is that of its row.
pub const SHEET: &str = "text/csv; rows=sheet";
/// The parameter that says so, without blanks.
const SHEET_PARAMETER: &str = ";rows=sheet";
/// Names the number of the first row of a part of a longer file.
const FIRST_ROW_HEADER: &str = "x-first-row";
const FIRST_ROW_MAX: u64 = 1_000_000_000_000;

/// Opens a list with all that its message says of it.
pub(super) fn read(arrived: &Arrived, options: &ReadOptions) -> (List, Reading) {
    let mut list = List { first_row: 1, ..List::default() };
    let reading = match open(arrived, options, &mut list) {
        Ok(table) if table.row_count() == 0 => {
            Reading::NoLead { kind: NoLead::Empty, reason: NO_ROWS.to_owned() }
        }
        Ok(_) => Reading::Parts(Vec::new()),
        Err(reason) => Reading::unclear(reason),
    };
    (list, reading)
}

pub(super) fn open(
    arrived: &Arrived,
    options: &ReadOptions,
    list: &mut List,
) -> Result<Table, String> {
    let content_type = arrived.content_type.as_deref().unwrap_or_default();
    list.sheet = content_type.replace(' ', "").to_lowercase().contains(SHEET_PARAMETER);
    list.declared = terms::declared(&arrived.headers)?;
    let terms = Terms::new(list.sheet, &list.declared)?;
    let table = Table::open(&arrived.body, options, &terms)?;
    list.first_row = first_row(arrived)?.unwrap_or_else(|| table.first_row());
    Ok(table)
}

/// The list that this slice is of; it could be opened when it arrived, and the bytes are the same.
pub(super) fn again(bytes: &[u8], options: &ReadOptions, next: &ImportContinue) -> Option<Table> {
    let terms = Terms::new(next.sheet, &next.declared).ok()?;
    Table::open(bytes, options, &terms).ok()
}

/// The number of the first row, where the file is a part of a longer one.
fn first_row(arrived: &Arrived) -> Result<Option<u64>, String> {
    let Some(row) = arrived.headers.get(FIRST_ROW_HEADER) else { return Ok(None) };
    let number = row.trim().parse().ok().filter(|row| (1..=FIRST_ROW_MAX).contains(row));
    number.map(Some).ok_or_else(|| {
        format!(
            "The header `{FIRST_ROW_HEADER}` must be a whole number from 1 to {FIRST_ROW_MAX}; send \
             the part again with the number of its first row."
        )
    })
}
