//! [`SpotAccount`]: how to dial, and what is asked over REST: instruments, book snapshots, bars.

use std::time::Duration;

use tapewire_core::event::{Book, Event, Malformed, Raw as RawEvent};
use tapewire_core::{
    Account, AccountContext, Call, Channel, DecodeError, Failure, Grant, HttpReply, HttpRequest, Interval, Offset,
    ParseError, Recovery, Route, Target, UnixNanos, Url, excerpt,
};
use tapewire_json::{Cursor, Raw};

use crate::TimeUnit;
use crate::normalize::{self, Around};
use crate::symbol::{self, VENUE};
use crate::wire::control::ApiError;
use crate::wire::depth::{PartialDepth, Sides};
use crate::wire::exchange_info::{ExchangeInfo, Symbol};
use crate::wire::kline::KlineRow;

/// What is said of a program's own requests.
const NO_REQUESTS: &str = "only public data of Binance is known here: requests of your own are not signed";
/// The venue's address for streams.
const STREAMS: &str = "wss://stream.binance.com:9443";
/// The venue's address for REST.
pub(crate) const REST: &str = "https://api.binance.com";
/// How many levels a side a snapshot has.
const SNAPSHOT_LIMIT: u32 = 1000;
/// What `GET /api/v3/exchangeInfo` costs: `rest-api.md`, commit a5e0bc3, read 2026-07-21.
const INSTRUMENTS_WEIGHT: u32 = 20;
/// Limits count by the minute, aligned to the clock.
const AFTER_LIMIT: Duration = Duration::from_secs(60);
/// `rest-api.md`, "IP Limits": bans last from two minutes to three days.
const AFTER_BAN: Duration = Duration::from_secs(120);
/// An error is a line; what is longer is an answer, and is not read twice to make sure.
const ERROR_LENGTH_MAX: usize = 4096;

/// What does not belong to one connection. It keeps nothing between calls.
#[derive(Debug)]
pub(crate) struct SpotAccount {
    dial: Result<Url, ParseError>,
}

impl SpotAccount {
    pub(crate) fn new(target: &Target, unit: TimeUnit) -> Self {
        let base = target.websocket_base(STREAMS);
        Self { dial: base.and_then(|base| base.join(&format!("/stream{}", unit.query()))) }
    }
}

impl Account for SpotAccount {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        match &self.dial {
            Ok(url) => cx.granted(Grant::to(url.clone())),
            Err(error) => cx.refused(Failure::new(Recovery::FixConfig, error.to_string())),
        }
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        match call {
            Call::Instruments => {
                // Permission sets make up most of the answer, and nothing is made of them.
                cx.http(HttpRequest::get("/api/v3/exchangeInfo?showPermissionSets=false", INSTRUMENTS_WEIGHT));
            }
            Call::Snapshot { subscription, .. } => {
                let symbol = symbol::to_query(subscription.instrument.symbol());
                let path = format!("/api/v3/depth?symbol={symbol}&limit={SNAPSHOT_LIMIT}");
                cx.http(HttpRequest::get(path, depth_weight(SNAPSHOT_LIMIT)));
            }
            Call::Request(_) => cx.refused(Failure::new(Recovery::FixRequest, NO_REQUESTS)),
            _ => cx.refused(Failure::new(Recovery::FixRequest, "Binance spot market data cannot answer that")),
        }
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        if reply.body.len() <= ERROR_LENGTH_MAX && tapewire_json::from_str::<ApiError<'_>>(reply.body).is_ok() {
            cx.refused(self.refusal(reply));
            return Ok(());
        }
        match reply.route().rsplit_once("/api/v3/").map(|(_, name)| name) {
            Some("depth") => snapshot(reply, cx)?,
            Some("exchangeInfo") => instruments(reply, cx)?,
            Some("klines" | "uiKlines") => bars(reply, cx)?,
            _ => raw(reply, tapewire_json::from_str(reply.body)?, cx),
        }
        cx.done();
        Ok(())
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let by_status = match reply.status {
            418 => Some(Recovery::RetryAfter(AFTER_BAN)),
            429 => Some(Recovery::RetryAfter(AFTER_LIMIT)),
            403 | 451 => Some(Recovery::FixConfig),
            _ => None,
        };
        let failure = Failure::from_status(reply);
        let Ok(error) = tapewire_json::from_str::<ApiError<'_>>(reply.body) else {
            return Failure { recovery: by_status.unwrap_or(failure.recovery), ..failure };
        };
        let recovery = by_status.or_else(|| recovery(error.code)).unwrap_or(failure.recovery);
        Failure { code: Some(error.code.to_string()), ..Failure::new(recovery, excerpt(error.msg.as_bytes())) }
    }
}

/// What can be done about an error: `errors.md` of the spot API documentation, commit a5e0bc3, read 2026-07-21.
fn recovery(code: i64) -> Option<Recovery> {
    Some(match code {
        -1000 | -1001 | -1006 | -1007 | -1008 | -1021 => Recovery::Retry,
        -1003 | -1015 => Recovery::RetryAfter(AFTER_LIMIT),
        -1022 | -1194 | -2014 | -2015 => Recovery::FixConfig,
        -1199..=-1100 | -1013 => Recovery::FixRequest,
        _ => return None,
    })
}

