//! What kind of file it is, how its cells are divided and where its header stands.

use std::ops::Range;

use crate::fields::{self, Field};
use crate::terms::{Meaning, Terms};

/// Most columns and rows of one file.
pub const COLUMNS_MAX: usize = 256;
pub const ROWS_MAX: u64 = 1_000_000;
/// A header stands within so many records; lines of notes may precede it.
const PREAMBLE_RECORDS_MAX: usize = 20;
/// Longest record, in bytes; beyond it a quotation mark is surely not closed.
const RECORD_BYTES_MAX: usize = 1024 * 1024;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const QUOTE: u8 = b'"';

/// How cells are divided and quotation marks within them written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// By a backslash before them, not by doubling them.
    pub(super) backslash: bool,
}

/// One record of the file.
#[derive(Debug)]
pub(super) struct Record {
    /// Its bytes, without the line end.
    pub(super) range: Range<usize>,
    /// Where the next one begins.
    pub(super) next: usize,
    /// The file ends, or the limit is reached, inside quotation marks.
    pub(super) unclosed: bool,
}

/// The header that was found.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) dialect: Dialect,
    /// Where the rows begin.
    pub(super) data: usize,
    /// What the columns are by what stands in them, where no name is known.
    pub(super) fields: Option<Vec<Option<Field>>>,
}

/// The record that begins at `at`; line ends inside quotation marks belong to it.
pub(super) fn next_record(text: &str, at: usize, dialect: Dialect) -> Option<Record> {
    let bytes = text.as_bytes();
    if at >= bytes.len() {
        return None;
    }
    let (mut quoted, mut at_start) = (false, true);
    let mut position = at;
    while position < bytes.len() {
        let byte = bytes[position];
        if quoted {
            if byte == b'\\' && dialect.backslash {
                position += 1;
            } else if byte == QUOTE {
                if bytes.get(position + 1) == Some(&QUOTE) {
                    position += 1;
                } else {
                    quoted = false;
                }
            } else if position - at > RECORD_BYTES_MAX {
                return Some(Record { range: at..at, next: bytes.len(), unclosed: true });
            }
        } else if byte == QUOTE && at_start {
            quoted = true;
            at_start = false;
        } else if byte == b'\n' || byte == b'\r' {
            let crlf = byte == b'\r' && bytes.get(position + 1) == Some(&b'\n');
            let next = position + if crlf { 2 } else { 1 };
            return Some(Record { range: at..position, next, unclosed: false });
        } else {
            at_start = byte == dialect.delimiter;
        }
        position += 1;
    }
    Some(Record { range: at..bytes.len(), next: bytes.len(), unclosed: quoted })
}

/// The cells of a record, at most [`COLUMNS_MAX`]; doubled quotation marks are one.
pub(super) fn cells(record: &str, dialect: Dialect) -> Vec<String> {
    divided(record, dialect, false)
}

/// The cells of a record in which nobody escaped the quotation marks: one ends a cell only before a divider.
pub(super) fn loose_cells(record: &str, dialect: Dialect) -> Vec<String> {
    divided(record, dialect, true)
}

fn divided(record: &str, dialect: Dialect, loose: bool) -> Vec<String> {
    let delimiter = char::from(dialect.delimiter);
    let mut out = Vec::new();
    let mut cell = String::new();
    let mut chars = record.chars().peekable();
    let (mut quoted, mut at_start) = (false, true);
    while let Some(c) = chars.next() {
        if quoted {
            if c == '\\' && dialect.backslash {
                cell.push(chars.next().unwrap_or(c));
            } else if c != '"' {
                cell.push(c);
            } else if loose {
                quoted = chars.peek().is_some_and(|next| *next != delimiter);
                if quoted {
                    cell.push('"');
                }
            } else if chars.next_if_eq(&'"').is_some() {
                cell.push('"');
            } else {
                quoted = false;
            }
        } else if c == '"' && (at_start || cell == "=") {
            // ="…" keeps a spreadsheet from changing the text.
            cell.clear();
            quoted = true;
            at_start = false;
        } else if c == '\\' && dialect.backslash && chars.peek() == Some(&delimiter) {
            cell.extend(chars.next());
        } else if c == delimiter {
            out.push(unmarked(std::mem::take(&mut cell)));
            at_start = true;
            if out.len() == COLUMNS_MAX {
                return out;
            }
        } else {
            // A blank before a quotation mark is no part of the cell.
            at_start &= c == ' ';
            cell.push(c);
        }
    }
    out.push(unmarked(cell));
    out
}

