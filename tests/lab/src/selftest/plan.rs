//! Which faults come when: drawn by the seed, the same in every run.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A worker is killed (SIGKILL) and started again
    WorkerKill,
    /// A worker stands still (SIGSTOP) for some seconds and goes on
    WorkerPause,
    /// A worker dies at one of the named places of a batch
    FaultPoint,
    /// A worker goes on with a clock that is hours ahead or behind
    ClockJump,
    /// Every worker in turn is asked to end (SIGTERM) and started again
    RollingRestart,
    /// A node of the broker is killed and comes back
    NodeKill,
    /// All nodes of the broker are killed at once and come back
    AllBrokers,
    /// PostgreSQL is ended by its immediate shutdown and started again
    Postgres,
    /// All connections to a server are cut
    Cut,
    /// No byte goes to or from a server for some seconds; then it flows again, or the connections end
    Stall,
    /// A node of the broker is out of memory, so that it blocks all publishers
    MemoryAlarm,
    /// Messages are published a second time
    Duplicates,
    /// Messages are taken out of a queue and come back later, in another order
    Delays,
    /// Messages that nobody can read
    Poison,
    /// A message that comes back from a delay queue for no queue that there is
    StrangeKey,
    /// A command with thousands of tiny headers, too large to be sent again
    HugeHeaders,
    /// A command whose id comes twice more, with other content
    ConflictRepeat,
    /// A session holds locks of rows that workers want, for some seconds
    HeldLock,
}

/// Who carries a fault out; the three work side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    Workers,
    Servers,
    Messages,
}

/// One fault to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    pub kind: Kind,
    /// Rest before it, after the end of the one before.
    pub rest: Duration,
    /// How long it lasts, where it lasts.
    pub hold: Duration,
    /// Chance for what is left to choose.
    pub dice: u64,
}

/// The faults of one hand, without end.
pub struct Plan {
    random: fastrand::Rng,
    kinds: Vec<Kind>,
    /// What is left of the round: each kind comes once in every round.
    round: Vec<Kind>,
    heavy_left: u32,
    rest_ms: (u64, u64),
}

impl Kind {
    pub const fn hand(self) -> Hand {
        match self {
            Self::WorkerKill
            | Self::WorkerPause
            | Self::FaultPoint
            | Self::ClockJump
            | Self::RollingRestart => Hand::Workers,
            Self::NodeKill
            | Self::AllBrokers
            | Self::Postgres
            | Self::Cut
            | Self::Stall
            | Self::MemoryAlarm
            | Self::HeldLock => Hand::Servers,
            Self::Duplicates
            | Self::Delays
            | Self::Poison
            | Self::StrangeKey
            | Self::HugeHeaders
            | Self::ConflictRepeat => Hand::Messages,
        }
    }

    /// Everything waits for it, so that only a few fit.
    pub const fn heavy(self) -> bool {
        matches!(self, Self::AllBrokers | Self::Postgres)
    }

    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Plan {
    /// The faults of `kinds` that are this hand's, at most `heavy_max` heavy ones.
    pub fn of(seed: u64, hand: Hand, kinds: &[Kind], heavy_max: u32) -> Self {
        let (salt, rest_ms) = match hand {
            Hand::Workers => (1, (1_500, 5_000)),
            Hand::Servers => (2, (2_000, 5_000)),
            Hand::Messages => (3, (3_000, 8_000)),
        };
        let kinds = kinds.iter().copied().filter(|kind| kind.hand() == hand).collect();
        let random = fastrand::Rng::with_seed(seed.wrapping_mul(31).wrapping_add(salt));
        Self { random, kinds, round: Vec::new(), heavy_left: heavy_max, rest_ms }
    }
}

impl Iterator for Plan {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        if self.round.is_empty() {
            let left = self.heavy_left;
            self.round = self.kinds.clone();
            self.round.retain(|kind| !kind.heavy() || left > 0);
            self.random.shuffle(&mut self.round);
        }
        let kind = loop {
            let kind = self.round.pop()?;
            if !kind.heavy() {
                break kind;
            }
            if let Some(left) = self.heavy_left.checked_sub(1) {
                self.heavy_left = left;
                break kind;
            }
        };
        let mut ms = |range| Duration::from_millis(self.random.u64(range));
        let rest = ms(self.rest_ms.0..=self.rest_ms.1);
        let hold = ms(1_000..=6_000);
        Some(Planned { kind, rest, hold, dice: self.random.u64(..) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_faults_and_every_kind_comes_in_every_round() {
        for hand in [Hand::Workers, Hand::Servers, Hand::Messages] {
            let plan = |seed| Plan::of(seed, hand, Kind::value_variants(), 3).take(40);
            let first: Vec<_> = plan(7).collect();
            assert_eq!(first, plan(7).collect::<Vec<_>>());
            assert_ne!(first, plan(8).collect::<Vec<_>>());
            let kinds: Vec<_> =
                Kind::value_variants().iter().filter(|kind| kind.hand() == hand).collect();
            let begun = &first[..kinds.len()];
            assert!(kinds.iter().all(|kind| begun.iter().any(|it| it.kind == **kind)), "{first:?}");
            assert!(first.iter().filter(|it| it.kind.heavy()).count() <= 3, "{first:?}");
        }
    }

    #[test]
    fn where_only_heavy_faults_are_wanted_the_plan_ends_with_the_last() {
        let plan = Plan::of(1, Hand::Servers, &[Kind::Postgres], 2);
        assert_eq!(plan.count(), 2);
        assert_eq!(Plan::of(1, Hand::Workers, &[Kind::Postgres], 2).count(), 0);
    }
}
