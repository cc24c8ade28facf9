//! The workers as processes, started again whenever they end, as a service manager would.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use leadmill::cli::processes::Process;
use leadmill::cli::sibling::{self, LEADMILL};
use leadmill::messaging::EXIT_STUCK;
use leadmill::runtime::{FAIL_AT, FaultPoint, TIME_OFFSET};
use leadmill::workers;
use rustix::process::Signal;

use super::plan::{Kind, Planned};

/// Between two looks at the processes.
const LOOK: Duration = Duration::from_millis(200);
/// Pause before one that ended by itself is started again.
const REVIVE_PAUSE: Duration = Duration::from_millis(700);
/// How long one may take to finish what it holds before it is killed.
const DRAIN_LIMIT: Duration = Duration::from_secs(20);
/// An armed worker dies when it reaches its fault point for the first to the third time.
const REACHES_MAX: u64 = 3;
/// How far a clock jumps, in hours, ahead or behind.
const JUMP_HOURS: u64 = 72;

/// All workers.
pub struct Fleet {
    /// The programs that the workers are, in turns.
    programs: Vec<PathBuf>,
    launched: usize,
    folder: PathBuf,
    environment: Vec<(String, String)>,
    slots: Vec<Slot>,
    pub ends: Ends,
}

struct Slot {
    name: &'static str,
    process: Option<Process>,
    /// It was started to die by itself.
    armed: bool,
    ended_at: Instant,
}

/// How workers ended that nobody ended.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Ends {
    /// At a fault point.
    pub at_fault_points: u64,
    /// Because a server could not be reached when they started.
    pub turned_away: u64,
    /// To give back messages that a dead connection held; see [`EXIT_STUCK`].
    pub stuck: u64,
    /// In no way that is foreseen, as sentences.
    pub unforeseen: Vec<String>,
}

