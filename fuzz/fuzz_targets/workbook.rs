//! Any bytes as a workbook: no panic, nothing beyond its bounds, and its text is read as a list.
#![no_main]

#[path = "../../workers/intake/tests/promises/mod.rs"]
mod promises;

use domain::declared::Declared;
use domain::enquiry::Reading;
use intake::ReadOptions;
use intake::table::Table;
use intake::terms::Terms;
use libfuzzer_sys::fuzz_target;
use workbook::{Bounds, Kind, open};

fuzz_target!(|bytes: &[u8]| {
    let mut text = Vec::new();
    if Kind::of(bytes) != Some(Kind::Xlsx) {
        return;
    }
    if let Err(reason) = open(bytes, &Bounds::MESSAGE, &mut text) {
        assert!(reason.ends_with('.'), "{reason:?}");
        return;
    }
    assert!(std::str::from_utf8(&text).is_ok(), "the text of a sheet is UTF-8");
    let terms = Terms::new(true, &Declared::default()).expect("nothing is declared");
    match Table::open(&text, &ReadOptions::default(), &terms) {
        Ok(table) => promises::check_reading(Reading::Parts(table.rows(1, 1000))),
        Err(reason) => assert!(reason.ends_with('.'), "{reason:?}"),
    }
});
