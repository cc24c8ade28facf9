//! What the events about accounts and contacts make of them.

use crate::customer::{Account, Contact, CustomerState};
use crate::decide::Needs;
use crate::events::{AccountCreated, ContactCreated};
use crate::replay::{Gap, Past, Replay};

impl Replay for AccountCreated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.account);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Account {
            id: self.account,
            sequence: past.sequence,
            name: self.name.clone(),
            tax_id: self.tax_id.clone(),
            website: self.website.clone(),
            phone: self.phone.clone(),
            address: self.address.clone(),
            originating_lead: self.originating_lead,
            state: CustomerState::Active,
        });
        Ok(())
    }
}

impl Replay for ContactCreated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.contact);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Contact {
            id: self.contact,
            sequence: past.sequence,
            person: self.person.clone(),
            address: self.address.clone(),
            account: self.account,
            originating_lead: self.originating_lead,
            consent: self.consent,
            state: CustomerState::Active,
        });
        Ok(())
    }
}
