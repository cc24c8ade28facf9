//! The verdict on a raw input, by how it reads: one enquiry, many, none, or nothing that is clear.

use domain::commands::ImportContinue;
use domain::decide::{Ctx, Outcome, World};
use domain::enquiry::{Enquiry, Reading};
use domain::events::InputSplit;
use domain::input::{HoldReason, Input};
use domain::likeness::DuplicateRules;

use super::verdict::{hold, judge, reject};
use super::when::{Decision, RawInput};
use super::whose::Whose;

/// The verdict on what came as it came.
pub(super) fn judge_raw(
    world: &World,
    duplicates: &DuplicateRules,
    input: Input,
    raw: &RawInput,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    match &raw.reading {
        Reading::Enquiry(enquiry) => {
            let whose = Whose::by_keys(world, enquiry);
            judge(world, input, enquiry, &whose, Some(duplicates), ctx)
        }
        Reading::NoLead { kind, reason } => reject(&input, Some(*kind), reason),
        Reading::Unclear { reason, enquiry } => {
            let why = if raw.unreadable { HoldReason::Unreadable } else { HoldReason::Unclear };
            hold(Input { enquiry: read(enquiry), ..input }, why, reason, &[], &raw.evidence)
        }
        Reading::Parts(_) => {
            let first = ImportContinue {
                import: input.id,
                from_row: 1,
                channel: raw.channel,
                content_type: raw.content_type.clone(),
                first_row: raw.list.first_row.max(1),
                sheet: raw.list.sheet,
                declared: raw.list.declared.clone(),
            };
            Ok(split(&input, 0, false)?.say(first))
        }
    }
}

/// So many parts of a collection were taken out by now.
pub(super) fn split(input: &Input, parts: u64, done: bool) -> Decision {
    let said = InputSplit { input: input.id, channel: input.channel, parts, done };
    Ok(Outcome::nothing().changed(input.split(parts, done)?, said))
}

/// What was read, where anything was.
pub(super) fn read(enquiry: &Option<Box<Enquiry>>) -> Option<Enquiry> {
    enquiry
        .as_deref()
        .filter(|read| **read != Enquiry { source: read.source, ..Enquiry::default() })
        .cloned()
}
