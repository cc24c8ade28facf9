//! `leadmill mutate`, a program of its own.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use leadmill::cli::{self, Cli, MUTATE};
use leadmill_lab::mutate::Mutate;

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(about = MUTATE.about)]
    Mutate(Mutate),
}

fn main() -> ExitCode {
    let cli = Cli::parse_from(leadmill_lab::words(MUTATE));
    cli::run_with(cli, async |context, Verb::Mutate(mutate)| mutate.run(&context).await)
}
