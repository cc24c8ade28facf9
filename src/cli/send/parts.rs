//! Cuts CSV files of any size into parts that are valid files by themselves, in bounded memory.
//!
//! Where the header ends, and by which byte the cells are divided, is asked of the reader of intake
//! itself, over the beginning of the file: so both always agree.

use std::io::Read;

use intake::ReadOptions;
use intake::table::Table;
use intake::terms::Terms;

/// How much of a file is read to find its header, in bytes.
const SAMPLE_BYTES: usize = 2 * 1024 * 1024;
/// A header, with the notes above it, may be so long.
const HEADER_BYTES_MAX: usize = 256 * 1024;
/// A quotation mark that is open for longer than this is not closed at all. As intake has it.
const QUOTED_BYTES_MAX: usize = 1024 * 1024;
/// Rows of one part; below what intake takes of one file.
const ROWS_MAX: u64 = 500_000;
/// One read, in bytes.
const READ_BYTES: u64 = 1024 * 1024;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const QUOTE: u8 = b'"';
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A file by itself, or one part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) bytes: Vec<u8>,
    /// From 1.
    pub(super) number: u64,
    /// The number of its first row; rows count from 1, blank ones do not.
    pub(super) first_row: u64,
    pub(super) last: bool,
}

/// The parts of a file, one at a time.
pub(super) struct Parts<R> {
    reader: R,
    /// Most bytes of a part.
    limit: usize,
    /// What was read and not yet given; begins where a record begins.
    held: Vec<u8>,
    ended: bool,
    layout: Option<Layout>,
    given: u64,
    /// The number of the row before the next one.
    rows: u64,
    terms: Terms,
}

/// How a file is built.
#[derive(Debug)]
struct Layout {
    delimiter: u8,
    /// The bytes above the first row.
    header: Vec<u8>,
    /// Records in them, blank ones too.
    records: u64,
}

impl<R: Read> Parts<R> {
    /// Parts of at most so many bytes. Blank rows count where the terms say that it is a sheet.
    pub(super) fn of(reader: R, limit: usize, terms: Terms) -> Self {
        let held = Vec::new();
        Self { reader, limit, held, ended: false, layout: None, given: 0, rows: 0, terms }
    }

    /// What it was read of.
    pub(super) fn into_reader(self) -> R {
        self.reader
    }

    /// The next part; `None` after the last.
    ///
    /// # Errors
    /// A finished sentence: the file cannot be read, or cannot be cut.
    pub(super) fn next(&mut self) -> Result<Option<Part>, String> {
        self.fill(self.limit + 1)?;
        if self.given > 0 && self.held.is_empty() {
            return Ok(None);
        }
        let whole = self.given == 0 && self.ended && self.held.len() <= self.limit;
        if whole {
            let bytes = std::mem::take(&mut self.held);
            self.given = 1;
            return Ok(Some(Part { bytes, number: 1, first_row: 1, last: true }));
        }
        let layout = match self.layout.take() {
            Some(layout) => layout,
            None => {
                let layout = layout(&self.held, &self.terms)?;
                if self.terms.sheet {
                    self.rows = layout.records;
                }
                self.held.drain(..layout.header.len());
                self.fill(self.limit + 1)?;
                layout
            }
        };
        let part = self.cut(&layout)?;
        self.layout = Some(layout);
        Ok(Some(part))
    }

    fn cut(&mut self, layout: &Layout) -> Result<Part, String> {
        let room = self.limit.saturating_sub(layout.header.len());
        let (mut at, mut rows) = (0, 0);
        while rows < ROWS_MAX {
            let row = self.rows + rows + 1;
            let Some(record) = record(&self.held, at, layout.delimiter, self.ended, row)? else {
                break;
            };
            if record.next > room {
                break;
            }
            let blank = is_blank(&self.held[at..record.end], layout.delimiter);
            rows += u64::from(!blank || self.terms.sheet);
            at = record.next;
        }
        if at == 0 {
            return Err(format!(
                "Row {} is longer than {} bytes, the most that fits into one message; mend it and \
                 send the file again.",
                self.rows + 1,
                self.limit
            ));
        }
        let mut bytes = layout.header.clone();
        bytes.extend(self.held.drain(..at));
        if is_blank(&self.held, layout.delimiter) && self.ended {
            self.held.clear();
        }
        let first_row = self.rows + 1;
        (self.given, self.rows) = (self.given + 1, self.rows + rows);
        let last = self.ended && self.held.is_empty();
        Ok(Part { bytes, number: self.given, first_row, last })
    }

