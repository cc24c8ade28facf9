//! Why something has no price: the pricing error codes of D365 (pricingerrorcode).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::VariantArray;
use thiserror::Error;

/// Why something has no price, with D365's code; its text says what to do about it. Code 0, "no
/// error", is the absence of this. D365's "price level" is a price list, its "discount type" a
/// discount list.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Error,
    Serialize,
    Deserialize,
    JsonSchema,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
pub enum PricingError {
    #[error("A line of this document has a pricing error. Correct that line first.")]
    DetailError = 1,
    #[error("No price list is chosen. Choose the price list to price from.")]
    MissingPriceLevel = 2,
    #[error("The price list is inactive. Activate it or choose another one.")]
    InactivePriceLevel = 3,
    #[error("The line has no quantity. Enter how many units are sold.")]
    MissingQuantity = 4,
    #[error("The line has no unit price. Enter the price of one unit.")]
    MissingUnitPrice = 5,
    #[error("The line names no product. Choose a product, or describe it as a write-in line.")]
    MissingProduct = 6,
    #[error(
        "The product cannot be sold: it is unknown or not active. Publish it or choose \
         another one."
    )]
    InvalidProduct = 7,
    #[error("The price list item has no pricing method. Choose one of the six methods.")]
    MissingPricingCode = 8,
    #[error("The price list item has an unknown pricing method. Choose one of the six methods.")]
    InvalidPricingCode = 9,
    #[error("The line has no unit. Choose a unit of the product's unit group.")]
    MissingUnit = 10,
    #[error(
        "The product is not in the price list in this unit. Add a price list item for it or \
         enter the price."
    )]
    ProductNotInPriceLevel = 11,
    #[error("The price list item has no amount. Enter its amount.")]
    MissingPriceLevelAmount = 12,
    #[error("The price list item has no percentage. Enter its percentage.")]
    MissingPriceLevelPercentage = 13,
    #[error(
        "The product has no list price, which the price list item builds on. Enter the list \
         price."
    )]
    MissingPrice = 14,
    #[error(
        "The product has no current cost, which the price list item builds on. Enter the \
         current cost."
    )]
    MissingCurrentCost = 15,
    #[error(
        "The product has no standard cost, which the price list item builds on. Enter the \
         standard cost."
    )]
    MissingStandardCost = 16,
    #[error("The amount of the price list item is negative or too large. Correct the amount.")]
    InvalidPriceLevelAmount = 17,
    #[error(
        "The percentage of the price list item is negative, or a margin of 100 or more. \
         Correct the percentage."
    )]
    InvalidPriceLevelPercentage = 18,
    #[error("The list price of the product is negative or too large. Correct the list price.")]
    InvalidPrice = 19,
    #[error("The current cost of the product is negative or too large. Correct the current cost.")]
    InvalidCurrentCost = 20,
    #[error(
        "The standard cost of the product is negative or too large. Correct the standard \
         cost."
    )]
    InvalidStandardCost = 21,
    #[error(
        "A fixed amount takes no rounding policy. Set the policy to none or choose another \
         method."
    )]
    InvalidRoundingPolicy = 22,
    #[error("The rounding option is unknown. Choose ends in or multiple of.")]
    InvalidRoundingOption = 23,
    #[error(
        "The rounding amount is not above zero, finer than a price, or leaves no price to \
         round down to. Correct the rounding amount."
    )]
    InvalidRoundingAmount = 24,
    #[error("The price could not be computed. Check the price list item.")]
    PriceCalculation = 25,
    #[error("The discount list is neither of percentages nor of amounts. Choose one of the two.")]
    InvalidDiscountType = 26,
    #[error(
        "The discount list is in a state that cannot be used. Activate it or remove it from \
         the price list item."
    )]
    DiscountTypeInvalidState = 27,
    #[error(
        "The discount list is not valid: its bands overlap or end before they begin, or a \
         discount is negative or more than the price. Correct its bands."
    )]
    InvalidDiscount = 28,
    #[error(
        "The product is not sold in this fraction of a unit. Enter a quantity with fewer \
         decimals."
    )]
    InvalidQuantity = 29,
    #[error("A price has at most 4 decimals. Correct the pricing precision.")]
    InvalidPricingPrecision = 30,
    #[error("The product has no default unit. Set its default unit.")]
    MissingProductDefaultUnit = 31,
    #[error("The product has no unit group. Set its unit group.")]
    MissingProductUnitGroup = 32,
    #[error("The discount list is inactive. Activate it or remove it from the price list item.")]
    InactiveDiscountType = 33,
    #[error(
        "The price list is in another currency than the document. Choose a price list in \
         the document's currency."
    )]
    InvalidPriceLevelCurrency = 34,
    #[error(
        "A price or quantity is out of range: 14 digits before and 6 after the decimal \
         point are kept. Correct it."
    )]
    OutOfRange = 35,
    #[error("The amount is too large in the base currency. Check the exchange rate.")]
    BaseCurrencyOverflow = 36,
    #[error("The amount is too small in the base currency. Check the exchange rate.")]
    BaseCurrencyUnderflow = 37,
    #[error("The price list item has no currency. Set the currency of its price list.")]
    MissingTransactionCurrency = 38,
}

impl PricingError {
    /// D365's pricingerrorcode, 1 to 38.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The error with this code; `None` for 0, "no error", and for codes that D365 does not have.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        let index = usize::from(code).checked_sub(1)?;
        Self::VARIANTS.get(index).copied()
    }
}
