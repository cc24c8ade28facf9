//! PostgreSQL and RabbitMQ for a newcomer, for the tests and for CI.
//!
//! [`provide`] judges each of the two servers for itself and takes the first that serves:
//! 1. what the settings `LEADMILL_DATABASE__URL` and `LEADMILL_BROKER__URL` name; it must answer;
//! 2. what runs at the customary local port with the customary login, unless a private one of this
//!    folder is running already;
//! 3. a **private** instance of the real server: data in the project's own folder, loopback only,
//!    its own port and password, no root needed, ended by [`stop`].
//!
//! Nothing in here speaks through the crates of `store` and `messaging`: whether a server answers
//! is found out by the first bytes of its protocol (`pgwire`, `amqp`), so that this module can
//! say what is wrong before anything else of leadmill starts.
//!
//! The servers outlive the process that started them. What runs is remembered in `servers.json`
//! in the folder; a process is only ours while its pid **and** its time of birth are the recorded
//! ones, so a pid that another program got after a restart is never touched.

pub mod address;
pub mod amqp;
pub mod error;
pub mod find;
pub mod ground;
pub mod identity;
mod install;
mod pgwire;
pub mod postgres;
pub mod process;
pub mod rabbitmq;
pub mod state;

use std::path::{Path, PathBuf};
use std::str::FromStr;

pub use error::ServersError;
pub use ground::{DATABASE_NAME, POSTGRES_MAJOR_MIN, PrivateServer, RABBITMQ_MIN, Say};
pub use postgres::create_database;

pub use crate::settings::{BROKER_SETTING, Configured, DATABASE_SETTING};

use find::Programs;
use ground::Wanted;
use identity::Identity;
use state::State;
pub use state::privacy_secret;

/// The environment variable that [`Choice::from_environment`] reads.
pub const CHOICE_VARIABLE: &str = "LEADMILL_SERVERS";

/// Two servers that answered a moment ago.
#[derive(Debug, Clone)]
pub struct Servers {
    /// URL of the PostgreSQL database, with its login.
    pub database_url: String,
    /// URL of the RabbitMQ virtual host, with its login.
    pub broker_url: String,
    /// Where the PostgreSQL came from.
    pub database: Kind,
    /// Where the RabbitMQ came from.
    pub broker: Kind,
    /// Sentences about what was found, passed over and chosen; none holds a password.
    pub notes: Vec<String>,
}

impl Servers {
    /// The kind of both together: private as soon as one is, because then `down` has work to do.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.database.max(self.broker)
    }
}

/// Where a server came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Named by a setting.
    Configured,
    /// Found at the customary local port.
    Local,
    /// Started by leadmill, for this folder alone.
    Private,
}

/// Whether servers that happen to run on this machine may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// A local server is used when it serves, else a private one.
    #[default]
    Auto,
    /// Local servers are passed over; what a setting names is still used.
    Private,
}

impl Choice {
    /// Reads `LEADMILL_SERVERS`; unset or empty means [`Choice::Auto`].
    ///
    /// # Errors
    /// [`ServersError::UnknownChoice`] for any other word than `auto` and `private`.
    pub fn from_environment() -> Result<Self, ServersError> {
        match std::env::var_os(CHOICE_VARIABLE) {
            None => Ok(Self::Auto),
            Some(word) => word.to_string_lossy().parse(),
        }
    }
}

impl FromStr for Choice {
    type Err = ServersError;

    fn from_str(word: &str) -> Result<Self, ServersError> {
        match word.trim() {
            "" | "auto" => Ok(Self::Auto),
            "private" => Ok(Self::Private),
            other => Err(ServersError::UnknownChoice(other.to_owned())),
        }
    }
}

/// The private servers that run for a folder.
#[derive(Debug, Clone)]
pub struct PrivateState {
    /// The folder with their data and logs.
    pub home: PathBuf,
    /// The PostgreSQL, when it runs.
    pub postgres: Option<PrivateServer>,
    /// The RabbitMQ, when it runs.
    pub rabbitmq: Option<PrivateServer>,
}

/// What [`stop`] ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stopped {
    /// A private PostgreSQL was running and is gone now.
    pub postgres: bool,
    /// A private RabbitMQ was running and is gone now.
    pub rabbitmq: bool,
}

