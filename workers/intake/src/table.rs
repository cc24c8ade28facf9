//! The reader of imports: files of rows with a header, in any charset and dialect.

use domain::certainty::Certainty;
use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use serde_json::{Map, Value};

use crate::draft::Draft;
use crate::fields::Field;
use crate::options::ReadOptions;
use crate::rows;
use crate::terms::{OTHER, Terms};

mod column;
mod dialect;
mod odd;
mod rest;
mod unnamed;

use column::Column;
pub use dialect::{COLUMNS_MAX, ROWS_MAX};
use dialect::{Dialect, cells, next_record};

/// Longest cell kept in [`Part::original`], in bytes.
const CELL_BYTES_MAX: usize = 32 * 1024;
/// Why a file is surely no lead.
pub(crate) const NO_ROWS: &str = "The file has a header but no rows.";
/// Every so many rows the position in the file is remembered.
const CHECKPOINT_ROWS: u64 = 64;

/// A file of rows, opened once and read in slices.
#[derive(Debug)]
pub struct Table {
    text: String,
    dialect: Dialect,
    columns: Vec<Column>,
    /// What the columns are is told by what stands in them, not by their names.
    by_value: bool,
    /// Byte positions of rows 0, 64, 128, …, each with its number.
    checkpoints: Vec<(usize, u64)>,
    rows: u64,
    /// Records up to the header: the rows of a sheet are counted from its beginning.
    above: u64,
    options: ReadOptions,
    terms: Terms,
}

impl Table {
    /// Opens a file: finds charset, delimiter and header, and counts the rows.
    ///
    /// # Errors
    /// Where the file is no table of contacts, or not what `terms` say: a sentence for whoever sent it.
    pub fn open(bytes: &[u8], options: &ReadOptions, terms: &Terms) -> Result<Self, String> {
        dialect::refuse_other_files(bytes)?;
        let text = rows::decode(bytes);
        if text.contains('\0') {
            return Err("The file is binary, not a table; send CSV.".to_owned());
        }
        let header = dialect::header(&text, terms)
            .or_else(|why| unnamed::header(&text, terms).ok_or(why))?;
        let by_value = header.fields.is_some();
        let columns = match header.fields {
            Some(fields) => Column::by_value(header.names, fields),
            None => column::columns(&header.names, terms),
        };
        let has = |name: &str| columns.iter().any(|column| column.name == name);
        if let Some(missing) = terms.missing(has, columns.iter().map(|it| it.name.as_str())) {
            return Err(missing);
        }
        let mut table = Self {
            dialect: header.dialect,
            columns,
            by_value,
            checkpoints: Vec::new(),
            rows: 0,
            above: 0,
            options: options.clone(),
            terms: terms.clone(),
            text,
        };
        table.count(header.data)?;
        Ok(table)
    }

    /// How many rows the file holds; blank ones are none.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.rows
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The number of the first row, where the list is not a part of a longer one.
    #[must_use]
    pub fn first_row(&self) -> u64 {
        if self.terms.sheet { self.above + 1 } else { 1 }
    }

    /// The columns, each with the field that its cells are read as, as a mapping declares them.
    #[must_use]
    pub fn map(&self) -> Map<String, Value> {
        let meant = |column: &Column| column.field.map_or(OTHER, Field::name);
        let columns = self.columns.iter();
        columns.map(|column| (column.name.clone(), meant(column).into())).collect()
    }

    /// Reads up to `limit` rows from the row on that is the `from_row`th; the first is 1. The number of a part
    /// is the same, but in a sheet, where blank rows count.
    #[must_use]
    pub fn rows(&self, from_row: u64, limit: usize) -> Vec<Part> {
        let from_row = from_row.max(1);
        if from_row > self.rows {
            return Vec::new();
        }
        let checkpoint = (from_row - 1) / CHECKPOINT_ROWS;
        let start = usize::try_from(checkpoint).ok().and_then(|at| self.checkpoints.get(at));
        let Some((mut at, mut place)) = start.copied() else { return Vec::new() };
        let mut number = checkpoint * CHECKPOINT_ROWS;
        let mut parts = Vec::new();
        while parts.len() < limit {
            let Some(record) = next_record(&self.text, at, self.dialect) else { break };
            at = record.next;
            let blank = dialect::is_blank(&self.text[record.range.clone()], self.dialect.delimiter);
            place += u64::from(!blank || self.terms.sheet);
            number += u64::from(!blank);
            if !blank && number >= from_row {
                parts.push(self.part(place, &self.text[record.range]));
            }
        }
        parts
    }

