//! How a list is to be read: what its sender declares, checked before the first row is.

use domain::consent::{ConsentSaid, Purpose};
use domain::declared::Declared;
use domain::enquiry::{Enquiry, NoLead, OTHER_FIELDS_MAX, OtherField, PartReading};
use domain::text::excerpt;

use crate::fields::Field;
use crate::normal::{self, Notation};

mod headers;
mod profile;

pub use headers::declared;
use profile::Fit;

/// How a list is to be read. The default is that nothing is declared.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// It is a sheet: a record is a row, and every cell stands in its column.
    pub sheet: bool,
    declared: Declared,
    /// Columns as the sender writes them, each with what it is.
    map: Vec<(String, Meaning)>,
    notation: Option<Notation>,
}

/// What a column is declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Field(Field),
    /// Kept as it is written.
    Other,
}

/// The name in a mapping of what has no field of ours.
pub(crate) const OTHER: &str = "other";
/// The field that the words of a declared consent are kept in.
const CONSENT: &str = "consent wording";

impl Terms {
    /// The terms of a list that is a sheet, or none.
    ///
    /// # Errors
    /// A finished sentence that names what is not known.
    pub fn new(sheet: bool, declared: &Declared) -> Result<Self, String> {
        let mut map = Vec::with_capacity(declared.map.len());
        for (column, name) in &declared.map {
            let column = normal::line(column).ok_or_else(|| {
                "The mapping names a column without a name; leave it out.".to_owned()
            })?;
            let meaning = match Field::of_name(name) {
                Some(field) => Meaning::Field(field),
                None if name == OTHER => Meaning::Other,
                None => return Err(no_field(&column, name)),
            };
            map.push((column, meaning));
        }
        let notation = match &declared.locale {
            None => None,
            Some(locale) => Some(Notation::of(locale).ok_or_else(|| {
                let locale = excerpt(locale);
                format!("The locale `{locale}` is not known; declare one as `es-ES` or `en-US`, or none.")
            })?),
        };
        declared.profile.as_ref().map_or(Ok(()), profile::check)?;
        Ok(Self { sheet, declared: declared.clone(), map, notation })
    }

    /// How dates and numbers are written.
    pub(crate) const fn notation(&self) -> Option<Notation> {
        self.notation
    }

    /// What a column of this name is declared to be.
    pub(crate) fn meaning(&self, name: &str) -> Option<Meaning> {
        let found = self.map.iter().find(|(column, _)| column == name);
        found.map(|(_, meaning)| *meaning)
    }

    /// Whether any column is declared to be this.
    pub(crate) fn declares(&self, field: Field) -> bool {
        self.map.iter().any(|(_, meaning)| *meaning == Meaning::Field(field))
    }

    /// Whether everybody in the list agreed to mail in bulk, unless their row says no.
    pub(crate) const fn consents(&self) -> bool {
        self.declared.consent.is_some()
    }

    /// How many columns are declared.
    pub(crate) const fn columns(&self) -> usize {
        self.map.len()
    }

    /// Columns that are declared and that the list does not have, as a finished sentence.
    pub(crate) fn missing<'c>(
        &self,
        has: impl Fn(&str) -> bool,
        found: impl Iterator<Item = &'c str>,
    ) -> Option<String> {
        /// Most names that the sentence repeats.
        const NAMED_MAX: usize = 12;
        let missing = self.map.iter().map(|(column, _)| column).filter(|column| !has(column));
        let missing: Vec<_> =
            missing.take(NAMED_MAX).map(|column| format!("`{}`", excerpt(column))).collect();
        if missing.is_empty() {
            return None;
        }
        let found: Vec<_> = found.take(NAMED_MAX).map(excerpt).collect();
        Some(format!(
            "The mapping names {}, which the list does not have (it has {}); name its columns as they are written \
             there.",
            missing.join(", "),
            found.join(", ")
        ))
    }

    /// A row that was read, with what is declared of the whole list, and judged by the target profile.
    pub(crate) fn settle(&self, reading: PartReading) -> PartReading {
        match reading {
            PartReading::Enquiry(mut enquiry) => {
                self.complete(&mut enquiry);
                let profile = self.declared.profile.as_ref();
                match profile.map_or(Fit::Inside, |it| profile::fit(it, &enquiry)) {
                    Fit::Inside => PartReading::Enquiry(enquiry),
                    Fit::Outside(reason) => PartReading::NoLead { kind: NoLead::Profile, reason },
                    Fit::Unsaid(reason) => PartReading::Enquiry(enquiry).held(reason),
                }
            }
            PartReading::Unclear { reason, enquiry: Some(mut enquiry) } => {
                self.complete(&mut enquiry);
                PartReading::Unclear { reason, enquiry: Some(enquiry) }
            }
            other => other,
        }
    }

    /// Adds what is declared of the whole list. A column that the sender names says more.
    fn complete(&self, enquiry: &mut Enquiry) {
        let Declared { source, campaign, owner, consent, .. } = &self.declared;
        if let Some(source) = source
            && !self.declares(Field::Source)
        {
            enquiry.source = *source;
        }
        self.put(Field::Campaign, &mut enquiry.campaign, campaign.as_ref());
        self.put(Field::Owner, &mut enquiry.owner, owner.as_ref());
        if enquiry.consent
            && let Some(words) = consent.as_deref().and_then(normal::line)
        {
            enquiry.other.truncate(OTHER_FIELDS_MAX - 1);
            let bulk = |said: &&mut ConsentSaid| said.purpose == Purpose::BulkMail;
            if let Some(said) = enquiry.consents.iter_mut().find(bulk) {
                said.wording = Some(words.clone());
            }
            enquiry.other.push(OtherField { name: CONSENT.to_owned(), value: words });
        }
    }

    fn put(&self, field: Field, slot: &mut Option<String>, declared: Option<&String>) {
        if let Some(declared) = declared.and_then(|text| normal::line(text))
            && !(self.declares(field) && slot.is_some())
        {
            *slot = Some(declared);
        }
    }
}

fn no_field(column: &str, name: &str) -> String {
    let mut known = Field::names().chain([OTHER]);
    let near = known.find(|known| forms::fold(known) == forms::fold(name));
    let step = match near {
        Some(near) => format!("write `{near}`"),
        None => format!(
            "name one of {}, `{OTHER}` or `ignore`",
            "`email`, `phone`, `full_name`, `company`, `city`, `country`, `message`, `product`, `quantity`, `budget`"
        ),
    };
    format!(
        "The mapping says that the column `{}` is `{}`, which is no field; {step}.",
        excerpt(column),
        excerpt(name)
    )
}

#[cfg(test)]
mod tests;
