//! Mailboxes in headers and running text, in old and sloppy notation too.

use crate::letter::Mailbox;
use crate::normal;

/// A mailbox in running text, as `Big Bug bb@bug.com`, `"A" <a@b.de>`, `A [mailto:a@b.de]` or `a@b.de (A)`.
pub(crate) fn bare_mailbox(text: &str) -> Option<Mailbox> {
    let text = normal::line(
        &text.replace('＠', "@").replace(['＜', '〈'], "<").replace(['＞', '〉'], ">"),
    )?;
    // "<@relay.example:user@host>": the route is history (RFC 5321, appendix C).
    let routed = text.find("<@").and_then(|at| {
        let colon = text[at..].find(':')?;
        Some(format!("{}<{}", &text[..at], &text[at + colon + 1..]))
    });
    let text = routed.unwrap_or(text);
    let split = |c: char| c.is_whitespace() || "<>[](),;\"".contains(c);
    let word = |word: &str| normal::email(word.trim_matches('\''));
    let found = text.split(split).find_map(word).or_else(|| sloppy(&text));
    let email = found?;
    let lower = text.to_lowercase();
    let at = lower.find(&email).or_else(|| lower.find('<'));
    let before = at.and_then(|at| text.get(..at)).unwrap_or_default();
    let before = before.trim_end_matches("mailto:").trim_end_matches(['<', '"', ' ', '[']);
    let comment = || {
        let (_, rest) = text.rsplit_once('(')?;
        display_name(rest.split(')').next()?)
    };
    Some(Mailbox { name: display_name(before).or_else(comment), email })
}

/// An address that a mail program can answer to, though it is written as none is any more: a quoted
/// local part, blanks around the sign or dots, a host by its number, a dot before the sign.
fn sloppy(text: &str) -> Option<String> {
    let inner = match (text.find('<'), text.rfind('>')) {
        (Some(from), Some(to)) if from < to => &text[from + 1..to],
        _ => text,
    };
    let inner = inner.trim().trim_start_matches("mailto:");
    let tight: String = if inner.contains('"') {
        inner.to_owned()
    } else {
        let close =
            |text: &str, sign: &str| text.split(sign).map(str::trim).collect::<Vec<_>>().join(sign);
        close(&close(inner, "@"), ".")
    };
    let (local, host) = tight.rsplit_once('@')?;
    let local = if local.starts_with('"') {
        local
    } else {
        local.rsplit(char::is_whitespace).next().unwrap_or(local)
    };
    let host = host.split(char::is_whitespace).next()?.trim_end_matches('.').to_lowercase();
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let atoms = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let local_ok = quoted && !local.contains(['<', '>', '\\'])
        || !local.is_empty() && local.chars().all(atoms);
    let number = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let by_number = number.is_some_and(|number| {
        number.trim_start_matches("ipv6:").parse::<std::net::IpAddr>().is_ok()
    });
    let by_name = host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        });
    let local = if quoted { local.to_owned() } else { local.to_lowercase() };
    // Quoted without need: the plain form is the same mailbox.
    let plain = local.trim_matches('"').to_owned();
    let email = normal::email(&format!("{plain}@{host}")).unwrap_or(format!("{local}@{host}"));
    (local_ok && (by_number || by_name) && email.len() < 250).then_some(email)
}

/// A display name; an address in its place says nothing, or something false.
pub(super) fn display_name(raw: &str) -> Option<String> {
    let name = raw.trim_matches(|c: char| c.is_whitespace() || "\"'<>[],;*".contains(c));
    // "Ida Falk (Einkauf)" keeps its brackets, "(Ida Falk)" does not.
    let name = if name.starts_with('(') || name.matches('(').count() != name.matches(')').count() {
        name.trim_matches(['(', ')', ' '])
    } else {
        name
    };
    normal::line(name).filter(|name| !name.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_program_could_answer_to_is_read() {
        for (text, email, name) in [
            ("anna@blum.example (Anna Blum)", "anna@blum.example", Some("Anna Blum")),
            (
                "Anna Blum <@relay.example:anna@blum.example>",
                "anna@blum.example",
                Some("Anna Blum"),
            ),
            ("Anna Blum < anna @ blum . example >", "anna@blum.example", Some("Anna Blum")),
            ("Anna Blum <\"anna.blum\"@blum.example>", "anna.blum@blum.example", Some("Anna Blum")),
            ("\"anna blum\"@blum.example", "\"anna blum\"@blum.example", None),
            ("佐藤 <sato.@mobile.example>", "sato.@mobile.example", Some("佐藤")),
            ("Anna <anna@[192.0.2.7]>", "anna@[192.0.2.7]", Some("Anna")),
            ("佐藤 ＜sato＠mobile.example＞", "sato@mobile.example", Some("佐藤")),
            ("Anna <anna@pc_7.blum.example>", "anna@pc_7.blum.example", Some("Anna")),
            ("Anna <anna@blum.example.>", "anna@blum.example", Some("Anna")),
        ] {
            let found = bare_mailbox(text).expect(text);
            assert_eq!((found.email.as_str(), found.name.as_deref()), (email, name), "{text}");
        }
        for text in ["Anna Blum", "meet @ noon", "<>", "anna@", "@blum.example"] {
            assert_eq!(bare_mailbox(text), None, "{text}");
        }
    }
}
