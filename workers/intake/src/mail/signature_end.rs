//! Where a signature ends: an older mail, a telephone's line or a postscript follows.

use super::attribution::attribution;
use super::block::block;
use super::closing::is_postscript;

/// How many lines the signature takes that begins with the first of these.
pub(super) fn after_signature(lines: &[&str]) -> usize {
    /// Most lines that are looked through.
    const LINES_MAX: usize = 200;
    for (at, line) in lines.iter().enumerate().take(LINES_MAX).skip(1) {
        let line = line.trim();
        let ends = line.starts_with('>')
            || is_postscript(line)
            || line.starts_with("-----") && line.chars().any(char::is_alphanumeric)
            || line.len() >= 5 && line.bytes().all(|b| b == b'_')
            || attribution(&lines[at..], true).is_some()
            || block(&lines[at..]).is_some();
        if ends {
            return at;
        }
    }
    lines.len()
}
