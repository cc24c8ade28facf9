//! Which records make which links, and how many of them one key may find.

use crate::billed::INVOICES_MAX;
use crate::bulk::Selected;
use crate::ids::{ConsentId, InvoiceId, LeadId, OpportunityId, OrderId, ProposalId, TransferId};
use crate::keys::{
    ConsentOf, InvoiceNumbered, InvoicesOfOrder, LeadBefore, LeadOfOrder, LeadsSelected,
    OpportunitiesBeside, OpportunityOfQuote, OrderOfQuote, ProposalsAbout, TransfersReferenced,
};
use crate::lead::Lead;
use crate::outcome::SAYS_MAX;
use crate::record::Record;
use crate::world::{Link, World};

/// Most leads among which one slice of a bulk looks.
pub const LOOK_MAX: usize = 5_000;

impl Link for OpportunityOfQuote {
    type Id = OpportunityId;
    fn made_by(record: &Record, _: &World) -> Vec<(Self, OpportunityId)> {
        let Record::Opportunity(deal) = record else { return Vec::new() };
        deal.quotes.iter().map(|quote| (Self(quote.id), deal.id)).collect()
    }
}

/// The leads that a slice of a bulk asks. What a decision of the same batch does to one of them is not seen: it is asked
/// all the same, as if the slice had come a moment before, and answers for itself.
impl Link for LeadsSelected {
    type Id = LeadId;
    /// Each is a message, and so are what is said of the slice and the next one.
    const LIMIT: usize = SAYS_MAX - 2;
    const LOADS: bool = false;

    fn made_by(_: &Record, _: &World) -> Vec<(Self, LeadId)> {
        Vec::new()
    }

    fn found_in(&self, whole: &World) -> Option<Vec<LeadId>> {
        let Selected { selector, window } = &self.0;
        let collection =
            |lead: &Lead| whole.inputs.get(&lead.input)?.part_of.map(|part_of| part_of.collection);
        let leads = whole.leads.all().filter(|lead| window.holds(lead.id));
        let selected = leads.filter(|lead| selector.takes(lead, collection(lead)));
        Some(selected.map(|lead| lead.id).collect())
    }
}

/// The lead that is [`LOOK_MAX`] places before another: there a window begins. None where there are fewer.
impl Link for LeadBefore {
    type Id = LeadId;
    const LOADS: bool = false;

    fn made_by(_: &Record, _: &World) -> Vec<(Self, LeadId)> {
        Vec::new()
    }

    fn found_in(&self, whole: &World) -> Option<Vec<LeadId>> {
        let before: Vec<_> =
            whole.leads.all().map(|lead| lead.id).filter(|id| *id < self.0).collect();
        Some(before.into_iter().rev().skip(LOOK_MAX - 1).take(1).collect())
    }
}

/// The opportunities of a lead beside its primary one.
impl Link for OpportunitiesBeside {
    type Id = OpportunityId;
    /// As of many times that a lead was reactivated and qualified again.
    const LIMIT: usize = 50;

    fn made_by(record: &Record, _: &World) -> Vec<(Self, OpportunityId)> {
        let Record::Opportunity(deal) = record else { return Vec::new() };
        let lead = deal.originating_lead.filter(|_| deal.primary.is_some());
        lead.map(|lead| (Self(lead), deal.id)).into_iter().collect()
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
    const LIMIT: usize = INVOICES_MAX;

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
