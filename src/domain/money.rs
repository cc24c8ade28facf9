//! Amounts of money: currencies, rounding, and how a decimal is written in a message.
//!
//! All arithmetic is decimal and exact up to one named rounding, half away from zero. An amount
//! travels as a string (`"10.50"`): a JSON number would pass through a float on its way.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use thiserror::Error;

use crate::text::excerpt;

/// Most decimals of an amount, a price, a quantity or a percentage: those of `numeric(20,6)`.
pub const DECIMALS_MAX: u32 = 6;
/// Most digits before the decimal point: those of `numeric(20,6)`.
pub const INTEGER_DIGITS_MAX: usize = 14;
/// Every amount lies strictly between minus and plus this, 10^14: the limit of `numeric(20,6)`.
pub const AMOUNT_LIMIT: Decimal = Decimal::from_parts(0x107A_4000, 0x5AF3, 0, false, 0);
/// The form of a decimal in a message, as a JSON Schema pattern.
pub const DECIMAL_PATTERN: &str = r"^-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,6})?$";

/// The form of a currency code, as a JSON Schema pattern.
pub const CURRENCY_PATTERN: &str = "^[A-Z]{3}$";

/// An ISO 4217 currency code: three upper-case letters. Whether the code is in use is not checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Cow<'_, str>", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code, as `EUR`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a Currency is only built from ASCII letters")
    }

    /// How many decimals an amount of this currency has (ISO 4217 minor unit): 2 but for the
    /// currencies without a minor unit and those with thousandths or finer.
    #[must_use]
    pub fn minor_digits(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

/// What is wrong with a currency code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is not a currency code. Write the three upper-case letters of ISO 4217, as EUR or USD."
)]
pub struct CurrencyError(String);

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(CurrencyError(excerpt(text))),
        }
    }
}

impl TryFrom<Cow<'_, str>> for Currency {
    type Error = CurrencyError;

    fn try_from(text: Cow<'_, str>) -> Result<Self, CurrencyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "ISO 4217 currency code.",
            "pattern": CURRENCY_PATTERN,
        })
    }
}

/// What is wrong with a decimal that came in a message or out of a computation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    #[error(
        "\"{0}\" is not a decimal number. Write digits with a point before the decimals, as \
         \"1234.50\": no exponent, no thousands separator, no blank."
    )]
    NotDecimal(String),
    #[error(
        "{0} is beyond the largest amount: at most 14 digits may stand before the decimal point."
    )]
    TooLarge(String),
    #[error("{0} has too many decimals: at most 6 are kept. Round it first.")]
    TooFine(String),
}

/// Reads a decimal as messages write it; `"10.50"` keeps its scale.
///
/// # Errors
/// When the text has another form than [`DECIMAL_PATTERN`]: the error names which limit it breaks.
pub fn parse_decimal(text: &str) -> Result<Decimal, AmountError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !digits(whole) || leading_zero || fraction.is_some_and(|part| !digits(part)) {
        return Err(AmountError::NotDecimal(excerpt(text)));
    }
    if whole.len() > INTEGER_DIGITS_MAX {
        return Err(AmountError::TooLarge(excerpt(text)));
    }
    if fraction.is_some_and(|part| part.len() > DECIMALS_MAX as usize) {
        return Err(AmountError::TooFine(excerpt(text)));
    }
    let value =
        Decimal::from_str_exact(text).map_err(|_| AmountError::NotDecimal(excerpt(text)))?;
    Ok(without_negative_zero(value))
}

/// Checks that `value` fits `numeric(20,6)`; decimals beyond the sixth may only be zeros and are
/// dropped.
///
/// # Errors
/// [`AmountError::TooLarge`] or [`AmountError::TooFine`].
pub fn in_range(value: Decimal) -> Result<Decimal, AmountError> {
    if value.abs() >= AMOUNT_LIMIT {
        return Err(AmountError::TooLarge(value.to_string()));
    }
    let value = if value.scale() > DECIMALS_MAX { value.normalize() } else { value };
    if value.scale() > DECIMALS_MAX {
        return Err(AmountError::TooFine(value.to_string()));
    }
    Ok(without_negative_zero(value))
}

/// Rounds to the currency's minor unit, half away from zero, and gives the result exactly its
/// decimals: 5 euro are `5.00`.
#[must_use]
pub fn round_money(value: Decimal, currency: Currency) -> Decimal {
    round_to(value, currency.minor_digits())
}

/// The one form of an amount or price: at least the currency's decimals, no further trailing zeros.
/// A document whose figures have it reads the same before and after it was stored.
#[must_use]
pub fn written(value: Decimal, currency: Currency) -> Decimal {
    let mut value = value.normalize();
    if value.scale() < currency.minor_digits() {
        value.rescale(currency.minor_digits());
    }
    value
}

