//! Typed settings: built-in defaults, a file, environment variables; every problem is named at once.
//!
//! Order: `config/default.toml` (in the binary), the file that `LEADMILL_CONFIG` names, then
//! variables as `LEADMILL_BROKER__PREFIX`. Secrets stay in their wrappers and print as `[REDACTED]`.

use std::collections::HashMap;
use std::path::PathBuf;

use config::{Config, Environment, File, FileFormat, Map, Value};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::messaging::BrokerSettings;
use crate::rights::RightsSettings;
use crate::secret::PrivacySettings;
use crate::store::DatabaseSettings;
use crate::telemetry::{MetricsSettings, TracingSettings};

/// The setting that names the PostgreSQL server.
pub const DATABASE_SETTING: &str = "LEADMILL_DATABASE__URL";
/// The setting that names the RabbitMQ server.
pub const BROKER_SETTING: &str = "LEADMILL_BROKER__URL";

/// The defaults, as they stand in `config/default.toml`.
const BUILT_IN: &str = include_str!("../config/default.toml");
const PREFIX: &str = "LEADMILL_";
/// Stand for servers that nobody has named yet, while all else is checked.
const NOT_KNOWN: (&str, &str) = ("postgres://localhost/leadmill", "amqps://localhost");
/// A sweep connects, publishes and marks in that many seconds, on a busy machine too.
const SWEEP_TAKES_S: u64 = 20;
/// Most problems that one section reports.
const PROBLEMS_MAX: usize = 50;

macro_rules! sections {
    ($($name:ident: $Section:ty,)*) => {
        /// Everything that can be set.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $(pub $name: $Section,)*
        }

        const SECTIONS: &[&str] = &[$(stringify!($name)),*];

        impl Sections {
            fn settings(mut self) -> Result<Settings, SettingsError> {
                $(let $name = self.section(stringify!($name), <$Section>::problems);)*
                self.unknown();
                let settings = (|| Some(Settings { $($name: $name?,)* }))();
                match settings {
                    Some(settings) if self.problems.is_empty() => Ok(settings),
                    _ => Err(SettingsError(self.problems)),
                }
            }
        }
    };
}

sections! {
    database: DatabaseSettings,
    broker: BrokerSettings,
    runtime: RuntimeSettings,
    log: LogSettings,
    metrics: MetricsSettings,
    tracing: TracingSettings,
    rights: RightsSettings,
    intake: intake::ReadOptions,
    qualification: qualification::QualificationSettings,
    quoting: quoting::QuotingSettings,
    seller: invoicing::SellerSettings,
    privacy: PrivacySettings,
    retention: privacy::RetentionSettings,
}

/// `[runtime]`: how every worker takes its messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeSettings {
    /// Most messages of one transaction; a worker may want fewer. 1 is message by message.
    pub batch_size_max: usize,
    /// How many batches may be unacknowledged at a time.
    pub prefetch_batches: usize,
    /// How often the sweeper looks for batches that nobody published.
    pub sweep_every_s: u64,
    /// The age from which an unpublished batch is the sweeper's.
    pub sweep_after_s: u64,
}

/// `[log]`: what is written, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    /// A `tracing` filter, as `info` or `leadmill=debug,info`.
    pub filter: String,
    /// One JSON object per line instead of text for people.
    pub json: bool,
}

/// The servers that the settings name, if they name any.
#[derive(Debug, Clone, Default)]
pub struct Configured {
    /// `LEADMILL_DATABASE__URL`.
    pub database_url: Option<String>,
    /// `LEADMILL_BROKER__URL`.
    pub broker_url: Option<String>,
}

/// The settings cannot be used; every problem is listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The settings have {} problem(s):\n  - {}\nCorrect them, then run `leadmill check-config`.", .0.len(), .0.join("\n  - "))]
pub struct SettingsError(pub Vec<String>);

/// Where settings come from: a file and variables, on top of what is built in.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub file: Option<PathBuf>,
    pub variables: HashMap<String, String>,
}

impl Sources {
    /// The sources of this process.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        // Only sections have settings, so a variable without `__` (LEADMILL_SERVERS) is none, unless
        // it names a section: then it is a misspelling, which must not be passed over in silence.
        let ours = |(name, _): &(String, String)| {
            name.strip_prefix(PREFIX).is_some_and(|rest| rest.contains("__") || in_section(rest))
        };
        Self { file, variables: variables.filter(ours).collect() }
    }

    /// The servers that the sources name.
    ///
    /// # Errors
    /// [`SettingsError`] with every problem found.
    pub fn urls(&self) -> Result<Configured, SettingsError> {
        let config = self.config()?;
        let named = |key| config.get_string(key).ok().filter(|url| !url.is_empty());
        // Nobody is asked by an address that the settings refuse: it may be in the clear.
        let (database, broker) = (named("database.url"), named("broker.url"));
        let whole = self.clone().with_servers(
            database.as_deref().unwrap_or(NOT_KNOWN.0),
            broker.as_deref().unwrap_or(NOT_KNOWN.1),
        );
        whole.settings()?;
        Ok(Configured { database_url: database, broker_url: broker })
    }

    /// The same with these servers.
    #[must_use]
    pub fn with_servers(mut self, database_url: &str, broker_url: &str) -> Self {
        self.variables.insert(DATABASE_SETTING.into(), database_url.into());
        self.variables.insert(BROKER_SETTING.into(), broker_url.into());
        self
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// [`SettingsError`] with every problem found.
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        Sections::of(self.config()?)?.settings()
    }

    fn config(&self) -> Result<Config, SettingsError> {
        let environment = Environment::with_prefix("LEADMILL")
            .prefix_separator("_")
            .separator("__")
            .source(Some(self.variables.clone()));
        let mut builder = Config::builder().add_source(File::from_str(BUILT_IN, FileFormat::Toml));
        if let Some(file) = &self.file {
            builder = builder.add_source(File::from(file.clone()).format(FileFormat::Toml));
        }
        let built = builder.add_source(environment).build();
        built.map_err(|error| {
            SettingsError(vec![format!("{}.", without_source(&error.to_string()))])
        })
    }
}

