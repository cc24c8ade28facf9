//! Private servers that speak TLS and ask for a certificate, with a role and a user for everybody.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use leadmill::roles::{BILLING, OPERATOR};
use leadmill::senders::KINDS;
use leadmill::servers::{self, Choice, Configured};
use leadmill::settings::{Settings, Sources};
use leadmill::store::{self, Connection, DatabaseSettings};
use leadmill::workers::CLOCK;
use leadmill::{messaging, workers};
use secrecy::ExposeSecret;
use sqlx::AssertSqlSafe;
use url::Url;

use super::authority::{Authority, secret};
use crate::installation::PATIENCE;

const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A consumer that somebody added.
const CONSUMER: &str = "consumer_till";

/// Everybody who is granted something, by both servers together.
pub(super) fn names() -> Vec<&'static str> {
    let others = [CLOCK, OPERATOR, BILLING, CONSUMER];
    let senders = KINDS.iter().map(|sender| sender.kind);
    workers::NAMES.into_iter().chain(others).chain(senders).collect()
}

/// An installation of its own on servers of its own; gone when it is dropped.
pub(super) struct Private {
    folder: PathBuf,
    pub(super) authority: Authority,
    /// The set-up's own way in, on loopback and without TLS.
    pub(super) owner: Settings,
    database_port: u16,
    broker_port: u16,
}

impl Private {
    pub(super) async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("leadmill-security-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // What the servers' own user must reach.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let authority = Authority::new(&folder, "authority");
        let broker_port = free_port();
        let (home, uid, gid) = Self::home(&folder).await;
        configure_tls(&home, &authority, broker_port, (uid, gid));
        let file = |name: &str| home.join("tls").join(name).display().to_string();
        let files = [file("server.pem"), file("server.key"), file("ca.pem"), file("hba.conf")];
        let settings = [
            ("fsync", "off"),
            ("ssl", "on"),
            ("ssl_cert_file", &files[0]),
            ("ssl_key_file", &files[1]),
            ("ssl_ca_file", &files[2]),
            ("hba_file", &files[3]),
        ];
        let (choice, nothing) = (Choice::Private, Configured::default());
        let started =
            servers::provide_with(choice, nothing, &folder, &settings, &mut |_| {}).await.unwrap();
        let sources = Sources::default().with_servers(&started.database_url, &started.broker_url);
        let owner = sources.settings().unwrap();
        let database_port = Url::parse(&started.database_url).unwrap().port().unwrap();
        let private = Self { folder, authority, owner, database_port, broker_port };
        store::migrate(&private.owner.database).await.unwrap();
        let topology = workers::topology(&workers::all(&private.owner).unwrap());
        topology.declare(&private.owner.broker).await.unwrap();
        private.leadmill(&["consumer", "add", "till", "--hears", "quote.#"], &[]);
        private
    }

    /// Starts and stops PostgreSQL once, to learn where its data lies and whose it is.
    async fn home(folder: &Path) -> (PathBuf, u32, u32) {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let broker_url = Some(format!("amqps://{}", silent.local_addr().unwrap()));
        let configured = Configured { broker_url, database_url: None };
        let fast = [("fsync", "off")];
        let choice = Choice::Private;
        servers::provide_with(choice, configured, folder, &fast, &mut |_| {}).await.unwrap();
        let home = servers::running(folder).unwrap().home;
        servers::stop(folder, &mut |_| {}).await.unwrap();
        let owner = fs::metadata(&home).unwrap();
        (home, owner.uid(), owner.gid())
    }

    /// Makes passwords, then gives everybody what `leadmill grants` prints, twice: the second time,
    /// without them, leaves everything as it is.
    pub(super) fn grant(&self) {
        let passwords = self.folder.join("passwords");
        fs::create_dir_all(&passwords).unwrap();
        for name in names() {
            secret(&passwords.join(full(name)), &format!("{}\n", self.password(name)));
        }
        let passwords = ["--passwords", passwords.to_str().unwrap()];
        for options in [&passwords[..], &[]] {
            let grants =
                |server| text(&self.leadmill(&[&["grants", server], options].concat(), &[]));
            let scripts = [grants("postgres"), grants("rabbitmq")];
            for name in names() {
                let password = self.password(name);
                assert!(!scripts.iter().any(|it| it.contains(&password)), "the password of {name}");
            }
            // Not by the address: whoever lists the processes of a machine reads their arguments.
            let url = Url::parse(&url_of(&self.owner.database)).unwrap();
            let psql = [
                ("PGHOST", url.host_str().unwrap()),
                ("PGPORT", &self.database_port.to_string()),
                ("PGUSER", url.username()),
                ("PGPASSWORD", url.password().unwrap_or_default()),
                ("PGDATABASE", servers::DATABASE_NAME),
            ];
            piped(Command::new("psql").args(["--no-psqlrc", "--quiet"]).envs(psql), &scripts[0]);
            piped(Command::new("sh").env("PATH", self.tools()), &scripts[1]);
        }
    }

