//! What invoicing hears and what it says.

use domain::commands::{InvoiceCancel, PaymentReceived, TransferAssign, TransferReturn};
use domain::events::{
    InvoiceCanceled, InvoiceIssued, InvoicePaid, OrderFulfilled, TransferAssigned, TransferHeld,
    TransferReturned,
};

domain::one_of! {
    /// What invoicing hears.
    pub When: OrderFulfilled, PaymentReceived, InvoiceCancel, TransferAssign, TransferReturn
}

domain::one_of! {
    /// What invoicing may say.
    pub Then: InvoiceIssued, InvoicePaid, InvoiceCanceled, TransferHeld, TransferAssigned, TransferReturned
}
