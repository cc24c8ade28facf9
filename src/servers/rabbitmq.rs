//! RabbitMQ: what is configured, what runs locally, and the private one.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::process::Signal;

use super::address::Address;
use super::amqp;
use super::error::ServersError;
use super::find::{RabbitPrograms, rabbitmq_too_old};
use super::ground::{LOOK_PAUSE, PrivateServer, RABBITMQ_MIN, START_TIMEOUT, Say};
use super::identity::{Identity, hand_over};
use super::process::{self, Process};
use super::state::{State, free_port, random_word, tail, write_private};
use crate::messaging::addresses;
use crate::settings::BROKER_SETTING;

pub(super) const PORT: u16 = 5672;
/// How its addresses begin.
pub const SCHEMES: [&str; 2] = ["amqp", "amqps"];
const TLS_PORT: u16 = 5671;
/// Its name, for people.
pub const SERVER: &str = "RabbitMQ";
/// The one user of a private server.
pub const USER: &str = "leadmill";
/// RabbitMQ blocks publishers when less is free; its default of 50 MB is below one segment file.
const DISK_FREE_MIN: &str = "100MB";
const LOG_ROTATION: &str = "log.file.rotation.size = 10485760\nlog.file.rotation.count = 2\n";

/// Takes what the setting names, if one of its nodes lets us in.
pub(super) async fn configured(urls: &str) -> Result<String, ServersError> {
    let mut first = None;
    for url in addresses(urls) {
        match lets_us_in(url).await {
            Ok(()) => return Ok(urls.to_owned()),
            Err(error) => first = first.or(Some(error)),
        }
    }
    // Splitting gives at least one piece.
    Err(first.expect("an empty setting is one address, which cannot be read"))
}

async fn lets_us_in(url: &str) -> Result<(), ServersError> {
    let tls = url.starts_with("amqps:");
    let port = if tls { TLS_PORT } else { PORT };
    let address = Address::parse(BROKER_SETTING, url, &SCHEMES, port)?;
    // A user without a password has it in a file, which is not for us.
    let looked = if tls || (!address.user.is_empty() && address.password.is_empty()) {
        amqp::listens(&address).await
    } else {
        amqp::open(&with_login(address.clone())).await.and_then(new_enough)
    };
    let server = format!("{SERVER} at {}", address.shown());
    looked.map_err(|reason| ServersError::Configured { setting: BROKER_SETTING, server, reason })
}

/// The server at the customary port, if it serves; the notes say why not.
pub(super) async fn local(notes: &mut Vec<String>) -> Option<String> {
    let url = format!("amqp://guest:guest@127.0.0.1:{PORT}/%2f");
    let address = Address::parse("the customary address", &url, &SCHEMES, PORT).ok()?;
    match amqp::open(&address).await.and_then(new_enough) {
        Ok(()) => {
            notes.push(format!("The local {SERVER} at {} is used.", address.shown()));
            Some(url)
        }
        Err(reason) => {
            let shown = address.shown();
            notes.push(format!("The customary local {SERVER} at {shown} is not used: {reason}."));
            None
        }
    }
}

/// The running private server.
pub(super) fn running(state: &State) -> Option<PrivateServer> {
    let process = state.rabbitmq.living().filter(|process| !process.elsewhere())?;
    let (files, port) = (Files::of(state.rabbitmq.home.as_deref()?), state.rabbitmq.port?);
    let password = fs::read_to_string(&files.password).ok()?;
    Some(PrivateServer {
        pid: process.pid,
        url: format!("amqp://{USER}:{}@127.0.0.1:{port}/%2f", password.trim()),
        log: files.log,
    })
}

/// Starts the private server in the state's home, without waiting for it.
pub(super) fn start(
    programs: &RabbitPrograms,
    identity: &Identity,
    state: &mut State,
    place: &Path,
    say: Say<'_>,
) -> Result<(), ServersError> {
    let home = state.home.clone().unwrap_or_else(|| place.to_owned());
    let files = Files::of(&home);
    let postgres = state.postgres.port;
    let port = free_port(state.rabbitmq.port, &home, &[postgres, state.rabbitmq.tools_port])?;
    let tools_port = free_port(state.rabbitmq.tools_port, &home, &[postgres, Some(port)])?;
    say(format!("Starting a private {SERVER} on 127.0.0.1:{port} (5 to 20 seconds)."));
    files.prepare(identity)?;
    files.configure(identity, port, "")?;
    let output = File::create(&files.output).map_err(ServersError::file("write", &files.output))?;
    let errors = output.try_clone().map_err(ServersError::file("write", &files.output))?;

    // A session of its own: closing the terminal or Ctrl-C must not end the server.
    let mut command = identity.command("setsid");
    command.arg(&programs.server).current_dir(&files.root).stdout(output).stderr(errors);
    let node = fs::read_to_string(&files.node).map_err(ServersError::file("read", &files.node))?;
    let node = format!("leadmill-{}@localhost", node.trim());
    for (key, value) in files.environment() {
        command.env(key, value);
    }
    // No epmd, the name service that all Erlang programs of a machine share: the second port is
    // given by hand instead. RabbitMQ itself would insist on an epmd when it begins to listen
    // there, so Erlang is told to do that before it starts RabbitMQ (`-sname`).
    command.env("RABBITMQ_DIST_PORT", tools_port.to_string());
    command.env("ERL_FLAGS", format!("-start_epmd false -erl_epmd_port {tools_port}"));
    command.env(
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
        format!(
            "-sname {node} -kernel inet_dist_use_interface {{127,0,0,1}} \
             inet_dist_listen_min {tools_port} inet_dist_listen_max {tools_port} +sbwt none"
        ),
    );
    command.env("RABBITMQ_NODENAME", node);
    // With it the script replaces itself by the server, so that the pid is the server's.
    command.env("detached", "1");
    let child = command.spawn().map_err(ServersError::file("start", &programs.server))?;
    state.rabbitmq.home = Some(home);
    state.rabbitmq.port = Some(port);
    state.rabbitmq.tools_port = Some(tools_port);
    state.rabbitmq.process = child.id().and_then(Process::of);
    state.write(place)
}

