//! One line: what a wanted product costs, or the rule by which it has no price.

use domain::catalog::{PriceList, PriceListItem, Product};
use domain::document::{Line, LineKind, compute};
use domain::ids::LineId;
use domain::message::Subject;
use domain::money::{in_range, written};
use domain::opportunity::Opportunity;
use domain::pricing::{PriceBasis, PricingError, QUANTITY_DECIMALS_MAX, price};
use domain::refusal::Refusal;
use domain::shelf::Shelf;
use domain::totals::{Header, Tax};
use rust_decimal::Decimal;

use crate::settings::QuotingSettings;

/// What somebody wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'w> {
    /// SKU or name.
    pub(crate) product: &'w str,
    pub(crate) quantity: Decimal,
    /// What the seller takes off the whole line.
    pub(crate) manual_discount: Decimal,
}

/// Why it has no price.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unpriced {
    rule: &'static str,
    code: Option<PricingError>,
    /// A finished sentence.
    message: String,
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
    let sku = &product.sku;
    let (_, item) = listed(shelf, opportunity, sku)?;
    let quantity = quantity(wanted, product)?;
    let tax = tax(settings, &product.tax_class, &format!("The product `{sku}`"))?;
    let basis = PriceBasis {
        list_price: product.list_price,
        standard_cost: product.standard_cost,
        current_cost: product.current_cost,
    };
    let without = |error: PricingError| {
        let message = format!("The product `{sku}` cannot be priced: {error}");
        Unpriced::new("line.price", error, message)
    };
    let unit_price = price(&item.price, &basis).map_err(without)?;
    let bands = item.bands.as_ref();
    let volume_discount = bands.map(|bands| bands.discount_per_unit(unit_price, quantity));
    let mut line = Line {
        id,
        kind: LineKind::Product,
        parent: None,
        sku: Some(sku.clone()),
        name: product.name.clone(),
        description: None,
        unit: product.unit.clone(),
        quantity,
        unit_price,
        volume_discount: volume_discount.transpose().map_err(without)?.unwrap_or_default(),
        manual_discount: Decimal::ZERO,
        tax,
        net_amount: Decimal::ZERO,
        price_override: None,
        price_trace: None,
    };
    settle(&mut line, wanted, opportunity, settings)?;
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

pub(crate) fn sold<'s>(shelf: &'s Shelf, meant: &str) -> Result<&'s Product, Unpriced> {
    let code = PricingError::InvalidProduct;
    let product = shelf.product(meant).ok_or_else(|| {
        let message = format!(
            "The catalog has no product with the SKU or the unambiguous name `{meant}`; add the line \
             with a SKU of the catalog."
        );
        Unpriced::new("product.unknown", code, message)
    })?;
    if product.active {
        return Ok(product);
    }
    let message = format!("The product `{}` is no longer sold; offer another one.", product.sku);
    Err(Unpriced::new("product.inactive", code, message))
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

fn listed<'s>(
    shelf: &'s Shelf,
    opportunity: &Opportunity,
    sku: &str,
) -> Result<(&'s PriceList, &'s PriceListItem), Unpriced> {
    let code = &opportunity.price_list;
    let Some(list) = shelf.price_list(code) else {
        let message = format!(
            "The catalog has no price list `{code}`, so `{sku}` has no price; add it with \
             `catalog.replace`."
        );
        return Err(Unpriced::new("price_list.unknown", PricingError::MissingPriceLevel, message));
    };
    if !list.active {
        let message = format!("The price list `{code}` is inactive, so `{sku}` has no price.");
        return Err(Unpriced::new(
            "price_list.inactive",
            PricingError::InactivePriceLevel,
            message,
        ));
    }
    if list.currency != opportunity.currency {
        let message = format!(
            "The price list `{code}` is in {}, the opportunity in {}; `{sku}` has no price in it.",
            list.currency, opportunity.currency
        );
        let error = PricingError::InvalidPriceLevelCurrency;
        return Err(Unpriced::new("price_list.currency", error, message));
    }
    let item = shelf.item(list, sku).ok_or_else(|| {
        let message = format!(
            "The product `{sku}` is not in the price list `{code}`; add it with `catalog.replace`."
        );
        Unpriced::new("price_list.no_item", PricingError::ProductNotInPriceLevel, message)
    })?;
    Ok((list, item))
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
    let checked = product.quantity_control.check(quantity, QUANTITY_DECIMALS_MAX);
    checked.map_err(|error| of(error, error.to_string()))
}

/// Takes the manual discount off and computes the net amount.
pub(crate) fn settle(
    line: &mut Line,
    wanted: &Wanted<'_>,
    opportunity: &Opportunity,
    settings: &QuotingSettings,
) -> Result<(), Unpriced> {
    let header = Header { rules: settings.rules(), ..Header::default() };
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
