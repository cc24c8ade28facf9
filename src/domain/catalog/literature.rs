//! What helps to sell: literature about products and competitors.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::newer::NewerWord;
use crate::text::{Code, Short, trimmed};

/// Most items of literature in the catalog.
pub const LITERATURE_MAX: usize = 10_000;

/// A paper, a presentation, a film (D365: salesliterature).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Literature {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub code: String,
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Short")]
    pub title: String,
    pub kind: LiteratureKind,
    /// The language that it is in, as `de` or `pt-BR`; absent: it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Code>,
    /// Where it lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Short>,
    /// The SKUs that it is about; those of families too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub products: Vec<Code>,
    /// The names of the competitors that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000))]
    pub competitors: Vec<Short>,
    /// The last day on which it may be shown; absent: it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
}

/// What it is (D365: literaturetypecode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LiteratureKind {
    Presentation,
    ProductSheet,
    PolicyAndProcedure,
    SalesLiterature,
    Spreadsheet,
    News,
    Bulletin,
    PriceSheet,
    Manual,
    CompanyBackground,
    MarketingCollateral,
    BattleCard,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// What literature is sought for.
#[derive(Clone, Debug)]
pub struct Sought<'s> {
    /// The SKUs that are talked of, and those of their families.
    pub products: Vec<&'s str>,
    pub competitors: Vec<&'s str>,
    /// Absent: any.
    pub language: Option<&'s str>,
    pub on: NaiveDate,
}

impl Literature {
    /// Is it about something sought, in that language, and not expired?
    #[must_use]
    pub(super) fn fits(&self, sought: &Sought<'_>) -> bool {
        let spoken = match (&self.language, sought.language) {
            (Some(own), Some(wanted)) => is_language(own, wanted),
            _ => true,
        };
        let fresh = self.expires.is_none_or(|last| sought.on <= last.date());
        spoken && fresh && self.hits(sought) > 0
    }

    /// How many of the products and competitors sought it is about.
    #[must_use]
    pub(super) fn hits(&self, sought: &Sought<'_>) -> usize {
        let products = self.products.iter().filter(|sku| sought.products.contains(&&***sku));
        let named = |name: &&Short| {
            let lower = name.to_lowercase();
            sought.competitors.iter().any(|wanted| wanted.trim().to_lowercase() == lower)
        };
        products.count() + self.competitors.iter().filter(named).count()
    }
}

/// `de-AT` is German, where German is sought.
fn is_language(own: &str, wanted: &str) -> bool {
    let (own, wanted) = (own.to_lowercase(), wanted.trim().to_lowercase());
    own == wanted || own.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with(['-', '_']))
}
