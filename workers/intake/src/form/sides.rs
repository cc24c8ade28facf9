//! Who is described where in a form or hook: the one who asks, our side, or somebody else.

use domain::word_list::Words;
use domain::words;

use std::collections::BTreeMap;

use super::tree::Leaf;
use crate::fields::{self, Field};
use crate::normal;
use crate::options::ReadOptions;
use forms::fold;

/// Objects that describe our side or the way in, whatever stands in them, folded.
static OURS: Words = words!(
    " owner ownedby assignee assignedto assigned agent vendor dealer recipient recipients organizer organiser \
    organizers host hosts inbox mailbox account shop store merchant channel bot app application brand operator tenant \
    salesrep salesperson seller representative consultant advisor adviser accountmanager to cc bcc calendar eventtype \
    integration webhook pipeline creator createdby updatedby modifiedby closedby handledby responder resource staff \
    staffmember employee provider widget department queue site workspace team location branch platform publisher campaign \
    receiver addressee page form verkaufer berater betreuer filiale standort bearbeiter zustandig kanal formular seite konto \
    empfanger gastgeber veranstalter organisator vendedor agente tienda canal formulario anfitrion asesor destinatario \
    organizador venditore negozio canale modulo organizzatore vendeur conseiller magasin formulaire organisateur hote \
    destinataire verkoper winkel kanaal formulier ontvanger organisatie medewerker project product company_settings "
);
/// Objects that say how it came: what stands in an object of a person inside them is that person's.
static ABOUT: Words = words!("meta metadata context conversation event envelope");
/// Objects that describe whoever asks.
static ASKER: Words = words!(
    " contact customer guest guests attendee attendees invitee invitees sender from visitor lead person people \
    subscriber buyer client profile respondent submitter author requester requestor applicant booker member members \
    participant participants registrant registrants enduser prospect caller patient contacts leads customers responses \
    answers fielddata submission kunde kundin kontakt ansprechpartner absender besteller gast teilnehmer interessent \
    cliente contacto remitente asistente invitado contatto mittente ospite partecipante client expediteur invite participant \
    klant afzender deelnemer billing billingaddress "
);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Ours,
    Unknown,
    Asker,
}

/// The side of an object by the names on its path, the innermost first.
pub(super) fn side(path: &[String]) -> Side {
    let mut side = Side::Unknown;
    for name in path.iter().map(|name| fold(name)) {
        if OURS.has(&name) {
            return Side::Ours;
        }
        if ABOUT.has(&name) {
            side = Side::Ours;
        } else if ASKER.has(&name) {
            side = Side::Asker;
        }
    }
    side
}

/// Somebody whom an object describes.
#[derive(Debug)]
struct Party {
    side: Side,
    /// Canonical addresses and numbers.
    channels: Vec<String>,
    name: Option<String>,
    /// How many fields that name or reach somebody it has.
    contacts: usize,
    order: usize,
}

/// What of the leaves describes whoever asks.
#[derive(Debug, Default)]
pub(super) struct Sides {
    askers: std::collections::HashSet<String>,
    others: std::collections::HashSet<String>,
    /// A sentence for whoever must look, where two people stand side by side and nothing tells who asks.
    pub(super) doubt: Option<String>,
}

impl Sides {
    /// Whether the object at this path is about somebody else than whoever asks.
    pub(super) fn is_other(&self, party: &[String]) -> bool {
        !self.others.is_empty() && self.others.contains(&party.join("."))
    }

    /// Whether the object at this path names or reaches whoever asks.
    pub(super) fn is_asker(&self, party: &[String]) -> bool {
        self.askers.contains(&party.join("."))
    }
}

/// The path of the object that a leaf describes: `phone.value` describes what `phone` stands in.
pub(super) fn party_of(leaf: &Leaf) -> &[String] {
    let number = |name: &String| name.bytes().all(|b| b.is_ascii_digit());
    let mut path = leaf.path.as_slice();
    while let [above @ .., name] = path
        && number(name)
    {
        path = above;
    }
    let Some((last, mut path)) = path.split_last() else { return path };
    while let [above @ .., name] = path
        && number(name)
        && value_of_field(path, last)
    {
        path = above;
    }
    // `name: {first, last}`, `q4_phone: {area, number}`: the object is a field of its own.
    while let [above @ .., name] = path
        && is_field(name)
    {
        path = above;
    }
    path
}

