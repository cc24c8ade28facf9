//! Invoices by column, as bulk statements take them.

use domain::customer::Buyer;
use domain::ids::Id;
use domain::invoice::{Invoice, InvoiceState, Seller};
use domain::lifecycle::Lifecycle;
use domain::totals::Header;
use rust_decimal::Decimal;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::store::totals::TotalsColumns;

/// Ids, versions and states: what changes after the birth.
#[derive(Default)]
pub(super) struct States {
    pub(super) ids: Vec<Uuid>,
    pub(super) sequences: Vec<i64>,
    pub(super) states: Vec<&'static str>,
    pub(super) paid_ats: Vec<Option<DateTime<Utc>>>,
    pub(super) discounts: Vec<Option<Decimal>>,
    pub(super) canceled_ats: Vec<Option<DateTime<Utc>>>,
}

impl States {
    pub(super) fn of<'i>(invoices: impl Iterator<Item = &'i Invoice>) -> Self {
        let mut columns = Self::default();
        for invoice in invoices {
            let (paid, canceled) = match &invoice.state {
                InvoiceState::Issued | InvoiceState::PartiallyPaid => (None, None),
                InvoiceState::Paid { at, discount } => (Some((*at, *discount)), None),
                InvoiceState::Canceled { at } => (None, Some(*at)),
            };
            let (paid_at, discount) = paid.unzip();
            columns.ids.push(invoice.id.uuid());
            columns.sequences.push(invoice.sequence);
            columns.states.push(Invoice::state_name(&invoice.state));
            columns.paid_ats.push(paid_at);
            columns.discounts.push(discount);
            columns.canceled_ats.push(canceled);
        }
        columns
    }
}

/// What was issued and never changes.
#[derive(Default)]
pub(super) struct Issued<'i> {
    pub(super) sellers: Vec<&'i str>,
    pub(super) kinds: Vec<&'i str>,
    pub(super) years: Vec<i32>,
    pub(super) counters: Vec<i64>,
    pub(super) numbers: Vec<&'i str>,
    pub(super) orders: Vec<Uuid>,
    pub(super) quotes: Vec<Uuid>,
    pub(super) opportunities: Vec<Uuid>,
    pub(super) accounts: Vec<Option<Uuid>>,
    pub(super) contacts: Vec<Option<Uuid>>,
    pub(super) issue_dates: Vec<NaiveDate>,
    pub(super) due_dates: Vec<NaiveDate>,
    pub(super) currencies: Vec<&'i str>,
    pub(super) seller_papers: Vec<Json<&'i Seller>>,
    pub(super) buyers: Vec<Json<&'i Buyer>>,
    pub(super) headers: Vec<Json<&'i Header>>,
    pub(super) totals: TotalsColumns<'i>,
    pub(super) payment_terms: Vec<&'static str>,
    pub(super) purchase_orders: Vec<Option<&'i str>>,
}

impl<'i> Issued<'i> {
    pub(super) fn of(invoices: &[&'i Invoice]) -> Self {
        let mut columns = Self::default();
        for invoice in invoices {
            columns.sellers.push(&invoice.series.seller);
            columns.kinds.push(&invoice.series.kind);
            columns.years.push(invoice.series.year);
            columns.counters.push(invoice.counter);
            columns.numbers.push(&invoice.number);
            columns.orders.push(invoice.order.uuid());
            columns.quotes.push(invoice.quote.uuid());
            columns.opportunities.push(invoice.opportunity.uuid());
            columns.accounts.push(invoice.customer.account.map(Uuid::from));
            columns.contacts.push(invoice.customer.contact.map(Uuid::from));
            columns.issue_dates.push(invoice.issue_date);
            columns.due_dates.push(invoice.due_date);
            columns.currencies.push(invoice.currency.as_str());
            columns.seller_papers.push(Json(&invoice.seller));
            columns.buyers.push(Json(&invoice.buyer));
            columns.headers.push(Json(&invoice.header));
            columns.totals.push(&invoice.totals);
            columns.payment_terms.push(invoice.payment_terms.name());
            columns.purchase_orders.push(invoice.purchase_order.as_deref());
        }
        columns
    }
}
