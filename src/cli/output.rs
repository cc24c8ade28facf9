//! How data is printed: tables and sentences for people, JSON for programs.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

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
        use std::io::Write;
        let text = if self.json { serde_json::to_string_pretty(data)? } else { people(data) };
        let written = writeln!(std::io::stdout(), "{}", text.trim_end());
        match written {
            // `leadmill … | head` is no failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }
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
        table.add_row(row);
    });
    table
}
