//! What the events about bulks make of them.

use crate::bulk::{Bulk, BulkAction, BulkState};
use crate::decide::Needs;
use crate::events::{BulkAdvanced, BulkDone, BulkStarted};
use crate::ids::BulkId;
use crate::replay::{Gap, Past, Replay};

impl Replay for BulkStarted {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.bulk);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Bulk {
            id: self.bulk,
            sequence: past.sequence,
            selector: self.selector.clone(),
            asked: 0,
            state: BulkState::Running { window: self.window },
        });
        Ok(())
    }
}

impl Replay for BulkAdvanced {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.bulk);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        step(past, self.bulk, self.asked, &BulkAction::Advance { window: self.window })
    }
}

impl Replay for BulkDone {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.bulk);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let at = past.at;
        step(past, self.bulk, self.asked, &BulkAction::Finish { at })
    }
}

fn step(past: &mut Past<'_>, id: BulkId, asked: u64, action: &BulkAction) -> Result<(), Gap> {
    let bulk = past.known(id)?.apply(action)?;
    past.put(Bulk { sequence: past.sequence, asked, ..bulk });
    Ok(())
}
