//! One node of the lab's RabbitMQ. The nodes find each other by their configuration; their names
//! are told by an `epmd` of the lab's own, so that no other Erlang on the machine is disturbed.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use leadmill::servers::ServersError;
use leadmill::servers::identity::{Identity, hand_over};
use leadmill::servers::process::Process;
use leadmill::servers::rabbitmq::{Files, SERVER, USER};
use leadmill::servers::state::{random_word, tail, write_private};
use tokio::process::Command;
use tokio::time::timeout;

/// The name server of Erlang's nodes.
pub(super) const EPMD: &str = "epmd";
/// As Debian, then as the sources install it.
const EPMD_PLACES: [&str; 3] =
    ["/usr/bin/epmd", "/usr/lib/erlang/bin/epmd", "/usr/local/lib/erlang/bin/epmd"];
/// One call of `rabbitmqctl`, which starts an Erlang of its own; seconds on a busy machine.
const TOOL_TIMEOUT: Duration = Duration::from_secs(60);
/// Above what a node of the lab uses, and what raises the alarm at once.
const MEMORY: &str = "1GiB";
const MEMORY_ALARM: &str = "1MB";
/// One scheduler each, since all nodes share a machine.
const EMULATOR: &str = "+S 1:1 +A 8 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}";
/// A minority stops instead of going its own way; a lost peer is noticed after seconds.
const CLUSTER: &str = "cluster_partition_handling = pause_minority\nnet_ticktime = 5\n\
                       raft.wal_max_size_bytes = 33554432\n";

/// What all nodes share.
pub(super) struct Peers {
    names: Vec<String>,
    epmd_port: u16,
    cookie: String,
    password: String,
}

/// One node: ports and folder are chosen once, the process changes with every start.
pub(super) struct Node {
    name: String,
    pub(super) port: u16,
    tools_port: u16,
    epmd_port: u16,
    password: String,
    files: Files,
    pub(super) process: Option<Process>,
}

impl Peers {
    pub(super) fn new(count: usize, epmd_port: u16, home: &Path) -> Result<Self, ServersError> {
        let word = |name: &str| random_word(&home.join(name));
        let names = (1..=count).map(|n| format!("lab{n}-{epmd_port}@localhost")).collect();
        Ok(Self { names, epmd_port, cookie: word("cookie")?, password: word("broker.password")? })
    }

