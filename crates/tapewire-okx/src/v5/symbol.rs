//! Symbols: what the venue calls an instrument, and what that says.

use tapewire_core::event::QuantityUnit;
use tapewire_core::{DecodeError, InstrumentId, VenueId};

/// This adapter's venue.
pub(crate) const VENUE: VenueId = VenueId::new("okx");

/// The instrument that the venue calls `symbol`.
pub(crate) fn instrument(symbol: &str) -> Result<InstrumentId, DecodeError> {
    Ok(InstrumentId::new(VENUE, symbol)?)
}

/// What quantities of an instrument count: the base asset of a pair `BTC-USDT`, contracts of anything longer.
///
/// OKX API guide, "Get instruments", read 2026-07: `sz` is in contracts for futures, swaps and options.
pub(crate) fn unit(symbol: &str) -> Result<QuantityUnit, DecodeError> {
    let mut hyphens = symbol.bytes().filter(|byte| *byte == b'-');
    match (hyphens.next(), hyphens.next()) {
        (None, _) => Err(DecodeError::OutOfRange { field: "instId" }),
        (Some(_), None) => Ok(QuantityUnit::Base),
        (Some(_), Some(_)) => Ok(QuantityUnit::Contract),
    }
}

/// Whether a text is spelled as the venue spells instruments, families and indices: `BTC-USDT`, `BTC-USD-SWAP`. Nothing
/// in them needs an escape.
pub(crate) fn is_spelled_right(symbol: &str) -> bool {
    let plain = |c: char| (c.is_alphanumeric() && !c.is_lowercase()) || c == '_';
    symbol.split('-').count() > 1 && symbol.split('-').all(|part| !part.is_empty() && part.chars().all(plain))
}

/// The unified symbol: `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USD:BTC-261225`, `BTC/USD:BTC-261225-100000-C`. `None` for a
/// symbol that does not begin with what it is of.
pub(crate) fn unified(symbol: &str, base: &str, quote: &str, settle: Option<&str>) -> Option<String> {
    let contract = symbol.strip_prefix(base)?.strip_prefix('-')?.strip_prefix(quote)?;
    match settle {
        None => Some(format!("{base}/{quote}")),
        Some(settle) if contract == "-SWAP" => Some(format!("{base}/{quote}:{settle}")),
        Some(settle) => Some(format!("{base}/{quote}:{settle}{contract}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_say_what_quantities_count() {
        let cases = [
            ("BTC-USDT", Some(QuantityUnit::Base)),
            ("BTC-USDT-SWAP", Some(QuantityUnit::Contract)),
            ("BTC-USD-261225", Some(QuantityUnit::Contract)),
            ("BTC-USD-261225-100000-C", Some(QuantityUnit::Contract)),
            ("BTC", None),
        ];
        for (symbol, expected) in cases {
            assert_eq!(unit(symbol).ok(), expected, "{symbol}");
        }
    }

    #[test]
    fn knows_its_spelling() {
        for good in ["BTC-USDT", "1INCH-USDT", "BTC-USD_UM-SWAP", "BTC-ABOVE-DAILY-260224-1600-65000", "币安-USDT"] {
            assert!(is_spelled_right(good), "{good}");
        }
        for bad in ["", "BTC", "btc-usdt", "BTC/USDT", "BTC-", "-USDT", "BTC--USDT", "BTC-\"", "basket/SWAP"] {
            assert!(!is_spelled_right(bad), "{bad}");
        }
    }

    #[test]
    fn writes_unified_symbols() {
        for (symbol, quote, settle, expected) in [
            ("BTC-USDT", "USDT", None, "BTC/USDT"),
            ("BTC-USDT-SWAP", "USDT", Some("USDT"), "BTC/USDT:USDT"),
            ("BTC-USD-SWAP", "USD", Some("BTC"), "BTC/USD:BTC"),
            ("BTC-USD-261225", "USD", Some("BTC"), "BTC/USD:BTC-261225"),
            ("BTC-USD-261225-100000-C", "USD", Some("BTC"), "BTC/USD:BTC-261225-100000-C"),
        ] {
            assert_eq!(unified(symbol, "BTC", quote, settle).as_deref(), Some(expected));
        }
        assert_eq!(unified("ETH-USDT-SWAP", "BTC", "USDT", Some("USDT")), None);
    }
}
