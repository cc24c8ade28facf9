//! What the events about raw inputs make of them.

use crate::decide::Needs;
use crate::enquiry::Channel;
use crate::events::{InputHeld, InputRejected, InputReread, InputSplit};
use crate::ids::InputId;
use crate::input::{Input, InputAction, PartOf};
use crate::replay::{Gap, Past, Replay};

/// The input before its verdict: the one that was held, else a new one.
pub(super) fn before(
    past: &Past<'_>,
    id: InputId,
    channel: Channel,
    part_of: Option<PartOf>,
) -> Input {
    past.find(id).unwrap_or_else(|| Input { part_of, ..Input::new(id, channel) })
}

impl Replay for InputHeld {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.input);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let input = before(past, self.input, self.channel, self.part_of);
        let enquiry = self.enquiry.as_deref().cloned();
        let held = input.judged(&InputAction::Hold, &self.reason)?;
        past.put(Input { sequence: past.sequence, enquiry, ..held });
        Ok(())
    }
}

impl Replay for InputRejected {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.input);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let input = before(past, self.input, self.channel, self.part_of);
        let rejected = input.judged(&InputAction::Reject, &self.reason)?;
        past.put(Input { sequence: past.sequence, ..rejected });
        Ok(())
    }
}

impl Replay for InputReread {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.input);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let input = past.known(self.input)?;
        past.put(Input { sequence: past.sequence, ..input });
        Ok(())
    }
}

impl Replay for InputSplit {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.input);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let input = before(past, self.input, self.channel, None);
        let split = input.split(self.parts, self.done)?;
        past.put(Input { sequence: past.sequence, ..split });
        Ok(())
    }
}
