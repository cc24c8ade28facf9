//! The kinds of programs outside that send something, and what each may send: an exchange of its own,
//! and a user of its own in `leadmill grants`. So the login of a web site can book no payments.

use domain::commands::{
    AccountDeactivate, AccountKeepApart, AccountMerge, AccountReactivate, AccountUnmerge,
    AccountUpdate, BulkQualify, ConsentChange, ConsentLift, ConsentSuppress, ContactDeactivate,
    ContactKeepApart, ContactMerge, ContactReactivate, ContactUnmerge, ContactUpdate,
    DuplicateClose, ErasureAcknowledge, InputReject, InputRelease, InvoiceCancel,
    LeadAddCompetitor, LeadAddStakeholder, LeadDisqualify, LeadKeepApart, LeadMerge, LeadQualify,
    LeadReactivate, LeadRemoveCompetitor, LeadRemoveStakeholder, LeadUndo, LeadUnmerge, LeadUpdate,
    OF_CATALOG, OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityCreate,
    OpportunityEditLines, OpportunityHold, OpportunityLose, OpportunityRemoveCompetitor,
    OpportunityRemoveStakeholder, OpportunityReopen, OpportunityResume, OpportunityUpdate,
    OpportunityWin, OrderCancel, OrderShip, OrderUpdate, PaymentReceived, PersonErase,
    ProposalAccept, ProposalDismiss, QuoteAccept, QuoteActivate, QuoteClose, QuoteConfirm,
    QuoteDecline, QuoteDraft, QuoteEdit, QuoteRevise, TransferAssign, TransferReturn,
};
use domain::message::{Message, MessageType};

/// A kind of sender.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Names its exchange ([`from`](crate::messaging::from)) and its user.
    pub kind: &'static str,
    /// The queue of its raw inputs; the name is their routing key.
    pub raw: Option<&'static str>,
    /// The commands that it may send.
    pub commands: &'static [&'static MessageType],
}

/// Every kind.
pub const KINDS: [Sender; 9] = [
    raw("web", "intake.web"),
    raw("mail", "intake.email"),
    raw("import", "intake.import"),
    raw("card", "intake.card"),
    asking("shop", &[QuoteAccept::TYPE, QuoteClose::TYPE, OrderCancel::TYPE]),
    asking("warehouse", &[OrderShip::TYPE]),
    asking("bank", &[PaymentReceived::TYPE]),
    asking("catalog", OF_CATALOG),
    asking("crm", DECIDED_BY_PEOPLE),
];

/// What people decide, whose program is a sender.
const DECIDED_BY_PEOPLE: &[&MessageType] = &[
    InputRelease::TYPE,
    InputReject::TYPE,
    LeadUpdate::TYPE,
    LeadAddStakeholder::TYPE,
    LeadRemoveStakeholder::TYPE,
    LeadAddCompetitor::TYPE,
    LeadRemoveCompetitor::TYPE,
    LeadQualify::TYPE,
    BulkQualify::TYPE,
    LeadDisqualify::TYPE,
    LeadReactivate::TYPE,
    DuplicateClose::TYPE,
    LeadMerge::TYPE,
    LeadUnmerge::TYPE,
    LeadKeepApart::TYPE,
    LeadUndo::TYPE,
    AccountUpdate::TYPE,
    AccountDeactivate::TYPE,
    AccountReactivate::TYPE,
    AccountKeepApart::TYPE,
    AccountMerge::TYPE,
    AccountUnmerge::TYPE,
    ContactUpdate::TYPE,
    ContactDeactivate::TYPE,
    ContactReactivate::TYPE,
    ConsentChange::TYPE,
    ConsentSuppress::TYPE,
    ConsentLift::TYPE,
    PersonErase::TYPE,
    ErasureAcknowledge::TYPE,
    ProposalAccept::TYPE,
    ProposalDismiss::TYPE,
    ContactKeepApart::TYPE,
    ContactMerge::TYPE,
    ContactUnmerge::TYPE,
    OpportunityCreate::TYPE,
    OpportunityUpdate::TYPE,
    OpportunityEditLines::TYPE,
    OpportunityAddStakeholder::TYPE,
    OpportunityRemoveStakeholder::TYPE,
    OpportunityAddCompetitor::TYPE,
    OpportunityRemoveCompetitor::TYPE,
    OpportunityHold::TYPE,
    OpportunityResume::TYPE,
    OpportunityWin::TYPE,
    OpportunityLose::TYPE,
    OpportunityReopen::TYPE,
    QuoteDraft::TYPE,
    QuoteEdit::TYPE,
    QuoteActivate::TYPE,
    QuoteRevise::TYPE,
    QuoteClose::TYPE,
    QuoteAccept::TYPE,
    QuoteConfirm::TYPE,
    QuoteDecline::TYPE,
    OrderUpdate::TYPE,
    OrderCancel::TYPE,
    PaymentReceived::TYPE,
    TransferAssign::TYPE,
    TransferReturn::TYPE,
    InvoiceCancel::TYPE,
];

impl Sender {
    /// The kind that sends raw inputs to this queue.
    #[must_use]
    pub fn of_queue(queue: &str) -> Option<&'static Self> {
        KINDS.iter().find(|sender| sender.raw == Some(queue))
    }
}

const fn raw(kind: &'static str, queue: &'static str) -> Sender {
    Sender { kind, raw: Some(queue), commands: &[] }
}

const fn asking(kind: &'static str, commands: &'static [&'static MessageType]) -> Sender {
    Sender { kind, raw: None, commands }
}
