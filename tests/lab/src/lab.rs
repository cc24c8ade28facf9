//! Servers to be broken on purpose: a PostgreSQL and the nodes of one RabbitMQ, all local processes
//! that belong to the process which started them, and to nobody else.
//!
//! They end with [`Lab::stop`], else when the [`Lab`] is dropped, also by a panic; what a killed
//! process left behind is ended by the next one in the same folder. Their data is thrown away.

mod node;

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use leadmill::servers::address::Address;
use leadmill::servers::error::ServersError;
use leadmill::servers::find::{Programs, RabbitPrograms};
use leadmill::servers::ground::{LOOK_PAUSE, START_TIMEOUT, Say, Wanted};
use leadmill::servers::identity::{Identity, hand_over};
use leadmill::servers::process::{self, Process};
use leadmill::servers::rabbitmq::{SCHEMES, SERVER};
use leadmill::servers::state::{State, free_port, lock, make_folder, write_private};
use leadmill::servers::{amqp, postgres};
use rustix::process::Signal;

use node::{EPMD, Node, Peers};

/// Pids and births of everything but PostgreSQL, which has its own state file.
const LEFT_FILE: &str = "lab.json";
/// How long nodes may take to find each other once they all let us in.
const FORM_TIMEOUT: Duration = Duration::from_secs(90);

/// How long a dropped lab waits for the end of its servers.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// A PostgreSQL and a RabbitMQ of one or several nodes.
pub struct Lab {
    place: PathBuf,
    home: PathBuf,
    identity: Identity,
    programs: Programs,
    postgres: State,
    epmd: Option<Process>,
    nodes: Vec<Node>,
    /// Held as long as the servers are ours.
    _lock: File,
}

impl Lab {
    /// Starts everything in `folder`, fresh, and waits until it serves and the nodes have found
    /// each other.
    ///
    /// # Errors
    /// Programs are missing and cannot be installed, or a server does not start.
    pub async fn start(folder: &Path, nodes: usize, say: Say<'_>) -> Result<Self, ServersError> {
        let place = make_folder(folder)?;
        let lock = lock(&place, say).await?;
        end_leftovers(&place).await?;
        let wanted = Wanted { postgres: true, rabbitmq: true };
        let programs = Programs::find_or_install(wanted, &place, say).await?;
        let identity = Identity::choose().await?;
        let (home, _) = identity.home(&place, None).await?;
        clear(&home)?;
        let postgres = State { home: Some(home.clone()), ..State::default() };
        let (epmd, nodes) = (None, Vec::with_capacity(nodes.max(1)));
        let wanted_nodes = nodes.capacity();
        let mut lab = Self { place, home, identity, programs, postgres, epmd, nodes, _lock: lock };
        // From here on, an error drops the lab, and with it ends what was started.
        lab.start_postgres(say).await?;
        lab.start_brokers(wanted_nodes, say).await?;
        Ok(lab)
    }

    /// URL of the database, with its login.
    #[must_use]
    pub fn database_url(&self) -> String {
        postgres::url(&self.postgres).unwrap_or_default()
    }

    /// URL of each node, with its login.
    #[must_use]
    pub fn broker_urls(&self) -> Vec<String> {
        self.nodes.iter().map(Node::url).collect()
    }

    /// Kills a node: no connection is closed, nothing more is written.
    ///
    /// # Errors
    /// The signal could not be sent, or the process does not end.
    pub async fn kill_node(&mut self, node: usize) -> Result<(), ServersError> {
        let Some(process) = self.nodes[node].process.take() else { return Ok(()) };
        process::end(&process, SERVER, Signal::KILL, Signal::KILL).await
    }

    /// Starts a node that was killed, without waiting for it.
    ///
    /// # Errors
    /// The program cannot be run.
    pub fn start_node(&mut self, node: usize) -> Result<(), ServersError> {
        let server = self.rabbitmq().server.clone();
        self.nodes[node].start(&server, &self.identity)?;
        self.remember()
    }

    /// Waits until a started node lets clients in.
    ///
    /// # Errors
    /// It has ended, or not let us in within two minutes.
    pub async fn node_ready(&mut self, node: usize) -> Result<(), ServersError> {
        let node = &self.nodes[node];
        let address = Address::parse("the lab's RabbitMQ", &node.url(), &SCHEMES, node.port)?;
        let since = Instant::now();
        loop {
            if !node.process.as_ref().is_some_and(Process::alive) {
                return Err(node.failed("its process ended"));
            }
            match amqp::open(&address).await {
                Ok(_) => return Ok(()),
                Err(reason) if since.elapsed() > START_TIMEOUT => return Err(node.failed(&reason)),
                Err(_) => tokio::time::sleep(LOOK_PAUSE).await,
            }
        }
    }

    /// Raises or lifts the memory alarm of a node, which blocks publishers on all nodes.
    ///
    /// # Errors
    /// The node could not be told.
    pub async fn alarm(&self, node: usize, on: bool) -> Result<(), ServersError> {
        self.nodes[node].alarm(&self.rabbitmq().server, &self.identity, on).await
    }

