//! E-mail addresses.

use crate::text::is_invisible;

/// Longest local part and whole address of an e-mail (RFC 5321 §4.5.3.1).
const EMAIL_LOCAL_BYTES_MAX: usize = 64;
const EMAIL_BYTES_MAX: usize = 254;

/// The canonical form of an e-mail address: lower case, without blanks, brackets and `mailto:`.
///
/// Letters beyond ASCII are accepted (RFC 6531); the domain needs a dot.
#[must_use]
pub fn email(raw: &str) -> Option<String> {
    let raw = raw.trim().trim_matches(|c: char| is_invisible(c) || c.is_control());
    if raw.len() > 2 * EMAIL_BYTES_MAX {
        return None;
    }
    let raw = raw.trim_start_matches('<').trim_end_matches(['>', '.', ',', ';']).trim();
    let raw = match raw.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => {
            raw[7..].split('?').next().unwrap_or_default()
        }
        _ => raw,
    };
    let lower = raw.trim().to_lowercase();
    let (local, host) = lower.rsplit_once('@')?;
    let local_ok = !local.is_empty()
        && local.len() <= EMAIL_LOCAL_BYTES_MAX
        && !local.starts_with('.')
        && !local.ends_with('.')
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let labels_ok = host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && host.rsplit('.').next().is_some_and(|top| !top.chars().all(|c| c.is_ascii_digit()));
    (local_ok && labels_ok && lower.len() <= EMAIL_BYTES_MAX).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f17_an_address_becomes_canonical() {
        for (written, expected) in [
            (" ANA@Acme.ES ", Some("ana@acme.es")),
            ("<mailto:a.b+c@d.co.uk>", Some("a.b+c@d.co.uk")),
            ("mailto:x@y.de?subject=z", Some("x@y.de")),
            (" blablö@blub.com", Some("blablö@blub.com")),
            ("a@b", None),
            ("a b@c.de", None),
            ("\"\"", None),
            ("a@1.2.3.4", None),
            ("a..b", None),
            ("@x.de", None),
        ] {
            assert_eq!(email(written).as_deref(), expected, "{written}");
        }
    }
}
