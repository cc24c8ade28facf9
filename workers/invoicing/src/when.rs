//! What invoicing hears and what it says.

use domain::commands::{InvoiceCancel, PaymentReceived};
use domain::events::{InvoiceCanceled, InvoiceIssued, InvoicePaid, OrderFulfilled};

domain::one_of! {
    /// What invoicing hears.
    pub When: OrderFulfilled, PaymentReceived, InvoiceCancel
}

domain::one_of! {
    /// What invoicing may say.
    pub Then: InvoiceIssued, InvoicePaid, InvoiceCanceled
}
