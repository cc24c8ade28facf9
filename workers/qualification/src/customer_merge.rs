//! Contacts and accounts are made one by people, and that is taken back.

use std::collections::BTreeSet;

use domain::commands::{AccountMerge, AccountUnmerge, ContactMerge, ContactUnmerge};
use domain::consent::{Consent, ConsentState, Purpose};
use domain::customer::{Account, Contact, CustomerAction, CustomerState};
use domain::customer_merge::Mergeable;
use domain::decide::{Ctx, Needs, Outcome, Refusal, World};
use domain::events::{
    AccountAbsorbed, AccountMerged, AccountRestored, AccountUnmerged, ContactAbsorbed,
    ContactMerged, ContactRestored, ContactUnmerged,
};
use domain::ids::{AccountId, ContactId, Id, LeadId};
use domain::keys::ConsentOf;
use domain::lifecycle::Lifecycle as _;
use domain::merge::{LATER_MAX, LINKS_MAX, LaterEvent, MERGES_MAX};
use domain::message::SubjectKind;
use domain::shelf::Shelf;
use uuid::Uuid;

use crate::customer_keys::contact_keys;
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

/// The master with its merge, and the losers.
type Joined<J> = (J, Vec<J>);

/// Ids do not tell what they are of: what is of another kind is refused by its name.
pub(crate) fn merge_needs<I: Id>(master: I, losers: &[I], needs: &mut Needs) {
    for id in losers.iter().chain([&master]).map(|id| id.uuid()) {
        needs.lock(LeadId(id));
        needs.lock(ContactId(id));
        needs.lock(AccountId(id));
    }
}

/// `None` where it is so already.
fn merge<J: Mergeable, F>(
    world: &World,
    (master, losers): (J::Id, &[J::Id]),
    keep: &J::Keep,
    ctx: &Ctx<'_, F>,
) -> Result<Option<Joined<J>>, Refusal> {
    let master = known::<J>(world, master)?;
    let ids = losers;
    let losers = losers.iter().map(|id| known::<J>(world, *id));
    let losers = losers.collect::<Result<Vec<_>, _>>()?;
    if losers.iter().all(|loser| loser.master() == Some(master.id())) {
        return Ok(None);
    }
    if let Some(other) = master.master() {
        return Err(merged_into(master, other));
    }
    check(master, &losers, keep)?;
    let taking = master.step(&CustomerAction::TakeIn)?;
    let mut after = master.facts();
    losers.iter().for_each(|loser| J::fill(&mut after, loser));
    losers.iter().chain([&master]).for_each(|record| J::take(keep, &mut after, record));
    let joined = taking.joined(ids, after, links(&losers), master.sequence() + 1);
    let merge = CustomerAction::Merge { at: ctx.now, master: master.id().uuid() };
    let absorbed = losers.iter().map(|loser| loser.step(&merge)).collect::<Result<_, _>>()?;
    Ok(Some((joined, absorbed)))
}

/// How many merges follow one another once these are merged.
fn links<J: Mergeable>(losers: &[&J]) -> u8 {
    losers.iter().map(|loser| loser.links()).max().unwrap_or_default().saturating_add(1)
}

fn known<J: Mergeable>(world: &World, id: J::Id) -> Result<&J, Refusal> {
    if let Some(record) = world.find(id) {
        return Ok(record);
    }
    let (uuid, kind) = (id.uuid(), J::KIND);
    let lead = world.find(LeadId(uuid)).map(|_| SubjectKind::Lead);
    let contact = world.find(ContactId(uuid)).map(|_| SubjectKind::Contact);
    let account = world.find(AccountId(uuid)).map(|_| SubjectKind::Account);
    let Some(other) = lead.or(contact).or(account) else { return Err(Refusal::unknown(kind, id)) };
    let message = format!(
        "`{uuid}` names no {kind} but the {other} of that id, and two kinds are never made one; name {kind}s alone, or \
         {other}s with `{other}.merge`."
    );
    Err(Refusal::no(kind, uuid, "customer.another_kind", other.name(), message))
}

