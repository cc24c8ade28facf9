//! Raw inputs and their verdicts; the bytes themselves are in [`chunk`](crate::store::chunk).

use domain::enquiry::Enquiry;
use domain::ids::Id;
use domain::input::{Input, PartOf, Verdict};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;

use crate::store::column::{corrupt, given, meant, signed, unsigned, word};
use crate::store::declared::Tables;

table! { input: Input as input => InputRow {
    let part_of = input.part_of;
    let (collection, part) = part_of.map(|part| (part.collection, part.number)).unzip();
    let (lead, next, done) = match &input.verdict {
        Verdict::Created { lead } | Verdict::Joined { lead } => (Some(lead.uuid()), None, None),
        Verdict::Split { next, done } => (None, Some(signed(*next)?), Some(*done)),
        Verdict::Received | Verdict::Held | Verdict::Rejected => (None, None, None),
    };
    key     id: uuid = input.id.uuid();
    version sequence: bigint = input.sequence;
    frozen  channel: text = word(input.channel);
    frozen  collection: uuid? refers input = collection.map(|id| id.uuid());
    frozen  part: bigint? = part.map(signed).transpose()?;
    reason: text = input.reason.as_str();
    enquiry: jsonb<Enquiry>? = input.enquiry.as_ref().map(Json);
    verdict: text = Input::state_name(&input.verdict);
    lead: uuid? refers lead = lead;
    next_part: bigint? = next;
    done: boolean? = done;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Input, tables: &[TABLE] }];

impl InputRow {
    fn record(self) -> Result<Input, sqlx::Error> {
        let lead = || given("input.lead", self.lead).map(Into::into);
        let verdict = match self.verdict.as_str() {
            "received" => Verdict::Received,
            "created" => Verdict::Created { lead: lead()? },
            "joined" => Verdict::Joined { lead: lead()? },
            "held" => Verdict::Held,
            "rejected" => Verdict::Rejected,
            "split" => Verdict::Split {
                next: unsigned("input.next_part", given("input.next_part", self.next_part)?)?,
                done: given("input.done", self.done)?,
            },
            other => return Err(corrupt("input.verdict", &other)),
        };
        let part_of = match (self.collection, self.part) {
            (Some(id), Some(part)) => {
                let number = unsigned("input.part", part)?;
                Some(PartOf { collection: id.into(), number })
            }
            _ => None,
        };
        Ok(Input {
            id: self.id.into(),
            sequence: self.sequence,
            channel: meant("input.channel", &self.channel)?,
            part_of,
            reason: self.reason,
            enquiry: self.enquiry.map(|Json(enquiry)| enquiry),
            verdict,
        })
    }
}
