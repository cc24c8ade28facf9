//! Who may do what: one role of PostgreSQL and one user of RabbitMQ for each worker and for each
//! kind of person, computed from what the workers declare.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;
use domain::commands::is_from_outside;
use domain::host::Hosted;
use domain::message::{MessageKind, MessageType};
use secrecy::ExposeSecret;

use crate::credentials;
use crate::messaging::{COMMANDS, DEAD_LETTERS, Delay, REPLAY, User, Users, from, said_by};
use crate::senders::KINDS;
use crate::settings::Settings;
use crate::store::consumer::Consumer;
use crate::store::role::{self, Does, Role};
use crate::workers::{self, CLOCK, OUT_BILLING};

/// Put before the name of every role and user where nobody says otherwise.
pub const PREFIX: &str = "leadmill_";
/// People and programs beside the workers and the clock, with what they are for.
pub const OPERATOR: &str = "operator";
/// Takes invoices out of [`OUT_BILLING`].
pub const BILLING: &str = "billing";
/// Before the name of a consumer in the name of its user.
const CONSUMER_PREFIX: &str = "consumer_";
/// Users of earlier versions, whose rights are taken back.
const FORMER: [&str; 1] = ["sender"];

/// The server whose grants are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Server {
    /// SQL for `psql`, run by the owner of the tables
    Postgres,
    /// Lines for `sh`, run where `rabbitmqctl` works
    Rabbitmq,
}

/// How roles and users are called, and where their passwords are.
#[derive(Clone, Debug)]
pub struct Naming {
    /// Put before the name of every role and user: both servers know them beside all others.
    pub prefix: String,
    /// The folder with one file per role and user, named as it is; none: no password is set.
    pub passwords: Option<String>,
}

/// The statements or commands that give all roles of an installation what they need.
///
/// # Errors
/// A sentence where the settings cannot be used.
pub fn grants(
    server: Server,
    settings: &Settings,
    naming: &Naming,
    consumers: &[Consumer],
) -> Result<String, String> {
    let workers = workers::all(settings).map_err(|error| error.to_string())?;
    match server {
        Server::Postgres => Ok(role::sql(&roles(&workers, naming)?)),
        Server::Rabbitmq => {
            let former = FORMER.map(|name| naming.full(name)).to_vec();
            Users { users: users(&workers, naming, consumers), former }.commands(&settings.broker)
        }
    }
}

/// The users of an installation that may send commands.
#[must_use]
pub fn asking(prefix: &str) -> BTreeSet<String> {
    let kinds = KINDS.iter().filter(|kind| !kind.commands.is_empty()).map(|kind| kind.kind);
    kinds.chain([OPERATOR]).map(|name| format!("{prefix}{name}")).collect()
}

/// What the role of this worker must be allowed.
#[must_use]
pub fn of_worker(worker: &dyn Hosted) -> Does {
    Does::Work {
        worker: worker.name(),
        locks: worker.locks(),
        numbers: worker.numbers().to_vec(),
        sets: worker.sets().to_vec(),
        says: once(workers::says(worker).iter().map(|ty| ty.name)),
        plans: plans(worker),
        queues: workers::queue_names(worker).into_iter().map(str::to_owned).collect(),
    }
}

/// What the role of the clock must be allowed, which says what any of these workers plans.
#[must_use]
pub fn of_clock(workers: &[Box<dyn Hosted>]) -> Does {
    Does::Keep { clock: CLOCK, says: once(workers.iter().flat_map(|worker| plans(&**worker))) }
}

/// The commands that a worker may plan for later.
#[must_use]
pub fn plans(worker: &dyn Hosted) -> Vec<&'static str> {
    let commands = worker.says().iter().filter(|ty| ty.kind == MessageKind::Command);
    commands.map(|ty| ty.name).collect()
}

fn roles(workers: &[Box<dyn Hosted>], naming: &Naming) -> Result<Vec<Role>, String> {
    let work = workers.iter().map(|worker| (worker.name(), of_worker(&**worker)));
    let others = [(CLOCK, of_clock(workers)), (OPERATOR, Does::Operate)];
    let all = work.chain(others);
    all.map(|(name, does)| {
        Ok(Role { name: naming.full(name), does, verifier: naming.verifier(name)? })
    })
    .collect()
}

