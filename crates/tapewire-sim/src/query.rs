//! Query strings: percent-decoded names and values, in the order they were sent.

/// A parsed query string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        };
        Self { pairs: text.split('&').filter(|part| !part.is_empty()).take(PAIRS_MAX).map(pair).collect() }
    }

    /// The first value with a name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Undoes percent encoding, in which `+` is itself: the venue's stream names hold it (`@+08:00`). What is no valid escape stays as it is, and what is no UTF-8 is replaced.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        match (byte, ahead.next().and_then(nibble), ahead.next().and_then(nibble)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high << 4 | low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Parameters beyond this many are not read.
const PAIRS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        for (text, name, value) in [
            ("symbol=BTCUSDT&limit=5", "limit", Some("5")),
            ("symbols=%5B%22BTCUSDT%22,%22BNBUSDT%22%5D", "symbols", Some(r#"["BTCUSDT","BNBUSDT"]"#)),
            ("s=%EF%BC%91", "s", Some("１")),
            ("a=1%2", "a", Some("1%2")),
            ("streams=btcusdt@kline_1d@+08:00", "streams", Some("btcusdt@kline_1d@+08:00")),
            ("flag&b=", "flag", Some("")),
            ("", "a", None),
        ] {
            assert_eq!(Query::parse(text).find(name), value, "{text}");
        }
    }
}