/// What can be told from the records alone.
fn check<J: Mergeable>(master: &J, losers: &[&J], keep: &J::Keep) -> Result<(), Refusal> {
    let kind = J::KIND;
    let mut seen = vec![master.id()];
    for loser in losers {
        let id = loser.id();
        if seen.contains(&id) {
            let message = format!(
                "The {kind} `{id}` is named twice; name the one that stays as `{kind}`, and each other one once among \
                 the `losers`."
            );
            return Err(refused(master, "customer.named_twice", message));
        }
        seen.push(id);
        if let Some(other) = loser.master() {
            return Err(merged_into(*loser, other));
        }
        if master.kept_apart().contains(&id.uuid()) {
            let message = format!(
                "Somebody said that the {kind}s `{}` and `{id}` are not the same; take that back with \
                 `{kind}.keep_apart` and `no_longer`, then send `{kind}.merge` again.",
                master.id()
            );
            return Err(refused(master, "customer.kept_apart", message));
        }
    }
    if let Some(nobody) = losers.iter().chain([&master]).find(|record| record.name().is_none()) {
        let message = format!(
            "Nothing is known of the {kind} `{}` any more, so nobody can say who it is; leave it out, as whoever is \
             erased stays as they are.",
            nobody.id()
        );
        return Err(refused(*nobody, "customer.erased", message));
    }
    if let Some((field, _)) = J::named(keep).into_iter().find(|(_, id)| !seen.contains(id)) {
        let message = format!(
            "The field `keep.{field}` names none of the {kind}s that are merged; take it from one of them, or leave it \
             out."
        );
        return Err(refused(master, "customer.keep_of_another", message));
    }
    bounded(master, losers)
}

fn bounded<J: Mergeable>(master: &J, losers: &[&J]) -> Result<(), Refusal> {
    let (kind, id) = (J::KIND, master.id());
    if master.merges().len() >= MERGES_MAX {
        let message = format!(
            "So many merges hold into the {kind} `{id}` that no other one can be taken back ({MERGES_MAX}); merge it \
             into a newer {kind}."
        );
        return Err(refused(master, "customer.too_many_merges", message));
    }
    if links(losers) > LINKS_MAX {
        let message = format!(
            "More than {LINKS_MAX} merges would follow one another; make the {kind} that the others became already the \
             one that stays, and `{id}` one of its `losers`."
        );
        return Err(refused(master, "customer.too_long", message));
    }
    Ok(())
}

/// Why a record that is another one by now takes part in nothing.
pub(crate) fn merged_into<J: Mergeable>(record: &J, master: impl Id) -> Refusal {
    let (kind, id) = (J::KIND, record.id());
    let message = format!(
        "The {kind} `{id}` became the {kind} `{master}`; name that one, or take the merge back with `{kind}.unmerge`."
    );
    refused(record, "customer.merged", message)
}

fn refused<J: Mergeable>(record: &J, rule: &'static str, message: String) -> Refusal {
    Refusal::no(J::KIND, record.id(), rule, J::state_name(record.state()), message)
}

/// Names the one that others became, with its log, and them.
pub(crate) fn unmerge_needs<I: domain::survivor::Survives + Into<Uuid>>(
    world: &World,
    named: I,
    needs: &mut Needs,
) where
    Needs: AsMut<BTreeSet<I>>,
    I::Of: Mergeable<Id = I>,
{
    needs.lock(named);
    let Some(record) = world.find(named) else { return };
    let master = record.master().unwrap_or(named);
    needs.log(master);
    let Some(merge) = world.find(master).and_then(|master| master.merges().last()) else { return };
    merge.losers.iter().for_each(|loser| needs.lock(*loser));
}

/// What a merge into it was taken back leaves.
struct Parted<J> {
    own: J,
    losers: Vec<J>,
    stayed: Vec<String>,
    later: Vec<LaterEvent>,
}

fn unmerge<J: Mergeable>(world: &World, named: J::Id) -> Result<Parted<J>, Refusal>
where
    J::Id: Into<Uuid>,
{
    let kind = J::KIND;
    let named = known::<J>(world, named)?;
    let master = known::<J>(world, named.master().unwrap_or(named.id()))?;
    let (Some(merge), Some((facts, stayed))) = (master.merges().last(), master.parted()) else {
        let message = format!(
            "Nothing was merged into the {kind} `{}` that could be taken back.",
            named.id()
        );
        return Err(refused(named, "customer.not_merged", message));
    };
    if let Some(other) = master.master() {
        return Err(merged_into(master, other));
    }
    if named.id() != master.id() && !merge.losers.contains(&named.id()) {
        let message = format!(
            "The {kind} `{}` was merged into `{}` before others were; take those back first, by `{kind}.unmerge` of \
             that one.",
            named.id(),
            master.id()
        );
        return Err(refused(named, "customer.later_merge", message));
    }
    let own = master.step(&CustomerAction::GiveBack)?.without_last(facts);
    let losers = merge.losers.iter();
    let losers = losers.map(|id| known::<J>(world, *id)?.step(&CustomerAction::Restore));
    let losers = losers.collect::<Result<_, _>>()?;
    let later = later(world, master.id(), merge.sequence);
    Ok(Parted { own, losers, stayed, later })
}

