//! One line: what a wanted product costs, or the rule by which it has no price.

use chrono::NaiveDate;
use domain::catalog::{PriceList, Product, ProductKind};
use domain::document::{Line, LineKind, compute};
use domain::ids::LineId;
use domain::list_price::{Listed, Unlisted, listed, unit, valid};
use domain::message::Subject;
use domain::money::{in_range, written};
use domain::opportunity::Opportunity;
use domain::pricing::PricingError;
use domain::refusal::Refusal;
use domain::shelf::Shelf;
use domain::totals::{Header, Tax, UnitRounding};
use rust_decimal::Decimal;

use crate::settings::QuotingSettings;

/// What somebody wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'w> {
    /// SKU or name.
    pub(crate) product: &'w str,
    pub(crate) quantity: Decimal,
    /// The code or the name of the unit that the quantity is in; absent: that of the product.
    pub(crate) unit: Option<&'w str>,
    /// What the seller takes off the whole line.
    pub(crate) manual_discount: Decimal,
    /// The day at the seller's, by which the price list is valid.
    pub(crate) on: NaiveDate,
}

/// Why it has no price.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unpriced {
    rule: &'static str,
    code: Option<PricingError>,
    /// A finished sentence.
    message: String,
}

impl From<Unlisted> for Unpriced {
    fn from(why: Unlisted) -> Self {
        Self::new(why.rule, why.code, why.message)
    }
}

impl Unpriced {
    pub(crate) fn new(rule: &'static str, code: PricingError, message: String) -> Self {
        Self { rule, code: Some(code), message }
    }

    /// As the answer to a command.
    pub(crate) fn refusal(self, about: Subject) -> Refusal {
        let found = self.code.map(|code| format!("pricing error {}", code.code()));
        let found = found.unwrap_or_else(|| "no price".into());
        Refusal::no(about.kind, about.id, self.rule, found, self.message)
    }
}

impl std::fmt::Display for Unpriced {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ({}", self.message, self.rule)?;
        match self.code {
            Some(code) => write!(out, ", pricing error {})", code.code()),
            None => write!(out, ")"),
        }
    }
}

/// The priced line.
///
/// # Errors
/// [`Unpriced`] with the rule and D365's code: nothing is silently 0.
pub(crate) fn priced(
    wanted: &Wanted<'_>,
    opportunity: &Opportunity,
    shelf: &Shelf,
    settings: &QuotingSettings,
    id: LineId,
) -> Result<Line, Unpriced> {
    let product = sold(shelf, wanted.product)?;
    let list = price_list(shelf, opportunity, wanted)?;
    let quantity = quantity(wanted, product)?;
    let tax = tax(settings, &product.tax_class, &format!("The product `{}`", product.sku))?;
    let unit = unit(shelf, product, wanted.unit)?;
    let Listed { unit, unit_price, volume_discount, trace } =
        listed(shelf, list, product, (unit, quantity))?;
    let mut line = Line {
        id,
        kind: match product.kind {
            ProductKind::Bundle => LineKind::Bundle,
            ProductKind::Product | ProductKind::Family => LineKind::Product,
        },
        parent: None,
        sku: Some(product.sku.clone()),
        name: product.name.clone(),
        description: product.description.as_deref().map(str::to_owned),
        unit,
        quantity,
        unit_price,
        volume_discount,
        manual_discount: Decimal::ZERO,
        tax,
        net_amount: Decimal::ZERO,
        price_override: None,
        price_trace: Some(trace),
    };
    settle(&mut line, wanted, opportunity, (shelf, settings))?;
    Ok(in_one_form(line, opportunity))
}

/// The line as it will read once it was stored, so that an offer keeps its hash (F88).
pub(crate) fn in_one_form(line: Line, opportunity: &Opportunity) -> Line {
    let amount = |value: Decimal| written(value, opportunity.currency);
    Line {
        quantity: line.quantity.normalize(),
        unit_price: amount(line.unit_price),
        volume_discount: amount(line.volume_discount),
        manual_discount: amount(line.manual_discount),
        net_amount: amount(line.net_amount),
        ..line
    }
}

