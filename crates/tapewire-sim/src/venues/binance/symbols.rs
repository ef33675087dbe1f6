//! The symbols of a recording, with the finest price and size that were seen of each.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::market::{Class, Listing, Scaled};

/// What is known of the symbols so far.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    places: BTreeMap<String, Places>,
}

/// Digits behind the point that are not trailing zeros.
#[derive(Debug, Default)]
struct Places {
    price: u32,
    size: u32,
}

impl Symbols {
    /// Looks at one payload.
    pub(super) fn note(&mut self, stream: &str, payload: &str) {
        let Some((symbol, topic)) = stream.split_once('@').filter(|(symbol, _)| !symbol.starts_with('!')) else {
            return;
        };
        let Ok(payload) = serde_json::from_str::<Value>(payload) else { return };
        let places = self.places.entry(symbol.to_uppercase()).or_default();
        if topic.starts_with("depth") {
            let sides = ["b", "a", "bids", "asks"].iter().filter_map(|side| payload.get(side)?.as_array());
            for level in sides.flatten() {
                places.price = places.price.max(digits(level.get(0)));
                places.size = places.size.max(digits(level.get(1)));
            }
            return;
        }
        let (prices, sizes): (&[&str], &[&str]) = match topic {
            "trade" | "aggTrade" => (&["p"], &["q"]),
            "bookTicker" => (&["b", "a"], &["B", "A"]),
            _ => return,
        };
        let most = |names: &[&str]| names.iter().map(|name| digits(payload.get(name))).max().unwrap_or(0);
        places.price = places.price.max(most(prices));
        places.size = places.size.max(most(sizes));
    }

    /// Listings whose units are the finest that were seen.
    pub(super) fn listings(&self) -> Vec<Listing> {
        let listing = |(symbol, places): (&String, &Places)| {
            let (base, quote) = split(symbol);
            Listing {
                class: Class::Crypto,
                base: base.to_owned(),
                quote: quote.to_owned(),
                tick: Scaled::new(1, places.price),
                lot: Scaled::new(1, places.size),
                // Not to be seen in market data; zero switches the rule off.
                min_notional: Scaled::new(0, 0),
            }
        };
        self.places.iter().map(listing).collect()
    }
}

fn digits(number: Option<&Value>) -> u32 {
    let places = number.and_then(Value::as_str).and_then(|text| text.split_once('.')).map_or("", |(_, places)| places);
    u32::try_from(places.trim_end_matches('0').len()).unwrap_or(0).min(PLACES_MAX)
}

/// Base and quote of a symbol; one that ends in no known quote asset is all base.
fn split(symbol: &str) -> (&str, &str) {
    let parts = QUOTES.iter().find_map(|quote| symbol.strip_suffix(quote).map(|base| (base, *quote)));
    parts.filter(|(base, _)| !base.is_empty()).unwrap_or((symbol, ""))
}

/// Quote assets of the venue, longer ones before those they end in.
const QUOTES: [&str; 14] =
    ["FDUSD", "USDT", "USDC", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "GBP", "TRY", "BRL", "JPY", "USD"];
/// The venue writes eight places.
const PLACES_MAX: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_the_finest_that_were_seen() {
        let mut symbols = Symbols::default();
        symbols.note("btcusdt@trade", r#"{"p":"61837.60000000","q":"0.02000000"}"#);
        symbols.note("btcusdt@bookTicker", r#"{"b":"61837.63000000","B":"3.00000000","a":"61838","A":"1.60520000"}"#);
        symbols.note("blzeth@depth@100ms", r#"{"b":[["0.00006547","100.00000000"]],"a":[]}"#);
        symbols.note("!miniTicker@arr", "[]");
        let listings = symbols.listings();
        let found: Vec<_> = listings.iter().map(|l| (&*l.base, &*l.quote, l.tick.scale, l.lot.scale)).collect();
        assert_eq!(found, [("BLZ", "ETH", 8, 0), ("BTC", "USDT", 2, 4)]);
    }
}
