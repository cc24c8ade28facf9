//! Telephones that a form divides over several fields below one name.

use std::collections::BTreeMap;

use super::tree::Leaf;
use crate::fields::{self, Field, fold};

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

/// Puts the parts of each telephone together: one leaf stands for all that stood below its name.
pub(super) fn joined(leaves: Vec<Leaf>) -> Vec<Leaf> {
    let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (at, leaf) in leaves.iter().enumerate() {
        if let Some(parent) = phone_above(leaf) {
            groups.entry(parent.to_vec()).or_default().push(at);
        }
    }
    groups.retain(|_, members| members.len() > 1);
    if groups.is_empty() {
        return leaves;
    }
    let mut whole: BTreeMap<usize, Leaf> = BTreeMap::new();
    let mut taken = std::collections::HashSet::new();
    for (parent, members) in groups {
        let parts: Vec<(Part, &str)> = members
            .iter()
            .map(|at| {
                (part(leaves[*at].path.last().map_or("", String::as_str)), leaves[*at].value.trim())
            })
            .collect();
        let Some(value) = together(&parts) else { continue };
        // The kind of line stays a field of its own.
        let used = members
            .iter()
            .zip(&parts)
            .filter(|(_, (part, _))| *part != Part::Aside)
            .map(|(at, _)| *at);
        taken.extend(used);
        whole.insert(members[0], Leaf { path: parent, label: None, value });
    }
    let keep = |(at, leaf): (usize, Leaf)| (!taken.contains(&at)).then_some(leaf);
    let mut out: Vec<Leaf> = whole.into_values().collect();
    out.extend(leaves.into_iter().enumerate().filter_map(keep));
    out
}

/// The path of the telephone that a leaf is a part of.
fn phone_above(leaf: &Leaf) -> Option<&[String]> {
    if leaf.label.is_some() {
        return None;
    }
    let (_, parent) = leaf.path.split_last()?;
    let name = parent.last()?;
    let field = fields::meaning(name)?;
    matches!(field, Field::Phone | Field::Mobile | Field::OtherPhone).then_some(parent)
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
