//! What ordering hears and what it says.

use domain::commands::{
    OpportunityHold, OpportunityLose, OpportunityReopen, OpportunityResume, OpportunityWin,
    OrderCancel, OrderShip, OrderUpdate, QuoteAccept, QuoteConfirm, QuoteDecline,
};
use domain::events::{
    OpportunityHeld, OpportunityLost, OpportunityReopened, OpportunityResumed, OpportunityWon,
    OrderBillable, OrderCanceled, OrderCreated, OrderFulfilled, OrderShipped, OrderUpdated,
    QuoteClosed, QuoteHeld, QuoteWon,
};

domain::one_of! {
    /// What ordering hears.
    pub When: QuoteAccept, QuoteConfirm, QuoteDecline, OrderShip, OrderCancel, OrderUpdate, OpportunityWin, OpportunityLose,
        OpportunityReopen, OpportunityHold, OpportunityResume
}

domain::one_of! {
    /// What ordering may say.
    pub Then: OrderBillable, OrderCreated, OrderShipped, OrderFulfilled, OrderCanceled, OrderUpdated, QuoteHeld, QuoteWon, QuoteClosed,
        OpportunityWon, OpportunityLost, OpportunityReopened, OpportunityHeld, OpportunityResumed
}
