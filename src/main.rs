//! The one binary: `leadmill --help` says what it can do.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// A batch allocates tens of thousands of small pieces, on several threads, and frees them at once.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    leadmill::cli::main()
}
