//! Symbols: what the vendor calls an instrument, and which business it is of.
//!
//! Infoway documentation, "Symbols", and the vendor's Python SDK 0.4.1, read 2026-08. The vendor acknowledges a symbol
//! that it does not know, or that another business has, like a good one and stays silent: so what can be seen to be
//! wrong is refused here.

use tapewire_core::Unsupported;

use crate::Business;

/// The longest symbol.
const LENGTH_MAX: usize = 40;

/// Refuses a symbol that a business cannot have, and says what to write instead.
pub(crate) fn check(business: Business, symbol: &str) -> Result<(), Unsupported> {
    let venue = business.venue();
    let wrong = |why: String| Err(Unsupported::new(why));
    if symbol == "*" || symbol.starts_with("basket/") {
        let example = business.example();
        return wrong(format!("Infoway serves one symbol at a time: write `{venue}:{example}`"));
    }
    if let Some(other) = Business::of_suffix(symbol).filter(|other| *other != business) {
        let right = other.venue();
        return wrong(format!("`{symbol}` is of another business: write `{right}:{symbol}`"));
    }
    if business.is_equity() && Business::of_suffix(symbol).is_none() {
        let ends = business.suffixes().join(", ");
        return wrong(format!("symbols of {venue} end with {ends}: write `{venue}:{}`", business.example()));
    }
    if let Some(better) = padded(symbol) {
        return wrong(format!("`{symbol}` is refused by the vendor: write `{venue}:{better}`"));
    }
    if !is_spelled_right(business, symbol) {
        return wrong(format!("`{symbol}` is not a symbol of Infoway: write `{venue}:{}`", business.example()));
    }
    Ok(())
}

/// The symbol with the zeros that it lacks: five digits in Hong Kong, six in Shanghai and Shenzhen.
fn padded(symbol: &str) -> Option<String> {
    let (code, market) = symbol.rsplit_once('.')?;
    let digits = match market {
        "HK" => 5,
        "SH" | "SZ" => 6,
        _ => return None,
    };
    let is_short = code.len() < digits && !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    is_short.then(|| format!("{code:0>digits$}.{market}"))
}

/// Whether nothing in a symbol needs an escape in a request, where symbols are joined by commas.
fn is_spelled_right(business: Business, symbol: &str) -> bool {
    // Of crypto only pairs without a separator were ever seen. What futures and indices are called is not documented.
    let plain = |byte: u8| match business {
        Business::Crypto => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        Business::Common => byte.is_ascii_graphic() && !matches!(byte, b',' | b'"' | b'\\' | b'@'),
        _ => byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_' | b'&'),
    };
    !symbol.is_empty() && symbol.len() <= LENGTH_MAX && symbol.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_business_has() {
        for (business, symbol) in [
            (Business::Stock, "AAPL.US"),
            (Business::Stock, "BRK.B.US"),
            (Business::Stock, ".DJI.US"),
            (Business::Stock, "00700.HK"),
            (Business::Stock, "600519.SH"),
            (Business::Crypto, "1000SATSUSDT"),
            (Business::Common, "XAUUSD"),
            (Business::India, "M&M.IN"),
            (Business::Korea, "005930.KS"),
        ] {
            assert_eq!(check(business, symbol), Ok(()), "{symbol}");
        }
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_write() {
        let long = "A".repeat(41);
        for (business, symbol, hint) in [
            (Business::Stock, "700.HK", "infoway-stock:00700.HK"),
            (Business::Stock, "2594.SZ", "infoway-stock:002594.SZ"),
            (Business::Stock, "BTCUSDT", "end with .US, .HK, .SH, .SZ"),
            (Business::Stock, "7203.JP", "infoway-japan:7203.JP"),
            (Business::Crypto, "AAPL.US", "infoway-stock:AAPL.US"),
            (Business::Crypto, "BTC-USDT", "infoway-crypto:BTCUSDT"),
            (Business::Crypto, "btcusdt", "infoway-crypto:BTCUSDT"),
            (Business::Common, "EURUSD,USDJPY", "infoway-common:EURUSD"),
            (Business::Common, "EUR\"USD", "infoway-common:EURUSD"),
            (Business::Common, &long, "infoway-common:EURUSD"),
            (Business::Stock, "aapl.US", "infoway-stock:AAPL.US"),
            (Business::Crypto, "*", "one symbol at a time"),
            (Business::Crypto, "basket/all", "one symbol at a time"),
        ] {
            let reason = check(business, symbol).unwrap_err().reason;
            assert!(reason.contains(hint), "{symbol}: {reason}");
        }
    }
}
