//! Frames in the form of the venue's documents: Binance spot API, `web-socket-streams.md` and `rest-api.md`, commit
//! a5e0bc3, read 2026-07-21.

use crate::kind::Kind;
use crate::market::{Market, Side, Symbol, product, rows, text};

/// How many levels a side a snapshot has.
const SNAPSHOT_LEVELS: i64 = 1000;
/// How many symbols an answer of `GET /api/v3/exchangeInfo` lists.
pub const INSTRUMENTS: u32 = 100;

/// The answer of `GET /api/v3/depth` for a symbol.
pub(super) fn snapshot(market: &Market, name: &str) -> Option<String> {
    let symbol = market.symbols.iter().find(|symbol| symbol.name == name)?;
    Some(rest_depth(&mut market.clone(), symbol))
}

/// Whether a recorded frame is of a kind, by the name of its stream and how many levels it has.
pub(super) fn is_of(kind: Kind, text: &str) -> bool {
    let Some((stream, _)) = text.strip_prefix("{\"stream\":\"").and_then(|rest| rest.split_once('"')) else {
        return false;
    };
    let name = stream.split_once('@').map_or("", |(_, name)| name);
    let levels = || text.matches("[\"").count();
    match kind {
        Kind::Trade => name == "trade",
        Kind::AggTrade => name == "aggTrade",
        Kind::BookTicker => name == "bookTicker",
        Kind::DepthSmall => name.starts_with("depth@") && (1..10).contains(&levels()),
        Kind::DepthDeep => name.starts_with("depth@") && (10..=110).contains(&levels()),
        Kind::PartialDepth => name.starts_with("depth20"),
        Kind::Kline => name.starts_with("kline_"),
        Kind::Ticker => name == "ticker",
        Kind::MiniTicker => name == "miniTicker",
        _ => false,
    }
}

