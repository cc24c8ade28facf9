//! The grammar of life cycles: one `match (state, action)` per subject, walkable and printable.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::message::SubjectKind;
use crate::refusal::{Reason, Refusal};

/// A record whose state changes by actions.
pub trait Lifecycle {
    const KIND: SubjectKind;
    /// States carry their data, so that a won deal without its revenue cannot exist.
    type State: Clone;
    type Action: Clone;

    /// The whole life cycle; `None` for every step that is not listed. Nothing else refuses a step.
    fn next(state: &Self::State, action: &Self::Action) -> Option<Self::State>;

    /// The state's name in rows, answers and diagrams.
    fn state_name(state: &Self::State) -> &'static str;

    /// The action's verb in answers and diagrams.
    fn verb(action: &Self::Action) -> &'static str;

    /// Which command makes a step possible that a state does not allow, as a sentence; empty where none does.
    #[must_use]
    fn way_out(_: &Self::State, _: &Self::Action) -> &'static str {
        ""
    }

    /// One example of each state and of each action, the birth state first.
    fn examples() -> (Vec<Self::State>, Vec<Self::Action>);
}

/// Takes the step, or says why not: `NotYet` where a state that allows it can still be reached.
///
/// # Errors
/// [`Refusal`] with the rule `<subject>.<state>` where the step is not in the life cycle.
pub fn step<L: Lifecycle>(
    named: impl ToString,
    state: &L::State,
    action: &L::Action,
) -> Result<L::State, Refusal> {
    if let Some(next) = L::next(state, action) {
        return Ok(next);
    }
    let (found, verb) = (L::state_name(state), L::verb(action));
    let kind = L::KIND;
    let named = named.to_string();
    let mut message = format!("The {kind} `{named}` is {found}, so it cannot {verb}.");
    let way_out = L::way_out(state, action);
    if !way_out.is_empty() {
        message.push(' ');
        message.push_str(way_out);
    }
    let reason = Reason::new(kind, named, "illegal_step", found, message);
    Err(if may_yet::<L>(found, verb) { Refusal::NotYet(reason) } else { Refusal::No(reason) })
}

/// Gives a record the method that takes a step; `$named` is what refusals call it.
macro_rules! applies {
    ($Of:ident, $Action:ident, |$it:ident| $named:expr) => {
        impl $Of {
            /// Takes a step of the life cycle, or says why it does not list it.
            pub fn apply(&self, action: &$Action) -> Result<Self, $crate::refusal::Refusal> {
                let $it = self;
                let state = $crate::lifecycle::step::<Self>($named, &self.state, action)?;
                Ok(Self { state, ..self.clone() })
            }
        }
    };
}
pub(crate) use applies;

/// Every legal step as (state, verb, next state), by the examples.
#[must_use]
pub fn steps<L: Lifecycle>() -> Vec<(&'static str, &'static str, &'static str)> {
    let (states, actions) = L::examples();
    let mut found = Vec::new();
    for state in &states {
        for action in &actions {
            if let Some(next) = L::next(state, action) {
                found.push((L::state_name(state), L::verb(action), L::state_name(&next)));
            }
        }
    }
    found
}

/// The life cycle as a Mermaid state diagram.
#[must_use]
pub fn diagram<L: Lifecycle>() -> String {
    let (states, _) = L::examples();
    let mut text = String::from("stateDiagram-v2\n");
    if let Some(birth) = states.first() {
        let _ = writeln!(text, "    [*] --> {}", L::state_name(birth));
    }
    let mut drawn = BTreeSet::new();
    for (from, verb, to) in steps::<L>() {
        if drawn.insert((from, verb, to)) {
            let _ = writeln!(text, "    {from} --> {to}: {verb}");
        }
    }
    text
}

/// Can a state that allows `verb` still be reached from `state`?
fn may_yet<L: Lifecycle>(state: &'static str, verb: &'static str) -> bool {
    let steps = steps::<L>();
    let mut reached = BTreeSet::from([state]);
    loop {
        let more: Vec<_> = steps
            .iter()
            .filter(|(from, _, to)| reached.contains(from) && !reached.contains(to))
            .map(|(_, _, to)| *to)
            .collect();
        if more.is_empty() {
            break;
        }
        reached.extend(more);
    }
    steps.iter().any(|(from, allowed, _)| *allowed == verb && reached.contains(from))
}
