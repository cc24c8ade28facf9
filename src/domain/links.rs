//! Other ways to name records than by their ids: what carries a number, what hangs on another record.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use crate::document::LINES_MAX;
use crate::ids::{InvoiceId, LeadId, OpportunityId, OrderId, QuoteId};
use crate::locks::Root;
use crate::needs::Needs;
use crate::subjects::SubjectId;
use crate::world::{Record, World};

/// Hands the list of links to a macro: `links!(needs)`. A link is a key, and the records that it finds.
#[macro_export]
macro_rules! links {
    ($with:ident) => {
        $with! {
            opportunity_of_quote: OpportunityOfQuote(QuoteId) finds OpportunityId;
            lead_of_order: LeadOfOrder(OrderId) finds LeadId;
            order_of_quote: OrderOfQuote(QuoteId) finds OrderId;
            invoices_of_order: InvoicesOfOrder(OrderId) finds InvoiceId;
            invoice_numbered: InvoiceNumbered(String) finds InvoiceId;
        }
    };
}

/// A key by which records of one kind are found, loaded and locked: a natural key finds one, what hangs on
/// another record may be many.
///
/// Whoever makes a record that hangs on another one holds the lock of that other one; whoever needs the set
/// locks it too. So the set that was found is still the set when it is decided on.
pub trait Link: Key {
    /// The most records that one key finds. Where there are more, the newest are loaded, and
    /// [`World::all`] refuses to take them for all.
    const LIMIT: usize = 1;
    /// Whether what is found is also loaded and locked. Where not, only ids are known.
    const LOADS: bool = true;

    /// The links that such a record makes, as it now is: to itself, where what is found is loaded.
    fn made_by(record: &Record, world: &World) -> Vec<(Self, Self::Id)>;
}

/// Where the keys of a link stand. Implemented by the list.
pub trait Key: Clone + Ord + Debug + 'static {
    /// What is found.
    type Id: SubjectId;

    /// All keys of this kind that a batch needs.
    fn needed(needs: &mut Needs) -> &mut BTreeSet<Self>;

    /// All keys of this kind that a batch knows.
    fn found(world: &World) -> &Found<Self>;
}

/// The records that keys of one kind are known to find.
#[derive(Clone, Debug)]
pub struct Found<K: Key> {
    of: BTreeMap<K, Set<K::Id>>,
    /// The keys that find a record.
    by: BTreeMap<K::Id, BTreeSet<K>>,
}

#[derive(Clone, Debug)]
struct Set<I> {
    ids: BTreeSet<I>,
    /// There are older ones, which were not looked up.
    more: bool,
}

macro_rules! keys {
    ($($word:ident: $Link:ident($Key:ident) finds $Id:ident;)*) => {
        $(
            /// Finds records by what it holds.
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $Link(pub $Key);

            impl Key for $Link {
                type Id = $Id;

                fn needed(needs: &mut Needs) -> &mut BTreeSet<Self> {
                    &mut needs.links.$word
                }

                fn found(world: &World) -> &Found<Self> {
                    &world.links.$word
                }
            }
        )*

        /// The keys that a batch needs.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Asked {
            $(pub $word: BTreeSet<$Link>,)*
        }

        /// What the keys of a batch find.
        #[derive(Clone, Debug, Default)]
        pub struct Links {
            $(pub $word: Found<$Link>,)*
        }

        impl Links {
            /// Notes what a record is found by from now on.
            ///
            /// A set that nobody looked up stays unknown, unless `whole` says that the world is all there is.
            pub(crate) fn note(world: &mut World, record: &Record, whole: bool) {
                let subject = record.subject();
                $(
                    let made = <$Link as Link>::made_by(record, world);
                    let own = subject.filter(|it| {
                        <$Link as Link>::LOADS && it.kind == <$Id as SubjectId>::KIND
                    });
                    world.links.$word.note(own.map(|it| it.id.into()), made, whole);
                )*
            }

            /// Names what the keys that are asked for find.
            pub fn resolve(&self, needs: &mut Needs) {
                $(if <$Link as Link>::LOADS {
                    let found = needs.links.$word.iter().flat_map(|key| self.$word.newest(key));
                    let ids: Vec<_> = found.collect();
                    <$Id as SubjectId>::needed(needs).extend(ids);
                })*
            }

            /// Is everything known that is asked for?
            #[must_use]
            pub fn know(&self, asked: &Asked) -> bool {
                true $(&& asked.$word.iter().all(|key| self.$word.of.contains_key(key)))*
            }

            /// What is locked where these keys find something.
            pub(crate) fn roots(asked: &Asked) -> Vec<Root> {
                let mut roots = Vec::new();
                $(if <$Link as Link>::LOADS && !asked.$word.is_empty() {
                    roots.push(<$Id as SubjectId>::ROOT);
                })*
                roots
            }

            /// Shows of a whole world what is asked for.
            pub(crate) fn show(&mut self, whole: &Self, asked: &Asked) {
                $(for key in &asked.$word {
                    let ids = whole.$word.of.get(key).map(|set| set.ids.iter().copied());
                    let found = ids.into_iter().flatten().map(|id| (key.clone(), id));
                    self.$word.fill([key.clone()], found.collect());
                })*
            }
        }
    };
}
crate::links!(keys);

impl<K: Key> Default for Found<K> {
    fn default() -> Self {
        Self { of: BTreeMap::new(), by: BTreeMap::new() }
    }
}