pub(super) fn frame(kind: Kind, market: &mut Market) -> String {
    let symbol = &market.draw();
    let (name, payload) = match kind {
        Kind::Trade => ("trade", trade(market, symbol)),
        Kind::AggTrade => ("aggTrade", agg_trade(market, symbol)),
        Kind::BookTicker => ("bookTicker", book_ticker(market, symbol)),
        Kind::DepthSmall => {
            let levels = market.rng.usize(1..9);
            ("depth@100ms", depth(market, symbol, levels))
        }
        Kind::DepthDeep => {
            let mut levels = 10;
            while levels < 110 && market.rng.u8(..100) >= 12 {
                levels += 1;
            }
            ("depth@100ms", depth(market, symbol, levels))
        }
        Kind::PartialDepth => ("depth20@100ms", book(market, symbol, 20)),
        Kind::Kline => ("kline_1m", kline(market, symbol)),
        Kind::Ticker => ("ticker", ticker(market, symbol)),
        Kind::MiniTicker => ("miniTicker", mini_ticker(market, symbol)),
        Kind::RestDepth => return rest_depth(market, symbol),
        _ => return rest_exchange_info(market),
    };
    format!(r#"{{"stream":"{}@{name}","data":{payload}}}"#, symbol.stream)
}

fn trade(market: &mut Market, symbol: &Symbol) -> String {
    let (price, quantity, maker) = (text(market.price(symbol)), text(market.quantity()), market.rng.bool());
    let (Symbol { name, trade, .. }, traded, sent) =
        (symbol, market.time(market.now_us), market.time(market.now_us + 400));
    format!(
        r#"{{"e":"trade","E":{sent},"s":"{name}","t":{trade},"p":"{price}","q":"{quantity}","T":{traded},"m":{maker},"M":true}}"#
    )
}

fn agg_trade(market: &mut Market, symbol: &Symbol) -> String {
    let (price, quantity, maker) = (text(market.price(symbol)), text(market.quantity()), market.rng.bool());
    let (Symbol { name, trade, aggregate, .. }, traded, sent) =
        (symbol, market.time(market.now_us), market.time(market.now_us + 400));
    format!(
        r#"{{"e":"aggTrade","E":{sent},"s":"{name}","a":{aggregate},"p":"{price}","q":"{quantity}","f":{trade},"l":{trade},"T":{traded},"m":{maker},"M":true}}"#
    )
}

fn book_ticker(market: &mut Market, symbol: &Symbol) -> String {
    let Symbol { name, update, tick, .. } = symbol;
    let (bid, bids, asks) = (market.price(symbol), text(market.quantity()), text(market.quantity()));
    let (bid, ask) = (text(bid), text(bid + tick));
    format!(r#"{{"u":{update},"s":"{name}","b":"{bid}","B":"{bids}","a":"{ask}","A":"{asks}"}}"#)
}

fn depth(market: &mut Market, symbol: &Symbol, levels: usize) -> String {
    let Symbol { name, update_first, update, .. } = symbol;
    let below = market.rng.usize(0..=levels);
    let bids = rows(&market.changes(symbol, below, Side::Bid));
    let asks = rows(&market.changes(symbol, levels - below, Side::Ask));
    let now = market.time(market.now_us);
    format!(r#"{{"e":"depthUpdate","E":{now},"s":"{name}","U":{update_first},"u":{update},"b":{bids},"a":{asks}}}"#)
}

/// A whole book, as a stream of partial books and as an answer over HTTP.
fn book(market: &mut Market, symbol: &Symbol, levels: i64) -> String {
    let [bids, asks] = [Side::Bid, Side::Ask].map(|side| rows(&market.best(symbol, levels, side)));
    format!(r#"{{"lastUpdateId":{},"bids":{bids},"asks":{asks}}}"#, symbol.update)
}

/// Four prices and a volume with its turnover: members `o`, `c`, `h`, `l`, `v` and `q`, in this order.
fn statistics(market: &mut Market, symbol: &Symbol) -> [String; 6] {
    let [open, close, other] = [(); 3].map(|()| market.price(symbol));
    let (high, low) = (open.max(close).max(other), open.min(close).min(other));
    let volume = market.volume();
    [open, close, high, low, volume, product(open, volume)].map(text)
}

fn kline(market: &mut Market, symbol: &Symbol) -> String {
    let [open, close, high, low, volume, turnover] = statistics(market, symbol);
    let [.., bought, paid] = statistics(market, symbol);
    let (Symbol { name, trade, .. }, now, trades) = (symbol, market.time(market.now_us), market.rng.u64(100..2000));
    let (first, start) = (trade + 1 - trades, market.now_us / 60_000_000 * 60_000_000);
    let [start, end] = [start, start + 59_999_999].map(|time| market.time(time));
    let times = format!(r#""t":{start},"T":{end},"s":"{name}","i":"1m","f":{first},"L":{trade}"#);
    let prices = format!(r#""o":"{open}","c":"{close}","h":"{high}","l":"{low}","v":"{volume}""#);
    format!(
        r#"{{"e":"kline","E":{now},"s":"{name}","k":{{{times},{prices},"n":{trades},"x":false,"q":"{turnover}","V":"{bought}","Q":"{paid}","B":"0"}}}}"#
    )
}

fn ticker(market: &mut Market, symbol: &Symbol) -> String {
    let [open, close, high, low, volume, turnover] = statistics(market, symbol);
    let [vwap, change, bid] = [(); 3].map(|()| market.price(symbol));
    let (change, percent, ask) = (text(change - symbol.price), market.rng.u32(100..1000), text(bid + symbol.tick));
    let (vwap, bid) = (text(vwap), text(bid));
    let [last, bids, asks] = [(); 3].map(|()| text(market.quantity()));
    let (Symbol { name, trade, .. }, now, trades) =
        (symbol, market.time(market.now_us), market.rng.u64(100_000..900_000));
    let (start, first) = (market.time(market.now_us - 86_400_000_000), trade + 1 - trades);
    let changes = format!(r#""p":"{change}","P":"-0.{percent}","w":"{vwap}","x":"{open}""#);
    let quotes = format!(r#""c":"{close}","Q":"{last}","b":"{bid}","B":"{bids}","a":"{ask}","A":"{asks}""#);
    let prices = format!(r#""o":"{open}","h":"{high}","l":"{low}","v":"{volume}","q":"{turnover}""#);
    let counts = format!(r#""O":{start},"C":{now},"F":{first},"L":{trade},"n":{trades}"#);
    format!(r#"{{"e":"24hrTicker","E":{now},"s":"{name}",{changes},{quotes},{prices},{counts}}}"#)
}

fn mini_ticker(market: &mut Market, symbol: &Symbol) -> String {
    let [open, close, high, low, volume, turnover] = statistics(market, symbol);
    let (name, now) = (symbol.name, market.time(market.now_us));
    let prices = format!(r#""c":"{close}","o":"{open}","h":"{high}","l":"{low}""#);
    format!(r#"{{"e":"24hrMiniTicker","E":{now},"s":"{name}",{prices},"v":"{volume}","q":"{turnover}"}}"#)
}

fn rest_depth(market: &mut Market, symbol: &Symbol) -> String {
    book(market, symbol, SNAPSHOT_LEVELS)
}

fn rest_exchange_info(market: &Market) -> String {
    let filters = concat!(
        r#"{"filterType":"PRICE_FILTER","minPrice":"0.00000100","maxPrice":"922327.00000000","tickSize":"0.00000100"},"#,
        r#"{"filterType":"LOT_SIZE","minQty":"0.00010000","maxQty":"100000.00000000","stepSize":"0.00010000"},"#,
        r#"{"filterType":"ICEBERG_PARTS","limit":10},"#,
        r#"{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"avgPriceMins":5}"#
    );
    let facts = concat!(
        r#""baseAssetPrecision":8,"quoteAsset":"USDT","quotePrecision":8,"quoteAssetPrecision":8,"#,
        r#""baseCommissionPrecision":8,"quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],"#,
        r#""icebergAllowed":true,"ocoAllowed":true,"isSpotTradingAllowed":true,"permissions":[]"#
    );
    let symbol = |number: u32| {
        let (name, base) = (format!("C{number}USDT"), format!("C{number}"));
        format!(r#"{{"symbol":"{name}","status":"TRADING","baseAsset":"{base}",{facts},"filters":[{filters}]}}"#)
    };
    let symbols: Vec<_> = (0..INSTRUMENTS).map(symbol).collect();
    let (now, symbols) = (market.now_us / 1000, symbols.join(","));
    format!(r#"{{"timezone":"UTC","serverTime":{now},"rateLimits":[],"exchangeFilters":[],"symbols":[{symbols}]}}"#)
}
