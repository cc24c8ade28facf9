//! What the events about consent make of it.

use crate::consent::{Consent, ConsentAction};
use crate::decide::Needs;
use crate::events::{ConsentChanged, ConsentLifted, ConsentSuppressed};
use crate::ids::ConsentId;
use crate::replay::{Gap, Past, Replay};

/// The record before an event: an address is known from its first word on.
fn before(past: &Past<'_>, id: ConsentId, channel: &str) -> Consent {
    past.find(id).unwrap_or_else(|| Consent::new(id, channel.to_owned()))
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
        let now = past.known(self.consent)?.apply(&ConsentAction::Lift)?;
        past.put(Consent { sequence: past.sequence, ..now });
        Ok(())
    }
}
