//! The instruments: spot pairs, perpetual swaps and futures, all over the listings of the one market.
//!
//! A linear contract is the same book as its pair, told in contracts: `BTC-USDT-SWAP` with a contract of 0.01 BTC shows
//! the sizes of `BTC-USDT` times 100. An inverse one counts each lot of the pair as a contract of 100 or 10 dollars, so
//! that contracts stay whole at any price.

use super::places::Places;
use crate::market::{Class, Listing, ListingId, Scaled};

/// All instruments; the position of each is its number.
#[derive(Debug)]
pub(crate) struct Instruments {
    list: Vec<Instrument>,
}

/// One instrument, by the venue's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instrument {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) base: String,
    pub(crate) quote: String,
    pub(crate) listing: ListingId,
    /// The venue's number for orders, which differs between live and demo.
    pub(crate) code: u32,
    /// The price of one tick of the market.
    pub(crate) tick: Scaled,
    /// The size of one lot of the market in the unit of the wire: base currency or contracts.
    pub(crate) lot: Scaled,
    /// What one unit of the wire is worth: 1 of the base currency, or a contract's value.
    pub(crate) contract: Scaled,
    /// Whether a contract is worth so much of the quote currency instead of the base currency.
    pub(crate) inverse: bool,
    /// Whether a contract has a day of delivery.
    pub(crate) dated: bool,
}

/// The kind of an instrument: a pair, or a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Spot,
    Swap,
}

impl Kind {
    /// The venue's `instType`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Spot => "SPOT",
            Self::Swap => "SWAP",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Spot, Self::Swap].into_iter().find(|kind| kind.name() == name)
    }
}

/// Makes an instrument of a listing, if there is one of its kind.
pub(crate) type Make<'a> = &'a dyn Fn(ListingId, &Listing) -> Option<Instrument>;

impl Instruments {
    /// The pairs of some listings, and their swaps that are settled in the quote currency, of those that `wanted` accepts.
    pub(crate) fn of(listings: &[Listing], wanted: impl Fn(&str) -> bool) -> Self {
        Self::made(listings, &[&Instrument::spot, &Instrument::swap], wanted)
    }

