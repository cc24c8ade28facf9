//! Duplicates: a lead and another party that are alike.

use domain::duplicate::{Compared, Duplicate, DuplicateState};
use domain::ids::Id;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::declared::Tables;

table! { duplicate: Duplicate as duplicate => DuplicateRow {
    let closed_at = match &duplicate.state {
        DuplicateState::Open => None,
        DuplicateState::Closed { at } => Some(*at),
    };
    key     id: uuid = duplicate.id.uuid();
    version sequence: bigint = duplicate.sequence;
    frozen  lead: uuid refers lead = duplicate.lead.uuid();
    frozen  other_lead: uuid? refers lead = duplicate.other_lead.map(Uuid::from);
    frozen  contact: uuid? refers contact = duplicate.contact.map(Uuid::from);
    frozen  account: uuid? refers account = duplicate.account.map(Uuid::from);
    frozen  rules: text = duplicate.rules.as_str();
    frozen  rule: text = duplicate.rule.as_str();
    frozen  action: text = word(duplicate.action);
    frozen  score: integer = i32::from(duplicate.score);
    frozen  evidence: jsonb<Vec<Compared>> = Json(&duplicate.evidence);
    frozen  more: boolean = duplicate.more;
    state: text = Duplicate::state_name(&duplicate.state);
    closed_at: timestamptz? = closed_at;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Duplicate, tables: &[TABLE] }];

impl DuplicateRow {
    fn record(self) -> Result<Duplicate, sqlx::Error> {
        let state = match self.state.as_str() {
            "open" => DuplicateState::Open,
            "closed" => {
                DuplicateState::Closed { at: given("duplicate.closed_at", self.closed_at)? }
            }
            other => return Err(corrupt("duplicate.state", &other)),
        };
        Ok(Duplicate {
            id: self.id.into(),
            sequence: self.sequence,
            lead: self.lead.into(),
            other_lead: self.other_lead.map(Into::into),
            contact: self.contact.map(Into::into),
            account: self.account.map(Into::into),
            rules: self.rules,
            rule: self.rule,
            action: meant("duplicate.action", &self.action)?,
            score: u8::try_from(self.score).map_err(|error| corrupt("duplicate.score", &error))?,
            evidence: self.evidence.0,
            more: self.more,
            state,
        })
    }
}
