//! A process that can be told apart from a later one with the same pid.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use super::error::ServersError;
use super::ground::LOOK_PAUSE;

/// How long a server may take to end in good order.
const END_TIMEOUT: Duration = Duration::from_secs(45);
/// How long it may take when forced.
const FORCED_END_TIMEOUT: Duration = Duration::from_secs(15);

/// A pid together with what makes it unmistakable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub(super) pid: u32,
    /// Id of the machine's boot and clock ticks from it to the process's start. Both stay when the
    /// process replaces its program (`setsid` → shell → `erl` → `beam.smp`).
    born: String,
    /// The network namespace: its loopback ports exist only in there.
    network: String,
}

impl Process {
    /// The process that has this pid now.
    pub fn of(pid: u32) -> Option<Self> {
        let network = fs::read_link(format!("/proc/{pid}/ns/net"))
            .ok()
            .map(|link| link.display().to_string())
            // Of another user's process it cannot be read; it is ours, so it has our network.
            .unwrap_or_else(own_network);
        Some(Self { pid, born: born(pid)?, network })
    }

    /// Whether it runs still.
    #[must_use]
    pub fn alive(&self) -> bool {
        born(self.pid).is_some_and(|born| born == self.born)
    }

    /// Whether it listens in another network namespace, where we cannot reach it.
    pub(super) fn elsewhere(&self) -> bool {
        self.network != own_network()
    }

    /// Sends a signal, if it is still the recorded process.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        match pid {
            Some(pid) if self.alive() => Ok(kill_process(pid, signal)?),
            _ => Ok(()),
        }
    }
}

/// Asks a process to end, forces it when it does not, and waits until it is gone.
pub async fn end(
    process: &Process,
    server: &'static str,
    ask: Signal,
    force: Signal,
) -> Result<(), ServersError> {
    for (signal, limit) in [(ask, END_TIMEOUT), (force, FORCED_END_TIMEOUT)] {
        let pid = process.pid;
        process.signal(signal).map_err(|source| ServersError::Signal { server, pid, source })?;
        let since = Instant::now();
        while process.alive() && since.elapsed() < limit {
            tokio::time::sleep(LOOK_PAUSE).await;
        }
        if !process.alive() {
            return Ok(());
        }
    }
    let seconds = (END_TIMEOUT + FORCED_END_TIMEOUT).as_secs();
    Err(ServersError::Stuck { server, pid: process.pid, seconds })
}

/// Our network namespace, as the system names it.
pub(super) fn own_network() -> String {
    fs::read_link("/proc/self/ns/net")
        .map(|link| link.display().to_string())
        .unwrap_or_else(|_| "unknown".to_owned())
}

/// Whether the process's command line names this folder.
pub(super) fn command_line_names(pid: u32, folder: &Path) -> bool {
    let folder = folder.as_os_str().as_encoded_bytes();
    fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|line| line.windows(folder.len()).any(|window| window == folder))
}

/// When the process was born; `None` when there is none, or only its unreaped remains.
fn born(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold spaces itself.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    let ticks = fields.nth(18)?; // field 22 of proc(5), `starttime`
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Some(format!("{}+{ticks}", boot.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_is_the_same_process_only_with_the_same_birth() {
        let me = Process::of(std::process::id()).unwrap();
        assert!(me.alive() && !me.elsewhere());
        let stale = Process { born: "another boot+1".to_owned(), ..me };
        assert!(!stale.alive());
        assert!(stale.signal(Signal::KILL).is_ok(), "a stranger with our pid is never signalled");
    }
}
