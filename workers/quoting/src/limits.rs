//! What of an offer is beyond the limits of the seller, so that it stands only when somebody approves of it (F96).

use domain::document::{Line, price_reductions};
use domain::money::Currency;
use domain::offer::Offer;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::quoting::Quoting;

impl Quoting {
    /// Why the offer waits for somebody who may approve of it; `None` where it is within the limits, whatever the
    /// customer picks of it.
    pub(crate) fn beyond(&self, offer: &Offer, currency: Currency) -> Option<String> {
        let limit = self.settings.activate_up_to;
        let mut reasons = Vec::new();
        if limit <= Decimal::ZERO {
            reasons
                .push("every quote waits for a person (`quoting.activate_up_to` is 0)".to_owned());
        } else if let Some(total) = most(offer).filter(|total| *total > limit) {
            reasons
                .push(format!("{total} {currency} are above {limit} (`quoting.activate_up_to`)"));
        }
        reasons.extend(self.beyond_by_discount(offer));
        Some(reasons.join("; ")).filter(|reasons| !reasons.is_empty())
    }

    fn beyond_by_discount(&self, offer: &Offer) -> Option<String> {
        let apart = offer.optional_lines();
        let (optional, counted): (Vec<_>, Vec<_>) =
            offer.lines.iter().cloned().partition(|line| apart.contains(&line.id));
        let Ok(reduced) = price_reductions(&counted) else {
            return Some("its reduced prices are beyond any amount".into());
        };
        let totals = &offer.totals;
        // What somebody set below the list is given away as well, and so is what the whole document takes off.
        let by_lines = totals.line_discount + reduced;
        let undiscounted = totals.detail_amount + by_lines;
        let whole = Discount { off: by_lines + totals.discount_amount, of: undiscounted };
        if let Some(percent) = self.too_much(&whole) {
            return Some(self.told(&percent, "its discounts come to"));
        }
        let percent = offer.header.discount_percent;
        let single = optional.iter().find_map(|line| {
            let percent = self.too_much(&Discount::on(line, percent)?)?;
            Some((line, percent))
        });
        let (line, percent) = single?;
        Some(self.told(&percent, &format!("the discounts on `{}` come to", line.label())))
    }

    fn told(&self, percent: &Decimal, what: &str) -> String {
        let most = self.settings.discount_percent_max;
        format!("{what} {percent} %, above {most} % (`quoting.discount_percent_max`)")
    }

    /// How many percent it is, where that is more than the seller allows.
    fn too_much(&self, discount: &Discount) -> Option<Decimal> {
        let Discount { off, of } = discount;
        // Compared as amounts × 100, so that nothing is rounded.
        if *off * Decimal::ONE_HUNDRED <= *of * self.settings.discount_percent_max {
            return None;
        }
        let percent =
            (*off * Decimal::ONE_HUNDRED).checked_div(*of).unwrap_or(Decimal::ONE_HUNDRED);
        Some(percent.round_dp_with_strategy(2, RoundingStrategy::AwayFromZero).normalize())
    }
}

/// What is taken off, and of what.
struct Discount {
    off: Decimal,
    of: Decimal,
}

impl Discount {
    /// That on an optional line, with its share of a percentage off the whole document.
    fn on(line: &Line, percent: Decimal) -> Option<Self> {
        let reduced = price_reductions(std::slice::from_ref(line)).ok()?;
        let by_line = line.manual_discount + reduced;
        let of_whole = line.net_amount * percent / Decimal::ONE_HUNDRED;
        Some(Self { off: by_line + of_whole, of: line.net_amount + by_line })
    }
}

/// The most that it can come to, tax included: with everything that may be picked, as if nothing were taken off that.
fn most(offer: &Offer) -> Option<Decimal> {
    let apart = offer.optional_lines();
    let optional = offer.lines.iter().filter(|line| apart.contains(&line.id));
    optional.into_iter().try_fold(offer.totals.total_amount, |sum, line| {
        let tax = line.net_amount.checked_mul(line.tax.rate)? / Decimal::ONE_HUNDRED;
        sum.checked_add(line.net_amount)?.checked_add(tax)
    })
}
