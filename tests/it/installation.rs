//! An installation of a test's own: a migrated database, a prefix on the broker, workers as
//! processes of the real binary. Everything is gone when it is dropped.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use leadmill::messaging::{BrokerSettings, COMMANDS, Link, Outgoing, Topology};
use leadmill::secret::SECRET_SETTING;
use leadmill::settings::{Settings, Sources};
use leadmill::store::{self, Connection};
use leadmill::{servers, workers};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::database::Database;

/// How long a test waits for a condition before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(25);
const BROKER_DEFAULT: &str = "amqp://guest:guest@127.0.0.1:5672";

pub(crate) struct Installation {
    pub(crate) settings: Settings,
    pub(crate) topology: Topology,
    database: Database,
}

/// A worker as a process of its own; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Installation {
    pub(crate) async fn new() -> Self {
        Self::on(Database::create().await).await
    }

    /// An installation on a database that is filled already.
    pub(crate) async fn on(database: Database) -> Self {
        let broker =
            std::env::var(servers::BROKER_SETTING).unwrap_or_else(|_| BROKER_DEFAULT.into());
        let mut sources =
            Sources::default().with_servers(database.settings.url.expose_secret(), &broker);
        let prefix = format!("test-{}.", Uuid::now_v7().simple());
        let secret = secret(&prefix);
        for (name, value) in [
            ("LEADMILL_BROKER__PREFIX", prefix.as_str()),
            ("LEADMILL_RUNTIME__SWEEP_EVERY_S", "1"),
            ("LEADMILL_RUNTIME__SWEEP_AFTER_S", "1"),
            (SECRET_SETTING, &secret),
        ] {
            sources.variables.insert(name.into(), value.into());
        }
        let settings = sources.settings().unwrap();
        let topology = workers::topology(&workers::all(&settings).unwrap());
        topology.declare(&settings.broker).await.unwrap();
        Self { settings, topology, database }
    }

    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) async fn connect(&self) -> Connection {
        self.database.connect().await
    }

    pub(crate) async fn link(&self) -> Link {
        Link::open(&self.settings.broker, "test").await.unwrap()
    }

    /// Starts workers (all where none is named) as one process.
    pub(crate) fn start(&self, names: &[&str], environment: &[(&str, &str)]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leadmill"));
        command
            .arg("run")
            .args(names)
            .env(servers::DATABASE_SETTING, self.settings.database.url.expose_secret())
            .env(servers::BROKER_SETTING, self.settings.broker.url.expose_secret())
            .env("LEADMILL_BROKER__PREFIX", &self.settings.broker.prefix)
            .env(SECRET_SETTING, self.secret())
            .env("LEADMILL_RUNTIME__SWEEP_EVERY_S", "1")
            .env("LEADMILL_RUNTIME__SWEEP_AFTER_S", "1")
            .env("LEADMILL_LOG__FILTER", "warn")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let mut read = BufReader::new(child.stderr.take().unwrap()).lines();
        let heard = Arc::clone(&lines);
        tokio::spawn(async move {
            while let Ok(Some(line)) = read.next_line().await {
                eprintln!("{line}");
                heard.lock().unwrap().push(line);
            }
        });
        Process { child, lines }
    }

    /// A folder of this test, gone with the installation.
    pub(crate) fn folder(&self) -> PathBuf {
        folder(&self.settings.broker.prefix)
    }

    /// The file with the secret of pseudonyms.
    pub(crate) fn secret(&self) -> PathBuf {
        self.settings.privacy.secret_file.clone().unwrap()
    }

    /// Sends raw inputs to a queue of intake.
    pub(crate) async fn send(&self, queue: &str, content_type: &str, bodies: Vec<Vec<u8>>) {
        let messages = bodies.into_iter().map(|body| raw(queue, content_type, body));
        self.publish(messages.collect()).await;
    }

    /// Sends a command as an outside system does; answers its CloudEvents id.
    pub(crate) async fn command(&self, ty: &str, data: Value) -> String {
        let id = Uuid::new_v4().to_string();
        self.publish(vec![command(&id, ty, &data)]).await;
        id
    }

    pub(crate) async fn publish(&self, messages: Vec<Outgoing>) {
        let link = self.link().await;
        link.publisher().publish(messages).await.unwrap();
        assert!(link.close().await);
    }

    /// Replaces the catalog by the demo's, through the worker that must be running.
    pub(crate) async fn catalog(&self) {
        let catalog = include_str!("../../config/demo-catalog.json");
        self.command("catalog.replace.v1", serde_json::from_str(catalog).unwrap()).await;
        self.until("the catalog is there", "SELECT count(*) > 0 FROM product").await;
    }

    /// Waits until a query answers true: a sum of no rows, which is null, is not yet.
    pub(crate) async fn until(&self, what: &str, query: &str) {
        let mut conn = self.connect().await;
        let waiting = tokio::time::Instant::now();
        while sqlx::query_scalar::<_, Option<bool>>(AssertSqlSafe(query.to_owned()))
            .fetch_one(&mut conn)
            .await
            .unwrap()
            != Some(true)
        {
            assert!(waiting.elapsed() < PATIENCE, "waited in vain until {what}: {query}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        store::close(conn).await.unwrap();
    }

    /// One number out of the database.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        let mut conn = self.connect().await;
        let query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(query.to_owned()));
        let count = query.fetch_one(&mut conn).await.unwrap();
        store::close(conn).await.unwrap();
        count
    }

    /// One column of text out of the database.
    pub(crate) async fn texts(&self, query: &str) -> Vec<String> {
        let mut conn = self.connect().await;
        let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(query.to_owned()));
        let texts = query.fetch_all(&mut conn).await.unwrap();
        store::close(conn).await.unwrap();
        texts
    }

    pub(crate) async fn execute(&self, statement: &str) {
        let mut conn = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
        store::close(conn).await.unwrap();
    }
}