    /// Reads until so many bytes are held, or the file ends.
    fn fill(&mut self, wanted: usize) -> Result<(), String> {
        while !self.ended && self.held.len() < wanted {
            let mut read = self.reader.by_ref().take(READ_BYTES);
            let got = read.read_to_end(&mut self.held);
            let got = got.map_err(|error| format!("It cannot be read: {error}."))?;
            self.ended = got == 0;
        }
        Ok(())
    }
}

/// One record: where it ends, and where the next one begins.
struct Record {
    end: usize,
    next: usize,
}

/// The record at `at`; `None` where it is not known to end within what is held.
fn record(
    held: &[u8],
    at: usize,
    delimiter: u8,
    ended: bool,
    row: u64,
) -> Result<Option<Record>, String> {
    let (mut quoted, mut at_start) = (false, true);
    let mut position = at;
    while let Some(&byte) = held.get(position) {
        let next = held.get(position + 1);
        if next.is_none() && !ended {
            // Whether the next byte belongs to this one is not known yet.
            return Ok(None);
        }
        if quoted {
            if byte == QUOTE && next == Some(&QUOTE) {
                position += 1;
            } else if byte == QUOTE {
                quoted = false;
            } else if position - at > QUOTED_BYTES_MAX {
                return Err(format!(
                    "Row {row} opens a quotation mark that is not closed; mend it and send the \
                     file again."
                ));
            }
        } else if byte == QUOTE && at_start {
            (quoted, at_start) = (true, false);
        } else if byte == b'\n' || byte == b'\r' {
            let crlf = byte == b'\r' && next == Some(&b'\n');
            return Ok(Some(Record { end: position, next: position + if crlf { 2 } else { 1 } }));
        } else {
            at_start = byte == delimiter;
        }
        position += 1;
    }
    Ok((ended && at < held.len()).then_some(Record { end: held.len(), next: held.len() }))
}

fn is_blank(record: &[u8], delimiter: u8) -> bool {
    record.iter().all(|b| *b == delimiter || *b == QUOTE || b.is_ascii_whitespace())
}

/// Finds header and delimiter in the beginning of a file.
fn layout(start: &[u8], terms: &Terms) -> Result<Layout, String> {
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err("A file of this size is sent in parts, which needs UTF-8 or another charset \
             of single bytes; it is UTF-16: save it as UTF-8 and send that."
            .to_owned());
    }
    let sample = &start[..start.len().min(SAMPLE_BYTES)];
    let mut reason = None;
    for delimiter in DELIMITERS {
        match layout_with(sample, delimiter, terms) {
            Ok(Some(layout)) => return Ok(layout),
            Ok(None) => {}
            Err(why) => reason = reason.or(Some(why)),
        }
    }
    let reason = reason.unwrap_or_else(|| "Its header cannot be told from its rows.".to_owned());
    Err(format!("A file of this size is sent in parts, which only CSV can be. {reason}"))
}

/// The layout, where dividing by `delimiter` gives the columns that intake finds.
fn layout_with(sample: &[u8], delimiter: u8, terms: &Terms) -> Result<Option<Layout>, String> {
    let mut ends = Vec::new();
    let mut records = 0;
    // The byte order mark is no part of the first cell.
    let mut at = if sample.starts_with(BOM) { BOM.len() } else { 0 };
    while let Ok(Some(record)) = record(sample, at, delimiter, false, 1) {
        records += 1;
        if !is_blank(&sample[at..record.end], delimiter) {
            ends.push((at..record.end, record.next, records));
        }
        at = record.next;
    }
    // Without a single whole record it is no CSV; intake's own words say what it is.
    let whole = if ends.is_empty() { sample } else { &sample[..at] };
    let table = Table::open(whole, &ReadOptions::default(), terms)?;
    let rows = usize::try_from(table.row_count()).unwrap_or(usize::MAX);
    let columns = table.columns().count();
    // What intake does not count as a row stands above the first one.
    let Some(above) = ends.len().checked_sub(rows).filter(|above| (1..ends.len()).contains(above))
    else {
        return Ok(None);
    };
    let divides =
        |range: &std::ops::Range<usize>| cells(&sample[range.clone()], delimiter) == columns;
    let (_, end, records) = ends[above - 1];
    if end > HEADER_BYTES_MAX || !ends[..above].iter().any(|(range, ..)| divides(range)) {
        return Ok(None);
    }
    Ok(Some(Layout { delimiter, header: sample[..end].to_vec(), records }))
}

