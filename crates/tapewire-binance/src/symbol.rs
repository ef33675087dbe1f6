//! Symbols: what the venue calls an instrument, in payloads, in stream names and in queries.

use tapewire_core::{DecodeError, InstrumentId, VenueId};

/// This adapter's venue.
pub(crate) const VENUE: VenueId = VenueId::new("binance");

/// The instrument that payloads call `symbol`.
pub(crate) fn instrument(symbol: &str) -> Result<InstrumentId, DecodeError> {
    Ok(InstrumentId::new(VENUE, symbol)?)
}

/// The instrument that a stream's name speaks of. Stream names hold the symbol in lower case.
pub(crate) fn instrument_of_stream(symbol: &str) -> Result<InstrumentId, DecodeError> {
    instrument(&symbol.to_uppercase())
}

/// Whether a raw symbol is spelled as the venue spells them.
///
/// Binance spot API documentation, `errors.md`, -1100, read 2026-07-21: symbols match `^[\w\-._&&[^a-z]]{1,50}$`,
/// where `\w` has included letters of all scripts since 2025.
pub(crate) fn is_spelled_right(symbol: &str) -> bool {
    let plain = |c: char| (c.is_alphanumeric() && !c.is_lowercase()) || matches!(c, '_' | '-' | '.');
    !symbol.is_empty() && symbol.chars().count() <= 50 && symbol.chars().all(plain)
}

/// The unified symbol of a pair.
pub(crate) fn unified(base: &str, quote: &str) -> String {
    format!("{base}/{quote}")
}

/// A symbol as it stands in a query: all but unreserved ASCII is percent-encoded.
pub(crate) fn to_query(symbol: &str) -> String {
    let mut text = String::with_capacity(symbol.len());
    for byte in symbol.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The symbol that a query holds; `None` if its percent-encoding is broken.
pub(crate) fn from_query(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if let (b'%', [high, low, tail @ ..]) = (*first, tail) {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            bytes.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
            rest = tail;
        } else if *first == b'%' {
            return None;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_stream_names_and_queries_and_back() {
        // raw symbol, in a stream's name, in a query
        let cases = [
            ("BTCUSDT", "btcusdt", "BTCUSDT"),
            ("1000SATSUSDT", "1000satsusdt", "1000SATSUSDT"),
            ("币安人生USDT", "币安人生usdt", "%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"),
            ("１２３４５６", "１２３４５６", "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96"),
        ];
        for (raw, stream, query) in cases {
            assert_eq!((raw.to_lowercase().as_str(), to_query(raw).as_str()), (stream, query));
            assert_eq!(from_query(query).as_deref(), Some(raw));
            assert_eq!(instrument_of_stream(stream).unwrap(), instrument(raw).unwrap());
            assert!(is_spelled_right(raw), "{raw}");
        }
    }

    #[test]
    fn refuses_what_is_no_symbol() {
        let long = "A".repeat(51);
        for text in ["", "btcusdt", "BTC/USDT", "BTC@USDT", "!BTC", "A\"B", "A B", &long] {
            assert!(!is_spelled_right(text), "{text}");
        }
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(from_query(text), None, "{text}");
        }
        assert!(instrument("").is_err() && instrument("A\u{7}B").is_err());
    }
}
