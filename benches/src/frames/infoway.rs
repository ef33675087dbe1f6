//! Frames in the form of those that Infoway's crypto business sent on 2026-08-15.

use crate::kind::Kind;
use crate::market::{Market, Row, Side, Symbol, fixed, product, short, text};

/// How many levels a side its books have.
const LEVELS: i64 = 5;

pub(super) fn is_of(kind: Kind, text: &str) -> bool {
    let code = match kind {
        Kind::InfowayTrade => 10002,
        Kind::InfowayDepth => 10005,
        _ => 10008,
    };
    text.starts_with(&format!(r#"{{"code":{code},"#))
}

pub(super) fn frame(kind: Kind, market: &mut Market) -> String {
    let symbol = &market.draw();
    match kind {
        Kind::InfowayTrade => trade(market, symbol),
        Kind::InfowayDepth => depth(market, symbol),
        _ => kline(market, symbol),
    }
}

fn trade(market: &mut Market, symbol: &Symbol) -> String {
    let (price, quantity) = (market.price(symbol), market.quantity());
    let turnover = short(product(price, quantity));
    let (name, now, taker) = (symbol.name, market.now_us / 1000, market.rng.u8(1..3));
    let (price, quantity) = (short(price), short(quantity));
    format!(
        r#"{{"code":10002,"data":{{"p":"{price}","s":"{name}","t":{now},"td":{taker},"v":"{quantity}","vw":"{turnover}"}}}}"#
    )
}

fn depth(market: &mut Market, symbol: &Symbol) -> String {
    let [asks, bids] = [Side::Ask, Side::Bid].map(|side| columns(&market.best(symbol, LEVELS, side)));
    let (name, now) = (symbol.name, market.now_us / 1000);
    format!(r#"{{"code":10005,"data":{{"a":{asks},"b":{bids},"s":"{name}","t":{now}}}}}"#)
}

/// All prices, then all quantities.
fn columns(rows: &[Row]) -> String {
    let column = |of: fn(&Row) -> i64| {
        let texts: Vec<_> = rows.iter().map(|row| format!("\"{}\"", text(of(row)))).collect();
        texts.join(",")
    };
    format!("[[{}],[{}]]", column(|row| row.0), column(|row| row.1))
}

fn kline(market: &mut Market, symbol: &Symbol) -> String {
    let [open, close, other] = [(); 3].map(|()| market.price(symbol));
    let (high, low) = (open.max(close).max(other), open.min(close).min(other));
    let volume = market.volume() / 1000;
    let turnover = fixed(product(close, volume), 7);
    let [close, high, low, change, open] = [close, high, low, close - open, open].map(|price| fixed(price, 5));
    let (name, start, volume) = (symbol.name, market.now_us / 60_000_000 * 60, fixed(volume, 5));
    let percent = fixed(market.rng.i64(-5_000_000..5_000_000), 2);
    format!(
        r#"{{"code":10008,"data":{{"c":"{close}","h":"{high}","l":"{low}","o":"{open}","pca":"{change}","pfr":"{percent}%","s":"{name}","t":"{start}","ty":1,"v":"{volume}","vw":"{turnover}"}}}}"#
    )
}
