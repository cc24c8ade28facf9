//! Days and moments that come from outside: from 2000-01-01 to 2199-12-31, and near where it matters.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

/// First and last year of a day.
pub const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;
/// How far from today a day may lie that must be near.
pub const NEAR_YEARS: u32 = 10;
/// A day, as a JSON Schema pattern.
pub const DAY_PATTERN: &str = "^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$";
/// A moment, as a JSON Schema pattern; `format` says the rest.
pub const MOMENT_PATTERN: &str = "^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}[Tt ]";

const COMMENT: &str = "From 2000-01-01 to 2199-12-31.";

/// A day of a year in [`YEARS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Day(NaiveDate);

/// What is wrong with a day; goes on from "The field `x` …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DayError {
    #[error("is no day; write it as 2026-03-31")]
    NoDay,
    #[error("is no moment with its zone; write it as 2026-03-31T08:00:00Z")]
    NoMoment,
    #[error("lies beyond 2000-01-01 to 2199-12-31; correct it")]
    Beyond,
}

impl Day {
    /// The day itself.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// Reads a day as messages write it.
    ///
    /// # Errors
    /// [`DayError`] where it is none, or lies beyond [`YEARS`].
    pub fn read(text: &str) -> Result<Self, DayError> {
        // One form only: what the pattern of the schema says.
        let digits = |c: char| c.is_ascii_digit() || c == '-';
        let day = Some(text).filter(|text| text.len() == 10 && text.chars().all(digits));
        let day = day.and_then(|text| text.parse::<NaiveDate>().ok());
        Self::try_from(day.ok_or(DayError::NoDay)?)
    }

    /// Does it lie within [`NEAR_YEARS`] years of this moment? The one place that says what is near.
    #[must_use]
    pub fn is_near(self, now: DateTime<Utc>) -> bool {
        let (today, span) = (now.date_naive(), Months::new(12 * NEAR_YEARS));
        let after = today.checked_sub_months(span).is_none_or(|first| self.0 >= first);
        let before = today.checked_add_months(span).is_none_or(|last| self.0 <= last);
        after && before
    }
}

impl TryFrom<NaiveDate> for Day {
    type Error = DayError;

    fn try_from(date: NaiveDate) -> Result<Self, DayError> {
        if YEARS.contains(&date.year()) { Ok(Self(date)) } else { Err(DayError::Beyond) }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Self::read(&text).map_err(|error| de::Error::custom(format_args!("A day {error}.")))
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": DAY_PATTERN, "$comment": COMMENT })
    }
}

/// A moment whose year lies in [`YEARS`], for the schema of a plain time: `#[schemars(with = "…")]`.
#[derive(Clone, Copy, Debug)]
pub struct Moment;

impl Moment {
    /// Reads a moment as messages write it (RFC 3339).
    ///
    /// # Errors
    /// [`DayError`] where it is none, or lies beyond [`YEARS`].
    pub fn read(text: &str) -> Result<DateTime<Utc>, DayError> {
        let at = DateTime::parse_from_rfc3339(text).map_err(|_| DayError::NoMoment)?;
        Self::within(at.to_utc()).filter(|_| YEARS.contains(&at.year())).ok_or(DayError::Beyond)
    }

    /// The moment, where its year lies in [`YEARS`].
    #[must_use]
    pub fn within(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(at).filter(|at| YEARS.contains(&at.year()))
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "pattern": MOMENT_PATTERN, "$comment": COMMENT })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_form_and_a_year_within_sense() {
        for text in ["2000-01-01", "2026-02-28", "2199-12-31"] {
            assert_eq!(Day::read(text).map(|day| day.0.to_string()), Ok(text.to_owned()));
        }
        for text in ["2026-02-30", "262142-01-01", "+2026-01-01", "2026-1-1", "31.12.2026", ""] {
            assert_eq!(Day::read(text), Err(DayError::NoDay), "{text}");
        }
        for text in ["1926-03-01", "1999-12-31", "2200-01-01", "9999-12-31", "0000-01-01"] {
            assert_eq!(Day::read(text), Err(DayError::Beyond), "{text}");
        }
        assert_eq!(Moment::read("1999-12-31T23:59:59Z"), Err(DayError::Beyond));
        assert!(Moment::read("2026-03-31T08:00:00+02:00").is_ok());
    }

    #[test]
    fn near_is_ten_years_either_way() {
        let now = DateTime::from_timestamp(1_772_452_800, 0).expect("2026-03-02");
        for (text, near) in [
            ("2016-03-02", true),
            ("2016-03-01", false),
            ("2036-03-02", true),
            ("2036-03-03", false),
        ] {
            assert_eq!(Day::read(text).expect("a day").is_near(now), near, "{text}");
        }
    }
}
