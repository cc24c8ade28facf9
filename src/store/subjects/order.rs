//! Orders with their lines; the shipments that they guard are in `shipment.rs`.
//!
//! An order is decided once: afterwards only its sequence and state, the customer's number, what became of its lines and
//! its shipments change, and nothing else is ever written.

use domain::customer::{Buyer, Customer};
use domain::delivery_terms::DeliveryTerms;
use domain::document::DeliverTo;
use domain::ids::Id;
use domain::keys::{LeadOfOrder, OrderOfQuote};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderState};
use domain::totals::Header;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, currency, given, meant, word};
use crate::store::declared::Tables;
use crate::store::look_up::look_up;
use crate::store::shipment;
use crate::store::subjects::totals::{totals_of, with_totals};

pub mod lines;

with_totals! { frozen order.totals; [sales_order: Order as order => OrderRow] {
    let (fulfilled, canceled_at) = match &order.state {
        OrderState::Active => (None, None),
        OrderState::Fulfilled { at, partial } => (Some((*at, *partial)), None),
        OrderState::Canceled { at } => (None, Some(*at)),
    };
    let (fulfilled_at, partial) = fulfilled.unzip();
    key     id: uuid = order.id.uuid();
    version sequence: bigint = order.sequence;
    frozen  number: text = order.number.as_str();
    frozen  quote: uuid? refers quote = order.quote.map(Uuid::from);
    frozen  opportunity: uuid? refers opportunity = order.opportunity.map(Uuid::from);
    frozen  account: uuid? refers account = order.customer.account.map(Uuid::from);
    frozen  contact: uuid? refers contact = order.customer.contact.map(Uuid::from);
    frozen  currency: text = order.currency.as_str();
    frozen  buyer: jsonb<Buyer> = Json(&order.buyer);
    frozen  header: jsonb<Header> = Json(&order.header);
    frozen  payment_terms: text = word(order.payment_terms);
    frozen  deliver_to: jsonb<DeliverTo>? = order.deliver_to.as_deref().map(Json);
    frozen  delivery_terms: jsonb<DeliveryTerms>? = order.delivery_terms.as_deref().map(Json);
    purchase_order: text? = order.purchase_order.as_deref();
    state: text = Order::state_name(&order.state);
    fulfilled_at: timestamptz? = fulfilled_at;
    partial: boolean? = partial;
    canceled_at: timestamptz? = canceled_at;
    mod lines;
    mod shipment;
}}

/// Its table and those of its parts.
pub const TABLES: &[Tables] = &[Tables {
    kind: SubjectKind::Order,
    tables: &[TABLE, lines::TABLE, shipment::TABLE, shipment::lines::TABLE],
}];

// An order never changes its quote.
look_up!(OrderOfQuote by |it| it.0.uuid(),
    r#"SELECT quote AS "key!", id AS found FROM sales_order WHERE quote = ANY($1)"#);

// Neither an order changes its deal, nor a deal its lead.
look_up!(LeadOfOrder by |it| it.0.uuid(),
    r#"SELECT s.id AS key, o.originating_lead AS "found!"
       FROM sales_order AS s JOIN opportunity AS o ON o.id = s.opportunity
       WHERE s.id = ANY($1) AND o.originating_lead IS NOT NULL"#);

impl OrderRow {
    fn record(self) -> Result<Order, sqlx::Error> {
        let currency = currency("sales_order.currency", &self.currency)?;
        let fulfilled = (self.fulfilled_at, self.partial);
        Ok(Order {
            id: self.id.into(),
            sequence: self.sequence,
            number: self.number,
            quote: self.quote.map(Into::into),
            opportunity: self.opportunity.map(Into::into),
            customer: Customer {
                account: self.account.map(Into::into),
                contact: self.contact.map(Into::into),
            },
            currency,
            buyer: self.buyer.0,
            lines: Vec::new(),
            header: self.header.0,
            totals: totals_of!(self, currency),
            payment_terms: meant("sales_order.payment_terms", &self.payment_terms)?,
            deliver_to: self.deliver_to.map(|json| Box::new(json.0)),
            delivery_terms: self.delivery_terms.map(|json| Box::new(json.0)),
            purchase_order: self.purchase_order,
            shipments: Vec::new(),
            state: state_of(&self.state, fulfilled, self.canceled_at)?,
        })
    }
}

fn state_of(
    state: &str,
    (fulfilled_at, partial): (Option<DateTime<Utc>>, Option<bool>),
    canceled_at: Option<DateTime<Utc>>,
) -> Result<OrderState, sqlx::Error> {
    Ok(match state {
        "active" => OrderState::Active,
        "fulfilled" => OrderState::Fulfilled {
            at: given("sales_order.fulfilled_at", fulfilled_at)?,
            partial: given("sales_order.partial", partial)?,
        },
        "canceled" => OrderState::Canceled { at: given("sales_order.canceled_at", canceled_at)? },
        other => return Err(corrupt("sales_order.state", &other)),
    })
}
