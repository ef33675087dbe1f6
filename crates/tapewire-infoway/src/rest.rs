//! Answers over REST: lists of symbols, which are asked for, and others, which only recordings hold.

use tapewire_core::event::{Book, Event, Instrument, Malformed, Product, Raw as RawEvent, TradingState};
use tapewire_core::{AccountContext, Channel, DecodeError, HttpReply, InstrumentId};
use tapewire_json::{Cursor, Raw, Text};

use crate::Business;
use crate::normalize::{self, Around};
use crate::wire::depth::{Depth, Sides};
use crate::wire::symbol::Symbol;
use crate::wire::trade::Trade;

/// Where the vendor lists its symbols, by type: Infoway documentation, "Symbol list", read 2026-08.
pub(crate) const LISTS: &str = "/common/basic/symbols";

/// What an answer is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Symbols,
    Trades,
    Books,
    /// Anything else. Bars do not say their interval, which stands in the request's body.
    Other,
}

/// Tells what an answer holds. Each element stands for itself: a bad one costs no other.
pub(crate) fn tell(
    business: Business,
    data: Raw<'_>,
    reply: HttpReply<'_>,
    cx: &mut AccountContext<'_>,
) -> Result<(), DecodeError> {
    let of = match (reply.route(), reply.route().split('/').nth(2)) {
        (LISTS, _) => Of::Symbols,
        (_, Some("batch_trade")) => Of::Trades,
        (_, Some("batch_depth")) => Of::Books,
        _ => Of::Other,
    };
    if of == Of::Other || data.cursor().token() != b'[' {
        other(business, data, reply, cx);
        return Ok(());
    }
    let parts: Vec<Raw<'_>> = tapewire_json::from_str(data.text())?;
    for part in parts {
        let told = match of {
            Of::Symbols => instrument(business, part, reply, cx),
            Of::Trades => trade(business, part, reply, cx),
            Of::Books | Of::Other => book(business, part, reply, cx),
        };
        if let Err(why) = told {
            malformed(business, part, &why, reply, cx);
        }
    }
    Ok(())
}

/// The list to ask for after an answer.
pub(crate) fn next_list(business: Business, reply: HttpReply<'_>) -> Option<&'static str> {
    let list = reply.parameter("type").filter(|_| reply.route() == LISTS)?;
    business.lists().iter().skip_while(|known| **known != list).nth(1).copied()
}

/// A symbol. The vendor tells no more of it than its names.
fn instrument(
    business: Business,
    part: Raw<'_>,
    reply: HttpReply<'_>,
    cx: &mut AccountContext<'_>,
) -> Result<(), DecodeError> {
    let it: Symbol<'_> = tapewire_json::from_str(part.text())?;
    let product = match reply.parameter("type") {
        _ if it.index == Some(true) => Product::Index,
        Some("CRYPTO") => Product::Spot,
        Some("FOREX") => Product::Forex,
        Some("INDICES") => Product::Index,
        Some(list) if list.starts_with("STOCK_") => Product::Stock,
        _ => Product::Other,
    };
    cx.emit(&Event::Instrument(&Instrument {
        instrument: InstrumentId::new(business.venue(), &it.symbol)?,
        channel: Channel::Instrument,
        ts_event: None,
        ts_recv: reply.ts_recv,
        unified: None,
        base: None,
        quote: None,
        settle: None,
        product,
        tick_size: None,
        lot_size: None,
        quantity_min: None,
        notional_min: None,
        contract_value: None,
        state: TradingState::Unknown,
        raw_state: None,
    }));
    Ok(())
}

fn trade(
    business: Business,
    part: Raw<'_>,
    reply: HttpReply<'_>,
    cx: &mut AccountContext<'_>,
) -> Result<(), DecodeError> {
    let it: Trade<'_> = tapewire_json::from_str(part.text())?;
    let trade = normalize::trade(&it, around(business, &it.symbol, reply)?)?;
    cx.emit(&Event::Trade(&trade));
    Ok(())
}

fn book(
    business: Business,
    part: Raw<'_>,
    reply: HttpReply<'_>,
    cx: &mut AccountContext<'_>,
) -> Result<(), DecodeError> {
    let (mut sides, mut cursor) = (Sides::default(), Cursor::new(part.text()));
    let it = Depth::read(&mut cursor, &mut sides)?;
    cursor.end()?;
    let head = normalize::book(&it, &sides, around(business, &it.symbol, reply)?)?;
    cx.emit(&Event::Book(Book { head: &head, bids: &sides.bids, asks: &sides.asks }));
    cx.emit(&Event::Quote(&normalize::quote(&head, &sides)));
    Ok(())
}

fn around(business: Business, symbol: &Text<'_>, reply: HttpReply<'_>) -> Result<Around, DecodeError> {
    Ok(Around { instrument: InstrumentId::new(business.venue(), symbol)?, business, ts_recv: reply.ts_recv })
}

/// Hands on an answer as it is.
fn other(business: Business, data: Raw<'_>, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) {
    cx.emit(&Event::Raw(&RawEvent {
        venue: business.venue(),
        instrument: None,
        channel: None,
        ts_event: None,
        ts_recv: reply.ts_recv,
        topic: tapewire_core::excerpt(reply.route().as_bytes()).into(),
        data: data.text().into(),
    }));
}

fn malformed(business: Business, part: Raw<'_>, why: &DecodeError, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) {
    cx.emit(&Event::Malformed(&Malformed {
        venue: business.venue(),
        subscription: None,
        bytes: part.text().len(),
        reason: tapewire_core::excerpt(why.to_string().as_bytes()).into(),
        excerpt: tapewire_core::excerpt(part.text().as_bytes()).into(),
        ts_recv: reply.ts_recv,
    }));
}