    /// Ends PostgreSQL as a crash would, by its immediate shutdown: what was committed is in the
    /// log, which it works off when it starts again.
    ///
    /// # Errors
    /// It does not end.
    pub async fn crash_postgres(&mut self) -> Result<(), ServersError> {
        let Some(process) = self.postgres.postgres.process.take() else { return Ok(()) };
        process::end(&process, "PostgreSQL", Signal::QUIT, Signal::KILL).await
    }

    /// Starts PostgreSQL and waits until it serves.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start_postgres(&mut self, say: Say<'_>) -> Result<(), ServersError> {
        let programs = self.programs.postgres.clone().expect("it was wanted, so it was found");
        let (identity, place) = (&self.identity, &self.place);
        postgres::start(&programs, identity, &mut self.postgres, place, &[], say).await?;
        postgres::ready(&mut self.postgres, place).await
    }

    /// Ends everything and removes its data.
    ///
    /// # Errors
    /// A server does not end.
    pub async fn stop(mut self) -> Result<(), ServersError> {
        self.crash_postgres().await?;
        for node in 0..self.nodes.len() {
            self.kill_node(node).await?;
        }
        if let Some(epmd) = self.epmd.take() {
            process::end(&epmd, EPMD, Signal::KILL, Signal::KILL).await?;
        }
        self.remember()?;
        // The data goes with the drop.
        self.postgres.write(&self.place)
    }

    async fn start_brokers(&mut self, count: usize, say: Say<'_>) -> Result<(), ServersError> {
        let mut taken = vec![self.postgres.postgres.port];
        let mut port = |seed: &Path| {
            let port = free_port(None, seed, &taken)?;
            taken.push(Some(port));
            Ok::<_, ServersError>(port)
        };
        let peers = Peers::new(count, port(&self.home)?, &self.home)?;
        for n in 0..count {
            let home = self.home.join(format!("node{}", n + 1));
            DirBuilder::new()
                .mode(0o700)
                .create(&home)
                .map_err(ServersError::file("make the folder", &home))?;
            hand_over(&self.identity, &home)?;
            let (amqp, tools) = (port(&home)?, port(&home)?);
            self.nodes.push(Node::prepare(&peers, n, home, (amqp, tools), &self.identity)?);
        }
        let ports: Vec<_> = self.nodes.iter().map(|node| node.port.to_string()).collect();
        say(format!("Starting {count} nodes of {SERVER} on 127.0.0.1, {}.", ports.join(", ")));
        self.epmd = Some(peers.start_epmd(&self.identity)?);
        for node in 0..count {
            self.start_node(node)?;
        }
        for node in 0..count {
            self.node_ready(node).await?;
        }
        let since = Instant::now();
        while self.nodes[0].running(&self.rabbitmq().server, &self.identity).await? < count {
            if since.elapsed() > FORM_TIMEOUT {
                return Err(self.nodes[0].failed("its nodes did not find each other"));
            }
            tokio::time::sleep(LOOK_PAUSE).await;
        }
        Ok(())
    }

    fn rabbitmq(&self) -> &RabbitPrograms {
        self.programs.rabbitmq.as_ref().expect("it was wanted, so it was found")
    }

    fn ours(&self) -> impl Iterator<Item = &Process> {
        self.nodes.iter().filter_map(|node| node.process.as_ref()).chain(&self.epmd)
    }

    fn remember(&self) -> Result<(), ServersError> {
        let ours: Vec<_> = self.ours().collect();
        let text = serde_json::to_vec(&ours).expect("a list of plain fields serialises");
        write_private(&self.place.join(LEFT_FILE), &text)
    }
}

impl Drop for Lab {
    /// Waited for only a few seconds; the next lab of the folder clears up what is left.
    fn drop(&mut self) {
        let postgres = self.postgres.postgres.process.as_ref();
        for process in self.ours() {
            let _ = process.signal(Signal::KILL);
        }
        if let Some(postgres) = postgres {
            let _ = postgres.signal(Signal::QUIT);
        }
        let since = Instant::now();
        while self.ours().chain(postgres).any(Process::alive) {
            if since.elapsed() > DROP_TIMEOUT {
                return;
            }
            std::thread::sleep(LOOK_PAUSE);
        }
        let _ = clear(&self.home);
    }
}

/// Ends what a process that was killed could not end.
async fn end_leftovers(place: &Path) -> Result<(), ServersError> {
    let mut state = State::read(place)?;
    if let Some(process) = state.postgres.process.take() {
        process::end(&process, "PostgreSQL", Signal::QUIT, Signal::KILL).await?;
    }
    let left = fs::read(place.join(LEFT_FILE)).unwrap_or_default();
    // What cannot be read was cut off while it was written: nothing ran then but what is written.
    let left: Vec<Process> = serde_json::from_slice(&left).unwrap_or_default();
    for process in left {
        process::end(&process, SERVER, Signal::KILL, Signal::KILL).await?;
    }
    Ok(())
}

/// Empties the folder of the servers' data.
fn clear(home: &Path) -> Result<(), ServersError> {
    let entries = fs::read_dir(home).map_err(ServersError::file("read", home))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let removed =
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(ServersError::file("remove", &path))?;
    }
    Ok(())
}
