//! The public part of the REST API: routes, weights, parameters and answers.
//!
//! Source: the venue's page "REST API", sections "General endpoints" and "Market Data endpoints", read 2026-07-21.

use http::{Method, StatusCode};

use super::payload::Unit;
use super::streams::{DAY_US, Desk};
use super::{info, name, refuse};
use crate::face::{Answer, Request};
use crate::market::bars::roll_up;
use crate::market::{AggTrade, Bar, Interval, Level, Listing, ListingId, Market, Scaled, Trade};

/// A request that was understood as far as its path and parameters go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Ping,
    Time,
    ExchangeInfo,
    Depth { limit: usize },
    Trades { limit: usize },
    AggTrades { limit: usize },
    Klines { limit: usize, label: &'static str, interval: Interval },
    BookTicker,
    AvgPrice,
}

/// Finds what is asked for.
pub(super) fn route(request: &Request) -> Result<Route, Answer> {
    if request.method != Method::GET {
        return Err(Answer::new(405, ""));
    }
    Ok(match request.path.as_str() {
        "/api/v3/ping" => Route::Ping,
        "/api/v3/time" => Route::Time,
        "/api/v3/exchangeInfo" => Route::ExchangeInfo,
        "/api/v3/depth" => Route::Depth { limit: limit(request, 100, 5_000)? },
        "/api/v3/trades" | "/api/v3/historicalTrades" => Route::Trades { limit: limit(request, 500, 1_000)? },
        "/api/v3/aggTrades" => Route::AggTrades { limit: limit(request, 500, 1_000)? },
        "/api/v3/klines" | "/api/v3/uiKlines" => {
            let label = mandatory(request, "interval")?;
            let zone_ms = zone(request)?;
            let (label, interval) = name::interval(label).ok_or_else(|| bad(-1120, "Invalid interval."))?;
            Route::Klines { limit: limit(request, 500, 1_000)?, label, interval: interval.moved(-zone_ms) }
        }
        "/api/v3/ticker/bookTicker" => Route::BookTicker,
        "/api/v3/avgPrice" => Route::AvgPrice,
        _ => return Err(Answer::new(404, "")),
    })
}

impl Route {
    /// What the request costs.
    pub(super) const fn weight(&self) -> u64 {
        match self {
            Self::Ping | Self::Time => 1,
            Self::ExchangeInfo => 20,
            Self::Depth { limit } => match limit {
                ..=100 => 5,
                101..=500 => 25,
                501..=1_000 => 50,
                _ => 250,
            },
            Self::Trades { .. } => 25,
            Self::AggTrades { .. } | Self::BookTicker => 4,
            Self::Klines { .. } | Self::AvgPrice => 2,
        }
    }