/// Whether the last name only says that it is the value of the field around it: `emails.0.value`.
fn value_of_field(path: &[String], last: &str) -> bool {
    let parent = path.iter().rev().find(|name| !name.bytes().all(|b| b.is_ascii_digit()));
    matches!(
        fold(last).as_str(),
        "name" | "value" | "label" | "text" | "number" | "address" | "email" | "type"
    ) && parent.is_some_and(|parent| is_field(parent))
}

/// Whether an object's name is that of a field, not of somebody.
fn is_field(name: &str) -> bool {
    match fields::meaning(name) {
        Some(Field::FullName) => {
            let folded = fold(name);
            ["name", "naam", "nombre", "nome", "nom"].iter().any(|word| folded.ends_with(word))
                && folded.len() > 2
        }
        Some(
            Field::Email
            | Field::Phone
            | Field::Mobile
            | Field::OtherPhone
            | Field::OtherEmail
            | Field::Line1,
        ) => true,
        _ => false,
    }
}

/// Finds who asks among all that a form describes.
pub(super) fn sides(leaves: &[Leaf], options: &ReadOptions) -> Sides {
    let mut parties: BTreeMap<String, Party> = BTreeMap::new();
    let who = |field: &Field| field.is_contact() && *field != Field::Company;
    let ours = |leaf: &Leaf| {
        leaf.value.contains('@')
            && normal::email(&leaf.value).is_some_and(|email| options.is_own(&email))
    };
    // A form without objects describes one person: there is nobody to tell them from.
    if leaves.iter().all(|leaf| leaf.path.len() == 1 && !ours(leaf)) {
        let described = leaves.iter().any(|leaf| leaf.field().filter(who).is_some());
        let askers = described.then(String::new).into_iter().collect();
        return Sides { askers, ..Sides::default() };
    }
    for (order, leaf) in leaves.iter().enumerate() {
        let Some(field) = leaf.field().filter(who) else {
            note_role(&mut parties, leaf, order);
            continue;
        };
        let path = party_of(leaf);
        let party = parties.entry(path.join(".")).or_insert_with(|| fresh(path, order));
        party.contacts += 1;
        if ours(leaf) {
            party.side = Side::Ours;
        }
        match field {
            Field::Email | Field::OtherEmail => party.channels.extend(normal::email(&leaf.value)),
            Field::Phone | Field::Mobile | Field::OtherPhone => {
                party.channels.extend(normal::phones(&leaf.value, &options.default_region).numbers);
            }
            _ => {
                let name = party.name.take().map_or_else(String::new, |name| name + " ");
                party.name = Some(name + leaf.value.trim());
            }
        }
    }
    parties.retain(|_, party| party.contacts > 0);
    judge(&parties)
}

fn fresh(path: &[String], order: usize) -> Party {
    Party { side: side(path), channels: Vec::new(), name: None, contacts: 0, order }
}

/// The side that a role names.
pub(super) fn side_of_role(role: &str) -> Option<Side> {
    Some(match fold(role).as_str() {
        "user" | "agent" | "admin" | "bot" | "operator" | "staff" | "owner" | "host"
        | "organizer" | "organiser" | "teammate" | "system" | "employee" | "seller"
        | "agentbot" | "salesrep" => Side::Ours,
        "contact" | "customer" | "visitor" | "lead" | "guest" | "attendee" | "enduser"
        | "client" => Side::Asker,
        _ => return None,
    })
}

