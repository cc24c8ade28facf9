//! Declared sources: how the hooks of a system that nobody knows here are recognised and read.
//!
//! A map counts more than anything that is recognised by itself: whoever wrote it knows the source.

use domain::enquiry::{LeadSource, NoLead, Part, Reading};
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::normal;
use crate::options::ReadOptions;

pub(crate) mod map;
mod path;

pub use map::{Consent, SourceMap, Values};

/// Most people that one hook lists.
const ENTRIES_MAX: usize = 1_000;
/// The fields that the words of a consent and the name of the source are kept in.
const WORDING: &str = "consent wording";
const SOURCE: &str = "source";

/// What one map makes of a hook.
fn reading(map: &SourceMap, tree: &Value, options: &ReadOptions) -> Reading {
    for (path, values) in &map.ignore {
        if let Some(found) = path.texts(tree).find(|text| values.hold(text)) {
            let found: String = found.chars().take(80).collect();
            let reason = format!("{} says `{path}` = \"{found}\", which is no enquiry.", map.name);
            return Reading::NoLead { kind: NoLead::OtherEvent, reason };
        }
    }
    let Some(entries) = &map.entries else { return one(map, tree, options) };
    let found: Vec<_> = entries.nodes(tree).into_iter().flat_map(listed).collect();
    if found.len() > ENTRIES_MAX {
        return Reading::unclear(format!(
            "The hook of {} lists more than {ENTRIES_MAX} people; send them in parts.",
            map.name
        ));
    }
    if found.is_empty() {
        let reason = format!("The hook of {} lists nobody at `{entries}`.", map.name);
        return Reading::NoLead { kind: NoLead::Empty, reason };
    }
    let parts = (1..).zip(found).map(|(number, entry)| Part {
        number,
        reading: draft::part(one(map, entry, options)),
        original: normal::scrubbed(entry),
    });
    draft::collected(parts.collect())
}

fn one(map: &SourceMap, tree: &Value, options: &ReadOptions) -> Reading {
    let mut options = options.clone();
    options.own_domains.extend(map.own_domains.iter().cloned());
    let mut draft = Draft::new(LeadSource::Web, &options);
    for (path, name) in &map.fields {
        let Some(field) = Field::of_name(name) else { continue };
        for text in path.texts(tree) {
            let ours = field.is_contact() && options.is_own(&text);
            if ours {
                draft.other(&path.to_string(), &text)
            } else {
                draft.field(field, &path.to_string(), &text)
            }
        }
    }
    for (name, value) in &map.constants {
        if let Some(field) = Field::of_name(name) {
            draft.field(field, "constant", value);
        }
    }
    if let Some(Consent { path, yes, wording }) = &map.consent
        && path.texts(tree).any(|text| yes.hold(&text))
    {
        draft.agree(wording.as_deref());
        if let Some(wording) = wording {
            draft.other(WORDING, wording);
        }
    }
    draft.other(SOURCE, &map.name);
    draft::whole(draft.finish(&format!("The hook of {}", map.name)))
}

/// The reading of a hook by the first map that recognises it.
pub(crate) fn read(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    let map = options.sources.iter().find(|map| map.recognises(tree))?;
    Some(reading(map, tree, options))
}

fn listed(node: &Value) -> Vec<&Value> {
    match node {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MAP: &str = r#"
        name = "Fair Connect"
        entries = "data.visitors"
        own_domains = ["fairconnect.example"]

        [recognise]
        "meta.app" = "fairconnect"
        "event" = "*"

        [ignore]
        event = ["badge.printed", "visitor.removed"]

        [fields]
        "first" = "given_name"
        "last" = "family_name"
        "channels[kind=mail].value" = "email"
        "channels[kind=phone].value" = "phone"
        "org.label" = "company"
        "wish" = "message"

        [constants]
        source = "trade_show"
        campaign = "Fair 2026"

        [consent]
        path = "flags.news"
        yes = ["ja", "true"]
        wording = "I want to be told of news."
    "#;

    fn read_with(map: &str, hook: &Value) -> Reading {
        let map = SourceMap::read(map).expect("a map");
        let options = ReadOptions { sources: vec![map].into(), ..ReadOptions::default() };
        crate::form::read(Some("application/json"), hook.to_string().as_bytes(), &options)
    }

    #[test]
    fn a_declared_source_is_read_by_its_map() {
        let visitor = |name: &str, news: bool| {
            json!({
                "first": name, "last": "Ruiz", "org": { "label": "Ruiz Cafés" }, "wish": "3 CM-100",
                "channels": [
                    { "kind": "phone", "value": "+34 915 550 100" }, { "kind": "mail", "value": format!("{name}@ruiz.example") },
                    { "kind": "mail", "value": "desk@fairconnect.example" },
                ],
                "flags": { "news": news },
            })
        };
        let hook = json!({ "event": "visitor.scanned", "meta": { "app": "FairConnect" },
                           "data": { "visitors": [visitor("ana", true), visitor("bo", false)] } });
        let Reading::Parts(parts) = read_with(MAP, &hook) else { panic!("no parts") };
        let enquiries: Vec<_> = parts
            .into_iter()
            .map(|part| match part.reading {
                domain::enquiry::PartReading::Enquiry(read) => *read,
                other => panic!("{other:?}"),
            })
            .collect();
        let first = &enquiries[0];
        assert_eq!(first.person.full_name().as_deref(), Some("ana Ruiz"));
        assert_eq!(first.person.emails, ["ana@ruiz.example"]);
        assert_eq!(first.person.phones, ["+34915550100"]);
        assert_eq!(
            (first.company.as_deref(), first.message.as_deref()),
            (Some("Ruiz Cafés"), Some("3 CM-100"))
        );
        assert_eq!(
            (first.source, first.campaign.as_deref()),
            (LeadSource::TradeShow, Some("Fair 2026"))
        );
        assert_eq!([first.consent, enquiries[1].consent], [true, false]);
        assert!(first.other.iter().any(|kept| kept.value == "I want to be told of news."));
    }

    #[test]
    fn what_a_source_says_beside_enquiries_is_none() {
        let hook =
            json!({ "event": "badge.printed", "meta": { "app": "fairconnect" }, "data": {} });
        let Reading::NoLead { kind, reason } = read_with(MAP, &hook) else { panic!("a lead") };
        assert_eq!(kind, NoLead::OtherEvent);
        assert!(reason.contains("badge.printed"), "{reason}");
        // Another system's hook is read as ever.
        let other = json!({ "event": "x", "name": "Ana Ruiz", "email": "ana@ruiz.example" });
        assert!(matches!(read_with(MAP, &other), Reading::Enquiry(_)));
    }

    #[test]
    fn everything_that_is_wrong_with_a_map_is_told_at_once() {
        let wrong = "name = \" \"\n[recognise]\n[fields]\n\"a\" = \"mail address\"\n";
        let problems = SourceMap::read(wrong).expect_err("wrong");
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(
            problems[2].contains("`mail address`") && problems[2].contains("email"),
            "{problems:?}"
        );
        assert!(
            SourceMap::read("name = 3").expect_err("wrong")[0].starts_with("It cannot be read")
        );
        let odd = "name = \"a\"\n[recognise]\n\"a[b\" = \"*\"\n[fields]\na = \"email\"\n";
        assert!(SourceMap::read(odd).is_err());
    }
}
