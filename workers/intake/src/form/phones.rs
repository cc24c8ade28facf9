//! Telephones that a form divides over several fields below one name.

use std::collections::BTreeMap;

use super::tree::Leaf;
use crate::fields::{self, Field};
use forms::fold;

/// What a part of a telephone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// The whole number: the others only repeat it.
    Whole,
    Country,
    Area,
    Number,
    Extension,
    /// The kind of line, or a country's name: no digits of the number.
    Aside,
}

fn part(name: &str) -> Part {
    match fold(name).as_str() {
        "full"
        | "e164"
        | "international"
        | "formatted"
        | "complete"
        | "fullnumber"
        | "internationalnumber"
        | "raw" => Part::Whole,
        "countrycode"
        | "country"
        | "dialcode"
        | "dialingcode"
        | "callingcode"
        | "cc"
        | "landesvorwahl"
        | "landvorwahl"
        | "laendervorwahl"
        | "landervorwahl"
        | "code"
        | "isd"
        | "prefixcountry"
        | "internationalprefix"
        | "idd"
        | "land" => Part::Country,
        "area" | "areacode" | "vorwahl" | "ortsvorwahl" | "prefix" | "prefijo" | "prefisso"
        | "indicatif" | "kengetal" | "netnummer" | "lada" | "ddd" | "city" | "citycode"
        | "first" | "part1" | "a" | "predvolba" | "kierunkowy" => Part::Area,
        "ext" | "extension" | "durchwahl" | "nebenstelle" | "interno" | "poste" | "anexo"
        | "toestel" => Part::Extension,
        "type" | "kind" | "label" | "countryname" | "iso" | "iso2" | "region" | "primary"
        | "verified" | "country_iso" | "id" => Part::Aside,
        _ => Part::Number,
    }
}

/// The place of a part among the others, where forms divide a number into three: `phone_line` ends it.
fn place(name: &str) -> u8 {
    match fold(name).as_str() {
        "1" | "a" | "part1" | "first" | "area" | "areacode" => 1,
        "2" | "b" | "part2" | "prefix" | "exchange" | "middle" => 2,
        "3" | "c" | "part3" | "line" | "suffix" | "subscriber" | "last" => 3,
        _ => 2,
    }
}

/// Puts the parts of each telephone together: one leaf stands for all that stood below its name.
pub(super) fn joined(leaves: Vec<Leaf>) -> Vec<Leaf> {
    let mut groups: BTreeMap<Vec<String>, Vec<(usize, String)>> = BTreeMap::new();
    for (at, leaf) in leaves.iter().enumerate() {
        if let Some((parent, name)) = phone_above(leaf).or_else(|| phone_beside(leaf)) {
            groups.entry(parent).or_default().push((at, name));
        }
    }
    groups.retain(|_, members| members.len() > 1);
    if groups.is_empty() {
        return leaves;
    }
    let mut whole: BTreeMap<usize, Leaf> = BTreeMap::new();
    let mut taken = std::collections::HashSet::new();
    for (parent, members) in groups {
        let mut members = members;
        members.sort_by_key(|(at, name)| (place(name), *at));
        let has_area = members.iter().any(|(_, name)| fold(name).starts_with("area"));
        let parts: Vec<(Part, &str)> = members
            .iter()
            .map(|(at, name)| match part(name) {
                // "prefix" beside "area" is the middle of the number.
                Part::Area if has_area && !fold(name).starts_with("area") => (Part::Number, *at),
                part => (part, *at),
            })
            .map(|(part, at)| (part, leaves[at].value.trim()))
            .collect();
        let Some(value) = together(&parts) else { continue };
        // The kind of line stays a field of its own.
        let used = members
            .iter()
            .zip(&parts)
            .filter(|(_, (part, _))| *part != Part::Aside)
            .map(|((at, _), _)| *at);
        taken.extend(used);
        whole.insert(members[0].0, Leaf { path: parent, label: None, value });
    }
    let keep = |(at, leaf): (usize, Leaf)| (!taken.contains(&at)).then_some(leaf);
    let mut out: Vec<Leaf> = whole.into_values().collect();
    out.extend(leaves.into_iter().enumerate().filter_map(keep));
    out
}

/// The path of the telephone that a leaf is a part of, and the part's name.
fn phone_above(leaf: &Leaf) -> Option<(Vec<String>, String)> {
    if leaf.label.is_some() {
        return None;
    }
    let (last, parent) = leaf.path.split_last()?;
    is_phone(parent.last()?).then(|| (parent.to_vec(), last.clone()))
}

/// The same where the parts stand side by side: `phone_area` and `phone_line`, `tel1` to `tel3`.
fn phone_beside(leaf: &Leaf) -> Option<(Vec<String>, String)> {
    /// A part of a number has fewer digits than a number.
    const PART_DIGITS_MAX: usize = 5;
    let (last, parent) = leaf.path.split_last().filter(|_| leaf.label.is_none())?;
    let digits = leaf.value.chars().filter(char::is_ascii_digit).count();
    let (name, part) = match last.rsplit_once(['_', '-', '.']) {
        Some((name, part)) if is_part(part) => (name, part),
        _ => last.split_at(last.trim_end_matches(['1', '2', '3']).len()),
    };
    // What comes first is no whole number.
    let fits = !part.is_empty() && (place(part) > 1 || digits <= PART_DIGITS_MAX);
    (fits && is_phone(name)).then(|| {
        let mut path = parent.to_vec();
        path.push(name.to_owned());
        (path, part.to_owned())
    })
}

fn is_part(name: &str) -> bool {
    matches!(
        fold(name).as_str(),
        "1" | "2"
            | "3"
            | "area"
            | "areacode"
            | "prefix"
            | "exchange"
            | "middle"
            | "line"
            | "suffix"
            | "subscriber"
    ) || name.starts_with("part")
}

fn is_phone(name: &str) -> bool {
    let field = fields::meaning(name);
    matches!(field, Some(Field::Phone | Field::Mobile | Field::OtherPhone))
}

fn together(parts: &[(Part, &str)]) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let of =
        |wanted: Part| parts.iter().filter(move |(part, _)| *part == wanted).map(|(_, text)| *text);
    if let Some(whole) = of(Part::Whole).find(|text| digits(text) > 5) {
        return Some(whole.to_owned());
    }
    let numbers: Vec<&str> = of(Part::Number).filter(|text| digits(text) > 0).collect();
    // Several whole numbers are several telephones.
    let begun = of(Part::Area).next().is_some() || numbers.first().is_some_and(|n| digits(n) < 6);
    if numbers.len() > 1 && !begun {
        return None;
    }
    if numbers.iter().filter(|text| digits(text) >= 7).count() > 1 || numbers.is_empty() {
        return None;
    }
    let area = of(Part::Area).find(|text| digits(text) > 0);
    let country = of(Part::Country)
        .find(|text| (1..=4).contains(&digits(text)) && !text.chars().any(char::is_alphabetic));
    let mut number = numbers.join(" ");
    if let Some(area) = area.filter(|area| !number.starts_with(*area) || digits(&number) < 9) {
        number = format!("{} {number}", area.trim_matches(['(', ')', ' ']));
    }
    if let Some(country) = country.filter(|_| !number.starts_with('+') && !number.starts_with("00"))
    {
        let code = country.trim_start_matches(['+', '0', ' ']);
        number = match number.strip_prefix('0') {
            Some(rest) => format!("+{code} (0){rest}"),
            None => format!("+{code} {number}"),
        };
    }
    if let Some(extension) = of(Part::Extension).find(|text| digits(text) > 0) {
        number = format!("{number} ext. {extension}");
    }
    Some(number)
}