impl Fleet {
    /// Starts all workers, with logs in `folder`; each second start is of the program `before`, where there is one.
    ///
    /// # Errors
    /// Where a process cannot be started, or the program before does not know this database.
    pub fn start(
        folder: PathBuf,
        environment: Vec<(String, String)>,
        before: Option<&Path>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("The folder `{}` cannot be made", folder.display()))?;
        let slot = |name| Slot { name, process: None, armed: false, ended_at: Instant::now() };
        let slots = workers::NAMES.map(slot).into();
        let mut programs = vec![sibling::beside(LEADMILL)?];
        if let Some(before) = before {
            knows(before, &environment)?;
            programs.push(before.to_owned());
        }
        let ends = Ends::default();
        let mut fleet = Self { programs, launched: 0, folder, environment, slots, ends };
        for place in 0..fleet.slots.len() {
            let log = fleet.folder.join(format!("{}.log", fleet.slots[place].name));
            // Where there is none, there is nothing to remove.
            let _ = std::fs::remove_file(log);
            fleet.launch(place, &[])?;
        }
        Ok(fleet)
    }

    /// Carries a fault out; answers what was done, as the end of a line.
    ///
    /// # Errors
    /// Where a process cannot be started.
    pub async fn inject(&mut self, planned: Planned) -> anyhow::Result<String> {
        let dice = planned.dice;
        let place = usize::try_from(dice % self.slots.len() as u64)?;
        let name = self.slots[place].name;
        let rest = dice / 64;
        match planned.kind {
            Kind::WorkerPause => {
                self.signal(place, Signal::STOP);
                tokio::time::sleep(planned.hold).await;
                self.signal(place, Signal::CONT);
                Ok(name.to_owned())
            }
            Kind::FaultPoint => {
                let point = FaultPoint::ALL[usize::try_from(rest % FaultPoint::ALL.len() as u64)?];
                let at = format!("{}:{}", point.name(), 1 + rest / 8 % REACHES_MAX);
                self.kill(place).await?;
                self.launch(place, &[(FAIL_AT, &at)])?;
                self.slots[place].armed = true;
                Ok(format!("{name} at {at}"))
            }
            Kind::ClockJump => {
                let hours = i64::try_from(1 + rest % JUMP_HOURS)?;
                let hours = if (rest / JUMP_HOURS).is_multiple_of(2) { hours } else { -hours };
                self.kill(place).await?;
                self.launch(place, &[(TIME_OFFSET, &(hours * 3_600).to_string())])?;
                Ok(format!("{name} by {hours} h"))
            }
            Kind::RollingRestart => {
                let mut late = Vec::new();
                for place in 0..self.slots.len() {
                    self.slots[place].process.iter().for_each(ask);
                    late.extend((!self.gone(place).await?).then_some(self.slots[place].name));
                    self.launch(place, &[])?;
                }
                Ok(if late.is_empty() {
                    "all".to_owned()
                } else {
                    format!("all; killed at last: {}", late.join(", "))
                })
            }
            _ => {
                self.kill(place).await?;
                self.launch(place, &[])?;
                Ok(name.to_owned())
            }
        }
    }

    /// Lets the time pass, and starts again who ended meanwhile.
    ///
    /// # Errors
    /// Where a process cannot be started.
    pub async fn tend(&mut self, until: Instant) -> anyhow::Result<()> {
        loop {
            self.revive()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }

    /// Asks all workers to end, and waits; those that do not are killed and named.
    ///
    /// # Errors
    /// Where the system cannot tell.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        self.revive()?;
        self.slots.iter().filter_map(|slot| slot.process.as_ref()).for_each(ask);
        for place in 0..self.slots.len() {
            if !self.gone(place).await? {
                let name = self.slots[place].name;
                self.ends.unforeseen.push(format!("{name} did not end when it was asked to."));
            }
        }
        Ok(())
    }

    fn revive(&mut self) -> anyhow::Result<()> {
        for place in 0..self.slots.len() {
            let slot = &mut self.slots[place];
            if let Some(process) = &mut slot.process {
                let Some(status) = process.ended()? else { continue };
                let process = slot.process.take();
                slot.ended_at = Instant::now();
                let words = process.map_or_else(String::new, |process| process.last_words());
                let (name, armed) = (slot.name, slot.armed);
                self.ends.count(name, armed, status, &words);
            } else if slot.ended_at.elapsed() >= REVIVE_PAUSE {
                self.launch(place, &[])?;
            }
        }
        Ok(())
    }

    fn launch(&mut self, place: usize, more: &[(&str, &str)]) -> anyhow::Result<()> {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment: Vec<_> = self.environment.iter().cloned().chain(more).collect();
        let program = &self.programs[self.launched % self.programs.len()];
        self.launched += 1;
        let slot = &mut self.slots[place];
        slot.process = Some(Process::start(
            program,
            slot.name,
            &self.folder,
            &environment,
            &["run".to_owned(), slot.name.to_owned()],
        )?);
        slot.armed = false;
        Ok(())
    }

    fn signal(&self, place: usize, signal: Signal) {
        if let Some(process) = &self.slots[place].process {
            process.signal(signal);
        }
    }

    async fn kill(&mut self, place: usize) -> anyhow::Result<()> {
        if let Some(mut process) = self.slots[place].process.take() {
            process.signal(Signal::KILL);
            process.wait(DRAIN_LIMIT).await?;
        }
        Ok(())
    }

    /// Waits for the end of one that was asked, and kills it where that takes too long; then `false`.
    async fn gone(&mut self, place: usize) -> anyhow::Result<bool> {
        let Some(mut process) = self.slots[place].process.take() else { return Ok(true) };
        if let Some(status) = process.wait(DRAIN_LIMIT).await? {
            let (name, armed) = (self.slots[place].name, self.slots[place].armed);
            self.ends.count(name, armed, status, &process.last_words());
            return Ok(true);
        }
        process.signal(Signal::KILL);
        process.wait(DRAIN_LIMIT).await?;
        Ok(false)
    }
}

/// A worker that does not know the database ends at once, as one does that finds no server: here it is told.
fn knows(program: &Path, environment: &[(String, String)]) -> anyhow::Result<()> {
    let named = program.display();
    let asked = Command::new(program).arg("status").envs(environment.iter().cloned()).output();
    let asked = asked.with_context(|| format!("The program `{named}` cannot be run"))?;
    let words = String::from_utf8_lossy(&asked.stderr);
    ensure!(asked.status.success(), "The program `{named}` cannot work here: {}", words.trim());
    Ok(())
}

/// Asks it to end: once, since asked twice it ends without finishing.
fn ask(process: &Process) {
    process.signal(Signal::TERM);
}

impl Ends {
    fn count(&mut self, name: &str, armed: bool, status: ExitStatus, last_words: &str) {
        const NOT_STARTED: i32 = 1;
        match (status.code(), status.signal()) {
            (Some(0), _) => {}
            // Asked to end before it could hear of it: it had taken nothing yet.
            (None, Some(signal)) if signal == Signal::TERM.as_raw() => {}
            (Some(NOT_STARTED), _) => self.turned_away += 1,
            (Some(EXIT_STUCK), _) => self.stuck += 1,
            (None, Some(signal)) if armed && signal == Signal::ABORT.as_raw() => {
                self.at_fault_points += 1;
            }
            _ => self.unforeseen.push(format!("{name} ended with {status}: {last_words}")),
        }
    }
}
