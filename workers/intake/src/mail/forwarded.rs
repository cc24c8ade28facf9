//! The mail inside a forwarded text, found by the header block that mail programs write.

use super::block::{Forwarded, block};
use super::quote::{FORWARD, LINES_MAX, is_divider, split};

/// Finds the forwarded mail in a text; body-level, whatever the mail's headers say.
#[must_use]
pub fn forwarded(text: &str) -> Option<Forwarded> {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    for at in 0..lines.len() {
        let Some((mut found, length)) = block(&lines[at..]) else { continue };
        if found.from.email.is_empty() {
            continue;
        }
        let is_rule = |line: &&&str| {
            let line = line.trim();
            line.is_empty() || line.chars().all(|c| "_-=>".contains(c))
        };
        let above = lines[..at].iter().rev().find(|line| !is_rule(line)).copied();
        let marked =
            above.is_some_and(|line| is_divider(line.trim().trim_start_matches("> "), FORWARD));
        found.certain = marked || above.is_none();
        let before: Vec<&str> = lines[..at]
            .iter()
            .filter(|line| !(is_rule(line) || marked && above == Some(**line)))
            .copied()
            .collect();
        found.before = split(&before.join("\n")).fresh;
        let first = lines[at + length..].iter().find(|line| !line.trim().is_empty());
        let quoted = [Some(&lines[at]), first]
            .into_iter()
            .flatten()
            .any(|line| line.trim_start().starts_with('>'));
        found.body = lines[at + length..]
            .iter()
            .map(|line| if quoted { line.trim_start_matches('>').trim_start() } else { line })
            .collect::<Vec<_>>()
            .join("\n")
            .trim()
            .to_owned();
        return Some(found);
    }
    None
}

/// Whether a subject says that the mail is forwarded.
pub(super) fn is_forward_subject(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    ["fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "doorst:", "enc:", "vs:", "reenv:"]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forward_is_found_with_labels_of_many_languages() {
        for text in [
            "---------- Forwarded message ----------\nFrom: Ana Ruiz <ana@acme.es>\nDate: x\nTo: us\nSubject: Bombas\n\n> Hola\n>\n",
            "> Début du message réexpédié :\n>\n> De: Ana Ruiz <ana@acme.es>\n> Objet: Bombas\n> Date: x\n> À: us\n>\n> Hola\n>",
            "fyi\n\n---------- Forwarded message ---------\nFrom: Ana Ruiz <ana@acme.es>\nDate: x\nSubject: Bombas\nTo: us\n\nHola",
            "Von: Ana Ruiz <ana@acme.es>\nGesendet: x\nAn: us\nBetreff: Bombas\n\nHola",
            "Inizio messaggio inoltrato:\n\n> Da: Ana Ruiz <ana@acme.es>\n> Oggetto: Bombas\n> Data: x\n>\n> Hola",
            "________________________________\nDe : Ana Ruiz <ana@acme.es>\nEnvoyé : x\nObjet : Bombas\n\nHola",
        ] {
            let found = forwarded(text).expect(text);
            assert_eq!(found.from.email, "ana@acme.es");
            assert_eq!(found.from.name.as_deref(), Some("Ana Ruiz"));
            assert_eq!(found.subject.as_deref(), Some("Bombas"));
            assert_eq!(found.body, "Hola");
            assert!(found.certain, "{text}");
        }
        let reply = forwarded("Hello\n\nFrom: A <a@b.de>\nSent: x\nTo: y\nSubject: z\n\nold");
        assert!(reply.is_some_and(|found| !found.certain));
    }
}
