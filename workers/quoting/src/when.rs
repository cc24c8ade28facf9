//! What quoting hears and what it says.

use domain::commands::{
    CatalogReplace, OpportunityAddLine, QuoteActivate, QuoteClose, QuoteRevise,
};
use domain::decide::{Outcome, Refusal};
use domain::events::{
    CatalogReplaced, OpportunityCreated, OpportunityLost, OpportunityRepriced, QuoteActivated,
    QuoteClosed, QuoteDrafted, QuoteRevised,
};

domain::one_of! {
    /// What quoting hears.
    pub When: OpportunityCreated, OpportunityAddLine, QuoteActivate, QuoteRevise, QuoteClose,
        CatalogReplace
}

domain::one_of! {
    /// What quoting says.
    pub Then: OpportunityRepriced, OpportunityLost, QuoteDrafted, QuoteActivated, QuoteRevised,
        QuoteClosed, CatalogReplaced, QuoteClose
}

/// What follows from one of these.
pub(crate) type Decision = Result<Outcome<Then>, Refusal>;