/// `type: "agent"` beside a name says whose side it is.
fn note_role(parties: &mut BTreeMap<String, Party>, leaf: &Leaf, order: usize) {
    let last = leaf.path.last().map(|name| fold(name)).unwrap_or_default();
    if !matches!(last.as_str(), "type" | "role" | "kind" | "usertype" | "sendertype" | "authortype")
    {
        return;
    }
    let Some(side) = side_of_role(&leaf.value) else { return };
    // "user" at the root is a kind of account, not of a side.
    let path = &leaf.path[..leaf.path.len() - 1];
    if !path.is_empty() {
        let party = parties.entry(path.join(".")).or_insert_with(|| fresh(path, order));
        party.side = side;
    }
}

fn judge(parties: &BTreeMap<String, Party>) -> Sides {
    let mut sides = Sides::default();
    let root = |path: &str| {
        path.split('.').all(|name| {
            matches!(name, "" | "payload" | "data" | "body" | "fields" | "form_response" | "0")
        })
    };
    let rank = |path: &str, party: &Party| match party.side {
        Side::Ours => Side::Ours,
        // Fields of the form itself are the writer's, unless all that they say is a name of something.
        _ if root(path) && !party.channels.is_empty() => Side::Asker,
        side => side,
    };
    let ranked: Vec<(&String, &Party, Side)> =
        parties.iter().map(|(path, party)| (path, party, rank(path, party))).collect();
    let reachable = |wanted: Side| {
        ranked.iter().any(|(_, party, side)| *side == wanted && !party.channels.is_empty())
    };
    let best = [Side::Asker, Side::Unknown].into_iter().find(|side| reachable(*side));
    let Some(best) = best else {
        // Nobody can be reached but perhaps our side.
        for (path, _, side) in &ranked {
            let list = if *side == Side::Ours { &mut sides.others } else { &mut sides.askers };
            list.insert((*path).clone());
        }
        return sides;
    };
    let mut chosen: Vec<(&String, &Party)> = Vec::new();
    let mut candidates: Vec<_> = ranked.iter().filter(|(.., side)| *side >= best).collect();
    // The fields of the form first, then what is nearest to the root, then what comes first.
    candidates.sort_by_key(|(path, party, side)| {
        (
            std::cmp::Reverse(*side),
            party.channels.is_empty(),
            !root(path),
            path.matches('.').count(),
            party.order,
        )
    });
    for (path, party, side) in candidates {
        let fits = chosen.is_empty()
            || chosen.iter().any(|(_, known)| same(known, party))
            || joins(&chosen, party);
        if fits {
            chosen.push((path, party));
        } else if *side == Side::Unknown && best == Side::Unknown && !party.channels.is_empty() {
            let named = |path: &str, party: &Party| {
                format!("{} under \"{path}\"", party.channels.first().map_or("", String::as_str))
            };
            let (first, known) = chosen[0];
            sides.doubt.get_or_insert_with(|| {
                format!(
                    "The form names two people, {} and {}, and does not say who asks; find out who it is, and release it \
                     with that one's address.",
                    named(first, known),
                    named(path, party)
                )
            });
        }
    }
    sides.askers = chosen.iter().map(|(path, _)| (*path).clone()).collect();
    sides.others = ranked
        .iter()
        .filter(|(path, ..)| !chosen.iter().any(|(known, _)| known == path))
        .map(|(path, ..)| (*path).clone())
        .collect();
    sides
}

fn same(a: &Party, b: &Party) -> bool {
    let names = |party: &Party| party.name.as_deref().map(fold);
    let shared = a.channels.iter().any(|channel| b.channels.contains(channel));
    shared || names(a).is_some() && names(a) == names(b)
}

/// Parts of one person in two objects: one has the name only, the other the channels only.
fn joins(chosen: &[(&String, &Party)], party: &Party) -> bool {
    let named = chosen.iter().any(|(_, known)| known.name.is_some());
    let reached = chosen.iter().any(|(_, known)| !known.channels.is_empty());
    party.side == Side::Asker
        && (party.name.is_none() || !named)
        && (party.channels.is_empty() || !reached)
        || party.side != Side::Ours
            && party.channels.is_empty()
            && party.name.is_some()
            && !named
            && party.contacts > 1
}
