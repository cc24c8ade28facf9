//! `leadmill bench`, a program of its own.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use leadmill::cli::{self, BENCH, Cli};
use leadmill_lab::bench::Bench;
use tikv_jemallocator::Jemalloc;

/// That of leadmill, so that the bare loop has no other.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(about = BENCH.about)]
    Bench(Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse_from(leadmill_lab::words(BENCH));
    cli::run_with(cli, async |context, Verb::Bench(bench)| bench.run(&context).await)
}
