//! Values on their way between records and columns.

use domain::billing::Billing;
use domain::ids::Id;
use domain::money::Currency;
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use uuid::Uuid;

/// A statement over many rows at once: first the values that stand for all, then one array for each
/// column, of what the rows give. `$1`, `$2` … are in this order.
macro_rules! bulk {
    ($sql:literal, [$($for_all:expr),*], $rows:expr, |$row:pat_param| {
        $($value:expr => $Type:ty),+ $(,)?
    }) => {
        ::sqlx::query!(
            $sql,
            $($for_all,)*
            $(&$rows.map(|row| {
                #[allow(unused_variables, reason = "a column takes a part of its row")]
                let $row = row;
                $value
            }).collect::<Vec<$Type>>() as &[$Type]),+
        )
    };
}
pub(crate) use bulk;

/// The bare ids, for `= ANY($1)`.
pub(crate) fn uuids<I: Id>(ids: &[I]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

/// The word of a unit enum, the same in messages and in rows.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("only enums without data are words, not {other:?}"),
    }
}

/// The value that a word stands for.
pub(crate) fn meant<T: DeserializeOwned>(column: &str, word: &str) -> Result<T, sqlx::Error> {
    let word: StrDeserializer<'_, Error> = word.into_deserializer();
    T::deserialize(word).map_err(|error| corrupt(column, &error))
}

/// When a document is billed; the default has no word.
pub(crate) fn billing(column: &str, word: Option<&str>) -> Result<Billing, sqlx::Error> {
    word.map_or(Ok(Billing::default()), |word| meant(column, word))
}

/// A currency code.
pub(crate) fn currency(column: &str, code: &str) -> Result<Currency, sqlx::Error> {
    code.parse().map_err(|error| corrupt(column, &error))
}

/// The error for a row that no record of ours can be; its CHECK constraints should have refused it, or a newer
/// program has a state that this one does not know. What needs the row is held.
pub(crate) fn corrupt(column: &str, what: &dyn std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(format!("The column {column} holds what no record can be: {what}.").into())
}

/// The value of a column that must be filled in this state of the record.
pub(crate) fn given<T>(column: &str, value: Option<T>) -> Result<T, sqlx::Error> {
    value.ok_or_else(|| corrupt(column, &"nothing, where the state demands a value"))
}

/// A list of which an empty one is no value.
pub(crate) fn filled<L: AsRef<[T]>, T>(list: &L) -> Option<&L> {
    (!list.as_ref().is_empty()).then_some(list)
}

/// A counter as the database keeps it.
pub(crate) fn signed(value: u64) -> Result<i64, sqlx::Error> {
    i64::try_from(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// A counter as the record has it.
pub(crate) fn unsigned(column: &str, value: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(value).map_err(|error| corrupt(column, &error))
}

/// A number without the trailing zeros that `numeric(20,6)` gives back.
pub(crate) fn plain(stored: Decimal) -> Decimal {
    stored.normalize()
}

/// An amount as it was decided: at least the currency's decimals, no further trailing zeros. So it
/// prints in an event as it did before it was stored.
pub(crate) fn amount(stored: Decimal, currency: Currency) -> Decimal {
    let mut amount = stored.normalize();
    if amount.scale() < currency.minor_digits() {
        amount.rescale(currency.minor_digits());
    }
    amount
}

#[cfg(test)]
mod tests {
    use domain::lead::DisqualifyReason;
    use domain::totals::TaxCategory;
    use rust_decimal_macros::dec;

    use super::*;

    #[test]
    fn a_word_is_read_back_as_what_it_stands_for() {
        let reason = DisqualifyReason::NoLongerInterested;
        assert_eq!(word(reason), "no_longer_interested");
        assert_eq!(meant::<DisqualifyReason>("c", "no_longer_interested").ok(), Some(reason));
        let newer = meant::<DisqualifyReason>("lead.disqualify_reason", "bored");
        assert_eq!(newer.ok().map(word).as_deref(), Some("bored"), "the list is open");
        let error = meant::<TaxCategory>("order_line.tax_category", "X");
        assert!(error.is_err_and(|error| error.to_string().contains("order_line.tax_category")));
    }

    #[test]
    fn a_stored_amount_prints_as_before() {
        let euro = currency("c", "EUR").expect("a currency");
        let print = |stored| amount(stored, euro).to_string();
        assert_eq!(print(dec!(12.300000)), "12.30");
        assert_eq!(print(dec!(1500.000000)), "1500.00");
        assert_eq!(print(dec!(0.012500)), "0.0125");
        assert_eq!(plain(dec!(3.000000)).to_string(), "3");
    }
}
