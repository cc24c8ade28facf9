//! Words as they are compared.

/// Letters and digits only, lower case, without accents: `Straße & Nr.` becomes `strassenr`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_onto(&mut out, text);
    out
}

/// Whether this holds of any word of a text: of the word folded, and as written. What is no letter or digit divides.
pub fn any_word(text: &str, mut holds: impl FnMut(&str, &str) -> bool) -> bool {
    let mut folded = String::new();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).any(|word| {
        folded.clear();
        fold_onto(&mut folded, word);
        holds(&folded, word)
    })
}

fn fold_onto(out: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(c.to_ascii_lowercase());
            }
        } else {
            c.to_lowercase().for_each(|c| push_plain(out, c));
        }
    }
}

/// A letter in lower case without its accent.
fn push_plain(out: &mut String, c: char) {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
        'æ' => out.push_str("ae"),
        'ç' | 'ć' | 'č' => out.push('c'),
        'è'..='ë' | 'ē' | 'ę' | 'ě' | 'ė' => out.push('e'),
        'ì'..='ï' | 'ī' | 'ı' | 'į' => out.push('i'),
        'ď' | 'đ' | 'ð' => out.push('d'),
        'ğ' | 'ģ' => out.push('g'),
        'ķ' => out.push('k'),
        'ł' | 'ľ' | 'ĺ' | 'ļ' => out.push('l'),
        'ñ' | 'ń' | 'ň' | 'ņ' => out.push('n'),
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
        'œ' => out.push_str("oe"),
        'ř' | 'ŕ' => out.push('r'),
        'ß' => out.push_str("ss"),
        'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
        'ť' | 'ţ' | 'ț' => out.push('t'),
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => out.push('u'),
        'ý' | 'ÿ' => out.push('y'),
        'ź' | 'ż' | 'ž' => out.push('z'),
        // Accents that stand by themselves, as decomposed text has them.
        '\u{300}'..='\u{36f}' => {}
        c if c.is_alphanumeric() => out.push(c),
        _ => {}
    }
}
