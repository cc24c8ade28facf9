//! Any bytes as a message of the contract: opened, and read by every worker.
#![no_main]

#[path = "../../tests/it/envelopes/promises.rs"]
mod promises;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| promises::check(bytes));
