//! The decision of intake: every raw input gets exactly one verdict, with its reason.

use domain::commands::{ImportContinue, InputRelease, InputRow};
use domain::decide::{
    Arrived, Ctx, Heard, Hold, Locks, Malformed, Needs, NumberKind, Outcome, RawInputs, Root,
    Worker, World,
};
use domain::enquiry::{Channel, Part, PartReading, Reading};
use domain::events::InputReread;
use domain::ids::InputId;
use domain::input::{HoldReason, Input, PartOf, Verdict};
use domain::likeness::DuplicateRules;
use domain::message::{Message, MessageType, SubjectKind};
use domain::party::{recognise, recognise_needs, thread_lead, thread_needs};
use domain::pseudonym::PseudonymKey;
use domain::raw::{ExternalId, Kept};
use domain::survivor::survivor_needs;

use crate::evidence::evidence;
use crate::table::Table;
use crate::{ReadOptions, card, external_id, form, signal};

mod again;
mod consent;
mod duplicates;
mod judged;
mod list;
mod part;
mod release;
mod secret;
mod verdict;
mod when;
mod whose;

use consent::Whom;
use judged::{judge_raw, read, split};
use part::{fitting, without_nul};
use release::release_held;
use verdict::{hold, judge, reject};
use when::{Decision, List, RawInput};
use whose::Whose;

pub use again::{Again, Parts, again};
pub use list::SHEET;
pub use part::SLICE_BYTES;
pub use when::{Then, When};

/// Rows that one `import.continue` takes out of a collection.
pub const SLICE_ROWS: usize = 500;
/// Batches are smaller where raw bodies of up to 16 MiB come: two of them lie in memory until the
/// runtime has seen how large they are.
const RAW_BATCH_MAX: usize = 256;
/// One slice says as much as a batch of rows, and loads the bytes of its whole collection.
const SLICE_BATCH_MAX: usize = 1;

/// The queues of raw inputs, each with its channel.
const CHANNELS: [(&str, Channel); 4] = [
    ("intake.email", Channel::Email),
    ("intake.web", Channel::Web),
    ("intake.import", Channel::Import),
    ("intake.card", Channel::Card),
];
const RAW_QUEUES: &[&str] = &[CHANNELS[0].0, CHANNELS[1].0, CHANNELS[2].0, CHANNELS[3].0];
/// The queue of the rows of collections, in which a long file delays nobody.
const ROWS: &str = "intake.row";

/// The worker that turns raw inputs into leads.
#[derive(Clone, Debug)]
pub struct Intake {
    options: ReadOptions,
    duplicates: DuplicateRules,
    pseudonyms: Option<PseudonymKey>,
}

impl RawInputs for Intake {
    type When = When;

    fn queues(&self) -> &'static [&'static str] {
        RAW_QUEUES
    }

    fn opens(&self, queue: &str) -> bool {
        channel_of(queue) == Some(Channel::Import)
    }

    fn read(&self, arrived: &Arrived) -> Result<When, Malformed> {
        let Some(channel) = channel_of(&arrived.queue) else {
            if arrived.is(InputRelease::TYPE) {
                let release = release::read(arrived, &self.options)?;
                return Ok(When::Release(Box::new(release)));
            }
            return When::read(arrived);
        };
        let content_type = arrived.content_type.clone().filter(|ty| !ty.is_empty());
        let (list, reading) = match channel {
            Channel::Import => list::read(arrived, &self.options),
            _ => {
                let ty = content_type.as_deref();
                (List::default(), crate::read(channel, ty, &arrived.body, &self.options))
            }
        };
        let evidence = match &reading {
            Reading::Unclear { enquiry: Some(read), .. } => evidence(channel, &arrived.body, read),
            _ => Vec::new(),
        };
        let ty = content_type.as_deref();
        let signals = signal::of(channel, ty, &arrived.body, &reading);
        let unreadable = false;
        let raw = RawInput { channel, content_type, list, reading, unreadable, signals, evidence };
        Ok(When::Input(Box::new(raw)))
    }

    fn broken(&self, arrived: &Arrived, reason: &str) -> Option<When> {
        let channel = channel_of(&arrived.queue)?;
        let reading = Reading::unclear(reason.replace('\0', " "));
        let content_type = arrived.content_type.clone();
        let (list, unreadable) = (List::default(), true);
        let (signals, evidence) = (Vec::new(), Vec::new());
        let raw = RawInput { channel, content_type, list, reading, unreadable, signals, evidence };
        Some(When::Input(Box::new(raw)))
    }

    fn kept(&self, arrived: &Arrived, when: &When) -> Kept {
        match when {
            When::Input(raw) if self.options.erase_secrets => {
                secret::kept(&self.options, arrived, raw)
            }
            _ => Kept::AsItCame,
        }
    }

    fn external_id(&self, arrived: &Arrived) -> Option<ExternalId> {
        let channel = channel_of(&arrived.queue)?;
        external_id(channel, arrived.content_type.as_deref(), &arrived.body)
    }

    fn batch_max(&self, queue: &str) -> usize {
        match queue {
            ROWS => usize::MAX,
            Self::NAME => SLICE_BATCH_MAX,
            _ => RAW_BATCH_MAX,
        }
    }

    fn queue_of(&self, ty: &MessageType) -> Option<&'static str> {
        (*ty == *InputRow::TYPE).then_some(ROWS)
    }
}

