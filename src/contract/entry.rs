//! Who says and hears which message type, over all workers.

use domain::answers;
use domain::commands::COMMANDS;
use domain::events::EVENTS;
use domain::host::Hosted;
use domain::message::{MessageKind, MessageType, SubjectKind};
use domain::rights::Right;

use crate::messaging::{Binding, Queue, REPLAY, Topology};
use crate::settings::{SettingsError, Sources};
use crate::workers::{self, Sayer};

/// Servers that are named only because settings name some; nobody connects.
const NO_SERVERS: (&str, &str) = ("postgres://127.0.0.1/leadmill", "amqp://127.0.0.1:5672");

/// What leadmill says and hears, over all workers.
pub struct Contract {
    pub(super) workers: Vec<Box<dyn Hosted>>,
    pub(super) sayers: Vec<Sayer>,
    topology: Topology,
}

/// One message type, and who says and hears it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Without `leadmill.`; also the routing key.
    pub name: &'static str,
    pub kind: Role,
    /// The right that a sender outside needs for it.
    pub needs: Option<&'static str>,
    /// Workers of ours; a command that none says comes from outside only.
    pub said_by: Vec<&'static str>,
    /// Workers of ours; an event that none hears is for others only.
    pub heard_by: Vec<&'static str>,
    /// Without prefix: where an event is to be heard, and where a command may be sent. The routing
    /// key is the name.
    pub exchanges: Vec<String>,
}

/// What a message is to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Something happened.
    Event,
    /// Something is asked for.
    Command,
    /// A command from outside changed nothing.
    Answer,
}

impl Role {
    /// The word in lists and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Command => "command",
            Self::Answer => "answer",
        }
    }

    pub(super) fn of(ty: &'static MessageType) -> Self {
        match ty.kind {
            MessageKind::Command => Self::Command,
            // What happened is about a field of its data; an answer is about the command.
            MessageKind::Event if ty.field.is_none() => Self::Answer,
            MessageKind::Event => Self::Event,
        }
    }
}

/// Every message type, in the order of declaration: events, commands, answers. Answers about a
/// kind of subject that no command is about are left out: nobody can get them.
pub fn types() -> impl Iterator<Item = &'static MessageType> {
    let asked = |ty: &&'static MessageType| COMMANDS.iter().any(|it| it.about == ty.about);
    let answers = [answers::refused, answers::already];
    let answers = answers.into_iter().flat_map(|of| SubjectKind::ALL.map(of)).filter(asked);
    [EVENTS, COMMANDS].into_iter().flatten().copied().chain(answers)
}

impl Contract {
    /// The contract of leadmill as it is built in: no setting changes what is said and heard.
    ///
    /// # Errors
    /// [`SettingsError`] where the built-in settings are broken.
    pub fn built_in() -> Result<Self, SettingsError> {
        let (database, broker) = NO_SERVERS;
        let settings = Sources::default().with_servers(database, broker).settings()?;
        Ok(Self::of(workers::all(&settings)?))
    }

    /// The contract of these workers.
    #[must_use]
    pub fn of(workers: Vec<Box<dyn Hosted>>) -> Self {
        let (sayers, topology) = (workers::sayers(&workers), workers::topology(&workers));
        Self { workers, sayers, topology }
    }

    /// Every message type with who says and hears it, in the order of [`types`].
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let entry = |ty: &'static MessageType| {
            let said_by =
                self.workers.iter().filter(|worker| workers::says(&***worker).contains(&ty));
            let heard_by = self.workers.iter().filter(|worker| worker.hears().contains(&ty));
            Entry {
                name: ty.name,
                kind: Role::of(ty),
                needs: ty.needs.map(Right::name),
                said_by: said_by.map(|worker| worker.name()).collect(),
                heard_by: heard_by.map(|worker| worker.name()).collect(),
                exchanges: self.exchanges(ty),
            }
        };
        types().map(entry).collect()
    }

    /// The queues that somebody works on, ours and those of others.
    pub(super) fn queues(&self) -> impl Iterator<Item = &Queue> {
        let worked =
            |queue: &&Queue| queue.bindings.iter().any(|binding| binding.exchange == REPLAY);
        self.topology.queues.iter().filter(worked)
    }

    /// The queues that a message of this type reaches by an exchange.
    pub(super) fn reaches(&self, exchange: &str, ty: &MessageType) -> Vec<&Queue> {
        let here = |b: &Binding| b.exchange == exchange && b.routing_key == ty.name;
        self.queues().filter(|queue| queue.bindings.iter().any(here)).collect()
    }

    /// The exchanges by which a type comes: of each who says it, and of those outside who may send it.
    pub(super) fn exchanges(&self, ty: &MessageType) -> Vec<String> {
        workers::exchanges(ty, &self.sayers)
    }
}
