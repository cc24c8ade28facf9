//! Digits and signs of other scripts as the ones of ASCII.

/// The zeros of decimal digits (Unicode 16, general category Nd) that forms and phones write: nine digits
/// follow each.
const ZEROS: &[char] = &[
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{17e0}',
    '\u{1810}',
    '\u{ff10}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
];

/// The text with digits of any script, full-width signs, and the dashes and blanks of typesetters as ASCII.
pub fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.chars().map(plain_char).collect()
}

fn plain_char(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    if let Some(digit) = ZEROS
        .iter()
        .filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero)))
        .find(|digit| *digit < 10)
    {
        return char::from_digit(digit, 10).unwrap_or(c);
    }
    match c {
        // Full-width forms stand in the order of ASCII; no digit is left among them.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{fe63}' | '\u{fe58}' | '\u{30fc}' => {
            '-'
        }
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2024}' | '\u{66b}' => '.',
        '\u{fe62}' | '\u{fb29}' => '+',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        assert_eq!(plain("０３－５５５０（１）"), "03-5550(1)");
        assert_eq!(plain("٠٢ ٥٥٥٠ ۱۲۳ १२ ๓"), "02 5550 123 12 3");
        assert_eq!(plain("＋49 30 – 5"), "+49 30 - 5");
    }
}
