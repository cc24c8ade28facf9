//! `leadmill demo`: the whole way of real leads to invoices, on real servers, in about a minute.
//!
//! Everything goes through the queues, as in production: this process only sends inputs, plays the
//! systems around leadmill, and looks into the database to see when all is done.

mod inputs;
mod negotiation;
mod report;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use domain::commands::CatalogReplace;
use domain::message::Message;
use indicatif::ProgressBar;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::ask::Ask;
use super::audit::Audit;
use super::context::exports_with_secret;
use super::migrate::prepare;
use super::output::say;
use super::outside::{self, Counts, Manner, Party};
use super::post::{self, Post};
use super::processes::Processes;
use super::rebuild;
use super::send::media_type;
use super::{Context, progress, sibling};
use crate::settings::Settings;
use crate::store::{self, Connection, summary};
use crate::workers;
use report::DemoReport;

/// What is sold in the demo.
pub const CATALOG: &str = include_str!("../../config/demo-catalog.json");
/// Who imports it.
const SOURCE: &str = "urn:leadmill-demo";
/// Everything must be settled within this time.
const SETTLE_LIMIT: Duration = Duration::from_secs(110);
/// The audit may wait so long for the last marks.
const AUDIT_LIMIT: Duration = Duration::from_secs(30);
/// Between two looks at the database.
const LOOK_PAUSE: Duration = Duration::from_millis(250);
/// Looks in a row that must find everything settled and unchanged.
const LOOKS_SETTLED: u32 = 2;

/// Options of `leadmill demo`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
It finds or starts PostgreSQL and RabbitMQ as `leadmill up` does, and works in a database and \
under a queue prefix of its own, which it empties first; nothing else is touched. Each worker is a \
process of its own with a log in .leadmill/demo. Mails, forms, cards and lists go in through the \
queues; a stand-in customer, warehouse and bank answer through the queues. One offer is negotiated: approved, \
revised, expired and offered again, picked from. At the end the counts \
must add up, else the exit code is 1. What it made stays, to look at.")]
pub struct Demo {
    /// The database that is emptied and used
    #[arg(long, value_name = "NAME", default_value = "leadmill_demo")]
    database: String,
    /// The prefix of the queues that are emptied and used
    #[arg(long, value_name = "TEXT", default_value = "demo.")]
    prefix: String,
}

