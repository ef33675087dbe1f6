//! The public part of the REST API: instruments, time and market data, in the envelope of `code`, `msg` and `data`.
//!
//! Source: the venue's API guide v5, "Public data" and "Market data", REST, read 2026-07.

use std::fmt::Write as _;

use super::book::View;
use super::channel;
use super::figures::DAY_US;
use super::instrument::{Instrument, Instruments, Kind, plain};
use super::payload::{Writer, ms};
use crate::face::{Answer, Request};
use crate::market::bars::roll_up;
use crate::market::{AggTrade, Bar, Market, Scaled};

/// Answers from a market.
pub(super) fn answer(request: &Request, market: &Market, instruments: &Instruments, now_us: i64) -> Answer {
    let shop = Shop { request, market, instruments, now_us };
    let data = match request.path() {
        "/api/v5/public/time" => Ok(format!(r#"{{"ts":"{}"}}"#, ms(now_us))),
        "/api/v5/public/instruments" => list(request, instruments),
        "/api/v5/public/underlying" => underlyings(request, instruments),
        "/api/v5/market/ticker" => shop.ticker(),
        "/api/v5/market/tickers" => shop.tickers(),
        "/api/v5/market/books" => shop.books(),
        "/api/v5/market/trades" => shop.trades(),
        "/api/v5/market/candles" => shop.candles(),
        _ => return Answer::new(404, r#"{"msg":"API endpoint not found","code":"404","data":[]}"#),
    };
    data.map_or_else(|refusal| refusal, |data| envelope(&data))
}

/// Answers while a recording is played, which holds no market to ask.
pub(super) fn answer_recorded(request: &Request, instruments: &Instruments, now_us: i64) -> Answer {
    let data = match request.path() {
        "/api/v5/public/time" => Ok(format!(r#"{{"ts":"{}"}}"#, ms(now_us))),
        "/api/v5/public/instruments" => list(request, instruments),
        "/api/v5/public/underlying" => underlyings(request, instruments),
        _ => return refuse(404, 404, "the recording holds no such answer"),
    };
    data.map_or_else(|refusal| refusal, |data| envelope(&data))
}

pub(super) fn envelope(data: &str) -> Answer {
    Answer::ok(format!(r#"{{"code":"0","msg":"","data":[{data}]}}"#))
}

pub(super) fn list(request: &Request, all: &Instruments) -> Result<String, Answer> {
    // The venue has these kinds, and this market nothing of them.
    if matches!(request.parameter("instType"), Some("MARGIN" | "FUTURES" | "EVENTS")) {
        return Ok(String::new());
    }
    if request.parameter("instType") == Some("OPTION") {
        let given = |name| request.parameter(name).is_some_and(|value| !value.is_empty());
        let is_named = given("instFamily") || given("uly");
        // Options are listed by family, and no family has any here.
        return if is_named {
            Ok(String::new())
        } else {
            Err(refuse(400, 50015, "Either parameter uly or instFamily is required."))
        };
    }
    let id = request.parameter("instId").filter(|id| !id.is_empty());
    let kind = kind(request)?;
    if id.is_some_and(|id| all.find(id).is_none_or(|instrument| instrument.kind != kind)) {
        return Err(unknown());
    }
    Ok(instruments(all, kind, id))
}

/// The families of a kind of derivatives, in a list of its own.
fn underlyings(request: &Request, all: &Instruments) -> Result<String, Answer> {
    let families: Vec<_> = match mandatory(request, "instType")? {
        "SWAP" => all.all().filter(|it| it.kind == Kind::Swap).map(|it| format!(r#""{}""#, it.pair())).collect(),
        "FUTURES" | "OPTION" => Vec::new(),
        _ => return Err(bad("instType")),
    };
    Ok(format!("[{}]", families.join(",")))
}

fn kind(request: &Request) -> Result<Kind, Answer> {
    Kind::parse(mandatory(request, "instType")?).ok_or_else(|| bad("instType"))
}

pub(super) fn mandatory<'a>(request: &'a Request, name: &str) -> Result<&'a str, Answer> {
    let given = request.parameter(name).filter(|value| !value.is_empty());
    given.ok_or_else(|| refuse(400, 50014, &format!("Parameter {name} can not be empty.")))
}

/// What an answer is made from.
#[derive(Clone, Copy)]
struct Shop<'a> {
    request: &'a Request,
    market: &'a Market,
    instruments: &'a Instruments,
    now_us: i64,
}

impl<'a> Shop<'a> {
    fn ticker(self) -> Result<String, Answer> {
        Ok(self.ticker_of(self.instrument()?).unwrap_or_default())
    }

    fn tickers(self) -> Result<String, Answer> {
        let kind = kind(self.request)?;
        let all = self.instruments.all().filter(|instrument| instrument.kind == kind);
        Ok(all.filter_map(|instrument| self.ticker_of(instrument)).collect::<Vec<_>>().join(","))
    }

    fn ticker_of(self, instrument: &Instrument) -> Option<String> {
        let body = self.writer(instrument).ticker(self.now_us)?;
        Some(format!(r#"{{{body},"ts":"{}"}}"#, ms(self.now_us)))
    }

    fn books(self) -> Result<String, Answer> {
        let (instrument, levels) = (self.instrument()?, self.count("sz", 1, 400)?);
        let view = View::of(self.market.book(instrument.listing), levels);
        Ok(format!(r#"{{{},"ts":"{}"}}"#, self.writer(instrument).sides(&view, false), ms(self.now_us)))
    }

    /// The youngest first.
    fn trades(self) -> Result<String, Answer> {
        let (instrument, limit) = (self.instrument()?, self.count("limit", 100, 500)?);
        let trades = self.market.history(instrument.listing).aggregates().iter().rev().take(limit);
        Ok(trades.map(|trade| rest_trade(instrument, trade)).collect::<Vec<_>>().join(","))
    }

    /// The youngest first, from what the market remembers of minutes.
    fn candles(self) -> Result<String, Answer> {
        let (instrument, limit) = (self.instrument()?, self.count("limit", 100, 300)?);
        let label = self.request.parameter("bar").filter(|bar| !bar.is_empty()).unwrap_or("1m");
        // Bars of a second are made from trades, which the market keeps for the shortest while.
        let bar = channel::bar(label).filter(|_| label != "1s").ok_or_else(|| bad("bar"))?;
        let history = self.market.history(instrument.listing);
        let minutes = history.minutes().iter().chain(history.minute());
        let bars = roll_up(minutes, bar.interval());
        let row = |bar: &Bar| self.writer(instrument).candle(bar, bar.end_us <= self.now_us);
        Ok(bars.iter().rev().take(limit).map(row).collect::<Vec<_>>().join(","))
    }

    const fn writer(self, instrument: &'a Instrument) -> Writer<'a> {
        Writer { instrument, market: self.market }
    }

    fn instrument(self) -> Result<&'a Instrument, Answer> {
        self.instruments.find(mandatory(self.request, "instId")?).ok_or_else(unknown)
    }

    fn count(self, name: &str, default: usize, most: usize) -> Result<usize, Answer> {
        match self.request.parameter(name).filter(|value| !value.is_empty()) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|count| (1..=most).contains(count)).ok_or_else(|| bad(name)),
        }
    }
}

/// All instruments of a kind, or one of them.
pub(super) fn instruments(instruments: &Instruments, kind: Kind, id: Option<&str>) -> String {
    let wanted = |instrument: &&Instrument| instrument.kind == kind && id.is_none_or(|id| instrument.id == id);
    instruments.all().filter(wanted).map(instrument).collect::<Vec<_>>().join(",")
}

/// Members as in the venue's answers of 2026; those that do not matter here are empty or generous.
fn instrument(instrument: &Instrument) -> String {
    let pair = instrument.pair();
    let (tick, lot) = (plain(instrument.tick).to_string(), plain(instrument.lot).to_string());
    let contract = instrument.contract.to_string();
    let of_kind = match instrument.kind {
        Kind::Spot => [("baseCcy", &*instrument.base), ("quoteCcy", &instrument.quote)].to_vec(),
        Kind::Swap => vec![
            ("ctMult", "1"),
            ("ctType", "linear"),
            ("ctVal", &*contract),
            ("ctValCcy", &instrument.base),
            ("instFamily", &pair),
            ("settleCcy", &instrument.quote),
            ("uly", &pair),
        ],
    };
    let always = [
        ("instId", &*instrument.id),
        ("instType", instrument.kind.name()),
        ("lotSz", &lot),
        ("minSz", &lot),
        ("tickSz", &tick),
    ];
    let mut text = String::new();
    for (name, default) in INSTRUMENT {
        let own = always.iter().chain(&of_kind).find(|(own, _)| own == name).map(|(_, value)| *value);
        // Writing to a string cannot fail.
        let _ = write!(text, r#""{name}":"{}","#, own.unwrap_or(default));
    }
    let code = instrument.code;
    format!(r#"{{{text}"instIdCode":{code},"futureSettlement":false,"tradeQuoteCcyList":[],"upcChg":[]}}"#)
}

/// The last maintenance, which is over.
pub(super) fn status(now_us: i64) -> String {
    let (begin, end) = (ms(now_us - DAY_US), ms(now_us - DAY_US / 2));
    format!(
        concat!(
            r#"{{"title":"Simulated system upgrade","state":"completed","begin":"{}","end":"{}","maintType":"1","#,
            r#""env":"1","serviceType":"0","system":"unified","ts":"{}"}}"#,
        ),
        begin, end, end
    )
}

/// A trade of the REST API has no `seqId`.
fn rest_trade(instrument: &Instrument, trade: &AggTrade) -> String {
    let (price, size): (Scaled, Scaled) = (instrument.price(trade.price_ticks), instrument.size(trade.size_lots));
    let side = if trade.buyer_is_maker { "sell" } else { "buy" };
    format!(
        r#"{{"instId":"{}","side":"{side}","sz":"{size}","source":"0","px":"{price}","tradeId":"{}","ts":"{}"}}"#,
        instrument.id,
        trade.last_trade,
        ms(trade.time_us),
    )
}

pub(super) fn unknown() -> Answer {
    refuse(200, 51001, "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
}

pub(super) fn bad(name: &str) -> Answer {
    refuse(400, 51000, &format!("Parameter {name} error"))
}

/// An error of the REST API: most come with status 200.
pub(super) fn refuse(status: u16, code: u32, message: &str) -> Answer {
    let message = serde_json::Value::from(message);
    Answer::new(status, format!(r#"{{"code":"{code}","data":[],"msg":{message}}}"#))
}

/// The text members of an instrument, and what they are where nothing else is known.
const INSTRUMENT: &[(&str, &str)] = &[
    ("alias", ""),
    ("auctionEndTime", ""),
    ("baseCcy", ""),
    ("category", "1"),
    ("contTdSwTime", ""),
    ("ctMult", ""),
    ("ctType", ""),
    ("ctVal", ""),
    ("ctValCcy", ""),
    ("expTime", ""),
    ("groupId", "1"),
    ("instFamily", ""),
    ("instId", ""),
    ("instType", ""),
    ("lever", "10"),
    ("listTime", "1548133413000"),
    ("lotSz", ""),
    ("maxIcebergSz", "9999999999"),
    ("maxLmtAmt", "20000000"),
    ("maxLmtSz", "9999999999"),
    ("maxMktAmt", "1000000"),
    ("maxMktSz", "1000000"),
    ("maxPlatOILmt", ""),
    ("maxStopSz", "1000000"),
    ("maxTriggerSz", "9999999999"),
    ("maxTwapSz", "9999999999"),
    ("minSz", ""),
    ("openType", ""),
    ("optType", ""),
    ("posLmtAmt", ""),
    ("posLmtPct", ""),
    ("preMktSwTime", ""),
    ("quoteCcy", ""),
    ("ruleType", "normal"),
    ("settleCcy", ""),
    ("state", "live"),
    ("stk", ""),
    ("tickSz", ""),
    ("uly", ""),
];
