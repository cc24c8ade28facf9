//! How far long work has come: bars on standard error, and nothing where that is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a bar that waits shows that it lives.
const TICK: Duration = Duration::from_millis(120);

/// A bar over bytes; a spinner where the total is unknown.
#[must_use]
pub fn bytes(what: &str, total: Option<u64>) -> ProgressBar {
    let form = match total {
        Some(_) => "{prefix:>12} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "{prefix:>12} {spinner} {bytes} {bytes_per_sec}",
    };
    bar(what, total, form)
}

/// A bar over things that are counted.
#[must_use]
pub fn count(what: &str, total: u64) -> ProgressBar {
    bar(what, Some(total), "{prefix:>10} {bar:24} {pos}/{len} {msg}")
}

fn bar(what: &str, total: Option<u64>, form: &str) -> ProgressBar {
    // indicatif draws on standard error, and only where that is a terminal.
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar.set_prefix(what.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}
