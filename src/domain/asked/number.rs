//! The number that counts a product: before its name or behind it, in digits or as a word.

use rust_decimal::Decimal;

use super::count::Count;
use super::words::{BETWEEN, LABELS};

/// Most words between a number and the name of the product.
const BETWEEN_MAX: usize = 3;
/// Largest number that is read as a quantity.
const QUANTITY_MAX: u32 = 9_999;
/// Numbers that may be years.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2039;

/// Numbers as words, in the languages of [`super::words`].
const NUMBERS: &[(u32, &[&str])] = &[
    (
        2,
        &[
            "two", "zwei", "zwo", "deux", "dos", "due", "twee", "dois", "duas", "dwa", "dwie",
            "dva", "dvě", "två", "to",
        ],
    ),
    (3, &["three", "drei", "trois", "tres", "tre", "drie", "três", "trzy", "tři"]),
    (
        4,
        &[
            "four", "vier", "quatre", "cuatro", "quattro", "quatro", "cztery", "čtyři", "fyra",
            "fire",
        ],
    ),
    (5, &["five", "fünf", "cinq", "cinco", "cinque", "vijf", "pięć", "pět", "fem"]),
    (6, &["six", "sechs", "seis", "sei", "zes", "sześć", "šest", "sex", "seks"]),
    (
        7,
        &[
            "seven", "sieben", "sept", "siete", "sette", "zeven", "sete", "siedem", "sedm", "sju",
            "syv",
        ],
    ),
    (8, &["eight", "acht", "huit", "ocho", "otto", "oito", "osiem", "osm", "åtta", "otte", "åtte"]),
    (9, &["nine", "neun", "neuf", "nueve", "nove", "negen", "dziewięć", "devět", "nio", "ni"]),
    (10, &["ten", "zehn", "dix", "diez", "dieci", "tien", "dez", "dziesięć", "deset", "tio", "ti"]),
    (
        12,
        &[
            "twelve",
            "zwölf",
            "douze",
            "doce",
            "dodici",
            "twaalf",
            "doze",
            "dwanaście",
            "dvanáct",
            "tolv",
        ],
    ),
    (15, &["fifteen", "fünfzehn", "quinze", "quince", "quindici", "vijftien"]),
    (
        20,
        &[
            "twenty",
            "zwanzig",
            "vingt",
            "veinte",
            "venti",
            "twintig",
            "vinte",
            "dwadzieścia",
            "dvacet",
            "tjugo",
            "tyve",
        ],
    ),
];
/// Amounts that are said roughly.
const ROUGH: &[&str] = &[
    "dozen",
    "dozens",
    "dutzend",
    "douzaine",
    "docena",
    "dozzina",
    "dozijn",
    "dúzia",
    "tuzin",
    "tucet",
    "some",
    "several",
    "few",
    "einige",
    "mehrere",
    "ein paar",
    "paar",
    "quelques",
    "plusieurs",
    "varios",
    "algunas",
    "alcuni",
    "diversi",
    "enkele",
    "kilka",
    "několik",
    "några",
    "nogle",
];

/// The number in the last words before the name.
pub(super) fn before(sku: &str, text: &str) -> Count {
    let mut words = text
        .split_whitespace()
        .rev()
        .map(|word| word.trim_matches(['(', ')', ':', '"', '\'', '„', '“']))
        .peekable();
    let mut between = 0;
    let mut unit = false;
    while let Some(word) = words.next() {
        if BETWEEN.has(word) && between < BETWEEN_MAX {
            unit = true;
            between += 1;
            continue;
        }
        let label = words.peek().is_some_and(|it| LABELS.has(it.trim_matches(':')));
        if matches!(
            words.peek(),
            Some(&("-" | "–" | "bis" | "to" | "à" | "a" | "tot" | "do" | "až"))
        ) && digits(word)
        {
            let mut more = words.clone();
            let joint = more.next();
            if more.next().is_some_and(digits) {
                return unclear(sku, &format!("… {} {word}", joint.unwrap_or_default()));
            }
        }
        return if label && !unit { Count::Open } else { counted(sku, word, unit) };
    }
    Count::Open
}

/// The number behind the name: `CM-100 x 3`, `CM-100 (3)`, `CM-100: 3 pcs`.
pub(super) fn after(sku: &str, text: &str) -> Count {
    let trimmed = text.trim_start();
    let mark = trimmed.chars().next().filter(|c| "x×*(:=–-,".contains(*c));
    let Some(mark) = mark else { return Count::Open };
    let rest = trimmed[mark.len_utf8()..].trim_start();
    let mut words = rest.split_whitespace();
    let word = words.next().unwrap_or_default();
    let closed = word.trim_end_matches([')', ',', '.', ';']);
    let unit =
        words.next().is_some_and(|next| BETWEEN.has(next.trim_end_matches([')', ',', '.', ';'])));
    let sure = matches!(mark, 'x' | '×' | '*' | '=') || unit || mark == '(' && word.ends_with(')');
    if !sure || mark == 'x' && rest.len() == trimmed.len() - 1 && !digits(closed) {
        return Count::Open;
    }
    if digits(closed) { counted(sku, closed, true) } else { Count::Open }
}

fn digits(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// What one word says, with a unit or a times sign behind it or without.
fn counted(sku: &str, word: &str, unit: bool) -> Count {
    if let Some((number, _)) = NUMBERS.iter().find(|(_, words)| words.contains(&word)) {
        // Short words mean other things too where no unit follows.
        return if word.len() > 2 || unit { Count::Of((*number).into()) } else { Count::Open };
    }
    if ROUGH.contains(&word) {
        return unclear(sku, word);
    }
    let number = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let behind = &word[number.len()..];
    if !number.trim_start_matches(['-', '+', '~']).starts_with(|c: char| c.is_ascii_digit()) {
        return Count::Open;
    }
    if !behind.is_empty() && !BETWEEN.has(behind) {
        return Count::Open;
    }
    let unit = unit || !behind.is_empty();
    match number.parse::<u32>() {
        Ok(0) => Count::Zero,
        Ok(year) if YEARS.contains(&year) && !unit => {
            Count::Unclear(format!("The `{year}` before `{sku}` may be a year or a quantity."))
        }
        Ok(number) if number <= QUANTITY_MAX => Count::Of(number.into()),
        _ => decimal(number).map_or_else(|| unclear(sku, number), Count::Of),
    }
}

/// A number with one mark that can only be a decimal one: `2,5`, `0.75`.
fn decimal(number: &str) -> Option<Decimal> {
    let (whole, part) = number.split_once(['.', ','])?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fits = plain(whole) && plain(part) && (part.len() < 3 || whole == "0" && part.len() < 5);
    let value = format!("{whole}.{part}").parse().ok().filter(|_| fits);
    value.filter(|value: &Decimal| !value.is_zero())
}

fn unclear(sku: &str, written: &str) -> Count {
    Count::Unclear(format!(
        "The quantity of `{sku}` is written as `{written}`, which can be read in more than one way."
    ))
}