/// What a book of so many levels a side costs: `rest-api.md`, "Order book", commit a5e0bc3, read 2026-07-21.
const fn depth_weight(limit: u32) -> u32 {
    match limit {
        0..=100 => 5,
        101..=500 => 25,
        501..=1000 => 50,
        _ => 250,
    }
}

fn snapshot(reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
    let Some(symbol) = reply.parameter("symbol").and_then(symbol::from_query) else {
        raw(reply, tapewire_json::from_str(reply.body)?, cx);
        return Ok(());
    };
    let mut cursor = Cursor::new(reply.body);
    let message = PartialDepth::read(&mut cursor, Sides::default())?;
    cursor.end()?;
    let head = normalize::snapshot(&message, around(&symbol, Channel::Book, reply)?)?;
    cx.emit(&Event::Book(Book { head: &head, bids: &message.sides.bids, asks: &message.sides.asks }));
    Ok(())
}

fn instruments(reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
    let info: ExchangeInfo<'_> = tapewire_json::from_str(reply.body)?;
    let ts_event = Some(TimeUnit::Millisecond.time("serverTime", info.server_time)?);
    for part in info.symbols {
        let read = tapewire_json::from_str::<Symbol<'_>>(part.text()).map_err(DecodeError::from);
        match read.and_then(|symbol| normalize::instrument(&symbol, ts_event, reply.ts_recv)) {
            Ok(instrument) => cx.emit(&Event::Instrument(&instrument)),
            Err(why) => cx.emit(&Event::Malformed(&malformed(part.text(), &why, reply.ts_recv))),
        }
    }
    Ok(())
}

fn bars(reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
    let symbol = reply.parameter("symbol").and_then(symbol::from_query);
    let interval = reply.parameter("interval").and_then(|text| text.parse::<Interval>().ok());
    let zone = reply.parameter("timeZone").map_or(Some(Offset(0)), time_zone);
    let (Some(symbol), Some(interval), Some(zone)) = (symbol, interval, zone) else {
        raw(reply, tapewire_json::from_str(reply.body)?, cx);
        return Ok(());
    };
    let offset = (zone != Offset(0)).then_some(zone);
    let around = around(&symbol, Channel::Bar { interval, offset }, reply)?;
    let rows: Vec<Raw<'_>> = tapewire_json::from_str(reply.body)?;
    for part in rows {
        let read = tapewire_json::from_str::<KlineRow>(part.text()).map_err(DecodeError::from);
        match read.and_then(|row| normalize::kline_row(&row, interval, around)) {
            Ok(bar) => cx.emit(&Event::Bar(&bar)),
            Err(why) => cx.emit(&Event::Malformed(&malformed(part.text(), &why, reply.ts_recv))),
        }
    }
    Ok(())
}

/// The parameter `timeZone` of bars: hours, or hours and minutes, such as `8`, `-1:00` and `05:45`.
fn time_zone(text: &str) -> Option<Offset> {
    let text = symbol::from_query(text)?;
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (hours, minutes) = size.split_once(':').unwrap_or((size, "0"));
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then(|| Offset(sign * (i16::from(hours) * 60 + i16::from(minutes))))
}

/// Hands on an answer as it is: one that has no normalized form, or does not say what it is about.
fn raw(reply: HttpReply<'_>, body: Raw<'_>, cx: &mut AccountContext<'_>) {
    let symbol = reply.parameter("symbol").and_then(symbol::from_query);
    let raw = RawEvent {
        venue: VENUE,
        instrument: symbol.and_then(|symbol| symbol::instrument(&symbol).ok()),
        channel: None,
        ts_event: None,
        ts_recv: reply.ts_recv,
        topic: excerpt(reply.route().as_bytes()).into(),
        data: body.text().into(),
    };
    cx.emit(&Event::Raw(&raw));
}

/// Times over REST are in milliseconds: no header of ours asks for another unit.
fn around(symbol: &str, channel: Channel, reply: HttpReply<'_>) -> Result<Around, DecodeError> {
    let instrument = symbol::instrument(symbol)?;
    Ok(Around { instrument, channel, ts_recv: reply.ts_recv, unit: TimeUnit::Millisecond })
}

fn malformed(part: &str, why: &DecodeError, ts_recv: Option<UnixNanos>) -> Malformed {
    Malformed {
        venue: VENUE,
        subscription: None,
        bytes: part.len(),
        reason: why.to_string().into(),
        excerpt: excerpt(part.as_bytes()).into(),
        ts_recv,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_time_zones() {
        let cases = [
            ("0", Some(0)),
            ("8", Some(480)),
            ("-1:00", Some(-60)),
            ("05:45", Some(345)),
            ("%2B08:00", Some(480)),
            ("15", None),
            ("x", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(time_zone(text).map(|offset| offset.0), expected, "{text}");
        }
    }

    #[test]
    fn a_deeper_book_costs_more() {
        let weights = [100, 101, 500, 1000, 5000].map(depth_weight);
        assert_eq!(weights, [5, 25, 25, 50, 250]);
    }
}