/// A parser's error without the line of the file that it shows, which may hold a password.
fn without_source(error: &str) -> String {
    let told = error.lines().filter(|line| !line.contains('|')).map(str::trim);
    told.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The sections not yet read, and the problems found so far.
struct Sections {
    left: Map<String, Value>,
    problems: Vec<String>,
}

impl Sections {
    fn of(config: Config) -> Result<Self, SettingsError> {
        let left = config.try_deserialize::<Map<String, Value>>();
        let left = left.map_err(|error| SettingsError(vec![format!("{error}.")]))?;
        Ok(Self { left, problems: Vec::new() })
    }

    /// Names what is left: nobody reads it.
    fn unknown(&mut self) {
        for name in self.left.keys() {
            self.problems.push(if in_section(name) {
                let (section, key) = name.split_once('_').unwrap_or((name, ""));
                let (section, key) = (section.to_uppercase(), key.to_uppercase());
                format!(
                    "`{PREFIX}{section}_{key}` sets nothing; write `{PREFIX}{section}__{key}`, with \
                     two underscores after the section."
                )
            } else {
                format!("There is no section `[{name}]`.")
            });
        }
    }

    /// Reads one section. A key that does not fit is named, taken out, and the rest is read again,
    /// so that one run tells everything.
    fn section<T: DeserializeOwned>(
        &mut self,
        name: &str,
        check: impl Fn(&T) -> Vec<String>,
    ) -> Option<T> {
        let value = self.left.remove(name).unwrap_or_else(|| Value::from(Map::<_, Value>::new()));
        let Ok(mut table) = value.into_table() else {
            self.problems.push(format!("`{name}` must be a section, as `[{name}]`."));
            return None;
        };
        let mut taken_out: Vec<String> = Vec::new();
        for _ in 0..PROBLEMS_MAX {
            let text = match Value::from(table.clone()).try_deserialize::<T>() {
                Ok(read) => {
                    let problems = check(&read);
                    self.problems.extend(problems.iter().map(|p| format!("[{name}] {p}")));
                    return taken_out.is_empty().then_some(read);
                }
                Err(error) => error.to_string(),
            };
            // The first name in quotes is the one it is about; others are what could stand there.
            let quoted = |key: &&String| {
                text.find(&format!("`{key}`")).or_else(|| text.find(&format!("\"{key}\"")))
            };
            if taken_out.iter().any(|key| quoted(&key) == text.find('`')) {
                // A required key that was taken out is missed now: there is nothing to read around.
                return None;
            }
            self.problems.push(format!("[{name}] {text}."));
            let named = table.keys().filter(|key| quoted(key).is_some());
            let culprit = named.min_by_key(|key| quoted(key)).cloned()?;
            table.remove(&culprit);
            taken_out.push(culprit);
        }
        None
    }
}

/// Does a name begin as a variable of a section would, were its underscore two?
fn in_section(name: &str) -> bool {
    let section = name.split_once('_').map(|(section, _)| section.to_lowercase());
    section.is_some_and(|section| SECTIONS.contains(&&*section))
}

impl RuntimeSettings {
    /// What is younger than this, in seconds, is given the time to come right by itself: a batch whose
    /// process died is published by a sweep after `sweep_after_s`, which begins within `sweep_every_s`.
    #[must_use]
    pub fn young_s(&self) -> u32 {
        let seconds = self.sweep_after_s.saturating_add(self.sweep_every_s);
        u32::try_from(seconds.saturating_add(SWEEP_TAKES_S)).unwrap_or(u32::MAX)
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=4096).contains(&self.batch_size_max) {
            problems.push("`batch_size_max` must be between 1 and 4096.".into());
        }
        if !(1..=10).contains(&self.prefetch_batches) {
            problems.push("`prefetch_batches` must be between 1 and 10.".into());
        }
        if self.sweep_every_s == 0 {
            problems.push("`sweep_every_s` must be at least 1.".into());
        }
        problems
    }
}

impl LogSettings {
    fn problems(&self) -> Vec<String> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.filter);
        filter
            .err()
            .map(|error| format!("`filter` is no log filter: {error}."))
            .into_iter()
            .collect()
    }
}
