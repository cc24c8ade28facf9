//! Workers as processes of their own.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

/// How long a worker may take to finish what it holds.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// Bytes of a log that are shown when its worker died.
const LOG_SHOWN_BYTES: u64 = 2_000;

/// One running worker. Dropped, it is killed.
pub struct Process {
    /// The worker.
    pub name: &'static str,
    /// Where its output goes.
    pub log: PathBuf,
    child: Child,
}

impl Process {
    /// Starts a worker of this program with this command line and these environment variables; its log
    /// in `folder` grows.
    ///
    /// # Errors
    /// Where the process cannot be started.
    pub fn start(
        program: &Path,
        name: &'static str,
        folder: &Path,
        environment: &[(String, String)],
        arguments: &[String],
    ) -> anyhow::Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let out = OpenOptions::new().append(true).create(true).open(&log);
        let out = out.with_context(|| format!("`{}` cannot be written", log.display()))?;
        let mut command = Command::new(program);
        // Logs in files are plain text.
        command.args(arguments).envs(environment.iter().cloned()).env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).kill_on_drop(true);
        // Ctrl-C is for whoever started the workers, and then stops them in order.
        command.process_group(0);
        let child = command.spawn();
        let child = child.with_context(|| format!("The worker {name} cannot be started"))?;
        Ok(Self { name, log, child })
    }

    /// Sends a signal; one that is gone already hears nothing.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        if let Some(pid) = pid {
            let _ = kill_process(pid, signal);
        }
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// Where the system cannot tell.
    pub fn ended(&mut self) -> std::io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for its end, at most so long; `None` where it goes on.
    ///
    /// # Errors
    /// Where the system cannot tell.
    pub async fn wait(&mut self, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
        tokio::time::timeout(limit, self.child.wait()).await.ok().transpose()
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        use std::io::{Read, Seek, SeekFrom};
        let mut text = Vec::new();
        let read = File::open(&self.log).and_then(|mut log| {
            let begin = log.metadata()?.len().saturating_sub(LOG_SHOWN_BYTES);
            log.seek(SeekFrom::Start(begin))?;
            log.read_to_end(&mut text)
        });
        match read {
            Ok(_) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => format!("(it cannot be read: {error})"),
        }
    }
}

/// Running workers. Dropped, they are killed.
#[derive(Default)]
pub struct Processes {
    running: Vec<Process>,
}

impl Processes {
    /// Starts the workers of these names, of this program and with these environment variables, each
    /// with a fresh log in `folder`; `arguments` gives the command line of one.
    ///
    /// # Errors
    /// Where a process cannot be started.
    pub fn start(
        program: &Path,
        names: impl IntoIterator<Item = &'static str>,
        folder: &Path,
        environment: &[(String, String)],
        arguments: impl Fn(&str) -> Vec<String>,
    ) -> anyhow::Result<Self> {
        let mut processes = Self::default();
        for name in names {
            // Where there is none, there is nothing to remove.
            let _ = fs::remove_file(folder.join(format!("{name}.log")));
            let arguments = arguments(name);
            processes.running.push(Process::start(program, name, folder, environment, &arguments)?);
        }
        Ok(processes)
    }

    /// Both together, these first.
    pub fn and(mut self, others: Self) -> Self {
        self.running.extend(others.running);
        self
    }

    /// The workers with the ids of their processes.
    pub fn pids(&self) -> impl Iterator<Item = (&'static str, u32)> {
        self.running.iter().filter_map(|process| Some((process.name, process.child.id()?)))
    }

    /// # Errors
    /// That a worker has ended by itself, with the end of its log.
    pub fn check(&mut self) -> anyhow::Result<()> {
        for process in &mut self.running {
            if let Some(status) = process.ended()? {
                bail!(
                    "The worker {} ended by itself ({status}). The end of `{}`:\n{}",
                    process.name,
                    process.log.display(),
                    process.last_words()
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
        self.running.iter().for_each(|process| process.signal(Signal::TERM));
        let mut bad = Vec::new();
        for process in &mut self.running {
            let ended = process.wait(STOP_LIMIT).await;
            let (name, log) = (process.name, process.log.display());
            match ended {
                Ok(Some(status)) if status.success() => {}
                Ok(Some(status)) => bad.push(format!("{name} ended with {status} (`{log}`)")),
                Ok(None) => {
                    bad.push(format!("{name} did not end within {} s", STOP_LIMIT.as_secs()));
                }
                Err(error) => bad.push(format!("{name}: {error}")),
            }
        }
        if bad.is_empty() {
            Ok(())
        } else {
            bail!("Not every worker stopped well: {}.", bad.join("; "))
        }
    }
}
