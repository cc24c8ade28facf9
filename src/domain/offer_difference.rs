//! What differs between two offers, as between the revisions of a quote (F94).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::offer::Offer;

/// Something in which two offers differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The line, by its SKU, else its name, and by its count where several are called so; absent: the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Which of its fields, as `header.discount_percent`; `line` where one of them does not have it at all.
    pub field: String,
    /// In the first; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub from: Option<String>,
    /// In the second; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub to: Option<String>,
}

/// Fields that say nothing of their own: lines are told apart by what they sell, and the tax by rate adds up to the
/// tax.
const PASSED_OVER: [&str; 4] = ["lines", "optional", "id", "parent"];
/// The field that says that a line came or went.
const WHOLE: &str = "line";

/// What differs, the document first and then line by line; what only the seller knows is left out. Lines that are
/// called alike are compared in their order.
#[must_use]
pub fn differences(was: &Offer, now: &Offer) -> Vec<Difference> {
    let mut all = fields(None, &document(was), &document(now));
    let (before, after) = (lines(was), lines(now));
    let places = after.iter().map(|(name, _)| name);
    let gone = before.iter().map(|(name, _)| name).filter(|name| find(&after, name).is_none());
    for name in places.chain(gone) {
        let line = Some(name.clone());
        match (find(&before, name), find(&after, name)) {
            (Some(was), Some(now)) => all.extend(fields(Some(name), was, now)),
            (was, now) => all.push(Difference {
                line,
                field: WHOLE.into(),
                from: was.map(brief),
                to: now.map(brief),
            }),
        }
    }
    all
}

/// Fields by their paths.
type Flat = BTreeMap<String, String>;

fn find<'l>(lines: &'l [(String, Flat)], name: &str) -> Option<&'l Flat> {
    lines.iter().find(|(known, _)| known == name).map(|(_, fields)| fields)
}

/// How many at which price come to what.
fn brief(line: &Flat) -> String {
    let of = |field: &str| line.get(field).map_or("", String::as_str);
    format!("{} × {} = {}", of("quantity"), of("unit_price"), of("net_amount"))
}

fn fields(line: Option<&String>, was: &Flat, now: &Flat) -> Vec<Difference> {
    let mut names: Vec<_> = was.keys().chain(now.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differ = names.into_iter().filter(|name| was.get(*name) != now.get(*name));
    let differ = differ.map(|name| Difference {
        line: line.cloned(),
        field: name.clone(),
        from: was.get(name).cloned(),
        to: now.get(name).cloned(),
    });
    differ.collect()
}

fn document(offer: &Offer) -> Flat {
    let mut flat = Flat::new();
    if let Value::Object(fields) = offer.seen() {
        flatten("", &fields, &mut flat);
    }
    flat
}

fn lines(offer: &Offer) -> Vec<(String, Flat)> {
    let (mut counts, mut all) = (BTreeMap::<&str, u32>::new(), Vec::new());
    let seen = offer.seen();
    let seen = seen["lines"].as_array().into_iter().flatten();
    for (line, seen) in offer.lines.iter().zip(seen) {
        let count = counts.entry(line.label()).or_default();
        *count += 1;
        let name = match *count {
            1 => line.label().to_owned(),
            count => format!("{} ({count})", line.label()),
        };
        let mut flat = Flat::new();
        if let Value::Object(fields) = seen {
            flatten("", fields, &mut flat);
        }
        for property in &line.properties {
            let value = property.value.clone().unwrap_or_default();
            flat.insert(format!("properties.{}", property.name), value);
        }
        if let Some(optional) = offer.optional.iter().find(|it| it.line == line.id) {
            flat.insert("optional".into(), optional.group.clone().unwrap_or_else(|| "yes".into()));
        }
        all.push((name, flat));
    }
    all
}

fn flatten(path: &str, fields: &Map<String, Value>, flat: &mut Flat) {
    for (name, value) in fields.iter().filter(|(name, _)| !PASSED_OVER.contains(&name.as_str())) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            Value::Object(fields) => flatten(&path, fields, flat),
            Value::Array(_) | Value::Null => {}
            Value::String(text) => drop(flat.insert(path, text.clone())),
            other => drop(flat.insert(path, other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::ids::{LineId, QuoteId};
    use crate::offer::OptionalLine;
    use crate::quote::QuoteState;
    use crate::samples;

    #[test]
    fn f94_the_difference_names_lines_amounts_and_terms_that_changed_and_nothing_else() {
        let was = samples::quote(QuoteId(Uuid::nil()), QuoteState::Draft).offer;
        let mut next = 1_000;
        let id = || {
            next += 1;
            LineId(Uuid::from_u128(next))
        };
        let mut now = was.copy(id);
        assert_eq!(differences(&was, &now), [], "ids of their own make no difference");
        now.lines[0].quantity = Decimal::from(4);
        now.lines[1].sku = Some("NEW-1".into());
        now.header.discount_percent = Decimal::from(7);
        now.introduction = Some("As you wished.".into());
        now.optional = vec![OptionalLine { line: now.lines[0].id, group: None }];
        let all = differences(&was, &now);
        let said: Vec<_> = all
            .iter()
            .map(|it| {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                let line = text(&it.line);
                format!("{line} {}: {} -> {}", it.field, text(&it.from), text(&it.to))
            })
            .collect();
        let has =
            |part: &str| assert!(said.iter().any(|it| it.contains(part)), "{part}: {said:#?}");
        has(" header.discount_percent: ");
        has(" introduction:  -> As you wished.");
        has(" quantity: 3 -> 4");
        has(" optional:  -> yes");
        has("NEW-1 line:  -> ");
        let back = differences(&now, &was);
        assert_eq!(back.len(), all.len());
        for (there, back) in [(&all, &back), (&back, &all)] {
            let turned = |it: &Difference| Difference {
                from: it.to.clone(),
                to: it.from.clone(),
                ..it.clone()
            };
            assert!(there.iter().all(|it| back.contains(&turned(it))));
        }
    }
}
