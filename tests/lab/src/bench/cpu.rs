//! CPU time of this process and of the servers on this machine, as Linux counts it under `/proc`.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::collections::BTreeMap;
use std::fs;

use serde::Serialize;

/// CPU seconds, user and system; `None` where nobody could read them: no Linux, or a server on
/// another machine.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Cpu {
    /// This process, and what it plays itself.
    pub own: Option<f64>,
    /// The PostgreSQL that was measured.
    pub postgres: Option<f64>,
    /// All of RabbitMQ on this machine, also what it does for others.
    pub rabbitmq: Option<f64>,
}

/// The program of the broker, as the kernel names it.
const RABBITMQ: &str = "beam.smp";

/// A moment from which CPU time is counted.
pub struct CpuTime {
    /// The first process of the database server, whose children serve the sessions.
    postmaster: Option<u32>,
    then: Cpu,
    brokers: BTreeMap<u32, f64>,
}

impl CpuTime {
    /// Starts counting; `session` is the server's process of any connection.
    pub fn start(session: u32) -> Self {
        let stats = stats();
        let found = stats.iter().find(|stat| stat.pid == session && stat.name == "postgres");
        let postmaster = found.map(|stat| stat.parent);
        let then = Cpu { own: own(), postgres: server(&stats, postmaster), rabbitmq: None };
        Self { postmaster, then, brokers: brokers(&stats) }
    }

    /// Used since then.
    pub fn used(&self) -> Cpu {
        let stats = stats();
        let since = |now: Option<f64>, then: Option<f64>| Some((now? - then?).max(0.0));
        let now = brokers(&stats);
        // A broker that came or went meanwhile was not the one that was measured.
        let used = now.iter().filter_map(|(pid, now)| Some(now - self.brokers.get(pid)?));
        Cpu {
            own: since(own(), self.then.own),
            postgres: since(server(&stats, self.postmaster), self.then.postgres),
            rabbitmq: used.reduce(|sum, next| sum + next),
        }
    }
}

fn own() -> Option<f64> {
    Some(Stat::of(&fs::read_to_string("/proc/self/stat").ok()?)?.own)
}

/// The first process with the children that ended, and the children that live: what a server process
/// of one connection used passes to its parent.
fn server(stats: &[Stat], postmaster: Option<u32>) -> Option<f64> {
    let first = stats.iter().find(|stat| Some(stat.pid) == postmaster)?;
    let children = stats.iter().filter(|stat| stat.parent == first.pid);
    Some(first.own + first.children + children.map(|stat| stat.own).sum::<f64>())
}

fn brokers(stats: &[Stat]) -> BTreeMap<u32, f64> {
    let brokers = stats.iter().filter(|stat| stat.name == RABBITMQ);
    brokers.map(|stat| (stat.pid, stat.own + stat.children)).collect()
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

/// All processes that can be seen.
fn stats() -> Vec<Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let pids = names.filter(|name| name.bytes().all(|b| b.is_ascii_digit()));
    let lines = pids.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok());
    lines.filter_map(|line| Stat::of(&line)).collect()
}

/// What is read of a line of `/proc/PID/stat`.
struct Stat {
    pid: u32,
    parent: u32,
    name: String,
    own: f64,
    children: f64,
}

impl Stat {
    /// `pid (name) state …`; field 4 is the parent, 14 to 17 are utime, stime, cutime and cstime in clock ticks.
    fn of(line: &str) -> Option<Self> {
        let (head, fields) = line.rsplit_once(") ")?;
        let (pid, name) = head.split_once(" (")?;
        let (pid, parent) = (pid.parse().ok()?, fields.split(' ').nth(1)?.parse().ok()?);
        let mut ticks = fields.split(' ').skip(11).map(str::parse::<u32>);
        let mut seconds = || {
            let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
            let per_second = u32::try_from(rustix::param::clock_ticks_per_second()).ok()?;
            Some((f64::from(user) + f64::from(system)) / f64::from(per_second))
        };
        let (own, children) = (seconds()?, seconds()?);
        Some(Self { pid, parent, name: name.to_owned(), own, children })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_a_process_are_read_also_behind_a_name_with_blanks_and_brackets() {
        let line = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 200 100 50 50 20 0 1 0 1";
        let Stat { pid, parent, name, own, children } = Stat::of(line).unwrap();
        assert_eq!((pid, parent), (42, 1));
        let per_second = rustix::param::clock_ticks_per_second() as f64;
        assert_eq!(
            (name.as_str(), own, children),
            ("a) b (c", 300.0 / per_second, 100.0 / per_second)
        );
        assert!(Stat::of("nothing").is_none());
    }
}
