//! Who a record is by now: whom it became where it was merged, and whom that one became.
//!
//! Keys, leads, deals, documents and proposals go on naming whom they were of; whoever reads them follows from there.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::customer::{Account, Buyer, Contact, Customer};
use crate::ids::{AccountId, ContactId, LeadId};
use crate::merge::LINKS_MAX;
use crate::needs::Needs;
use crate::party::Party;
use crate::world::{SubjectId, World};

/// What can become another one of its kind.
pub trait Survives: SubjectId {
    /// Whom it became.
    fn master(of: &Self::Of) -> Option<Self>;
}

macro_rules! survives {
    ($($Id:ident),*) => {$(
        impl Survives for $Id {
            fn master(of: &Self::Of) -> Option<Self> {
                of.master()
            }
        }
    )*};
}
survives!(ContactId, AccountId, LeadId);

/// Whom that record is by now, as far as it is known: [`survivor_needs`] names all that is. After
/// [`LINKS_MAX`] merges nobody follows further, and the life cycle of what is met there refuses each step.
#[must_use]
pub fn survivor<I: Survives>(world: &World, id: I) -> I {
    let mut now = id;
    for _ in 0..LINKS_MAX {
        match I::table(world).get(&now).and_then(I::master) {
            Some(master) => now = master,
            None => break,
        }
    }
    now
}

/// Locks a record and whom it became.
pub fn survivor_needs<I: Survives>(world: &World, id: I, needs: &mut Needs)
where
    Needs: AsMut<BTreeSet<I>>,
{
    needs.lock(id);
    let mut now = id;
    for _ in 0..LINKS_MAX {
        let Some(master) = I::table(world).get(&now).and_then(I::master) else { return };
        needs.lock(master);
        now = master;
    }
}

/// Whom a customer is by now.
#[must_use]
pub fn customer_now(world: &World, customer: Customer) -> Customer {
    Customer {
        account: customer.account.map(|id| survivor(world, id)),
        contact: customer.contact.map(|id| survivor(world, id)),
    }
}

/// The records of whom a customer is by now, as far as they are known.
#[must_use]
pub fn customer_records(world: &World, customer: Customer) -> (Option<&Account>, Option<&Contact>) {
    let now = customer_now(world, customer);
    (now.account.and_then(|id| world.find(id)), now.contact.and_then(|id| world.find(id)))
}

/// The buyer that a customer is on paper today; `None` where nothing is known by which to name them.
#[must_use]
pub fn buyer_now(world: &World, customer: Customer) -> Option<Buyer> {
    let (account, contact) = customer_records(world, customer);
    Buyer::of(account, contact)
}

/// Locks a customer and whom it became.
pub fn customer_needs(world: &World, customer: Customer, needs: &mut Needs) {
    customer.account.into_iter().for_each(|id| survivor_needs(world, id, needs));
    customer.contact.into_iter().for_each(|id| survivor_needs(world, id, needs));
}

/// Whom a key leads to by now.
#[must_use]
pub fn party_now<'p>(world: &World, party: &'p Party) -> Cow<'p, Party> {
    let named = Customer { account: party.account, contact: party.contact };
    let now = customer_now(world, named);
    if now == named {
        return Cow::Borrowed(party);
    }
    Cow::Owned(Party { account: now.account, contact: now.contact, ..party.clone() })
}