    /// Answers from the market.
    pub(super) fn answer(&self, desk: &Desk<'_>, request: &Request, now_us: i64) -> Result<Answer, Answer> {
        let unit = unit(request)?;
        let body = match self {
            Self::Ping => "{}".to_owned(),
            Self::Time => format!(r#"{{"serverTime":{}}}"#, unit.of(now_us)),
            Self::ExchangeInfo => info::exchange_info(desk.market.listings(), request, unit.of(now_us))?,
            Self::Depth { limit } => {
                let id = symbol(desk, request)?;
                let book = desk.market.book(id);
                desk.writer(id, unit).snapshot(book.update_id(), book.bids().take(*limit), book.asks().take(*limit))
            }
            Self::Trades { limit } => {
                let id = symbol(desk, request)?;
                let from = whole(request, "fromId")?;
                let trades = desk.market.history(id).trades().iter();
                list(select(trades, *limit, from, |trade| trade.id), |t| trade(desk, id, unit, t))
            }
            Self::AggTrades { limit } => agg_trades(desk, request, unit, *limit)?,
            Self::Klines { limit, interval, label } => klines(desk, request, unit, (*limit, label, *interval))?,
            Self::BookTicker => book_tickers(desk, request)?,
            Self::AvgPrice => {
                let (price, last_us) = average_price(desk.market, symbol(desk, request)?, now_us);
                format!(r#"{{"mins":5,"price":"{price:.8}","closeTime":{}}}"#, unit.of(last_us))
            }
        };
        Ok(Answer::ok(body))
    }
}

/// The volume-weighted price of the last five minutes, or the last price; and when last traded.
pub(super) fn average_price(market: &Market, id: ListingId, now_us: i64) -> (Scaled, i64) {
    let (listing, history) = (market.listing(id), market.history(id));
    let last = history.trades().back();
    let price = history.stats().window(now_us, FIVE_MINUTES_US).map_or_else(
        || listing.price(last.map_or(0, |trade| trade.price_ticks)),
        |window| listing.average_price(window.bar.value, window.bar.volume_lots, 8),
    );
    (price, last.map_or(now_us, |trade| trade.time_us))
}

/// A reference price, which only symbols quoted in USDT have here: the average of the day, in whole ticks.
pub(super) fn reference_price(market: &Market, id: ListingId, now_us: i64) -> Option<Scaled> {
    let listing = market.listing(id);
    let window = market.history(id).stats().window(now_us, DAY_US)?;
    let price = listing.average_price(window.bar.value, window.bar.volume_lots, listing.tick.scale);
    (listing.quote == "USDT").then_some(price)
}

/// An error of parameters.
pub(super) fn bad(code: i32, message: &str) -> Answer {
    refuse(StatusCode::BAD_REQUEST, code, message)
}

/// The listing with a symbol.
pub(super) fn find(listings: &[Listing], symbol: &str) -> Result<ListingId, Answer> {
    let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.') || !c.is_ascii();
    if !symbol.chars().all(legal) || symbol.len() > SYMBOL_BYTES_MAX {
        let message = "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.";
        return Err(bad(-1100, message));
    }
    let same = |listing: &Listing| symbol.strip_prefix(&*listing.base) == Some(&*listing.quote);
    listings.iter().position(same).map(ListingId).ok_or_else(|| bad(-1121, "Invalid symbol."))
}

/// A JSON array of strings in a parameter.
pub(super) fn symbols(request: &Request) -> Result<Option<Vec<String>>, Answer> {
    let Some(text) = request.query.find("symbols") else { return Ok(None) };
    let illegal = |_| {
        bad(
            -1100,
            "Illegal characters found in parameter 'symbols'; legal range is '^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$'.",
        )
    };
    serde_json::from_str(text).map(Some).map_err(illegal)
}

fn symbol(desk: &Desk<'_>, request: &Request) -> Result<ListingId, Answer> {
    find(desk.market.listings(), mandatory(request, "symbol")?)
}

fn mandatory<'a>(request: &'a Request, name: &str) -> Result<&'a str, Answer> {
    request
        .query
        .find(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| bad(-1102, &format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")))
}

/// A limit: more than the most is the most.
fn limit(request: &Request, default: usize, most: usize) -> Result<usize, Answer> {
    let limit = whole(request, "limit")?.map_or(default, |limit| usize::try_from(limit).unwrap_or(most));
    if limit == 0 { Err(bad(-1130, "Data sent for parameter 'limit' is not valid.")) } else { Ok(limit.min(most)) }
}

fn whole(request: &Request, name: &str) -> Result<Option<u64>, Answer> {
    let Some(text) = request.query.find(name) else { return Ok(None) };
    if text.is_empty() {
        return Err(bad(-1105, &format!("Parameter '{name}' was empty.")));
    }
    let illegal = format!("Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.");
    text.parse().map(Some).map_err(|_| bad(-1100, &illegal))
}

/// Times of parameters are taken in either unit, as the documents allow; what is too large for milliseconds is microseconds.
fn time_us(request: &Request, name: &str) -> Result<Option<i64>, Answer> {
    let time = whole(request, name)?.map(|time| i64::try_from(time).unwrap_or(i64::MAX));
    Ok(time.map(|time| if time < MICROSECONDS_FROM { time * 1_000 } else { time }))
}

fn unit(request: &Request) -> Result<Unit, Answer> {
    match request.headers.get("x-mbx-time-unit").map(http::HeaderValue::as_bytes) {
        None | Some(b"MILLISECOND" | b"millisecond") => Ok(Unit::Millis),
        Some(b"MICROSECOND" | b"microsecond") => Ok(Unit::Micros),
        Some(_) => Err(bad(-1194, super::INVALID_UNIT)),
    }
}

/// Milliseconds east of UTC, from `8`, `-1:00` or `05:45`.
fn zone(request: &Request) -> Result<i64, Answer> {
    let Some(text) = request.query.find("timeZone") else { return Ok(0) };
    let wrong = || bad(-1130, "Data sent for parameter 'timeZone' is not valid.");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let number = |text: &str| text.parse::<u16>().map(i64::from).map_err(|_| wrong());
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let east = sign * (hours * 60 + minutes);
    if minutes < 60 && (-12 * 60..=14 * 60).contains(&east) { Ok(east * 60_000) } else { Err(wrong()) }
}

/// The newest up to a limit, or the oldest from an id on.
fn select<'a, T>(
    all: impl ExactSizeIterator<Item = &'a T>,
    limit: usize,
    from: Option<u64>,
    id: impl Fn(&T) -> u64,
) -> Vec<&'a T> {
    match from {
        Some(from) => all.filter(|item| id(item) >= from).take(limit).collect(),
        None => {
            let skip = all.len().saturating_sub(limit);
            all.skip(skip).collect()
        }
    }
}

fn list<T>(items: impl IntoIterator<Item = T>, text: impl FnMut(T) -> String) -> String {
    format!("[{}]", items.into_iter().map(text).collect::<Vec<_>>().join(","))
}

fn trade(desk: &Desk<'_>, id: ListingId, unit: Unit, trade: &Trade) -> String {
    let listing = desk.market.listing(id);
    format!(
        r#"{{"id":{},"price":"{:.8}","qty":"{:.8}","quoteQty":"{:.8}","time":{},"isBuyerMaker":{},"isBestMatch":true}}"#,
        trade.id,
        listing.price(trade.price_ticks),
        listing.size(trade.size_lots),
        listing.value(trade.value()),
        unit.of(trade.time_us),
        trade.buyer_is_maker,
    )
}

