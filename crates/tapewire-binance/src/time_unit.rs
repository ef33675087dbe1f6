//! [`TimeUnit`]: what the times on a connection count. It is asked for in the URL, and remembered from there.

use tapewire_core::{DecodeError, UnixNanos, Url};

/// What the times on a connection count since 1970 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Milliseconds: what the venue sends if nothing is asked for.
    #[default]
    Millisecond,
    /// Microseconds.
    Microsecond,
}

impl TimeUnit {
    /// The unit that a connection to `url` speaks in. The size of a time says nothing: it is never looked at.
    pub(crate) fn of(url: &Url) -> Self {
        let query = url.expose_path().split_once('?').map_or("", |(_, query)| query);
        let asked = query.split('&').any(|pair| pair.eq_ignore_ascii_case("timeUnit=MICROSECOND"));
        if asked { Self::Microsecond } else { Self::Millisecond }
    }

    /// The query that asks for it, with its question mark; empty for the venue's default.
    pub(crate) const fn query(self) -> &'static str {
        match self {
            Self::Millisecond => "",
            Self::Microsecond => "?timeUnit=MICROSECOND",
        }
    }

    /// The time that member `field` holds.
    pub(crate) fn time(self, field: &'static str, value: i64) -> Result<UnixNanos, DecodeError> {
        let time = match self {
            Self::Millisecond => UnixNanos::from_millis(value),
            Self::Microsecond => UnixNanos::from_micros(value),
        };
        time.ok_or(DecodeError::OutOfRange { field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_unit_from_the_url() {
        let cases = [
            ("wss://host/stream", TimeUnit::Millisecond),
            ("wss://host/stream?timeUnit=MICROSECOND", TimeUnit::Microsecond),
            ("wss://host/stream?streams=a@trade/b@trade&timeUnit=microsecond", TimeUnit::Microsecond),
            ("wss://host/timeUnit=MICROSECOND", TimeUnit::Millisecond),
            ("wss://host/stream?timeUnit=MILLISECOND", TimeUnit::Millisecond),
        ];
        for (url, expected) in cases {
            assert_eq!(TimeUnit::of(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn scales_by_the_unit_and_refuses_what_does_not_fit() {
        let time = |unit: TimeUnit, value| unit.time("T", value).ok().map(|time| time.0);
        assert_eq!(time(TimeUnit::Millisecond, 1_723_161_255_208), Some(1_723_161_255_208_000_000));
        assert_eq!(time(TimeUnit::Microsecond, 1_723_161_255_208_123), Some(1_723_161_255_208_123_000));
        assert_eq!(time(TimeUnit::Millisecond, 1_723_161_255_208_123), None);
    }
}
