//! What quoting hears and what it says.

use domain::commands::{
    DiscountListDefine, DiscountListDelete, ExchangeRateSet, LiteratureDefine, LiteratureDelete,
    OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityEditLines,
    OpportunityRemoveCompetitor, OpportunityRemoveStakeholder, OpportunityUpdate, PriceListDefine,
    PriceListDelete, ProductActivate, ProductDefine, ProductDelete, ProductPublish, ProductRetire,
    ProductRevert, ProductRevise, QuoteActivate, QuoteClose, QuoteDraft, QuoteEdit, QuoteRevise,
    UnitGroupDefine, UnitGroupDelete,
};
use domain::decide::{Outcome, Refusal};
use domain::events::{
    DiscountListDefined, DiscountListDeleted, ExchangeRateChanged, LiteratureDefined,
    LiteratureDeleted, OpportunityCompetitorAdded, OpportunityCompetitorRemoved,
    OpportunityCreated, OpportunityLost, OpportunityRepriced, OpportunityStakeholderAdded,
    OpportunityStakeholderRemoved, OpportunityUpdated, PriceListDefined, PriceListDeleted,
    ProductActivated, ProductDefined, ProductDeleted, ProductPublished, ProductRetired,
    ProductReverted, ProductRevised, QuoteActivated, QuoteClosed, QuoteDrafted, QuoteEdited,
    QuoteRevised, UnitGroupDefined, UnitGroupDeleted,
};

domain::one_of! {
    /// What quoting hears.
    pub When: OpportunityCreated, OpportunityUpdate, OpportunityEditLines, OpportunityAddStakeholder, OpportunityRemoveStakeholder, OpportunityAddCompetitor, OpportunityRemoveCompetitor, QuoteDraft, QuoteEdit, QuoteActivate, QuoteRevise, QuoteClose,
        UnitGroupDefine, UnitGroupDelete, ProductDefine, ProductPublish, ProductRevise, ProductRevert, ProductRetire, ProductActivate, ProductDelete, DiscountListDefine, DiscountListDelete, PriceListDefine, PriceListDelete, LiteratureDefine, LiteratureDelete, ExchangeRateSet
}

domain::one_of! {
    /// What quoting says.
    pub Then: OpportunityRepriced, OpportunityUpdated, OpportunityStakeholderAdded, OpportunityStakeholderRemoved, OpportunityCompetitorAdded, OpportunityCompetitorRemoved, OpportunityLost, QuoteDrafted, QuoteEdited, QuoteActivated, QuoteRevised,
        QuoteClosed, QuoteClose, UnitGroupDefined, UnitGroupDeleted, ProductDefined, ProductPublished, ProductRevised, ProductReverted, ProductRetired, ProductActivated, ProductDeleted, DiscountListDefined, DiscountListDeleted, PriceListDefined, PriceListDeleted, LiteratureDefined, LiteratureDeleted, ExchangeRateChanged
}

/// What follows from one of these.
pub(crate) type Decision = Result<Outcome<Then>, Refusal>;
