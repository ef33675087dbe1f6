//! How messages of the venues are written: the samples of `decoding.md`, compiled and run.

use serde::Deserialize;
use tapewire_json::{Cursor, Decimal, Level, Result, tagged};

/// Binance `<symbol>@trade`.
#[derive(Debug, Deserialize, PartialEq)]
struct Trade<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "t")]
    id: u64,
    #[serde(rename = "p")]
    price: Decimal,
    #[serde(rename = "q")]
    quantity: Decimal,
    #[serde(rename = "T")]
    time_ms: i64,
    #[serde(rename = "m")]
    buyer_is_maker: bool,
}

/// Binance `<symbol>@depth`; the futures add `pu`.
#[derive(Debug, Deserialize, PartialEq)]
struct DepthUpdate<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "U")]
    first: u64,
    #[serde(rename = "u")]
    last: u64,
    #[serde(rename = "pu")]
    previous: Option<u64>,
    #[serde(rename = "b")]
    bids: Vec<Level>,
    #[serde(rename = "a")]
    asks: Vec<Level>,
}

#[derive(Debug, PartialEq)]
enum Binance<'a> {
    Trade(Trade<'a>),
    Depth(DepthUpdate<'a>),
    Unknown(&'a str),
}

/// Reads a frame of a combined stream; `None` for a reply, which has no `stream`.
fn binance(text: &str) -> Result<Option<Binance<'_>>> {
    tagged(text, "stream", "data", |stream: &str, data| {
        let (_, channel) = stream.split_once('@').unwrap_or_default();
        match channel.split_once('@').map_or(channel, |(name, _speed)| name) {
            "trade" => data.read().map(Binance::Trade),
            "depth" => data.read().map(Binance::Depth),
            _ => data.skip().map(|()| Binance::Unknown(stream)),
        }
    })
}

#[test]
fn binance_frames() -> Result<()> {
    let body =
        r#"{"e":"trade","s":"NKNUSDT","t":19862790,"p":"0.35280000","q":"58.0","T":1633998523963,"m":false,"M":true}"#;
    let in_order = format!(r#"{{"stream":"nknusdt@trade","data":{body}}}"#);
    let swapped = format!(r#"{{"data":{body},"stream":"nknusdt@trade"}}"#);
    let Some(Binance::Trade(trade)) = binance(&in_order)? else { panic!("a trade") };
    assert_eq!(
        (trade.symbol, trade.id, trade.price.mantissa, trade.price.scale),
        ("NKNUSDT", 19_862_790, 35_280_000, 8)
    );
    assert_eq!(binance(&swapped)?, Some(Binance::Trade(trade)));

    let depth = r#"{"stream":"x@depth@100ms","data":{"s":"X","U":1,"u":2,"b":[["0.1","2"]],"a":[]}}"#;
    let Some(Binance::Depth(depth)) = binance(depth)? else { panic!("a depth update") };
    assert_eq!((depth.bids.len(), depth.asks.len(), depth.previous), (1, 0, None));

    assert_eq!(binance(r#"{"result":null,"id":1}"#)?, None);
    assert_eq!(binance(r#"{"stream":"x@new","data":[]}"#)?, Some(Binance::Unknown("x@new")));
    Ok(())
}

/// OKX `arg`: what a push is about.
#[derive(Clone, Copy, Deserialize)]
struct Arg<'a> {
    channel: &'a str,
    #[serde(rename = "instId")]
    instrument: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Action {
    Snapshot,
    Update,
}

#[derive(Deserialize)]
struct OkxBook {
    asks: Vec<Level>,
    bids: Vec<Level>,
    ts: i64,
    #[serde(rename = "seqId")]
    sequence: Option<i64>,
}

#[derive(Deserialize)]
struct OkxTrade {
    px: Decimal,
    side: Side,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Side {
    Buy,
    Sell,
}

/// Reads an OKX push; calls `out` for each entry. Returns whether the frame was a push.
///
/// A book says in `action` what it is, so the body has to wait for that as well: where more than
/// one member is needed, the envelope is an object read by hand.
fn okx(text: &str, out: &mut dyn FnMut(String)) -> Result<bool> {
    let (mut arg, mut action, mut late, mut pushed) = (None::<Arg<'_>>, None, None, false);
    let mut frame = Cursor::new(text);
    frame.object(|key, value| {
        match key {
            b"arg" => arg = Some(value.read()?),
            b"action" => action = Some(value.read()?),
            b"data" => match arg {
                Some(arg) if arg.channel != "books" || action.is_some() => {
                    pushed = true;
                    okx_data(arg, action, value, out)?;
                }
                _ => late = Some(value.raw()?),
            },
            _ => value.skip()?,
        }
        Ok(())
    })?;
    frame.end()?;
    if let (Some(arg), Some(data)) = (arg, late) {
        pushed = true;
        okx_data(arg, action, &mut Cursor::new(data), out)?;
    }
    Ok(pushed)
}

fn okx_data(arg: Arg<'_>, action: Option<Action>, data: &mut Cursor<'_>, out: &mut dyn FnMut(String)) -> Result<()> {
    let instrument = arg.instrument.unwrap_or_default();
    data.array(|entry| {
        match arg.channel {
            "books" => {
                let book: OkxBook = entry.read()?;
                out(format!(
                    "{instrument} {action:?} {}+{} {} {:?}",
                    book.bids.len(),
                    book.asks.len(),
                    book.ts,
                    book.sequence
                ));
            }
            "trades" => {
                let trade: OkxTrade = entry.read()?;
                out(format!("{instrument} {:?} {}", trade.side, trade.px.mantissa));
            }
            _ => entry.skip()?,
        }
        Ok(())
    })
}

#[test]
fn okx_frames() -> Result<()> {
    let read = |text: &str| {
        let mut seen = Vec::new();
        okx(text, &mut |line| seen.push(line)).map(|pushed| (pushed, seen))
    };
    let data = r#""data":[{"asks":[["1.5","2","0","1"]],"bids":[],"ts":"7","checksum":-1,"seqId":9}]"#;
    let arg = r#""arg":{"channel":"books","instId":"BTC-USDT"}"#;
    let expected = (true, vec!["BTC-USDT Some(Snapshot) 0+1 7 Some(9)".to_owned()]);
    for text in [
        format!(r#"{{{arg},"action":"snapshot",{data}}}"#),
        format!(r#"{{{data},"action":"snapshot",{arg}}}"#),
        format!(r#"{{{arg},{data},"action":"snapshot"}}"#),
    ] {
        assert_eq!(read(&text)?, expected, "{text}");
    }
    let trades =
        r#"{"arg":{"channel":"trades","instId":"X"},"data":[{"px":"5.1","side":"sell"},{"px":"5.2","side":"buy"}]}"#;
    assert_eq!(read(trades)?, (true, vec!["X Sell 51".to_owned(), "X Buy 52".to_owned()]));
    assert_eq!(read(r#"{"event":"subscribe","arg":{"channel":"books","instId":"X"},"connId":"a"}"#)?, (false, vec![]));
    Ok(())
}

/// Infoway 10002.
#[derive(Debug, Deserialize, PartialEq)]
struct InfowayTrade<'a> {
    s: &'a str,
    p: Decimal,
    v: Decimal,
    #[serde(rename = "vw")]
    turnover: Decimal,
    #[serde(rename = "t")]
    time_ms: i64,
    td: u8,
    /// A string or a number, depending on the feed.
    ty: Option<u32>,
}

/// Infoway 10005: each side is two columns, prices and quantities.
#[derive(Debug, Deserialize, PartialEq)]
struct InfowayDepth<'a> {
    s: &'a str,
    a: Option<(Vec<Decimal>, Vec<Decimal>)>,
    b: Option<(Vec<Decimal>, Vec<Decimal>)>,
}

#[derive(Debug, PartialEq)]
enum Infoway<'a> {
    Trade(InfowayTrade<'a>),
    Depth(InfowayDepth<'a>),
    Other(u32),
}

fn infoway(text: &str) -> Result<Option<Infoway<'_>>> {
    tagged(text, "code", "data", |code: u32, data| match code {
        10002 => data.read().map(Infoway::Trade),
        10005 => data.read().map(Infoway::Depth),
        _ => data.skip().map(|()| Infoway::Other(code)),
    })
}

#[test]
fn infoway_frames() -> Result<()> {
    let trade =
        r#"{"code":10002,"data":{"p":"63039","s":"BTCUSDT","t":1786775227483,"td":1,"v":"0.07933","vw":"5000.88387"}}"#;
    let Some(Infoway::Trade(trade)) = infoway(trade)? else { panic!("a trade") };
    assert_eq!((trade.s, trade.td, trade.ty), ("BTCUSDT", 1, None));
    let depth = r#"{"data":{"a":[["63039.00","63039.01"],["45.06","0.0015"]],"b":null,"s":"X","t":1},"code":10005}"#;
    let Some(Infoway::Depth(depth)) = infoway(depth)? else { panic!("a book") };
    assert_eq!(depth.a.map(|(prices, quantities)| (prices.len(), quantities.len())), Some((2, 2)));
    assert_eq!(depth.b, None);
    assert_eq!(infoway(r#"{"code":10001,"trace":"x","msg":"ok"}"#)?, None);
    Ok(())
}
