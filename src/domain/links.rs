//! Which records make which links, and how many of them one key may find.

use crate::document::LINES_MAX;
use crate::ids::{ConsentId, InvoiceId, LeadId, OpportunityId, OrderId, ProposalId, TransferId};
use crate::keys::{
    ConsentOf, InvoiceNumbered, InvoicesOfOrder, LeadOfOrder, OpportunityOfQuote, OrderOfQuote,
    ProposalsAbout, TransfersReferenced,
};
use crate::record::Record;
use crate::world::{Link, World};

impl Link for OpportunityOfQuote {
    type Id = OpportunityId;
    fn made_by(record: &Record, _: &World) -> Vec<(Self, OpportunityId)> {
        let Record::Opportunity(deal) = record else { return Vec::new() };
        deal.quotes.iter().map(|quote| (Self(quote.id), deal.id)).collect()
    }
}

/// The lead that the deal of an order began with.
impl Link for LeadOfOrder {
    type Id = LeadId;
    const LOADS: bool = false;

    fn made_by(record: &Record, world: &World) -> Vec<(Self, LeadId)> {
        let Record::Order(order) = record else { return Vec::new() };
        let deal = order.opportunity.and_then(|deal| world.opportunities.get(&deal));
        let lead = deal.and_then(|deal| deal.originating_lead);
        lead.map(|lead| (Self(order.id), lead)).into_iter().collect()
    }
}

impl Link for OrderOfQuote {
    type Id = OrderId;
    fn made_by(record: &Record, _: &World) -> Vec<(Self, OrderId)> {
        let Record::Order(order) = record else { return Vec::new() };
        order.quote.map(|quote| (Self(quote), order.id)).into_iter().collect()
    }
}

impl Link for InvoicesOfOrder {
    type Id = InvoiceId;
    /// As many as an order has lines at most.
    const LIMIT: usize = LINES_MAX;

    fn made_by(record: &Record, _: &World) -> Vec<(Self, InvoiceId)> {
        let Record::Invoice(invoice) = record else { return Vec::new() };
        invoice.order.map(|order| (Self(order), invoice.id)).into_iter().collect()
    }
}

impl Link for InvoiceNumbered {
    type Id = InvoiceId;
    fn made_by(record: &Record, _: &World) -> Vec<(Self, InvoiceId)> {
        let Record::Invoice(invoice) = record else { return Vec::new() };
        vec![(Self(invoice.number.clone()), invoice.id)]
    }
}

/// Transfers by their reference, whoever the payer is.
impl Link for TransfersReferenced {
    type Id = TransferId;
    /// More payers than write the same reference.
    const LIMIT: usize = 100;

    fn made_by(record: &Record, _: &World) -> Vec<(Self, TransferId)> {
        let Record::Transfer(transfer) = record else { return Vec::new() };
        vec![(Self(transfer.reference.clone()), transfer.id)]
    }
}

/// Proposals about one record, the newest of them.
impl Link for ProposalsAbout {
    type Id = ProposalId;
    /// One may be open; of those that were dismissed, so many are remembered.
    const LIMIT: usize = 20;

    fn made_by(record: &Record, _: &World) -> Vec<(Self, ProposalId)> {
        let Record::Proposal(proposal) = record else { return Vec::new() };
        proposal.about.subject().map(|about| (Self(about.id), proposal.id)).into_iter().collect()
    }
}

/// The consent of whoever is reached by a key, as `email a@b.example`.
impl Link for ConsentOf {
    type Id = ConsentId;
    fn made_by(record: &Record, _: &World) -> Vec<(Self, ConsentId)> {
        let Record::Consent(consent) = record else { return Vec::new() };
        vec![(Self(consent.channel.clone()), consent.id)]
    }
}
