//! By what qualification decides: its settings, its field map and its rules.

use domain::likeness::DuplicateRules;

use crate::rules::Rules;
use crate::terms::Terms;

/// What does not hang on the message.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) terms: Terms,
    pub(crate) rules: Rules,
    /// The country of telephones without a code; empty: none.
    pub(crate) region: String,
    pub(crate) duplicates: DuplicateRules,
}
