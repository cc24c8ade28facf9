//! What people mean by a word of theirs, and what they are told where it means nothing here.

use anyhow::anyhow;
use domain::message::SubjectKind;
use uuid::Uuid;

use crate::store::subject;

/// The subject that is meant.
///
/// # Errors
/// Which subjects there are.
pub(super) fn subject_of(word: &str) -> anyhow::Result<SubjectKind> {
    subject::named(&word.to_lowercase()).ok_or_else(|| {
        let words: Vec<_> = subject::all().map(subject::plural).collect();
        anyhow!("`{word}` is nothing that can be listed or shown; there are {}.", words.join(", "))
    })
}

/// What a list is to go on after.
///
/// # Errors
/// That it is no id.
pub(super) fn after(text: Option<&str>) -> anyhow::Result<Option<Uuid>> {
    let id = text.map(|text| {
        let id = text.parse::<Uuid>();
        id.map_err(|_| anyhow!("`{text}` is no id; give --after as the page before says it."))
    });
    id.transpose()
}

/// That a text stands for nothing here.
pub(super) fn nothing_known(what: &str) -> anyhow::Error {
    anyhow!(
        "Nothing is known of `{what}`. Give an id, a document number such as O-100042, the sender's own key, a \
         person's e-mail address or telephone, or the name of an organisation; what still waits in a queue is counted \
         by `leadmill status`."
    )
}
