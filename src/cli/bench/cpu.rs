//! CPU time of this process and of the servers on this machine, as Linux counts it under `/proc`.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::fs;

use serde::Serialize;

/// CPU seconds, user and system; `None` where nobody could read them: no Linux, or a server on
/// another machine.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Cpu {
    /// This process: the worker, and the little that watches it.
    pub own: Option<f64>,
    /// All of PostgreSQL on this machine, also what it does for others.
    pub postgres: Option<f64>,
    /// All of RabbitMQ on this machine, also what it does for others.
    pub rabbitmq: Option<f64>,
}

/// The programs of the servers, as the kernel names them.
const POSTGRES: [&str; 2] = ["postgres", "postmaster"];
const RABBITMQ: [&str; 1] = ["beam.smp"];

impl Cpu {
    /// Used since the programs started.
    pub fn used() -> Self {
        Self {
            own: fs::read_to_string("/proc/self/stat")
                .ok()
                .and_then(|stat| Some(Stat::of(&stat)?.own)),
            postgres: sum_of(&POSTGRES),
            rabbitmq: sum_of(&RABBITMQ),
        }
    }

    /// Used since then.
    pub fn since(&self, before: &Self) -> Self {
        let since = |now: Option<f64>, then: Option<f64>| Some((now? - then?).max(0.0));
        Self {
            own: since(self.own, before.own),
            postgres: since(self.postgres, before.postgres),
            rabbitmq: since(self.rabbitmq, before.rabbitmq),
        }
    }
}

/// What one process has used so far.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Used {
    /// User and system.
    pub cpu_seconds: Option<f64>,
    /// The most that was resident at a time, in bytes.
    pub peak_bytes: Option<u64>,
}

impl Used {
    /// By the process of this id, which runs.
    pub fn by(pid: u32) -> Self {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok();
        Self {
            cpu_seconds: stat.and_then(|stat| Some(Stat::of(&stat)?.own)),
            peak_bytes: status.and_then(|status| {
                let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
                Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
            }),
        }
    }
}

/// How many programs want to run, on average of the last minute.
pub fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The processes of these names, with the children that ended: what a server process of one
/// connection used passes to its parent.
fn sum_of(names: &[&str]) -> Option<f64> {
    let stats = fs::read_dir("/proc").ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
        let stat = fs::read_to_string(format!("/proc/{}/stat", name.to_str()?)).ok()?;
        Stat::of(&stat).filter(|stat| names.contains(&stat.name.as_str()))
    });
    stats.map(|stat| stat.own + stat.children).reduce(|sum, next| sum + next)
}

/// What is read of a line of `/proc/PID/stat`.
struct Stat {
    name: String,
    own: f64,
    children: f64,
}

impl Stat {
    /// `pid (name) state …`; fields 14 to 17 are utime, stime, cutime and cstime in clock ticks.
    fn of(line: &str) -> Option<Self> {
        let (head, fields) = line.rsplit_once(") ")?;
        let (_, name) = head.split_once(" (")?;
        let mut ticks = fields.split(' ').skip(11).map(str::parse::<u32>);
        let mut seconds = || {
            let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
            let per_second = u32::try_from(rustix::param::clock_ticks_per_second()).ok()?;
            Some((f64::from(user) + f64::from(system)) / f64::from(per_second))
        };
        Some(Self { name: name.to_owned(), own: seconds()?, children: seconds()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_a_process_are_read_also_behind_a_name_with_blanks_and_brackets() {
        let line = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 200 100 50 50 20 0 1 0 1";
        let Stat { name, own, children } = Stat::of(line).unwrap();
        let per_second = rustix::param::clock_ticks_per_second() as f64;
        assert_eq!(
            (name.as_str(), own, children),
            ("a) b (c", 300.0 / per_second, 100.0 / per_second)
        );
        assert!(Stat::of("nothing").is_none());
    }
}
