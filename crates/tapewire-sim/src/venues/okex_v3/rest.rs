//! The public part of the REST API: time, instruments and books.
//!
//! Source: the venue's API guide v3, "Spot", "Futures" and "Swap", section "Market data", as clients of 2019 to 2021
//! call it: answers are bare, without an envelope.

use super::topic::short_day;
use super::type_of;
use crate::face::{Answer, Request};
use crate::market::Market;
use crate::venues::okx_common::book::View;
use crate::venues::okx_common::clock::{day, deliveries, iso};
use crate::venues::okx_common::instrument::{Instrument, Instruments, Kind, plain};

/// Answers a request.
pub(super) fn answer(request: &Request, market: Option<&Market>, instruments: &Instruments, now_us: i64) -> Answer {
    if request.method() != "GET" {
        return Answer::new(405, "");
    }
    let parts: Vec<&str> = request.path().split('/').skip(1).collect();
    match parts.as_slice() {
        ["api", "general", "v3", "time"] => {
            let (whole, micros) = (now_us.div_euclid(1_000_000), now_us.rem_euclid(1_000_000));
            Answer::ok(format!(r#"{{"iso":"{}","epoch":"{whole}.{:03}"}}"#, iso(now_us), micros / 1_000))
        }
        ["api", kind @ ("spot" | "swap" | "futures"), "v3", "instruments"] => {
            let listed = instruments.all().filter(|instrument| type_of(instrument) == *kind);
            let rows = listed.map(|instrument| described(instrument, now_us)).collect::<Vec<_>>().join(",");
            Answer::ok(format!("[{rows}]"))
        }
        ["api", kind, "v3", "instruments", id, "book" | "depth"] => {
            let found = instruments.find(id).filter(|instrument| type_of(instrument) == *kind);
            let (Some(instrument), Some(market)) = (found, market) else {
                return refuse(400, 30032, "The currency pair doesn't exist");
            };
            let size = request.parameter("size").and_then(|size| size.parse().ok()).unwrap_or(BOOK_LEVELS);
            Answer::ok(book(instrument, market, size.min(BOOK_LEVELS), now_us))
        }
        _ => refuse(404, 30000, "Url path error"),
    }
}

/// An error of the REST API.
pub(super) fn refuse(status: u16, code: u32, message: &str) -> Answer {
    Answer::new(
        status,
        format!(r#"{{"error_message":"{message}","code":{code},"error_code":"{code}","message":"{message}"}}"#),
    )
}

fn book(instrument: &Instrument, market: &Market, levels: usize, now_us: i64) -> String {
    let view = View::of(market.book(instrument.listing), levels);
    let side = |rows: &[crate::venues::okx_common::book::Row]| {
        let row = |row: &crate::venues::okx_common::book::Row| {
            let (price, size) = (instrument.price(row.price_ticks), instrument.size(row.size_lots));
            format!(r#"["{price}","{size}","{}"]"#, row.orders)
        };
        rows.iter().map(row).collect::<Vec<_>>().join(",")
    };
    format!(r#"{{"asks":[{}],"bids":[{}],"timestamp":"{}"}}"#, side(&view.asks), side(&view.bids), iso(now_us))
}

fn described(instrument: &Instrument, now_us: i64) -> String {
    let Instrument { id, base, quote, contract, inverse, .. } = instrument;
    let (tick, lot) = (plain(instrument.tick), plain(instrument.lot));
    if instrument.kind == Kind::Spot {
        return format!(
            concat!(
                r#"{{"base_currency":"{base}","category":"1","instrument_id":"{id}","min_size":"{lot}","#,
                r#""quote_currency":"{quote}","size_increment":"{lot}","tick_size":"{tick}"}}"#,
            ),
            base = base,
            id = id,
            lot = lot,
            quote = quote,
            tick = tick,
        );
    }
    let (settled, worth) = if *inverse { (base, quote) } else { (quote, base) };
    let of_kind = match delivery(instrument, now_us) {
        Some((alias, delivery)) => {
            format!(r#""alias":"{alias}","delivery":"{delivery}","listing":"","trade_increment":"{lot}""#)
        }
        None => format!(r#""delivery":"","listing":"2018-08-28T02:43:23.000Z","size_increment":"{lot}""#),
    };
    format!(
        concat!(
            r#"{{"base_currency":"{base}","category":"1","contract_val":"{contract}","contract_val_currency":"{worth}","#,
            r#"{of_kind},"instrument_id":"{id}","is_inverse":"{inverse}","quote_currency":"{quote}","#,
            r#""settlement_currency":"{settled}","tick_size":"{tick}","underlying":"{base}-{quote}"}}"#,
        ),
        base = base,
        contract = contract,
        worth = worth,
        of_kind = of_kind,
        id = id,
        inverse = inverse,
        quote = quote,
        settled = settled,
        tick = tick,
    )
}

/// The venue's word for when futures are delivered, and the day.
fn delivery(instrument: &Instrument, now_us: i64) -> Option<(&'static str, String)> {
    let dates = deliveries(now_us).into_iter().zip(["this_week", "next_week", "quarter"]);
    let ours = |(time_us, _): &(i64, &str)| instrument.id.ends_with(&format!("-{}", short_day(*time_us)));
    let (time_us, alias) = dates.into_iter().find(ours)?;
    let day = day(time_us);
    let (year, rest) = day.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some((alias, format!("{year}-{month}-{day}")))
}

const BOOK_LEVELS: usize = 200;
