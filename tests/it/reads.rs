//! What people look things up with: `list`, `show`, and the history of a customer.

use serde_json::{Value, json};

use crate::installation::Installation;
use crate::operators::{Output, history, leadmill};

mod customer;
mod lists;
mod nothing_written;
mod plans;
mod shown;

/// The lines that a verb printed, each as JSON, and where the list goes on.
fn lines(answer: &Output) -> (Vec<Value>, Option<String>) {
    assert!(answer.success, "{}", answer.err);
    let lines = answer.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut lines: Vec<_> = lines.collect();
    let next = lines.last().and_then(|last| Some(last.get("next")?.as_str()?.to_owned()));
    if next.is_some() {
        lines.pop();
    }
    (lines, next)
}

/// Every page of a list, one after the other, with what happens between two pages.
async fn pages(it: &Installation, arguments: &[&str], between: impl AsyncFn()) -> Vec<Vec<Value>> {
    let (mut pages, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        if let Some(after) = &after {
            arguments.extend(["--after", after]);
        }
        let (page, next) = lines(&leadmill(it, &arguments).await);
        pages.push(page);
        let Some(next) = next else { return pages };
        after = Some(next);
        between().await;
    }
}

fn field<'v>(rows: &'v [Value], name: &str) -> Vec<&'v str> {
    rows.iter().map(|row| row[name].as_str().unwrap_or_default()).collect()
}

/// No line is wider than a page of paper, but for commands, which are copied.
fn is_narrow(text: &str) {
    let lines = text.lines().filter(|line| !line.contains("leadmill "));
    let wide: Vec<_> = lines.filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

fn asks_again(what: &str) -> Value {
    json!({
        "name": "Ana Lopez",
        "email": "ana@acme.example",
        "phone": "+34915550100",
        "company": "Acme, S.L.",
        "message": what,
    })
}
