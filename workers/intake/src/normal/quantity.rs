//! Quantities in fields of their own.

use rust_decimal::Decimal;

use super::notation::Notation;
use super::number::decimal;

/// What a field for a quantity says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    Read(Decimal),
    /// Not wanted.
    Zero,
    /// Something stands there that cannot be read in exactly one way.
    Unclear,
    /// Nothing stands there.
    Unsaid,
}

/// Units in which goods are counted or sold, folded: a number before them is the quantity. Packages, dozens and
/// smaller measures are none, since nobody can tell how many of ours they hold.
const UNITS: &[&str] = &[
    "x",
    "stk",
    "stck",
    "stuck",
    "stueck",
    "st",
    "pc",
    "pcs",
    "pce",
    "piece",
    "pieces",
    "unit",
    "units",
    "ea",
    "each",
    "uds",
    "ud",
    "unidad",
    "unidades",
    "pza",
    "pzas",
    "pieza",
    "piezas",
    "pz",
    "pezzo",
    "pezzi",
    "unita",
    "stuks",
    "stuk",
    "piece",
    "pieces",
    "unite",
    "unites",
    "pcas",
    "unid",
    "szt",
    "sztuk",
    "sztuki",
    "ks",
    "kus",
    "kusy",
    "kusu",
    "db",
    "darab",
    "styck",
    "stykker",
    "kpl",
    "tk",
    "vnt",
    "gab",
    "buc",
    "kom",
    "шт",
    "штук",
    "бр",
    "τεμ",
    "台",
    "個",
    "个",
    "件",
    "kg",
    "kilo",
    "kilos",
    "kilogramm",
    "kilogram",
    "kilograms",
    "kilogrammi",
    "kilogrammes",
    "l",
    "liter",
    "litre",
    "litres",
    "liters",
    "litros",
    "litri",
    "m",
    "meter",
    "metre",
    "metres",
    "meters",
    "metros",
    "metri",
    "m2",
    "m3",
];

/// Words that say that nothing is wanted, folded.
const NONE: &[&str] = &[
    "none", "nil", "zero", "keine", "keines", "keinen", "kein", "nichts", "aucun", "aucune",
    "ninguno", "ninguna", "cero", "nessuno", "nessuna", "geen", "nenhum", "nenhuma", "zaden",
    "zadny", "zadne", "ingen", "inget",
];

/// A quantity with the unit that may stand behind it; a times sign is none.
#[must_use]
pub fn quantity(raw: &str, notation: Option<Notation>) -> Quantity {
    let plain = forms::digits::plain(raw);
    let text = plain.trim();
    if NONE.contains(&forms::fold(text).as_str()) {
        return Quantity::Zero;
    }
    if text.is_empty() || super::filler::is_filler(text) {
        return Quantity::Unsaid;
    }
    let text = text.strip_prefix(['x', 'X', '×']).map_or(text, str::trim_start);
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    // "m2" ends in a digit of its unit.
    let end = text.find(|c: char| c.is_alphabetic() || c == '×').map_or(end, |at| at.min(end));
    let (number, unit) = text.split_at(end);
    let unit = unit.trim().trim_matches(['.', '×', '(', ')', ' ']);
    let unit_known = unit.is_empty() || UNITS.contains(&forms::fold(unit).as_str());
    let whole = unit.chars().count() <= 24 && unit_known && !number.trim().is_empty();
    match decimal(number, notation).filter(|_| whole) {
        Some(number) if number.is_zero() => Quantity::Zero,
        Some(number) if number > Decimal::ZERO => Quantity::Read(number),
        _ => Quantity::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_read_where_it_is_plain_and_else_left_open() {
        for (written, expected) in [
            ("25 Stück", "25"),
            ("40 kg", "40"),
            ("12 szt.", "12"),
            ("3x", "3"),
            ("x 3", "3"),
            ("2 pcs", "2"),
            ("2,5 m2", "2.5"),
            ("１２", "12"),
            ("12.1250", "12.1250"),
            ("1 000", "1000"),
        ] {
            assert_eq!(
                quantity(written, None),
                Quantity::Read(expected.parse().expect("a number")),
                "{written}"
            );
        }
        for written in [
            "-5",
            "1.000",
            "2,500",
            "3–5",
            "ein Dutzend",
            "2 dozen",
            "2 Kartons",
            "ca. 20",
            "20+",
            "viele",
            "1e3",
            "500 g",
            "2 or 3",
        ] {
            assert_eq!(quantity(written, None), Quantity::Unclear, "{written}");
        }
        assert_eq!(
            (quantity("0", None), quantity("0,00 Stk", None)),
            (Quantity::Zero, Quantity::Zero)
        );
        assert_eq!(
            (quantity(" ", None), quantity("n/a", None), quantity("-", None)),
            (Quantity::Unsaid, Quantity::Unsaid, Quantity::Unsaid)
        );
    }
}
