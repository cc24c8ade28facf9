//! What a look at a mail says.

use domain::enquiry::NoLead;

/// What a look at a person's mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    Fine,
    /// A person must look, for this reason.
    Suspect(String),
    Junk(NoLead, String),
}
