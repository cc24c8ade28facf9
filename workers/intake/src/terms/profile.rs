//! Whether a row is one of those whom the list was bought for.

use domain::declared::Profile;
use domain::enquiry::Enquiry;
use domain::text::excerpt;

use forms::countries;

use crate::normal;

/// Whether a row is inside of a profile.
pub(super) enum Fit {
    Inside,
    /// Surely not: which condition, as a finished sentence.
    Outside(String),
    /// The row does not say what the profile asks for.
    Unsaid(String),
}

/// Refuses what no row can fulfil.
///
/// # Errors
/// A finished sentence that names the condition.
pub(super) fn check(profile: &Profile) -> Result<(), String> {
    let unknown = profile.countries.iter().find(|country| countries::code(country).is_none());
    if let Some(country) = unknown {
        return Err(format!(
            "The target profile names the country `{}`, which is not known; write its two letters, as `ES`.",
            excerpt(country)
        ));
    }
    match (profile.employees_min, profile.employees_max) {
        (Some(min), Some(max)) if min > max => Err(format!(
            "The target profile asks for at least {min} and at most {max} employees, which nobody has; put it right."
        )),
        _ => Ok(()),
    }
}

/// Judges a row.
pub(super) fn fit(profile: &Profile, enquiry: &Enquiry) -> Fit {
    let address = enquiry.address.as_ref();
    let country = address.and_then(|address| address.country.as_deref());
    let wanted: Vec<_> = profile.countries.iter().filter_map(|it| normal::country(it)).collect();
    let postal_code = address.and_then(|address| address.postal_code.as_deref());
    let industry = enquiry.industry.as_deref();
    let same = |wanted: &String, is: &str| forms::fold(wanted) == forms::fold(is);
    let begins = |wanted: &String, is: &str| forms::fold(is).starts_with(&forms::fold(wanted));
    let judged = [
        one_of("country", &wanted, country, |wanted, is| wanted == is),
        one_of("postal code", &profile.postal_codes, postal_code, begins),
        one_of("industry", &profile.industries, industry, same),
        employees(profile, enquiry.employees),
    ];
    // What is surely outside needs nobody to look what else is missing.
    let mut fit = Fit::Inside;
    for one in judged {
        match (&fit, one) {
            (_, outside @ Fit::Outside(_)) => return outside,
            (Fit::Inside, other) => fit = other,
            _ => {}
        }
    }
    fit
}

fn one_of(
    what: &str,
    wanted: &[String],
    is: Option<&str>,
    fits: impl Fn(&String, &str) -> bool,
) -> Fit {
    if wanted.is_empty() {
        return Fit::Inside;
    }
    match is {
        None => unsaid(what),
        Some(is) if wanted.iter().any(|wanted| fits(wanted, is)) => Fit::Inside,
        Some(is) => outside(&format!(
            "its {what} is `{}`, not {}",
            excerpt(is),
            excerpt(&wanted.join(" or "))
        )),
    }
}

fn employees(profile: &Profile, is: Option<u32>) -> Fit {
    let (min, max) = (profile.employees_min, profile.employees_max);
    match is {
        _ if min.is_none() && max.is_none() => Fit::Inside,
        None => unsaid("number of employees"),
        Some(is) if min.is_some_and(|min| is < min) => {
            outside(&format!("it has {is} employees, fewer than {}", min.unwrap_or_default()))
        }
        Some(is) if max.is_some_and(|max| is > max) => {
            outside(&format!("it has {is} employees, more than {}", max.unwrap_or_default()))
        }
        Some(_) => Fit::Inside,
    }
}

fn outside(why: &str) -> Fit {
    Fit::Outside(format!("The row is outside of the target profile of its list: {why}."))
}

fn unsaid(what: &str) -> Fit {
    Fit::Unsaid(format!(
        "The target profile of the list asks for a certain {what}, and the row has none that could be read; release \
         it with what is right, or reject it."
    ))
}