    /// What nobody may ever read in a log.
    pub(super) fn password(&self, name: &str) -> String {
        format!("planted-{name}-{}", std::process::id())
    }

    /// The environment of a process under the role and the user of that name.
    pub(super) fn environment(&self, name: &str) -> Vec<(String, String)> {
        let signed = self.authority.client(&full(name));
        let (database, broker) = (self.database_port, self.broker_port);
        let user = full(name);
        let mut set = vec![
            (
                "DATABASE__URL".to_owned(),
                format!("postgres://{user}@localhost:{database}/{}", servers::DATABASE_NAME),
            ),
            ("BROKER__URL".to_owned(), format!("amqps://{user}@localhost:{broker}")),
            ("RUNTIME__SWEEP_EVERY_S".to_owned(), "1".to_owned()),
            ("RUNTIME__SWEEP_AFTER_S".to_owned(), "1".to_owned()),
        ];
        let passwords = self.folder.join("passwords");
        for section in ["DATABASE", "BROKER"] {
            let file = |path: &Path| path.display().to_string();
            set.extend([
                (format!("{section}__TLS"), "required".to_owned()),
                (format!("{section}__PASSWORD_FILE"), file(&passwords.join(&user))),
                (format!("{section}__CA_FILE"), file(&self.authority.file())),
                (format!("{section}__CERTIFICATE_FILE"), file(&signed.certificate)),
                (format!("{section}__KEY_FILE"), file(&signed.key)),
            ]);
        }
        set.into_iter().map(|(name, value)| (format!("LEADMILL_{name}"), value)).collect()
    }

    /// The settings of that role and user.
    pub(super) fn settings(&self, name: &str) -> Settings {
        let variables = self.environment(name).into_iter().collect();
        Sources { file: None, variables }.settings().unwrap()
    }

    /// A session of that role.
    pub(super) async fn session(&self, name: &str) -> Connection {
        store::connect(&self.settings(name).database, "leadmill test").await.unwrap()
    }

    /// Starts a worker or the clock under its own role and user, its log in a file.
    pub(super) fn run(&self, name: &str, filter: &str) -> Running {
        let log = self.folder.join(format!("{name}.log"));
        let file = File::create(&log).unwrap();
        let child = program()
            .args(["run", name])
            .envs(self.environment(name))
            .env("LEADMILL_LOG__FILTER", filter)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn();
        Running { child: child.unwrap(), log }
    }

