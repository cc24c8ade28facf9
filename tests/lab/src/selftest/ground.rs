//! The servers of a selftest, a proxy before each, and how they are broken.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use leadmill::servers;
use leadmill::settings::{Settings, Sources};
use leadmill::store::{self, DatabaseSettings};
use url::Url;

use super::plan::{Kind, Planned};
use crate::queries::evidence;
use crate::{Lab, Proxy};

/// How long a killed PostgreSQL stays away, at most; the rest of a fault's hold is not waited for.
const AWAY_MAX: Duration = Duration::from_secs(3);

/// Rows of each kind that a session holds.
const HELD: i64 = 100;

/// How often an alarm is lifted until it counts as a failure of the selftest.
const LIFTS_MAX: u32 = 3;

/// What the workers run with, so that every repair shows within a short run.
const IMPATIENT: [(&str, &str); 6] = [
    ("LEADMILL_BROKER__HEARTBEAT_S", "4"),
    ("LEADMILL_BROKER__CONFIRM_TIMEOUT_S", "15"),
    ("LEADMILL_BROKER__CONNECT_TIMEOUT_S", "4"),
    ("LEADMILL_DATABASE__CONNECT_TIMEOUT_MS", "4000"),
    ("LEADMILL_RUNTIME__SWEEP_EVERY_S", "2"),
    ("LEADMILL_RUNTIME__SWEEP_AFTER_S", "15"),
];

/// The servers, and the way to them.
pub struct Ground {
    lab: Lab,
    brokers: Vec<Proxy>,
    database: Proxy,
}

impl Ground {
    /// Starts everything.
    ///
    /// # Errors
    /// What keeps a server from starting.
    pub async fn start(folder: &Path, nodes: usize, say: servers::Say<'_>) -> anyhow::Result<Self> {
        let lab = Lab::start(folder, nodes, say).await?;
        let mut brokers = Vec::new();
        for url in lab.broker_urls() {
            brokers.push(Proxy::start(&upstream(&url)?).await?);
        }
        let database = Proxy::start(&upstream(&lab.database_url())?).await?;
        Ok(Self { lab, brokers, database })
    }

    /// Settings of those outside: they go to the servers directly.
    ///
    /// # Errors
    /// The settings of this process have problems.
    pub fn settings(&self, config: Option<std::path::PathBuf>) -> anyhow::Result<Settings> {
        let mut sources = Sources::of_process(config);
        for (name, value) in IMPATIENT {
            sources.variables.insert(name.to_owned(), value.to_owned());
        }
        sources.variables.insert("LEADMILL_BROKER__PREFIX".to_owned(), String::new());
        let brokers = self.lab.broker_urls().join(",");
        Ok(sources.with_servers(&self.lab.database_url(), &brokers).settings()?)
    }

