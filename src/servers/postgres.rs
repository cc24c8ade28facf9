//! PostgreSQL: what is configured, what runs locally, and the private one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::address::Address;
use super::error::ServersError;
use super::find::PostgresPrograms;
use super::ground::{
    DATABASE_NAME, LOOK_PAUSE, POSTGRES_MAJOR_MIN, PrivateServer, START_TIMEOUT, Say,
};
use super::identity::{Identity, hand_over};
use super::pgwire::{self, Session};
use super::process::{self, Process};
use super::state::{State, free_port, random_word, tail, write_private};
use crate::settings::DATABASE_SETTING;

const PORT: u16 = 5432;
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];
const SERVER: &str = "PostgreSQL";
/// The superuser of a private server.
const OWNER: &str = "leadmill";
/// A log beyond this size is put aside at the next start.
const LOG_BYTES_MAX: u64 = 1 << 20;
/// Enough for every worker's lanes and a test run beside them.
const CONNECTIONS_MAX: u32 = 200;

/// Makes a database with UTF-8 text if it does not exist; says whether it was made now.
///
/// # Errors
/// The server does not answer, asks for more than trust or a clear-text password, or refuses.
pub async fn create_database(url: &str, name: &str) -> Result<bool, ServersError> {
    let address = Address::parse("the database URL", url, &SCHEMES, PORT)?;
    create(&address, name).await.map_err(|reason| ServersError::Database {
        name: name.to_owned(),
        server: address.shown(),
        reason,
    })
}

/// Takes the server that the setting names, if it answers.
pub(super) async fn configured(url: &str) -> Result<String, ServersError> {
    let address = Address::parse(DATABASE_SETTING, url, &SCHEMES, PORT)?;
    let server = format!("{SERVER} at {}", address.shown());
    let refused = |reason| ServersError::Configured { setting: DATABASE_SETTING, server, reason };
    pgwire::answers(&address).await.map_err(refused)?;
    Ok(url.to_owned())
}

/// The database on the server at the customary port, if it serves; the notes say why not.
pub(super) async fn local(notes: &mut Vec<String>) -> Option<String> {
    let mut reason = String::new();
    for user in customary_users() {
        let address = Address {
            host: "127.0.0.1".to_owned(),
            port: PORT,
            user,
            password: String::new(),
            name: DATABASE_NAME.to_owned(),
        };
        match judge(&address).await {
            Ok(version) => {
                notes.push(format!(
                    "The local {SERVER} {version} at {} is used, database \"{DATABASE_NAME}\".",
                    address.shown()
                ));
                return Some(format!(
                    "postgres://{}@127.0.0.1:{PORT}/{DATABASE_NAME}",
                    address.user
                ));
            }
            Err(why) => reason = why,
        }
    }
    notes.push(format!("The customary local {SERVER} at 127.0.0.1:{PORT} is not used: {reason}."));
    None
}

/// The running private server.
pub(super) fn running(state: &State) -> Option<PrivateServer> {
    let process = state.postgres.living().filter(|process| !process.elsewhere())?;
    let log = log_file(state.postgres.home.as_deref()?);
    Some(PrivateServer { pid: process.pid, url: url(state)?, log })
}

/// URL of the private server, running or not.
pub fn url(state: &State) -> Option<String> {
    let (home, port) = (state.postgres.home.as_deref()?, state.postgres.port?);
    let password = fs::read_to_string(password_file(home)).ok()?;
    Some(format!("postgres://{OWNER}:{}@127.0.0.1:{port}/{DATABASE_NAME}", password.trim()))
}

