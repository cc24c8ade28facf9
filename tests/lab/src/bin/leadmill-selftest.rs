//! `leadmill selftest`, a program of its own.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use leadmill::cli::{self, Cli, SELFTEST};
use leadmill_lab::selftest::Selftest;

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(about = SELFTEST.about)]
    Selftest(Selftest),
}

fn main() -> ExitCode {
    let cli = Cli::parse_from(leadmill_lab::words(SELFTEST));
    cli::run_with(cli, async |context, Verb::Selftest(selftest)| selftest.run(&context).await)
}