impl<L: Link> Found<L> {
    /// Notes what was looked up, one more than [`Link::LIMIT`] of a key where there are as many: what a
    /// key did not find does not exist.
    pub fn fill(&mut self, asked: impl IntoIterator<Item = L>, found: Vec<(L, L::Id)>) {
        for key in asked {
            self.of.entry(key).or_insert(Set { ids: BTreeSet::new(), more: false });
        }
        for (key, id) in found {
            self.insert(key, id);
        }
        for set in self.of.values_mut() {
            while set.ids.len() > L::LIMIT && !set.more {
                // Ids ascend with time, so the first is the oldest.
                set.ids.pop_first();
                set.more = true;
            }
        }
    }

    fn insert(&mut self, key: L, id: L::Id) {
        let set = self.of.entry(key.clone()).or_insert(Set { ids: BTreeSet::new(), more: false });
        set.ids.insert(id);
        self.by.entry(id).or_default().insert(key);
    }

    fn note(&mut self, own: Option<L::Id>, made: Vec<(L, L::Id)>, whole: bool) {
        for key in own.and_then(|id| self.by.remove(&id)).unwrap_or_default() {
            if let (Some(set), Some(id)) = (self.of.get_mut(&key), own) {
                set.ids.remove(&id);
            }
        }
        for (key, id) in made {
            if whole || self.of.contains_key(&key) {
                self.insert(key, id);
            }
        }
    }

    fn newest(&self, key: &L) -> impl Iterator<Item = L::Id> + use<'_, L> {
        let ids = self.of.get(key).map(|set| set.ids.iter().rev().take(L::LIMIT));
        ids.into_iter().flatten().copied()
    }

    /// The ids that a key finds, the newest first, and whether there are more; `None`: nobody looked.
    pub(crate) fn ids(&self, key: &L) -> Option<(Vec<L::Id>, bool)> {
        let set = self.of.get(key)?;
        Some((self.newest(key).collect(), set.more || set.ids.len() > L::LIMIT))
    }
}

impl Link for OpportunityOfQuote {
    fn made_by(record: &Record, _: &World) -> Vec<(Self, OpportunityId)> {
        let Record::Opportunity(deal) = record else { return Vec::new() };
        deal.quotes.iter().map(|quote| (Self(quote.id), deal.id)).collect()
    }
}

/// The lead that the deal of an order began with.
impl Link for LeadOfOrder {
    const LOADS: bool = false;

    fn made_by(record: &Record, world: &World) -> Vec<(Self, LeadId)> {
        let Record::Order(order) = record else { return Vec::new() };
        let deal = world.opportunities.get(&order.opportunity);
        let lead = deal.and_then(|deal| deal.originating_lead);
        lead.map(|lead| (Self(order.id), lead)).into_iter().collect()
    }
}

impl Link for OrderOfQuote {
    fn made_by(record: &Record, _: &World) -> Vec<(Self, OrderId)> {
        let Record::Order(order) = record else { return Vec::new() };
        vec![(Self(order.quote), order.id)]
    }
}

impl Link for InvoicesOfOrder {
    /// As many as an order has lines at most.
    const LIMIT: usize = LINES_MAX;

    fn made_by(record: &Record, _: &World) -> Vec<(Self, InvoiceId)> {
        let Record::Invoice(invoice) = record else { return Vec::new() };
        vec![(Self(invoice.order), invoice.id)]
    }
}

impl Link for InvoiceNumbered {
    fn made_by(record: &Record, _: &World) -> Vec<(Self, InvoiceId)> {
        let Record::Invoice(invoice) = record else { return Vec::new() };
        vec![(Self(invoice.number.clone()), invoice.id)]
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ORDER: InvoicesOfOrder = InvoicesOfOrder(OrderId(Uuid::from_u128(7)));

    fn invoices(ids: std::ops::Range<u128>) -> Vec<(InvoicesOfOrder, InvoiceId)> {
        ids.map(|id| (ORDER, InvoiceId(Uuid::from_u128(id)))).collect()
    }

    fn found(known: &Found<InvoicesOfOrder>) -> Option<(Vec<u128>, bool)> {
        let (ids, more) = known.ids(&ORDER)?;
        Some((ids.into_iter().map(|id| id.0.as_u128()).collect(), more))
    }

    #[test]
    fn a_set_larger_than_its_limit_is_its_newest_and_says_that_there_are_more() {
        let limit = InvoicesOfOrder::LIMIT as u128;
        let mut known = Found::default();
        assert_eq!(found(&known), None, "nobody looked");
        known.fill([ORDER], invoices(0..limit));
        assert_eq!(found(&known), Some(((0..limit).rev().collect(), false)));
        let mut known = Found::default();
        known.fill([ORDER], invoices(1..limit + 2));
        assert_eq!(found(&known), Some(((2..limit + 2).rev().collect(), true)));
        let world = World {
            links: Links { invoices_of_order: known, ..Links::default() },
            discovering: true,
            ..World::default()
        };
        assert!(!world.newest(ORDER).1);
        let refusal = world.all(ORDER).expect_err("not all are known");
        assert!(refusal.to_string().contains("More than 200 records of the kind `invoice`"));
    }

    #[test]
    fn a_set_follows_what_a_batch_makes_and_takes_away_and_stays_unknown_where_nobody_looked() {
        let mut known = Found::default();
        known.note(None, invoices(1..2), false);
        assert_eq!(found(&known), None);
        known.fill([ORDER], invoices(1..3));
        known.note(Some(InvoiceId(Uuid::from_u128(3))), invoices(3..4), false);
        assert_eq!(found(&known), Some((vec![3, 2, 1], false)));
        known.note(Some(InvoiceId(Uuid::from_u128(2))), Vec::new(), false);
        assert_eq!(found(&known), Some((vec![3, 1], false)));
    }
}