/// Finds or starts both servers; calling it again gives the same ones.
///
/// `folder` holds the data of private servers (the project's `.leadmill`). Two processes may call
/// this at once on one folder: one starts the servers, the other waits for them.
///
/// # Errors
/// A setting names a server that does not answer, a private one does not start, or its programs
/// are missing and cannot be installed.
pub async fn provide(
    choice: Choice,
    configured: Configured,
    folder: &Path,
    say: Say<'_>,
) -> Result<Servers, ServersError> {
    provide_with(choice, configured, folder, &[], say).await
}

/// The servers as [`provide`] would find them; `None` where one would have to be started.
///
/// # Errors
/// A setting names a server that does not answer.
pub async fn find(
    choice: Choice,
    configured: Configured,
    folder: &Path,
) -> Result<Option<Servers>, ServersError> {
    let mut notes = Vec::new();
    let (mut database, mut broker) = known(choice, &configured, folder, &mut notes).await?;
    if let Some(private) = running(folder) {
        let private_url = |server: PrivateServer| (server.url, Kind::Private);
        database = database.or(private.postgres.map(private_url));
        broker = broker.or(private.rabbitmq.map(private_url));
    }
    Ok(database.zip(broker).map(|(database, broker)| found(&database, &broker, notes)))
}

/// As [`provide`], with settings of `postgresql.conf` added for a private PostgreSQL that is
/// started by this call (tests switch `fsync` off).
///
/// # Errors
/// As [`provide`].
pub async fn provide_with(
    choice: Choice,
    configured: Configured,
    folder: &Path,
    postgres_settings: &[(&str, &str)],
    say: Say<'_>,
) -> Result<Servers, ServersError> {
    let mut notes = Vec::new();
    let (database, broker) = known(choice, &configured, folder, &mut notes).await?;
    if let (Some(database), Some(broker)) = (&database, &broker) {
        return Ok(found(database, broker, notes));
    }
    let wanted = Wanted { postgres: database.is_none(), rabbitmq: broker.is_none() };
    let private = start_private(wanted, folder, postgres_settings, &mut notes, say).await?;
    let or_private = |found: Option<(String, Kind)>, url: Option<String>| {
        found.unwrap_or_else(|| {
            (url.expect("what was not found was wanted, and so started"), Kind::Private)
        })
    };
    let (database_url, database) = or_private(database, private.postgres.map(|it| it.url));
    let (broker_url, broker) = or_private(broker, private.rabbitmq.map(|it| it.url));
    Ok(Servers { database_url, broker_url, database, broker, notes })
}

type Found = Option<(String, Kind)>;

/// What settings name and, where the choice allows it, what runs here.
async fn known(
    choice: Choice,
    configured: &Configured,
    folder: &Path,
    notes: &mut Vec<String>,
) -> Result<(Found, Found), ServersError> {
    let mut database = match &configured.database_url {
        Some(url) => Some((postgres::configured(url).await?, Kind::Configured)),
        None => None,
    };
    let mut broker = match &configured.broker_url {
        Some(url) => Some((rabbitmq::configured(url).await?, Kind::Configured)),
        None => None,
    };
    if choice == Choice::Auto {
        look_around(&mut database, &mut broker, folder, notes).await;
    }
    Ok((database, broker))
}

fn found(database: &(String, Kind), broker: &(String, Kind), notes: Vec<String>) -> Servers {
    let ((database_url, database), (broker_url, broker)) = (database.clone(), broker.clone());
    Servers { database_url, broker_url, database, broker, notes }
}

/// Ends the private servers of a folder; fine when none runs. Their data stays.
///
/// # Errors
/// A server belongs to another user or does not end.
pub async fn stop(folder: &Path, say: Say<'_>) -> Result<Stopped, ServersError> {
    if !folder.is_dir() {
        return Ok(Stopped::default());
    }
    let _lock = state::lock(folder, say).await?;
    let mut stopped = Stopped::default();
    for place in state::places(folder) {
        let mut state = State::read(&place)?;
        stopped.rabbitmq |= rabbitmq::stop(&mut state, say).await?;
        stopped.postgres |= postgres::stop(&mut state, say).await?;
        if state != State::default() {
            state.write(&place)?;
        }
    }
    Ok(stopped)
}

