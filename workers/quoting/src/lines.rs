//! The lines of a document that can still be edited: removed, changed, put in order, added.

use chrono::NaiveDate;
use domain::decide::{Ctx, Refusal};
use domain::document::{LINES_MAX, Line, LineKind};
use domain::ids::LineId;
use domain::line_edits::{LineChange, LineEdits, NewLine};
use domain::patch::Patch;
use domain::shelf::Shelf;
use rust_decimal::Decimal;

use crate::bundle::{chosen, with_parts};
use crate::by_hand::{SetPrice, priced_by_hand, text, write_in, written_in};
use crate::edited::{Edited, grouped, kind};
use crate::line::{Wanted, in_one_form, priced};
use crate::properties::held;
use crate::quoting::Quoting;

impl Quoting {
    /// The lines once all of these edits are done. Lines that no edit names keep their prices.
    ///
    /// # Errors
    /// [`Refusal`] where one of them cannot be done: then none is.
    pub(crate) fn edited(
        &self,
        of: Edited<'_>,
        mut lines: Vec<Line>,
        edits: &LineEdits,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Vec<Line>, Refusal> {
        for id in &edits.remove {
            of.own(&lines, *id)?;
            lines.retain(|line| line.id != *id && line.parent != Some(*id));
        }
        for change in &edits.change {
            if let Some(part) =
                lines.iter_mut().find(|it| it.id == change.line && of_part(it, change))
            {
                let now = held(ctx.facts, part, &part.properties, &change.properties);
                part.properties = now.map_err(|why| why.refusal(of.about))?;
                continue;
            }
            let at = of.own(&lines, change.line)?;
            if let Some(line) = lines.get(at) {
                let now = self.changed(of, line, change, ctx)?;
                lines = self.with_new(of, lines, at, now, ctx)?;
            }
        }
        if !edits.order.is_empty() {
            lines = of.ordered(lines, &edits.order)?;
        }
        for new in &edits.add {
            let at = of.place(&lines, new.position)?;
            let own = self.added(of, new, ctx)?;
            if lines.len() + own.len() > LINES_MAX {
                return Err(of.full());
            }
            lines.splice(at..at, own);
            lines = grouped(lines);
        }
        Ok(lines)
    }

    fn added(
        &self,
        of: Edited<'_>,
        new: &NewLine,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Vec<Line>, Refusal> {
        let (id, facts, today) = (ctx.id(), (ctx.facts, &self.settings), self.today(ctx));
        let unit = new.unit.as_deref().filter(|unit| !unit.is_empty());
        of.in_currency(new.currency)?;
        of.takes(new.product.is_some() || new.options.is_empty(), "write-in or text", "options")?;
        let plain = new.product.is_some() || new.properties.is_empty();
        of.takes(plain, "write-in or text", "properties")?;
        let mut line = match (&new.product, &new.write_in, &new.text) {
            (Some(product), None, None) => {
                let price = new.price_override.as_ref();
                let price = price.map(|price| SetPrice::of(price, of.about, ctx)).transpose()?;
                self.of_product(of, &new.wanted(product, today), price, id, ctx)?
            }
            (None, Some(what), None) => {
                of.takes(new.price_override.is_none(), "write-in", "price_override")?;
                let wanted = new.wanted(&what.name, today);
                let line = write_in(what, &wanted, of.deal, facts, id);
                line.map_err(|why| why.refusal(of.about))?
            }
            (None, None, Some(words)) => {
                of.takes(!words.is_empty(), "text", "no words")?;
                of.takes(new.price_override.is_none(), "text", "price_override")?;
                of.takes(new.quantity.is_none(), "text", "quantity")?;
                of.takes(new.manual_discount.is_none(), "text", "manual_discount")?;
                of.takes(unit.is_none(), "text", "unit")?;
                in_one_form(text(words, id), of.deal)
            }
            _ => {
                let message = "A new line is of a product, a write-in or a text; write just one of \
                               `product`, `write_in` and `text`.";
                return Err(of.refused("line.what", "a new line", message));
            }
        };
        line.properties =
            held(ctx.facts, &line, &[], &new.properties).map_err(|why| why.refusal(of.about))?;
        if let Some(words) = &new.description {
            line.description = described(Some(words));
        }
        let lines = with_parts(line, &new.options, today, of.deal, facts, || ctx.id());
        lines.map_err(|why| why.refusal(of.about))
    }

    fn changed(
        &self,
        of: Edited<'_>,
        line: &Line,
        change: &LineChange,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Line, Refusal> {
        let what = kind(line);
        let wanted = Wanted {
            product: line.label(),
            quantity: change.quantity.unwrap_or(line.quantity),
            unit: Some(&line.unit),
            on: self.today(ctx),
            manual_discount: change.manual_discount.unwrap_or(line.manual_discount),
        };
        let product = matches!(line.kind, LineKind::Product | LineKind::Bundle);
        of.takes(product || change.properties.is_empty(), what, "properties")?;
        of.takes(product || change.price_override.is_keep(), what, "price_override")?;
        of.takes(
            line.kind == LineKind::WriteIn || change.unit_price.is_none(),
            what,
            "unit_price",
        )?;
        of.takes(!product || change.name.is_none(), what, "name")?;
        let mut now = match line.kind {
            LineKind::Product | LineKind::Bundle => {
                let price = match &change.price_override {
                    Patch::Keep => SetPrice::kept(line),
                    Patch::Clear => None,
                    Patch::Set(price) => Some(SetPrice::of(price, of.about, ctx)?),
                };
                let now = self.of_product(of, &wanted, price, line.id, ctx)?;
                let properties = held(ctx.facts, &now, &line.properties, &change.properties)
                    .map_err(|why| why.refusal(of.about))?;
                Line { properties, kind: line.kind, parent: line.parent, ..now }
            }
            LineKind::WriteIn => {
                let mut now = line.clone();
                now.unit_price = change.unit_price.unwrap_or(line.unit_price);
                if let Some(name) = &change.name {
                    now.name = name.to_string();
                }
                let now = written_in(now, &wanted, of.deal, (ctx.facts, &self.settings));
                now.map_err(|why| why.refusal(of.about))?
            }
            LineKind::Text => {
                of.takes(change.quantity.is_none(), what, "quantity")?;
                of.takes(change.manual_discount.is_none(), what, "manual_discount")?;
                let words = change.name.as_deref().unwrap_or(&line.name);
                of.takes(!words.is_empty(), what, "no words")?;
                in_one_form(text(words, line.id), of.deal)
            }
            LineKind::BundlePart | LineKind::Newer(_) => return Err(of.part(line)),
        };
        now.description = match &change.description {
            Patch::Keep => line.description.clone(),
            Patch::Clear => None,
            Patch::Set(words) => described(Some(words)),
        };
        Ok(now)
    }

    /// The lines with that one as it is now; the parts of a bundle follow it, under their ids.
    fn with_new(
        &self,
        of: Edited<'_>,
        mut lines: Vec<Line>,
        at: usize,
        now: Line,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Result<Vec<Line>, Refusal> {
        let was = std::mem::replace(&mut lines[at], now.clone());
        if now.kind != LineKind::Bundle {
            return Ok(lines);
        }
        let parts = lines.iter().filter(|line| line.parent == Some(now.id)).cloned();
        let parts: Vec<Line> = parts.collect();
        let (facts, today) = ((ctx.facts, &self.settings), self.today(ctx));
        let chosen = chosen(&was, &now, &parts, ctx.facts);
        let own = with_parts(now.clone(), &chosen, today, of.deal, facts, || ctx.id());
        let mut own = own.map_err(|why| why.refusal(of.about))?;
        for part in own.iter_mut().skip(1) {
            let known = parts.iter().find(|known| known.sku == part.sku);
            if let Some(known) = known {
                part.id = known.id;
                part.properties = held(ctx.facts, part, &known.properties, &[])
                    .map_err(|why| why.refusal(of.about))?;
            }
        }
        lines.retain(|line| line.parent != Some(now.id));
        let at = lines.iter().position(|line| line.id == now.id).unwrap_or(lines.len());
        lines.splice(at..=at, own);
        if lines.len() > LINES_MAX {
            return Err(of.full());
        }
        Ok(lines)
    }

    /// What that product costs: by the list, or what somebody says.
    fn of_product(
        &self,
        of: Edited<'_>,
        wanted: &Wanted<'_>,
        price: Option<SetPrice>,
        id: LineId,
        ctx: &Ctx<'_, Shelf>,
    ) -> Result<Line, Refusal> {
        let (shelf, settings) = (ctx.facts, &self.settings);
        let line = match price {
            None => priced(wanted, of.deal, shelf, settings, id),
            Some(price) => priced_by_hand(wanted, price, of.deal, (shelf, settings), id),
        };
        line.map_err(|why| why.refusal(of.about))
    }
}

trait Asks {
    /// What a new line asks of that product.
    fn wanted<'w>(&'w self, product: &'w str, on: NaiveDate) -> Wanted<'w>;
}

impl Asks for NewLine {
    fn wanted<'w>(&'w self, product: &'w str, on: NaiveDate) -> Wanted<'w> {
        Wanted {
            product,
            unit: self.unit.as_deref().filter(|unit| !unit.is_empty()),
            on,
            quantity: self.quantity.unwrap_or(Decimal::ONE),
            manual_discount: self.manual_discount.unwrap_or_default(),
        }
    }
}

fn described(words: Option<&str>) -> Option<String> {
    words.filter(|words| !words.is_empty()).map(str::to_owned)
}

/// Is it a part of a bundle, of which nothing but properties are to change?
fn of_part(line: &Line, change: &LineChange) -> bool {
    let rest = LineChange { properties: Vec::new(), ..change.clone() };
    line.parent.is_some() && !change.properties.is_empty() && rest == LineChange::none(line.id)
}