    /// Starts the name server; it is there before the first node needs it.
    pub(super) fn start_epmd(&self, identity: &Identity) -> Result<Process, ServersError> {
        let found = EPMD_PLACES.iter().map(Path::new).find(|path| path.is_file());
        let epmd = found.unwrap_or(Path::new(EPMD));
        let mut command = identity.command("setsid");
        command.arg(epmd).args(["-port", &self.epmd_port.to_string()]);
        command.args(["-address", "127.0.0.1", "-relaxed_command_check"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(ServersError::file("start", epmd))?;
        let gone = || std::io::Error::other("it ended at once");
        child.id().and_then(Process::of).ok_or_else(gone).map_err(ServersError::file("start", epmd))
    }
}

impl Node {
    /// Writes everything that the node `n` (from 0) reads.
    pub(super) fn prepare(
        peers: &Peers,
        n: usize,
        home: PathBuf,
        (port, tools_port): (u16, u16),
        identity: &Identity,
    ) -> Result<Self, ServersError> {
        let files = Files::of(&home);
        let made = DirBuilder::new().mode(0o700).create(&files.root);
        made.map_err(ServersError::file("make the folder", &files.root))?;
        hand_over(identity, &files.root)?;
        // Whichever node is first makes the user, so that all must know one password.
        write_private(&files.password, format!("{}\n", peers.password).as_bytes())?;
        files.prepare(identity)?;
        let cookie = files.root.join(".erlang.cookie");
        write_private(&cookie, peers.cookie.as_bytes())?;
        hand_over(identity, &cookie)?;
        let mut more = format!("{CLUSTER}vm_memory_high_watermark.absolute = {MEMORY}\n");
        if peers.names.len() > 1 {
            more.push_str("cluster_formation.peer_discovery_backend = classic_config\n");
            for (n, name) in (1..).zip(&peers.names) {
                more.push_str(&format!("cluster_formation.classic_config.nodes.{n} = {name}\n"));
            }
        }
        files.configure(identity, port, &more)?;
        Ok(Self {
            name: peers.names[n].clone(),
            port,
            tools_port,
            epmd_port: peers.epmd_port,
            password: peers.password.clone(),
            files,
            process: None,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("amqp://{USER}:{}@127.0.0.1:{}/%2f", self.password, self.port)
    }

    /// Starts the process, without waiting for it.
    pub(super) fn start(&mut self, server: &Path, identity: &Identity) -> Result<(), ServersError> {
        let written = ServersError::file("write", &self.files.output);
        let output = File::create(&self.files.output).map_err(written)?;
        let written = ServersError::file("write", &self.files.output);
        let errors = output.try_clone().map_err(written)?;
        // A session of its own: Ctrl-C is for leadmill, which then ends its servers.
        let mut command = self.command(identity, "setsid");
        command.arg(server).stdout(output).stderr(errors);
        command.env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", EMULATOR);
        // With it the script replaces itself by the server, so that the pid is the server's.
        command.env("detached", "1");
        let child = command.spawn().map_err(ServersError::file("start", server))?;
        self.process = child.id().and_then(Process::of);
        Ok(())
    }

    /// How many nodes this one knows to be running, itself included.
    pub(super) async fn running(
        &self,
        server: &Path,
        identity: &Identity,
    ) -> Result<usize, ServersError> {
        let said = self.tool(server, identity, &["cluster_status", "--formatter", "json"]).await?;
        let said: serde_json::Value = serde_json::from_slice(&said).unwrap_or_default();
        Ok(said["running_nodes"].as_array().map_or(0, Vec::len))
    }

    pub(super) async fn alarm(
        &self,
        server: &Path,
        identity: &Identity,
        on: bool,
    ) -> Result<(), ServersError> {
        let limit = if on { MEMORY_ALARM } else { MEMORY };
        let told = ["set_vm_memory_high_watermark", "absolute", limit];
        self.tool(server, identity, &told).await.map(drop)
    }

    pub(super) fn failed(&self, reason: &str) -> ServersError {
        let found = self.files.log.is_file();
        let log = if found { self.files.log.clone() } else { self.files.output.clone() };
        let tail = tail(&log);
        ServersError::Start { server: SERVER, reason: reason.to_owned(), log, tail }
    }

    /// Runs `rabbitmqctl`, which lies beside the server's script.
    async fn tool(
        &self,
        server: &Path,
        identity: &Identity,
        arguments: &[&str],
    ) -> Result<Vec<u8>, ServersError> {
        let tool = server.with_file_name("rabbitmqctl");
        let mut command = self.command(identity, &tool);
        command.args(["--quiet", "--node", &self.name]).args(arguments).kill_on_drop(true);
        let what = arguments.join(" ");
        let reason = match timeout(TOOL_TIMEOUT, command.output()).await {
            Ok(Ok(done)) if done.status.success() => return Ok(done.stdout),
            Ok(Ok(done)) => {
                let said = String::from_utf8_lossy(&done.stderr);
                format!("`{what}` ended with {}: {}", done.status, said.trim())
            }
            Ok(Err(error)) => format!("`{what}` cannot be run: {error}"),
            Err(_) => format!("`{what}` took more than {} s", TOOL_TIMEOUT.as_secs()),
        };
        Err(self.failed(&reason))
    }

    fn command(&self, identity: &Identity, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = identity.command(program);
        command.current_dir(&self.files.root);
        for (key, value) in self.files.environment() {
            command.env(key, value);
        }
        command.env("RABBITMQ_NODENAME", &self.name);
        command.env("RABBITMQ_DIST_PORT", self.tools_port.to_string());
        command.env("ERL_EPMD_PORT", self.epmd_port.to_string());
        command.env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command
    }
}
