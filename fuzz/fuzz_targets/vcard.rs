//! Any bytes by the channel `Card`: no panic, and every reading keeps its promises.
#![no_main]

#[path = "../../workers/intake/tests/promises/mod.rs"]
mod promises;

use domain::enquiry::Channel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for content_type in promises::content_types(Channel::Card) {
        promises::check(Channel::Card, *content_type, bytes);
    }
});
