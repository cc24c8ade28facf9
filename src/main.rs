//! The one binary: `leadmill --help` says what it can do.

use std::process::ExitCode;

fn main() -> ExitCode {
    leadmill::cli::main()
}