/// The product that is meant, where it is sold.
pub(crate) fn sold<'s>(shelf: &'s Shelf, meant: &str) -> Result<&'s Product, Unpriced> {
    Ok(domain::list_price::sold(shelf, meant)?)
}

/// The tax of a class, which `what` bears.
pub(crate) fn tax(settings: &QuotingSettings, class: &str, what: &str) -> Result<Tax, Unpriced> {
    settings.tax(class).ok_or_else(|| Unpriced {
        rule: "tax_class.unknown",
        code: None,
        message: format!(
            "{what} bears tax class \"{class}\", for which no rate is set; set `quoting.tax_rates.{class}`."
        ),
    })
}

/// The price list of the deal, where it gives prices in its currency on that day.
fn price_list<'s>(
    shelf: &'s Shelf,
    opportunity: &Opportunity,
    wanted: &Wanted<'_>,
) -> Result<&'s PriceList, Unpriced> {
    let code = opportunity.price_list.list().map_err(|undecided| {
        let error = PricingError::MissingPriceLevel;
        Unpriced::new("price_list.undecided", error, undecided.why.clone())
    })?;
    let list = valid(shelf, code, wanted.on)?;
    if list.currency == opportunity.currency {
        return Ok(list);
    }
    let message = format!(
        "The price list `{}` is in {}, the opportunity in {}; `{}` has no price in it.",
        list.code, list.currency, opportunity.currency, wanted.product
    );
    let error = PricingError::InvalidPriceLevelCurrency;
    Err(Unpriced::new("price_list.currency", error, message))
}

/// Where the price list of a deal rounds what its documents say.
pub(crate) fn rounding(shelf: &Shelf, opportunity: &Opportunity) -> UnitRounding {
    let list = opportunity.price_list.list().ok().and_then(|code| shelf.price_list(code));
    list.map(|list| list.unit_rounding).unwrap_or_default()
}

pub(crate) fn quantity(wanted: &Wanted<'_>, product: &Product) -> Result<Decimal, Unpriced> {
    let quantity = wanted.quantity;
    let of = |error: PricingError, why: String| {
        let message = format!("{quantity} of the product `{}` cannot be sold: {why}", product.sku);
        Unpriced::new("line.quantity", error, message)
    };
    if quantity <= Decimal::ZERO {
        return Err(of(PricingError::MissingQuantity, "write a quantity above 0.".into()));
    }
    let checked = product.quantity_control.check(quantity, product.decimals());
    checked.map_err(|error| of(error, error.to_string()))
}

/// Takes the manual discount off and computes the net amount.
pub(crate) fn settle(
    line: &mut Line,
    wanted: &Wanted<'_>,
    opportunity: &Opportunity,
    (shelf, settings): (&Shelf, &QuotingSettings),
) -> Result<(), Unpriced> {
    let rules = settings.rules(rounding(shelf, opportunity));
    let header = Header { rules, ..Header::default() };
    let net = |line: &mut Line| {
        let totals = compute(std::slice::from_mut(line), &header, opportunity.currency);
        totals.map_err(|error| {
            let message = format!("The line of `{}` cannot be computed: {error}", line.label());
            Unpriced::new("line.out_of_range", PricingError::OutOfRange, message)
        })
    };
    net(line)?;
    let discount = in_range(wanted.manual_discount).ok();
    let fits = |discount: &Decimal| (Decimal::ZERO..=line.net_amount).contains(discount);
    let Some(discount) = discount.filter(fits) else {
        let message = format!(
            "A manual discount of {} cannot be taken off a line of {}; write 0 up to that amount.",
            wanted.manual_discount, line.net_amount
        );
        return Err(Unpriced::new("line.discount", PricingError::InvalidDiscount, message));
    };
    line.manual_discount = discount;
    net(line)?;
    Ok(())
}
