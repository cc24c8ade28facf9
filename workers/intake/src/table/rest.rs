//! The rows of a list that became no lead, in the form of the list, so that they can be mended and sent again.

use std::collections::BTreeMap;

use super::Table;
use super::dialect::{cells, is_blank, next_record};

/// The columns that are written behind those of the list; a list that has them is read without them.
const BEHIND: [&str; 2] = ["leadmill row", "leadmill reason"];

impl Table {
    /// The header and only these rows, by their numbers, each with its number and why it became no lead behind its
    /// cells. `first_row` is the number of the first row, where the list is a part of a longer one.
    #[must_use]
    pub fn rest(&self, first_row: u64, wanted: &BTreeMap<u64, String>) -> String {
        let begin = self.checkpoints.first().map_or(self.text.len(), |(at, _)| *at);
        let header = self.text[..begin].trim_end_matches(['\r', '\n']);
        let mut out = format!("{header}{}\n", self.behind(BEHIND.map(str::to_owned)));
        let (mut at, mut place) = (begin, self.checkpoints.first().map_or(0, |(_, place)| *place));
        while let Some(record) = next_record(&self.text, at, self.dialect) {
            at = record.next;
            let text = &self.text[record.range];
            let blank = is_blank(text, self.dialect.delimiter);
            place += u64::from(!blank || self.terms.sheet);
            let number = place + first_row - 1;
            if let Some(reason) = wanted.get(&number).filter(|_| !blank) {
                out.push_str(text);
                // A row that is too short keeps its cells in their columns.
                let short = self.columns.len().saturating_sub(cells(text, self.dialect).len());
                out.extend(std::iter::repeat_n(char::from(self.dialect.delimiter), short));
                out.push_str(&self.behind([number.to_string(), reason.clone()]));
                out.push('\n');
            }
        }
        out
    }

    fn behind(&self, texts: [String; 2]) -> String {
        let delimiter = char::from(self.dialect.delimiter);
        let quoted = |text: String| {
            let plain = !text.contains([delimiter, '"', '\n', '\r']);
            if plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
        };
        texts.map(|text| format!("{delimiter}{}", quoted(text))).concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::ReadOptions;
    use crate::terms::Terms;

    fn rest(text: &str, first_row: u64, wanted: &[(u64, &str)]) -> String {
        let table = Table::open(text.as_bytes(), &ReadOptions::default(), &Terms::default())
            .expect("opens");
        table.rest(first_row, &wanted.iter().map(|(row, why)| (*row, (*why).to_owned())).collect())
    }

    #[test]
    fn f16_failed_rows_are_written_as_they_came_with_number_and_reason() {
        let list = "Name;E-Mail;Ort\r\nAna;a@b.example;Bonn\r\n\r\n\"Bo; Jr\";none;Ulm\r\nCy;c@d.example\r\n";
        let expected = "Name;E-Mail;Ort;leadmill row;leadmill reason\n\"Bo; Jr\";none;Ulm;2;\"No address; mend it.\"\n\
                        Cy;c@d.example;;3;Why.\n";
        assert_eq!(rest(list, 1, &[(2, "No address; mend it."), (3, "Why.")]), expected);
        // A part of a longer list counts on.
        assert!(rest(list, 101, &[(102, "Why.")]).ends_with(";Ulm;102;Why.\n"));
    }

    #[test]
    fn f16_what_stands_behind_the_cells_is_not_read_again() {
        let list = "Name,E-Mail\nAna,nobody\n";
        let mended = rest(list, 1, &[(1, "Why.")]).replace("nobody", "ana@acme.example");
        let table = Table::open(mended.as_bytes(), &ReadOptions::default(), &Terms::default())
            .expect("opens");
        let domain::enquiry::PartReading::Enquiry(read) = &table.rows(1, 1)[0].reading else {
            panic!("no enquiry")
        };
        assert_eq!(read.person.emails, ["ana@acme.example"]);
        assert!(read.other.is_empty(), "{read:?}");
    }
}
