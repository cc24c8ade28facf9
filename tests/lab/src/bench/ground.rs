//! Databases and prefixes of a measurement's own, beside the configured ones.

use std::sync::Arc;

use anyhow::Context as _;
use leadmill::messaging::{Queue, Topology};
use leadmill::settings::Settings;
use leadmill::{store, workers};
use secrecy::ExposeSecret;
use tracing::warn;
use url::Url;
use uuid::Uuid;

/// Where a measurement runs; to be cleared at the end.
pub struct Ground {
    pub settings: Settings,
    pub topology: Topology,
}

impl Ground {
    fn new(settings: &Settings, outside: impl IntoIterator<Item = Queue>) -> anyhow::Result<Self> {
        let id = Uuid::now_v7().simple();
        let mut settings = settings.clone();
        let mut url = Url::parse(settings.database.url.expose_secret())
            .context("The setting database.url cannot be read as an address")?;
        url.set_path(&format!("leadmill_bench_{id}"));
        settings.database.url = url.to_string().into();
        settings.broker.prefix = format!("{}bench-{id}.", settings.broker.prefix);
        let mut topology = workers::topology(&workers::all(&settings)?);
        topology.queues.extend(outside);
        Ok(Self { settings, topology })
    }

    /// Makes database, tables and queues, and the queues on which others listen.
    async fn make(&self) -> anyhow::Result<()> {
        store::create_database_if_missing(&self.settings.database).await.map_err(said)?;
        store::migrate(&self.settings.database).await.map_err(said)?;
        Ok(self.topology.declare(&self.settings.broker).await?)
    }

    /// Drops the database and deletes the queues, whatever state they are in.
    pub async fn clear(&self) -> anyhow::Result<()> {
        let dropped = store::drop_database(&self.settings.database).await.map_err(said);
        self.topology.delete(&self.settings.broker).await?;
        dropped
    }
}

/// The grounds of a measurement that needs several. Each is cleared when it has served, and what is left
/// then at the end, however that came.
#[derive(Default)]
pub struct Grounds(Vec<Arc<Ground>>);

impl Grounds {
    /// One more, empty but for what others listen on.
    pub async fn prepare(
        &mut self,
        settings: &Settings,
        outside: impl IntoIterator<Item = Queue>,
    ) -> anyhow::Result<Arc<Ground>> {
        let ground = Arc::new(Ground::new(settings, outside)?);
        self.0.push(Arc::clone(&ground));
        ground.make().await?;
        Ok(ground)
    }

    /// This one has served.
    pub async fn clear(&mut self, ground: &Arc<Ground>) {
        if let Some(place) = self.0.iter().position(|known| Arc::ptr_eq(known, ground)) {
            Self::cleared(&self.0.swap_remove(place)).await;
        }
    }

    /// All that are left.
    pub async fn clear_all(self) {
        for ground in self.0 {
            Self::cleared(&ground).await;
        }
    }

    async fn cleared(ground: &Ground) {
        if let Err(error) = ground.clear().await {
            warn!("{error}");
        }
    }
}

/// A fault as the command line prints it.
pub fn said(fault: store::Fault) -> anyhow::Error {
    anyhow::anyhow!("{fault}")
}