/// Starts the private server in the state's home.
pub async fn start(
    programs: &PostgresPrograms,
    identity: &Identity,
    state: &mut State,
    place: &Path,
    settings: &[(&str, &str)],
    say: Say<'_>,
) -> Result<(), ServersError> {
    let home = state.home.clone().unwrap_or_else(|| place.to_owned());
    let data = home.join(format!("postgres-{}", programs.major));
    if let Some(process) = postmaster(&data) {
        // Started by a leadmill that was interrupted before it could write that down.
        state.postgres.home = Some(home);
        state.postgres.port = postmaster_line(&data, 3).and_then(|port| port.parse().ok());
        state.postgres.process = Some(process);
        return state.write(place);
    }
    let port =
        free_port(state.postgres.port, &home, &[state.rabbitmq.port, state.rabbitmq.tools_port])?;
    say(format!("Starting a private {SERVER} {} on 127.0.0.1:{port}.", programs.major));
    let log = log_file(&home);
    if fs::metadata(&log).is_ok_and(|meta| meta.len() > LOG_BYTES_MAX) {
        fs::rename(&log, log.with_extension("log.old"))
            .map_err(ServersError::file("move", &log))?;
    }
    if !data.is_dir() {
        initialise(programs, identity, &home, &data, settings).await?;
    }
    configure(identity, &data, port, settings)?;
    drop_stale_pid_file(&data)?;

    let mut command = identity.command(programs.folder.join("pg_ctl"));
    // Without -w: `ready` waits, and looks at the process meanwhile.
    command.args(["start", "--silent", "--no-wait", "-D"]).arg(&data).arg("-l").arg(&log);
    run(&mut command, &log).await?;
    let since = Instant::now();
    state.postgres.home = Some(home);
    state.postgres.port = Some(port);
    loop {
        if let Some(process) = postmaster(&data) {
            state.postgres.process = Some(process);
            return state.write(place);
        }
        if since.elapsed() > START_TIMEOUT {
            return Err(failed(&log, "no server process appeared"));
        }
        // A postmaster that gives up early leaves its reason in the log and no process behind.
        if since.elapsed() > EARLY_END && tail(&log).contains("FATAL") {
            return Err(failed(&log, "it ended at once"));
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}

/// Within this time a started postmaster has written its pid file.
const EARLY_END: Duration = Duration::from_secs(5);

/// Waits until the private server serves, and makes its database.
pub async fn ready(state: &mut State, place: &Path) -> Result<(), ServersError> {
    let log = log_file(state.postgres.home.as_deref().unwrap_or(place));
    let since = Instant::now();
    loop {
        let Some(server) = running(state) else {
            state.postgres.process = None;
            state.write(place)?;
            return Err(failed(&log, "its process ended"));
        };
        let address = Address::parse("the private PostgreSQL", &server.url, &SCHEMES, PORT)?;
        match create(&address, DATABASE_NAME).await {
            Ok(_) => return Ok(()),
            Err(reason) if since.elapsed() > START_TIMEOUT => {
                return Err(failed(&log, &format!("after {} s {reason}", START_TIMEOUT.as_secs())));
            }
            Err(_) => tokio::time::sleep(LOOK_PAUSE).await,
        }
    }
}

/// Ends the private server; says whether one ran.
pub(super) async fn stop(state: &mut State, say: Say<'_>) -> Result<bool, ServersError> {
    let Some(process) = state.postgres.process.take() else { return Ok(false) };
    if !process.alive() {
        return Ok(false);
    }
    say(format!("Stopping the private {SERVER} (process {}).", process.pid));
    // PostgreSQL's "fast" and "immediate" shutdown.
    process::end(&process, SERVER, Signal::INT, Signal::QUIT).await?;
    Ok(true)
}

async fn create(address: &Address, name: &str) -> Result<bool, String> {
    let mut session = Session::login(address, "postgres").await?;
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{}'", name.replace('\'', "''"));
    if !session.query(&known).await?.is_empty() {
        return Ok(false);
    }
    // template0, because a cluster made without a locale has templates in SQL_ASCII.
    let quoted = name.replace('"', "\"\"");
    let sql = format!("CREATE DATABASE \"{quoted}\" TEMPLATE template0 ENCODING 'UTF8'");
    let Err(reason) = session.query(&sql).await else { return Ok(true) };
    // Somebody else may have been faster.
    if !session.query(&known).await?.is_empty() {
        return Ok(false);
    }
    // A cluster whose locale forbids UTF-8 still takes it with the locale C.
    session.query(&format!("{sql} LOCALE 'C'")).await.map(|_| true).map_err(|_| reason)
}

/// Whether the server may be used by this user; its version if so, else the end of a sentence.
async fn judge(address: &Address) -> Result<String, String> {
    let mut session = Session::login(address, "postgres").await?;
    let sql = "SELECT current_setting('server_version_num')::int / 10000, \
               current_setting('server_version'), rolcreatedb OR rolsuper, pg_is_in_recovery() \
               FROM pg_roles WHERE rolname = current_user";
    let rows = session.query(sql).await?;
    let column = |at: usize| rows.first()?.get(at)?.clone();
    let major = column(0).and_then(|major| major.parse::<u32>().ok()).unwrap_or(0);
    let version = column(1).unwrap_or_default();
    if major < POSTGRES_MAJOR_MIN {
        return Err(format!("it is version {version}, older than {POSTGRES_MAJOR_MIN}"));
    }
    if column(3).as_deref() != Some("f") {
        return Err("it is a read-only replica".to_owned());
    }
    if column(2).as_deref() != Some("t") {
        return Err(format!("the role {} may not create databases", address.user));
    }
    create(address, DATABASE_NAME).await?;
    Ok(version)
}

