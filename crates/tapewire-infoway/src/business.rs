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
}

const ROWS: [Row; 7] = [
    row(Business::Stock, "infoway-stock", "stock", &[".US", ".HK", ".SH", ".SZ"], "AAPL.US"),
    row(Business::Crypto, "infoway-crypto", "crypto", &[], "BTCUSDT"),
    row(Business::Common, "infoway-common", "common", &[], "EURUSD"),
    row(Business::Japan, "infoway-japan", "japan", &[".JP"], "7203.JP"),
    row(Business::India, "infoway-india", "india", &[".IN"], "RELIANCE.IN"),
    row(Business::Korea, "infoway-korea", "korea", &[".KS"], "005930.KS"),
    row(Business::Taiwan, "infoway-taiwan", "taiwan", &[".TW"], "2330.TW"),
];

const fn row(
    business: Business,
    venue: &'static str,
    word: &'static str,
    suffixes: &'static [&'static str],
    example: &'static str,
) -> Row {
    Row { business, venue: VenueId::new(venue), word, suffixes, example }
}

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