    /// Counts the rows and remembers where they begin.
    fn count(&mut self, data: usize) -> Result<(), String> {
        let (mut at, mut place) = (0, 0);
        while let Some(record) = next_record(&self.text, at, self.dialect).filter(|_| at < data) {
            (at, self.above) = (record.next, self.above + 1);
        }
        at = data;
        while let Some(record) = next_record(&self.text, at, self.dialect) {
            if record.unclosed {
                return Err(format!(
                    "Row {} opens a quotation mark that is not closed; mend it and send the file \
                     again.",
                    self.rows + 1
                ));
            }
            if !dialect::is_blank(&self.text[record.range.clone()], self.dialect.delimiter) {
                if self.rows.is_multiple_of(CHECKPOINT_ROWS) {
                    self.checkpoints.push((record.range.start, place));
                }
                self.rows += 1;
                place += u64::from(!self.terms.sheet);
                if self.rows > ROWS_MAX {
                    return Err(format!(
                        "The file has more than {ROWS_MAX} rows; send it in parts."
                    ));
                }
            }
            place += u64::from(self.terms.sheet);
            at = record.next;
        }
        Ok(())
    }

    /// The cells of a record, in whichever notation they are as many as the columns; `false` where in none.
    fn cells(&self, record: &str) -> (Vec<String>, bool) {
        let strict = cells(record, self.dialect);
        let wanted = self.columns.len();
        // In a sheet nothing can be shifted.
        if strict.len() == wanted || self.terms.sheet {
            return (strict, true);
        }
        let other = Dialect { backslash: !self.dialect.backslash, ..self.dialect };
        let tries = [dialect::loose_cells(record, self.dialect), cells(record, other)];
        for found in tries {
            if found.len() == wanted {
                return (found, true);
            }
        }
        odd::settled(strict, &self.columns)
    }

    fn part(&self, number: u64, record: &str) -> Part {
        let (cells, sound) = self.cells(record);
        let cells = cells.as_slice();
        let draft = Draft::new(LeadSource::List, &self.options);
        let mut draft = draft.written_as(self.terms.notation());
        if self.terms.consents() {
            draft.agree(None);
        }
        let mut original = Map::new();
        for (at, cell) in cells.iter().enumerate() {
            let extra;
            let column = match self.columns.get(at) {
                Some(column) => column,
                // A row longer than the header: its surplus cells are kept under their place.
                None if cell.trim().is_empty() || at >= COLUMNS_MAX => continue,
                None => {
                    extra = Column::new(format!("column {}", at + 1), None);
                    &extra
                }
            };
            match column.field {
                Some(field) if self.by_value => {
                    draft.at_most(Certainty::Likely, |it| it.field(field, &column.name, cell));
                }
                Some(field) => draft.field(field, &column.name, cell),
                None => draft.unknown(&column.name, cell),
            }
            if column.holds_secret(cell) {
                continue;
            }
            let mut cut = cell.len().min(CELL_BYTES_MAX);
            while !cell.is_char_boundary(cut) {
                cut -= 1;
            }
            original.insert(column.name.clone(), Value::String(cell[..cut].to_owned()));
        }
        let reading = if cells.iter().all(|cell| is_mark(cell)) {
            let reason = "The row holds only placeholders.".to_owned();
            PartReading::NoLead { kind: NoLead::Empty, reason }
        } else if let Some(reading) = odd::no_person(cells, &self.columns) {
            reading
        } else if sound {
            self.terms.settle(draft.finish("The row"))
        } else {
            odd::shifted(cells, &self.columns)
        };
        Part { number, reading, original: Value::Object(original) }
    }
}

/// A template's tick or dash is no value.
fn is_mark(cell: &str) -> bool {
    matches!(cell.trim(), "" | "v" | "V" | "x" | "X" | "-" | "✓" | "✔")
}

