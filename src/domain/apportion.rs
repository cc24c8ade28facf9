//! Dividing an amount into parts that add up to it to the last cent.
//!
//! Both functions round the *cumulated* share and hand out the differences, so that no cent is
//! lost or made and nothing is left over for "the last one".

use rust_decimal::Decimal;
use thiserror::Error;

use crate::money::{self, AmountError, in_range, ratio};

/// Why an amount could not be divided.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ApportionError {
    #[error("{0} cannot be divided over parts that add up to zero. Choose another measure.")]
    NothingToDivideBy(Decimal),
    #[error("{now} after {before} is more than the whole of {whole}, or less than nothing.")]
    BeyondWhole { before: Decimal, now: Decimal, whole: Decimal },
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// Divides `total` (first rounded to `digits` decimals) in proportion to `parts`, by cumulative
/// rounding: 10.00 over three equal parts is 3.33, 3.34, 3.33. The shares add up to `total`
/// exactly; a part of zero gets zero. Parts may be negative as long as their sum is not zero.
///
/// # Errors
/// When a nonzero total meets parts that add up to zero, or an amount is out of range.
pub fn apportion(
    total: Decimal,
    parts: &[Decimal],
    digits: u32,
) -> Result<Vec<Decimal>, ApportionError> {
    let total = money::round_to(in_range(total)?, digits);
    let parts = parts.iter().copied().map(in_range).collect::<Result<Vec<_>, _>>()?;
    let mut whole = Decimal::ZERO;
    for part in &parts {
        whole = in_range(whole + part)?;
    }
    if total.is_zero() {
        return Ok(vec![total; parts.len()]);
    }
    if whole.is_zero() {
        return Err(ApportionError::NothingToDivideBy(total));
    }
    let (mut reached, mut given) = (Decimal::ZERO, Decimal::ZERO);
    let mut shares = Vec::with_capacity(parts.len());
    for part in parts {
        reached += part;
        let due = cumulated(total, reached, whole, digits)?;
        shares.push(money::round_to(due - given, digits));
        given = due;
    }
    Ok(shares)
}

/// The share of `total` (first rounded to `digits` decimals) that falls to the piece `done_now`
/// of `whole`, when pieces of together `done_before` have had theirs: for successive partial
/// invoices of one order. Whatever the split and its order, the shares of all pieces add up to
/// `total` exactly.
///
/// # Errors
/// When the pieces are negative or more than the whole, when a nonzero total meets a whole of
/// zero, or an amount is out of range.
pub fn share(
    total: Decimal,
    done_before: Decimal,
    done_now: Decimal,
    whole: Decimal,
    digits: u32,
) -> Result<Decimal, ApportionError> {
    let total = money::round_to(in_range(total)?, digits);
    let (before, now) = (in_range(done_before)?, in_range(done_now)?);
    let whole = in_range(whole)?;
    let negative = before.is_sign_negative() || now.is_sign_negative();
    if negative || before + now > whole {
        return Err(ApportionError::BeyondWhole { before, now, whole });
    }
    if total.is_zero() {
        return Ok(total);
    }
    if whole.is_zero() {
        return Err(ApportionError::NothingToDivideBy(total));
    }
    let due = cumulated(total, before + now, whole, digits)?;
    let given = cumulated(total, before, whole, digits)?;
    Ok(money::round_to(due - given, digits))
}

/// What is due when `reached` of `whole`, which is not zero, is done.
fn cumulated(
    total: Decimal,
    reached: Decimal,
    whole: Decimal,
    digits: u32,
) -> Result<Decimal, ApportionError> {
    let due = ratio(total, reached, whole, digits)
        .ok_or_else(|| AmountError::TooLarge(format!("{total} × {reached} ÷ {whole}")))?;
    Ok(in_range(due)?)
}

#[cfg(test)]
mod tests;
