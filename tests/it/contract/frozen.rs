//! The contract as it was last frozen (`docs/contract.md`): what was promised then holds now.
//!
//! What leadmill says may get optional fields and new words of open lists, and nothing else. What it is asked may
//! be loosened too: a field that need not be there any more, a wider bound, one word more.

use std::collections::BTreeSet;

use leadmill::contract::{shapes, text};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::root;

const FROZEN: &str = "tests/data/frozen.json";
/// Bounds that a wider one raises, and those that it lowers.
const UPPER: [&str; 4] = ["maxLength", "maxItems", "maximum", "maxProperties"];
const LOWER: [&str; 4] = ["minLength", "minItems", "minimum", "minProperties"];
/// What is compared by itself.
const KNOWN: [&str; 10] = [
    "$ref",
    "$defs",
    "anyOf",
    "oneOf",
    "enum",
    "type",
    "properties",
    "required",
    "items",
    "prefixItems",
];

fn frozen() -> Value {
    serde_json::from_str(&std::fs::read_to_string(root(FROZEN)).unwrap()).unwrap()
}

/// A schema and the document that its references lead into.
#[derive(Clone, Copy)]
struct Side<'v> {
    schema: &'v Value,
    all: &'v Value,
}

impl<'v> Side<'v> {
    fn to(self, schema: &'v Value) -> Self {
        match schema["$ref"].as_str().and_then(|at| self.all.pointer(at.trim_start_matches('#'))) {
            Some(named) => self.to(named),
            None => Self { schema, all: self.all },
        }
    }

    /// The schemas of which one must fit; itself where it leaves no choice.
    fn choices(self) -> Vec<Self> {
        let choices = ["anyOf", "oneOf"].iter().find_map(|key| self.schema[key].as_array());
        let one = |one| self.to(one).choices();
        choices.map_or_else(|| vec![self], |all| all.iter().flat_map(one).collect())
    }

    fn is_open(self) -> bool {
        self.choices().iter().any(|one| one.schema["x-open"] == true)
    }

    fn words(self, key: &str) -> BTreeSet<&'v str> {
        let value = &self.schema[key];
        let one = value.as_str().into_iter();
        one.chain(value.as_array().into_iter().flatten().filter_map(Value::as_str)).collect()
    }
}

/// How the newer shape breaks what the older one promised.
struct Breaks {
    /// It comes from outside: it may be loosened.
    asked: bool,
    found: Vec<String>,
}

impl Breaks {
    fn of(was: &Value, is: &Value) -> Vec<String> {
        let mut breaks = Self { asked: was["asked"] == true, found: Vec::new() };
        let (was, is) = (&was["schema"], &is["schema"]);
        breaks.choice("", Side { schema: was, all: was }, Side { schema: is, all: is });
        breaks.found
    }

    fn choice(&mut self, at: &str, was: Side<'_>, is: Side<'_>) {
        let (old, new) = (was.choices(), is.choices());
        let grows = self.asked || was.is_open();
        if was.is_open() && !is.is_open() {
            self.found.push(format!("{at}: the list is open no more"));
        }
        if new.len() > old.len() && !grows {
            self.found.push(format!("{at}: it may be something else now"));
        }
        for old in &old {
            let breaks = |new: &Side<'_>| {
                let mut tried = Self { asked: self.asked, found: Vec::new() };
                tried.one(at, *old, *new, grows);
                tried.found
            };
            let tried: Vec<_> = new.iter().map(breaks).collect();
            if !tried.iter().any(Vec::is_empty) {
                self.found.extend(tried.into_iter().min_by_key(Vec::len).unwrap_or_default());
            }
        }
    }

    fn one(&mut self, at: &str, was: Side<'_>, is: Side<'_>, grows: bool) {
        for (key, grows) in [("enum", grows), ("type", self.asked)] {
            let (old, new) = (was.words(key), is.words(key));
            if !old.is_subset(&new) || (!grows && old != new) {
                self.found.push(format!("{at}: {key} was {old:?} and is {new:?}"));
            }
        }
        let (old, new) = (was.words("required"), is.words("required"));
        if !new.is_subset(&old) {
            self.found.push(format!("{at}: must be there now: {:?}", &new - &old));
        }
        if !self.asked && new != old {
            self.found.push(format!("{at}: need not be there now: {:?}", &old - &new));
        }
        self.bounds(at, was.schema, is.schema);
        for (name, field) in was.schema["properties"].as_object().into_iter().flatten() {
            match is.schema["properties"].get(name) {
                Some(now) => self.choice(&format!("{at}/{name}"), was.to(field), is.to(now)),
                None => self.found.push(format!("{at}/{name}: is gone")),
            }
        }
        if let (Some(old), Some(new)) = (was.schema.get("items"), is.schema.get("items")) {
            self.choice(&format!("{at}/*"), was.to(old), is.to(new));
        }
        let places = |side: Side<'_>| side.schema["prefixItems"].as_array().map_or(0, Vec::len);
        if places(was) != places(is) {
            self.found.push(format!("{at}: has {} places and had {}", places(is), places(was)));
        }
    }

    fn bounds(&mut self, at: &str, was: &Value, is: &Value) {
        let keys = [was, is].into_iter().filter_map(Value::as_object).flat_map(|it| it.keys());
        for key in keys.map(String::as_str).collect::<BTreeSet<_>>() {
            let (old, new) = (was.get(key), is.get(key));
            let wider = |raises: &[&str], more: fn(f64, f64) -> bool| {
                let number = |side: Option<&Value>| side.and_then(Value::as_f64);
                let known = raises.contains(&key) && self.asked;
                known && number(new).is_none_or(|new| number(old).is_some_and(|old| more(new, old)))
            };
            let wider =
                wider(&UPPER, |new, old| new >= old) || wider(&LOWER, |new, old| new <= old);
            if old != new && !wider && !KNOWN.contains(&key) {
                self.found.push(format!("{at}: {key} was {old:?} and is {new:?}"));
            }
        }
    }
}

