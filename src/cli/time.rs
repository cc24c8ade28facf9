//! Times and numbers as people read them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// How long ago, as `12 s` or `3 h 20 min`.
pub(super) fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    span(now - at)
}

/// A span of time in its two largest units. A negative one, of two clocks that differ, is none.
pub(super) fn span(span: TimeDelta) -> String {
    let ms = span.num_milliseconds().max(0);
    let (seconds, minutes, hours) = (ms / 1000, ms / 60_000, ms / 3_600_000);
    match (hours, minutes, seconds) {
        (0, 0, 0) => format!("{ms} ms"),
        (0, 0, 1..10) => format!("{seconds}.{} s", ms % 1000 / 100),
        (0, 0, _) => format!("{seconds} s"),
        (0, ..) => format!("{minutes} min {} s", seconds % 60),
        (1..48, ..) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

/// What is to be said where decisions see another time than the server's, by so many seconds.
pub(super) fn shifted(seconds: i64) -> Option<String> {
    let ahead = TimeDelta::try_seconds(seconds.abs()).unwrap_or_default();
    let way = if seconds > 0 { "ahead of" } else { "behind" };
    (seconds != 0).then(|| {
        format!(
            "Decisions see a time that is {} {way} the server's. Where this is no test, set it right as the owner of \
             the tables: UPDATE clock_shift SET by = '0'.",
            span(ahead)
        )
    })
}

/// The begin of a day, or a moment.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = text.parse::<NaiveDate>().ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = day.map(|begin| begin.and_utc()).or_else(|| text.parse().ok());
    moment
        .ok_or_else(|| "write a day as 2026-11-01, or a moment as 2026-11-01T09:00:00Z".to_owned())
}

/// A number with its noun.
pub(super) fn counted(n: usize, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_in_its_two_largest_units() {
        let spans = [
            (-5, "0 ms"),
            (999, "999 ms"),
            (1_250, "1.2 s"),
            (59_999, "59 s"),
            (61_000, "1 min 1 s"),
            (3_700_000, "1 h 1 min"),
            (200_000_000, "2 d 7 h"),
        ];
        for (ms, text) in spans {
            assert_eq!(span(TimeDelta::milliseconds(ms)), text);
        }
    }
}
