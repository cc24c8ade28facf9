//! Typed settings: built-in defaults, a file, environment variables; every problem is named at once.
//!
//! Order: `config/default.toml` (in the binary), the file that `LEADMILL_CONFIG` names, then
//! variables as `LEADMILL_BROKER__PREFIX`. Secrets stay in their wrappers and print as `[REDACTED]`.

use std::path::PathBuf;

use config::{Config, Environment, File, FileFormat, Map, Value};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::messaging::BrokerSettings;
use crate::store::DatabaseSettings;

/// The defaults, as they stand in `config/default.toml`.
const BUILT_IN: &str = include_str!("../config/default.toml");
/// Names the settings file.
pub const FILE_VARIABLE: &str = "LEADMILL_CONFIG";
const PREFIX: &str = "LEADMILL_";
/// Most problems that one section reports.
const PROBLEMS_MAX: usize = 50;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub runtime: RuntimeSettings,
    pub log: LogSettings,
    pub intake: intake::ReadOptions,
    pub qualification: qualification::QualificationSettings,
    pub quoting: quoting::QuotingSettings,
    pub seller: invoicing::SellerSettings,
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

/// The settings cannot be used; every problem is listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The settings have {} problem(s):\n  - {}\nCorrect them, then run `leadmill check-config`.", .0.len(), .0.join("\n  - "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// [`SettingsError`] with every problem found.
    pub fn load() -> Result<Self, SettingsError> {
        let file = std::env::var_os(FILE_VARIABLE).map(PathBuf::from);
        let variables = std::env::vars().filter(|(name, _)| name.starts_with(PREFIX));
        Self::read(file, variables)
    }

    /// Reads the settings from a file and from variables.
    ///
    /// # Errors
    /// [`SettingsError`] with every problem found.
    pub fn read(
        file: Option<PathBuf>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        // Only sections have settings, so a variable without `__` (LEADMILL_SERVERS) is none.
        let variables = variables.filter(|(name, _)| name.contains("__"));
        let environment = Environment::with_prefix("LEADMILL")
            .prefix_separator("_")
            .separator("__")
            .source(Some(variables.collect()));
        let mut builder = Config::builder().add_source(File::from_str(BUILT_IN, FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(File::from(file).format(FileFormat::Toml));
        }
        let built = builder.add_source(environment).build();
        let config = built.map_err(|error| SettingsError(vec![format!("{error}.")]))?;
        Sections::of(config)?.settings()
    }
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

    fn settings(mut self) -> Result<Settings, SettingsError> {
        let database = self.section("database", DatabaseSettings::problems);
        let broker = self.section("broker", BrokerSettings::problems);
        let runtime = self.section("runtime", RuntimeSettings::problems);
        let log = self.section("log", LogSettings::problems);
        let intake = self.section("intake", intake::ReadOptions::problems);
        let qualification =
            self.section("qualification", qualification::QualificationSettings::problems);
        let quoting = self.section("quoting", quoting::QuotingSettings::problems);
        let seller = self.section("seller", invoicing::SellerSettings::problems);
        for name in self.left.keys() {
            self.problems.push(format!("There is no section `[{name}]`."));
        }
        let settings = (|| {
            Some(Settings {
                database: database?,
                broker: broker?,
                runtime: runtime?,
                log: log?,
                intake: intake?,
                qualification: qualification?,
                quoting: quoting?,
                seller: seller?,
            })
        })();
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(SettingsError(self.problems)),
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
        for _ in 0..PROBLEMS_MAX {
            match Value::from(table.clone()).try_deserialize::<T>() {
                Ok(read) => {
                    let problems = check(&read);
                    self.problems.extend(problems.iter().map(|p| format!("[{name}] {p}")));
                    return Some(read);
                }
                Err(error) => {
                    let text = error.to_string();
                    let named = |key: &&String| {
                        text.contains(&format!("`{key}`")) || text.contains(&format!("\"{key}\""))
                    };
                    let culprit = table.keys().find(named).cloned();
                    self.problems.push(format!("[{name}] {text}."));
                    // A required key that is missing or was taken out cannot be read around.
                    table.remove(&culprit?)?;
                }
            }
        }
        None
    }
}

impl RuntimeSettings {
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
        filter.err().map(|error| format!("`filter` is no log filter: {error}.")).into_iter().collect()
    }
}
