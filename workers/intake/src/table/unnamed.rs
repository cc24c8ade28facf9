//! Lists without a header, or with one in words that are not known: a column is what stands in it, where that is
//! plain. What is read so is likely at most.

use std::collections::HashMap;

use super::dialect::{COLUMNS_MAX, Dialect, Header, cells, dialects, is_blank, next_record};
use crate::fields::Field;
use crate::normal;
use crate::terms::Terms;
use forms::countries;
use forms::fold;

/// How many records are looked at.
const RECORDS_MAX: usize = 200;

/// A record, with where it and the next one begin.
struct Row {
    at: usize,
    next: usize,
    cells: Vec<String>,
}

/// The columns of a list in which somebody is named and can be reached; `None` where that is not plain.
pub(super) fn header(text: &str, terms: &Terms) -> Option<Header> {
    dialects(text, terms).find_map(|dialect| header_in(text, dialect))
}

fn header_in(text: &str, dialect: Dialect) -> Option<Header> {
    let rows = rows(text, dialect)?;
    let (first, rest) = rows.split_first()?;
    let kinds = kinds(rest);
    let is_channel = |at: usize, cell: &str| match kinds.get(at) {
        Some(Some(Field::Email)) => is_email(cell),
        Some(Some(Field::Phone)) => is_phone(cell),
        _ => false,
    };
    let has = |wanted: &[Field]| kinds.iter().flatten().any(|field| wanted.contains(field));
    let plain = has(&[Field::Email, Field::Phone])
        && has(&[Field::FullName, Field::GivenName, Field::Company]);
    if !plain {
        return None;
    }
    let is_row = first.cells.iter().enumerate().any(|(at, cell)| is_channel(at, cell));
    let names = if is_row { named(&kinds) } else { first.cells.clone() };
    let data = if is_row { first.at } else { first.next };
    Some(Header { names, dialect, data, fields: Some(kinds) })
}

/// The first rows that have as many cells as most have.
fn rows(text: &str, dialect: Dialect) -> Option<Vec<Row>> {
    let (mut rows, mut at) = (Vec::new(), 0);
    while rows.len() < RECORDS_MAX {
        let Some(record) = next_record(text, at, dialect) else { break };
        if record.unclosed {
            return None;
        }
        let begin = std::mem::replace(&mut at, record.next);
        let record_text = &text[record.range];
        if !is_blank(record_text, dialect.delimiter) {
            let cells = cells(record_text, dialect);
            rows.push(Row { at: begin, next: record.next, cells });
        }
    }
    let mut lengths: HashMap<usize, usize> = HashMap::new();
    rows.iter().for_each(|row| *lengths.entry(row.cells.len()).or_default() += 1);
    let (usual, count) = lengths.into_iter().max_by_key(|(length, count)| (*count, *length))?;
    let all = rows.len();
    rows.retain(|row| row.cells.len() == usual);
    ((2..COLUMNS_MAX).contains(&usual) && count > 1 && count * 10 >= all * 9).then_some(rows)
}

/// What columns are called that have no names.
fn named(kinds: &[Option<Field>]) -> Vec<String> {
    let name = |(place, field): (usize, &Option<Field>)| {
        field.map_or_else(|| format!("column {place}"), |field| field.name().to_owned())
    };
    (1..).zip(kinds).map(name).collect()
}

/// What is plain by itself: the field of the first such column and of further ones, and how many tenths of its
/// cells must be so.
struct Plain {
    first: Field,
    further: Field,
    tenths: u8,
    is: fn(&str) -> bool,
}

const PLAIN: [Plain; 4] = [
    Plain { first: Field::Email, further: Field::OtherEmail, tenths: 9, is: is_email },
    Plain { first: Field::Phone, further: Field::OtherPhone, tenths: 8, is: is_phone },
    Plain { first: Field::Website, further: Field::Website, tenths: 8, is: is_site },
    Plain { first: Field::Country, further: Field::Country, tenths: 9, is: is_country },
];

/// What each column is.
fn kinds(rows: &[Row]) -> Vec<Option<Field>> {
    let width = rows.first().map_or(0, |row| row.cells.len());
    let columns: Vec<Column<'_>> = (0..width).map(|at| Column::of(rows, at)).collect();
    let mut kinds: Vec<Option<Field>> = vec![None; width];
    for Plain { first, further, tenths, is } in PLAIN {
        for (at, column) in columns.iter().enumerate() {
            if kinds[at].is_none() && column.mostly(tenths, is) {
                kinds[at] = Some(if kinds.contains(&Some(first)) { further } else { first });
            }
        }
    }
    let firms = free(&kinds).filter(|at| columns[*at].mostly(5, normal::is_firm));
    if let Some(at) = only(firms) {
        kinds[at] = Some(Field::Company);
    }
    who(&columns, &mut kinds);
    place(&columns, &mut kinds);
    kinds
}

/// The columns that are not known yet.
fn free(kinds: &[Option<Field>]) -> impl Iterator<Item = usize> {
    (0..kinds.len()).filter(|at| kinds[*at].is_none())
}

