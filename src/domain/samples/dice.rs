//! Random records, each field by itself: sound enough for the tables, without being a story that could
//! have happened.

use std::any::type_name;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::customer::{Account, Contact, CustomerState};
use crate::enquiry::Enquiry;
use crate::ids::{derived, minted};
use crate::input::{Input, Verdict};
use crate::invoice::{Invoice, InvoiceState, Payment};
use crate::lead::{Lead, LeadState};
use crate::opportunity::{Opportunity, OpportunityState};
use crate::order::{Order, OrderLine, OrderState, Shipment, ShippedLine};
use crate::quote::{Offer, Quote, QuoteState};

use super::at;

/// Longest list of what a record holds.
const LIST_MAX: u64 = 3;
/// Seconds of three years, within which times lie.
const SPAN_SECONDS: u64 = 3 * 365 * 24 * 3600;

/// Throws records: the same ones for the same seed.
#[derive(Debug)]
pub struct Dice {
    thrown: u32,
    seed: Uuid,
    /// Schemas by the names of their types.
    schemas: BTreeMap<&'static str, Value>,
}

impl Dice {
    /// Dice that always fall alike.
    #[must_use]
    pub fn new(seed: u8) -> Self {
        Self { thrown: 0, seed: minted(at(), [seed; 10]), schemas: BTreeMap::new() }
    }

    /// An id as nobody has one.
    fn id(&mut self) -> Uuid {
        self.thrown += 1;
        derived(self.seed, "dice", self.thrown)
    }

    /// A number below this one.
    pub fn below(&mut self, end: u64) -> u64 {
        // The second half of an id is a hash, but for its first two bits.
        (self.id().as_u64_pair().1 << 2) / 4 % end
    }

