//! What the events about records that are kept apart make of them.

use crate::customer::CustomerAction;
use crate::decide::Needs;
use crate::events::{AccountKeptApart, ContactKeptApart, LeadKeptApart};
use crate::lead::LeadAction;
use crate::replay::{Gap, Past, Replay};

macro_rules! kept_apart {
    ($($Event:ident by $id:ident => $action:expr;)*) => {$(
        impl Replay for $Event {
            fn needs(&self, needs: &mut Needs) {
                needs.lock(self.$id);
            }

            fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
                let mut apart = past.known(self.$id)?.apply(&$action)?;
                apart.kept_apart.clone_from(&self.from);
                apart.sequence = past.sequence;
                past.put(apart);
                Ok(())
            }
        }
    )*};
}
kept_apart! {
    LeadKeptApart by lead => LeadAction::KeepApart;
    AccountKeptApart by account => CustomerAction::Update;
    ContactKeptApart by contact => CustomerAction::Update;
}
