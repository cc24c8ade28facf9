//! Private servers start once, answer, are found again and end; strangers are left alone.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use leadmill::servers::{
    self, Choice, Configured, Kind, PrivateServer, Servers, ServersError, Stopped,
};

/// Nothing in these clusters is worth a disk flush.
const FAST: &[(&str, &str)] = &[("fsync", "off")];

/// A folder whose servers end with the test, also with one that fails.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("leadmill-it-servers-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    async fn provide(&self, configured: Configured) -> Result<Servers, ServersError> {
        servers::provide_with(Choice::Private, configured, &self.0, FAST, &mut |_| {}).await
    }

    async fn stop(&self) -> Stopped {
        servers::stop(&self.0, &mut |_| {}).await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let path = self.0.clone();
        let ended = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let home = servers::running(&path).map(|running| running.home);
            runtime.block_on(servers::stop(&path, &mut |_| {})).unwrap();
            home.map(fs::remove_dir_all);
            fs::remove_dir_all(&path).unwrap();
        });
        if ended.join().is_err() {
            eprintln!("The servers of {} could not be cleaned up.", self.0.display());
        }
    }
}

/// Something that listens and never says a word; as an `amqps` address it counts as a broker, so
/// that a test can be about the database alone.
fn silent_listener(scheme: &str) -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("{scheme}://user:s3cret@{}/x", listener.local_addr().unwrap());
    (listener, url)
}

fn lives(server: &PrivateServer) -> bool {
    fs::read_to_string(format!("/proc/{}/stat", server.pid))
        .is_ok_and(|stat| !stat.rsplit_once(')').unwrap().1.starts_with(" Z"))
}

async fn select_one(url: &str) -> i32 {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let one = sqlx::query_scalar("SELECT 1").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    one
}

async fn connect_broker(url: &str) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let properties = lapin::ConnectionProperties::default();
    let connection = lapin::Connection::connect(url, properties).await.unwrap();
    connection.close(200, "done".into()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_servers_start_once_for_two_callers_answer_are_found_again_and_end() {
    let folder = Folder::new();
    let (first, second) =
        tokio::join!(folder.provide(Configured::default()), folder.provide(Configured::default()));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.kind(), Kind::Private);
    assert_eq!(first.database_url, second.database_url, "both callers use one PostgreSQL");
    assert_eq!(first.broker_url, second.broker_url, "both callers use one RabbitMQ");
    assert_eq!(select_one(&first.database_url).await, 1);
    connect_broker(&first.broker_url).await;

    let running = servers::running(&folder.0).unwrap();
    let (postgres, rabbitmq) = (running.postgres.unwrap(), running.rabbitmq.unwrap());
    assert_eq!((&postgres.url, &rabbitmq.url), (&first.database_url, &first.broker_url));
    assert!(lives(&postgres) && lives(&rabbitmq));

    let again = folder.provide(Configured::default()).await.unwrap();
    assert_eq!((&again.database_url, &again.broker_url), (&first.database_url, &first.broker_url));

    assert_eq!(folder.stop().await, Stopped { postgres: true, rabbitmq: true });
    assert!(!lives(&postgres) && !lives(&rabbitmq), "no process is left behind");
    assert!(servers::running(&folder.0).is_none());
    assert_eq!(folder.stop().await, Stopped::default(), "stopping twice is fine");
}

/// The same proof where root is root only by name (one mapped id, nobody to become), no other
/// server can be reached and no epmd runs: a container, a sandbox of CI.
#[test]
fn private_servers_start_in_an_empty_network_with_a_single_mapped_user() {
    const PROOF: &str =
        "servers::private_servers_start_once_for_two_callers_answer_are_found_again_and_end";
    let inside = |script: &str| {
        let mut command = std::process::Command::new("unshare");
        command.args(["--map-root-user", "--net", "sh", "-c", script]);
        command.env("PROOF", std::env::current_exe().unwrap()).output()
    };
    if !inside("ip link set lo up").is_ok_and(|output| output.status.success()) {
        eprintln!("Not proven here: this machine lets nobody make a network namespace.");
        return;
    }
    let script = format!("ip link set lo up && exec \"$PROOF\" --exact {PROOF}");
    let output = inside(&script).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn stale_pids_of_other_programs_are_recognised_and_never_ended() {
    let folder = Folder::new();
    let (_listener, broker_url) = silent_listener("amqps");
    let configured = Configured { broker_url: Some(broker_url), ..Configured::default() };
    let first = folder.provide(configured.clone()).await.unwrap();
    assert_eq!((first.database, first.broker), (Kind::Private, Kind::Configured));
    let old = servers::running(&folder.0).unwrap().postgres.unwrap();
    folder.stop().await;

    // As after a restart of the machine: both recorded pids now belong to this very test.
    let me = std::process::id();
    let stale = serde_json::json!({"pid": me, "born": "another boot+1", "network": "net:[1]"});
    let file = folder.0.join("servers.json");
    let mut state: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    state["postgres"]["process"] = stale.clone();
    state["rabbitmq"]["process"] = stale;
    fs::write(&file, state.to_string()).unwrap();
    let data = find(&folder.0, "PG_VERSION").parent().unwrap().to_owned();
    fs::write(data.join("postmaster.pid"), format!("{me}\n{}\n", data.display())).unwrap();

    assert!(servers::running(&folder.0).is_none());
    assert_eq!(folder.stop().await, Stopped::default(), "this test is not ours to end");
    fs::write(&file, state.to_string()).unwrap();
    let second = folder.provide(configured).await.unwrap();
    assert_eq!(second.database_url, first.database_url, "port, password and data are kept");
    assert_eq!(select_one(&second.database_url).await, 1);
    assert_ne!(servers::running(&folder.0).unwrap().postgres.unwrap().pid, old.pid);
    assert!(!servers::create_database(&second.database_url, "leadmill").await.unwrap());
    assert!(servers::create_database(&second.database_url, "o'the \"r").await.unwrap());
    assert_eq!(folder.stop().await, Stopped { postgres: true, rabbitmq: false });
}

#[tokio::test]
async fn a_setting_whose_server_does_not_answer_is_named_without_its_password() {
    let folder = Folder::new();
    let (listener, url) = silent_listener("postgres");
    drop(listener);
    let database = Configured { database_url: Some(url.clone()), ..Configured::default() };
    let text = folder.provide(database).await.unwrap_err().to_string();
    assert!(text.contains("LEADMILL_DATABASE__URL names PostgreSQL at 127.0.0.1:"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");

    let url = url.replace("postgres:", "amqp:");
    let broker = Configured { broker_url: Some(url), ..Configured::default() };
    let text = folder.provide(broker).await.unwrap_err().to_string();
    assert!(text.contains("LEADMILL_BROKER__URL names RabbitMQ at 127.0.0.1:"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(servers::running(&folder.0).is_none(), "nothing was started in its place");
}

#[tokio::test]
async fn a_setting_that_is_no_server_address_is_refused() {
    let folder = Folder::new();
    for url in ["not a url", "http://127.0.0.1:5432/"] {
        let configured = Configured { database_url: Some(url.into()), ..Configured::default() };
        let error = folder.provide(configured).await.unwrap_err();
        assert!(matches!(error, ServersError::Address(..)), "{url}: {error}");
    }
}

/// The one file of this name below a folder.
fn find(folder: &Path, name: &str) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_name() == name {
                found.push(path);
            } else if entry.file_type().unwrap().is_dir() && entry.file_name() != "base" {
                folders.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found.remove(0)
}
