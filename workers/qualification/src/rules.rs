//! The qualification rules: loaded and type-checked once, then asked for every lead.

use std::fmt;
use std::sync::Arc;

use domain::enquiry::Interest;
use domain::lead::{Assessment, DisqualifyReason, Grade};
use domain::mention::Mentions;
use rust_decimal::Decimal;
use zen_expression::Expression;
use zen_expression::expression::Standard;
use zen_expression::variable::{Symbol, Variable, VariableMap};
use zen_expression::vm::VM;

/// Most that a lead can score; the least is 0.
const SCORE_MAX: i64 = 100;

/// Rules that were found sound; cheap to clone.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) version: String,
    /// Lists of words that clauses ask for as `words.<name>`.
    pub(crate) words: Arc<[(String, Mentions)]>,
    pub(crate) clauses: Arc<[Clause]>,
    /// Where the grades A, B and C begin; below is D.
    pub(crate) grades: [u8; 3],
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Clause {
    pub(crate) name: String,
    pub(crate) when: Expression<Standard>,
    /// Points that it adds where it matches; may be negative.
    pub(crate) score: i64,
    /// What it decides; `None` where it only adds points.
    pub(crate) verdict: Option<Ruling>,
}

/// What the first matching clause that decides says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ruling {
    /// `offer` is what to offer where the lead itself names no product.
    Qualify {
        offer: Vec<Interest>,
    },
    Disqualify {
        reason: DisqualifyReason,
    },
}

/// What the rules say about one lead.
#[derive(Debug)]
pub(crate) struct Assessed<'r> {
    pub(crate) assessment: Assessment,
    pub(crate) verdict: Option<&'r Ruling>,
}

/// Everything that is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RulesError {
    /// Finished sentences, each naming clause and key.
    pub problems: Vec<String>,
}

impl fmt::Display for RulesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "The qualification rules cannot be used ({}):", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| writeln!(out, "- {problem}"))
    }
}

impl Rules {
    /// Which rules these are, as the file says; kept with every assessment.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Asks every clause in the order of the file. Points add up, the first clause that decides and
    /// matches decides.
    pub(crate) fn ask(&self, lead: VariableMap) -> Assessed<'_> {
        let words = self.words_in(lead.get_str("text").and_then(Variable::as_str).unwrap_or(""));
        let mut root = VariableMap::new();
        root.insert_str("lead", Variable::from_object(lead));
        root.insert_str("words", Variable::from_object(words));
        root.insert_str("score", Variable::Number(Decimal::ZERO));
        let context = Variable::from_object(root);

        let (mut vm, mut points, mut matched, mut verdict) = (VM::new(), 0_i64, Vec::new(), None);
        for clause in &*self.clauses {
            match clause.when.evaluate_with(context.shallow_clone(), &mut vm) {
                Ok(Variable::Bool(true)) => matched.push(clause.name.clone()),
                Ok(_) => continue,
                // Types were checked when the file was loaded, so this is rare; it is seen, not hidden.
                Err(error) => {
                    matched.push(format!("{} could not be asked: {error}", clause.name));
                    continue;
                }
            }
            points = points.saturating_add(clause.score);
            context.dot_insert("score", Variable::Number(Decimal::from(points)));
            verdict = verdict.or(clause.verdict.as_ref());
        }
        let score = u8::try_from(points.clamp(0, SCORE_MAX)).unwrap_or_default();
        let (rules, grade) = (self.version.clone(), Some(self.grade(score)));
        Assessed { assessment: Assessment { rules, score, grade, trend: None, matched }, verdict }
    }

    fn grade(&self, score: u8) -> Grade {
        let grades = [Grade::A, Grade::B, Grade::C].into_iter().zip(self.grades);
        grades.filter(|(_, from)| score >= *from).map(|(grade, _)| grade).min().unwrap_or(Grade::D)
    }

    /// How many different words of each list stand in the text.
    fn words_in(&self, text: &str) -> VariableMap {
        let count = |mentions: &Mentions| {
            let mut found: Vec<_> = mentions.find(text).map(|mention| mention.word).collect();
            found.sort_unstable();
            found.dedup();
            Variable::Number(Decimal::from(found.len()))
        };
        let words = self.words.iter();
        words.map(|(name, list)| (Symbol::from(name.as_str()), count(list))).collect()
    }
}