/// A cell without the signs that keep a spreadsheet from changing its text.
fn unmarked(cell: String) -> String {
    let text = cell.trim();
    if let Some(formula) = text.strip_prefix('=') {
        let upper = formula.get(..10).map(str::to_ascii_uppercase).unwrap_or_default();
        let quoted = formula.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(inside) = quoted {
            return inside.replace("\"\"", "\"");
        }
        if upper.starts_with("HYPERLINK(") || upper.starts_with("T(") {
            // What is shown stands last in the formula.
            let shown = formula.rsplit('"').nth(1).unwrap_or_default();
            return shown.strip_prefix("mailto:").unwrap_or(shown).to_owned();
        }
    }
    match text.strip_prefix(['\'', '\u{2018}', '`']) {
        // 't Hart and 's-Hertogenbosch begin so; 'quoted' ends so.
        Some(rest)
            if !rest.contains('\'')
                && !["t ", "s-", "s ", "n ", "k ", "t\u{a0}"]
                    .iter()
                    .any(|begin| rest.to_lowercase().starts_with(begin))
                && !rest.is_empty() =>
        {
            rest.to_owned()
        }
        Some(rest) if rest.ends_with('\'') && rest.matches('\'').count() == 1 => {
            rest.trim_end_matches('\'').to_owned()
        }
        Some(rest) if rest.starts_with(['+', '0', '=', '@']) => rest.to_owned(),
        _ => cell,
    }
}

/// Whether a record holds nothing but dividers and blanks.
pub(super) fn is_blank(record: &str, delimiter: u8) -> bool {
    record.bytes().all(|b| b == delimiter || b == QUOTE || b.is_ascii_whitespace())
}

/// The dialects that a text may be of: all, unless it says itself how its cells are divided.
pub(super) fn dialects(text: &str, terms: &Terms) -> impl Iterator<Item = Dialect> + use<> {
    let forced = match text.as_bytes() {
        _ if terms.sheet => Some(b','),
        [s, e, p, b'=', byte, ..] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(*byte),
        _ => None,
    }
    .filter(|byte| DELIMITERS.contains(byte));
    let delimiters =
        DELIMITERS.into_iter().filter(move |d| forced.is_none_or(|forced| forced == *d));
    delimiters.map(|delimiter| Dialect { delimiter, backslash: false })
}

/// Finds the delimiter by which a header with known names appears.
pub(super) fn header(text: &str, terms: &Terms) -> Result<Header, String> {
    let mut best: Option<(usize, Header)> = None;
    for dialect in dialects(text, terms) {
        if let Some((score, header)) = header_with(text, dialect, terms)
            && best.as_ref().is_none_or(|(most, _)| score > *most)
        {
            best = Some((score, header));
        }
    }
    let Some((_, mut header)) = best else { return Err(no_header(text)) };
    header.dialect.backslash = !terms.sheet && escapes_by_backslash(text, &header);
    if header.names.len() >= COLUMNS_MAX {
        return Err(format!("The file has {COLUMNS_MAX} columns or more; send fewer."));
    }
    Ok(header)
}

fn header_with(text: &str, dialect: Dialect, terms: &Terms) -> Option<(usize, Header)> {
    let mut best: Option<(usize, Header)> = None;
    let mut at = 0;
    for _ in 0..PREAMBLE_RECORDS_MAX {
        let Some(record) = next_record(text, at, dialect) else { break };
        at = record.next;
        if record.unclosed {
            break;
        }
        let names = cells(&text[record.range], dialect);
        let score = score(&names, terms);
        if score > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((score, Header { names, dialect, data: at, fields: None }));
        }
    }
    let (score, mut header) = best?;
    second_line(text, &mut header);
    Some((score, header))
}

/// How many columns a record would name, were it the header; 0 where it is none.
fn score(names: &[String], terms: &Terms) -> usize {
    let declared = |name: &String| crate::normal::line(name).and_then(|name| terms.meaning(&name));
    let declared: Vec<_> = names.iter().filter_map(declared).collect();
    let contacts = |meaning: &Meaning| matches!(meaning, Meaning::Field(it) if it.is_contact());
    // Whoever names all columns has seen the header.
    if !declared.is_empty() && declared.len() >= terms.columns() && declared.iter().any(contacts) {
        return COLUMNS_MAX + names.len();
    }
    let is_data = names
        .iter()
        .any(|name| name.contains('@') || name.chars().filter(char::is_ascii_digit).count() > 6);
    let known: Vec<_> = names.iter().filter_map(|name| fields::meaning(name)).collect();
    if is_data || !known.iter().any(|field| field.is_contact()) { 0 } else { known.len() }
}

