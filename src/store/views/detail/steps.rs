//! What a person can ask for next. The life cycle says which steps a state allows; here stands which command asks
//! for which step.

use domain::commands::{
    AccountDeactivate, AccountKeepApart, AccountMerge, AccountReactivate, AccountUnmerge,
    AccountUpdate, ConsentChange, ConsentLift, ConsentSuppress, ContactDeactivate,
    ContactKeepApart, ContactMerge, ContactReactivate, ContactUnmerge, ContactUpdate,
    DuplicateClose, ErasureAcknowledge, InputReject, InputRelease, InvoiceCancel,
    LeadAddCompetitor, LeadAddStakeholder, LeadDisqualify, LeadKeepApart, LeadMerge, LeadQualify,
    LeadReactivate, LeadRemoveCompetitor, LeadRemoveStakeholder, LeadUnmerge, LeadUpdate,
    OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityEditLines, OpportunityHold,
    OpportunityLose, OpportunityRemoveCompetitor, OpportunityRemoveStakeholder, OpportunityReopen,
    OpportunityResume, OpportunityUpdate, OpportunityWin, OrderCancel, OrderShip, OrderUpdate,
    PaymentReceived, ProposalAccept, ProposalDismiss, QuoteAccept, QuoteActivate, QuoteClose,
    QuoteConfirm, QuoteDecline, QuoteDraft, QuoteEdit, QuoteRevise, TransferAssign, TransferReturn,
};
use domain::message::{Message, MessageType};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::store::views::label::Labelled;
use crate::store::views::subject;

/// Commands from outside, each with the verb of the step that it asks for.
const ASKS: [(&MessageType, &str); 58] = [
    (InputRelease::TYPE, "create"),
    (InputReject::TYPE, "reject"),
    (LeadUpdate::TYPE, "be updated"),
    (LeadAddStakeholder::TYPE, "be updated"),
    (LeadRemoveStakeholder::TYPE, "be updated"),
    (LeadAddCompetitor::TYPE, "be updated"),
    (LeadRemoveCompetitor::TYPE, "be updated"),
    (LeadQualify::TYPE, "qualify"),
    (LeadDisqualify::TYPE, "disqualify"),
    (LeadReactivate::TYPE, "reactivate"),
    (DuplicateClose::TYPE, "be closed"),
    (LeadMerge::TYPE, "take in another lead"),
    (LeadUnmerge::TYPE, "give back what it took in"),
    (LeadKeepApart::TYPE, "be kept apart"),
    (AccountUpdate::TYPE, "be updated"),
    (AccountDeactivate::TYPE, "be deactivated"),
    (AccountReactivate::TYPE, "be activated"),
    (AccountKeepApart::TYPE, "be updated"),
    (AccountMerge::TYPE, "take in another one"),
    (AccountUnmerge::TYPE, "give back what it took in"),
    (ContactUpdate::TYPE, "be updated"),
    (ContactDeactivate::TYPE, "be deactivated"),
    (ContactReactivate::TYPE, "be activated"),
    (ConsentChange::TYPE, "be changed"),
    (ConsentSuppress::TYPE, "be suppressed"),
    (ConsentLift::TYPE, "be lifted"),
    (ProposalAccept::TYPE, "be accepted"),
    (ProposalDismiss::TYPE, "be dismissed"),
    (ContactKeepApart::TYPE, "be updated"),
    (ContactMerge::TYPE, "take in another one"),
    (ContactUnmerge::TYPE, "give back what it took in"),
    (QuoteDraft::TYPE, "be edited"),
    (OpportunityUpdate::TYPE, "be edited"),
    (OpportunityEditLines::TYPE, "be edited"),
    (OpportunityAddStakeholder::TYPE, "be edited"),
    (OpportunityRemoveStakeholder::TYPE, "be edited"),
    (OpportunityAddCompetitor::TYPE, "be edited"),
    (OpportunityRemoveCompetitor::TYPE, "be edited"),
    (OpportunityHold::TYPE, "be put on hold"),
    (OpportunityResume::TYPE, "be resumed"),
    (OpportunityWin::TYPE, "be won"),
    (OpportunityLose::TYPE, "be lost"),
    (OpportunityReopen::TYPE, "be reopened"),
    (QuoteEdit::TYPE, "be edited"),
    (QuoteActivate::TYPE, "be activated"),
    (QuoteAccept::TYPE, "be accepted"),
    (QuoteConfirm::TYPE, "be confirmed"),
    (QuoteDecline::TYPE, "be declined"),
    (QuoteRevise::TYPE, "be revised"),
    (QuoteClose::TYPE, "be closed"),
    (OrderUpdate::TYPE, "be updated"),
    (OrderShip::TYPE, "be shipped"),
    (OrderCancel::TYPE, "be canceled"),
    (PaymentReceived::TYPE, "be paid"),
    (InvoiceCancel::TYPE, "be canceled"),
    (TransferAssign::TYPE, "be assigned"),
    (TransferReturn::TYPE, "be returned"),
    (ErasureAcknowledge::TYPE, "be acknowledged"),
];