/// What was said about the master after the merge.
fn later(world: &World, master: impl Into<Uuid>, merged: i64) -> Vec<LaterEvent> {
    let events = world.log(master).events.iter();
    let later = events.filter(|event| event.sequence > merged);
    let named = |event: &domain::logged::Logged| LaterEvent {
        ty: event.ty.clone(),
        sequence: event.sequence,
    };
    later.take(LATER_MAX).map(named).collect()
}

macro_rules! customer_merge {
    ($($Of:ident by $id:ident: $merge:ident($Merge:ident) says $Merged:ident, $Absorbed:ident;
       $unmerge:ident($Unmerge:ident) says $Unmerged:ident, $Restored:ident by $restored:ident;)*) => {$(
        pub(crate) fn $merge(world: &World, command: &$Merge, ctx: &Ctx<'_, Shelf>) -> Decision {
            let named = (command.$id, &*command.losers);
            let done = merge::<$Of, _>(world, named, &command.keep, ctx)?;
            let Some((joined, absorbed)) = done else {
                return Ok(Outcome::is_so($Of::KIND, command.$id));
            };
            let master = joined.id;
            let said = $Merged {
                $id: master,
                losers: command.losers.clone(),
                known: joined.facts(),
                links: joined.merges.last().map_or(1, |merge| merge.links),
            };
            let outcome = Outcome::nothing().changed(joined, said);
            Ok(absorbed.into_iter().fold(outcome, |outcome, loser| {
                let said = $Absorbed { $id: loser.id, master };
                outcome.changed(loser, said)
            }))
        }

        pub(crate) fn $unmerge(world: &World, command: &$Unmerge) -> Decision {
            let parted = unmerge::<$Of>(world, command.$id)?;
            let Parted { own, losers, stayed, later } = parted;
            let said = $Unmerged {
                $id: own.id,
                losers: losers.iter().map(|loser| loser.id).collect(),
                known: own.facts(),
                stayed,
                later,
            };
            let mut outcome = Outcome::nothing();
            for loser in losers {
                let (loser, said) = $restored(world, loser, own.id);
                outcome = outcome.changed(loser, said);
            }
            Ok(outcome.changed(own, said))
        }
    )*};
}
customer_merge! {
    Contact by contact: merge_contact(ContactMerge) says ContactMerged, ContactAbsorbed;
        unmerge_contact(ContactUnmerge) says ContactUnmerged, ContactRestored by restored_contact;
    Account by account: merge_account(AccountMerge) says AccountMerged, AccountAbsorbed;
        unmerge_account(AccountUnmerge) says AccountUnmerged, AccountRestored by restored_account;
}

fn restored_account(_: &World, account: Account, master: AccountId) -> (Account, AccountRestored) {
    let state = Account::state_name(&account.state).to_owned();
    let said = AccountRestored { account: account.id, master, state };
    (account, said)
}

/// What they said of bulk mail meanwhile counts for them: the newest word by their own addresses.
fn restored_contact(
    world: &World,
    mut contact: Contact,
    master: ContactId,
) -> (Contact, ContactRestored) {
    let was = world.find(contact.id).map(|contact| &contact.state);
    if let Some(CustomerState::Merged { at, .. }) = was {
        let channels = contact.person.emails.iter().map(|email| channel(email));
        let consents = channels.filter_map(|channel| world.newest(channel).0.into_iter().next());
        let said = consents.filter_map(|consent| {
            let (said_at, agreed) = bulk_mail(consent)?;
            (said_at > *at).then_some((said_at, agreed))
        });
        contact.consent = said.max().map_or(contact.consent, |(_, agreed)| agreed);
    }
    let state = Contact::state_name(&contact.state).to_owned();
    let said = ContactRestored { contact: contact.id, master, state, consent: contact.consent };
    (contact, said)
}

/// The newest word of bulk mail.
fn bulk_mail(consent: &Consent) -> Option<(chrono::DateTime<chrono::Utc>, bool)> {
    if let ConsentState::Suppressed { at, .. } = consent.state {
        return Some((at, false));
    }
    let standing = consent.standing(Purpose::BulkMail)?;
    Some((standing.at, consent.allows(Purpose::BulkMail)))
}

fn channel(email: &str) -> ConsentOf {
    ConsentOf(format!("email {email}"))
}

/// Names the consents of those who are contacts of their own again.
pub(crate) fn consent_needs(world: &World, named: ContactId, needs: &mut Needs) {
    let master = world.find(named).and_then(Contact::master).unwrap_or(named);
    let Some(merge) = world.find(master).and_then(|master| master.merges.last()) else { return };
    for loser in merge.losers.iter().filter_map(|id| world.find(*id)) {
        // Words of consent are heard under the key that they came by.
        contact_keys(loser).iter().for_each(|key| needs.party(key));
        loser.person.emails.iter().for_each(|email| needs.look_up(channel(email)));
    }
}
