//! Whose a held input is, where a person says so: one of the parties that its keys point at, or a third one's. The keys
//! of the others stay theirs.

use domain::commands::InputRelease;
use domain::decide::{Needs, Refusal, World};
use domain::enquiry::Enquiry;
use domain::ids::Id;
use domain::input::Input;
use domain::kept_apart::changed;
use domain::message::SubjectKind;
use domain::party::{Party, Recognised, organisation_keys, person_keys, recognise};
use domain::survivor::{party_now, survivor};
use uuid::Uuid;

/// Who asks, by their keys or by somebody's word.
pub(super) struct Whose {
    pub(super) who: Recognised,
    /// A person said so: no other key than theirs is taken from anybody.
    pub(super) said: bool,
    /// Those whom it is not although its keys point at them, in the order of ids.
    pub(super) apart: Vec<Uuid>,
}

impl Whose {
    /// As the keys tell.
    pub(super) fn by_keys(world: &World, enquiry: &Enquiry) -> Self {
        Self { who: recognise(world, enquiry), said: false, apart: Vec::new() }
    }

    /// As the command says, where it has to.
    ///
    /// # Errors
    /// [`Refusal`] where it does not say which of two parties it is, or names another one.
    pub(super) fn of(
        world: &World,
        input: &Input,
        enquiry: &Enquiry,
        command: &InputRelease,
    ) -> Result<Self, Refusal> {
        let keys = Self::by_keys(world, enquiry);
        match (command.party, command.third) {
            (Some(_), true) => {
                let message = "An input is of the `party` that is named or of a `third`, not of both; say one.";
                Err(refused(input, "input.party_or_third", message.to_owned()))
            }
            (None, true) => {
                let apart = changed(&[], &parties(&keys.who), &[]);
                Ok(Self { who: Recognised::default(), said: true, apart })
            }
            (None, false) => match &keys.who.conflict {
                None => Ok(keys),
                Some(conflict) => {
                    let message = format!(
                        "{} Then send `input.release` with the one that is meant as `party`, or with `third` as true \
                         where it is neither.",
                        conflict.message
                    );
                    Err(refused(input, "input.two_parties", message))
                }
            },
            (Some(party), false) => {
                let parties = parties(&keys.who);
                if !parties.contains(&party) {
                    let named: Vec<_> = parties.iter().map(|id| format!("`{id}`")).collect();
                    let named =
                        if named.is_empty() { "nobody".to_owned() } else { named.join(", ") };
                    let message = format!(
                        "The keys of the input point at {named}, and not at `{party}`; name one of those as `party`, or \
                         say that it is a `third`."
                    );
                    return Err(refused(input, "input.another_party", message));
                }
                let who = chosen(world, enquiry, keys.who, party);
                Ok(Self { who, said: true, apart: Vec::new() })
            }
        }
    }

    /// Names the lead that a release may be added to.
    pub(super) fn needs(
        world: &World,
        enquiry: &Enquiry,
        command: &InputRelease,
        needs: &mut Needs,
    ) {
        if let Some(party) = command.party {
            let who = recognise(world, enquiry);
            chosen(world, enquiry, who, party).lead.into_iter().for_each(|lead| needs.lock(lead));
        }
    }

    /// Of the keys that would point at them from now on, those that are nobody else's.
    pub(super) fn claimed(&self, world: &World, parties: Vec<Party>) -> Vec<Party> {
        let elses = |party: &Party| {
            let known = world.party(&party.key);
            let somebody = known.is_some_and(|it| it.lead.is_some() || it.contact.is_some());
            self.said && somebody && !self.who.matched.contains(&party.key)
        };
        parties.into_iter().filter(|party| !elses(party)).collect()
    }
}

/// Everybody whom the keys point at.
fn parties(who: &Recognised) -> Vec<Uuid> {
    match &who.conflict {
        Some(conflict) => conflict.parties.clone(),
        None => {
            let contact = who.contact.map(Id::uuid);
            let (account, lead) = (who.account.map(Id::uuid), who.lead.map(Id::uuid));
            [contact, lead, account].into_iter().flatten().collect()
        }
    }
}

/// The party of that id: a contact, a lead, or else the account of whom the keys point at.
fn chosen(world: &World, enquiry: &Enquiry, who: Recognised, party: Uuid) -> Recognised {
    let keys = person_keys(enquiry);
    let known = keys.iter().filter_map(|key| world.party(key));
    let known: Vec<_> = known.map(|party| party_now(world, party).into_owned()).collect();
    let contact = known.iter().filter_map(|it| it.contact).find(|id| id.0 == party);
    let is_theirs = |it: &&Party| match contact {
        Some(_) => it.contact == contact,
        None => it.contact.is_none() && it.lead.is_some_and(|lead| lead.0 == party),
    };
    let theirs: Vec<_> = known.iter().filter(is_theirs).collect();
    if theirs.is_empty() {
        return Recognised { account: Some(party.into()), conflict: None, ..who };
    }
    let of_contact = contact.and_then(|id| world.find(id)?.account);
    let of_keys = organisation_keys(enquiry);
    let of_keys = of_keys.iter().find_map(|key| world.party(key)?.account);
    Recognised {
        contact,
        account: of_contact.or(of_keys).map(|id| survivor(world, id)),
        lead: theirs.iter().filter_map(|it| it.lead).max(),
        matched: theirs.iter().map(|it| it.key.clone()).collect(),
        conflict: None,
    }
}

fn refused(input: &Input, rule: &'static str, message: String) -> Refusal {
    Refusal::no(SubjectKind::Input, input.id, rule, "held", message)
}
