//! Which values a property takes.

use rust_decimal::Decimal;
use thiserror::Error;

use super::product::{Property, PropertyKind};

/// Why a property has not that value; goes on from "The property … cannot be …: ".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    #[error("it is a number without decimals; write one, as 12")]
    NotWhole,
    #[error("it is a number; write one, as 12.5")]
    NotDecimal,
    #[error("it goes {0}; write a number that does")]
    OutOfRange(String),
    #[error("it is one of {0}; write one of them as it stands there")]
    NoOption(String),
    #[error("nothing is written; leave the value out for the default")]
    Empty,
}

impl Unfit {
    /// The rule by which a line does not take it.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NotWhole | Self::NotDecimal | Self::Empty => "line.property_kind",
            Self::OutOfRange(_) => "line.property_range",
            Self::NoOption(_) => "line.property_option",
        }
    }
}

impl Property {
    /// The value in its one form: numbers without zeros at their ends, texts without blanks around them.
    ///
    /// # Errors
    /// [`Unfit`] where it is of another kind, beyond the range, or none of the options.
    pub fn read(&self, value: &str) -> Result<String, Unfit> {
        let value = value.trim();
        let number = match self.kind {
            _ if value.is_empty() => return Err(Unfit::Empty),
            PropertyKind::Text => return Ok(value.to_owned()),
            PropertyKind::OptionSet => {
                let known = self.options.iter().any(|option| **option == *value);
                return if known { Ok(value.to_owned()) } else { Err(self.no_option()) };
            }
            PropertyKind::WholeNumber => {
                value.parse::<i64>().map(Decimal::from).map_err(|_| Unfit::NotWhole)?
            }
            PropertyKind::Decimal | PropertyKind::FloatingPoint => {
                Decimal::from_str_exact(value).map_err(|_| Unfit::NotDecimal)?
            }
        };
        let below = self.minimum.is_some_and(|least| number < least);
        if below || self.maximum.is_some_and(|most| number > most) {
            return Err(Unfit::OutOfRange(self.range()));
        }
        Ok(number.normalize().to_string())
    }

    /// Is it a number, which may have a range?
    #[must_use]
    pub const fn is_number(&self) -> bool {
        !matches!(self.kind, PropertyKind::Text | PropertyKind::OptionSet)
    }

    fn range(&self) -> String {
        match (self.minimum, self.maximum) {
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("from {least} on"),
            (None, Some(most)) => format!("up to {most}"),
            (None, None) => "as far as numbers go".to_owned(),
        }
    }

    fn no_option(&self) -> Unfit {
        /// Most options that a sentence names.
        const NAMED_MAX: usize = 20;
        let named = self.options.iter().take(NAMED_MAX).map(|option| format!("`{}`", &**option));
        let more = if self.options.len() > NAMED_MAX { " …" } else { "" };
        Unfit::NoOption(named.collect::<Vec<_>>().join(", ") + more)
    }
}
