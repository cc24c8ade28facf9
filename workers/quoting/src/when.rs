//! What quoting hears and what it says.

use domain::commands::{
    CatalogReplace, OpportunityAddLine, QuoteActivate, QuoteClose, QuoteDraft, QuoteEdit,
    QuoteRevise,
};
use domain::decide::{Outcome, Refusal};
use domain::events::{
    CatalogReplaced, OpportunityCreated, OpportunityLost, OpportunityRepriced, QuoteActivated,
    QuoteClosed, QuoteDrafted, QuoteEdited, QuoteRevised,
};

domain::one_of! {
    /// What quoting hears.
    pub When: OpportunityCreated, OpportunityAddLine, QuoteDraft, QuoteEdit, QuoteActivate, QuoteRevise, QuoteClose,
        CatalogReplace
}

domain::one_of! {
    /// What quoting says.
    pub Then: OpportunityRepriced, OpportunityLost, QuoteDrafted, QuoteEdited, QuoteActivated, QuoteRevised,
        QuoteClosed, CatalogReplaced, QuoteClose
}

/// What follows from one of these.
pub(crate) type Decision = Result<Outcome<Then>, Refusal>;
