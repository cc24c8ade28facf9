//! Workbooks (XLSX, and by a process of its own XLS, XLSB and ODS) as the text of a list.
//!
//! The first visible sheet becomes CSV in UTF-8: commas, quotation marks doubled, a record for each row of the
//! sheet, blank rows too, so that the number of a record is the number of its row. What a reader of lists does
//! with it is the same as with any other list.
//!
//! Nothing is believed of a workbook: before it is opened everything in it is unpacked once, byte by byte into
//! nothing, against [`Bounds`] (`gate.rs`, `guard.rs`). What is opened then fits into memory.

mod cell;
mod gate;
mod guard;
mod kind;
mod sheet;
mod whole;

pub use gate::Bounds;
pub use kind::Kind;
pub use sheet::{COLUMNS_MAX, ROWS_MAX, open};
pub use whole::{BODY_BYTES_MAX as WHOLE_BYTES_MAX, open_whole};

/// What the text of a sheet is called: CSV in which the number of a record is that of its row.
pub const MEDIA_TYPE: &str = "text/csv; rows=sheet";
/// The parameter of [`MEDIA_TYPE`] that says so.
pub const SHEET_ROWS: &str = "rows=sheet";
/// What cannot be opened is to come so.
const INSTEAD: &str = "save the sheet as CSV and send that";