/// A header of several lines: what follows and only names columns belongs to it.
fn second_line(text: &str, header: &mut Header) {
    /// Most further lines of a header.
    const LINES_MAX: usize = 2;
    for _ in 0..LINES_MAX {
        let Some(record) = next_record(text, header.data, header.dialect) else { return };
        if is_blank(&text[record.range.clone()], header.dialect.delimiter) {
            header.data = record.next;
            continue;
        }
        let more = cells(&text[record.range], header.dialect);
        let fills_contact = header.names.iter().zip(&more).any(|(name, cell)| {
            !cell.trim().is_empty() && fields::meaning(name).is_some_and(|f| f.is_contact())
        });
        let only_names = more
            .iter()
            .filter(|cell| !cell.trim().is_empty())
            .all(|cell| cell.chars().all(|c| c.is_alphabetic() || c == '_' || c == ' '));
        if fills_contact || !only_names || !more.iter().any(|cell| fields::meaning(cell).is_some())
        {
            return;
        }
        for (at, cell) in more.into_iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            if let Some(name) = header.names.get_mut(at) {
                *name = cell;
            }
        }
        header.data = record.next;
    }
}

/// Whether quotation marks are escaped by a backslash: then more records have as many cells as the header.
fn escapes_by_backslash(text: &str, header: &Header) -> bool {
    /// How many records are looked at.
    const RECORDS_MAX: usize = 200;
    let body = &text[header.data..];
    if !body.contains("\\\"") {
        return false;
    }
    let fitting = |backslash: bool| {
        let dialect = Dialect { backslash, ..header.dialect };
        let (mut at, mut fitting) = (header.data, 0_usize);
        for _ in 0..RECORDS_MAX {
            let Some(record) = next_record(text, at, dialect).filter(|record| !record.unclosed)
            else {
                break;
            };
            at = record.next;
            fitting += usize::from(cells(&text[record.range], dialect).len() == header.names.len());
        }
        fitting
    };
    fitting(true) > fitting(false)
}

fn no_header(text: &str) -> String {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.is_empty() {
        return "The file is empty; send a header line and rows.".to_owned();
    }
    let delimiter = DELIMITERS
        .into_iter()
        .max_by_key(|delimiter| first.bytes().filter(|b| b == delimiter).count())
        .unwrap_or(b',');
    if first.contains('@') {
        return "The file has no header line: its first line holds an address; put the names of the \
                columns above it."
            .to_owned();
    }
    /// Most columns that the sentence names.
    const NAMED_MAX: usize = 8;
    let names: Vec<String> =
        cells(first.get(..2000).unwrap_or(first), Dialect { delimiter, backslash: false })
            .iter()
            .filter_map(|name| crate::normal::line(name))
            .take(NAMED_MAX)
            .collect();
    format!(
        "None of the columns names a contact (found: {}); name columns such as email, phone, name \
         or company.",
        names.join(", ")
    )
}

/// Refuses what is surely another kind of file, by its first bytes.
pub(super) fn refuse_other_files(bytes: &[u8]) -> Result<(), String> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let lower: Vec<u8> = start.iter().take(16).map(u8::to_ascii_lowercase).collect();
    // Workbooks were opened before.
    let what = if bytes.starts_with(b"PK\x03\x04") {
        "a ZIP archive and no workbook"
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        "an Office document and no workbook"
    } else if bytes.starts_with(b"%PDF") {
        "a PDF"
    } else if bytes.starts_with(b"\x1f\x8b") {
        "a gzip archive"
    } else if lower.starts_with(b"begin:vcard") {
        "a vCard file (send it to the card channel)"
    } else if lower.starts_with(b"<") {
        "a web page or XML"
    } else if lower.starts_with(b"{") || lower.starts_with(b"[") {
        "JSON (send it to the web channel)"
    } else {
        return Ok(());
    };
    Err(format!("The file is {what}, not a table of text; export it as CSV and send that."))
}
