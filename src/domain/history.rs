//! The log told again: what each event makes of the records. From the log alone every record can be made
//! anew as it was at any time, by no reader and by no decision.
//!
//! Each subject has a file with what its events do. That they do what the decisions did is checked where a
//! decision is applied: in every story, and in every program that is built with debug assertions.

mod bulk;
mod catalog;
mod consent;
mod customer;
mod customer_merge;
mod duplicate;
mod erasure;
mod input;
mod invoice;
mod kept_apart;
mod lead;
mod merge;
mod opportunity;
mod order;
mod proposal;
mod quote;
mod taking_part;
mod transfer;

use chrono::{DateTime, Utc};

use crate::decide::{Later, Needs, Outcome};
use crate::message::{MessageKind, Said};
use crate::messages::REPLAYS;
use crate::record::sequenced;
use crate::replay::{Gap, Past, Replay};
use crate::world::World;

/// An event of the log, read.
pub struct Told {
    event: Box<dyn Replay>,
}

impl Told {
    /// Reads an event; `None` for a type that changes nothing (a command, an answer) or that this program does
    /// not know.
    ///
    /// # Errors
    /// Where its data does not fit its type.
    pub fn read(ty: &str, data: &str) -> serde_json::Result<Option<Self>> {
        let said = REPLAYS.iter().copied().flatten().map(|(known, read)| (known.name, read));
        let former = catalog::FORMER.iter().map(|(known, read)| (*known, read));
        let Some((_, read)) = said.chain(former).find(|(known, _)| *known == ty) else {
            return Ok(None);
        };
        Ok(Some(Self { event: read(data)? }))
    }

    /// Is it a type that is said no more, and that this program still tells?
    #[must_use]
    pub fn is_former(ty: &str) -> bool {
        catalog::FORMER.iter().any(|(known, _)| *known == ty)
    }

    /// Names the records that must be known.
    pub fn needs(&self, needs: &mut Needs) {
        self.event.needs(needs);
    }

    /// Changes the records of a world, and says what became of timers.
    ///
    /// # Errors
    /// [`Gap`] where the log does not tell what must have been before.
    pub fn replay(
        &self,
        world: &mut World,
        at: DateTime<Utc>,
        sequence: i64,
    ) -> Result<Vec<Later<Said>>, Gap> {
        let mut past = Past { world, at, sequence, later: Vec::new() };
        self.event.replay(&mut past)?;
        Ok(past.later)
    }
}

/// Checks that the events of a decision tell all of it: told again, they make the same records and timers.
///
/// # Panics
/// Where they do not: a field was given to a record and to none of its events.
pub fn check(world: &World, outcome: &Outcome<Said>) {
    let mut records = outcome.records.clone();
    let says: Vec<_> = outcome.says.iter().map(|saying| saying.message.clone()).collect();
    let mut past = world.excerpt(&records);
    let mut later = Vec::new();
    for (said, sequence) in says.iter().zip(sequenced(&mut records, &says)) {
        if said.ty.kind == MessageKind::Command {
            continue;
        }
        let told = Told::read(said.ty.name, &said.data);
        let told = told.unwrap_or_else(|error| panic!("`{}` is unreadable: {error}", said.ty.name));
        let Some(told) = told else { panic!("`{}` cannot be told again", said.ty.name) };
        match told.replay(&mut past, world.now, sequence.unwrap_or_default()) {
            Ok(timers) => later.extend(timers),
            Err(gap) => panic!("`{}` told again: {gap}", said.ty.name),
        }
    }
    let again = past.changed();
    for record in &records {
        if !again.contains(record) {
            let told = again.iter().find(|told| told.is_same(record));
            panic!("the log does not tell all of a decision:\nmade {record:#?}\ntold {told:#?}");
        }
    }
    for told in &again {
        assert!(records.contains(told), "the log tells what was not decided: {told:#?}");
    }
    check_timers(&later, &outcome.later);
}

/// What is planned is told, and so is what is not wanted any more; of the latter more may be told, since a timer
/// hears only who planned it.
fn check_timers(told: &[Later<Said>], decided: &[Later<Said>]) {
    let plans = |later: &[Later<Said>]| {
        let plans = later.iter().filter(|timer| matches!(timer, Later::Plan { .. }));
        plans.map(|timer| format!("{timer:?}")).collect::<Vec<_>>()
    };
    assert_eq!(plans(told), plans(decided), "the log does not tell of the timers");
    for timer in decided {
        let same = |other: &Later<Said>| format!("{other:?}") == format!("{timer:?}");
        assert!(told.iter().any(same), "the log does not tell that a timer ends: {timer:?}");
    }
}