/// A command that the state of a record allows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Its type, with its version.
    pub command: &'static str,
    /// What is known of its data: the record.
    pub data: Map<String, Value>,
}

/// The commands that a record can be asked for as it stands.
pub(super) fn of(record: &Labelled) -> Vec<Step> {
    let verbs = subject::verbs(record.subject, &record.state);
    let asks = ASKS.iter().filter(|(ty, verb)| ty.about == record.subject && verbs.contains(verb));
    let step = |(ty, _): &(&'static MessageType, &str)| {
        let field = ty.field?.to_owned();
        let data = Map::from_iter([(field, json!(record.id))]);
        Some(Step { command: ty.name, data })
    };
    asks.filter_map(step).collect()
}

#[cfg(test)]
mod tests {
    use domain::commands::{
        BulkQualify, COMMANDS, InputReadAgain, LeadUndo, OF_CATALOG, OpportunityCreate,
        PersonErase, RetentionRun, is_from_outside,
    };
    use domain::message::SubjectKind;
    use uuid::Uuid;

    use super::*;

    /// What no person asks of a record: the catalog has no state, programs read inputs again and undo lists, a bulk is
    /// begun, an erasure is of a person or of what is old, and a deal is opened for a customer.
    const OTHERS: [&MessageType; 6] = [
        InputReadAgain::TYPE,
        LeadUndo::TYPE,
        BulkQualify::TYPE,
        OpportunityCreate::TYPE,
        PersonErase::TYPE,
        RetentionRun::TYPE,
    ];

    #[test]
    fn every_command_from_outside_asks_for_a_step_of_a_life_cycle() {
        let of_a_record = |ty: &&&MessageType| !OTHERS.contains(*ty) && !OF_CATALOG.contains(*ty);
        for ty in COMMANDS.iter().filter(|ty| is_from_outside(ty)).filter(of_a_record) {
            let asks = ASKS.iter().find(|(known, _)| known == ty);
            let (_, verb) = asks.unwrap_or_else(|| panic!("which step does {} ask for?", ty.name));
            let legal = |state: &&str| subject::verbs(ty.about, state).contains(verb);
            assert!(subject::states(ty.about).iter().any(legal), "{}: {verb}", ty.name);
        }
    }

    #[test]
    fn a_held_input_is_released_or_rejected_and_a_closed_one_offers_nothing() {
        let input = |state: &str| {
            let (subject, state) = (SubjectKind::Input, state.to_owned());
            of(&Labelled { subject, id: Uuid::nil(), label: None, state })
        };
        let names: Vec<_> = input("held").iter().map(|step| step.command).collect();
        assert_eq!(names, ["input.release.v1", "input.reject.v1"]);
        assert_eq!(input("held")[0].data["input"], json!(Uuid::nil()));
        assert_eq!(input("created"), []);
    }
}
