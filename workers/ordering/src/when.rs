//! What ordering hears and what it says.

use domain::commands::{
    OpportunityLose, OpportunityReopen, OpportunityWin, OrderCancel, OrderShip, OrderUpdate,
    QuoteAccept, QuoteConfirm, QuoteDecline,
};
use domain::events::{
    OpportunityLost, OpportunityReopened, OpportunityWon, OrderCanceled, OrderCreated,
    OrderFulfilled, OrderShipped, OrderUpdated, QuoteClosed, QuoteHeld, QuoteWon,
};

domain::one_of! {
    /// What ordering hears.
    pub When: QuoteAccept, QuoteConfirm, QuoteDecline, OrderShip, OrderCancel, OrderUpdate, OpportunityWin, OpportunityLose,
        OpportunityReopen
}

domain::one_of! {
    /// What ordering may say.
    pub Then: OrderCreated, OrderShipped, OrderFulfilled, OrderCanceled, OrderUpdated, QuoteHeld, QuoteWon, QuoteClosed,
        OpportunityWon, OpportunityLost, OpportunityReopened
}
