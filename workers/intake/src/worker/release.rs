//! A held input that a person releases: what they read in it passes the same forms as what a reader
//! reads, so that they are recognised by the same keys.

use domain::certainty::Sureness;
use domain::commands::InputRelease;
use domain::decide::{Already, Arrived, Ctx, Malformed, Outcome, Refusal, World};
use domain::enquiry::Enquiry;
use domain::input::{Input, Verdict};
use domain::message::SubjectKind;

use super::verdict::judge;
use super::when::Decision;
use super::whose::Whose;
use crate::options::ReadOptions;

/// Reads the command, and brings what it corrects into the forms of the readers.
pub(super) fn read(arrived: &Arrived, options: &ReadOptions) -> Result<InputRelease, Malformed> {
    let mut release: InputRelease = arrived.data()?;
    if let Some(correction) = &mut release.enquiry {
        *correction = forms::corrected(correction, &options.default_region)?;
    }
    Ok(release)
}

/// What was read of a held input, with what a person corrects in it; `None` where there is neither. Whoever
/// corrects has looked, so that nothing is in doubt any more.
pub(super) fn whole(input: &Input, command: &InputRelease) -> Option<Enquiry> {
    let Some(correction) = &command.enquiry else { return input.enquiry.clone() };
    let corrected = correction.of(input.enquiry.as_ref(), input.channel)?;
    Some(Enquiry { doubts: Vec::new(), certainty: Sureness::default(), ..corrected })
}

pub(super) fn release_held(
    world: &World,
    command: &InputRelease,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let input = world.known(command.input)?;
    if let Verdict::Created { lead } | Verdict::Joined { lead } = input.verdict {
        return Ok(Outcome::already(Already {
            subject: SubjectKind::Lead,
            id: lead.0,
            reference: None,
        }));
    }
    let Some(enquiry) = whole(input, command) else {
        return Err(Refusal::no(
            SubjectKind::Input,
            input.id,
            "input.no_enquiry",
            "held",
            "Nothing could be read from the input; give the `enquiry` that a person reads in it.",
        ));
    };
    let person = &enquiry.person;
    if command.enquiry.is_none() && person.emails.is_empty() && person.phones.is_empty() {
        return Err(Refusal::no(
            SubjectKind::Input,
            input.id,
            "input.no_channel",
            "held",
            "What was read has no e-mail address or telephone; give it as `enquiry.person.emails` or \
             `enquiry.person.phones`, or an empty `enquiry` to make a lead all the same.",
        ));
    }
    let whose = Whose::of(world, input, &enquiry, command)?;
    judge(world, input.clone(), &enquiry, &whose, None, ctx)
}
