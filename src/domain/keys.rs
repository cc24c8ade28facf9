//! Other ways to name records than by their ids: what carries a number, what hangs on another record.

use uuid::Uuid;

use crate::bulk::Selected;
use crate::ids::{LeadId, OrderId, QuoteId};

/// Hands the list of links to a macro: `links!(needs)`. A link is a key, and the records that it finds.
#[macro_export]
macro_rules! links {
    ($with:ident) => {
        $with! {
            opportunity_of_quote: OpportunityOfQuote(QuoteId) finds OpportunityId;
            leads_selected: LeadsSelected(Selected) finds LeadId;
            lead_before: LeadBefore(LeadId) finds LeadId;
            opportunities_beside: OpportunitiesBeside(LeadId) finds OpportunityId;
            lead_of_order: LeadOfOrder(OrderId) finds LeadId;
            order_of_quote: OrderOfQuote(QuoteId) finds OrderId;
            invoices_of_order: InvoicesOfOrder(OrderId) finds InvoiceId;
            invoice_numbered: InvoiceNumbered(String) finds InvoiceId;
            transfers_referenced: TransfersReferenced(String) finds TransferId;
            proposals_about: ProposalsAbout(Uuid) finds ProposalId;
            consent_of: ConsentOf(String) finds ConsentId;
        }
    };
}

macro_rules! keys {
    ($($word:ident: $Link:ident($Key:ident) finds $Id:ident;)*) => {$(
        /// Finds records by what it holds.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Link(pub $Key);
    )*};
}
crate::links!(keys);
