//! The one list of subjects that are locked by their id. What the World holds, what can be needed, and how
//! the store loads and saves follow from it, so that none can be forgotten.

/// Hands the list, in the order of locks, to a macro: `subjects!(save)`. The first word is the module of
/// the store that loads and saves the records. Quotes are parts of their opportunity.
#[macro_export]
macro_rules! subjects {
    ($with:ident) => {
        $with! {
            input: Input by InputId in inputs;
            account: Account by AccountId in accounts;
            contact: Contact by ContactId in contacts;
            bulk: Bulk by BulkId in bulks;
            lead: Lead by LeadId in leads;
            duplicate: Duplicate by DuplicateId in duplicates;
            opportunity: Opportunity by OpportunityId in opportunities;
            order: Order by OrderId in orders;
            invoice: Invoice by InvoiceId in invoices;
            transfer: Transfer by TransferId in transfers;
            proposal: Proposal by ProposalId in proposals;
            consent: Consent by ConsentId in consents;
            erasure: Erasure by ErasureId in erasures;
        }
    };
}
