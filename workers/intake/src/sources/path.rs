//! Paths into a hook: `contact.email`, `answers.0.text`, `answers[field.ref=mail].text`, `people.*.name`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

/// Most steps of a path.
const STEPS_MAX: usize = 16;
/// Most values that a path leads to.
const FOUND_MAX: usize = 1_000;

/// A way to values of a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Path {
    written: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// A field of an object, or the place in a list.
    Name(String),
    /// Every entry of a list.
    All,
    /// The entries of a list in which this stands there.
    Where(Path, String),
}

impl Path {
    /// The values at the end, as texts.
    pub(super) fn texts<'v>(&self, tree: &'v Value) -> impl Iterator<Item = String> + use<'v> {
        let texts = self.nodes(tree).into_iter().filter_map(|node| match node {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        });
        texts.collect::<Vec<_>>().into_iter()
    }

    /// What stands at the end.
    pub(super) fn nodes<'v>(&self, tree: &'v Value) -> Vec<&'v Value> {
        let mut found = vec![tree];
        for step in &self.steps {
            found = found.into_iter().flat_map(|node| step.of(node)).take(FOUND_MAX).collect();
        }
        found
    }
}

impl Step {
    fn of<'v>(&self, node: &'v Value) -> Vec<&'v Value> {
        match (self, node) {
            (Self::Name(name), Value::Object(fields)) => fields.get(name).into_iter().collect(),
            (Self::Name(name), Value::Array(list)) => {
                name.parse().ok().and_then(|at: usize| list.get(at)).into_iter().collect()
            }
            (Self::All, Value::Array(list)) => list.iter().collect(),
            (Self::Where(path, value), Value::Array(list)) => {
                let fits =
                    |entry: &&Value| path.texts(entry).any(|text| text.eq_ignore_ascii_case(value));
                list.iter().filter(fits).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("the path `{text}` {why}"));
        let mut steps = Vec::new();
        for piece in divided(text) {
            let (name, condition) = match piece.split_once('[') {
                None => (piece, None),
                Some((name, rest)) => {
                    match rest.strip_suffix(']').and_then(|rest| rest.split_once('=')) {
                        Some((path, value)) => (name, Some((path, value))),
                        None => return wrong("has a bracket without `[path=value]`"),
                    }
                }
            };
            match name {
                "*" => steps.push(Step::All),
                "" if condition.is_none() => return wrong("has an empty step"),
                "" => {}
                name => steps.push(Step::Name(name.to_owned())),
            }
            if let Some((path, value)) = condition {
                steps.push(Step::Where(path.parse()?, value.to_owned()));
            }
        }
        if steps.len() > STEPS_MAX {
            return wrong("has too many steps");
        }
        Ok(Self { written: text.to_owned(), steps })
    }
}

/// The pieces between the dots outside of brackets.
fn divided(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c| {
        depth += match c {
            '[' => 1,
            ']' => -1,
            _ => 0,
        };
        c == '.' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_values() {
        let tree = json!({
            "a": { "b": 1 }, "list": [{ "id": "x", "v": "one" }, { "id": "y", "v": "two" }, { "id": "x", "v": true }],
        });
        for (path, found) in [
            ("a.b", vec!["1"]),
            ("list.1.v", vec!["two"]),
            ("list.*.id", vec!["x", "y", "x"]),
            ("list[id=x].v", vec!["one", "true"]),
            ("a.c", vec![]),
            ("list", vec![]),
        ] {
            let path: Path = path.parse().expect("a path");
            assert_eq!(path.texts(&tree).collect::<Vec<_>>(), found, "{path}");
        }
        for wrong in ["", "a..b", "a[b", "a[b]"] {
            assert!(wrong.parse::<Path>().is_err(), "{wrong}");
        }
    }
}
