//! What every verb needs: settings with the servers found, connections, a place to print to.

use std::path::PathBuf;

use anyhow::Context as _;
use secrecy::ExposeSecret;

use super::output::Output;
use crate::messaging::Link;
use crate::secret::SECRET_SETTING;
use crate::servers::{self, Choice, Kind, Servers};
use crate::settings::{Settings, Sources};
use crate::store::{self, Connection};

/// Stand for servers where nobody connects to any.
const NO_SERVERS: (&str, &str) = ("postgres://127.0.0.1/leadmill", "amqp://127.0.0.1:5672");

/// Options of every verb.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// Print data as JSON, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// A settings file that overrides the built-in defaults
    #[arg(long, global = true, value_name = "FILE", env = "LEADMILL_CONFIG")]
    pub config: Option<PathBuf>,
    /// The folder of private servers' data
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        env = "LEADMILL_FOLDER",
        default_value = ".leadmill"
    )]
    pub folder: PathBuf,
}

/// The options of this call, and what follows from them.
pub struct Context {
    pub global: Global,
    pub output: Output,
}

impl Context {
    /// Of these options.
    #[must_use]
    pub const fn new(global: Global) -> Self {
        let output = Output { json: global.json };
        Self { global, output }
    }

    /// The settings, with the servers that they name or, where they name none, that run here.
    ///
    /// # Errors
    /// Every problem of the settings; or that no server is known, with the next step.
    pub async fn settings(&self) -> anyhow::Result<Settings> {
        let sources = Sources::of_process(self.global.config.clone());
        let configured = sources.urls().map_err(anyhow::Error::msg)?;
        let choice = Choice::from_environment()?;
        let found = servers::find(choice, configured, &self.global.folder).await?;
        let found = found.context(
            "PostgreSQL or RabbitMQ is not known here. Run `leadmill up`, or set \
             LEADMILL_DATABASE__URL and LEADMILL_BROKER__URL.",
        )?;
        self.of(sources, &found)
    }

    /// The settings of this process for what needs no server.
    ///
    /// # Errors
    /// Every problem of the settings.
    pub fn settings_alone(&self) -> anyhow::Result<Settings> {
        let sources = Sources::of_process(self.global.config.clone());
        Ok(sources.with_servers(NO_SERVERS.0, NO_SERVERS.1).settings()?)
    }

    /// Finds or starts the servers, and gives the settings with them.
    ///
    /// # Errors
    /// What keeps a server from being found or started, with the next step.
    pub async fn provide(&self, say: servers::Say<'_>) -> anyhow::Result<(Servers, Settings)> {
        let sources = Sources::of_process(self.global.config.clone());
        let configured = sources.urls().map_err(anyhow::Error::msg)?;
        let choice = Choice::from_environment()?;
        let found = servers::provide(choice, configured, &self.global.folder, say).await?;
        let settings = self.of(sources, &found)?;
        Ok((found, settings))
    }

    /// The settings with these servers. A private database has its secret beside it.
    fn of(&self, sources: Sources, found: &Servers) -> anyhow::Result<Settings> {
        let mut sources = sources.with_servers(&found.database_url, &found.broker_url);
        let mut settings = sources.settings()?;
        if found.database == Kind::Private && settings.privacy.secret_file.is_none() {
            let file = servers::privacy_secret(&self.global.folder)?;
            sources.variables.insert(SECRET_SETTING.to_owned(), file.display().to_string());
            settings = sources.settings()?;
        }
        Ok(settings)
    }

    /// A connection of this call's own.
    ///
    /// # Errors
    /// Why the database cannot be reached.
    pub async fn database(&self, settings: &Settings) -> anyhow::Result<Connection> {
        let connected = store::connect(&settings.database, "leadmill cli").await;
        connected.map_err(|fault| anyhow::anyhow!("{fault}"))
    }

    /// A connection that only reads, all of one moment.
    ///
    /// # Errors
    /// Why the database cannot be reached.
    pub async fn reading(&self, settings: &Settings) -> anyhow::Result<Connection> {
        let connected = store::connect_to_read(&settings.database, "leadmill cli").await;
        connected.map_err(|fault| anyhow::anyhow!("{fault}"))
    }

    /// A link of this call's own.
    ///
    /// # Errors
    /// Why the broker cannot be reached.
    pub async fn broker(&self, settings: &Settings) -> anyhow::Result<Link> {
        Ok(Link::open(&settings.broker, "leadmill cli").await?)
    }
}

/// The URLs as another process gets them.
pub fn exports(settings: &Settings) -> [(&'static str, String); 2] {
    [
        (servers::DATABASE_SETTING, settings.database.url.expose_secret().to_owned()),
        (servers::BROKER_SETTING, settings.broker.url.expose_secret().to_owned()),
    ]
}

/// The servers as another process gets them, with the secret that belongs to them.
pub(super) fn exports_with_secret(settings: &Settings) -> Vec<(&'static str, String)> {
    let secret = settings.privacy.secret_file.as_ref();
    let secret = secret.map(|file| (SECRET_SETTING, file.display().to_string()));
    exports(settings).into_iter().chain(secret).collect()
}
