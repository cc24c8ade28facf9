//! The worker `qualification`: decides whether a lead is worth working. A qualified lead becomes an
//! opportunity of a customer, known or new; the others are disqualified or wait for a person; many at
//! once by one command. Customers are kept up here too, by people.

mod apart;
mod assessing;
mod bulk;
mod closing;
mod consent;
mod conversion;
mod customer;
mod customer_keys;
mod customer_merge;
mod deal;
mod direct_deal;
mod duplicates;
mod facts;
mod field_map;
mod known;
mod lead;
mod merge;
mod needs;
mod policy;
mod pricing;
mod proposal;
mod rule_file;
mod rules;
mod settings;
mod stakeholder;
mod terms;
mod third;
mod undo;
mod when;
mod worker;

pub use facts::FACTS;
pub use field_map::{FieldMap, FieldMapError};
pub use rules::{Rules, RulesError};
pub use settings::QualificationSettings;
pub use when::{Then, When};
pub use worker::Qualification;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