    /// Runs the program to its end; under the set-up's login where no environment is given.
    pub(super) fn leadmill(&self, arguments: &[&str], environment: &[(String, String)]) -> Output {
        let mut command = program();
        command.args(arguments).stdin(Stdio::null());
        if environment.is_empty() {
            command.env(servers::DATABASE_SETTING, url_of(&self.owner.database));
            command.env(servers::BROKER_SETTING, self.owner.broker.url.expose_secret());
        }
        let output = command.envs(environment.iter().cloned()).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "leadmill {arguments:?}: {errors}");
        output
    }

    /// Waits until a query of the owner answers true.
    pub(super) async fn until(&self, what: &str, query: &str) {
        let mut conn = store::connect(&self.owner.database, "leadmill test").await.unwrap();
        let waiting = tokio::time::Instant::now();
        loop {
            let query = sqlx::query_scalar::<_, bool>(AssertSqlSafe(query.to_owned()));
            if query.fetch_one(&mut conn).await.unwrap() {
                return;
            }
            assert!(waiting.elapsed() < PATIENCE, "waited in vain until {what}{}", self.logs());
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The warnings of all processes, for a test that fails.
    fn logs(&self) -> String {
        let names = names().into_iter().map(|name| self.folder.join(format!("{name}.log")));
        let texts = names.filter_map(|log| fs::read_to_string(log).ok());
        let lines: Vec<_> = texts
            .flat_map(|text| {
                let bad = |line: &&str| line.contains("WARN") || line.contains("ERROR");
                text.lines().filter(bad).take(20).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        format!(":\n{}", lines.join("\n"))
    }

    /// A search path on which `rabbitmqctl` speaks to the private server.
    fn tools(&self) -> String {
        let state = fs::read(self.folder.join("servers.json")).unwrap();
        let state: serde_json::Value = serde_json::from_slice(&state).unwrap();
        let home = PathBuf::from(state["rabbitmq"]["home"].as_str().unwrap()).join("rabbitmq");
        let port = &state["rabbitmq"]["tools_port"];
        let owner = fs::metadata(&home).unwrap();
        let become_owner = if rustix::process::geteuid().is_root() {
            format!("setpriv --reuid={} --regid={} --clear-groups ", owner.uid(), owner.gid())
        } else {
            String::new()
        };
        let node = fs::read_to_string(home.join("node")).unwrap();
        let tools = self.folder.join("tools");
        fs::create_dir_all(&tools).unwrap();
        // The script of the distribution becomes a user of its own; the real one lies beside it.
        let script = format!(
            "#!/bin/sh\nexport HOME={home} RABBITMQ_NODENAME=leadmill-{node}@localhost\n\
             export RABBITMQ_CONF_ENV_FILE=/dev/null\n\
             export RABBITMQ_CTL_ERL_ARGS='-start_epmd false -erl_epmd_port {port} -dist_listen false'\n\
             PATH=$(echo /usr/lib/rabbitmq/lib/*/sbin):/usr/lib/rabbitmq/bin:$REST\n\
             exec {become_owner}rabbitmqctl \"$@\"\n",
            home = home.display(),
            node = node.trim(),
        );
        let script = script.replace("$REST", &std::env::var("PATH").unwrap());
        let path = tools.join("rabbitmqctl");
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        format!("{}:{}", tools.display(), std::env::var("PATH").unwrap())
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let folder = self.folder.clone();
        let ended = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let home = servers::running(&folder).map(|running| running.home);
            runtime.unwrap().block_on(servers::stop(&folder, &mut |_| {})).unwrap();
            home.map(fs::remove_dir_all);
            fs::remove_dir_all(&folder).unwrap();
        });
        if ended.join().is_err() {
            eprintln!("The servers of {} could not be cleaned up.", self.folder.display());
        }
    }
}

/// A process under its own role; killed when it is dropped.
pub(super) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Ends it as a deployment does; answers its log.
    pub(super) fn stop(mut self) -> String {
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let ended = self.child.wait().unwrap();
        let log = fs::read_to_string(&self.log).unwrap();
        assert!(ended.success(), "a process that is told to stop ends well: {ended}");
        log
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The name on both servers.
pub(super) fn full(name: &str) -> String {
    format!("leadmill_{name}")
}

pub(super) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadmill"));
    command.env("NO_COLOR", "1");
    command
}

pub(super) fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn url_of(database: &DatabaseSettings) -> String {
    database.url.expose_secret().to_owned()
}

fn piped(command: &mut Command, input: &str) {
    use std::io::Write;
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{command:?}: {errors}\n{input}");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Puts certificates and configuration where both servers read them at their next start.
fn configure_tls(home: &Path, authority: &Authority, broker_port: u16, (uid, gid): (u32, u32)) {
    let server = authority.server();
    let tls = home.join("tls");
    let rabbitmq = home.join("rabbitmq");
    for folder in [&tls, &rabbitmq, &rabbitmq.join("conf.d")] {
        fs::create_dir_all(folder).unwrap();
    }
    fs::copy(&server.certificate, tls.join("server.pem")).unwrap();
    secret(&tls.join("server.key"), &fs::read_to_string(&server.key).unwrap());
    fs::copy(authority.file(), tls.join("ca.pem")).unwrap();
    // The owner comes in without TLS, from this machine only; everybody else by TLS, with the
    // certificate of the role.
    let hba = "hostnossl all leadmill 127.0.0.1/32 password\n\
               hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-full\n";
    fs::write(tls.join("hba.conf"), hba).unwrap();
    let shown = tls.display();
    let conf = format!(
        "listeners.ssl.1 = 127.0.0.1:{broker_port}\n\
         ssl_options.cacertfile = {shown}/ca.pem\n\
         ssl_options.certfile = {shown}/server.pem\n\
         ssl_options.keyfile = {shown}/server.key\n\
         ssl_options.verify = verify_peer\n\
         ssl_options.fail_if_no_peer_cert = true\n"
    );
    fs::write(rabbitmq.join("conf.d/20-tls.conf"), conf).unwrap();
    for path in [
        tls.clone(),
        tls.join("server.pem"),
        tls.join("server.key"),
        tls.join("ca.pem"),
        tls.join("hba.conf"),
        rabbitmq.clone(),
        rabbitmq.join("conf.d"),
        rabbitmq.join("conf.d/20-tls.conf"),
    ] {
        chown(path, Some(uid), Some(gid)).unwrap();
    }
}

/// A link of that user; the error is what the broker or the TLS library says.
pub(super) async fn link(settings: &Settings) -> Result<messaging::Link, messaging::LinkError> {
    messaging::Link::open(&settings.broker, "test").await
}