fn folder(prefix: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("leadmill-{prefix}"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes the secret of pseudonyms: one for all, so that runs can be compared.
fn secret(prefix: &str) -> String {
    let path = folder(prefix).join("privacy.secret");
    std::fs::write(&path, "0123456789abcdef0123456789abcdef\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

impl Drop for Installation {
    /// Also after a failed test; in a thread of its own, because a drop cannot wait otherwise.
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.folder());
        let (topology, broker): (Topology, BrokerSettings) =
            (self.topology.clone(), self.settings.broker.clone());
        let deleting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(topology.delete(&broker))
        });
        let deleted = deleting.join();
        if !std::thread::panicking() {
            deleted.unwrap().unwrap();
        }
    }
}

impl Process {
    /// Waits until its log has this text, and gives the line.
    pub(crate) async fn says(&mut self, text: &str) -> String {
        self.says_so_often(text, 1).await
    }

    /// Waits until its log has so many lines with this text, and gives the last of them.
    pub(crate) async fn says_so_often(&mut self, text: &str, times: usize) -> String {
        let waiting = tokio::time::Instant::now();
        loop {
            let lines = self.lines.lock().unwrap().clone();
            if let Some(line) = lines.into_iter().filter(|line| line.contains(text)).nth(times - 1)
            {
                return line;
            }
            assert!(waiting.elapsed() < PATIENCE, "waited in vain until a worker says: {text}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Its log has no line with this text so far.
    pub(crate) fn says_nothing_of(&mut self, text: &str) {
        let lines = self.lines.lock().unwrap();
        let said = lines.iter().find(|line| line.contains(text));
        assert!(said.is_none(), "{said:?}");
    }

    /// Ends the process as a deployment does, and waits for it.
    pub(crate) async fn stop(mut self) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(ended.success(), "a worker that is told to stop ends well: {ended}");
    }

    /// Ends the process as a power cut does.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits until the process has ended by itself.
    pub(crate) async fn died(mut self) {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(!ended.success(), "the process was to die, and ended well");
    }
}

/// A raw input for a queue of intake.
pub(crate) fn raw(queue: &str, content_type: &str, body: Vec<u8>) -> Outgoing {
    Outgoing {
        exchange: String::new(),
        routing_key: queue.to_owned(),
        body: body.into(),
        content_type: content_type.to_owned(),
        message_id: Uuid::new_v4().to_string(),
        kind: String::new(),
        correlation_id: None,
        app_id: "urn:test".into(),
        timestamp: 0,
        headers: Vec::new(),
        mandatory: true,
    }
}

/// A command as an outside system sends it.
pub(crate) fn command(id: &str, ty: &str, data: &Value) -> Outgoing {
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": "urn:test",
        "type": format!("leadmill.{ty}"),
        "data": data,
    });
    Outgoing {
        exchange: COMMANDS.to_owned(),
        routing_key: ty.to_owned(),
        kind: format!("leadmill.{ty}"),
        message_id: id.to_owned(),
        ..raw("", "application/cloudevents+json", event.to_string().into_bytes())
    }
}

/// A web form of somebody who wants to buy; each number is another person of another company.
pub(crate) fn form(n: usize) -> Vec<u8> {
    json!({
        "name": format!("Ana Lopez {n}"),
        "email": format!("ana{n}@acme{n}.example"),
        "company": format!("Acme {n}"),
        "message": "We want to buy a coffee machine for our office.",
        "sku": "CM-100",
        "quantity": 1 + n % 3,
    })
    .to_string()
    .into_bytes()
}
