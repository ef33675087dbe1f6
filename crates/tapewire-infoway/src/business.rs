//! [`Business`]: the groups of markets that the vendor sells, each a venue of its own here.

use tapewire_core::VenueId;

/// A group of markets. One connection carries one of them, and so does one venue id.
///
/// Infoway documentation, "WebSocket", read 2026-08, names the first three; the vendor's Python SDK 0.4.1 the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Business {
    /// Equities of the United States, Hong Kong and mainland China.
    Stock,
    /// Pairs of crypto assets.
    Crypto,
    /// Currencies, metals, energy, futures and indices.
    Common,
    /// Equities of Japan.
    Japan,
    /// Equities of India.
    India,
    /// Equities of Korea.
    Korea,
    /// Equities of Taiwan.
    Taiwan,
}

/// What is fixed of a business.
struct Row {
    business: Business,
    venue: VenueId,
    /// What the address calls it.
    word: &'static str,
    /// How its symbols end; none: they have no suffix.
    suffixes: &'static [&'static str],
    /// A symbol, for messages.
    example: &'static str,
    /// What the vendor's lists of its symbols are called.
    lists: &'static [&'static str],
}

/// The lists are those of the vendor's Python SDK 0.4.1, `SymbolType`, read 2026-11.
const ROWS: [Row; 7] = [
    Row {
        business: Business::Stock,
        venue: VenueId::new("infoway-stock"),
        word: "stock",
        suffixes: &[".US", ".HK", ".SH", ".SZ"],
        example: "AAPL.US",
        lists: &["STOCK_US", "STOCK_HK", "STOCK_CN"],
    },
    Row {
        business: Business::Crypto,
        venue: VenueId::new("infoway-crypto"),
        word: "crypto",
        suffixes: &[],
        example: "BTCUSDT",
        lists: &["CRYPTO"],
    },
    Row {
        business: Business::Common,
        venue: VenueId::new("infoway-common"),
        word: "common",
        suffixes: &[],
        example: "EURUSD",
        lists: &["FOREX", "METAL", "ENERGY", "FUTURES", "INDICES"],
    },
    Row {
        business: Business::Japan,
        venue: VenueId::new("infoway-japan"),
        word: "japan",
        suffixes: &[".JP"],
        example: "7203.JP",
        lists: &["STOCK_JP"],
    },
    Row {
        business: Business::India,
        venue: VenueId::new("infoway-india"),
        word: "india",
        suffixes: &[".IN"],
        example: "RELIANCE.IN",
        lists: &["STOCK_IN"],
    },
    Row {
        business: Business::Korea,
        venue: VenueId::new("infoway-korea"),
        word: "korea",
        suffixes: &[".KS"],
        example: "005930.KS",
        lists: &["STOCK_KS"],
    },
    Row {
        business: Business::Taiwan,
        venue: VenueId::new("infoway-taiwan"),
        word: "taiwan",
        suffixes: &[".TW"],
        example: "2330.TW",
        lists: &["STOCK_TW"],
    },
];

impl Business {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Stock, Self::Crypto, Self::Common, Self::Japan, Self::India, Self::Korea, Self::Taiwan];

    /// The venue's name here, such as `infoway-stock`.
    #[must_use]
    pub fn venue(self) -> VenueId {
        self.row().venue
    }

    /// What the vendor calls it, in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// How its symbols end; none: they have no suffix.
    pub(crate) fn suffixes(self) -> &'static [&'static str] {
        self.row().suffixes
    }

    /// One of its symbols.
    pub(crate) fn example(self) -> &'static str {
        self.row().example
    }

    /// What the vendor's lists of its symbols are called.
    pub(crate) fn lists(self) -> &'static [&'static str] {
        self.row().lists
    }

    /// Whether shares are traded there.
    pub(crate) fn is_equity(self) -> bool {
        !self.suffixes().is_empty()
    }

    /// The business whose symbols end like this one.
    pub(crate) fn of_suffix(symbol: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.suffixes.iter().any(|end| symbol.ends_with(end))).map(|row| row.business)
    }

    fn row(self) -> &'static Row {
        let [stock, crypto, common, japan, india, korea, taiwan] = &ROWS;
        match self {
            Self::Stock => stock,
            Self::Crypto => crypto,
            Self::Common => common,
            Self::Japan => japan,
            Self::India => india,
            Self::Korea => korea,
            Self::Taiwan => taiwan,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_business_is_in_its_row() {
        for business in Business::ALL {
            assert_eq!(business.row().business, business);
            assert_eq!(business.venue().as_str(), format!("infoway-{}", business.word()));
            let found = Business::of_suffix(business.example());
            assert_eq!(found, business.is_equity().then_some(business), "{business:?}");
        }
    }
}
