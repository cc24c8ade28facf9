//! How long what came is kept.

use chrono::{DateTime, Days, Utc};
use domain::erasure::Step;
use serde::Deserialize;

/// The most days of a rule: a century.
const DAYS_MAX: u32 = 36_500;

/// `[retention]`: after how many days what goes; 0: it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// Inputs that were rejected, once so many days have passed since they came.
    pub rejected_inputs_days: u32,
    /// The bytes of inputs and commands as they came, since they came; what is still held keeps them.
    pub raw_inputs_days: u32,
    /// Bodies and headers of what is parked, since it was parked. It cannot be replayed then.
    pub parked_days: u32,
    /// Leads that came to nothing, since they were disqualified.
    pub closed_leads_days: u32,
}

impl RetentionSettings {
    /// Everything that is wrong with them, as finished sentences; empty if all is well.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let wrong = self.rules().into_iter().filter(|(.., days)| *days > DAYS_MAX);
        wrong.map(|(name, ..)| format!("`{name}` must be between 0 and {DAYS_MAX}.")).collect()
    }

    /// Does anything go?
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.rules().iter().any(|(.., days)| *days > 0)
    }

    /// The rules with the step that obeys each.
    fn rules(&self) -> [(&'static str, Step, u32); 4] {
        [
            ("rejected_inputs_days", Step::RejectedInputs, self.rejected_inputs_days),
            ("raw_inputs_days", Step::RawInputs, self.raw_inputs_days),
            ("parked_days", Step::Parked, self.parked_days),
            ("closed_leads_days", Step::ClosedLeads, self.closed_leads_days),
        ]
    }

    /// What is older goes with that step; `None` where it is kept.
    pub(crate) fn before(&self, step: Step, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.rules().into_iter().find(|(_, of, _)| *of == step).map(|(.., days)| days);
        days.filter(|days| *days > 0).and_then(|days| now.checked_sub_days(Days::new(days.into())))
    }

    /// The first step that has something to do, from this one on.
    pub(crate) fn from(&self, step: Option<Step>) -> Option<Step> {
        let mut step = step;
        while let Some(next) = step {
            if self.rules().iter().any(|(_, of, days)| *of == next && *days > 0) {
                return step;
            }
            step = next.next();
        }
        None
    }

    /// The rules that are set, as a reason.
    pub(crate) fn reason(&self, only: Option<Step>) -> String {
        let set = self
            .rules()
            .into_iter()
            .filter(|(_, step, days)| *days > 0 && only.is_none_or(|only| only == *step));
        let set = set.map(|(name, _, days)| format!("{name} = {days}"));
        format!("Retention: {}.", set.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f119_a_rule_is_kept_where_it_is_nothing_and_refused_where_it_is_more_than_a_century() {
        let kept = RetentionSettings::default();
        assert!(!kept.is_any() && kept.problems().is_empty());
        assert_eq!(kept.from(Some(Step::RejectedInputs)), None);
        let some = RetentionSettings { parked_days: 30, ..kept };
        assert_eq!(some.from(Some(Step::RejectedInputs)), Some(Step::Parked));
        assert_eq!(some.reason(None), "Retention: parked_days = 30.");
        let wrong = RetentionSettings { parked_days: 36_501, ..kept };
        assert_eq!(wrong.problems(), ["`parked_days` must be between 0 and 36500."]);
    }
}
