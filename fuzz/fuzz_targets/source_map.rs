//! A map of a source and a hook, divided by a NUL: no panic, every problem is a sentence, and every reading keeps its
//! promises.
#![no_main]

#[path = "../../workers/intake/tests/promises/mod.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| promises::check_source_map(bytes));
