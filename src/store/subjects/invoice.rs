//! Invoices with their lines; the payments that they guard are in `payment.rs`.
//!
//! An invoice is issued once: afterwards only its sequence, state and payments change, and nothing
//! else is ever written.

use domain::customer::{Buyer, Customer};
use domain::delivery_terms::DeliveryTerms;
use domain::document::DeliverTo;
use domain::ids::{Id, InvoiceId};
use domain::invoice::{Invoice, InvoiceState, PrecedingInvoice, Seller, SeriesKey};
use domain::keys::{InvoiceNumbered, InvoicesOfOrder};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::totals::Header;
use rust_decimal::Decimal;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{amount, corrupt, currency, given, meant, word};
use crate::store::declared::Tables;
use crate::store::look_up::look_up;
use crate::store::payment;
use crate::store::subjects::totals::{totals_of, with_totals};

pub mod lines;

with_totals! { frozen invoice.totals; [invoice: Invoice as invoice => InvoiceRow] {
    let (paid, canceled) = match &invoice.state {
        InvoiceState::Issued | InvoiceState::PartiallyPaid => (None, None),
        InvoiceState::Paid { at, discount } => (Some((*at, *discount)), None),
        InvoiceState::Canceled { at, credit_note } => (None, Some((*at, *credit_note))),
    };
    let ((paid_at, discount), (canceled_at, credit_note)) = (paid.unzip(), canceled.unzip());
    key     id: uuid = invoice.id.uuid();
    version sequence: bigint = invoice.sequence;
    frozen  document_type: text = word(invoice.document_type);
    frozen  preceding: jsonb<Vec<PrecedingInvoice>> = Json(&invoice.preceding);
    frozen  series_seller: text = invoice.series.seller.as_str();
    frozen  series_kind: text = invoice.series.kind.as_str();
    frozen  series_year: integer = invoice.series.year;
    frozen  counter: bigint = invoice.counter;
    frozen  number: text = invoice.number.as_str();
    frozen  sales_order: uuid? refers sales_order = invoice.order.map(Uuid::from);
    frozen  quote: uuid? refers quote = invoice.quote.map(Uuid::from);
    frozen  opportunity: uuid? refers opportunity = invoice.opportunity.map(Uuid::from);
    frozen  account: uuid? refers account = invoice.customer.account.map(Uuid::from);
    frozen  contact: uuid? refers contact = invoice.customer.contact.map(Uuid::from);
    frozen  issue_date: date = invoice.issue_date;
    frozen  due_date: date = invoice.due_date;
    frozen  currency: text = invoice.currency.as_str();
    frozen  seller: jsonb<Seller> = Json(&invoice.seller);
    frozen  buyer: jsonb<Buyer> = Json(&invoice.buyer);
    frozen  header: jsonb<Header> = Json(&invoice.header);
    frozen  payment_terms: text = word(invoice.payment_terms);
    frozen  deliver_to: jsonb<DeliverTo>? = invoice.deliver_to.as_deref().map(Json);
    frozen  delivery_terms: jsonb<DeliveryTerms>? = invoice.delivery_terms.as_deref().map(Json);
    frozen  purchase_order: text? = invoice.purchase_order.as_deref();
    state: text = Invoice::state_name(&invoice.state);
    paid_at: timestamptz? = paid_at;
    discount: numeric? = discount;
    canceled_at: timestamptz? = canceled_at;
    credit_note: uuid? refers invoice = credit_note.flatten().map(Uuid::from);
    mod lines;
    mod payment;
}}

/// Its table and those of its parts.
pub const TABLES: &[Tables] =
    &[Tables { kind: SubjectKind::Invoice, tables: &[TABLE, lines::TABLE, payment::TABLE] }];

// An invoice never changes its order.
look_up!(InvoicesOfOrder by |it| it.0.uuid(),
    r#"SELECT orders.id AS "key!", invoice.id AS found
       FROM unnest($1::uuid[]) AS orders (id)
       CROSS JOIN LATERAL (
           SELECT id FROM invoice WHERE sales_order = orders.id ORDER BY id DESC LIMIT $2
       ) AS invoice"# limit);

// A number never changes.
look_up!(InvoiceNumbered by |it| it.0.clone(),
    "SELECT number AS key, id AS found FROM invoice WHERE number = ANY($1)");

impl InvoiceRow {
    fn record(self) -> Result<Invoice, sqlx::Error> {
        let currency = currency("invoice.currency", &self.currency)?;
        let paid = (self.paid_at, self.discount.map(|discount| amount(discount, currency)));
        let canceled = (self.canceled_at, self.credit_note.map(Into::into));
        Ok(Invoice {
            id: self.id.into(),
            sequence: self.sequence,
            document_type: meant("invoice.document_type", &self.document_type)?,
            preceding: self.preceding.0,
            series: SeriesKey {
                seller: self.series_seller,
                kind: self.series_kind,
                year: self.series_year,
            },
            number: self.number,
            counter: self.counter,
            order: self.sales_order.map(Into::into),
            quote: self.quote.map(Into::into),
            opportunity: self.opportunity.map(Into::into),
            customer: Customer {
                account: self.account.map(Into::into),
                contact: self.contact.map(Into::into),
            },
            issue_date: self.issue_date,
            due_date: self.due_date,
            currency,
            seller: self.seller.0,
            buyer: self.buyer.0,
            lines: Vec::new(),
            header: self.header.0,
            totals: totals_of!(self, currency),
            payment_terms: meant("invoice.payment_terms", &self.payment_terms)?,
            deliver_to: self.deliver_to.map(|json| Box::new(json.0)),
            delivery_terms: self.delivery_terms.map(|json| Box::new(json.0)),
            purchase_order: self.purchase_order,
            payments: Vec::new(),
            state: state_of(&self.state, paid, canceled)?,
        })
    }
}

fn state_of(
    state: &str,
    (paid_at, discount): (Option<DateTime<Utc>>, Option<Decimal>),
    (canceled_at, credit_note): (Option<DateTime<Utc>>, Option<InvoiceId>),
) -> Result<InvoiceState, sqlx::Error> {
    Ok(match state {
        "issued" => InvoiceState::Issued,
        "partially_paid" => InvoiceState::PartiallyPaid,
        "paid" => InvoiceState::Paid {
            at: given("invoice.paid_at", paid_at)?,
            discount: given("invoice.discount", discount)?,
        },
        "canceled" => {
            let at = given("invoice.canceled_at", canceled_at)?;
            InvoiceState::Canceled { at, credit_note }
        }
        other => return Err(corrupt("invoice.state", &other)),
    })
}