fn agg_trades(desk: &Desk<'_>, request: &Request, unit: Unit, limit: usize) -> Result<String, Answer> {
    let id = symbol(desk, request)?;
    let from = whole(request, "fromId")?;
    let (start, end) = (time_us(request, "startTime")?, time_us(request, "endTime")?);
    let within = |trade: &&AggTrade| {
        // An end in milliseconds includes the whole millisecond.
        start.is_none_or(|start| trade.time_us >= start) && end.is_none_or(|end| trade.time_us < end + 1_000)
    };
    let trades: Vec<_> = desk.market.history(id).aggregates().iter().filter(within).collect();
    let from = from.or_else(|| start.and_then(|_| trades.first()).map(|trade| trade.id));
    let listing = desk.market.listing(id);
    Ok(list(select(trades.iter().copied(), limit, from, |trade| trade.id), |trade| {
        format!(
            r#"{{"a":{},"p":"{:.8}","q":"{:.8}","f":{},"l":{},"T":{},"m":{},"M":true}}"#,
            trade.id,
            listing.price(trade.price_ticks),
            listing.size(trade.size_lots),
            trade.first_trade,
            trade.last_trade,
            unit.of(trade.time_us),
            trade.buyer_is_maker,
        )
    }))
}

fn klines(
    desk: &Desk<'_>,
    request: &Request,
    unit: Unit,
    (limit, label, interval): (usize, &str, Interval),
) -> Result<String, Answer> {
    let id = symbol(desk, request)?;
    let (start, end) = (time_us(request, "startTime")?, time_us(request, "endTime")?);
    let history = desk.market.history(id);
    let bars = if label == "1s" {
        seconds(history.trades().iter(), interval)
    } else {
        roll_up(history.minutes().iter().chain(history.minute()), interval)
    };
    let within =
        |bar: &&Bar| start.is_none_or(|start| bar.open_us >= start) && end.is_none_or(|end| bar.open_us <= end);
    let bars: Vec<_> = bars.iter().filter(within).collect();
    let skip = if start.is_some() { 0 } else { bars.len().saturating_sub(limit) };
    let listing = desk.market.listing(id);
    Ok(list(bars.into_iter().skip(skip).take(limit), |bar| {
        format!(
            r#"[{},"{:.8}","{:.8}","{:.8}","{:.8}","{:.8}",{},"{:.8}",{},"{:.8}","{:.8}","0"]"#,
            unit.of(bar.open_us),
            listing.price(bar.open),
            listing.price(bar.high),
            listing.price(bar.low),
            listing.price(bar.close),
            listing.size(bar.volume_lots),
            unit.before(bar.end_us),
            listing.value(bar.value),
            bar.count,
            listing.size(bar.taker_buy_lots),
            listing.value(bar.taker_buy_value),
        )
    }))
}

/// Bars of one second, from the trades that are remembered.
fn seconds<'a>(trades: impl Iterator<Item = &'a Trade>, interval: Interval) -> Vec<Bar> {
    let (mut builder, mut bars) = (crate::market::BarBuilder::new(interval), Vec::new());
    trades.for_each(|trade| builder.push(trade, &mut bars));
    bars.extend(builder.current().copied());
    bars
}

fn book_tickers(desk: &Desk<'_>, request: &Request) -> Result<String, Answer> {
    let one = |id: ListingId| {
        let (listing, book) = (desk.market.listing(id), desk.market.book(id));
        let (bid, ask) = (book.best_bid().unwrap_or(NOTHING), book.best_ask().unwrap_or(NOTHING));
        format!(
            r#"{{"symbol":"{}","bidPrice":"{:.8}","bidQty":"{:.8}","askPrice":"{:.8}","askQty":"{:.8}"}}"#,
            listing.symbol(),
            listing.price(bid.price_ticks),
            listing.size(bid.size_lots),
            listing.price(ask.price_ticks),
            listing.size(ask.size_lots),
        )
    };
    if request.query.find("symbol").is_some() {
        return symbol(desk, request).map(one);
    }
    match symbols(request)? {
        None => Ok(list((0..desk.symbols.len()).map(ListingId), one)),
        Some(names) => {
            let ids = names.iter().map(|name| find(desk.market.listings(), name)).collect::<Result<Vec<_>, _>>()?;
            Ok(list(ids, one))
        }
    }
}

const NOTHING: Level = Level { price_ticks: 0, size_lots: 0 };
const FIVE_MINUTES_US: i64 = 300_000_000;
/// The documents allow 20 characters; a letter outside ASCII has up to four bytes.
const SYMBOL_BYTES_MAX: usize = 80;
/// 2001 in microseconds, and the year 33658 in milliseconds.
const MICROSECONDS_FROM: i64 = 1_000_000_000_000_000;