/// What runs for a folder; `None` when no private server does, or its state cannot be read.
#[must_use]
pub fn running(folder: &Path) -> Option<PrivateState> {
    let state = State::read(&state::place(folder)).ok()?;
    let postgres = postgres::running(&state);
    let rabbitmq = rabbitmq::running(&state);
    let started =
        [&state.postgres, &state.rabbitmq].into_iter().find(|it| it.living().is_some())?;
    let home = started.home.clone()?;
    (postgres.is_some() || rabbitmq.is_some()).then_some(PrivateState { home, postgres, rabbitmq })
}

/// Fills what the settings left open with local servers, where no private one runs already.
async fn look_around(
    database: &mut Option<(String, Kind)>,
    broker: &mut Option<(String, Kind)>,
    folder: &Path,
    notes: &mut Vec<String>,
) {
    let private = running(folder);
    let runs = |of: fn(&PrivateState) -> bool| private.as_ref().is_some_and(of);
    if database.is_none() && !runs(|private| private.postgres.is_some()) {
        *database = postgres::local(notes).await.map(|url| (url, Kind::Local));
    }
    if broker.is_none() && !runs(|private| private.rabbitmq.is_some()) {
        *broker = rabbitmq::local(notes).await.map(|url| (url, Kind::Local));
    }
    let passed_over = [&*database, &*broker].iter().any(|it| matches!(it, Some((_, Kind::Local))));
    if passed_over && State::read(folder).is_ok_and(|state| state.home.is_some()) {
        notes.push(format!(
            "{} also holds data of private servers; {CHOICE_VARIABLE}=private uses those.",
            folder.display()
        ));
    }
}

async fn start_private(
    wanted: Wanted,
    folder: &Path,
    postgres_settings: &[(&str, &str)],
    notes: &mut Vec<String>,
    say: Say<'_>,
) -> Result<PrivateState, ServersError> {
    let folder = state::make_folder(folder)?;
    let _lock = state::lock(&folder, say).await?;
    let place = state::make_folder(&state::place(&folder))?;
    let mut state = State::read(&place)?;
    let to_start = Wanted {
        postgres: wanted.postgres && postgres::running(&state).is_none(),
        rabbitmq: wanted.rabbitmq && rabbitmq::running(&state).is_none(),
    };
    if to_start.postgres || to_start.rabbitmq {
        let programs = Programs::find_or_install(to_start, &place, say).await?;
        let identity = Identity::choose().await?;
        // A server that still runs keeps its home; the other one joins it there.
        let (home, note) = identity.home(&place, state.home.as_deref()).await?;
        notes.extend(note);
        state.home = Some(home);
        state.write(&place)?;
        if let Some(programs) = programs.rabbitmq {
            rabbitmq::start(&programs, &identity, &mut state, &place, say)?;
        }
        if let Some(programs) = programs.postgres {
            postgres::start(&programs, &identity, &mut state, &place, postgres_settings, say)
                .await?;
        }
    }
    if wanted.postgres {
        postgres::ready(&mut state, &place).await?;
    }
    if wanted.rabbitmq {
        rabbitmq::ready(&mut state, &place, say).await?;
    }
    let private = PrivateState {
        home: state.home.clone().unwrap_or_else(|| place.clone()),
        postgres: postgres::running(&state),
        rabbitmq: rabbitmq::running(&state),
    };
    for (name, server) in [("PostgreSQL", &private.postgres), ("RabbitMQ", &private.rabbitmq)] {
        if let Some(server) = server {
            notes.push(format!("A private {name} runs as process {}.", server.pid));
        }
    }
    notes.push(format!(
        "The private servers keep their data in {} and run until `leadmill down`.",
        private.home.display()
    ));
    Ok(private)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_is_auto_unless_said_and_any_other_word_is_refused() {
        assert_eq!("".parse::<Choice>().unwrap(), Choice::Auto);
        assert_eq!("auto".parse::<Choice>().unwrap(), Choice::Auto);
        assert_eq!(" private ".parse::<Choice>().unwrap(), Choice::Private);
        let error = "docker".parse::<Choice>().unwrap_err().to_string();
        assert!(error.contains("\"docker\"") && error.contains("`private`"), "{error}");
    }

    #[test]
    fn both_servers_together_are_private_as_soon_as_one_is() {
        let servers = Servers {
            database_url: String::new(),
            broker_url: String::new(),
            database: Kind::Private,
            broker: Kind::Local,
            notes: Vec::new(),
        };
        assert_eq!(servers.kind(), Kind::Private);
    }
}
