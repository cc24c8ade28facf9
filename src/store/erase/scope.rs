//! What is one person's.

use std::collections::{BTreeMap, BTreeSet};

use domain::blank::Whose;
use domain::erasure::ErasedRecord;
use domain::message::{Subject, SubjectKind};
use domain::party::{PartyKey, PartyKeyKind};
use uuid::Uuid;

/// The records of one person, and the keys by which they are recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The keys that lead to them, and those that their records give.
    pub(super) keys: BTreeSet<PartyKey>,
    pub(super) contacts: BTreeSet<Uuid>,
    pub(super) leads: BTreeSet<Uuid>,
    /// Leads of others, to which they wrote in a conversation.
    pub(super) joined: BTreeSet<Uuid>,
    /// What they wrote there.
    pub(super) added: BTreeSet<Uuid>,
    pub(super) inputs: BTreeSet<Uuid>,
    pub(super) accounts: BTreeSet<Uuid>,
    pub(super) opportunities: BTreeSet<Uuid>,
    pub(super) quotes: BTreeSet<Uuid>,
    pub(super) orders: BTreeSet<Uuid>,
    /// Deals, quotes and orders that an organisation makes.
    pub(super) organisations: BTreeSet<Uuid>,
    pub(super) proposals: BTreeSet<Uuid>,
    pub(super) consents: BTreeSet<Uuid>,
    /// What the channels become of consents that are to be known again.
    pub(super) pseudonyms: BTreeMap<Uuid, String>,
    /// Orders that are still to be invoiced, and invoices: they stay.
    pub(super) kept_orders: u64,
    pub(super) invoices: BTreeSet<Uuid>,
}

impl Scope {
    /// Of these inputs alone, as of rejected ones.
    pub(super) fn of_inputs(inputs: BTreeSet<Uuid>) -> Self {
        Self { inputs, ..Self::default() }
    }

    /// The values of one kind of key.
    pub(super) fn values(&self, kind: PartyKeyKind) -> Vec<String> {
        let of_kind = self.keys.iter().filter(|key| key.kind == kind);
        of_kind.map(|key| key.value.clone()).collect()
    }

    /// The records whose events are all theirs.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let of = |kind, ids: &BTreeSet<Uuid>| {
            ids.iter().map(|id| Subject { kind, id: *id }).collect::<Vec<_>>()
        };
        [
            of(SubjectKind::Input, &self.inputs),
            of(SubjectKind::Lead, &self.leads),
            of(SubjectKind::Contact, &self.contacts),
            of(SubjectKind::Consent, &self.consents),
            of(SubjectKind::Proposal, &self.proposals),
            of(SubjectKind::Opportunity, &self.opportunities),
            of(SubjectKind::Quote, &self.quotes),
            of(SubjectKind::Order, &self.orders),
        ]
        .concat()
    }

    /// The same, as the receipt names them.
    pub(super) fn erased(&self) -> Vec<ErasedRecord> {
        self.subjects().into_iter().map(ErasedRecord::from).collect()
    }

    /// Their ids.
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.subjects().iter().map(|subject| subject.id).collect()
    }

    /// Everything whose events are read: theirs, and what may hold a value of theirs.
    pub(super) fn touched(&self) -> Vec<Uuid> {
        let others = self.joined.iter().chain(&self.accounts).copied();
        self.ids().into_iter().chain(others).collect()
    }

    /// Whose a message about that record is.
    pub(super) fn whose(&self, subject: Uuid) -> Whose {
        let phones = self.values(PartyKeyKind::Phone).into_iter().collect();
        let pseudonym = self.pseudonyms.get(&subject).cloned();
        Whose { organisation: self.organisations.contains(&subject), phones, pseudonym }
    }
}
