//! The command line: one file per verb. What a person reads goes to standard output, what happened
//! on the way to standard error, so that `--json` can be piped. Public is what the lab needs of it, whose
//! verbs are programs of their own (`sibling.rs`).

pub mod ask;
pub mod audit;
mod catalog;
mod check_config;
mod command;
mod consent;
mod consumer;
pub mod context;
mod contract;
mod declare;
pub mod demo;
mod down;
mod explain;
mod former;
mod grants;
mod import;
mod list;
mod meant;
pub mod migrate;
pub mod output;
pub mod outside;
mod parked;
mod person;
pub mod post;
pub mod processes;
pub mod progress;
mod quote;
pub mod rebuild;
mod reread;
pub mod run;
pub mod send;
mod show;
pub mod sibling;
mod stats;
mod status;
mod time;
mod told;
mod trace;
mod up;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use context::{Context, Global};
pub use output::Output;
pub use sibling::{BENCH, MUTATE, SELFTEST, Sibling};

use crate::runtime::opening;

/// A lead-to-cash pipeline: leads go in by message, issued invoices come out by message.
///
/// Start with `leadmill demo`, which shows the whole way of real leads to invoices, or with
/// `leadmill up` (servers and tables), `leadmill run` (the workers) and `leadmill send web FILE`
/// (a lead).
#[derive(Debug, Parser)]
#[command(name = sibling::LEADMILL, version, max_term_width = 100)]
pub struct Cli<V: Subcommand> {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: V,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// See it work: real leads on their whole way to invoices, on this machine
    Demo(demo::Demo),
    /// Find or start PostgreSQL and RabbitMQ, and make tables and queues ready
    Up(up::Up),
    /// Stop the private servers; their data stays
    Down,
    /// Bring tables, partitions and queues up to this version
    Migrate(migrate::Migrate),
    /// Run workers until SIGTERM or Ctrl-C; all of them where none is named
    Run(run::Run),
    /// Send mails, forms, business cards and lists: the raw inputs that leads are made of
    Send(send::Send),
    /// Show what intake makes of mails, forms, cards and lists; needs no server
    Explain(explain::Explain),
    /// Read what came before again, and show what today's readers make otherwise of it
    Reread(reread::Reread),
    /// What became of lists, and the rows of them that became no lead
    #[command(subcommand)]
    Import(import::Import),
    /// Ask for something: accept a quote, ship an order, book a payment …
    Command(command::Command),
    /// Replace what is sold, and at which prices
    #[command(subcommand)]
    Catalog(catalog::Catalog),
    /// Make and list queues for programs outside that want to hear events
    #[command(subcommand)]
    Consumer(consumer::Consumer),
    /// Show how things stand: queues, records, inputs, and what needs somebody
    Status,
    /// Figures over many pipelines: how long they take
    #[command(subcommand)]
    Stats(stats::Stats),
    /// List records: leads, quotes, invoices … by state, customer, time
    List(list::List),
    /// Show one record: its parts, links and history, and what can be asked for next
    Show(show::Show),
    /// What somebody agreed to and took back, with the evidence
    #[command(subcommand)]
    Consent(consent::Consent),
    /// All that is known of somebody, for whoever asks for it
    #[command(subcommand)]
    Person(person::Person),
    /// What differs between two offers, as between the revisions of a quote
    #[command(subcommand)]
    Quote(quote::Quote),
    /// Show the whole pipeline of anything, or all that ever happened with a customer
    Trace(trace::Trace),
    /// Look at messages that could not be handled; replay or discard them
    #[command(subcommand)]
    Parked(parked::Parked),
    /// Recount what must hold, and name every record that breaks it
    Audit(audit::Audit),
    /// Make the tables anew from the log alone, to compare them or to look at the past
    Rebuild(rebuild::Options),
    /// Print the contract: an AsyncAPI document, JSON Schemas; needs no server
    Contract(contract::Contract),
    #[command(about = BENCH.about, disable_help_flag = true, arg = sibling::any_words())]
    Bench,
    /// Print scripts that give each worker a role and a user of its own, with just its rights
    Grants(grants::Grants),
    #[command(about = SELFTEST.about, disable_help_flag = true, arg = sibling::any_words())]
    Selftest,
    #[command(about = MUTATE.about, disable_help_flag = true, arg = sibling::any_words())]
    Mutate,
    #[command(name = opening::VERB, hide = true)]
    OpenWorkbook,
    /// Check settings, rules and maps of sources, and print what is in force
    CheckConfig(check_config::CheckConfig),
    /// Print a completion script for your shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        // Before any thread is started: it limits its own memory.
        Ok(Cli { verb: Verb::OpenWorkbook, .. }) => opening::run(),
        Ok(cli) => run_with(cli, dispatch),
        Err(answer) => match Sibling::whose_help(&answer) {
            Some(sibling) => failed(&sibling.go_on()),
            None => answer.exit(),
        },
    }
}

/// Runs a command line that was read, with what every verb needs in place.
pub fn run_with<V: Subcommand>(
    Cli { global, verb }: Cli<V>,
    dispatch: impl AsyncFnOnce(Context, V) -> anyhow::Result<ExitCode>,
) -> ExitCode {
    // One provider for both connections; a second call finds it installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(Context::new(global), verb)),
        Err(error) => Err(anyhow::anyhow!("No threads can be started: {error}.")),
    };
    done.unwrap_or_else(|error| failed(&error))
}

fn failed(error: &anyhow::Error) -> ExitCode {
    output::say(&format!("{error:#}"));
    ExitCode::FAILURE
}

async fn dispatch(context: Context, verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Demo(demo) => demo.run(&context).await,
        Verb::Up(up) => up.run(&context).await,
        Verb::Down => down::run(&context).await,
        Verb::Migrate(migrate) => migrate.run(&context).await,
        Verb::Run(run) => run.run(&context).await,
        Verb::Contract(contract) => contract.run(&context),
        Verb::Send(send) => send.run(&context).await,
        Verb::Import(import) => import.run(&context).await,
        Verb::Reread(reread) => reread.run(&context).await,
        Verb::Explain(explain) => explain.run(&context),
        Verb::Command(command) => command.run(&context).await,
        Verb::Consumer(consumer) => consumer.run(&context).await,
        Verb::Catalog(catalog) => catalog.run(&context).await,
        Verb::Status => status::run(&context).await,
        Verb::Stats(stats) => stats.run(&context).await,
        Verb::List(list) => list.run(&context).await,
        Verb::Show(show) => show.run(&context).await,
        Verb::Consent(consent) => consent.run(&context).await,
        Verb::Person(person) => person.run(&context).await,
        Verb::Quote(quote) => quote.run(&context).await,
        Verb::Trace(trace) => trace.run(&context).await,
        Verb::Parked(parked) => parked.run(&context).await,
        Verb::Audit(audit) => audit.run(&context).await,
        Verb::Rebuild(rebuild) => rebuild.run(&context).await,
        Verb::Bench => Err(BENCH.go_on()),
        Verb::Grants(grants) => grants.run(&context).await,
        Verb::Selftest => Err(SELFTEST.go_on()),
        Verb::Mutate => Err(MUTATE.go_on()),
        Verb::OpenWorkbook => Ok(opening::run()),
        Verb::CheckConfig(check) => check.run(&context).await,
        Verb::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::<Verb>::command(),
                sibling::LEADMILL,
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
    }
}
