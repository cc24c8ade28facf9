//! A database and a prefix of a measurement's own, beside the configured ones.

use anyhow::Context as _;
use secrecy::ExposeSecret;
use url::Url;
use uuid::Uuid;

use crate::messaging::{Queue, Topology};
use crate::settings::Settings;
use crate::{store, workers};

/// Where a measurement runs; to be cleared at the end.
pub struct Ground {
    pub settings: Settings,
    pub topology: Topology,
}

impl Ground {
    /// Makes database, tables and queues, and the queues on which others listen.
    pub async fn prepare(
        settings: &Settings,
        outside: impl IntoIterator<Item = Queue>,
    ) -> anyhow::Result<Self> {
        let id = Uuid::now_v7().simple();
        let mut settings = settings.clone();
        let mut url = Url::parse(settings.database.url.expose_secret())
            .context("The setting database.url cannot be read as an address")?;
        url.set_path(&format!("leadmill_bench_{id}"));
        settings.database.url = url.to_string().into();
        settings.broker.prefix = format!("{}bench-{id}.", settings.broker.prefix);
        let mut topology = workers::topology(&workers::all(&settings)?);
        topology.queues.extend(outside);
        let ground = Self { settings, topology };
        if let Err(error) = ground.make().await {
            let _ = ground.clear().await;
            return Err(error);
        }
        Ok(ground)
    }

    async fn make(&self) -> anyhow::Result<()> {
        store::create_database_if_missing(&self.settings.database).await.map_err(said)?;
        store::migrate(&self.settings.database).await.map_err(said)?;
        Ok(self.topology.declare(&self.settings.broker).await?)
    }

    /// Drops the database and deletes the queues, whatever state they are in.
    pub async fn clear(self) -> anyhow::Result<()> {
        let dropped = store::drop_database(&self.settings.database).await.map_err(said);
        self.topology.delete(&self.settings.broker).await?;
        dropped
    }
}

/// A fault as the command line prints it.
pub fn said(fault: store::Fault) -> anyhow::Error {
    anyhow::anyhow!("{fault}")
}
