//! What names an organisation and its place: web hosts, countries, tax ids.

use crate::countries;
use crate::text::line;

/// The host of a web address or e-mail address, lower case, without `www.`.
#[must_use]
pub fn host(written: &str) -> Option<String> {
    let written = written.trim().to_lowercase();
    let after_scheme = written.split_once("://").map_or(written.as_str(), |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.contains('.').then(|| host.to_owned())
}

/// The ISO 3166-1 alpha-2 code where the text is a known country, else the text itself.
#[must_use]
pub fn country(raw: &str) -> Option<String> {
    let raw = line(raw)?;
    Some(countries::code(&raw).map_or(raw, str::to_owned))
}

/// A VAT or tax id with its country prefix: upper case letters and digits, without blanks.
#[must_use]
pub fn tax_id(raw: &str) -> Option<String> {
    let id: String = raw.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let prefixed = id.is_ascii()
        && (6..=16).contains(&id.len())
        && id.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && id.bytes().filter(u8::is_ascii_digit).count() >= 4
        && (id.starts_with("EL") || countries::code(&id[..2]).is_some());
    prefixed.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_hosts_have_one_form() {
        assert_eq!(tax_id("DE 123.456.789").as_deref(), Some("DE123456789"));
        assert_eq!(tax_id("123456789"), None);
        assert_eq!(host("https://www.Acme.com:8080/x?y"), Some("acme.com".to_owned()));
    }
}
