//! Many leads are qualified by one command: asked one by one, in slices, each of which says the next (F63).

use chrono::Duration;
use domain::bulk::{Bulk, BulkAction, BulkState, LeadSelector, Selected, Window};
use domain::commands::{BulkContinue, BulkQualify, LeadQualify};
use domain::decide::{Ctx, Needs, Outcome, Refusal, World};
use domain::events::{BulkAdvanced, BulkDone, BulkStarted};
use domain::ids::{LeadId, minted};
use domain::keys::{LeadBefore, LeadsSelected};
use domain::message::Message;
use domain::shelf::Shelf;

use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

pub(crate) fn start_needs(world: &World, needs: &mut Needs) {
    needs.look_up(LeadBefore(end(world)));
}

pub(crate) fn slice_needs(next: &BulkContinue, world: &World, needs: &mut Needs) {
    needs.lock(next.bulk);
    let Some((bulk, window)) = world.find(next.bulk).and_then(|bulk| due(bulk, next)) else {
        return;
    };
    needs.look_up(LeadsSelected(Selected { selector: bulk.selector.clone(), window }));
    if let Some(from) = window.from {
        needs.look_up(LeadBefore(from));
    }
}

/// Begins with the newest leads.
pub(crate) fn start(world: &World, command: &BulkQualify, ctx: &mut Ctx<'_, Shelf>) -> Decision {
    let selector = command.selector.clone();
    if selector.is_empty() {
        return Err(everybody(command));
    }
    let window = window(world, &selector, end(world));
    let state = BulkState::Running { window };
    let bulk = Bulk { id: ctx.id(), sequence: 0, selector, asked: 0, state };
    let next = BulkContinue { bulk: bulk.id, before: window.before };
    let said = BulkStarted { bulk: bulk.id, selector: bulk.selector.clone(), window };
    Ok(Outcome::nothing().changed(bulk, said).say(next))
}

/// Asks the leads of a slice; what is taken twice is taken once, because the bulk says how far it came.
pub(crate) fn slice(world: &World, next: &BulkContinue, ctx: &Ctx<'_, Shelf>) -> Decision {
    let Some((bulk, looked)) = due(world.known(next.bulk)?, next) else {
        return Ok(Outcome::nothing());
    };
    let selected = Selected { selector: bulk.selector.clone(), window: looked };
    let (leads, more) = world.ids_by(&LeadsSelected(selected));
    let asked = bulk.asked + u64::try_from(leads.len()).unwrap_or(u64::MAX);
    let following = match (leads.last(), looked.from) {
        (Some(last), _) if more => Some(Window { before: *last, ..looked }),
        (_, Some(from)) if Some(from) != bulk.selector.floor() => {
            Some(window(world, &bulk.selector, from))
        }
        _ => None,
    };
    let id = bulk.id;
    let outcome = match following {
        Some(window) => {
            let now = Bulk { asked, ..bulk.apply(&BulkAction::Advance { window })? };
            Outcome::nothing().changed(now, BulkAdvanced { bulk: id, asked, window })
        }
        None => {
            let now = Bulk { asked, ..bulk.apply(&BulkAction::Finish { at: ctx.now })? };
            Outcome::nothing().changed(now, BulkDone { bulk: id, asked })
        }
    };
    // The next slice waits behind those of this one.
    let leads = leads.into_iter().map(LeadQualify::plainly);
    let outcome = leads.fold(outcome, Outcome::begin);
    let next = following.map(|window| BulkContinue { bulk: id, before: window.before });
    Ok(next.into_iter().fold(outcome, Outcome::say))
}

/// The bulk and where it looks next, where that is this slice.
fn due<'w>(bulk: &'w Bulk, next: &BulkContinue) -> Option<(&'w Bulk, Window)> {
    let BulkState::Running { window } = bulk.state else { return None };
    (window.before == next.before).then_some((bulk, window))
}

/// The window that ends there.
fn window(world: &World, selector: &LeadSelector, before: LeadId) -> Window {
    let from = world.id_by(LeadBefore(before));
    Window { from: from.max(selector.floor()), before }
}

/// Behind all leads that there are: the id of one is at most some milliseconds ahead of its time.
fn end(world: &World) -> LeadId {
    minted(world.now + Duration::seconds(1), [0xff; 10]).into()
}

fn everybody(command: &BulkQualify) -> Refusal {
    let message = "No lead is qualified, for the `selector` is empty and would take every lead that is open. Send \
                   `bulk.qualify` with an `import`, a `campaign`, a `source` or a `score_at_least`.";
    let about = command.subject();
    Refusal::no(about.kind, about.id, "bulk.everybody", "an empty selector", message)
}
