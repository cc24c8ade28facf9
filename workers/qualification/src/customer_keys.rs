//! The keys by which customers are recognised, and what becomes of them where one is corrected.

use domain::customer::{Account, Contact, Customer};
use domain::decide::{Needs, Outcome, World};
use domain::enquiry::Enquiry;
use domain::party::{Party, PartyKey, PartyKeyKind, organisation_keys, person_keys};
use domain::survivor::{Survives, customer_needs, survivor};

use crate::when::Then;

/// The keys by which an account is recognised.
pub(crate) fn account_keys(account: &Account) -> Vec<PartyKey> {
    organisation_keys(&Enquiry {
        company: Some(account.name.clone()),
        website: account.website.clone(),
        tax_id: account.tax_id.clone(),
        ..Enquiry::default()
    })
}

/// The keys by which a contact is recognised.
pub(crate) fn contact_keys(contact: &Contact) -> Vec<PartyKey> {
    person_keys(&Enquiry { person: contact.person.clone(), ..Enquiry::default() })
}

/// Names keys, and whom they lead to.
pub(crate) fn key_needs(world: &World, keys: &[PartyKey], needs: &mut Needs) {
    for key in keys {
        needs.party(key);
        let Some(party) = world.party(key) else { continue };
        customer_needs(world, Customer { account: party.account, contact: party.contact }, needs);
    }
}

/// What becomes of the keys of a customer who is corrected.
pub(crate) struct Keys<I> {
    /// By these they are recognised from now on too.
    claimed: Vec<Party>,
    /// By these no more.
    released: Vec<Party>,
    /// By that one another is.
    pub(crate) taken: Option<(PartyKey, I)>,
}

impl<I: Survives> Keys<I> {
    /// `theirs` is whom a key points at. The name of an organisation goes on to be one of its names, and a telephone
    /// that rings for somebody else stays theirs. The keys of others who became this one stay theirs too: they are
    /// recognised by them again where that is taken back.
    pub(crate) fn moved(
        world: &World,
        old: &[PartyKey],
        new: &[PartyKey],
        (ours, customer): (I, Customer),
        theirs: impl Fn(&Party) -> Option<I>,
    ) -> Self {
        let known = |key: &PartyKey| {
            world.party(key).cloned().unwrap_or_else(|| Party::unknown(key.clone()))
        };
        let mut moved = Self { claimed: Vec::new(), released: Vec::new(), taken: None };
        for party in new.iter().map(known) {
            match theirs(&party).map(|id| survivor(world, id)) {
                Some(other) if other != ours => {
                    if party.key.kind != PartyKeyKind::Phone {
                        moved.taken = moved.taken.or(Some((party.key, other)));
                    }
                }
                _ => {
                    let lead = party.lead;
                    let introduced = party.clone().introduced(lead, customer);
                    moved.claimed.extend((introduced != party).then_some(introduced));
                }
            }
        }
        let gone = old.iter().filter(|key| !new.contains(key));
        let gone = gone.filter(|key| key.kind != PartyKeyKind::Company).map(known);
        let gone = gone.filter(|party| theirs(party) == Some(ours));
        moved.released = gone.map(|party| Party::unknown(party.key)).collect();
        moved
    }

    pub(crate) fn named(&self, claimed: bool) -> Vec<String> {
        let parties = if claimed { &self.claimed } else { &self.released };
        parties.iter().map(|party| party.key.to_string()).collect()
    }

    pub(crate) fn put(self, outcome: Outcome<Then>) -> Outcome<Then> {
        self.claimed.into_iter().chain(self.released).fold(outcome, Outcome::put)
    }
}
