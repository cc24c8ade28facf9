//! Patterns of message types, as a topic exchange knows them.

/// Whether a topic exchange takes this key for this pattern.
#[must_use]
pub fn takes(pattern: &str, key: &str) -> bool {
    fn words(pattern: &[&str], key: &[&str]) -> bool {
        match (pattern.split_first(), key.split_first()) {
            (None, None) => true,
            (Some((&"#", rest)), _) => (0..=key.len()).any(|taken| words(rest, &key[taken..])),
            (Some((word, rest)), Some((found, left))) => {
                (*word == "*" || word == found) && words(rest, left)
            }
            _ => false,
        }
    }
    words(&pattern.split('.').collect::<Vec<_>>(), &key.split('.').collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn a_pattern_takes_the_keys_that_a_topic_exchange_takes() {
        for (pattern, key, taken) in [
            ("lead.captured.v1", "lead.captured.v1", true),
            ("lead.captured.v1", "lead.captured.v2", false),
            ("invoice.#", "invoice.issued.v1", true),
            ("invoice.#", "invoice", true),
            ("invoice.#", "invoices.issued.v1", false),
            ("invoice.*", "invoice.issued.v1", false),
            ("*.refused.*", "lead.refused.v1", true),
            ("#.v1", "lead.refused.v1", true),
        ] {
            assert_eq!(takes(pattern, key), taken, "{pattern} {key}");
        }
    }
}
