//! What the events about merged contacts and accounts make of them.

use crate::customer::{Account, Contact, CustomerAction};
use crate::customer_merge::Mergeable as _;
use crate::decide::Needs;
use crate::events::{
    AccountAbsorbed, AccountMerged, AccountRestored, AccountUnmerged, ContactAbsorbed,
    ContactMerged, ContactRestored, ContactUnmerged,
};
use crate::replay::{Gap, Past, Replay};

macro_rules! customer_merge {
    ($($id:ident: $Merged:ident, $Absorbed:ident, $Unmerged:ident;)*) => {$(
        impl Replay for $Merged {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.$id);
            }

            fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
                let master = past.known(self.$id)?.apply(&CustomerAction::TakeIn)?;
                let known = self.known.clone();
                let mut joined = master.joined(&self.losers, known, self.links, past.sequence);
                joined.sequence = past.sequence;
                past.put(joined);
                Ok(())
            }
        }

        impl Replay for $Absorbed {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.$id);
            }

            fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
                let merge = CustomerAction::Merge { at: past.at, master: self.master.0 };
                let mut absorbed = past.known(self.$id)?.apply(&merge)?;
                absorbed.sequence = past.sequence;
                past.put(absorbed);
                Ok(())
            }
        }

        impl Replay for $Unmerged {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.$id);
            }

            fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
                let master = past.known(self.$id)?.apply(&CustomerAction::GiveBack)?;
                let mut parted = master.without_last(self.known.clone());
                parted.sequence = past.sequence;
                past.put(parted);
                Ok(())
            }
        }
    )*};
}
customer_merge! {
    contact: ContactMerged, ContactAbsorbed, ContactUnmerged;
    account: AccountMerged, AccountAbsorbed, AccountUnmerged;
}

impl Replay for ContactRestored {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.contact);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let restored = past.known(self.contact)?.apply(&CustomerAction::Restore)?;
        past.put(Contact { sequence: past.sequence, consent: self.consent, ..restored });
        Ok(())
    }
}

impl Replay for AccountRestored {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.account);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let restored = past.known(self.account)?.apply(&CustomerAction::Restore)?;
        past.put(Account { sequence: past.sequence, ..restored });
        Ok(())
    }
}
