//! What ordering hears and what it says.

use domain::commands::{
    OpportunityHold, OpportunityLose, OpportunityReopen, OpportunityResume, OpportunityWin,
    OrderCancel, OrderShip, QuoteAccept,
};
use domain::events::{
    OpportunityHeld, OpportunityLost, OpportunityReopened, OpportunityResumed, OpportunityWon,
    OrderCanceled, OrderCreated, OrderFulfilled, OrderShipped, QuoteClosed, QuoteWon,
};

domain::one_of! {
    /// What ordering hears.
    pub When: QuoteAccept, OrderShip, OrderCancel, OpportunityWin, OpportunityLose,
        OpportunityReopen, OpportunityHold, OpportunityResume
}

domain::one_of! {
    /// What ordering may say.
    pub Then: OrderCreated, OrderShipped, OrderFulfilled, OrderCanceled, QuoteWon, QuoteClosed,
        OpportunityWon, OpportunityLost, OpportunityReopened, OpportunityHeld, OpportunityResumed
}
