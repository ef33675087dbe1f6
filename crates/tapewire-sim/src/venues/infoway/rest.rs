//! The part of the REST API that market data need: last trades, books, bars and the list of symbols.
//!
//! Source: the vendor's documentation, "REST API", and its Python SDK 0.4.1, read 2026-08. The members of the list of
//! symbols beside `symbol` are a guess.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value, json};

use super::business::Business;
use super::instrument::{Instrument, Instruments};
use super::payload::{Missing, TradeForm, depth, listed_kline, trade};
use super::topic::interval;
use crate::face::{Answer, Request};
use crate::market::Market;
use crate::market::bars::roll_up;

/// What answers are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Desk<'a> {
    pub(super) market: &'a Market,
    pub(super) instruments: &'a Instruments,
    pub(super) sizeless: bool,
    pub(super) now_us: i64,
}

/// Requests by key, of the last second.
#[derive(Debug, Default)]
pub(super) struct Requests {
    recent: BTreeMap<u64, VecDeque<i64>>,
}

impl Requests {
    /// Notes a request of a key, known by its hash, and says whether it is one too many for the second that it ends.
    pub(super) fn over(&mut self, now_us: i64, key: u64, most: usize) -> bool {
        if self.recent.len() >= KEYS_MAX {
            self.recent.clear();
        }
        let recent = self.recent.entry(key).or_default();
        while recent.front().is_some_and(|time_us| now_us - time_us >= SECOND_US) {
            recent.pop_front();
        }
        let over = recent.len() >= most;
        if !over {
            recent.push_back(now_us);
        }
        over
    }
}

/// Why a request is not answered with data.
struct Refusal {
    ret: u16,
    text: String,
}

impl Refusal {
    fn new(ret: u16, text: impl Into<String>) -> Self {
        Self { ret, text: text.into() }
    }
}

