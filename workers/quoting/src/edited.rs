//! The document whose lines are edited, and what is refused of an edit.

use std::collections::BTreeSet;

use domain::decide::Refusal;
use domain::document::{LINES_MAX, Line, LineKind};
use domain::ids::LineId;
use domain::message::{Subject, SubjectKind};
use domain::money::Currency;
use domain::opportunity::Opportunity;

/// The document whose lines are edited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edited<'d> {
    /// As refusals name it: the opportunity, or the quote.
    pub(crate) about: Subject,
    /// The deal, by whose price list and currency its lines are priced.
    pub(crate) deal: &'d Opportunity,
}

impl Edited<'_> {
    /// Where the line stands that an edit names.
    pub(crate) fn own(self, lines: &[Line], id: LineId) -> Result<usize, Refusal> {
        let at = lines.iter().position(|line| line.id == id).ok_or_else(|| {
            let message = format!(
                "The {} `{}` has no line `{id}`: it is of another document, or was removed. The event that \
                 told its lines last names those that it has.",
                self.about.kind, self.about.id
            );
            self.refused("line.unknown", "no such line", message)
        })?;
        match lines.get(at) {
            Some(line) if line.parent.is_some() => Err(self.part(line)),
            _ => Ok(at),
        }
    }

    /// The place of a new line.
    pub(crate) fn place(self, lines: &[Line], position: Option<u32>) -> Result<usize, Refusal> {
        let Some(position) = position else { return Ok(lines.len()) };
        let at = usize::try_from(position).ok().and_then(|position| position.checked_sub(1));
        at.filter(|at| *at <= lines.len()).ok_or_else(|| {
            let message = format!(
                "A new line cannot stand at position {position} of {} lines; write 1 to {}, or leave \
                 `position` out for the last place.",
                lines.len(),
                lines.len() + 1
            );
            self.refused("line.position", format!("position {position}"), message)
        })
    }

    pub(crate) fn ordered(self, lines: Vec<Line>, order: &[LineId]) -> Result<Vec<Line>, Refusal> {
        let mut named = BTreeSet::new();
        for id in order {
            self.own(&lines, *id)?;
            if !named.insert(*id) {
                let message = format!("`order` names the line `{id}` twice; name each line once.");
                return Err(self.refused("line.order", "a line twice", message));
            }
        }
        let place = |line: &Line| order.iter().position(|id| *id == line.id);
        let mut lines = lines;
        lines.sort_by_key(|line| place(line).unwrap_or(order.len()));
        Ok(grouped(lines))
    }

    /// Refuses what goes not with that kind of line.
    pub(crate) fn takes(self, goes: bool, kind: &str, field: &str) -> Result<(), Refusal> {
        if goes {
            return Ok(());
        }
        let message = match (kind, field) {
            (_, "no words") => "A text has words; write them, or remove the line.".to_owned(),
            ("write-in", "price_override") => "A write-in has no price but its own; write it as \
                                               `unit_price`."
                .to_owned(),
            ("product", "unit_price") => "The price of a product comes from its list; to set \
                                          another one, write `price_override`."
                .to_owned(),
            _ => format!("A line of the kind {kind} takes no `{field}`; leave it out."),
        };
        Err(self.refused("line.field", field, message))
    }

    /// Refuses amounts that are meant in another currency than the document's.
    pub(crate) fn in_currency(self, meant: Option<Currency>) -> Result<(), Refusal> {
        let own = self.deal.currency;
        let Some(other) = meant.filter(|meant| *meant != own) else { return Ok(()) };
        let message = format!(
            "The {} `{}` is in {own}, and a line of it cannot be in {other}; write its amounts in {own}, or sell it with a \
             deal in {other}.",
            self.about.kind, self.about.id
        );
        Err(self.refused("line.currency", other, message))
    }

    pub(crate) fn part(self, line: &Line) -> Refusal {
        let message = format!(
            "The line `{}` is a part of a bundle; edit the line of the bundle, whose parts follow.",
            line.label()
        );
        self.refused("line.part", kind(line), message)
    }

    pub(crate) fn full(self) -> Refusal {
        let about = self.about;
        let (rule, rest) = match about.kind {
            SubjectKind::Quote => ("quote.lines_max", "offer the rest in another one"),
            _ => ("opportunity.lines_max", "sell the rest in another one"),
        };
        let message = format!(
            "The {} `{}` has {LINES_MAX} lines, the most a document can have; {rest}.",
            about.kind, about.id
        );
        self.refused(rule, format!("{LINES_MAX} lines"), message)
    }

    pub(crate) fn refused(
        self,
        rule: &'static str,
        found: impl ToString,
        message: impl Into<String>,
    ) -> Refusal {
        Refusal::no(self.about.kind, self.about.id, rule, found, message)
    }
}

/// The kind of a line, as refusals call it.
pub(crate) fn kind(line: &Line) -> &'static str {
    match line.kind {
        LineKind::Product => "product",
        LineKind::WriteIn => "write-in",
        LineKind::Bundle => "bundle",
        LineKind::BundlePart => "part of a bundle",
        LineKind::Text => "text",
        LineKind::Newer(_) => "a newer kind",
    }
}

/// Each line with its parts behind it.
pub(crate) fn grouped(lines: Vec<Line>) -> Vec<Line> {
    let ids: BTreeSet<LineId> = lines.iter().map(|line| line.id).collect();
    let is_part = |line: &Line| line.parent.is_some_and(|parent| ids.contains(&parent));
    let (parts, heads): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(is_part);
    if parts.is_empty() {
        return heads;
    }
    let with_parts = |head: Line| {
        let id = head.id;
        let own = parts.iter().filter(move |part| part.parent == Some(id)).cloned();
        std::iter::once(head).chain(own)
    };
    heads.into_iter().flat_map(with_parts).collect()
}
