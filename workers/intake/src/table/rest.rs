//! The rows of a list that became no lead, in the form of the list, so that they can be mended and sent again.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Table;
use super::dialect::{cells, is_blank, next_record};
use crate::normal::{is_plain_secret, without_cards};

/// The columns that are written behind those of the list; a list that has them is read without them.
const BEHIND: [&str; 2] = ["leadmill row", "leadmill reason"];

impl Table {
    /// The header and only these rows, by their numbers, each with its number and why it became no lead behind its
    /// cells. `first_row` is the number of the first row, where the list is a part of a longer one.
    #[must_use]
    pub fn rest(&self, first_row: u64, wanted: &BTreeMap<u64, String>) -> String {
        let begin = self.checkpoints.first().map_or(self.text.len(), |(at, _)| *at);
        let above = self.text[..begin].trim_end_matches(['\r', '\n']);
        // A list without a header gets one, so that it is read alike when it comes back.
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let delimiter = char::from(self.dialect.delimiter).to_string();
        let header = if above.is_empty() { names.join(&delimiter) } else { above.to_owned() };
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

    /// The list with empty cells where secrets stand in it; `None` where none do.
    #[must_use]
    pub fn without_secrets(&self) -> Option<String> {
        let mut out = String::with_capacity(self.text.len());
        let (mut at, mut copied, mut found) = (0, 0, false);
        let begin = self.checkpoints.first().map_or(self.text.len(), |(at, _)| *at);
        while let Some(record) = next_record(&self.text, at.max(begin), self.dialect) {
            let start = at.max(begin);
            at = record.next;
            let cells = self.cells(&self.text[record.range.clone()]).0;
            let is_secret = |(place, cell): (usize, &String)| {
                let by_column = self.columns.get(place).map(|column| column.holds_secret(cell));
                by_column.unwrap_or_else(|| is_plain_secret(cell))
                    || matches!(without_cards(cell), Cow::Owned(_))
            };
            let secret: Vec<bool> = cells.iter().enumerate().map(is_secret).collect();
            if secret.contains(&true) {
                found = true;
                out.push_str(&self.text[copied..start]);
                let kept = cells.iter().zip(secret);
                let kept = kept
                    .map(|(cell, secret)| if secret { String::new() } else { self.quoted(cell) });
                out.push_str(
                    &kept.collect::<Vec<_>>().join(&char::from(self.dialect.delimiter).to_string()),
                );
                copied = record.range.end;
            }
        }
        out.push_str(&self.text[copied..]);
        found.then_some(out)
    }

    fn quoted(&self, text: &str) -> String {
        let plain = !text.contains([char::from(self.dialect.delimiter), '"', '\n', '\r', '\\']);
        if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
    }

    fn behind(&self, texts: [String; 2]) -> String {
        let delimiter = char::from(self.dialect.delimiter);
        texts.map(|text| format!("{delimiter}{}", self.quoted(&text))).concat()
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
    fn a_list_without_its_secrets_has_the_same_rows_and_columns() {
        let open = |text: &str| {
            Table::open(text.as_bytes(), &ReadOptions::default(), &Terms::default()).expect("opens")
        };
        let list = "Name;E-Mail;Passwort;Notiz\r\n\"Ana; Jr\";a@b.example;geheim;\"sagt \"\"ja\"\"\"\r\n\r\n\
                    Bo;b@c.example;;Karte 4111 1111 1111 1111\r\nCy;c@d.example;;nichts\r\n";
        let rest = open(list).without_secrets().expect("secrets");
        let expected = "Name;E-Mail;Passwort;Notiz\r\n\"Ana; Jr\";a@b.example;;\"sagt \"\"ja\"\"\"\r\n\r\n\
                        Bo;b@c.example;;\r\nCy;c@d.example;;nichts\r\n";
        assert_eq!(rest, expected);
        assert_eq!(open(&rest).without_secrets(), None);
        assert_eq!(open(&rest).row_count(), 3);
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
