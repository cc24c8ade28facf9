//! Verbs that are programs of their own. They measure leadmill and break it, which no installation needs;
//! a build of the whole repository has them beside `leadmill`, which then goes on as one of them.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, anyhow, bail};
use clap::error::ErrorKind;
use clap::{Arg, value_parser};

/// The program that has all other verbs. A sibling that was started under this name got its command line.
pub const LEADMILL: &str = "leadmill";

/// A verb that is a program of its own, `leadmill-VERB`.
#[derive(Clone, Copy, Debug)]
pub struct Sibling {
    /// By which `leadmill` is asked for it.
    pub verb: &'static str,
    /// What it does, as the list of verbs says it.
    pub about: &'static str,
}

/// Measures.
pub const BENCH: Sibling = Sibling {
    verb: "bench",
    about: "Measure the pipeline end to end beside the bare loop that the servers allow, or one hop",
};
/// Breaks everything and looks.
pub const SELFTEST: Sibling = Sibling {
    verb: "selftest",
    about: "Break servers, workers and messages under load, and prove that nothing is lost or doubled",
};

/// Tries the readers.
pub const MUTATE: Sibling = Sibling {
    verb: "mutate",
    about: "Change real inputs at random and let intake read them: each gets a verdict, soon",
};

impl Sibling {
    /// Whose help somebody asked for with `leadmill help VERB`, where the command line was answered by this.
    pub(super) fn whose_help(answer: &clap::Error) -> Option<Self> {
        let words: Vec<_> = env::args_os().collect();
        let [.., help, verb] = words.as_slice() else { return None };
        let asked = answer.kind() == ErrorKind::DisplayHelp && help == "help";
        [BENCH, SELFTEST, MUTATE].into_iter().find(|sibling| asked && verb == sibling.verb)
    }

    /// Goes on as this program with the command line as it is, so that signals, output and the exit
    /// code are its own. Comes back only with the reason why it cannot.
    pub(super) fn go_on(self) -> anyhow::Error {
        let Self { verb, .. } = self;
        let program = match beside(&format!("{LEADMILL}-{verb}")) {
            Ok(program) => program,
            Err(missing) => {
                return anyhow!(
                    "{missing} It belongs to the repository of leadmill and to no installation: run \
                     `cargo build --release` there, then `target/release/leadmill {verb}`."
                );
            }
        };
        let error = Command::new(&program).arg0(LEADMILL).args(env::args_os().skip(1)).exec();
        anyhow!("`{}` cannot be run: {error}.", program.display())
    }
}

/// Any words: only the sibling can judge them, and its `--help` is its own.
pub(super) fn any_words() -> Arg {
    let words = Arg::new("words").value_parser(value_parser!(OsString)).num_args(0..);
    words.trailing_var_arg(true).allow_hyphen_values(true).hide(true)
}

/// The file of this program.
///
/// # Errors
/// Where the system cannot tell.
pub fn this() -> anyhow::Result<PathBuf> {
    env::current_exe().context("This program cannot find itself")
}

/// The file of a program that lies in the same folder.
///
/// # Errors
/// That there is none.
pub fn beside(name: &str) -> anyhow::Result<PathBuf> {
    let this = this()?;
    let program = this.with_file_name(name);
    if !program.is_file() {
        let folder = this.parent().unwrap_or(&this);
        bail!("There is no program `{name}` in {}.", folder.display());
    }
    Ok(program)
}
