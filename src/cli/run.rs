//! `leadmill run`: works until it is told to stop.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;
use futures_util::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use super::Context;
use super::output::LogLines;
use crate::runtime::Runtime;
use crate::settings::LogSettings;
use crate::telemetry::Endpoint;
use crate::workers::CLOCK;
use crate::{messaging, workers};

/// Options of `leadmill run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Run {
    /// Which ones; all of them where none is named. `clock` is no worker: it keeps timers,
    /// partitions and dead letters where the roles of the workers may not
    #[arg(value_name = "WORKER", value_parser = PossibleValuesParser::new(workers::NAMES.into_iter().chain([CLOCK])))]
    workers: Vec<String>,
}

impl Run {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        // Before anything else, so that a process that is stopped while it starts ends well too.
        let stop = CancellationToken::new();
        let (mut term, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let asked = stop.clone();
        tokio::spawn(async move {
            tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
            asked.cancel();
            tokio::select! { _ = term.recv() => {}, _ = interrupt.recv() => {} }
            // Asked twice: nothing is lost, the messages in hand are delivered again.
            std::process::exit(1);
        });
        let settings = context.settings().await?;
        log(&settings.log)?;
        let topology = workers::topology(&workers::all(&settings)?);
        let runtime = Runtime::new(settings.clone(), &self.workers).map_err(anyhow::Error::msg)?;
        topology.check(&settings.broker).await?;
        runtime.check().await.map_err(|fault| anyhow::anyhow!("{fault}"))?;
        let (metrics, health) = runtime.telemetry();
        if let Some(address) = settings.metrics.address().map_err(anyhow::Error::msg)? {
            let endpoint = Endpoint::bind(address, metrics, health.clone()).await;
            // Answers until the process ends, also while it stops.
            let endpoint = endpoint.map_err(anyhow::Error::msg)?.serve(CancellationToken::new());
            tokio::spawn(endpoint);
        }
        tokio::spawn(stop.clone().cancelled_owned().map(move |()| health.stopping()));
        runtime.run(stop).await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Log lines on standard error, coloured only where a person reads them.
pub fn log(settings: &LogSettings) -> anyhow::Result<()> {
    let filter = format!("{},{}", settings.filter, messaging::LOG_FILTER);
    let filter = EnvFilter::try_new(filter).context("`log.filter` is no log filter")?;
    let json = settings.json;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(move || LogLines { json });
    if json {
        log.json().init();
    } else {
        log.with_target(false).init();
    }
    Ok(())
}