fn cells(record: &[u8], delimiter: u8) -> usize {
    let (mut quoted, mut at_start, mut cells) = (false, true, 1);
    for &byte in record {
        if byte == QUOTE && (quoted || at_start) {
            // A doubled mark closes and opens again, which counts the same.
            quoted = !quoted;
        } else if byte == delimiter && !quoted {
            cells += 1;
        }
        at_start = byte == delimiter;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 4096;

    fn parts(text: &str) -> Result<Vec<Part>, String> {
        let mut parts = Parts::of(text.as_bytes(), LIMIT, Terms::default());
        let mut all = Vec::new();
        while let Some(part) = parts.next()? {
            all.push(part);
        }
        Ok(all)
    }

    fn rows(bytes: &[u8]) -> Vec<domain::enquiry::Part> {
        let table = Table::open(bytes, &ReadOptions::default(), &Terms::default())
            .expect("a part is a valid file");
        table.rows(1, usize::MAX)
    }

    #[test]
    fn a_small_file_goes_as_it_is_whatever_it_holds() {
        let all = parts("PK\u{3}\u{4} no table").expect("not looked into");
        assert_eq!((all.len(), all[0].last, all[0].first_row), (1, true, 1));
        assert_eq!(parts("").expect("an empty file").len(), 1);
    }

    #[test]
    fn the_rows_of_all_parts_are_the_rows_of_the_file() {
        let body: String = (1..=2000)
            .map(|n| format!("\"N; \"\"{n}\"\"\r\nzwei\";n{n}@x.example;{n}\r\n\r\n"))
            .collect();
        for above in ["", "sep=;\r\n", "Contacts of March\r\n\r\n"] {
            let file = format!("\u{feff}{above}\"Name\r\n(full)\";E-Mail;Note\r\n{body}");
            let all = parts(&file).expect("it can be cut");
            assert!(all.len() > 10, "{} parts", all.len());
            let whole = rows(file.as_bytes());
            assert_eq!(whole.len(), 2000);
            let mut at = 0;
            for (number, part) in (1..).zip(&all) {
                assert!(part.bytes.len() <= LIMIT);
                assert_eq!((part.number, part.last), (number, number == all.len() as u64));
                assert_eq!(part.first_row, at as u64 + 1);
                for row in rows(&part.bytes) {
                    assert_eq!(row.original, whole[at].original);
                    at += 1;
                }
            }
            assert_eq!(at, 2000);
        }
    }

    #[test]
    fn the_rows_of_all_parts_of_a_sheet_keep_their_numbers() {
        let terms = || Terms::new(true, &Default::default()).expect("nothing is declared");
        let body: String = (4..=900)
            .map(
                |row| if row % 5 == 0 { "\n".into() } else { format!("N{row},n{row}@x.example\n") },
            )
            .collect();
        let file = format!("Contacts of March\n\nName,E-Mail\n{body}");
        let mut parts = Parts::of(file.as_bytes(), LIMIT, terms());
        let mut seen = 0;
        while let Some(part) = parts.next().expect("it can be cut") {
            let table =
                Table::open(&part.bytes, &ReadOptions::default(), &terms()).expect("a list");
            for row in table.rows(1, usize::MAX) {
                let number = row.number + part.first_row - 1;
                assert_eq!(row.original["Name"], format!("N{number}"));
                seen += 1;
            }
        }
        assert_eq!(seen, (4..=900).filter(|row| row % 5 != 0).count());
    }

    #[test]
    fn other_large_files_are_refused_with_the_next_step() {
        let long = "x".repeat(LIMIT);
        for (file, said) in [
            (format!("PK\u{3}\u{4}xl/{long}"), "export it as CSV"),
            (format!("{{\"a\":\"{long}\"}}"), "send it to the web channel"),
            (format!("just text\n{long}\n{long}"), "None of the columns names a contact"),
        ] {
            let refused = parts(&file).expect_err("refused");
            assert!(refused.contains(said), "{refused}");
        }
        let mut wide = b"\xff\xfe".to_vec();
        wide.resize(LIMIT + 2, b'a');
        let refused =
            Parts::of(wide.as_slice(), LIMIT, Terms::default()).next().expect_err("refused");
        assert!(refused.contains("UTF-8"), "{refused}");
    }

    #[test]
    fn a_row_that_fits_into_no_message_stops_the_file_and_is_named() {
        let small: String = (0..200).map(|n| format!("N{n},n{n}@x.example\n")).collect();
        let file = format!("name,email\n{small}Long,{}\nZ,z@x.example\n", "y".repeat(LIMIT));
        let refused = parts(&file).expect_err("refused");
        assert!(refused.starts_with("Row 201 is longer than"), "{refused}");
    }
}
