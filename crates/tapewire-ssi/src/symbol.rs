//! Symbols: what the venue calls an instrument, and what that says.

use tapewire_core::event::QuantityUnit;
use tapewire_core::{DecodeError, InstrumentId, VenueId};

/// This adapter's venue.
pub(crate) const VENUE: VenueId = VenueId::new("ssi");

/// The instrument that the venue calls `symbol`.
pub(crate) fn instrument(symbol: &str) -> Result<InstrumentId, DecodeError> {
    Ok(InstrumentId::new(VENUE, symbol)?)
}

/// What quantities of an instrument count: contracts of a future, shares (or units) of all else. What is no code says
/// nothing of it.
pub(crate) fn unit(symbol: &str) -> Result<QuantityUnit, DecodeError> {
    match is_future(symbol) {
        _ if !is_spelled_right(symbol) => Err(DecodeError::OutOfRange { field: "s" }),
        true => Ok(QuantityUnit::Contract),
        false => Ok(QuantityUnit::Share),
    }
}

/// Whether a symbol is a future's: `VN30F2612`, or `41I1FC000` as the exchange codes them since May 2025.
///
/// General knowledge of the market, not the broker's text.
pub(crate) fn is_future(symbol: &str) -> bool {
    let by_month = |head: &str, tail: &str| head.len() > 4 && head.ends_with('F') && tail.bytes().all(is_digit);
    let is_coded = symbol.len() == 9 && symbol.starts_with("41");
    is_coded || symbol.split_at_checked(symbol.len().saturating_sub(4)).is_some_and(|(head, tail)| by_month(head, tail))
}

/// Whether a text is spelled as the venue spells codes: capital letters and digits, and what joins them in the names of
/// indices. Nothing in them needs an escape.
pub(crate) fn is_spelled_right(symbol: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || is_digit(byte) || matches!(byte, b'-' | b'_');
    !symbol.is_empty() && symbol.bytes().all(fits)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn futures_count_contracts() {
        for (symbol, expected) in [
            ("SSI", Some(QuantityUnit::Share)),
            ("VN30F2612", Some(QuantityUnit::Contract)),
            ("VN100F2612", Some(QuantityUnit::Contract)),
            ("GB05F2612", Some(QuantityUnit::Contract)),
            ("41I1FC000", Some(QuantityUnit::Contract)),
            ("CFPT2401", Some(QuantityUnit::Share)),
            ("CSHF2401", Some(QuantityUnit::Share)),
            ("FUEVFVND", Some(QuantityUnit::Share)),
            ("", None),
            ("₫₫", None),
            ("ssi", None),
        ] {
            assert_eq!(unit(symbol).ok(), expected, "{symbol}");
        }
    }

    #[test]
    fn codes_are_capital_letters_and_digits() {
        for (symbol, expected) in
            [("SSI", true), ("VN30", true), ("HNX-INDEX", true), ("ssi", false), ("A\"B", false), ("", false)]
        {
            assert_eq!(is_spelled_right(symbol), expected, "{symbol}");
        }
    }
}
