//! The mails inside a forwarded text, found by the header blocks that mail programs write.

use super::address::bare_mailbox;
use super::attribution::attribution;
use super::block::{Forwarded, block};
use super::quote::{FORWARD, LINES_MAX, ORIGINAL, is_divider, split_as};

/// Most mails within mails that are looked at.
const DEPTH_MAX: usize = 6;

/// Finds the forwarded mail in a text; body-level, whatever the mail's headers say.
#[must_use]
pub fn forwarded(text: &str) -> Option<Forwarded> {
    all(text).into_iter().next()
}

/// The mails in a text that have a header block with a sender's address, the newest first.
pub(super) fn all(text: &str) -> Vec<Forwarded> {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() && found.len() < DEPTH_MAX {
        match block(&lines[at..]) {
            Some((head, length)) if !head.from.email.is_empty() => {
                found.push(placed(&lines, at, length, head));
                at += length;
            }
            _ => at += 1,
        }
    }
    found
}

/// The mail below an attribution, for programs that forward that way.
pub(super) fn attributed(text: &str) -> Option<Forwarded> {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    for at in 0..lines.len() {
        let Some((_, length)) = attribution(&lines[at..], true) else { continue };
        let Some(mut from) = bare_mailbox(&lines[at..at + length].join(" ")) else { continue };
        // What stands before the address is the day and the verb beside the name.
        from.name = None;
        return Some(placed(&lines, at, length, Forwarded { from, ..Forwarded::default() }));
    }
    None
}

/// Whether the text begins with a header block: no marker and no note stand above it.
pub(super) fn begins_with_head(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let is_rule = |line: &&&str| line.chars().all(|c| c.is_whitespace() || "_-=>*|".contains(c));
    let skip = lines.iter().take_while(is_rule).count();
    block(&lines[skip..]).is_some()
}

/// The mail with what stands above and below its head.
fn placed(lines: &[&str], at: usize, length: usize, mut found: Forwarded) -> Forwarded {
    let is_rule = |line: &&&str| {
        let line = line.trim();
        line.is_empty() || line.chars().all(|c| "_-=>*|".contains(c))
    };
    let above = lines[..at].iter().rev().find(|line| !is_rule(line)).copied();
    let marked = above.is_some_and(|line| {
        let line = line.trim().trim_start_matches(['>', '|', ' ']);
        is_divider(line, FORWARD)
    });
    let divided = above.is_some_and(|line| is_divider(line.trim(), ORIGINAL));
    found.certain = marked || above.is_none();
    let before: Vec<&str> = lines[..at]
        .iter()
        .filter(|line| !(is_rule(line) || (marked || divided) && above == Some(**line)))
        .copied()
        .collect();
    found.before = split_as(&before.join("\n"), false).fresh;
    let first = lines[at + length..].iter().find(|line| !line.trim().is_empty());
    let quoted = [Some(&lines[at]), first]
        .into_iter()
        .flatten()
        .any(|line| line.trim_start().starts_with('>'));
    found.body = lines[at + length..]
        .iter()
        .map(|line| {
            let bare = line.trim_start();
            if quoted { bare.strip_prefix('>').map_or(bare, str::trim_start) } else { line }
        })
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned();
    found
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
