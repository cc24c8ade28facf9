//! The one list of workers. Topology, contract, crash tests and the command line follow from it.

use std::collections::BTreeSet;

use domain::answers;
use domain::host::Hosted;
use domain::message::{MessageKind, MessageType};

use crate::messaging::{COMMANDS, EVENTS, Queue, Topology};
use crate::settings::{Settings, SettingsError};

/// The queue from which a billing system takes invoices; it waits there from the first `up` on.
pub const OUT_BILLING: &str = "out.billing";
/// What [`OUT_BILLING`] hears.
const BILLING_HEARS: &str = "invoice.#";

/// The names of all workers, in the order of the pipeline.
pub const NAMES: [&str; 5] = ["intake", "qualification", "quoting", "ordering", "invoicing"];

/// Makes all workers of an installation, in the order of [`NAMES`].
///
/// # Errors
/// [`SettingsError`] where the qualification rules cannot be used; every problem is listed.
pub fn all(settings: &Settings) -> Result<Vec<Box<dyn Hosted>>, SettingsError> {
    let rules = crate::rules::load(&settings.qualification)?;
    let zone = settings.seller.zone;
    Ok(vec![
        Box::new(intake::Intake::new(settings.intake.clone())),
        Box::new(qualification::Qualification::new(settings.qualification.clone(), rules)),
        Box::new(quoting::Quoting::new(settings.quoting.clone(), zone)),
        Box::new(ordering::Ordering::new(zone)),
        Box::new(invoicing::Invoicing::new(settings.seller.clone())),
    ])
}

/// The queues of one worker: its raw inputs, and the queues of the types that it hears.
#[must_use]
pub fn queues(worker: &dyn Hosted) -> Vec<Queue> {
    let mut names: Vec<&str> = worker.raw_queues().to_vec();
    for ty in worker.hears() {
        if !names.contains(&worker.queue_of(ty)) {
            names.push(worker.queue_of(ty));
        }
    }
    let hears = |queue: Queue, ty: &MessageType| match ty.kind {
        MessageKind::Event => queue.hears(EVENTS, ty.name),
        MessageKind::Command => queue.hears(COMMANDS, ty.name),
    };
    let of = |name: &str| {
        let types = worker.hears().iter().filter(|ty| worker.queue_of(ty) == name);
        types.fold(Queue::worked(name), |queue, ty| hears(queue, ty))
    };
    names.into_iter().map(of).collect()
}

/// Everything that the broker must hold, for all workers, running or not.
#[must_use]
pub fn topology(workers: &[Box<dyn Hosted>]) -> Topology {
    let billing = Queue::worked(OUT_BILLING).hears(EVENTS, BILLING_HEARS);
    Topology::standard(workers.iter().flat_map(|worker| queues(&**worker)).chain([billing]))
}

/// The types that a worker says: what its decisions may say, and the answers that the runtime gives
/// in its name to commands from outside.
#[must_use]
pub fn says(worker: &dyn Hosted) -> Vec<&'static MessageType> {
    let commands = worker.hears().iter().filter(|ty| ty.kind == MessageKind::Command);
    let answers = commands.flat_map(|ty| [answers::refused(ty.about), answers::already(ty.about)]);
    worker.says().iter().copied().chain(answers).collect()
}

/// The types that a worker hears: published `mandatory`, because a return then means a lost binding.
#[must_use]
pub fn heard(workers: &[Box<dyn Hosted>]) -> BTreeSet<&'static str> {
    workers.iter().flat_map(|worker| worker.hears()).map(|ty| ty.name).collect()
}