impl Worker for Intake {
    const NAME: &'static str = "intake";
    const LOCKS: Locks = &[
        (Root::Party, Hold::Writes),
        (Root::Input, Hold::Writes),
        (Root::Account, Hold::Reads),
        (Root::Contact, Hold::Reads),
        (Root::Lead, Hold::Writes),
        (Root::Consent, Hold::Writes),
    ];
    const NUMBERS: &'static [NumberKind] = &[NumberKind::Lead];
    type When = When;
    type Then = Then;
    type Facts = ();

    fn pseudonyms(&self) -> Option<&PseudonymKey> {
        self.pseudonyms.as_ref()
    }

    fn raw(&self) -> Option<&dyn RawInputs<When = When>> {
        Some(self)
    }

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        let released;
        let enquiry = match when {
            When::Input(raw) => {
                consent::signal_needs(world, &raw.signals, needs);
                match &raw.reading {
                    Reading::Enquiry(enquiry) => Some(&**enquiry),
                    _ => None,
                }
            }
            When::Row(row) => match &row.part.reading {
                PartReading::Enquiry(enquiry) => Some(&**enquiry),
                _ => None,
            },
            When::Continue(next) => {
                needs.lock(next.import);
                needs.raw(next.import);
                None
            }
            When::Release(release) => {
                needs.lock(release.input);
                released = world.find(release.input).and_then(|held| release::whole(held, release));
                released.as_ref()
            }
            When::Reject(reject) => {
                needs.lock(reject.input);
                None
            }
            When::ReadAgain(again) => {
                needs.lock(again.input);
                None
            }
            When::Change(it) => return Whom::of_change(it).needs(world, self.region(), needs),
            When::Suppress(it) => return Whom::of_suppress(it).needs(world, self.region(), needs),
            When::Lift(it) => return Whom::of_lift(it).needs(world, self.region(), needs),
        };
        if let Some(enquiry) = enquiry {
            recognise_needs(world, enquiry, needs);
            if let When::Release(release) = when {
                Whose::needs(world, enquiry, release, needs);
            }
            thread_needs(enquiry, needs);
            consent::enquiry_needs(world, enquiry, needs);
            let who = recognise(world, enquiry);
            let continued = thread_lead(world, enquiry, &who).map(|(lead, _)| lead);
            who.lead.into_iter().chain(continued).for_each(|lead| needs.lock(lead));
            // Who is added to a lead gets its customer, and may write again in the same batch.
            let customer = continued.and_then(|lead| world.find(lead)?.contact);
            customer.into_iter().for_each(|contact| survivor_needs(world, contact, needs));
            if !matches!(when, When::Release(_)) {
                duplicates::needs(world, &self.duplicates, enquiry, needs);
            }
        }
    }

    fn decide(&self, world: &World, when: &When, ctx: &mut Ctx<'_, ()>) -> Decision {
        let cause = InputId(ctx.cause);
        match when {
            When::Input(raw) => {
                let input = Input::new(cause, raw.channel);
                let reported = consent::of_signals(world, &input, &raw.signals, ctx).outcome();
                Ok(judge_raw(world, &self.duplicates, input, raw, ctx)?.and(reported))
            }
            When::Row(row) => {
                let mut input = Input::new(cause, row.channel);
                input.part_of = Some(PartOf { collection: row.input, number: row.part.number });
                match &row.part.reading {
                    PartReading::Enquiry(enquiry) => {
                        let whose = Whose::by_keys(world, enquiry);
                        judge(world, input, enquiry, &whose, Some(&self.duplicates), ctx)
                    }
                    PartReading::NoLead { kind, reason } => reject(&input, Some(*kind), reason),
                    PartReading::Unclear { reason, enquiry } => {
                        input.enquiry = read(enquiry);
                        hold(input, HoldReason::Unclear, reason, &[], &[])
                    }
                }
            }
            When::Continue(next) => self.take_slice(world, next),
            When::Release(release) => release_held(world, release, ctx),
            When::Reject(command) => {
                let input = world.known(command.input)?;
                if input.verdict == Verdict::Rejected {
                    return Ok(Outcome::is_so(SubjectKind::Input, input.id));
                }
                reject(input, None, &command.reason)
            }
            When::Change(command) => consent::change(world, command, self.region(), ctx),
            When::Suppress(command) => consent::suppress(world, command, self.region(), ctx),
            When::Lift(command) => consent::lift(world, command, self.region(), ctx),
            When::ReadAgain(again) => {
                let input = world.known(again.input)?;
                let reread = InputReread {
                    input: input.id,
                    channel: input.channel,
                    reading: again.reading.clone(),
                    changed: again.changed.clone(),
                };
                Ok(Outcome::nothing().changed(input.clone(), reread))
            }
        }
    }
}

