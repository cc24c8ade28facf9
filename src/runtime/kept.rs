//! What came, in texts that a row keeps.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// A text as PostgreSQL keeps it.
pub fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Headers as a row keeps them.
pub fn kept_headers(headers: &BTreeMap<String, String>) -> Value {
    let kept = headers.iter().map(|(name, value)| (text(name), text(value).into()));
    Value::Object(kept.collect())
}

/// A sender's key as it is stored: without NUL, and hashed where it is longer than an index takes.
pub fn key(sent: &str, bytes_max: usize) -> String {
    let key = text(sent);
    if key.len() <= bytes_max { key } else { format!("sha256:{}", hex(&Sha256::digest(key))) }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
