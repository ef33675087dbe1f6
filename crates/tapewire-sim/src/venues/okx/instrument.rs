//! The instruments: spot pairs and linear perpetual swaps, both over the listings of the one market.
//!
//! A swap is the same book as its pair, told in contracts: `BTC-USDT-SWAP` with a contract of 0.01 BTC shows the sizes
//! of `BTC-USDT` times 100.

use std::collections::BTreeMap;

use crate::market::{Class, Listing, ListingId, Scaled};

/// All instruments; the position of each is its number.
#[derive(Debug)]
pub(super) struct Instruments {
    list: Vec<Instrument>,
}

/// One instrument, by the venue's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instrument {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) base: String,
    pub(super) quote: String,
    pub(super) listing: ListingId,
    /// The venue's number for orders, which differs between live and demo.
    pub(super) code: u32,
    /// The price of one tick of the market.
    pub(super) tick: Scaled,
    /// The size of one lot of the market in the unit of the wire: base currency or contracts.
    pub(super) lot: Scaled,
    /// Base currency in one unit of the wire: 1, or what a contract is worth.
    pub(super) contract: Scaled,
}

/// The venue's `instType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Spot,
    Swap,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Spot => "SPOT",
            Self::Swap => "SWAP",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Spot, Self::Swap].into_iter().find(|kind| kind.name() == name)
    }
}

impl Instruments {
    /// The instruments of some listings, spot before swaps, of those that `wanted` accepts.
    pub(super) fn of(listings: &[Listing], wanted: impl Fn(&str) -> bool) -> Self {
        let pairs = || listings.iter().enumerate().map(|(index, listing)| (ListingId(index), listing));
        let spots = pairs().map(|(id, listing)| Instrument::spot(id, listing));
        let swaps = pairs().filter_map(|(id, listing)| Instrument::swap(id, listing));
        let numbered = spots.chain(swaps).zip(FIRST_CODE..).map(|(instrument, code)| Instrument { code, ..instrument });
        Self { list: numbered.filter(|instrument| wanted(&instrument.id)).collect() }
    }

    /// The pairs and the known swaps of a recording, by name, with the places of the finest price and size seen of each.
    /// What a contract of another instrument is worth is not to be seen in market data.
    pub(super) fn recorded(places: &BTreeMap<String, (u32, u32)>) -> Self {
        let listing = |base: &str, quote: &str, price, size| Listing {
            class: Class::Crypto,
            base: base.to_owned(),
            quote: quote.to_owned(),
            tick: Scaled::new(1, price),
            lot: Scaled::new(1, size),
            min_notional: Scaled::new(0, 0),
        };
        let instrument = |(id, (price, size)): (&String, &(u32, u32))| {
            let parts: Vec<&str> = id.split('-').collect();
            match parts.as_slice() {
                [base, quote] => Some(Instrument::spot(ListingId(0), &listing(base, quote, *price, *size))),
                // Its sizes are in contracts already.
                [base, quote, "SWAP"] => {
                    let swap = Instrument::swap(ListingId(0), &listing(base, quote, *price, LOT_PLACES))?;
                    Some(Instrument { lot: Scaled::new(1, *size), ..swap })
                }
                _ => None,
            }
        };
        let list = places.iter().filter_map(instrument).zip(FIRST_CODE..);
        Self { list: list.map(|(instrument, code)| Instrument { code, ..instrument }).collect() }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Instrument> {
        self.list.iter()
    }

    pub(super) fn number(&self, id: &str) -> Option<usize> {
        self.list.iter().position(|instrument| instrument.id == id)
    }

    pub(super) fn get(&self, number: usize) -> Option<&Instrument> {
        self.list.get(number)
    }

    pub(super) fn find(&self, id: &str) -> Option<&Instrument> {
        self.list.iter().find(|instrument| instrument.id == id)
    }
}

impl Instrument {
    fn spot(id: ListingId, listing: &Listing) -> Self {
        let Listing { base, quote, tick, lot, .. } = listing;
        Self {
            id: format!("{base}-{quote}"),
            kind: Kind::Spot,
            base: base.clone(),
            quote: quote.clone(),
            listing: id,
            code: 0,
            tick: *tick,
            lot: *lot,
            contract: Scaled::new(1, 0),
        }
    }

    fn swap(id: ListingId, listing: &Listing) -> Option<Self> {
        let worth = |(base, scale): &(&str, u32)| (*base == listing.base).then_some(*scale);
        let scale = CONTRACTS.iter().find_map(worth).filter(|_| listing.quote == SETTLED_IN)?;
        let spot = Self::spot(id, listing);
        // A contract is a power of ten, and no lot of the market is finer than that of the wire.
        let lot = Scaled::new(spot.lot.mantissa, spot.lot.scale.checked_sub(scale)?);
        Some(Self { id: format!("{}-SWAP", spot.id), kind: Kind::Swap, lot, contract: Scaled::new(1, scale), ..spot })
    }

    /// The pair that names an index and a family, such as `BTC-USDT`.
    pub(super) fn pair(&self) -> String {
        format!("{}-{}", self.base, self.quote)
    }

    /// A price in ticks, as the wire has it.
    pub(super) fn price(&self, ticks: i64) -> Scaled {
        plain(self.tick.times(i128::from(ticks)))
    }

    /// A size or volume in lots as the wire has it: base currency or contracts.
    pub(super) fn size(&self, lots: impl Into<i128>) -> Scaled {
        plain(self.lot.times(lots.into()))
    }

    /// A size or volume in lots, in base currency.
    pub(super) fn base_size(&self, lots: i128) -> Scaled {
        let Scaled { mantissa, scale } = self.lot.times(lots);
        plain(Scaled::new(mantissa, scale + self.contract.scale))
    }

    /// A sum of price times size, in ticks times lots, in quote currency.
    pub(super) fn value(&self, tick_lots: i128) -> Scaled {
        let Scaled { mantissa, scale } = self.tick.times(tick_lots);
        plain(Scaled::new(mantissa.saturating_mul(self.lot.mantissa), scale + self.lot.scale + self.contract.scale))
    }
}

/// A number without zeros at its end, as the venue writes them.
pub(super) const fn plain(number: Scaled) -> Scaled {
    let Scaled { mut mantissa, mut scale } = number;
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Scaled::new(mantissa, scale)
}

/// Base currencies with a swap, and the places of what one contract is worth, from the venue's list of instruments:
/// 0.01 BTC, 0.1 ETH, 1 SOL, 0.01 BNB.
const CONTRACTS: [(&str, u32); 4] = [("BTC", 2), ("ETH", 1), ("SOL", 0), ("BNB", 2)];
/// As many as any contract has.
const LOT_PLACES: u32 = 2;
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
}
