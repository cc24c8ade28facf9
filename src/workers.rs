//! The one list of workers. Topology, contract, crash tests and the command line follow from it.

use std::collections::BTreeSet;

use domain::answers;
use domain::commands::is_from_outside;
use domain::decide::Worker;
use domain::host::Hosted;
use domain::message::{MessageKind, MessageType};
use domain::pattern::takes;
use domain::pseudonym::PseudonymKey;
use intake::Intake;
use invoicing::Invoicing;
use ordering::Ordering;
use privacy::Privacy;
use qualification::Qualification;
use quoting::Quoting;

use crate::messaging::{COMMANDS, Queue, Topology, from, said_by};
use crate::rules;
use crate::senders::KINDS;
use crate::settings::{Settings, SettingsError};
use crate::store::consumer::{BILLING_HEARS, Consumer};

/// The queue from which a billing system takes invoices; it waits there from the first `up` on.
pub const OUT_BILLING: &str = "out.billing";

/// Who says what is due: the clock, whichever process it runs in.
pub const CLOCK: &str = "clock";

macro_rules! workers {
    (|$settings:ident| $($Worker:ty = $made:expr;)*) => {
        /// The names of all workers, in the order of the pipeline.
        pub const NAMES: [&str; [$(stringify!($Worker)),*].len()] = [$(<$Worker as Worker>::NAME),*];

        /// Makes all workers of an installation, in the order of [`NAMES`].
        ///
        /// # Errors
        /// [`SettingsError`] where the rules, the field map or the maps of sources cannot be used; every problem is listed.
        pub fn all($settings: &Settings) -> Result<Vec<Box<dyn Hosted>>, SettingsError> {
            Ok(vec![$(Box::new($made)),*])
        }
    };
}

workers! { |settings|
    Intake = Intake::new(crate::sources::load(&settings.intake)?)
        .looking_for(rules::duplicates(&settings.qualification)?)
        .knowing(pseudonyms(settings)?);
    Qualification = Qualification::new(
        settings.qualification.clone(),
        rules::load(&settings.qualification)?,
        rules::field_map(&settings.qualification)?,
    )
    .in_region(&settings.intake.default_region)
    .in_zone(settings.seller.zone)
    .in_base(settings.seller.base())
    .looking_for(rules::duplicates(&settings.qualification)?);
    Quoting = Quoting::new(settings.quoting.clone(), settings.seller.zone).in_base(settings.seller.base());
    Ordering = Ordering::new(settings.seller.zone).in_base(settings.seller.base()).late(settings.quoting.late_acceptance);
    Invoicing = Invoicing::new(settings.seller.clone());
    Privacy = Privacy::in_region(&settings.intake.default_region)
        .knowing(pseudonyms(settings)?)
        .keeping(settings.retention);
}

/// The key of pseudonyms; the clock cannot let leads go without it.
fn pseudonyms(settings: &Settings) -> Result<Option<PseudonymKey>, SettingsError> {
    let key = settings.privacy.key().map_err(|problem| SettingsError(vec![problem]))?;
    if key.is_none() && settings.retention.closed_leads_days > 0 {
        let problem = "`retention.closed_leads_days` needs the secret by which suppressed addresses are known again; name a \
                       file with it as `privacy.secret_file`.";
        return Err(SettingsError(vec![problem.to_owned()]));
    }
    Ok(key)
}

/// The names of one worker's queues: its raw inputs, and the queues of the types that it hears.
#[must_use]
pub fn queue_names(worker: &dyn Hosted) -> Vec<&'static str> {
    let mut names = worker.raw_queues().to_vec();
    for ty in worker.hears() {
        if !names.contains(&worker.queue_of(ty)) {
            names.push(worker.queue_of(ty));
        }
    }
    names
}

/// The queues of one worker, bound to the exchanges of all who say what it hears.
#[must_use]
pub fn queues(worker: &dyn Hosted, sayers: &[Sayer]) -> Vec<Queue> {
    let of = |name: &&'static str| {
        let types = worker.hears().iter().filter(|ty| worker.queue_of(ty) == *name);
        let ways = types.flat_map(|ty| exchanges(ty, sayers).into_iter().map(|it| (it, ty.name)));
        let queue = ways.fold(Queue::worked(name), |queue, (by, key)| queue.hears(&by, key));
        let senders = KINDS.iter().filter(|sender| sender.raw == Some(*name));
        senders.fold(queue, |queue, sender| queue.hears(&from(sender.kind), name))
    };
    queue_names(worker).iter().map(of).collect()
}

