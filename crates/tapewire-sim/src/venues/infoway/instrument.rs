//! The instruments: the venue's symbols for the market's listings, and how their numbers are written.

use std::collections::BTreeMap;

use super::business::Business;
use crate::market::{Class, Hours, Listing, ListingId, Place, Profile, Scaled};

/// One instrument.
#[derive(Debug, Clone)]
pub(super) struct Instrument {
    pub(super) symbol: String,
    pub(super) business: Business,
    /// What the list of symbols calls its kind.
    pub(super) kind: &'static str,
    class: Class,
    pub(super) listing: ListingId,
    pub(super) hours: Hours,
}

/// All instruments, in the order of the market's listings.
#[derive(Debug, Clone, Default)]
pub(super) struct Instruments {
    list: Vec<Instrument>,
    by_symbol: BTreeMap<String, usize>,
}

impl Instruments {
    /// The instruments of some listings, all of which the venue lists.
    pub(super) fn of(profiles: &[Profile]) -> Self {
        let numbered = profiles.iter().enumerate();
        let list: Vec<_> = numbered.filter_map(|(index, profile)| Instrument::of(ListingId(index), profile)).collect();
        let by_symbol = list.iter().enumerate().map(|(index, it)| (it.symbol.clone(), index)).collect();
        Self { list, by_symbol }
    }

    pub(super) fn find(&self, symbol: &str) -> Option<&Instrument> {
        self.list.get(*self.by_symbol.get(symbol)?)
    }

    pub(super) fn get(&self, listing: ListingId) -> Option<&Instrument> {
        self.list.get(listing.0)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Instrument> {
        self.list.iter()
    }
}

impl Instrument {
    fn of(listing: ListingId, profile: &Profile) -> Option<Self> {
        let Listing { class, base, quote, .. } = &profile.listing;
        let (symbol, business, kind) = match class {
            Class::Crypto => (format!("{base}{quote}"), Business::Crypto, "CRYPTO"),
            Class::Currency if base == "XAU" => (format!("{base}{quote}"), Business::Common, "METAL"),
            Class::Currency => (format!("{base}{quote}"), Business::Common, "FOREX"),
            Class::Stock(place) => {
                let (_, suffix, business, kind) = PLACES.iter().find(|(it, ..)| it == place)?;
                (format!("{base}.{suffix}"), *business, *kind)
            }
        };
        Some(Self { symbol, business, kind, class: *class, listing, hours: profile.hours })
    }

    /// Whether its trades may come without a size.
    pub(super) fn is_currency(&self) -> bool {
        self.class == Class::Currency
    }

    /// How many levels of a book are shown: five of crypto (as captured) and of mainland stocks (the vendor's article),
    /// one of US stocks (as captured over HTTP). What others have is not known: one.
    pub(super) const fn levels(&self) -> usize {
        match self.class {
            Class::Crypto | Class::Stock(Place::Shanghai | Place::Shenzhen) => 5,
            Class::Currency | Class::Stock(_) => 1,
        }
    }

    /// Whether trades say who was the taker. Those of US stocks do not in the vendor's article; currencies have no
    /// exchange that could tell.
    pub(super) const fn tells_taker(&self) -> bool {
        !matches!(self.class, Class::Currency | Class::Stock(Place::UnitedStates))
    }

    /// A price or size in a book: eight places of crypto, else as fine as the instrument is.
    pub(super) fn level(&self, number: Scaled) -> String {
        if self.class == Class::Crypto { format!("{number:.8}") } else { number.to_string() }
    }

    /// A price in a bar.
    pub(super) fn bar_price(&self, number: Scaled) -> String {
        let least = if matches!(self.class, Class::Stock(_)) { 3 } else { 5 };
        format!("{number:.*}", usize::try_from(number.scale).unwrap_or(least).max(least))
    }

    /// A turnover in a bar.
    pub(super) fn bar_value(&self, number: Scaled) -> String {
        let least = if matches!(self.class, Class::Stock(_)) { 2 } else { 0 };
        format!("{number:.*}", usize::try_from(number.scale).unwrap_or(least).max(least))
    }
}

/// The venue's symbol of a listing, if the venue lists it.
pub(super) fn symbol(profile: &Profile) -> Option<String> {
    Instrument::of(ListingId(0), profile).map(|it| it.symbol)
}

/// The places whose stocks the venue lists, with the suffix of their symbols.
#[rustfmt::skip] // A table reads better as one.
const PLACES: [(Place, &str, Business, &str); 8] = [
    (Place::UnitedStates, "US", Business::Stock, "STOCK_US"),
    (Place::HongKong, "HK", Business::Stock, "STOCK_HK"),
    (Place::Shanghai, "SH", Business::Stock, "STOCK_CN"),
    (Place::Shenzhen, "SZ", Business::Stock, "STOCK_CN"),
    (Place::Japan, "JP", Business::Japan, "STOCK_JP"),
    (Place::India, "IN", Business::India, "STOCK_IN"),
    (Place::Korea, "KS", Business::Korea, "STOCK_KS"),
    (Place::Taiwan, "TW", Business::Taiwan, "STOCK_TW"),
];

/// A number without zeros at its end, as trades write it.
pub(super) fn plain(number: Scaled) -> String {
    let text = number.to_string();
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::listing::profiles;

    #[test]
    fn every_listing_has_a_symbol_of_its_business() {
        let instruments = Instruments::of(&profiles(|_| true));
        for symbol in ["BTCUSDT", "EURUSD", "XAUUSD", "AMZN.US", "00700.HK", "600519.SH", "002594.SZ", "7203.JP"] {
            assert_eq!(instruments.find(symbol).map(|it| it.symbol.as_str()), Some(symbol));
        }
        assert!(instruments.all().all(|it| it.business.fits(&it.symbol)));
    }

    #[test]
    fn numbers_are_written_as_recorded() {
        let instruments = Instruments::of(&profiles(|_| true));
        let (btc, byd) = (instruments.find("BTCUSDT").unwrap(), instruments.find("002594.SZ").unwrap());
        let price = Scaled::new(6_303_900, 2);
        assert_eq!(
            (plain(price), btc.level(price), btc.bar_price(price)),
            ("63039".into(), "63039.00000000".into(), "63039.00000".into())
        );
        let price = Scaled::new(32_688, 2);
        assert_eq!(
            (plain(price), byd.level(price), byd.bar_price(price)),
            ("326.88".into(), "326.88".into(), "326.880".into())
        );
        assert_eq!((plain(Scaled::new(200, 5)), plain(Scaled::new(1_400, 0))), ("0.002".into(), "1400".into()));
        assert_eq!(byd.bar_value(price.times(1_410)), "460900.80");
    }
}
