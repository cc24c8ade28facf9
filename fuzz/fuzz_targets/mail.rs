//! Any bytes by the channel `Email`: no panic, and every reading keeps its promises.
#![no_main]

#[path = "../../workers/intake/tests/promises/mod.rs"]
mod promises;

use domain::enquiry::Channel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for content_type in promises::content_types(Channel::Email) {
        promises::check(Channel::Email, *content_type, bytes);
    }
});
