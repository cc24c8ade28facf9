//! What was said to people already, so that a state that lasts is said once and not every few seconds.

use std::sync::{Arc, Mutex, PoisonError};

/// The last sentence about something that lasts.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<Option<String>>>);

impl Told {
    /// Whether the sentence is to be said: it was not the last one.
    pub fn is_new(&self, sentence: &str) -> bool {
        self.with(|last| {
            let new = last.as_deref() != Some(sentence);
            if new {
                *last = Some(sentence.to_owned());
            }
            new
        })
    }

    /// The state has ended: said again, it is news.
    pub fn over(&self) {
        self.with(|last| *last = None);
    }

    fn with<T>(&self, change: impl FnOnce(&mut Option<String>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
