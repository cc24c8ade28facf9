//! A column of a list.

use crate::fields::{self, Field};
use crate::normal;
use crate::terms::{Meaning, Terms};

/// Names of columns for the web site of whom the row is about, which in a form may be the page that it stands on.
const SITES: &[&str] = &["url", "domain", "webpage", "siteurl", "host", "seite"];

/// A column with what its name means.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) field: Option<Field>,
    /// By its name a secret may stand in it.
    suspect: bool,
}

impl Column {
    pub(super) fn new(name: String, field: Option<Field>) -> Self {
        Self { suspect: normal::may_be_secret(&name), name, field }
    }

    /// Whether a cell of it is a secret.
    pub(super) fn holds_secret(&self, cell: &str) -> bool {
        if self.suspect {
            normal::is_secret(&self.name, cell)
        } else {
            normal::is_plain_secret(cell)
        }
    }

    /// Columns that are known by what stands in them.
    pub(super) fn by_value(names: Vec<String>, fields: Vec<Option<Field>>) -> Vec<Self> {
        let columns =
            (1..).zip(names).zip(fields).map(|((place, name), field): ((usize, _), _)| {
                let name = crate::normal::line(&name).unwrap_or_else(|| format!("column {place}"));
                Self::new(name, field)
            });
        columns.collect()
    }
}

/// Columns by what they are called and declared to be.
pub(super) fn columns(names: &[String], terms: &Terms) -> Vec<Column> {
    let mut seen = std::collections::HashMap::new();
    let mut columns: Vec<Column> = (1..)
        .zip(names)
        .map(|(place, name): (usize, _)| {
            let name = crate::normal::line(name).unwrap_or_else(|| format!("column {place}"));
            // In a list there is no form that could stand on a page.
            let field = match fields::meaning(&name) {
                Some(Field::Page) if SITES.contains(&forms::fold(&name).as_str()) => {
                    Some(Field::Website)
                }
                field => field,
            };
            let times = seen.entry(name.clone()).and_modify(|n| *n += 1).or_insert(1);
            let name = if *times > 1 { format!("{name} ({times})") } else { name };
            // What another column is declared to be is not looked for in this one.
            let field = field.filter(|field| !terms.declares(*field));
            Column::new(name, field)
        })
        .collect();
    if lists_companies(&columns) {
        for column in &mut columns {
            if column.field == Some(Field::FullName) {
                column.field = Some(Field::Company);
            }
        }
    }
    for column in &mut columns {
        match terms.meaning(&column.name) {
            Some(Meaning::Field(field)) => column.field = Some(field),
            Some(Meaning::Other) => column.field = None,
            None => {}
        }
    }
    columns
}

/// Whether "Name" names companies: nothing in the header is about a person, something is about an
/// account.
fn lists_companies(columns: &[Column]) -> bool {
    let has = |wanted: &[Field]| {
        columns.iter().any(|column| column.field.is_some_and(|field| wanted.contains(&field)))
    };
    let account = columns.iter().any(|column| {
        let folded = forms::fold(&column.name);
        ["account", "annualrevenue", "revenue", "umsatz", "duns"]
            .iter()
            .any(|begin| folded.starts_with(begin))
    });
    !has(&[Field::Email, Field::GivenName, Field::FamilyName, Field::Company, Field::JobTitle])
        && (account || has(&[Field::Employees, Field::Industry, Field::TaxId]))
}