#[test]
fn what_was_promised_when_the_contract_was_frozen_holds() {
    let (frozen, now) = (frozen(), shapes());
    let mut broken = Vec::new();
    for (name, was) in frozen.as_object().unwrap() {
        match now.get(name) {
            None => broken.push(format!("{name} is gone")),
            Some(is) => {
                broken.extend(Breaks::of(was, is).into_iter().map(|it| format!("{name}{it}")))
            }
        }
    }
    assert!(
        broken.is_empty(),
        "What was promised is broken. Add an optional field or a new version of the type instead; before the first \
         release, freeze again as docs/contract.md says.\n{}",
        broken.join("\n")
    );
}

#[test]
fn every_freeze_has_its_line_in_the_page_that_says_what_is_promised() {
    let found = std::fs::read_to_string(root(FROZEN)).unwrap();
    assert_eq!(found, text(frozen()), "write it with `leadmill contract --shapes`");
    let digest = Sha256::digest(&found);
    let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let page = std::fs::read_to_string(root("docs/contract.md")).unwrap();
    assert!(page.contains(&digest), "docs/contract.md has no line for the freeze {digest}");
}

/// A type with an optional text, a list of words and a field that must be there.
fn shape(asked: bool) -> Value {
    json!({ "asked": asked, "schema": {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "note": { "type": ["string", "null"], "maxLength": 10 },
            "kind": { "$ref": "#/$defs/Kind" },
            "mode": { "type": "string", "enum": ["a"] },
            "lines": { "type": "array", "items": { "type": "string" } }
        },
        "$defs": { "Kind": { "anyOf": [
            { "type": "string", "enum": ["x"] }, { "type": "string", "x-open": true }
        ] } }
    } })
}

#[test]
fn what_breaks_a_promise_is_told_from_what_does_not() {
    // What is changed, whether that breaks an event, and whether it breaks a command from outside.
    let cases: [(&str, Value, bool, bool); 13] = [
        ("/schema/properties/new", json!({ "type": "string" }), false, false),
        ("/schema/properties/note/maxLength", json!(20), true, false),
        ("/schema/properties/note/maxLength", json!(5), true, true),
        ("/schema/properties/note/type", json!("string"), true, true),
        ("/schema/properties/id/type", json!(["string", "null"]), true, false),
        ("/schema/properties/id/format", json!("date"), true, true),
        ("/schema/properties/mode/enum", json!(["a", "b"]), true, false),
        ("/schema/properties/mode/enum", json!(["b"]), true, true),
        ("/schema/$defs/Kind/anyOf/0/enum", json!(["x", "y"]), false, false),
        ("/schema/$defs/Kind/anyOf/1", json!({ "type": "null" }), true, true),
        ("/schema/properties/lines/items/type", json!("integer"), true, true),
        ("/schema/required", json!([]), true, false),
        ("/schema/required", json!(["id", "note"]), true, true),
    ];
    for (at, value, event, command) in cases {
        for (asked, breaks) in [(false, event), (true, command)] {
            let was = shape(asked);
            let mut is = was.clone();
            let (parent, key) = at.rsplit_once('/').unwrap();
            match is.pointer_mut(parent).unwrap() {
                Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.clone(),
                parent => parent[key] = value.clone(),
            }
            let found = Breaks::of(&was, &is);
            assert_eq!(!found.is_empty(), breaks, "{at} = {value}, asked: {asked}: {found:?}");
        }
    }
    for gone in ["id", "note", "kind"] {
        let (was, mut is) = (shape(true), shape(true));
        is["schema"]["properties"].as_object_mut().unwrap().remove(gone);
        assert!(!Breaks::of(&was, &is).is_empty(), "{gone} is gone");
    }
}
