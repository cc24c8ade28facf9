//! How data is printed: tables and sentences for people, JSON for programs.
//!
//! Much of it was written by senders. A terminal obeys control characters, and direction characters
//! show a text as another one; so whatever is printed passes [`shown`] or, as JSON, [`escaped`].

use std::fmt::Write as _;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;
use serde_json::{Value, json};

/// Widest table of a list or a record, in columns of a terminal.
pub const WIDTH: u16 = 100;
/// Heads of columns that are never broken: what stands there is copied.
const WHOLE: [&str; 2] = ["Id", "Number"];

/// Prints to standard output in the form that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub json: bool,
}

impl Output {
    /// Prints `data` as JSON, or what `people` says of it.
    ///
    /// # Errors
    /// Where standard output is closed, or `data` is no JSON.
    pub fn print<T: Serialize>(
        self,
        data: &T,
        people: impl FnOnce(&T) -> String,
    ) -> anyhow::Result<()> {
        let text = if self.json {
            escaped(&serde_json::to_string_pretty(data)?)
        } else {
            shown(&people(data))
        };
        printed(&text)
    }

    /// Prints a page of a list: each row as JSON in a line of its own, and behind the last, where the list goes on,
    /// `{"next": …}`; or what `people` says.
    ///
    /// # Errors
    /// Where standard output is closed, or a row is no JSON.
    pub fn lines<T: Serialize>(
        self,
        rows: &[T],
        next: Option<String>,
        people: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        if !self.json {
            return printed(&shown(&people()));
        }
        let mut text = String::new();
        for row in rows {
            text.push_str(&escaped(&serde_json::to_string(row)?));
            text.push('\n');
        }
        if let Some(next) = next {
            text.push_str(&escaped(&json!({ "next": next }).to_string()));
        }
        if text.is_empty() { Ok(()) } else { printed(&text) }
    }
}

fn printed(text: &str) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        // `leadmill … | head` is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A sentence for people on standard error: how far the work has come, or what went wrong.
pub fn say(text: &str) {
    eprintln!("{}", shown(text));
}

/// A text for people: what a terminal would obey is seen instead, as `\u{1b}`. Ends of lines and tabs
/// stay: a table keeps them inside its column.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            c if obeyed(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// A JSON text: what its writer leaves as it is, and a terminal would obey, as `\u009b`.
#[must_use]
pub fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if obeyed(c) && c >= '\u{7f}' {
            // Writing into a string cannot fail; none of these is beyond four digits.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Log lines, on their way to standard error: the same, but for the colours that the log writes
/// itself, and what goes on in a further line is moved in, so that no text poses as a line.
#[derive(Clone, Copy, Debug)]
pub struct LogLines {
    pub json: bool,
}

impl Write for LogLines {
    /// The log comes line by line, each with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = if self.json { escaped(&text) } else { logged(&text) };
        io::stderr().write_all(text.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn logged(text: &str) -> String {
    let (text, end) = text.strip_suffix('\n').map_or((text, ""), |text| (text, "\n"));
    let mut pieces = text.split('\u{1b}');
    let mut logged = shown(pieces.next().unwrap_or_default());
    for piece in pieces {
        let parameters = piece.trim_start_matches(|c: char| "[;".contains(c) || c.is_ascii_digit());
        let colour = piece.starts_with('[') && parameters.starts_with('m');
        logged.push_str(if colour { "\u{1b}" } else { "\\u{1b}" });
        logged.push_str(&shown(piece));
    }
    logged.replace('\n', "\n    ") + end
}

/// Does a terminal take it for an order: a control character, a separator of lines, or a direction?
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

/// A table for people, without lines between its rows.
#[must_use]
pub fn table<const N: usize>(
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heads);
    rows.into_iter().for_each(|row| {
        // Before the widths are counted.
        table.add_row(row.map(|cell| shown(&cell)));
    });
    table
}

/// A table no wider than [`WIDTH`], with the numbers under these heads at the right.
#[must_use]
pub fn narrow(
    heads: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    numbers: &[&str],
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heads).set_width(WIDTH);
    for row in rows {
        let row = row.iter().map(|cell| shown(&cell.replace(['\n', '\t'], " ")));
        table.add_row(row.collect::<Vec<_>>());
    }
    for (place, head) in heads.iter().enumerate() {
        let Some(column) = table.column_mut(place) else { continue };
        if WHOLE.contains(head) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if numbers.contains(head) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// A value as people read it: nothing for none.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A time to the minute.
#[must_use]
pub fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// A word as a shell takes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Each value in a document by its place: `person.emails`. What is not there is left out.
#[must_use]
pub fn flat(name: &str, value: &Value) -> Vec<(String, String)> {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(key, it)| flat(&inner(key), it)).collect()
        }
        Value::Array(list) => list.iter().flat_map(|it| flat(name, it)).collect(),
        Value::Null => Vec::new(),
        other => vec![(name.to_owned(), plain(other))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "a\u{1b}[31mb\u{9b}c\r\u{7f}\u{202e}d\u{2028}e\u{61c}\u{2069}\u{200f}f\u{0}";

    #[test]
    fn what_a_terminal_obeys_is_seen_and_our_own_lines_stay() {
        let text = shown(HOSTILE);
        assert!(!text.chars().any(obeyed), "{text:?}");
        assert!(text.starts_with(r"a\u{1b}[31mb\u{9b}c\u{d}\u{7f}\u{202e}d"), "{text}");
        assert_eq!(shown("One.\n\tTwo: größer, 東京."), "One.\n\tTwo: größer, 東京.");
    }

    #[test]
    fn json_means_the_same_and_has_nothing_that_a_terminal_obeys() {
        let json = escaped(&serde_json::to_string(HOSTILE).expect("JSON"));
        assert!(!json.chars().any(obeyed), "{json:?}");
        assert!(json.contains(r"\u009b") && json.contains(r"\u202e"), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), HOSTILE);
    }

    #[test]
    fn a_log_keeps_its_own_colours_and_no_text_poses_as_a_line() {
        let line =
            "\u{1b}[33m WARN\u{1b}[0m Parked: x\u{1b}]0;owned\u{7}\u{202e}\n2026 INFO forged\n";
        let expected = "\u{1b}[33m WARN\u{1b}[0m Parked: x\\u{1b}]0;owned\\u{7}\\u{202e}\n    2026 INFO forged\n";
        assert_eq!(logged(line), expected);
    }

    #[test]
    fn a_cell_of_a_table_is_escaped_before_its_width_is_counted() {
        let shown = table(["What"], [["x\u{1b}[2Jy".to_owned()]]).to_string();
        assert!(shown.contains(r"x\u{1b}[2Jy"), "{shown:?}");
    }
}