/// Waits until the private server lets us in. One that does not is ended.
pub(super) async fn ready(
    state: &mut State,
    place: &Path,
    say: Say<'_>,
) -> Result<(), ServersError> {
    let since = Instant::now();
    let reason = loop {
        let Some(server) = running(state) else { break "its process ended".to_owned() };
        let address = Address::parse("the private RabbitMQ", &server.url, &SCHEMES, PORT)?;
        match amqp::open(&address).await {
            Ok(Some(version)) if version < RABBITMQ_MIN => {
                stop(state, say).await?;
                state.write(place)?;
                return Err(rabbitmq_too_old(version));
            }
            Ok(_) => return Ok(()),
            Err(reason) if since.elapsed() > START_TIMEOUT => {
                break format!("after {} s {reason}", START_TIMEOUT.as_secs());
            }
            Err(_) => tokio::time::sleep(LOOK_PAUSE).await,
        }
    };
    stop(state, say).await?;
    state.write(place)?;
    let files = Files::of(state.rabbitmq.home.as_deref().unwrap_or(place));
    // What fails before the log is open is told on the output.
    let log = if files.log.is_file() { files.log } else { files.output };
    let tail = tail(&log);
    Err(ServersError::Start { server: SERVER, reason, log, tail })
}

/// Ends the private server; says whether one ran.
pub(super) async fn stop(state: &mut State, say: Say<'_>) -> Result<bool, ServersError> {
    let Some(process) = state.rabbitmq.process.take() else { return Ok(false) };
    if !process.alive() {
        return Ok(false);
    }
    say(format!("Stopping the private {SERVER} (process {}).", process.pid));
    process::end(&process, SERVER, Signal::TERM, Signal::KILL).await?;
    Ok(true)
}

/// A URL without a login means guest, as everywhere in AMQP.
fn with_login(mut address: Address) -> Address {
    if address.user.is_empty() {
        address.user = "guest".to_owned();
        address.password = "guest".to_owned();
    }
    address
}

fn new_enough(version: Option<(u32, u32)>) -> Result<(), String> {
    match version {
        Some(found) if found < RABBITMQ_MIN => Err(format!(
            "it is version {}.{}, older than {}.{}",
            found.0, found.1, RABBITMQ_MIN.0, RABBITMQ_MIN.1
        )),
        _ => Ok(()),
    }
}

/// Everything that the server reads and writes, all of it in one folder of its own.
pub struct Files {
    pub root: PathBuf,
    pub password: PathBuf,
    node: PathBuf,
    pub output: PathBuf,
    pub log: PathBuf,
}

impl Files {
    /// Of the server whose data lies there.
    #[must_use]
    pub fn of(home: &Path) -> Self {
        let root = home.join("rabbitmq");
        Self {
            password: root.join("password"),
            node: root.join("node"),
            output: home.join("rabbitmq.out"),
            log: root.join("log/rabbitmq.log"),
            root,
        }
    }

    /// Makes the folders, and the words that stay: password and name.
    pub fn prepare(&self, identity: &Identity) -> Result<(), ServersError> {
        for part in ["", "data", "log", "conf.d", "generated", "schema"] {
            let folder = self.root.join(part);
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => hand_over(identity, &folder)?,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(ServersError::file("make the folder", &folder)(error)),
            }
        }
        random_word(&self.password)?;
        random_word(&self.node).map(drop)
    }

    /// Writes the whole configuration anew; `more` are further lines of `rabbitmq.conf`.
    pub fn configure(
        &self,
        identity: &Identity,
        port: u16,
        more: &str,
    ) -> Result<(), ServersError> {
        let password = random_word(&self.password)?;
        let conf = format!(
            "# Written by leadmill at every start.\n\
             listeners.tcp.1 = 127.0.0.1:{port}\n\
             default_user = {USER}\n\
             default_pass = {password}\n\
             disk_free_limit.absolute = {DISK_FREE_MIN}\n\
             log.console = false\n\
             log.file.level = info\n\
             {LOG_ROTATION}{more}"
        );
        let contents = [
            ("rabbitmq.conf", conf.as_str()),
            ("advanced.config", "[].\n"),
            ("enabled_plugins", "[].\n"),
        ];
        for (name, text) in contents {
            let path = self.root.join(name);
            write_private(&path, text.as_bytes())?;
            hand_over(identity, &path)?;
        }
        Ok(())
    }

    /// Every path that RabbitMQ would else take from `/etc` or `/var`.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.root.clone()),
            ("RABBITMQ_CONFIG_FILE", self.root.join("rabbitmq.conf")),
            ("RABBITMQ_CONFIG_FILES", self.root.join("conf.d")),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", self.root.join("advanced.config")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", self.root.join("enabled_plugins")),
            ("RABBITMQ_GENERATED_CONFIG_DIR", self.root.join("generated")),
            ("RABBITMQ_SCHEMA_DIR", self.root.join("schema")),
            ("RABBITMQ_MNESIA_BASE", self.root.join("data")),
            ("RABBITMQ_LOG_BASE", self.root.join("log")),
            ("RABBITMQ_LOGS", self.log.clone()),
            ("RABBITMQ_PID_FILE", self.root.join("pid")),
            ("RABBITMQ_CONF_ENV_FILE", PathBuf::from("/dev/null")),
        ]
    }
}