/// The users that a local server customarily lets in: the superuser, then our own name.
fn customary_users() -> Vec<String> {
    let mut users = vec!["postgres".to_owned()];
    if let Ok(user) = std::env::var("USER")
        && !users.contains(&user)
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    {
        users.push(user);
    }
    users
}

async fn initialise(
    programs: &PostgresPrograms,
    identity: &Identity,
    home: &Path,
    data: &Path,
    settings: &[(&str, &str)],
) -> Result<(), ServersError> {
    let password = password_file(home);
    random_word(&password)?;
    hand_over(identity, &password)?;
    // Made beside and renamed when whole: an interrupted initdb is not taken for a cluster.
    let fresh = data.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(ServersError::file("remove", &fresh))?;
    }
    let mut command = identity.command(programs.folder.join("initdb"));
    command.args(["-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "-A", "password"]);
    command.arg("--pwfile").arg(&password).arg("-D").arg(&fresh);
    if settings.contains(&("fsync", "off")) {
        command.arg("--no-sync");
    }
    run(&mut command, &log_file(home)).await?;
    fs::rename(&fresh, data).map_err(ServersError::file("rename", &fresh))
}

/// Writes the whole configuration anew; nothing in there is left to chance or to a newcomer.
fn configure(
    identity: &Identity,
    data: &Path,
    port: u16,
    settings: &[(&str, &str)],
) -> Result<(), ServersError> {
    // As initdb would choose; a container may have no /dev/shm.
    let shared = if Path::new("/dev/shm").is_dir() { "posix" } else { "mmap" };
    let mut text = format!(
        "# Written by leadmill at every start.\n\
         listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         unix_socket_directories = ''\n\
         max_connections = {CONNECTIONS_MAX}\n\
         shared_buffers = 256MB\n\
         dynamic_shared_memory_type = {shared}\n\
         password_encryption = 'scram-sha-256'\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         lc_messages = 'C'\n"
    );
    for (key, value) in settings {
        text.push_str(&format!("{key} = '{}'\n", value.replace('\'', "''")));
    }
    let path = data.join("postgresql.conf");
    write_private(&path, text.as_bytes())?;
    hand_over(identity, &path)
}

/// The living postmaster of a data folder, by its own pid file and its command line.
fn postmaster(data: &Path) -> Option<Process> {
    let pid = postmaster_line(data, 0)?.parse().ok()?;
    process::command_line_names(pid, data).then(|| Process::of(pid)).flatten()
}

fn postmaster_line(data: &Path, line: usize) -> Option<String> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    text.lines().nth(line).map(|text| text.trim().to_owned())
}

/// After a restart of the machine the pid in the file may belong to another program, and
/// PostgreSQL would refuse to start. Where a `postgres` of any kind has it, PostgreSQL decides.
fn drop_stale_pid_file(data: &Path) -> Result<(), ServersError> {
    let Some(pid) = postmaster_line(data, 0).and_then(|pid| pid.parse::<u32>().ok()) else {
        return Ok(());
    };
    if process::command_line_names(pid, Path::new("postgres")) {
        return Ok(());
    }
    let path = data.join("postmaster.pid");
    fs::remove_file(&path).map_err(ServersError::file("remove", &path))
}

/// Runs a program of PostgreSQL to its end, bounded; its words go to the log.
async fn run(command: &mut tokio::process::Command, log: &Path) -> Result<(), ServersError> {
    let open = |path: &Path| fs::OpenOptions::new().append(true).create(true).open(path);
    let output = log.with_extension("out");
    let file = open(&output).map_err(ServersError::file("write", &output))?;
    let errors = file.try_clone().map_err(ServersError::file("write", &output))?;
    command.stdout(file).stderr(errors).kill_on_drop(true);
    let reason = match tokio::time::timeout(START_TIMEOUT, command.status()).await {
        Ok(Ok(status)) if status.success() => return Ok(()),
        Ok(Ok(status)) => format!("one of its programs ended with {status}"),
        Ok(Err(error)) => format!("one of its programs cannot be run: {error}"),
        Err(_) => format!("one of its programs took more than {} s", START_TIMEOUT.as_secs()),
    };
    Err(failed(&output, &reason))
}

fn failed(log: &Path, reason: &str) -> ServersError {
    let (log, tail) = (log.to_owned(), tail(log));
    ServersError::Start { server: SERVER, reason: reason.to_owned(), log, tail }
}

fn password_file(home: &Path) -> PathBuf {
    home.join("postgres.password")
}

fn log_file(home: &Path) -> PathBuf {
    home.join("postgres.log")
}
