//! What invoicing hears and what it says.

use domain::commands::{
    InvoiceCancel, InvoiceCreate, PaymentReceived, TransferAssign, TransferReturn,
};
use domain::events::{
    InvoiceCanceled, InvoiceIssued, InvoicePaid, OrderBillable, OrderFulfilled, TransferAssigned,
    TransferHeld, TransferReturned,
};

domain::one_of! {
    /// What invoicing hears.
    pub When: OrderFulfilled, OrderBillable, InvoiceCreate, PaymentReceived, InvoiceCancel, TransferAssign, TransferReturn
}

domain::one_of! {
    /// What invoicing may say.
    pub Then: InvoiceIssued, InvoicePaid, InvoiceCanceled, TransferHeld, TransferAssigned, TransferReturned
}
