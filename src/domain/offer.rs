//! What a quote offers: its lines, of which the customer may leave some out, its terms and its totals.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::slice;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::billing::Billing;
use crate::customer::Buyer;
use crate::delivery_terms::DeliveryTerms;
use crate::document::{DeliverTo, Line, PaymentTerms, compute, copied};
use crate::ids::LineId;
use crate::money::Currency;
use crate::totals::{Header, Totals, TotalsError};

/// The fields of a line that a customer does not see.
pub(crate) const OWN_KNOWLEDGE: [&str; 2] = ["price_override", "price_trace"];

/// The content of a quote: what the customer accepts, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    pub buyer: Buyer,
    pub lines: Vec<Line>,
    /// The lines that the customer may take beside the others: they count in no total before they are picked, and
    /// the parts of a bundle go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional: Vec<OptionalLine>,
    pub header: Header,
    pub totals: Totals,
    pub payment_terms: PaymentTerms,
    /// When invoices would be made; absent: when the order is fulfilled.
    #[serde(default, skip_serializing_if = "Billing::is_default")]
    pub billing: Billing,
    /// Where the goods would go; absent: to the buyer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<Box<DeliverTo>>,
    /// On which terms they are delivered; absent: none were agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_terms: Option<Box<DeliveryTerms>>,
    /// The first day on which it may be accepted, in the seller's zone (D365: effectivefrom); absent: from the
    /// moment on when it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<NaiveDate>,
    /// The last day on which it may be accepted, in the seller's zone (D365: effectiveto).
    pub effective_to: NaiveDate,
    /// What the seller says to the customer before the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub introduction: Option<String>,
    /// What the seller says after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub closing_note: Option<String>,
}

/// A line of an offer that the customer may take or leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OptionalLine {
    pub line: LineId,
    /// Lines of one group are alternatives: at most one of them is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// Why lines cannot be picked so; goes on from "… cannot be accepted: ".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PickError {
    #[error(
        "the line `{0}` is none of its optional lines. Pick among those that it lists in `optional`"
    )]
    NotOptional(LineId),
    #[error("`{first}` and `{second}` are alternatives of the group `{group}`. Pick one of them")]
    Alternatives { group: String, first: String, second: String },
    #[error(
        "nothing is taken: all its lines are optional. Name in `picks` what the customer wants"
    )]
    Nothing,
}

impl PickError {
    /// The rule by which it is refused.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NotOptional(_) => "quote.pick_unknown",
            Self::Alternatives { .. } => "quote.pick_alternatives",
            Self::Nothing => "quote.pick_nothing",
        }
    }
}