impl Demo {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let begun = Instant::now();
        let mut say = |line: String| say(&line);
        let (servers, settings) = context.provide(&mut say).await?;
        servers.notes.iter().for_each(|note| say(note.clone()));
        let settings = self.own(settings)?;
        self.empty(&settings).await?;
        let folder = context.global.folder.join("demo");
        let made = std::fs::create_dir_all(&folder);
        made.with_context(|| format!("The folder `{}` cannot be made", folder.display()))?;
        let environment = self.environment(context, &settings, &folder)?;
        let arguments = |name: &str| vec!["run".into(), name.into()];
        let program = sibling::this()?;
        let mut processes =
            Processes::start(&program, workers::NAMES, &folder, &environment, arguments)?;
        let interrupted = interrupted()?;
        let played = tokio::select! {
            played = self.play(context, &settings, &mut processes) => played,
            () = interrupted => Err(anyhow!("The demo was interrupted; its workers are stopped.")),
        };
        let stopped = processes.stop().await;
        let mut report = played?;
        stopped?;
        report.seconds = begun.elapsed().as_secs();
        report.logs = folder;
        report.environment = environment;
        context.output.print(&report, DemoReport::for_people)?;
        Ok(if report.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// The same servers with the demo's own database and prefix.
    fn own(&self, mut settings: Settings) -> anyhow::Result<Settings> {
        use secrecy::ExposeSecret;
        let mut url = url::Url::parse(settings.database.url.expose_secret())
            .map_err(|_| anyhow!("LEADMILL_DATABASE__URL cannot be read; correct it."))?;
        url.set_path(&self.database);
        settings.database.url = url.to_string().into();
        settings.broker.prefix.clone_from(&self.prefix);
        let problems = settings.broker.problems();
        if !problems.is_empty() {
            bail!("The demo cannot use this prefix: {}", problems.join(" "));
        }
        Ok(settings)
    }

    /// Begins anew: database and queues of an earlier run are deleted and made again.
    async fn empty(&self, settings: &Settings) -> anyhow::Result<()> {
        say(&format!(
            "The demo uses the database `{}` and the queues `{}*`, and empties them first.",
            settings.database.address(),
            self.prefix
        ));
        let dropped = store::drop_database(&settings.database).await;
        dropped.map_err(|fault| anyhow!("{fault}"))?;
        let workers = workers::all(settings)?;
        workers::topology(&workers).delete(&settings.broker).await?;
        let outside = outside::topology(&workers::sayers(&workers));
        outside.delete(&settings.broker).await?;
        prepare(settings).await?;
        Ok(outside.declare(&settings.broker).await?)
    }

    /// The settings as other processes get them: for the workers, and for whoever looks later.
    fn environment(
        &self,
        context: &Context,
        settings: &Settings,
        folder: &Path,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let prefix = ("LEADMILL_BROKER__PREFIX", self.prefix.clone());
        let own = exports_with_secret(settings).into_iter().chain([prefix]);
        let mut all: Vec<_> = own.map(|(name, value)| (name.to_owned(), value)).collect();
        let file = match &context.global.config {
            Some(file) => file.clone(),
            None => std::path::absolute(negotiation::settings_file(folder)?)?,
        };
        all.push(("LEADMILL_CONFIG".to_owned(), file.display().to_string()));
        Ok(all)
    }

    async fn play(
        &self,
        context: &Context,
        settings: &Settings,
        processes: &mut Processes,
    ) -> anyhow::Result<DemoReport> {
        let ask = Ask::by(SOURCE);
        let catalog = ask.ask(context, settings, CatalogReplace::TYPE.name, CATALOG);
        let catalog = catalog.await.context("The catalog was not imported")?;
        if catalog.exit_code() != ExitCode::SUCCESS {
            bail!("The catalog was not imported. {}", catalog.for_people());
        }
        let stop = CancellationToken::new();
        let mut parties = JoinSet::new();
        let mut counts = Vec::new();
        for party in Party::ALL {
            let count = Arc::new(Counts::default());
            counts.push((party, Arc::clone(&count)));
            let post = Post::open(context, settings).await?;
            parties.spawn(outside::stand_in((party, Manner::Lifelike), post, count, stop.clone()));
        }
        let sent = send(context, settings).await?;
        let mut database = context.database(settings).await?;
        let bar = progress::count("judging", 0);
        let settled =
            settled(settings, &mut database, sent, &counts, processes, &mut parties, &bar).await;
        bar.finish_and_clear();
        stop.cancel();
        while let Some(party) = parties.join_next().await {
            party??;
        }
        let late = settled?;
        let negotiated = negotiation::play(context, settings, &mut database).await;
        let mut report = DemoReport::read(&mut database, &workers::all(settings)?, sent).await?;
        report.wrong.splice(0..0, late);
        match negotiated {
            Ok(steps) => report.negotiated = steps,
            Err(error) => report.wrong.push(format!("No offer could be negotiated: {error:#}")),
        }
        let audit = Audit::settled(AUDIT_LIMIT).report(context, settings.clone()).await?;
        if !audit.ok {
            report.wrong.push(format!("The audit found something broken.\n{}", audit.text()));
        }
        report.audit = Some(audit);
        let untold = rebuild::untold(&settings.database).await?;
        report.wrong.extend(untold.iter().map(|it| format!("The log does not tell all. {it}")));
        Ok(report)
    }
}

/// Sends every input, and counts them.
async fn send(context: &Context, settings: &Settings) -> anyhow::Result<i64> {
    let inputs = inputs::all();
    let sent = i64::try_from(inputs.len())?;
    let message = |input: inputs::Input| {
        let ty = media_type(input.channel, &input.body);
        let ty = ty.with_context(|| format!("`{}` is no web input", input.name))?;
        let id = format!("demo/{}", input.name);
        Ok(post::raw(input.channel.queue(), &ty, id, input.body))
    };
    let messages = inputs.into_iter().map(message).collect::<anyhow::Result<Vec<_>>>()?;
    let post = Post::open(context, settings).await?;
    post.send(messages).await?;
    post.close().await;
    Ok(sent)
}

/// Waits until nothing is left to do. Gives what is still open when the time is over.
async fn settled(
    settings: &Settings,
    database: &mut Connection,
    sent: i64,
    counts: &[(Party, Arc<Counts>)],
    processes: &mut Processes,
    parties: &mut JoinSet<anyhow::Result<()>>,
    bar: &ProgressBar,
) -> anyhow::Result<Option<String>> {
    let workers = workers::all(settings)?;
    let heard: Vec<_> = workers
        .iter()
        .flat_map(|worker| worker.hears().iter().map(|ty| (worker.name(), ty.name)))
        .collect();
    let (begun, mut looks, mut before) = (Instant::now(), 0, summary::Progress::default());
    loop {
        processes.check()?;
        if let Some(ended) = parties.try_join_next() {
            ended??;
            bail!("A stand-in ended before its time.");
        }
        let now = summary::progress(database, &heard).await.map_err(|fault| anyhow!("{fault}"))?;
        let open = open(database, &now, sent, counts).await?;
        bar.set_length(u64::try_from(now.verdicts.max(sent + i64::from(inputs::ROWS)))?);
        bar.set_position(u64::try_from(now.verdicts)?);
        bar.set_message(format!(
            "inputs · {} leads · {} quotes · {} orders · {} invoices · {} payments",
            now.leads, now.quotes, now.orders, now.invoices, now.payments
        ));
        looks = if open.is_empty() && now == before { looks + 1 } else { 0 };
        if looks >= LOOKS_SETTLED {
            return Ok(None);
        }
        if begun.elapsed() > SETTLE_LIMIT {
            let limit = SETTLE_LIMIT.as_secs();
            return Ok(Some(format!(
                "Not everything was settled within {limit} s: {}.",
                open.join(", ")
            )));
        }
        before = now;
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}

/// What is left to do. The database is read before the stand-ins' counts: what they did since then
/// makes the counts differ, never agree too early.
async fn open(
    database: &mut Connection,
    now: &summary::Progress,
    sent: i64,
    counts: &[(Party, Arc<Counts>)],
) -> anyhow::Result<Vec<String>> {
    let mut open = Vec::new();
    if now.inputs < sent {
        open.push(format!("{} inputs have not arrived", sent - now.inputs));
    }
    if now.open > 0 {
        open.push(format!("{} messages are on their way", now.open));
    }
    let types = Party::ALL.map(Party::hears);
    let said = summary::said(database, &types).await.map_err(|fault| anyhow!("{fault}"))?;
    // The catalog was the first command.
    let mut asked = 1;
    for (party, count) in counts {
        let said = said.iter().find(|said| said.ty == party.hears()).map_or(0, |said| said.times);
        let heard = i64::try_from(count.heard.load(Ordering::SeqCst))?;
        asked += i64::try_from(count.sent.load(Ordering::SeqCst))?;
        if said != heard {
            open.push(format!("{} of {} `{}` were heard", heard, said, party.hears()));
        }
    }
    if asked != now.decided {
        open.push(format!("{} of {asked} commands are decided", now.decided));
    }
    Ok(open)
}

/// Ends when somebody asks this process to end.
pub fn interrupted() -> anyhow::Result<impl Future<Output = ()>> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}
