//! The condition of a clause: checked against the facts and compiled, once.

use serde_json::{Value, json};
use zen_expression::Expression;
use zen_expression::expression::Standard;
use zen_expression::intellisense::{IntelliSense, ReadDependency};
use zen_expression::variable::VariableType;

use crate::facts::{self, FACTS};

/// Longest condition, in bytes: deep input overflows the stack of the parser.
const SOURCE_BYTES_MAX: usize = 4 * 1024;
/// Most open brackets at once, for the same reason.
const DEPTH_MAX: usize = 100;

/// Functions that a condition may call. Left out on purpose: clock and dice (a decision repeats
/// itself), patterns (they would be compiled for every lead), loops (there is nothing to loop over).
const FUNCTIONS: &[&str] = &[
    "len",
    "contains",
    "startsWith",
    "endsWith",
    "upper",
    "lower",
    "trim",
    "abs",
    "min",
    "max",
    "floor",
    "ceil",
    "round",
    "trunc",
];
/// Words before a bracket that call nothing.
const OPERATORS: &[&str] = &["and", "or", "not", "in"];

/// The names that conditions may read, with their types.
pub(super) struct Types {
    shape: VariableType,
    words: Vec<String>,
}

impl Types {
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w str> + Clone) -> Self {
        let shape = VariableType::from(shape(words.clone()));
        Self { shape, words: words.map(str::to_owned).collect() }
    }

    /// Checks and compiles a condition.
    ///
    /// # Errors
    /// Every problem, a finished sentence each.
    pub(super) fn compile(&self, source: &str) -> Result<Expression<Standard>, Vec<String>> {
        if source.trim().is_empty() {
            return Err(vec!["write a condition, as \"lead.interest_count > 0\".".into()]);
        }
        if source.len() > SOURCE_BYTES_MAX {
            return Err(vec![format!(
                "the condition has {} bytes; write at most {SOURCE_BYTES_MAX}, or two clauses.",
                source.len()
            )]);
        }
        let code = without_texts(source)?;
        if depth(&code) > DEPTH_MAX {
            return Err(vec![format!("more than {DEPTH_MAX} brackets are open at once.")]);
        }
        let mut problems = calls(&code);
        let analysis = IntelliSense::new().with_strict(true).analyze(source, &self.shape);
        for found in &analysis.diagnostics {
            let (from, to) = found.span;
            let at = source.get(from as usize..to as usize).unwrap_or_default();
            problems.push(format!("{} (at `{at}`). {}", found.message, self.available()));
        }
        for read in &analysis.reads {
            problems.extend(self.undeclared(read));
        }
        if problems.is_empty() && !matches!(analysis.return_type, VariableType::Bool) {
            problems.push(format!(
                "it gives {} where yes or no is wanted; compare it with something.",
                analysis.return_type
            ));
        }
        if !problems.is_empty() {
            problems.dedup();
            return Err(problems);
        }
        zen_expression::compile_expression(source).map_err(|error| vec![format!("{error}.")])
    }

    /// A name that no diagnostic complains about, since an unknown root may be anything.
    fn undeclared(&self, read: &ReadDependency) -> Option<String> {
        let (ReadDependency::Direct { path, .. }
        | ReadDependency::Unresolved { path, .. }
        | ReadDependency::Iteration { collection: path, .. }) = read;
        let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
        let known = match path.as_slice() {
            ["lead", name] => FACTS.iter().any(|(fact, ..)| fact == name),
            ["words", name] => self.words.iter().any(|word| word == name),
            ["score"] => true,
            _ => false,
        };
        (!known).then(|| format!("`{}` is not known. {}", path.join("."), self.available()))
    }

    fn available(&self) -> String {
        let facts = FACTS.iter().map(|(name, ..)| format!("lead.{name}"));
        let words = self.words.iter().map(|name| format!("words.{name}"));
        let all: Vec<_> = facts.chain(words).chain(["score".to_owned()]).collect();
        format!("There are: {}.", all.join(", "))
    }
}

/// The shape of what rules may read, for the type check.
fn shape<'w>(words: impl Iterator<Item = &'w str>) -> Value {
    let words: serde_json::Map<_, _> = words.map(|name| (name.to_owned(), json!(0))).collect();
    json!({ "lead": facts::shape(), "words": words, "score": 0 })
}

/// The condition with its quoted texts blanked out, so that they are not taken for code.
fn without_texts(source: &str) -> Result<String, Vec<String>> {
    let mut quote = None;
    let code = source.chars().map(|c| match quote {
        Some(open) => {
            if c == open {
                quote = None;
            }
            ' '
        }
        None if c == '\'' || c == '"' => {
            quote = Some(c);
            ' '
        }
        None => c,
    });
    let code: String = code.collect();
    if code.contains('`') {
        return Err(vec!["templates in `backticks` are not taken; quote texts with '.".into()]);
    }
    Ok(code)
}

fn depth(code: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for c in code.chars() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// Calls of functions that a condition may not call.
fn calls(code: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (at, _) in code.match_indices('(') {
        let before = code[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &before[start.map_or(0, |start| start + 1)..];
        let starts_a_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts_a_name && !FUNCTIONS.contains(&name) && !OPERATORS.contains(&name) {
            problems.push(format!(
                "`{name}(…)` cannot be called here; the functions are {}.",
                FUNCTIONS.join(", ")
            ));
        }
    }
    problems
}
