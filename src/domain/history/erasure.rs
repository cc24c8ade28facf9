//! What the events about erasures make of them.

use crate::decide::Needs;
use crate::erasure::{Erasure, ErasureAction};
use crate::events::{ErasureAcknowledged, ErasureAdvanced, ErasureRequested, PersonErased};
use crate::replay::{Gap, Past, Replay};

impl Replay for ErasureRequested {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.erasure);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let named = (self.keys.clone(), self.records.clone());
        let reason = self.reason.clone();
        let asked = Erasure::new(self.erasure, named, reason, self.closed_before, self.step);
        past.put(Erasure { sequence: past.sequence, ..asked });
        Ok(())
    }
}

impl Replay for ErasureAdvanced {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.erasure);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut now = past.known(self.erasure)?.apply(&ErasureAction::Advance)?;
        now.receipt = now.with(&self.found);
        now.erased.extend_from_slice(&self.erased);
        (now.step, now.after) = (self.next, self.after);
        past.put(Erasure { sequence: past.sequence, ..now });
        Ok(())
    }
}

impl Replay for PersonErased {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.erasure);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let done = past.known(self.erasure)?.apply(&ErasureAction::Finish { at: past.at })?;
        let (keys, receipt) = (Vec::new(), self.receipt.clone());
        let erased = self.erased.clone();
        past.put(Erasure { sequence: past.sequence, keys, receipt, erased, ..done });
        Ok(())
    }
}

impl Replay for ErasureAcknowledged {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.erasure);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut now = past.known(self.erasure)?.apply(&ErasureAction::Acknowledge)?;
        now.acknowledged.push(self.consumer.clone());
        past.put(Erasure { sequence: past.sequence, ..now });
        Ok(())
    }
}