/// Reads a whole file at once; for large ones use [`Table`] and its slices.
#[must_use]
pub fn read(body: &[u8], options: &ReadOptions) -> Reading {
    match Table::open(body, options, &Terms::default()) {
        Err(reason) => Reading::unclear(reason),
        Ok(table) if table.row_count() == 0 => {
            Reading::NoLead { kind: NoLead::Empty, reason: NO_ROWS.to_owned() }
        }
        Ok(table) => Reading::Parts(table.rows(1, usize::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Table {
        Table::open(text.as_bytes(), &ReadOptions::default(), &Terms::default()).expect("opens")
    }

    #[test]
    fn f5_every_row_has_its_own_outcome_and_number() {
        let table = open(
            "Vorname;Name;E-Mail;Menge;Artikel;Datum\nAnna;Blum;a@b.de;2;P-1;03/04/2026\n\n;;;;;\nX;;;;;\nMax;Mut;m@b.de;1;P-2;x;extra\nEva;Gut;e@b.de;1;P-2\n",
        );
        assert_eq!(table.row_count(), 4);
        let rows = table.rows(1, 10);
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let PartReading::Enquiry(first) = &rows[0].reading else { panic!("{:?}", rows[0]) };
        assert_eq!(first.person.full_name().as_deref(), Some("Anna Blum"));
        assert_eq!(first.interest[0].product, "P-1");
        assert_eq!(first.other[0].value, "03/04/2026");
        assert_eq!(rows[0].original["Name"], "Blum");
        // One cell more than the header has: nobody can tell which of them is in its place.
        let PartReading::Unclear { reason, .. } = &rows[2].reading else { panic!("{:?}", rows[2]) };
        assert!(reason.contains("7 cells") && rows[2].original["column 7"] == "extra", "{reason}");
        assert!(matches!(&rows[3].reading, PartReading::Enquiry(_)));
    }

    #[test]
    fn f15_a_slice_is_the_same_wherever_it_begins() {
        let body: String = (1..=1000).map(|n| format!("\"N\n{n}\",n{n}@x.de\n\n")).collect();
        let table = open(&format!("name,email\n{body}"));
        assert_eq!(table.row_count(), 1000);
        let all = table.rows(1, 2000);
        assert_eq!(all.len(), 1000);
        for from in [1, 2, 63, 64, 65, 66, 500, 1000] {
            let slice = table.rows(from, 3);
            let start = usize::try_from(from - 1).unwrap_or_default();
            assert_eq!(slice[..], all[start..(start + 3).min(1000)], "{from}");
        }
        assert!(table.rows(1001, 5).is_empty());
    }

    #[test]
    fn the_rows_of_a_sheet_have_the_numbers_that_they_have_there() {
        let terms = Terms::new(true, &domain::declared::Declared::default()).expect("terms");
        let open = |text: &str| Table::open(text.as_bytes(), &ReadOptions::default(), &terms);
        let body: String = (5..=300)
            .map(
                |row| if row % 7 == 0 { "\n".into() } else { format!("N{row},n{row}@x.example\n") },
            )
            .collect();
        let table =
            open(&format!("Contacts of March\n\n\nName,E-Mail,Phone\n{body}")).expect("opens");
        assert_eq!((table.first_row(), table.row_count()), (5, 254));
        for from in [1, 2, 64, 65, 200] {
            for part in table.rows(from, 70) {
                let row = part.number + table.first_row() - 1;
                assert_eq!(part.original["Name"], format!("N{row}"), "from {from}");
            }
        }
        // Cells stand in their columns, however many of a row are filled.
        let table = open("Name,E-Mail,Phone\nA;B,a@b.de\nB,b@b.de,,note\n").expect("opens");
        let rows = table.rows(1, 9);
        assert!(rows.iter().all(|row| matches!(row.reading, PartReading::Enquiry(_))), "{rows:?}");
        assert_eq!(rows[1].original["column 4"], "note");
    }

    #[test]
    fn f5_charsets_dialects_and_quotes_are_found() {
        let cp1252 =
            b"sep=;\r\nName;Ort;E-Mail\r\n\"M\xfcller; \"\"J\xf6rg\"\"\";K\xf6ln;j@m.de\r\n";
        let table = Table::open(cp1252, &ReadOptions::default(), &Terms::default()).expect("opens");
        let rows = table.rows(1, 1);
        assert_eq!(rows[0].original["Name"], "Müller; \"Jörg\"");
        assert_eq!(rows[0].original["Ort"], "Köln");
        let tabs = open("email\tname\na@b.de\tAnna, Berta\n");
        assert_eq!(tabs.rows(1, 1)[0].original["name"], "Anna, Berta");
        assert_eq!(open("email\na@b.de\n").row_count(), 1);
    }

    #[test]
    fn files_that_are_no_table_of_contacts_are_refused_in_a_sentence() {
        for bytes in [
            b"PK\x03\x04....xl/workbook.xml".as_slice(),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"%PDF-1.4",
            b"BEGIN:VCARD\nEND:VCARD",
            b"{\"a\":1}",
            b"",
            b"a,b\n1,2",
            b"anna@x.de,1\nmax@x.de,2",
            b"name,email\n\"open,a@b.de\nx,y\n",
            b"\0\0\0",
        ] {
            let opened = Table::open(bytes, &ReadOptions::default(), &Terms::default());
            let reason = opened.expect_err("refused");
            assert!(reason.ends_with('.') && reason.len() > 30, "{reason}");
        }
    }
}