impl Offer {
    /// SHA-256 of the offer as the customer sees it, in lower-case hexadecimal: its JSON as said in the events, keys
    /// sorted, without blanks, and without what is the seller's own knowledge (`price_override` and `price_trace` of
    /// lines, `exchange` of the header). Whoever holds the offer can compute it again (F88).
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut json = String::new();
        canonical(&self.seen(), &mut json);
        let digest = Sha256::digest(json.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The offer as the customer sees it.
    pub(crate) fn seen(&self) -> Value {
        let mut offer = serde_json::to_value(self)
            .expect("an offer has string keys only, so that it is always JSON");
        for line in offer["lines"].as_array_mut().into_iter().flatten() {
            if let Some(line) = line.as_object_mut() {
                OWN_KNOWLEDGE.iter().for_each(|field| drop(line.remove(*field)));
            }
        }
        if let Some(header) = offer["header"].as_object_mut() {
            header.remove("exchange");
        }
        offer
    }

    /// Computes the amounts of its lines and its totals anew.
    ///
    /// # Errors
    /// [`TotalsError`] where an amount leaves the range of `numeric(20,6)`, or its header makes no sense.
    pub fn settle(&mut self, currency: Currency) -> Result<(), TotalsError> {
        self.totals = offered(&mut self.lines, &self.optional, &self.header, currency)?;
        self.header = std::mem::take(&mut self.header).converted(&self.totals);
        Ok(())
    }

    /// The same with lines of its own.
    #[must_use]
    pub fn copy(&self, id: impl FnMut() -> LineId) -> Self {
        let lines = copied(&self.lines, id);
        let place = |line: LineId| self.lines.iter().position(|known| known.id == line);
        let moved = |it: &OptionalLine| {
            let line = lines.get(place(it.line)?)?.id;
            Some(OptionalLine { line, ..it.clone() })
        };
        let optional = self.optional.iter().filter_map(moved).collect();
        Self { lines, optional, ..self.clone() }
    }

    /// The lines that the customer may take or leave, their parts with them.
    #[must_use]
    pub fn optional_lines(&self) -> BTreeSet<LineId> {
        apart(&self.lines, &self.optional)
    }

    /// The lines that are ordered with these picks, in the order of the document.
    ///
    /// # Errors
    /// [`PickError`] where one is no optional line, two are alternatives of each other, or nothing is left.
    pub fn ordered(&self, picks: &[LineId]) -> Result<Vec<&Line>, PickError> {
        let picks: BTreeSet<_> = picks.iter().copied().collect();
        let of = |pick: LineId| self.optional.iter().find(|it| it.line == pick);
        if let Some(unknown) = picks.iter().find(|pick| of(**pick).is_none()) {
            return Err(PickError::NotOptional(*unknown));
        }
        let mut taken: Vec<(&String, LineId)> = Vec::new();
        for OptionalLine { line, group } in
            self.optional.iter().filter(|it| picks.contains(&it.line))
        {
            let Some(group) = group else { continue };
            if let Some((_, first)) = taken.iter().find(|(known, _)| *known == group) {
                let (first, second) = (self.named(*first), self.named(*line));
                return Err(PickError::Alternatives { group: group.clone(), first, second });
            }
            taken.push((group, *line));
        }
        let left: Vec<_> =
            self.optional.iter().filter(|it| !picks.contains(&it.line)).cloned().collect();
        let left = apart(&self.lines, &left);
        let lines: Vec<_> = self.lines.iter().filter(|line| !left.contains(&line.id)).collect();
        let anything = self.optional.is_empty() || lines.iter().any(|line| line.kind.has_amounts());
        if anything { Ok(lines) } else { Err(PickError::Nothing) }
    }

    fn named(&self, line: LineId) -> String {
        let known = self.lines.iter().find(|known| known.id == line);
        known.map_or_else(|| line.to_string(), |known| known.label().to_owned())
    }
}

/// Computes the net amount of every line, and the totals of those that are not optional.
///
/// # Errors
/// [`TotalsError`] where an amount leaves the range of `numeric(20,6)`, or the header makes no sense.
pub fn offered(
    lines: &mut [Line],
    optional: &[OptionalLine],
    header: &Header,
    currency: Currency,
) -> Result<Totals, TotalsError> {
    if optional.is_empty() {
        return compute(lines, header, currency);
    }
    let apart = apart(lines, optional);
    let counted = lines.iter().filter(|line| !apart.contains(&line.id));
    let mut counted: Vec<_> = counted.cloned().collect();
    let totals = compute(&mut counted, header, currency)?;
    let alone = Header { rules: header.rules, ..Header::default() };
    let mut counted = counted.into_iter();
    for line in lines {
        if apart.contains(&line.id) {
            compute(slice::from_mut(line), &alone, currency)?;
        } else if let Some(computed) = counted.next() {
            *line = computed;
        }
    }
    Ok(totals)
}

/// Those lines and their parts.
fn apart(lines: &[Line], optional: &[OptionalLine]) -> BTreeSet<LineId> {
    let mut apart: BTreeSet<_> = optional.iter().map(|it| it.line).collect();
    let parts = lines.iter().filter(|line| line.parent.is_some_and(|it| apart.contains(&it)));
    let parts: Vec<_> = parts.map(|line| line.id).collect();
    apart.extend(parts);
    apart
}

/// Appends JSON with sorted keys, whatever order the map type of serde_json was built with.
fn canonical(value: &Value, json: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let mut open = '{';
            for (key, value) in keys {
                // Keys are names of fields: nothing to escape.
                let _ = write!(json, "{open}\"{key}\":");
                canonical(value, json);
                open = ',';
            }
            json.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
        Value::Array(items) => {
            let mut open = '[';
            for item in items {
                json.push(open);
                canonical(item, json);
                open = ',';
            }
            json.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        other => {
            let _ = write!(json, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::document::LineKind;
    use crate::ids::QuoteId;
    use crate::quote::QuoteState;
    use crate::samples;

    fn euro() -> Currency {
        "EUR".parse().expect("a currency")
    }

    fn id(n: u128) -> LineId {
        LineId(Uuid::from_u128(n))
    }

    fn line(n: u128, price: i64) -> Line {
        Line {
            sku: Some(format!("L-{n}")),
            quantity: Decimal::ONE,
            unit_price: Decimal::new(price, 2),
            volume_discount: Decimal::ZERO,
            manual_discount: Decimal::ZERO,
            ..samples::line(id(n))
        }
    }

    /// A machine, a bundle of two that may be left out, and two colours to choose from.
    fn offer() -> Offer {
        let mut lines =
            vec![line(1, 10_000), line(2, 5_000), line(3, 0), line(4, 700), line(5, 900)];
        lines[1].kind = LineKind::Bundle;
        (lines[2].kind, lines[2].parent) = (LineKind::BundlePart, Some(id(2)));
        let red = |n| OptionalLine { line: id(n), group: Some("colour".into()) };
        let mut offer = samples::quote(QuoteId(Uuid::nil()), QuoteState::Draft).offer;
        offer.lines = lines;
        offer.header = Header { rules: offer.header.rules, ..Header::default() };
        offer.optional = vec![OptionalLine { line: id(2), group: None }, red(4), red(5)];
        offer.settle(euro()).expect("totals");
        offer
    }

    fn nets(lines: &[&Line]) -> String {
        lines.iter().map(|line| line.label()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn optional_lines_have_an_amount_and_count_in_no_total() {
        let offer = offer();
        assert_eq!(offer.totals.detail_amount, Decimal::new(10_000, 2));
        assert_eq!(offer.lines[1].net_amount, Decimal::new(5_000, 2));
        assert_eq!(offer.optional_lines(), [2, 3, 4, 5].map(id).into());
        let copy = offer.copy({
            let mut n = 100;
            move || {
                n += 1;
                id(n)
            }
        });
        assert_eq!(copy.optional_lines(), [102, 103, 104, 105].map(id).into());
        assert_eq!(copy.totals, offer.totals);
    }

    #[test]
    fn what_is_picked_is_ordered_parts_with_their_bundle_and_one_of_a_group() {
        let offer = offer();
        let ordered = |picks: &[u128]| {
            let picks: Vec<_> = picks.iter().map(|n| id(*n)).collect();
            offer.ordered(&picks).map(|lines| nets(&lines))
        };
        assert_eq!(ordered(&[]), Ok("L-1".into()));
        assert_eq!(ordered(&[2]), Ok("L-1 L-2 L-3".into()));
        assert_eq!(ordered(&[5, 2, 5]), Ok("L-1 L-2 L-3 L-5".into()));
        assert_eq!(ordered(&[1]), Err(PickError::NotOptional(id(1))));
        assert_eq!(ordered(&[3]), Err(PickError::NotOptional(id(3))), "a part is not picked alone");
        assert_eq!(ordered(&[99]).map_err(|it| it.rule()), Err("quote.pick_unknown"));
        let both = ordered(&[4, 5]).expect_err("they are alternatives");
        assert_eq!(
            both.to_string(),
            "`L-4` and `L-5` are alternatives of the group `colour`. Pick one of them"
        );
        let mut nothing = offer.clone();
        nothing.lines.remove(0);
        assert_eq!(nothing.ordered(&[]), Err(PickError::Nothing));
    }
}