/// Rounds to `digits` decimals, half away from zero, and gives the result exactly that scale
/// (as far as 28 digits reach).
#[must_use]
pub fn round_to(value: Decimal, digits: u32) -> Decimal {
    let mut rounded = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(digits);
    without_negative_zero(rounded)
}

/// `amount × part ÷ whole`, computed exactly and rounded once, half away from zero, to `digits`
/// decimals. The one way to a product or a quotient of amounts: no other rounding hides in it.
///
/// `None` when `whole` is zero or the result or a step towards it is out of reach; with operands
/// that are [`in_range`] and `digits` ≤ 14 only a result beyond 28 digits is.
#[must_use]
pub fn ratio(amount: Decimal, part: Decimal, whole: Decimal, digits: u32) -> Option<Decimal> {
    if whole.is_zero() {
        return None;
    }
    let (amount, part, whole) = (amount.normalize(), part.normalize(), whole.normalize());
    let negative = amount.is_sign_negative() ^ part.is_sign_negative() ^ whole.is_sign_negative();
    let [a, mut b, mut divisor] =
        [amount, part, whole].map(|value| value.mantissa().unsigned_abs());
    // 10^up belongs over the line, 10^down below it.
    let (up, down) = (whole.scale() + digits, amount.scale() + part.scale());
    if up >= down {
        b = b.checked_mul(10u128.checked_pow(up - down)?)?;
    } else {
        divisor = divisor.checked_mul(10u128.checked_pow(down - up)?)?;
    }
    let (quotient, remainder) = multiply_divide(a, b, divisor)?;
    let half_up = u128::from(remainder >= divisor - remainder);
    let mantissa = i128::try_from(quotient.checked_add(half_up)?).ok()?;
    let mantissa = if negative { -mantissa } else { mantissa };
    Decimal::try_from_i128_with_scale(mantissa, digits).ok()
}

/// A `Decimal` as a string of [`DECIMAL_PATTERN`], its schema too: `#[serde(with = "domain::money::AsText")]`.
pub struct AsText;

impl AsText {
    /// # Errors
    /// When the value does not fit `numeric(20,6)`.
    pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&in_range(*value).map_err(ser::Error::custom)?)
    }

    /// # Errors
    /// When it is no string, or not a decimal of the right form and size.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        parse_decimal(&text).map_err(de::Error::custom)
    }
}

/// An `Option<Decimal>` as such a string or null; beside it belong `default` and `skip_serializing_if`, so
/// that an absent field is `None`.
pub struct AsTextOption;

impl AsTextOption {
    /// # Errors
    /// When the value does not fit `numeric(20,6)`.
    pub fn serialize<S: Serializer>(
        value: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => AsText::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// # Errors
    /// When it is neither null nor a decimal string of the right form and size.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
        text.map(|text| parse_decimal(&text).map_err(de::Error::custom)).transpose()
    }
}

/// An amount or a percentage where a field must hold a whole value, as in a merge patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Amount(#[serde(with = "AsText")] pub Decimal);

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

macro_rules! schema {
    ($Form:ty: $ty:expr) => {
        impl JsonSchema for $Form {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($Form).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": $ty, "pattern": DECIMAL_PATTERN })
            }
        }
    };
}
schema!(AsText: "string");
schema!(AsTextOption: ["string", "null"]);

/// `a × b ÷ divisor` with remainder, also where `a × b` is wider than 128 bits.
fn multiply_divide(a: u128, b: u128, divisor: u128) -> Option<(u128, u128)> {
    if let Some(product) = a.checked_mul(b) {
        return Some((product / divisor, product % divisor));
    }
    // Long multiplication by the bits of b, dividing at every step: the remainder stays small.
    let (step_quotient, step_remainder) = (a / divisor, a % divisor);
    let (mut quotient, mut remainder) = (0u128, 0u128);
    let reduce = |quotient: u128, remainder: u128| {
        if remainder >= divisor {
            Some((quotient.checked_add(1)?, remainder - divisor))
        } else {
            Some((quotient, remainder))
        }
    };
    for bit in (0..u128::BITS - b.leading_zeros()).rev() {
        (quotient, remainder) = reduce(quotient.checked_mul(2)?, remainder.checked_mul(2)?)?;
        if (b >> bit) & 1 == 1 {
            (quotient, remainder) = reduce(
                quotient.checked_add(step_quotient)?,
                remainder.checked_add(step_remainder)?,
            )?;
        }
    }
    Some((quotient, remainder))
}

/// `-0` is written as `0`: two equal amounts have one text.
fn without_negative_zero(mut value: Decimal) -> Decimal {
    if value.is_zero() {
        value.set_sign_positive(true);
    }
    value
}

#[cfg(test)]
pub(crate) mod tests;
