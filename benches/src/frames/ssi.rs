//! Frames in the form of the venue's documents and of its own library: SSI FastConnect v3, read 2026-11.

use crate::kind::Kind;
use crate::market::{Market, Side, Symbol};

/// How many levels a side its books have: three, as the largest board shows.
const LEVELS: usize = 3;
/// The step of prices, in dong, and so many shares trade together.
const STEP: i64 = 50;
const LOT: u64 = 100;

pub(super) fn is_of(kind: Kind, text: &str) -> bool {
    let topic = if kind == Kind::SsiTrade { "trade" } else { "quote" };
    let start = format!(r#"{{"channel":"DATA","topic":"{topic}."#);
    let name = text.strip_prefix(&start).and_then(|rest| rest.split_once('"')).map(|(name, _)| name);
    name.is_some_and(|name| !name.contains(['.', '@']))
}

pub(super) fn frame(kind: Kind, market: &mut Market) -> String {
    let symbol = &market.draw();
    let (name, price) = listed(symbol);
    let (topic, data) = match kind {
        Kind::SsiTrade => ("trade", trade(market, symbol, price)),
        _ => ("quote", quote(market, price)),
    };
    let time = time(market.now_us);
    format!(r#"{{"channel":"DATA","topic":"{topic}.{name}","data":{{"t":"{time}","s":"{name}",{data}}}}}"#)
}

/// A share in a symbol's place, and its price in dong.
fn listed(symbol: &Symbol) -> (&'static str, i64) {
    match symbol.name {
        "BTCUSDT" => ("SSI", 31_050),
        "ETHUSDT" => ("VNM", 62_300),
        "BNBUSDT" => ("HPG", 26_850),
        "SOLUSDT" => ("FPT", 104_500),
        "XRPUSDT" => ("VCB", 61_700),
        _ => ("MWG", 83_200),
    }
}

/// In Vietnam's time; all frames are of one day.
fn time(us: i64) -> String {
    let second = (us / 1_000_000 + 7 * 3600) % 86_400;
    format!("2026/09/21 {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

fn near(market: &mut Market, price: i64) -> i64 {
    price + STEP * market.rng.i64(-20..20)
}

/// The day's volume goes on by what is traded.
fn trade(market: &mut Market, symbol: &Symbol, price: i64) -> String {
    let (quantity, volume) = ((symbol.update + 1 - symbol.update_first) * LOT, symbol.update % 1_000_000 * LOT);
    let [price, open, other, average] = [(); 4].map(|()| near(market, price));
    let (high, low) = (price.max(open).max(other), price.min(open).min(other));
    let (side, tenth) = (if market.rng.bool() { "B" } else { "S" }, market.rng.u8(..10));
    format!(
        r#""p":"{price}","q":"{quantity}","si":"{side}","v":"{volume}","o":"{open}","h":"{high}","l":"{low}","a":"{average}.{tenth}""#
    )
}

fn quote(market: &mut Market, price: i64) -> String {
    let middle = near(market, price);
    let [bids, asks] = [Side::Bid, Side::Ask].map(|side| {
        let mut price = if side == Side::Bid { middle } else { middle + STEP };
        let levels: Vec<_> = (0..LEVELS)
            .map(|_| {
                let level = format!(r#"["{price}","{}"]"#, market.rng.u64(1..2_000) * LOT);
                price += if side == Side::Bid { -STEP } else { STEP };
                level
            })
            .collect();
        levels.join(",")
    });
    format!(r#""bids":[{bids}],"asks":[{asks}]"#)
}
