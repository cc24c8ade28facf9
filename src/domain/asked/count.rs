use rust_decimal::Decimal;

/// How many: a number, none said, none wanted, or something that is no plain number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Of(Decimal),
    Open,
    Zero,
    /// Why it is no number: a finished sentence.
    Unclear(String),
}