/// The one of several; `None` where there are more.
fn only(mut all: impl Iterator<Item = usize>) -> Option<usize> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// Finds the name of the person: in one column, or in two of which the addresses tell what comes first.
fn who(columns: &[Column<'_>], kinds: &mut [Option<Field>]) {
    let mail = kinds.iter().position(|kind| *kind == Some(Field::Email)).map(|at| &columns[at]);
    let names: Vec<usize> = free(kinds).filter(|at| columns[*at].mostly(8, is_full_name)).collect();
    let in_mail = |at: &usize| mail.is_some_and(|mail| columns[*at].stands_in(mail));
    let named = match names.as_slice() {
        [one] => Some(*one),
        several => only(several.iter().copied().filter(in_mail)),
    };
    if let Some(at) = named {
        kinds[at] = Some(Field::FullName);
        return;
    }
    let words: Vec<usize> =
        free(kinds).filter(|at| columns[*at].mostly(8, is_name_word)).filter(in_mail).collect();
    if let (&[one, other], Some(mail)) = (words.as_slice(), mail)
        && one + 1 == other
    {
        let first = columns[one].before(&columns[other], mail);
        let fields = (Field::GivenName, Field::FamilyName);
        let (left, right) = if first { fields } else { (fields.1, fields.0) };
        (kinds[one], kinds[other]) = (Some(left), Some(right));
    }
}

/// A postal code stands beside its town.
fn place(columns: &[Column<'_>], kinds: &mut [Option<Field>]) {
    let pairs = free(kinds).filter(|at| {
        let town = at + 1;
        kinds.get(town) == Some(&None)
            && columns[*at].mostly(9, is_code)
            && !columns[*at].counts()
            && columns[town].mostly(9, is_words)
    });
    if let Some(at) = only(pairs.collect::<Vec<_>>().into_iter()) {
        (kinds[at], kinds[at + 1]) = (Some(Field::PostalCode), Some(Field::City));
    }
}

/// The cells of a column, one for each row.
struct Column<'r> {
    cells: Vec<&'r str>,
}

impl<'r> Column<'r> {
    fn of(rows: &'r [Row], at: usize) -> Self {
        Self { cells: rows.iter().map(|row| row.cells[at].trim()).collect() }
    }

    /// Whether so many tenths of its filled cells are something, and at least one is.
    fn mostly(&self, tenths: u8, is: fn(&str) -> bool) -> bool {
        let filled = self.cells.iter().filter(|cell| !normal::is_filler(cell) && !cell.is_empty());
        let count = filled.clone().count();
        count > 0 && filled.filter(|cell| is(cell)).count() * 10 >= count * usize::from(tenths)
    }

    /// Whether the last words of its cells stand in the addresses beside them, in half of the rows.
    fn stands_in(&self, mail: &Self) -> bool {
        let last = |cell: &str| fold(cell.split_whitespace().next_back().unwrap_or_default());
        let pairs = self.cells.iter().zip(&mail.cells).filter(|(cell, _)| !cell.is_empty());
        let found = pairs.clone().filter(|(cell, mail)| {
            let word = last(cell);
            word.len() > 2 && local(mail).contains(&word)
        });
        found.count() * 2 >= pairs.count().max(1)
    }

    /// Whether its cells stand before those of another column in the addresses of most rows.
    fn before(&self, other: &Self, mail: &Self) -> bool {
        let places = self.cells.iter().zip(&other.cells).zip(&mail.cells);
        let places = places.filter_map(|((one, other), mail)| {
            let local = local(mail);
            Some(local.find(&fold(one))? < local.find(&fold(other))?)
        });
        let (before, behind): (Vec<bool>, Vec<bool>) = places.partition(|before| *before);
        before.len() >= behind.len()
    }

    /// Whether it counts the rows.
    fn counts(&self) -> bool {
        let numbers: Vec<u64> = self.cells.iter().filter_map(|cell| cell.parse().ok()).collect();
        numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
    }
}

fn local(mail: &str) -> String {
    fold(mail.split('@').next().unwrap_or_default())
}

fn is_email(cell: &str) -> bool {
    cell.contains('@') && normal::email(cell).is_some()
}

fn is_phone(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    cell.starts_with(['+', '0', '('])
        && (7..=15).contains(&digits)
        && cell.chars().all(|c| c.is_ascii_digit() || " +()-./\u{a0}".contains(c))
        && normal::date(cell, None).is_none()
}

fn is_site(cell: &str) -> bool {
    let bare = cell.split_once("://").map_or(cell, |(_, rest)| rest);
    (bare.len() < cell.len() || bare.starts_with("www.")) && normal::host(cell).is_some()
}

fn is_country(cell: &str) -> bool {
    let shaped = cell.len() == 2 && cell.bytes().all(|b| b.is_ascii_uppercase()) || cell.len() > 3;
    shaped && countries::code(cell).is_some()
}

fn is_code(cell: &str) -> bool {
    (4..=5).contains(&cell.len()) && cell.bytes().all(|b| b.is_ascii_digit())
}

fn is_words(cell: &str) -> bool {
    cell.chars().all(|c| c.is_alphabetic() || " .'’/-()".contains(c)) && is_upper(cell)
}

fn is_full_name(cell: &str) -> bool {
    let words = cell.split_whitespace();
    (2..=4).contains(&words.clone().count())
        && words.clone().all(is_part)
        && is_upper(cell)
        && words.last().is_some_and(is_upper)
        && !normal::is_firm(cell)
}

fn is_name_word(cell: &str) -> bool {
    is_part(cell) && is_upper(cell)
}

fn is_part(word: &str) -> bool {
    word.chars().all(|c| c.is_alphabetic() || ".'’,-".contains(c))
}

/// Whether it begins with a capital, or in a script without any.
fn is_upper(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use domain::certainty::Certainty;
    use domain::enquiry::{Enquiry, PartReading};

    use super::super::Table;
    use super::*;
    use crate::options::ReadOptions;

    fn open(text: &str) -> Result<Table, String> {
        Table::open(text.as_bytes(), &ReadOptions::default(), &Terms::default())
    }

    fn first(table: &Table) -> Enquiry {
        match table.rows(1, 1).remove(0).reading {
            PartReading::Enquiry(enquiry) => *enquiry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn columns_without_names_are_read_where_what_stands_in_them_is_plain() {
        let table = open(
            "Anna Blum;anna.blum@acme.example;+49 30 1234567;10115;Berlin;Acme GmbH\n\
             Max Mut;max@mut.example;030 7654321;20095;Hamburg;Mut KG\n\
             Eva Gut;eva.gut@gut.example;;80331;München;Gut AG\n",
        );
        let table = table.expect("plain");
        assert_eq!(table.row_count(), 3);
        let names: Vec<_> = table.columns().collect();
        assert_eq!(names, ["full_name", "email", "phone", "postal_code", "city", "company"]);
        let read = first(&table);
        assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
        assert_eq!(read.person.emails, ["anna.blum@acme.example"]);
        assert_eq!(read.company.as_deref(), Some("Acme GmbH"));
        let address = read.address.expect("address");
        assert_eq!(
            (address.postal_code.as_deref(), address.city.as_deref()),
            (Some("10115"), Some("Berlin"))
        );
        // A value tells less than a name does.
        assert_eq!(
            (read.certainty.who, read.certainty.channel),
            (Certainty::Likely, Certainty::Likely)
        );
    }

    #[test]
    fn the_addresses_tell_which_of_two_columns_is_the_given_name() {
        for (text, given) in [
            ("1001,Anna,Blum,anna.blum@a.example\n1002,Max,Mut,max.mut@b.example\n", "Anna"),
            ("Blum,Anna,anna.blum@a.example\nMut,Max,max.mut@b.example\n", "Anna"),
        ] {
            let read = first(&open(text).expect(text));
            assert_eq!(read.person.given_name.as_deref(), Some(given), "{text}");
            assert_eq!(read.person.family_name.as_deref(), Some("Blum"), "{text}");
        }
    }

    #[test]
    fn a_header_in_words_that_are_not_known_is_no_row() {
        let table = open("Qwx;Zrt;Plk\nAnna Blum;anna@a.example;x1\nMax Mut;max@b.example;x2\n");
        let table = table.expect("plain");
        assert_eq!(table.row_count(), 2);
        assert_eq!(table.columns().collect::<Vec<_>>(), ["Qwx", "Zrt", "Plk"]);
        let read = first(&table);
        assert_eq!(read.person.full_name().as_deref(), Some("Anna Blum"));
        assert_eq!((read.other[0].name.as_str(), read.other[0].value.as_str()), ("Plk", "x1"));
    }

    #[test]
    fn what_is_not_plain_is_left_to_a_person() {
        for text in [
            // Addresses alone may be those that must not be written to.
            "anna@a.example\nmax@b.example\n",
            "anna@a.example,1\nmax@b.example,2\n",
            // Which of the two columns names the person?
            "Anna Blum,Rita Sachs,+49 30 1234567\nMax Mut,Paul Kern,+49 30 7654321\n",
            "Anna,Blum,info@a.example\nMax,Mut,shop@b.example\n",
            "a,b\n1,2\n",
        ] {
            let why = open(text).expect_err(text);
            assert!(why.ends_with('.'), "{why}");
        }
    }

    #[test]
    fn every_name_that_is_given_to_a_column_is_known_when_it_comes_back() {
        for field in [
            Field::Email,
            Field::OtherEmail,
            Field::Phone,
            Field::OtherPhone,
            Field::Website,
            Field::Country,
            Field::Company,
            Field::FullName,
            Field::GivenName,
            Field::FamilyName,
            Field::PostalCode,
            Field::City,
        ] {
            assert_eq!(crate::fields::meaning(field.name()), Some(field));
        }
    }
}
