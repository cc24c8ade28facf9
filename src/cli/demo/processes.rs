//! The workers of a demo or a measurement: each a process of its own, of this very binary.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::{Child, Command};

use crate::workers;

/// How long a worker may take to finish what it holds.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// Bytes of a log that are shown when its worker died.
const LOG_SHOWN_BYTES: usize = 2_000;

/// Running workers. Dropped, they are killed.
pub struct Processes {
    running: Vec<(&'static str, PathBuf, Child)>,
}

impl Processes {
    /// Starts all workers with these environment variables, each with a log in `folder`; `arguments`
    /// gives the command line of one.
    ///
    /// # Errors
    /// Where a process cannot be started.
    pub fn start(
        folder: &Path,
        environment: &[(String, String)],
        arguments: impl Fn(&str) -> Vec<String>,
    ) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("This program cannot find itself")?;
        let mut processes = Self { running: Vec::new() };
        for name in workers::NAMES {
            let log = folder.join(format!("{name}.log"));
            let out = File::create(&log);
            let out = out.with_context(|| format!("`{}` cannot be written", log.display()))?;
            let mut command = Command::new(&program);
            // Logs in files are plain text.
            command.args(arguments(name)).envs(environment.iter().cloned()).env("NO_COLOR", "1");
            command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).kill_on_drop(true);
            // Ctrl-C is for the parent, which then stops its workers in order.
            command.process_group(0);
            let child = command.spawn();
            let child = child.with_context(|| format!("The worker {name} cannot be started"))?;
            processes.running.push((name, log, child));
        }
        Ok(processes)
    }

    /// The workers with the ids of their processes.
    pub fn pids(&self) -> impl Iterator<Item = (&'static str, u32)> {
        self.running.iter().filter_map(|(name, _, child)| Some((*name, child.id()?)))
    }

    /// # Errors
    /// That a worker has ended by itself, with the end of its log.
    pub fn check(&mut self) -> anyhow::Result<()> {
        for (name, log, child) in &mut self.running {
            if let Some(status) = child.try_wait()? {
                bail!(
                    "The worker {name} ended by itself ({status}). The end of `{}`:\n{}",
                    log.display(),
                    end_of(log)
                );
            }
        }
        Ok(())
    }

    /// Asks all workers to finish (SIGTERM) and waits for them.
    ///
    /// # Errors
    /// Names those that did not end well; they are killed.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        for (_, _, child) in &self.running {
            let pid = child.id().and_then(|id| rustix::process::Pid::from_raw(id.try_into().ok()?));
            if let Some(pid) = pid {
                // One that is gone already is seen below.
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            }
        }
        let mut bad = Vec::new();
        for (name, log, child) in &mut self.running {
            match tokio::time::timeout(STOP_LIMIT, child.wait()).await {
                Ok(Ok(status)) if status.success() => {}
                Ok(Ok(status)) => {
                    bad.push(format!("{name} ended with {status} (`{}`)", log.display()))
                }
                Ok(Err(error)) => bad.push(format!("{name}: {error}")),
                Err(_) => {
                    bad.push(format!("{name} did not end within {} s", STOP_LIMIT.as_secs()));
                }
            }
        }
        if bad.is_empty() {
            Ok(())
        } else {
            bail!("Not every worker stopped well: {}.", bad.join("; "))
        }
    }
}

fn end_of(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text[text.len().saturating_sub(LOG_SHOWN_BYTES)..]).into_owned()
}
