//! Who may do what: one role of PostgreSQL and one user of RabbitMQ for each worker and for each
//! kind of person, computed from what the workers declare.

use std::collections::BTreeSet;

use clap::ValueEnum;
use domain::host::Hosted;
use domain::message::{MessageKind, MessageType};

use crate::messaging::{self, COMMANDS, DEAD, Delay, EVENTS, User};
use crate::runtime::CLOCK;
use crate::settings::Settings;
use crate::store::role::{self, Does, Role};
use crate::workers::{self, OUT_BILLING};

/// People and programs beside the workers and the clock, with what they are for.
pub const OPERATOR: &str = "operator";
/// May null what people wrote about themselves.
pub const PRIVACY: &str = "privacy";
/// Sends raw inputs and commands, as a web site or a warehouse does.
pub const SENDER: &str = "sender";
/// Takes invoices out of [`OUT_BILLING`].
pub const BILLING: &str = "billing";

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
pub fn grants(server: Server, settings: &Settings, naming: &Naming) -> Result<String, String> {
    let workers = workers::all(settings).map_err(|error| error.to_string())?;
    match server {
        Server::Postgres => Ok(role::sql(&roles(&workers, naming))),
        Server::Rabbitmq => messaging::user_commands(&users(&workers, naming), &settings.broker),
    }
}

fn roles(workers: &[Box<dyn Hosted>], naming: &Naming) -> Vec<Role> {
    let plans = |worker: &dyn Hosted| -> Vec<&'static str> {
        let commands = worker.says().iter().filter(|ty| ty.kind == MessageKind::Command);
        commands.map(|ty| ty.name).collect()
    };
    let work = workers.iter().map(|worker| {
        let does = Does::Work {
            worker: worker.name(),
            numbers: worker.numbers().to_vec(),
            catalog: worker.wants_catalog(),
            says: once(workers::says(&**worker).iter().map(|ty| ty.name)),
            plans: plans(&**worker),
            queues: workers::queues(&**worker).into_iter().map(|queue| queue.name).collect(),
        };
        (worker.name(), does)
    });
    let planned = once(workers.iter().flat_map(|worker| plans(&**worker)));
    let others = [
        (CLOCK, Does::Keep { clock: CLOCK, says: planned }),
        (OPERATOR, Does::Operate),
        (PRIVACY, Does::Erase),
    ];
    let all = work.chain(others);
    all.map(|(name, does)| Role {
        name: naming.full(name),
        does,
        password_file: naming.password_file(name),
    })
    .collect()
}

fn users(workers: &[Box<dyn Hosted>], naming: &Naming) -> Vec<User> {
    let commands = |types: &mut dyn Iterator<Item = &&'static MessageType>| {
        names(types.filter(|ty| ty.kind == MessageKind::Command))
    };
    let mut users: Vec<User> =
        workers.iter().map(|worker| worker_user(&**worker, naming)).collect();
    // What the clock says, workers have planned; what people ask for, workers hear.
    let planned = commands(&mut workers.iter().flat_map(|worker| worker.says()));
    let asked = commands(&mut workers.iter().flat_map(|worker| worker.hears()));
    let user = |name: &str, reads: &[&str], keys: &[String], by_name| User {
        name: naming.full(name),
        reads: reads.iter().map(|queue| (*queue).to_owned()).collect(),
        writes: if keys.is_empty() { vec![] } else { vec![(COMMANDS.to_owned(), keys.to_vec())] },
        by_name,
        password_file: naming.password_file(name),
    };
    users.push(user(CLOCK, &[DEAD], &planned, false));
    // Replaying puts a message back into its queue by name.
    users.push(user(OPERATOR, &[], &asked, true));
    users.push(user(SENDER, &[], &asked, true));
    users.push(user(BILLING, &[OUT_BILLING], &[], false));
    users
}

fn worker_user(worker: &dyn Hosted, naming: &Naming) -> User {
    let says = workers::says(worker);
    let of = |kind| names(says.iter().filter(|ty| ty.kind == kind));
    let said = [(EVENTS, of(MessageKind::Event)), (COMMANDS, of(MessageKind::Command))];
    let queues: Vec<_> = workers::queues(worker).into_iter().map(|queue| queue.name).collect();
    // What waits comes back to the queue that is its routing key: to no other than ours.
    let waits = Delay::ALL.into_iter().flat_map(Delay::exchanges);
    let waits = waits.map(|exchange| (exchange, queues.clone()));
    let said = said.into_iter().filter(|(_, keys)| !keys.is_empty());
    let said = said.map(|(exchange, keys)| (exchange.to_owned(), keys));
    User {
        name: naming.full(worker.name()),
        writes: said.chain(waits).collect(),
        reads: queues,
        by_name: false,
        password_file: naming.password_file(worker.name()),
    }
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
    fn every_worker_has_its_roots_declared() {
        for name in workers::NAMES {
            assert!(role::declares(name), "name the roots of `{name}` in HOLDS of store/role.rs");
        }
    }

    #[test]
    fn a_worker_may_say_its_own_words_only_and_nobody_declares() {
        let sources = Sources::default().with_servers("postgres://h/d", "amqp://h");
        let settings = sources.settings().expect("the built-in settings");
        let naming = Naming { prefix: "x_".into(), passwords: None };
        let text = grants(Server::Rabbitmq, &settings, &naming).expect("a script");
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
        assert_eq!(may("lead.captured.v1"), [r#""x_intake""#]);
    }
}
