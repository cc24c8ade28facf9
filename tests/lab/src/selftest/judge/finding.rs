//! A comparison, and what it brings to light.

use leadmill::store::audit::{Invariant, NAMED_MAX, Named};

/// A question about what was found.
type Asked = (&'static str, &'static str);

/// One comparison, and what it brings to light.
pub struct Finding {
    asked: Asked,
    pub checked: usize,
    pub wrong: Vec<(String, String)>,
}

impl Finding {
    pub const fn of(name: &'static str, question: &'static str) -> Self {
        Self { asked: (name, question), checked: 0, wrong: Vec::new() }
    }

    pub fn wrong(&mut self, id: impl ToString, detail: impl Into<String>) {
        self.wrong.push((id.to_string(), detail.into()));
    }

    pub fn judged(self) -> Invariant {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let (checked, broken) = (count(self.checked), count(self.wrong.len()));
        let named = |(id, detail)| Named { id, detail, in_flight: false };
        let named = self.wrong.into_iter().take(NAMED_MAX).map(named).collect();
        Invariant::of(self.asked, checked, (broken, 0), named)
    }
}
