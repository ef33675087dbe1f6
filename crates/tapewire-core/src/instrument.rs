//! Instruments: what can be traded or quoted at a venue, by the venue's own spelling.

use std::fmt;
use std::str::FromStr;

use crate::VenueId;
use crate::error::{ParseError, excerpt};
use crate::intern::{Interner, Texts, keep};

/// How many different instruments one process may meet.
pub const INSTRUMENTS_MAX: usize = 1 << 20;
/// The longest raw symbol, in bytes.
pub const SYMBOL_LENGTH_MAX: usize = 128;

static INSTRUMENTS: Interner<(VenueId, &'static str)> = Interner::new(INSTRUMENTS_MAX);
static SYMBOLS: Texts = Texts::new(INSTRUMENTS_MAX);

/// An instrument: a venue and its raw symbol, printed `binance:BTCUSDT`.
///
/// Four bytes, `Copy`, cheap to compare and to hash. The texts stand in one table for the whole process, which holds
/// at most [`INSTRUMENTS_MAX`] instruments; numbers are given out as instruments are met and mean nothing outside
/// the process.
///
/// The symbol `*` stands for all instruments of the venue, or for the account; `basket/NAME` for a venue's basket.
///
/// ```
/// use tapewire_core::{InstrumentId, VenueId};
///
/// let bitcoin: InstrumentId = "binance:BTCUSDT".parse()?;
/// assert_eq!((bitcoin.venue(), bitcoin.symbol()), (VenueId::new("binance"), "BTCUSDT"));
/// assert_eq!(bitcoin.to_string(), "binance:BTCUSDT");
/// # Ok::<(), tapewire_core::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InstrumentId(u32);

impl InstrumentId {
    /// The instrument that `venue` spells `symbol`. The spelling is kept exactly, and is not checked against what
    /// the venue lists.
    ///
    /// # Errors
    /// [`ParseError::Symbol`] for an empty or overlong symbol or one with control characters or white space,
    /// [`ParseError::Full`] when the table is full.
    pub fn new(venue: VenueId, symbol: &str) -> Result<Self, ParseError> {
        if symbol.is_empty()
            || symbol.len() > SYMBOL_LENGTH_MAX
            || symbol.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(ParseError::Symbol { text: excerpt(symbol.as_bytes()) });
        }
        let full = ParseError::Full { what: "instruments", limit: INSTRUMENTS_MAX };
        let Some(symbol) = SYMBOLS.kept(symbol) else { return Err(full) };
        if let Some(known) = INSTRUMENTS.find(&(venue, symbol)) {
            return Ok(Self(known));
        }
        let venue = VenueId::from_str(venue.as_str()).unwrap_or_else(|_| VenueId::new(keep(venue.as_str())));
        INSTRUMENTS.number((venue, symbol)).map(Self).ok_or(full)
    }

    /// The venue.
    #[must_use]
    pub fn venue(self) -> VenueId {
        self.parts().0
    }

    /// The raw symbol: the venue's own spelling.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        self.parts().1
    }

    /// Whether this stands for all instruments of the venue, or for the account: the symbol `*`.
    #[must_use]
    pub fn is_all(self) -> bool {
        self.symbol() == "*"
    }

    fn parts(self) -> (VenueId, &'static str) {
        INSTRUMENTS.value(self.0).unwrap_or((VenueId::new(""), ""))
    }
}

impl fmt::Display for InstrumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (venue, symbol) = self.parts();
        if f.width().is_some() {
            return f.pad(&format!("{venue}:{symbol}"));
        }
        write!(f, "{venue}:{symbol}")
    }
}

impl fmt::Debug for InstrumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for InstrumentId {
    type Err = ParseError;

    /// Reads `venue:SYMBOL`, split at the first colon.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let Some((venue, symbol)) = text.split_once(':') else {
            return Err(ParseError::Instrument { text: excerpt(text.as_bytes()) });
        };
        Self::new(venue.parse()?, symbol)
    }
}

impl serde::Serialize for InstrumentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_spelling_of_the_venue() {
        for text in ["binance:BTCUSDT", "infoway-stock:AMZN.US", "okx:BTC-USDT-SWAP", "binance:币安人生USDT", "x:a:b"]
        {
            let id: InstrumentId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(text.parse::<InstrumentId>().unwrap(), id);
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_text() {
        for text in ["", "BTCUSDT", "binance:", "Bin ance:X", "binance:A B", ":X", "binance:\u{7}"] {
            assert!(text.parse::<InstrumentId>().is_err(), "{text}");
        }
    }
}