impl Intake {
    #[must_use]
    pub fn new(options: ReadOptions) -> Self {
        Self { options, duplicates: DuplicateRules::default(), pseudonyms: None }
    }

    /// The same, looking before a lead is made whether somebody is alike, where one of these rules asks for that.
    #[must_use]
    pub fn looking_for(self, duplicates: DuplicateRules) -> Self {
        Self { duplicates, ..self }
    }

    /// The same, knowing addresses again that were suppressed or withdrawn before their persons were erased.
    #[must_use]
    pub fn knowing(self, pseudonyms: Option<PseudonymKey>) -> Self {
        Self { pseudonyms, ..self }
    }

    /// The country of telephones without a code; empty: none.
    fn region(&self) -> &str {
        &self.options.default_region
    }

    /// Takes the next parts out of a collection; what is taken twice is taken once, because the
    /// checkpoint says how far it came.
    fn take_slice(&self, world: &World, next: &ImportContinue) -> Decision {
        let input = world.known(next.import)?;
        let Verdict::Split { next: expected, done: false } = input.verdict else {
            return Ok(Outcome::nothing());
        };
        if next.from_row != expected {
            return Ok(Outcome::nothing());
        }
        let bytes = world.raw(next.import).unwrap_or_default();
        let mut parts = self.parts(next, bytes, expected);
        let fitting = fitting(&parts);
        let done = parts.len() < SLICE_ROWS && fitting == parts.len();
        parts.truncate(fitting);
        let following = expected + u64::try_from(parts.len()).unwrap_or(u64::MAX);
        let mut outcome = split(input, following - 1, done)?;
        for mut part in parts {
            part.number += next.first_row - 1;
            part.original = without_nul(part.original);
            outcome = outcome.begin(InputRow { input: next.import, channel: next.channel, part });
        }
        if !done {
            outcome = outcome.say(ImportContinue { from_row: following, ..next.clone() });
        }
        Ok(outcome)
    }

    /// The list that this slice is of.
    pub(crate) fn table(&self, next: &ImportContinue, bytes: &[u8]) -> Option<Table> {
        (next.channel == Channel::Import).then(|| list::again(bytes, &self.options, next))?
    }

    fn parts(&self, next: &ImportContinue, bytes: &[u8], from: u64) -> Vec<Part> {
        let all = match next.channel {
            Channel::Import => {
                let table = self.table(next, bytes);
                return table.map(|table| table.rows(from, SLICE_ROWS)).unwrap_or_default();
            }
            Channel::Card => card::read_all(bytes, &self.options),
            Channel::Web => match form::read(next.content_type.as_deref(), bytes, &self.options) {
                Reading::Parts(parts) => parts,
                _ => Vec::new(),
            },
            Channel::Email => match crate::mail::read(bytes, &self.options) {
                Reading::Parts(parts) => parts,
                _ => Vec::new(),
            },
            // Held when it is read.
            Channel::Newer(_) => Vec::new(),
        };
        let skipped = usize::try_from(from - 1).unwrap_or(usize::MAX);
        all.into_iter().skip(skipped).take(SLICE_ROWS).collect()
    }
}

fn channel_of(queue: &str) -> Option<Channel> {
    CHANNELS.iter().find(|(name, _)| *name == queue).map(|(_, channel)| *channel)
}
