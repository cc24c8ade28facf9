//! What ordering hears and what it says.

use domain::commands::{
    OpportunityLose, OpportunityReopen, OpportunityWin, OrderCancel, OrderShip, QuoteAccept,
};
use domain::events::{
    OpportunityLost, OpportunityReopened, OpportunityWon, OrderCanceled, OrderCreated,
    OrderFulfilled, OrderShipped, QuoteClosed, QuoteWon,
};

domain::one_of! {
    /// What ordering hears.
    pub When: QuoteAccept, OrderShip, OrderCancel, OpportunityWin, OpportunityLose,
        OpportunityReopen
}

domain::one_of! {
    /// What ordering may say.
    pub Then: OrderCreated, OrderShipped, OrderFulfilled, OrderCanceled, QuoteWon, QuoteClosed,
        OpportunityWon, OpportunityLost, OpportunityReopened
}