    /// The same for the workers, who go through the proxies.
    ///
    /// # Errors
    /// An address of the lab cannot be read.
    pub fn environment(&self) -> anyhow::Result<Vec<(String, String)>> {
        let urls = self.lab.broker_urls();
        let brokers = urls.iter().zip(&self.brokers).map(|(url, proxy)| through(url, proxy));
        let brokers = brokers.collect::<anyhow::Result<Vec<_>>>()?.join(",");
        let database = through(&self.lab.database_url(), &self.database)?;
        let impatient = IMPATIENT.map(|(name, value)| (name, value.to_owned()));
        let own = [
            (servers::DATABASE_SETTING, database),
            (servers::BROKER_SETTING, brokers),
            ("LEADMILL_BROKER__PREFIX", String::new()),
        ];
        let all = own.into_iter().chain(impatient);
        Ok(all.map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Carries a fault out and waits until what was ended serves again; answers what was done, as
    /// the end of a line.
    ///
    /// # Errors
    /// A server does not come back.
    pub async fn inject(&mut self, planned: Planned) -> anyhow::Result<String> {
        let Planned { kind, hold, dice, .. } = planned;
        let node = usize::try_from(dice % self.brokers.len() as u64)?;
        match kind {
            Kind::AllBrokers => {
                let all = 0..self.brokers.len();
                for node in all.clone() {
                    self.lab.kill_node(node).await?;
                }
                for node in all.clone() {
                    self.lab.start_node(node)?;
                }
                for node in all {
                    self.lab.node_ready(node).await?;
                }
                Ok(format!("{} nodes", self.brokers.len()))
            }
            Kind::Postgres => {
                self.lab.crash_postgres().await?;
                tokio::time::sleep(hold.min(AWAY_MAX)).await;
                self.lab.start_postgres(&mut |_| {}).await?;
                Ok("immediate shutdown".to_owned())
            }
            Kind::Cut => {
                let (name, proxies) = self.way(dice);
                proxies.iter().for_each(|proxy| proxy.cut());
                Ok(name)
            }
            Kind::Stall => {
                let (name, proxies) = self.way(dice);
                proxies.iter().for_each(|proxy| proxy.stall());
                tokio::time::sleep(hold).await;
                let cut = dice / 64 % 2 == 0;
                if cut {
                    // New connections wait in the stall; they end with it.
                    proxies.iter().for_each(|proxy| proxy.cut());
                }
                proxies.iter().for_each(|proxy| proxy.resume());
                Ok(format!("{name}{}", if cut { ", then cut" } else { "" }))
            }
            Kind::MemoryAlarm => {
                // On a busy machine the tool may give up; what it did all the same is undone.
                let raised = self.lab.alarm(node, true).await.is_ok();
                if raised {
                    tokio::time::sleep(hold).await;
                }
                self.lift_alarm(node).await?;
                let late = if raised { "" } else { ", not raised in time" };
                Ok(format!("node {}{late}", node + 1))
            }
            Kind::HeldLock => {
                let database = self.settings(None)?.database;
                Ok(hold_locks(&database, hold).await.unwrap_or_else(|why| format!("none: {why}")))
            }
            _ => {
                self.lab.kill_node(node).await?;
                tokio::time::sleep(hold).await;
                self.lab.start_node(node)?;
                self.lab.node_ready(node).await?;
                Ok(format!("node {}", node + 1))
            }
        }
    }

    /// Ends everything.
    ///
    /// # Errors
    /// A server does not end.
    pub async fn stop(self) -> anyhow::Result<()> {
        Ok(self.lab.stop().await?)
    }

    async fn lift_alarm(&self, node: usize) -> anyhow::Result<()> {
        for _ in 1..LIFTS_MAX {
            if self.lab.alarm(node, false).await.is_ok() {
                return Ok(());
            }
        }
        Ok(self.lab.alarm(node, false).await?)
    }

    /// The ways to a server, at random: to PostgreSQL, to one node, to all of them.
    fn way(&self, dice: u64) -> (String, Vec<&Proxy>) {
        let dice = dice / 8;
        let place = usize::try_from(dice % (self.brokers.len() as u64 + 2)).unwrap_or(0);
        match self.brokers.get(place) {
            Some(proxy) => (format!("node {}", place + 1), vec![proxy]),
            None if place == self.brokers.len() => {
                ("all nodes".to_owned(), self.brokers.iter().collect())
            }
            None => ("PostgreSQL".to_owned(), vec![&self.database]),
        }
    }
}

/// Holds rows that workers want. A session that is ended for it has held them all the same.
async fn hold_locks(database: &DatabaseSettings, hold: Duration) -> store::Result<String> {
    let mut session = store::connect(database, "selftest locks").await?;
    store::begin(&mut session).await?;
    let rows = evidence::hold_locks(&mut session, HELD).await?;
    tokio::time::sleep(hold).await;
    store::rollback(&mut session).await?;
    store::close(session).await?;
    Ok(format!("{rows} rows"))
}

fn parsed(url: &str) -> anyhow::Result<Url> {
    Url::parse(url).map_err(|_| anyhow!("An address of the selftest's servers cannot be read."))
}

fn upstream(url: &str) -> anyhow::Result<String> {
    let url = parsed(url)?;
    let (host, port) = (url.host_str(), url.port());
    let (host, port) = host.zip(port).context("A server of the selftest has no port.")?;
    Ok(format!("{host}:{port}"))
}

fn through(url: &str, proxy: &Proxy) -> anyhow::Result<String> {
    let mut url = parsed(url)?;
    // Cannot fail: the address has a host.
    let _ = url.set_port(Some(proxy.port()));
    Ok(url.to_string())
}
