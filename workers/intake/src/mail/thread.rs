//! The conversation that a mail belongs to, by its own headers.

use domain::enquiry::{TEXT_CHARS_MAX, THREAD_MAX, Thread};

use crate::letter::Letter;
use crate::normal;

/// Longest header that is searched for ids, in bytes.
const HEADER_BYTES_MAX: usize = 64 * 1024;

/// The mail's own id and those of the mails it answers: In-Reply-To first, then References from the
/// newest on, as RFC 5322 orders them.
pub(super) fn of(letter: &Letter) -> Thread {
    let message = ids(letter, "message-id").into_iter().next();
    let mut answers: Vec<String> = Vec::new();
    let references = ids(letter, "references");
    for id in ids(letter, "in-reply-to").into_iter().chain(references.into_iter().rev()) {
        if answers.len() < THREAD_MAX && message.as_ref() != Some(&id) && !answers.contains(&id) {
            answers.push(id);
        }
    }
    Thread { message, answers }
}

/// The ids in a header, in order; what is no id (a date, a name) is left out.
fn ids(letter: &Letter, header: &str) -> Vec<String> {
    let value = letter.header(header).filter(|value| value.len() <= HEADER_BYTES_MAX);
    let parts =
        value.unwrap_or_default().split(|c: char| c.is_whitespace() || "<>,;\"".contains(c));
    parts.filter(|part| part.contains('@')).filter_map(id).collect()
}

/// An id of which text may be kept: one that is longer says nothing.
fn id(part: &str) -> Option<String> {
    normal::line(part).filter(|id| id.len() > 2 && id.chars().count() < TEXT_CHARS_MAX)
}