/// Answers a request whose key is good.
pub(super) fn answer(desk: &Desk<'_>, request: &Request, trace: &str) -> Answer {
    let segments: Vec<&str> = request.path().split('/').skip(1).collect();
    let data = match (request.method(), segments.as_slice()) {
        ("GET", ["common", "basic", "symbols"]) => match request.parameter("type") {
            None => return problem(400, "Bad Request", "Required parameter 'type' is not present."),
            Some(kind) => symbols(desk, kind, request.parameter("symbols")),
        },
        ("GET", [business, "batch_trade", codes]) => of(desk, business, codes).map(|all| trades(desk, &all)),
        ("GET", [business, "batch_depth", codes]) => of(desk, business, codes).map(|all| books(desk, &all)),
        ("POST", [business, "v2", "batch_kline"]) => klines(desk, business, request.body()),
        (_, [_, "batch_trade" | "batch_depth", _] | [_, "v2", "batch_kline"]) => {
            return problem(405, "Method Not Allowed", "Method is not supported.");
        }
        _ => return problem(404, "Not Found", "No static resource."),
    };
    match data {
        Ok(data) => Answer::ok(format!(r#"{{"ret":200,"msg":"success","traceId":"{trace}","data":{data}}}"#)),
        Err(refusal) => refused(refusal.ret, &refusal.text, trace),
    }
}

/// A refusal as the service tells it, with status 200.
pub(super) fn refused(ret: u16, text: &str, trace: &str) -> Answer {
    Answer::ok(format!(r#"{{"ret":{ret},"msg":{},"traceId":"{trace}","data":null}}"#, Value::from(text)))
}

/// A key that is missing or bad.
pub(super) fn unauthorized() -> Answer {
    Answer::new(401, json!({ "code": 401, "message": "Unauthorized" }).to_string())
}

/// More requests in a second than the plan has.
pub(super) fn too_many() -> Answer {
    Answer::new(429, json!({ "detail": "Rate limit exceeded" }).to_string())
}

/// A refusal in the form of RFC 7807.
fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let body = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    Answer::new(status, body.to_string()).with("content-type", "application/problem+json")
}

/// The instruments that codes name.
fn of<'a>(desk: &Desk<'a>, business: &str, codes: &str) -> Result<Vec<&'a Instrument>, Refusal> {
    let business = Business::parse(business).ok_or_else(|| Refusal::new(506, "Param error：business"))?;
    let codes: Vec<&str> = codes.split(',').map(str::trim).filter(|code| !code.is_empty()).collect();
    if codes.is_empty() {
        return Err(Refusal::new(507, "Param lost：codes"));
    }
    if codes.len() > SYMBOLS_MAX {
        return Err(Refusal::new(505, format!("Products quantity exceeds the limit：{SYMBOLS_MAX}")));
    }
    let find = |code: &&str| desk.instruments.find(code).filter(|it| it.business == business);
    let found =
        codes.iter().map(|code| find(code).ok_or_else(|| Refusal::new(508, format!("Product not exists：{code}"))));
    found.collect()
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

fn trades(desk: &Desk<'_>, all: &[&Instrument]) -> String {
    let form = TradeForm { typed: false, sizeless: desk.sizeless };
    list(all.iter().filter_map(|it| {
        let last = desk.market.history(it.listing).trades().back()?;
        Some(trade(it, desk.market.listing(it.listing), last, form))
    }))
}

fn books(desk: &Desk<'_>, all: &[&Instrument]) -> String {
    list(all.iter().map(|it| {
        let (listing, book) = (desk.market.listing(it.listing), desk.market.book(it.listing));
        depth(it, listing, book, Missing::default(), desk.now_us)
    }))
}

fn klines(desk: &Desk<'_>, business: &str, body: &[u8]) -> Result<String, Refusal> {
    let body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| Refusal::new(506, "Param error：the body is no JSON object"))?;
    let text = |name: &str| match body.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err(Refusal::new(506, format!("Param error：{name}"))),
        None => Err(Refusal::new(507, format!("Param lost：{name}"))),
    };
    let number = |name: &str| -> Result<i64, Refusal> {
        text(name)?.parse().map_err(|_| Refusal::new(506, format!("Param error：{name}")))
    };
    let all = of(desk, business, &text("codes")?)?;
    let (kind, count) = (number("klineType")?, number("klineNum")?);
    let interval =
        u8::try_from(kind).ok().and_then(interval).ok_or_else(|| Refusal::new(506, "Param error：klineType"))?;
    let until = if body.contains_key("timestamp") { number("timestamp")? } else { i64::MAX };
    let count = match usize::try_from(count) {
        Ok(1..=BARS_MAX) if all.len() > 1 => usize::try_from(count).unwrap_or(1).min(BARS_EACH_MAX),
        Ok(count @ 1..=BARS_MAX) => count,
        Ok(0) | Err(_) => return Err(Refusal::new(506, "Param error：klineNum")),
        Ok(_) => return Err(Refusal::new(503, format!("Kline quantity exceeds the limit：{BARS_MAX}"))),
    };
    let of_one = |it: &&Instrument| {
        let (history, listing) = (desk.market.history(it.listing), desk.market.listing(it.listing));
        let bars = roll_up(history.minutes().iter().chain(history.minute()), interval);
        let closes = std::iter::once(None).chain(bars.iter().map(|bar| Some(bar.close)));
        let wanted: Vec<_> = bars.iter().zip(closes).filter(|(bar, _)| bar.open_us / SECOND_US <= until).collect();
        let newest = wanted.into_iter().rev().take(count);
        let rows = list(newest.map(|(bar, before)| listed_kline(it, listing, bar, before.unwrap_or(bar.open))));
        format!(r#"{{"s":"{}","respList":{rows}}}"#, it.symbol)
    };
    Ok(list(all.iter().map(of_one)))
}

fn symbols(desk: &Desk<'_>, kind: &str, wanted: Option<&str>) -> Result<String, Refusal> {
    if !TYPES.contains(&kind) {
        return Err(Refusal::new(506, "Param error：type"));
    }
    let is_wanted = |symbol: &str| wanted.is_none_or(|list| list.split(',').any(|it| it == symbol));
    let listed = desk.instruments.all().filter(|it| it.kind == kind && is_wanted(&it.symbol));
    Ok(list(listed.map(|it| json!({ "symbol": it.symbol, "name_en": it.symbol }).to_string())))
}

/// Every type that the list of symbols takes.
const TYPES: [&str; 13] = [
    "STOCK_US", "STOCK_HK", "STOCK_CN", "STOCK_JP", "STOCK_IN", "STOCK_KS", "STOCK_TW", "CRYPTO", "FOREX", "METAL",
    "FUTURES", "ENERGY", "INDICES",
];
const SYMBOLS_MAX: usize = 100;
const BARS_MAX: usize = 500;
/// With several symbols each has at most so many bars.
const BARS_EACH_MAX: usize = 2;
const SECOND_US: i64 = 1_000_000;
/// Keys that are remembered; with more, all start anew.
const KEYS_MAX: usize = 1_024;
