//! What the events about consent make of it.

use crate::consent::{Consent, ConsentAction};
use crate::decide::Needs;
use crate::events::{ConsentChanged, ConsentLifted, ConsentSuppressed};
use crate::ids::ConsentId;
use crate::replay::{Gap, Past, Replay};

/// The record before an event, with the channel that this gives it: an address is known from its first word on, and known
/// again where its person was erased.
fn before(past: &Past<'_>, id: ConsentId, channel: &str) -> Consent {
    let channel = channel.to_owned();
    match past.find(id) {
        Some(known) => Consent { channel, ..known },
        None => Consent::new(id, channel),
    }
}

impl Replay for ConsentChanged {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.consent);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let was = before(past, self.consent, &self.channel).apply(&ConsentAction::Change)?;
        past.put(Consent { sequence: past.sequence, ..was.with(self.to.clone()) });
        Ok(())
    }
}

impl Replay for ConsentSuppressed {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.consent);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let suppress = ConsentAction::Suppress { at: past.at, reason: self.suppression_reason };
        let now = before(past, self.consent, &self.channel).apply(&suppress)?;
        past.put(Consent { sequence: past.sequence, ..now });
        Ok(())
    }
}

impl Replay for ConsentLifted {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.consent);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.known(self.consent)?;
        let now = before(past, self.consent, &self.channel).apply(&ConsentAction::Lift)?;
        past.put(Consent { sequence: past.sequence, ..now });
        Ok(())
    }
}
