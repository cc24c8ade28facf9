//! What quoting hears and what it says.

use domain::commands::{
    CatalogReplace, OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityEditLines,
    OpportunityRemoveCompetitor, OpportunityRemoveStakeholder, OpportunityUpdate, QuoteActivate,
    QuoteClose, QuoteDraft, QuoteEdit, QuoteRevise,
};
use domain::decide::{Outcome, Refusal};
use domain::events::{
    CatalogReplaced, OpportunityCompetitorAdded, OpportunityCompetitorRemoved, OpportunityCreated,
    OpportunityLost, OpportunityRepriced, OpportunityStakeholderAdded,
    OpportunityStakeholderRemoved, OpportunityUpdated, QuoteActivated, QuoteClosed, QuoteDrafted,
    QuoteEdited, QuoteRevised,
};

domain::one_of! {
    /// What quoting hears.
    pub When: OpportunityCreated, OpportunityUpdate, OpportunityEditLines, OpportunityAddStakeholder, OpportunityRemoveStakeholder, OpportunityAddCompetitor, OpportunityRemoveCompetitor, QuoteDraft, QuoteEdit, QuoteActivate, QuoteRevise, QuoteClose,
        CatalogReplace
}

domain::one_of! {
    /// What quoting says.
    pub Then: OpportunityRepriced, OpportunityUpdated, OpportunityStakeholderAdded, OpportunityStakeholderRemoved, OpportunityCompetitorAdded, OpportunityCompetitorRemoved, OpportunityLost, QuoteDrafted, QuoteEdited, QuoteActivated, QuoteRevised,
        QuoteClosed, CatalogReplaced, QuoteClose
}

/// What follows from one of these.
pub(crate) type Decision = Result<Outcome<Then>, Refusal>;