    /// The instruments of some listings, kind by kind, of those that `wanted` accepts.
    pub(crate) fn made(listings: &[Listing], kinds: &[Make<'_>], wanted: impl Fn(&str) -> bool) -> Self {
        let made = kinds.iter().flat_map(|make| {
            let listed = listings.iter().enumerate();
            listed.filter_map(|(index, listing)| make(ListingId(index), listing))
        });
        let numbered = made.zip(FIRST_CODE..).map(|(instrument, code)| Instrument { code, ..instrument });
        Self { list: numbered.filter(|instrument| wanted(&instrument.id)).collect() }
    }

    /// The pairs and the known swaps of a recording, by name, with the places of the finest price and size seen of each.
    /// What a contract of another instrument is worth is not to be seen in market data.
    pub(crate) fn recorded(places: &Places) -> Self {
        let listing = |base: &str, quote: &str, price, size| Listing {
            class: Class::Crypto,
            base: base.to_owned(),
            quote: quote.to_owned(),
            tick: Scaled::new(1, price),
            lot: Scaled::new(1, size),
            min_notional: Scaled::new(0, 0),
        };
        let instrument = |(id, price, size): (&str, u32, u32)| {
            let parts: Vec<&str> = id.split('-').collect();
            // The sizes of contracts are in contracts already.
            let lot = Scaled::new(1, size);
            match parts.as_slice() {
                [base, quote] => Instrument::spot(ListingId(0), &listing(base, quote, price, size)),
                [base, "USD", "SWAP"] => {
                    let swap = Instrument::inverse_swap(ListingId(0), &listing(base, SETTLED_IN, price, LOT_PLACES))?;
                    Some(Instrument { lot, ..swap })
                }
                [base, quote, "SWAP"] => {
                    let swap = Instrument::swap(ListingId(0), &listing(base, quote, price, LOT_PLACES))?;
                    Some(Instrument { lot, ..swap })
                }
                _ => None,
            }
        };
        let list = places.iter().filter_map(instrument).zip(FIRST_CODE..);
        Self { list: list.map(|(instrument, code)| Instrument { code, ..instrument }).collect() }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Instrument> {
        self.list.iter()
    }

    pub(crate) fn number(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|instrument| instrument.id == id)
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Instrument> {
        self.list.get(number)
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Instrument> {
        self.list.iter().find(|instrument| instrument.id == id)
    }
}

impl Instrument {
    /// The pair itself.
    #[expect(clippy::unnecessary_wraps, reason = "one of several that may have nothing")]
    pub(crate) fn spot(id: ListingId, listing: &Listing) -> Option<Self> {
        let Listing { base, quote, tick, lot, .. } = listing;
        Some(Self {
            id: format!("{base}-{quote}"),
            kind: Kind::Spot,
            base: base.clone(),
            quote: quote.clone(),
            listing: id,
            code: 0,
            tick: *tick,
            lot: *lot,
            contract: Scaled::new(1, 0),
            inverse: false,
            dated: false,
        })
    }

    /// The swap that is settled in the quote currency, such as `BTC-USDT-SWAP`.
    pub(crate) fn swap(id: ListingId, listing: &Listing) -> Option<Self> {
        let worth = |(base, scale, _): &(&str, u32, i128)| (*base == listing.base).then_some(*scale);
        let scale = CONTRACTS.iter().find_map(worth).filter(|_| listing.quote == SETTLED_IN)?;
        let spot = Self::spot(id, listing)?;
        // A contract is a power of ten, and no lot of the market is finer than that of the wire.
        let lot = Scaled::new(spot.lot.mantissa, spot.lot.scale.checked_sub(scale)?);
        Some(Self { id: format!("{}-SWAP", spot.id), kind: Kind::Swap, lot, contract: Scaled::new(1, scale), ..spot })
    }

    /// The swap that is settled in the base currency, such as `BTC-USD-SWAP`.
    pub(crate) fn inverse_swap(id: ListingId, listing: &Listing) -> Option<Self> {
        let worth = |(base, _, dollars): &(&str, u32, i128)| (*base == listing.base).then_some(*dollars);
        let dollars = CONTRACTS.iter().find_map(worth).filter(|_| listing.quote == SETTLED_IN)?;
        Some(Self {
            id: format!("{}-USD-SWAP", listing.base),
            kind: Kind::Swap,
            quote: "USD".to_owned(),
            lot: Scaled::new(1, 0),
            contract: Scaled::new(dollars, 0),
            inverse: true,
            ..Self::spot(id, listing)?
        })
    }

    /// The same contract with a day of delivery, by another name.
    pub(crate) fn delivered(self, id: String) -> Self {
        Self { id, dated: true, ..self }
    }

    /// The pair that names an index and a family, such as `BTC-USDT`.
    pub(crate) fn pair(&self) -> String {
        format!("{}-{}", self.base, self.quote)
    }

    /// A price in ticks, as the wire has it.
    pub(crate) fn price(&self, ticks: i64) -> Scaled {
        plain(self.tick.times(i128::from(ticks)))
    }

    /// A size or volume in lots as the wire has it: base currency or contracts.
    pub(crate) fn size(&self, lots: impl Into<i128>) -> Scaled {
        plain(self.lot.times(lots.into()))
    }

    /// A size or volume in lots, in base currency; not of inverse contracts.
    pub(crate) fn base_size(&self, lots: i128) -> Scaled {
        let Scaled { mantissa, scale } = self.lot.times(lots);
        plain(Scaled::new(mantissa, scale + self.contract.scale))
    }

    /// The same of any instrument: what inverse contracts are worth depends on their price, which is the average that
    /// `tick_lots`, the sum of price times size, gives.
    pub(crate) fn coins(&self, lots: i128, tick_lots: i128) -> Scaled {
        if !self.inverse {
            return self.base_size(lots);
        }
        let worth = lots.saturating_mul(lots).saturating_mul(self.contract.mantissa);
        let places = 10_i128.pow(self.tick.scale + COIN_PLACES);
        let price = tick_lots.saturating_mul(self.tick.mantissa).max(1);
        plain(Scaled::new(worth.saturating_mul(places) / price, COIN_PLACES))
    }

    /// A sum of price times size, in ticks times lots, in quote currency.
    pub(crate) fn value(&self, tick_lots: i128) -> Scaled {
        let Scaled { mantissa, scale } = self.tick.times(tick_lots);
        plain(Scaled::new(mantissa.saturating_mul(self.lot.mantissa), scale + self.lot.scale + self.contract.scale))
    }
}

/// A number without zeros at its end, as the venue writes them.
pub(crate) const fn plain(number: Scaled) -> Scaled {
    let Scaled { mut mantissa, mut scale } = number;
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Scaled::new(mantissa, scale)
}

/// Base currencies with contracts, the places of what a linear contract is worth in base currency, and what an inverse
/// one is worth in dollars, from the venue's list of instruments: 0.01 BTC, 0.1 ETH, 1 SOL, 0.01 BNB; 100 or 10 dollars.
const CONTRACTS: [(&str, u32, i128); 4] = [("BTC", 2, 100), ("ETH", 1, 10), ("SOL", 0, 10), ("BNB", 2, 10)];
/// As many as any contract has.
const LOT_PLACES: u32 = 2;
/// Places of a sum in base currency that contracts are worth.
const COIN_PLACES: u32 = 4;
const SETTLED_IN: &str = "USDT";
const FIRST_CODE: u32 = 10_001;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::listing::default_profiles;

    #[test]
    fn swaps_are_pairs_in_contracts() {
        let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
        let all = Instruments::of(&listings, |_| true);
        let ids: Vec<_> = all.all().map(|instrument| &*instrument.id).collect();
        let spots = ["BTC-USDT", "ETH-USDT", "BNB-USDT", "SOL-USDT", "ETH-BTC", "BNB-BTC", "NKN-USDT"];
        let swaps = ["BTC-USDT-SWAP", "ETH-USDT-SWAP", "BNB-USDT-SWAP", "SOL-USDT-SWAP"];
        assert_eq!(ids, [&spots[..], &swaps[..]].concat());
        let (spot, swap) = (all.find("BTC-USDT").unwrap(), all.find("BTC-USDT-SWAP").unwrap());
        assert_eq!(spot.listing, swap.listing);
        // 12500 lots of 0.00001 BTC are 0.125 BTC, and 12.5 contracts of 0.01 BTC.
        assert_eq!((spot.size(12_500).to_string(), swap.size(12_500).to_string()), ("0.125".into(), "12.5".into()));
        assert_eq!(swap.base_size(12_500).to_string(), "0.125");
        let value = 6_000_000 * 12_500;
        assert_eq!((spot.value(value).to_string(), swap.value(value).to_string()), ("7500".into(), "7500".into()));
        assert_eq!((spot.price(6_000_010).to_string(), spot.price(1).to_string()), ("60000.1".into(), "0.01".into()));
    }

    /// 12,500 contracts of 100 dollars at 60,000 are 20.8333 BTC.
    #[test]
    fn inverse_contracts_are_whole_and_worth_dollars() {
        let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
        let all = Instruments::made(&listings, &[&Instrument::inverse_swap], |_| true);
        let swap = all.find("BTC-USD-SWAP").unwrap();
        assert_eq!((swap.size(12_500).to_string(), swap.pair()), ("12500".into(), "BTC-USD".into()));
        assert_eq!(swap.coins(12_500, 6_000_000 * 12_500).to_string(), "20.8333");
        assert_eq!(all.all().count(), 4, "neither without dollars nor without a value");
    }
}
