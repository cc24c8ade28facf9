//! On which terms goods are delivered: a rule of Incoterms 2020, and the place that it names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::newer::NewerWord;
use crate::text::Short;

/// Who bears carriage and risk, and up to where (D365: freighttermscode).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryTerms {
    pub incoterm: Incoterm,
    /// The place or port that the rule names, as `Lyon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true), with = "Option<Short>")]
    pub place: Option<String>,
}

/// A rule of Incoterms 2020 of the International Chamber of Commerce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Incoterm {
    /// Ex works.
    Exw,
    /// Free carrier.
    Fca,
    /// Carriage paid to.
    Cpt,
    /// Carriage and insurance paid to.
    Cip,
    /// Delivered at place.
    Dap,
    /// Delivered at place unloaded.
    Dpu,
    /// Delivered duty paid.
    Ddp,
    /// Free alongside ship.
    Fas,
    /// Free on board.
    Fob,
    /// Cost and freight.
    Cfr,
    /// Cost, insurance and freight.
    Cif,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl Incoterm {
    /// As people write the rule: in three capitals.
    ///
    /// # Errors
    /// The word for a rule of a newer program.
    pub const fn code(self) -> Result<&'static str, NewerWord> {
        Ok(match self {
            Self::Exw => "EXW",
            Self::Fca => "FCA",
            Self::Cpt => "CPT",
            Self::Cip => "CIP",
            Self::Dap => "DAP",
            Self::Dpu => "DPU",
            Self::Ddp => "DDP",
            Self::Fas => "FAS",
            Self::Fob => "FOB",
            Self::Cfr => "CFR",
            Self::Cif => "CIF",
            Self::Newer(word) => return Err(word),
        })
    }
}

impl DeliveryTerms {
    /// By that rule, with the place that it names; blanks around it are cut, and an empty one is none.
    #[must_use]
    pub fn of(incoterm: Incoterm, place: Option<&str>) -> Self {
        let place = place.map(str::trim).filter(|place| !place.is_empty());
        Self { incoterm, place: place.map(str::to_owned) }
    }

    /// In words, as a document bears them: `DAP Lyon (Incoterms 2020)`. A rule of a newer program is told by its word,
    /// without the year that it may not be of.
    #[must_use]
    pub fn text(&self) -> String {
        let place = self.place.as_ref().map_or_else(String::new, |place| format!(" {place}"));
        match self.incoterm.code() {
            Ok(code) => format!("{code}{place} (Incoterms 2020)"),
            Err(word) => format!("{}{place}", word.as_str().to_uppercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f87_each_rule_of_incoterms_2020_is_known_by_its_word_and_told_in_capitals() {
        for word in
            ["exw", "fca", "cpt", "cip", "dap", "dpu", "ddp", "fas", "fob", "cfr", "cif", "dat"]
        {
            let rule: Incoterm = serde_json::from_value(word.into()).expect(word);
            let text = DeliveryTerms::of(rule, Some(" Lyon ")).text();
            let capitals = word.to_uppercase();
            let known = word != "dat";
            assert_eq!(rule.code().is_ok(), known, "{word} was of an edition before");
            let year = if known { " (Incoterms 2020)" } else { "" };
            assert_eq!(text, format!("{capitals} Lyon{year}"));
            assert_eq!(serde_json::to_value(rule).ok(), Some(word.into()));
        }
        let bare = DeliveryTerms::of(Incoterm::Exw, Some("  "));
        assert_eq!((bare.text().as_str(), bare.place), ("EXW (Incoterms 2020)", None));
    }
}
