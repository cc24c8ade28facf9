//! Consent, by the address or telephone that reaches somebody.

use domain::consent::{Consent, ConsentState, Standing};
use domain::ids::Id;
use domain::keys::ConsentOf;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::declared::Tables;
use crate::store::look_up::look_up;

table! { consent: Consent as consent => ConsentRow {
    let (suppressed_at, suppression_reason) = match consent.state {
        ConsentState::Open => (None, None),
        ConsentState::Suppressed { at, reason } => (Some(at), Some(word(reason))),
    };
    key     id: uuid = consent.id.uuid();
    version sequence: bigint = consent.sequence;
    channel: text = consent.channel.as_str();
    standing: jsonb<Vec<Standing>> = Json(&consent.standing);
    state: text = Consent::state_name(&consent.state);
    suppressed_at: timestamptz? = suppressed_at;
    suppression_reason: text? = suppression_reason;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Consent, tables: &[TABLE] }];

// The channel of a record changes where its person is erased or comes again, under the lock of its key.
look_up!(ConsentOf by |it| it.0.clone(),
    "SELECT channel AS key, id AS found FROM consent WHERE channel = ANY($1)");

impl ConsentRow {
    fn record(self) -> Result<Consent, sqlx::Error> {
        let state = match self.state.as_str() {
            "open" => ConsentState::Open,
            "suppressed" => {
                let reason = given("consent.suppression_reason", self.suppression_reason)?;
                ConsentState::Suppressed {
                    at: given("consent.suppressed_at", self.suppressed_at)?,
                    reason: meant("consent.suppression_reason", &reason)?,
                }
            }
            other => return Err(corrupt("consent.state", &other)),
        };
        Ok(Consent {
            id: self.id.into(),
            sequence: self.sequence,
            channel: self.channel,
            standing: self.standing.0,
            state,
        })
    }
}
