//! Rows that are not as the header says: shifted cells, repeated headers, totals.

use domain::enquiry::{NoLead, PartReading};
use domain::word_list::Words;
use domain::words;

use super::column::Column;
use crate::fields::{self, Field};
use crate::normal;
use forms::fold;

/// Words with which rows of totals begin, folded.
static TOTALS: Words = words!(
    " total totals grandtotal grandtotals subtotal subtotals sum summe gesamt gesamtsumme zwischensumme insgesamt anzahl \
    totale subtotale somma totali suma totaal subtotaal totaux soustotal razem suma celkem soucet spolu osszesen summa totalt \
    yhteensa kokku kopa isviso ukupno skupaj toplam итого всего сума 合計 総計 计 合计 합계 count records recordcount "
);

/// Cells of a row that has more or fewer of them than the header; whether they are in their places all the same.
pub(super) fn settled(mut cells: Vec<String>, columns: &[Column]) -> (Vec<String>, bool) {
    while cells.len() > columns.len() && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    if cells.len() > columns.len() {
        // A remark in the last column with a divider in it: everything before it is in its place.
        let last_is_text =
            columns.last().is_some_and(|column| column.field == Some(Field::Message));
        if last_is_text && !columns.is_empty() && fits(&cells[..columns.len()], columns) {
            let rest = cells.split_off(columns.len());
            if let Some(last) = cells.last_mut() {
                for cell in rest {
                    last.push_str(", ");
                    last.push_str(cell.trim());
                }
            }
            return (cells, true);
        }
        return (cells, false);
    }
    // Cells that are empty at the end are often left out.
    let sound = fits(&cells, columns);
    (cells, sound)
}

/// Whether each channel stands in a column for it.
fn fits(cells: &[String], columns: &[Column]) -> bool {
    let mut named = false;
    let mut astray = false;
    for (cell, column) in cells.iter().zip(columns) {
        let address = normal::email(cell).is_some();
        match column.field {
            Some(Field::Email | Field::OtherEmail) => {
                named |= address;
                if !address && !cell.trim().is_empty() && !normal::is_filler(cell) {
                    return false;
                }
            }
            Some(Field::Phone | Field::Mobile | Field::OtherPhone) => {
                if !cell.trim().is_empty()
                    && !normal::is_filler(cell)
                    && normal::phone(cell, "").is_none()
                {
                    return false;
                }
            }
            _ => astray |= address,
        }
    }
    named || !astray
}

/// A row that a person must look at, since its cells are not in their places.
pub(super) fn shifted(cells: &[String], columns: &[Column]) -> PartReading {
    let found = cells.iter().find(|cell| cell.contains('@')).and_then(|cell| normal::line(cell));
    let whom = found
        .map(|cell| format!(" (it holds \"{}\")", cell.chars().take(80).collect::<String>()))
        .unwrap_or_default();
    PartReading::unclear(format!(
        "The row has {} cells where the header names {} columns, so that its cells may be shifted{whom}; put it right and \
             send it again, or release it with what is right.",
        cells.len(),
        columns.len()
    ))
}

/// A header among the rows, or a total: nobody.
pub(super) fn no_person(cells: &[String], columns: &[Column]) -> Option<PartReading> {
    let mut filled = cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
    let (_, first) = filled.clone().next()?;
    let count = filled.clone().count();
    let no_lead =
        |reason: &str| Some(PartReading::NoLead { kind: NoLead::Empty, reason: reason.to_owned() });
    let names = |(at, cell): (usize, &String)| {
        columns.get(at).is_some_and(|column| fold(&column.name) == fold(cell))
            || fields::meaning(cell).is_some()
                && normal::email(cell).is_none()
                && !cell.bytes().any(|b| b.is_ascii_digit())
    };
    let same = filled
        .clone()
        .filter(|(at, cell)| {
            columns.get(*at).is_some_and(|column| fold(&column.name) == fold(cell))
        })
        .count();
    if count >= 2 && (same == count || same >= 1 && same * 2 >= count && filled.all(names))
        || count == 1 && same == 1
    {
        return no_lead("The row repeats the names of the columns; it is no person.");
    }
    let reaches = cells.iter().any(|cell| normal::email(cell).is_some());
    let word: String =
        first.chars().take_while(|c| c.is_alphabetic() || " -.".contains(*c)).take(40).collect();
    let rest = first[word.len()..].trim();
    let listed = TOTALS.has(&fold(&word));
    if listed
        && !reaches
        && (rest.is_empty()
            || rest.starts_with([':', '(', '=', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']))
    {
        return no_lead("The row is a total of others; it is no person.");
    }
    None
}
