//! Durations as one writes them on a command line: `10s`, `500ms`, `2m`, `1h`.

use std::time::Duration;

/// The units, and how many milliseconds each has. The longer text of two that end alike comes first.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

/// Reads a duration.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let how = || "write a whole number and a unit, such as 10s, 500ms, 2m or 1h".to_owned();
    let (number, millis) =
        UNITS.iter().find_map(|(unit, millis)| Some((text.strip_suffix(unit)?, millis))).ok_or_else(how)?;
    let number: u64 = number.parse().map_err(|_| how())?;
    number.checked_mul(*millis).map(Duration::from_millis).ok_or_else(how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit() {
        for (text, millis) in [("10s", 10_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn says_how_to_write_what_it_cannot_read() {
        for text in ["", "10", "s", "1.5s", "-1s", "10 s", "10d", "99999999999999999h"] {
            assert!(parse(text).unwrap_err().contains("10s"), "{text}");
        }
    }
}
