//! Frames in the form of the venue's documents: OKX API guide, "Trades channel" and "Order book channel", read 2026-07,
//! with as many levels as those recorded in May 2022 have. The checksum is 0 since June 2026.

use crate::kind::Kind;
use crate::market::{Market, Row, Side, Symbol, short};

/// How many levels a side a whole book has.
const SNAPSHOT_LEVELS: i64 = 400;

pub(super) fn is_of(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::OkxTrades => text.starts_with(r#"{"arg":{"channel":"trades","#) && text.contains(r#""data""#),
        _ => text.starts_with(r#"{"arg":{"channel":"books","#) && text.contains(r#""action":"update""#),
    }
}

pub(super) fn frame(kind: Kind, market: &mut Market) -> String {
    let symbol = &market.draw();
    if kind == Kind::OkxTrades { trades(market, symbol) } else { change(market, symbol) }
}

/// The whole book of each symbol, as it comes first.
pub(super) fn snapshots(market: &Market) -> Vec<String> {
    let (symbols, market) = (&market.symbols, &mut market.clone());
    let whole = |symbol: &Symbol| {
        let [bids, asks] = [Side::Bid, Side::Ask].map(|side| market.best(symbol, SNAPSHOT_LEVELS, side));
        book("snapshot", market, symbol, [&asks, &bids], -1)
    };
    symbols.iter().map(whole).collect()
}

/// `BTC-USDT`.
fn name(symbol: &Symbol) -> String {
    format!("{}-USDT", symbol.name.trim_end_matches("USDT"))
}

fn trades(market: &mut Market, symbol: &Symbol) -> String {
    let (name, Symbol { trade, update, .. }) = (name(symbol), symbol);
    let (price, quantity) = (short(market.price(symbol)), short(market.quantity()));
    let (side, now) = (if market.rng.bool() { "buy" } else { "sell" }, market.now_us / 1000);
    format!(
        r#"{{"arg":{{"channel":"trades","instId":"{name}"}},"data":[{{"instId":"{name}","tradeId":"{trade}","px":"{price}","sz":"{quantity}","side":"{side}","ts":"{now}","count":"1","source":"0","seqId":{update}}}]}}"#
    )
}

fn change(market: &mut Market, symbol: &Symbol) -> String {
    let mut levels = 4;
    while levels < 110 && market.rng.u8(..100) >= 5 {
        levels += 1;
    }
    let below = market.rng.usize(0..=levels);
    let bids = market.changes(symbol, below, Side::Bid);
    let asks = market.changes(symbol, levels - below, Side::Ask);
    book("update", market, symbol, [&asks, &bids], symbol.update_first.cast_signed() - 1)
}

fn book(action: &str, market: &mut Market, symbol: &Symbol, sides: [&[Row]; 2], previous: i64) -> String {
    let (name, update, now) = (name(symbol), symbol.update, market.now_us / 1000);
    let [asks, bids] = sides.map(|rows| levels(market, rows));
    format!(
        r#"{{"arg":{{"channel":"books","instId":"{name}"}},"action":"{action}","data":[{{"asks":{asks},"bids":{bids},"ts":"{now}","checksum":0,"prevSeqId":{previous},"seqId":{update}}}]}}"#
    )
}

/// Price, quantity, a zero, and how many orders.
fn levels(market: &mut Market, rows: &[Row]) -> String {
    let level = |(price, quantity): &Row| {
        let orders = if *quantity == 0 { 0 } else { market.rng.u8(1..20) };
        format!(r#"["{}","{}","0","{orders}"]"#, short(*price), short(*quantity))
    };
    format!("[{}]", rows.iter().map(level).collect::<Vec<_>>().join(","))
}