    /// Some of these, by their number.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(LIST_MAX + 1)).map(|_| one(self)).collect()
    }

    /// Any value that the schema of its type allows.
    ///
    /// # Panics
    /// Where the schema has a form that is not known here yet.
    pub fn any<T: JsonSchema + DeserializeOwned>(&mut self) -> T {
        let name = type_name::<T>();
        let known = self.schemas.remove(name);
        let schema = known.unwrap_or_else(|| schemars::schema_for!(T).to_value());
        let value = self.value(&schema, &schema["$defs"]);
        self.schemas.insert(name, schema);
        serde_json::from_value(value).unwrap_or_else(|error| panic!("no {name}: {error}"))
    }

    fn value(&mut self, schema: &Value, defs: &Value) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap_or_default();
            return self.value(&defs[name], defs);
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(schemas) = schema[choice].as_array() {
                let place = self.place(schemas.len());
                return self.value(&schemas[place], defs);
            }
        }
        if let Some(words) = schema["enum"].as_array() {
            let place = self.place(words.len());
            return words[place].clone();
        }
        if let Some(word) = schema.get("const") {
            return word.clone();
        }
        let ty = match &schema["type"] {
            Value::Array(types) => &types[self.place(types.len())],
            ty => ty,
        };
        match ty.as_str() {
            Some("null") => Value::Null,
            Some("boolean") => json!(self.below(2) == 1),
            Some("integer") => {
                let last = schema["maximum"].as_u64().unwrap_or(1_000_000).min(1_000_000);
                json!(schema["minimum"].as_u64().unwrap_or(0).max(self.below(last + 1)))
            }
            Some("string") => json!(self.string(schema)),
            Some("array") => json!(self.list(|dice| dice.value(&schema["items"], defs))),
            Some("object") => self.object(schema, defs),
            _ => panic!("a schema of an unknown form: {schema}"),
        }
    }

    fn object(&mut self, schema: &Value, defs: &Value) -> Value {
        let mut object = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            object.insert(name.clone(), self.value(field, defs));
        }
        Value::Object(object)
    }

    fn string(&mut self, schema: &Value) -> String {
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        match schema["format"].as_str() {
            Some("uuid") => self.id().to_string(),
            Some("date-time") => {
                let seconds = self.below(SPAN_SECONDS).cast_signed();
                (at() + chrono::Duration::seconds(seconds)).to_rfc3339()
            }
            Some("date") => {
                let days = self.below(SPAN_SECONDS / (24 * 3600));
                (at().date_naive() + chrono::Days::new(days)).to_string()
            }
            _ if pattern.contains("[A-Z]{3}") => ["EUR", "USD", "JPY"][self.place(3)].into(),
            _ if pattern.contains("[0-9]") => self.decimal().to_string(),
            _ => format!("{}, \"ä\\ü\" {{'{}'}}", self.below(1_000_000), self.below(10)),
        }
    }

    fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or(0)
    }

    /// An amount with six decimals at most.
    fn decimal(&mut self) -> Decimal {
        let (value, scale) = (self.below(1 << 40), self.below(7));
        Decimal::new(value.cast_signed(), u32::try_from(scale).unwrap_or(0))
    }

    fn count(&mut self) -> i64 {
        self.below(1_000).cast_signed() + 1
    }

    pub fn input(&mut self) -> Input {
        let part_of = self.any::<Option<_>>().map(|collection| (collection, self.below(1 << 40)));
        Input {
            id: self.any(),
            sequence: self.count(),
            channel: self.any(),
            part_of,
            reason: self.any(),
            enquiry: self.any(),
            verdict: match self.below(6) {
                0 => Verdict::Received,
                1 => Verdict::Created { lead: self.any() },
                2 => Verdict::Merged { lead: self.any() },
                3 => Verdict::Held,
                4 => Verdict::Rejected,
                _ => Verdict::Split { next: self.below(1 << 40), done: self.any() },
            },
        }
    }

    pub fn account(&mut self) -> Account {
        Account {
            id: self.any(),
            sequence: self.count(),
            name: self.any(),
            tax_id: self.any(),
            website: self.any(),
            phone: self.any(),
            address: self.any(),
            originating_lead: self.any(),
            state: self.customer_state(),
        }
    }

    pub fn contact(&mut self) -> Contact {
        Contact {
            id: self.any(),
            sequence: self.count(),
            person: self.any(),
            address: self.any(),
            account: self.any(),
            originating_lead: self.any(),
            consent: self.any(),
            state: self.customer_state(),
        }
    }

    fn customer_state(&mut self) -> CustomerState {
        match self.any() {
            true => CustomerState::Active,
            false => CustomerState::Inactive { at: self.any() },
        }
    }

    pub fn lead(&mut self) -> Lead {
        let id = self.id();
        let mut lead = Lead::new(id.into(), format!("L-{id}"), self.any(), self.any::<Enquiry>());
        lead.sequence = self.count();
        lead.account = self.any();
        lead.contact = self.any();
        lead.opportunity = self.any();
        lead.assessment = self.any();
        lead.in_state(match self.below(3) {
            0 => LeadState::Open(self.any()),
            1 => LeadState::Qualified { at: self.any() },
            _ => LeadState::Disqualified { at: self.any(), reason: self.any() },
        })
    }

    pub fn opportunity(&mut self) -> Opportunity {
        Opportunity {
            id: self.any(),
            sequence: self.count(),
            name: self.any(),
            customer: self.any(),
            originating_lead: self.any(),
            currency: self.any(),
            price_list: self.any(),
            estimated_revenue: self.any::<bool>().then(|| self.decimal()),
            close_date: self.any(),
            lines: self.list(Self::any),
            quotes: self.list(Self::quote),
            state: match self.below(3) {
                0 => OpportunityState::Open,
                1 => OpportunityState::Won { at: self.any(), actual_revenue: self.decimal() },
                _ => OpportunityState::Lost { at: self.any(), reason: self.any() },
            },
        }
    }

    pub fn quote(&mut self) -> Quote {
        let id = self.id();
        Quote {
            id: id.into(),
            sequence: self.count(),
            number: format!("Q-{id}"),
            revision: self.any(),
            offer: Offer {
                buyer: self.any(),
                lines: self.list(Self::any),
                header: self.any(),
                totals: self.any(),
                payment_terms: self.any(),
                effective_to: self.any(),
            },
            state: match self.below(4) {
                0 => QuoteState::Draft,
                1 => QuoteState::Active { since: self.any() },
                2 => QuoteState::Won { at: self.any() },
                _ => QuoteState::Closed { at: self.any(), reason: self.any() },
            },
        }
    }

    pub fn order(&mut self) -> Order {
        let id = self.id();
        Order {
            id: id.into(),
            sequence: self.count(),
            number: format!("O-{id}"),
            quote: self.any(),
            opportunity: self.any(),
            customer: self.any(),
            currency: self.any(),
            buyer: self.any(),
            lines: self.list(Self::order_line),
            header: self.any(),
            totals: self.any(),
            payment_terms: self.any(),
            purchase_order: self.any(),
            shipments: self.list(Self::shipment),
            state: self.order_state(),
        }
    }

    pub fn order_state(&mut self) -> OrderState {
        match self.below(3) {
            0 => OrderState::Active,
            1 => OrderState::Fulfilled { at: self.any(), partial: self.any() },
            _ => OrderState::Canceled { at: self.any() },
        }
    }

    fn order_line(&mut self) -> OrderLine {
        let nothing = Decimal::ZERO;
        let line = self.any();
        self.fate(OrderLine { line, quantity_shipped: nothing, quantity_canceled: nothing })
    }

    /// The line, some of it shipped and some of the rest canceled.
    pub fn fate(&mut self, line: OrderLine) -> OrderLine {
        let quantity_shipped = Decimal::from(self.below(3)).min(line.line.quantity);
        let rest = line.line.quantity - quantity_shipped;
        let quantity_canceled = Decimal::from(self.below(3)).min(rest);
        OrderLine { quantity_shipped, quantity_canceled, ..line }
    }

    pub fn shipment(&mut self) -> Shipment {
        let line = |dice: &mut Self| ShippedLine { line: dice.any(), quantity: dice.decimal() };
        Shipment {
            id: self.any(),
            reference: format!("D-{}", self.id()),
            at: self.any(),
            lines: self.list(line),
        }
    }

    pub fn invoice(&mut self) -> Invoice {
        let id = self.id();
        Invoice {
            id: id.into(),
            sequence: self.count(),
            series: self.any(),
            number: format!("INV-{id}"),
            counter: self.below(1 << 40).cast_signed() + 1,
            order: self.any(),
            quote: self.any(),
            opportunity: self.any(),
            customer: self.any(),
            issue_date: self.any(),
            due_date: self.any(),
            currency: self.any(),
            seller: self.any(),
            buyer: self.any(),
            lines: self.list(Self::any),
            header: self.any(),
            totals: self.any(),
            payment_terms: self.any(),
            purchase_order: self.any(),
            payments: self.list(Self::payment),
            state: self.invoice_state(),
        }
    }

    pub fn invoice_state(&mut self) -> InvoiceState {
        match self.below(4) {
            0 => InvoiceState::Issued,
            1 => InvoiceState::PartiallyPaid,
            2 => InvoiceState::Paid { at: self.any(), discount: self.decimal() },
            _ => InvoiceState::Canceled { at: self.any() },
        }
    }

    pub fn payment(&mut self) -> Payment {
        Payment {
            id: self.any(),
            payer: self.any(),
            reference: format!("B-{}", self.id()),
            amount: self.decimal(),
            value_date: self.any(),
        }
    }
}
