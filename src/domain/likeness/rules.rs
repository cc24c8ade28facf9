//! The declared rules: which facts make a duplicate together, how much each counts, and what follows.

use std::sync::Arc;

use super::compare::{Fact, Pair};
use super::{Candidate, Like, Likeness};
use crate::duplicate::{Compared, DuplicateAction};
use crate::enquiry::LeadSource;

/// Which records may be the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub(super) enum With {
    Lead,
    Contact,
    Account,
}

impl With {
    const fn is(self, like: Like) -> bool {
        matches!(
            (self, like),
            (Self::Lead, Like::Lead(_))
                | (Self::Contact, Like::Contact(_))
                | (Self::Account, Like::Account(_))
        )
    }
}

/// Rules that were found sound; cheap to clone. By default there are none.
#[derive(Clone, Debug, Default)]
pub struct DuplicateRules {
    pub(super) version: String,
    pub(super) rules: Arc<[Rule]>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: String,
    pub action: DuplicateAction,
    /// The facts, each with its weight.
    pub(super) compare: Vec<(Fact, u32)>,
    /// From this score on it is a duplicate.
    pub(super) threshold: u8,
    /// … but for leads of these sources from that.
    pub(super) threshold_of: Vec<(LeadSource, u8)>,
    /// Closed leads and inactive customers count too.
    pub(super) inactive: bool,
    pub(super) with: Vec<With>,
}

/// What a rule says of two that are alike.
pub(super) struct Judged<'r> {
    pub rule: &'r Rule,
    pub score: u8,
    pub evidence: Vec<Compared>,
}

impl DuplicateRules {
    /// Which rules these are, as the file says; kept with every duplicate.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// May a rule keep an enquiry from becoming a lead? Then somebody must look before it does.
    #[must_use]
    pub fn ask_before_capture(&self) -> bool {
        let before = |rule: &Rule| {
            matches!(rule.action, DuplicateAction::Block | DuplicateAction::NewEnquiry)
        };
        self.rules.iter().any(before)
    }

    /// The first rule by which these are alike.
    pub(super) fn judge(
        &self,
        mine: &Likeness,
        source: LeadSource,
        other: &Candidate,
    ) -> Option<Judged<'_>> {
        let mut pair = Pair::new(mine, &other.likeness);
        self.rules.iter().find_map(|rule| rule.judge(&mut pair, source, other))
    }
}

impl Rule {
    fn judge(
        &self,
        pair: &mut Pair<'_>,
        source: LeadSource,
        other: &Candidate,
    ) -> Option<Judged<'_>> {
        let asked = (other.active || self.inactive) && self.with.iter().any(|it| it.is(other.like));
        if !asked {
            return None;
        }
        let weights: u32 = self.compare.iter().map(|(_, weight)| weight).sum();
        let threshold = u32::from(self.threshold_for(source)) * weights;
        // What it would be if they were alike in all that is still to be compared; names last, for they cost most.
        let mut sum = weights * 100;
        let plain = self.compare.iter().filter(|(fact, _)| fact.is_plain());
        let names = self.compare.iter().filter(|(fact, _)| !fact.is_plain());
        for (fact, weight) in plain.chain(names) {
            sum -= (100 - u32::from(pair.alike(*fact)?)) * weight;
            if sum < threshold {
                return None;
            }
        }
        let score = u8::try_from(sum.checked_div(weights)?).ok()?;
        let compared = |(fact, _): &(Fact, u32)| {
            let fact = *fact;
            let similarity = pair.alike(fact)?;
            Some(Compared { fact: fact.into_str().to_owned(), similarity })
        };
        let evidence = self.compare.iter().filter_map(compared).collect();
        Some(Judged { rule: self, score, evidence })
    }

    fn threshold_for(&self, source: LeadSource) -> u8 {
        let own = self.threshold_of.iter().find(|(of, _)| *of == source);
        own.map_or(self.threshold, |(_, threshold)| *threshold)
    }
}
