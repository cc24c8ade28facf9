//! The problems that were found.

use crate::catalog::Catalog;

/// What is wrong with a catalog, and by what it is judged.
pub struct Problems<'p> {
    /// The catalog as it would be.
    pub catalog: &'p Catalog,
    /// Is there a rate for that tax class?
    pub taxed: &'p dyn Fn(&str) -> bool,
    /// Finished sentences.
    pub found: Vec<String>,
}

impl<'p> Problems<'p> {
    #[must_use]
    pub fn new(catalog: &'p Catalog, taxed: &'p dyn Fn(&str) -> bool) -> Self {
        Self { catalog, taxed, found: Vec::new() }
    }

    pub(super) fn say(&mut self, problem: String) {
        self.found.push(problem);
    }

    /// Nothing that must be written may be blank.
    pub(super) fn written(&mut self, of: &str, texts: &[(&str, &str)]) {
        for (what, text) in texts {
            if text.trim().is_empty() {
                self.say(format!("The {what} of {of} is empty."));
            }
        }
    }
}