fn users(workers: &[Box<dyn Hosted>], naming: &Naming, consumers: &[Consumer]) -> Vec<User> {
    let sayers = workers::sayers(workers);
    let user = |name: &str| User::new(naming.full(name), naming.password_file(name));
    let saying = sayers.iter().map(|sayer| {
        let said = user(sayer.name).writes(said_by(sayer.name), names(sayer.says.iter()));
        match workers.iter().find(|worker| worker.name() == sayer.name) {
            Some(worker) => {
                let waits = Delay::ALL.map(|delay| (delay.exchange(sayer.name), Vec::new()));
                let said = waits.into_iter().fold(said, |user, (it, keys)| user.writes(it, keys));
                said.reads(workers::queue_names(&**worker))
            }
            None => said.reads([DEAD_LETTERS]),
        }
    });
    let mut users: Vec<User> = saying.collect();
    let asked = workers.iter().flat_map(|worker| worker.hears());
    let asked = asked.filter(|ty| is_from_outside(ty));
    let operator = user(OPERATOR).writes(COMMANDS.to_owned(), names(asked));
    // Replaying puts a message back into any queue, by its name.
    let operator = operator.writes(REPLAY.to_owned(), Vec::new());
    let queues = workers::topology(workers).queues.into_iter().map(|queue| queue.name);
    let outward = consumers.iter().map(|it| (it, workers::queue_of_consumer(&it.name)));
    users.push(operator.looks(queues.chain(outward.clone().map(|(_, queue)| queue))));
    users.extend(
        outward.map(|(it, queue)| {
            user(&format!("{CONSUMER_PREFIX}{}", it.name)).reads([queue.as_str()])
        }),
    );
    users.push(user(BILLING).reads([OUT_BILLING]));
    users.extend(KINDS.map(|sender| user(sender.kind).writes(from(sender.kind), Vec::new())));
    users
}

fn names<'a>(types: impl Iterator<Item = &'a &'static MessageType>) -> Vec<String> {
    once(types.map(|ty| ty.name)).into_iter().map(str::to_owned).collect()
}

/// Each name once, in their order.
fn once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let names: BTreeSet<_> = names.collect();
    names.into_iter().collect()
}

impl Naming {
    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// What proves the password in the file of that name.
    fn verifier(&self, name: &str) -> Result<Option<String>, String> {
        let Some(file) = self.password_file(name) else { return Ok(None) };
        let password = credentials::password_of(Path::new(&file), "`--passwords`")?;
        let verifier = role::verifier(password.expose_secret());
        verifier.map(Some).map_err(|why| format!("The password in `{file}` cannot be used. {why}"))
    }

    fn password_file(&self, name: &str) -> Option<String> {
        let folder = self.passwords.as_ref()?;
        Some(format!("{}/{}", folder.trim_end_matches('/'), self.full(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    #[test]
    fn a_worker_may_say_its_own_words_only_and_nobody_declares() {
        let sources = Sources::default().with_servers("postgres://h/d", "amqp://h");
        let settings = sources.settings().expect("the built-in settings");
        let naming = Naming { prefix: "x_".into(), passwords: None };
        let shop = Consumer { name: "shop".into(), hears: vec!["quote.#".into()] };
        let text = grants(Server::Rabbitmq, &settings, &naming, &[shop]).expect("a script");
        let line = text.lines().find(|line| line.starts_with('{')).expect("the definitions");
        let rights: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for permission in rights["permissions"].as_array().expect("a list") {
            assert_eq!(permission["configure"], "^$", "{permission}");
        }
        let topics = rights["topic_permissions"].as_array().expect("a list");
        let may = |key: &str| -> Vec<_> {
            let key = key.replace('.', "\\.");
            let says = |topic: &&serde_json::Value| {
                topic["write"].as_str().is_some_and(|it| it.contains(&key))
            };
            topics.iter().filter(says).map(|topic| topic["user"].to_string()).collect()
        };
        assert_eq!(may("invoice.issued.v1"), [r#""x_invoicing""#]);
        assert!(!text.contains("amq.default"), "the default exchange leads to every queue");
        let of = |user: &str| {
            let permissions = rights["permissions"].as_array().into_iter().flatten();
            let mut own = permissions.filter(|permission| permission["user"] == user);
            let own = own.next().expect("a user");
            format!("{} {}", own["write"], own["read"])
        };
        assert_eq!(of("x_consumer_shop"), r#""^$" "^(out\\.shop)$""#);
        assert_eq!(of("x_web"), r#""^(leadmill\\.from\\.web)$" "^$""#);
        assert!(of("x_operator").contains(r"|leadmill\\.letters\\.dead|"), "{}", of("x_operator"));
        assert!(!of("x_operator").contains(r"leadmill\\.dead"), "{}", of("x_operator"));
        assert_eq!(may("lead.captured.v1"), [r#""x_intake""#]);
    }
}
