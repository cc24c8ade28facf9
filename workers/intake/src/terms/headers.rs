//! What a sender declares, as headers of the message that brings the list.

use std::collections::BTreeMap;

use domain::declared::{Declared, Profile};
use domain::text::excerpt;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::normal;

/// Reads what the headers declare; their names are in lower case.
///
/// # Errors
/// A finished sentence that names the header which cannot be read.
pub fn declared(headers: &BTreeMap<String, String>) -> Result<Declared, String> {
    let text = |name: &str| headers.get(name).and_then(|text| normal::line(text));
    let source = text("x-source")
        .map(|name| {
            normal::source(&name).ok_or_else(|| {
                format!(
                    "The declared source is `{}`, which is none; write `partner`, `trade_show`, `list`, \
                     `advertisement`, `seminar`, `web` or another source of leads.",
                    excerpt(&name)
                )
            })
        })
        .transpose()?;
    Ok(Declared {
        map: json(headers, "x-map")?.unwrap_or_default(),
        locale: text("x-locale"),
        source,
        campaign: text("x-campaign"),
        owner: text("x-owner"),
        consent: text("x-consent"),
        profile: json(headers, "x-profile")?.map(|DeclaredProfile(profile)| profile),
    })
}

/// A profile as a person writes it: a misspelt condition would let everybody in. [`Profile`] takes what it does
/// not know, because it goes on with the list.
#[derive(Deserialize)]
struct DeclaredProfile(#[serde(with = "WrittenProfile")] Profile);

#[derive(Default, Deserialize)]
#[serde(remote = "Profile", deny_unknown_fields, default)]
struct WrittenProfile {
    countries: Vec<String>,
    postal_codes: Vec<String>,
    industries: Vec<String>,
    employees_min: Option<u32>,
    employees_max: Option<u32>,
}

fn json<T: DeserializeOwned>(
    headers: &BTreeMap<String, String>,
    name: &str,
) -> Result<Option<T>, String> {
    let Some(text) = headers.get(name).filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    serde_json::from_str(text).map(Some).map_err(|why| {
        let why = excerpt(&why.to_string());
        format!(
            "The header `{name}` cannot be read ({why}); write it as JSON, as docs/intake.md shows."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_condition_of_a_profile_is_refused_by_its_name() {
        let headers = |json: &str| BTreeMap::from([("x-profile".to_owned(), json.to_owned())]);
        let read = declared(&headers(r#"{"countries": ["DE"]}"#));
        let countries = read.map(|it| it.profile.map(|profile| profile.countries));
        assert_eq!(countries, Ok(Some(vec!["DE".to_owned()])));
        let wrong = declared(&headers(r#"{"countrys": ["DE"]}"#));
        assert!(wrong.is_err_and(|why| why.contains("countrys") && why.contains("x-profile")));
    }
}
