//! What the events about accounts and contacts make of them.

use super::lead::{introduce, key_needs, release};
use crate::customer::{Account, Contact, Customer, CustomerAction, CustomerState};
use crate::decide::Needs;
use crate::events::{
    AccountCreated, AccountDeactivated, AccountReactivated, AccountUpdated, ContactCreated,
    ContactDeactivated, ContactReactivated, ContactUpdated,
};
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
            billing_address: None,
            delivery_address: None,
            billing: None,
            territory: None,
            customer_group: None,
            originating_lead: self.originating_lead,
            merges: Vec::new(),
            kept_apart: self.kept_apart.clone(),
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
            delivery_address: None,
            territory: None,
            customer_group: None,
            account: self.account,
            role: None,
            originating_lead: self.originating_lead,
            consent: self.consent,
            merges: Vec::new(),
            kept_apart: self.kept_apart.clone(),
            state: CustomerState::Active,
        });
        Ok(())
    }
}

impl Replay for AccountUpdated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.account);
        key_needs(&self.keys, needs);
        key_needs(&self.released, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let was = past.known(self.account)?.apply(&CustomerAction::Update)?;
        let customer = Customer { account: Some(was.id), contact: None };
        past.put(Account { sequence: past.sequence, ..self.after(&was) });
        introduce(past, &self.keys, customer, |party| party.lead)?;
        release(past, &self.released)
    }
}

impl Replay for ContactUpdated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.contact);
        key_needs(&self.keys, needs);
        key_needs(&self.released, needs);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let was = past.known(self.contact)?.apply(&CustomerAction::Update)?;
        let now = self.after(&was);
        let customer = Customer { account: now.account, contact: Some(now.id) };
        past.put(Contact { sequence: past.sequence, ..now });
        introduce(past, &self.keys, customer, |party| party.lead)?;
        release(past, &self.released)
    }
}

/// A step of the life that accounts and contacts share.
macro_rules! steps {
    ($($Event:ident of $Of:ident by $id:ident: $past:ident => $action:expr;)*) => {$(
        impl Replay for $Event {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.$id);
            }

            fn replay(&self, $past: &mut Past<'_>) -> Result<(), Gap> {
                let now = $past.known(self.$id)?.apply(&$action)?;
                $past.put($Of { sequence: $past.sequence, ..now });
                Ok(())
            }
        }
    )*};
}
steps! {
    AccountDeactivated of Account by account: past => CustomerAction::Deactivate { at: past.at };
    AccountReactivated of Account by account: past => CustomerAction::Activate;
    ContactDeactivated of Contact by contact: past => CustomerAction::Deactivate { at: past.at };
    ContactReactivated of Contact by contact: past => CustomerAction::Activate;
}