/// The exchanges by which a type comes, without prefix: of each who says it, and of those outside who
/// may send it.
#[must_use]
pub fn exchanges(ty: &MessageType, sayers: &[Sayer]) -> Vec<String> {
    let saying = sayers.iter().filter(|sayer| sayer.says.contains(&ty));
    let mut exchanges: Vec<_> = saying.map(|sayer| said_by(sayer.name)).collect();
    if is_from_outside(ty) {
        exchanges.push(COMMANDS.to_owned());
        let senders = KINDS.iter().filter(|sender| sender.commands.contains(&ty));
        exchanges.extend(senders.map(|sender| from(sender.kind)));
    }
    exchanges
}

/// A queue in which others hear events. It is bound to each sayer for just the types of that sayer that the
/// patterns take: so nobody can put another's types into it.
#[must_use]
pub fn outward(name: &str, patterns: &[impl AsRef<str>], sayers: &[Sayer]) -> Queue {
    let mut queue = Queue::worked(name);
    for sayer in sayers {
        let events = sayer.says.iter().filter(|ty| ty.kind == MessageKind::Event);
        let heard = |ty: &&&MessageType| patterns.iter().any(|it| takes(it.as_ref(), ty.name));
        for ty in events.filter(heard) {
            queue = queue.hears(&said_by(sayer.name), ty.name);
        }
    }
    queue
}

/// The queues of consumers, in their order.
#[must_use]
pub fn consumer_queues(consumers: &[Consumer], sayers: &[Sayer]) -> Vec<Queue> {
    let queue = |it: &Consumer| outward(&queue_of_consumer(&it.name), &it.hears, sayers);
    consumers.iter().map(queue).collect()
}

/// The queue of a consumer of that name.
#[must_use]
pub fn queue_of_consumer(name: &str) -> String {
    format!("out.{name}")
}

/// Everything that the broker must hold, for all workers, running or not.
#[must_use]
pub fn topology(workers: &[Box<dyn Hosted>]) -> Topology {
    let sayers = sayers(workers);
    let mut topology = Topology::standard();
    for sayer in &sayers {
        topology = topology.sayer(sayer.name);
    }
    for sender in KINDS {
        topology = topology.sender(sender.kind);
    }
    for worker in workers {
        topology = topology.worker(worker.name(), queues(&**worker, &sayers));
    }
    topology.outward([outward(OUT_BILLING, &[BILLING_HEARS], &sayers)])
}

/// Somebody who says something by an exchange of its own.
#[derive(Clone, Debug)]
pub struct Sayer {
    /// A worker's name, or [`CLOCK`].
    pub name: &'static str,
    /// Every type at most once.
    pub says: Vec<&'static MessageType>,
}

/// Everybody who says something: the workers, and the clock, which says the commands that they plan.
#[must_use]
pub fn sayers(workers: &[Box<dyn Hosted>]) -> Vec<Sayer> {
    let mut all: Vec<Sayer> = Vec::with_capacity(workers.len() + 1);
    let mut planned: Vec<&'static MessageType> = Vec::new();
    for worker in workers {
        let says = says(&**worker);
        let commands = says.iter().filter(|ty| ty.kind == MessageKind::Command);
        planned.extend(commands.filter(|ty| !planned.contains(ty)).copied().collect::<Vec<_>>());
        all.push(Sayer { name: worker.name(), says });
    }
    all.push(Sayer { name: CLOCK, says: planned });
    all
}

/// The types that a worker says: what its decisions may say, and the answers that the runtime gives
/// in its name to commands from outside.
#[must_use]
pub fn says(worker: &dyn Hosted) -> Vec<&'static MessageType> {
    let commands = worker.hears().iter().filter(|ty| ty.kind == MessageKind::Command);
    let answers = commands.flat_map(|ty| [answers::refused(ty.about), answers::already(ty.about)]);
    let mut says = worker.says().to_vec();
    for ty in answers {
        if !says.contains(&ty) {
            says.push(ty);
        }
    }
    says
}

/// The types that a worker hears: published `mandatory`, because a return then means a lost binding.
#[must_use]
pub fn heard(workers: &[Box<dyn Hosted>]) -> BTreeSet<&'static str> {
    workers.iter().flat_map(|worker| worker.hears()).map(|ty| ty.name).collect()
}
