//! What the events about transfers make of them.

use crate::decide::Needs;
use crate::events::{TransferAssigned, TransferHeld, TransferReturned};
use crate::replay::{Gap, Past, Replay};
use crate::transfer::{Transfer, TransferAction, TransferState};

impl Replay for TransferHeld {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.transfer);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Transfer {
            id: self.transfer,
            sequence: past.sequence,
            payer: self.payer.clone(),
            reference: self.reference.clone(),
            amount: self.amount,
            currency: self.currency,
            value_date: self.value_date,
            remittance: self.remittance.clone(),
            state: TransferState::Held,
        });
        Ok(())
    }
}

impl Replay for TransferAssigned {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.transfer);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let assigned = past.known(self.transfer)?.apply(&TransferAction::Assign { at: past.at })?;
        past.put(Transfer { sequence: past.sequence, ..assigned });
        Ok(())
    }
}

impl Replay for TransferReturned {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.transfer);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let returned = past.known(self.transfer)?.apply(&TransferAction::Return { at: past.at })?;
        past.put(Transfer { sequence: past.sequence, ..returned });
        Ok(())
    }
}
