//! Workbooks are opened before they are read: into the text of a list, which is read like any other.
//!
//! XLSX is opened here, streaming and bounded. The readers of XLS, XLSB and ODS build whole sheets in memory, and
//! running out of it ends a process: `leadmill open-workbook` is one that may end, with little memory and time.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use bytes::Bytes;
use domain::decide::Arrived;
use intake::SHEET;
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use workbook::{Bounds, Kind, WHOLE_BYTES_MAX, open, open_whole};

use super::panics::catch;

/// The verb by which this program opens a workbook from its standard input.
pub const VERB: &str = "open-workbook";
/// Memory of that process, as addresses, in bytes.
const MEMORY_MAX: u64 = 512 * 1024 * 1024;
/// Its time on a processor.
const SECONDS_MAX: u64 = 20;
/// Longest sentence that is taken from it, in bytes.
const REASON_BYTES_MAX: u64 = 4 * 1024;

/// Whether a body is a workbook.
#[must_use]
pub fn is_workbook(body: &[u8]) -> bool {
    Kind::of(body).is_some()
}

/// The text of the list in a workbook; `None` where a body is none.
///
/// # Errors
/// A finished sentence: why it cannot be opened, and what to do.
fn text(body: &[u8]) -> Option<Result<Vec<u8>, String>> {
    let kind = Kind::of(body)?;
    let mut text = Vec::new();
    Some(into(kind, body, &Bounds::MESSAGE, &mut text).map(|()| text))
}

/// Puts the list in a workbook in the place of what arrived: readers see text. Answers that text, and `None` where
/// it is no workbook.
///
/// # Errors
/// A finished sentence: why it cannot be opened, and what to do.
pub fn open_list(arrived: &mut Arrived) -> Result<Option<Bytes>, String> {
    let Some(text) = text(&arrived.body) else { return Ok(None) };
    let text = Bytes::from(text?);
    arrived.content_type = Some(SHEET.to_owned());
    arrived.body = text.clone();
    Ok(Some(text))
}

/// Writes the list in a workbook of this kind.
///
/// # Errors
/// As [`open_list`].
pub fn into(kind: Kind, body: &[u8], bounds: &Bounds, out: &mut dyn Write) -> Result<(), String> {
    match kind {
        Kind::Encrypted => open_whole(body, out),
        Kind::Xlsx => catch(|| open(body, bounds, out)).unwrap_or_else(|panic| {
            tracing::warn!("A workbook is held: {panic}");
            Err(sentence("holds something that its reader does not know"))
        }),
        Kind::Whole if body.len() > WHOLE_BYTES_MAX => {
            Err(sentence(&format!("is larger than {} MiB", WHOLE_BYTES_MAX / (1024 * 1024))))
        }
        Kind::Whole => by_process(body, out),
    }
}

/// Lets a process of its own open it.
fn by_process(body: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let failed = |why: std::io::Error| sentence(&format!("cannot be opened here ({why})"));
    let mut child = Command::new(program().map_err(failed)?)
        .arg(VERB)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // It reads everything before it writes anything; where it ends early, its status says why.
    let _ = child.stdin.take().map(|mut to| to.write_all(body));
    let mut text = Vec::new();
    let read = child.stdout.take().map(|mut from| from.read_to_end(&mut text));
    let mut reason = String::new();
    let said =
        child.stderr.take().map(|from| from.take(REASON_BYTES_MAX).read_to_string(&mut reason));
    let status = child.wait().map_err(failed)?;
    read.into_iter().chain(said).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    if status.success() {
        return out.write_all(&text).map_err(failed);
    }
    Err(match reason.trim() {
        said if status.code() == Some(1) && said.ends_with('.') => said.to_owned(),
        _ => ended(status),
    })
}

/// This program, or the one beside it where this is a program of its own that hosts workers.
fn program() -> std::io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let beside = this.with_file_name("leadmill");
    Ok(if beside.is_file() { beside } else { this })
}

/// Why the process that opened a workbook ended without a word.
fn ended(status: ExitStatus) -> String {
    sentence(&match status.signal() {
        Some(signal) if [Signal::XCPU, Signal::KILL].iter().any(|it| it.as_raw() == signal) => {
            format!("takes more than {SECONDS_MAX} seconds to open")
        }
        _ => format!(
            "needs more than {} MiB of memory to open, or is damaged",
            MEMORY_MAX / (1024 * 1024)
        ),
    })
}

fn sentence(why: &str) -> String {
    format!("The workbook {why}; save the sheet as CSV and send that.")
}

/// What `leadmill open-workbook` does: limits itself, reads a workbook from standard input and writes its list to
/// standard output, or a sentence to standard error.
#[must_use]
pub fn run() -> ExitCode {
    let limits = [(Resource::As, MEMORY_MAX), (Resource::Cpu, SECONDS_MAX), (Resource::Core, 0)];
    for (resource, most) in limits {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        if let Err(why) = setrlimit(resource, limit) {
            return said(&sentence(&format!(
                "is not opened, because no limit can be set here ({why})"
            )));
        }
    }
    let mut body = Vec::new();
    let most = WHOLE_BYTES_MAX as u64;
    if let Err(why) = std::io::stdin().take(most).read_to_end(&mut body) {
        return said(&sentence(&format!("cannot be read ({why})")));
    }
    let mut text = Vec::new();
    let opened = open_whole(&body, &mut text);
    match opened.and_then(|()| std::io::stdout().write_all(&text).map_err(|why| format!("{why}.")))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => said(&reason),
    }
}

fn said(reason: &str) -> ExitCode {
    // Where nobody listens, the status says enough.
    let _ = std::io::stderr().write_all(reason.as_bytes());
    ExitCode::FAILURE
}
