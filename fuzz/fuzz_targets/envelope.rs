//! Any bytes as a message of the contract: opened, and read as the workers do.
#![no_main]

#[allow(dead_code, reason = "messages are opened here and never sealed")]
#[path = "../../src/envelope.rs"]
mod envelope;
#[path = "../../tests/it/envelopes/promises.rs"]
mod promises;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| promises::check(bytes));
