//! Other people's crates on the same frames, in one process, in turns.
//!
//! Each reads what its users feed it: barter-data the bare payload of a `/ws` connection, which is about 30 bytes
//! shorter, and stamps the time; crypto-msg-parser the frame of a combined stream, as we do. Times are in milliseconds,
//! the venue's default, since the others expect that.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};

use barter_data::event::MarketIter;
use barter_data::exchange::binance::book::l1::BinanceOrderBookL1;
use barter_data::exchange::binance::spot::BinanceSpot;
use barter_data::exchange::binance::spot::l2::BinanceSpotOrderBookL2Update;
use barter_data::exchange::binance::trade::BinanceTrade;
use barter_data::subscription::Map;
use barter_data::subscription::book::{OrderBookEvent, OrderBooksL1};
use barter_data::subscription::trade::PublicTrades;
use barter_data::transformer::ExchangeTransformer;
use barter_data::transformer::stateless::StatelessTransformer;
use barter_instrument::exchange::ExchangeId;
use barter_integration::Transformer;
use barter_integration::subscription::SubscriptionId;
use crypto_market_type::MarketType::Spot;
use serde::Deserialize;
use serde_json::value::RawValue;
use tapewire_benches::adapter::Adapter;
use tapewire_benches::clock::thread_ns_of;
use tapewire_benches::frames::Corpus;
use tapewire_benches::kind::Kind;
use tapewire_benches::market::{Market, Unit};
use tapewire_benches::rounds::{Contender, Thousandths, compare};
use tapewire_benches::venue::Venue;

/// How many frames each reads in a turn.
const FRAMES: usize = 512;
/// How often they take turns.
const ROUNDS: usize = 31;
/// How many times our time a peer must need, in thousandths.
const BARTER_TIMES: u64 = 3000;
const PARSER_TIMES: u64 = 5000;

/// crypto-msg-parser insists on the numbers of the two orders, which the venue no longer sends with trades.
const ORDERS: &str = r#","b":34567890123,"a":34567890124,"T":"#;

type Turn<'a> = Box<dyn FnMut() -> u64 + 'a>;

#[derive(Deserialize)]
struct Combined<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for kind in [Kind::Trade, Kind::AggTrade, Kind::BookTicker, Kind::DepthSmall, Kind::DepthDeep, Kind::Kline] {
        let mut corpus = Corpus::of(kind, FRAMES, Unit::Milliseconds);
        if kind == Kind::Trade {
            corpus.frames.iter_mut().for_each(|frame| *frame = frame.replace(r#","T":"#, ORDERS));
        }
        let payloads = payloads(&corpus.frames)?;
        let mut adapter = Adapter::new(Venue::Binance, Unit::Milliseconds)?;
        let ours: Turn<'_> = Box::new(|| thread_ns_of(|| corpus.frames.iter().for_each(|frame| adapter.frame(frame))));
        let mut contenders = vec![Contender::new("tapewire", FRAMES, ours)];
        let mut bars = Vec::new();
        if let Some(barter) = barter(kind, &payloads)? {
            contenders.push(Contender::new("barter-data 0.13", FRAMES, barter));
            bars.push(("barter-data", BARTER_TIMES));
        }
        contenders.push(Contender::new("crypto-msg-parser 2.9", FRAMES, parser(kind, &corpus.frames)));
        bars.push(("crypto-msg-parser", PARSER_TIMES));
        let outcome = compare(format!("{kind}, a frame of {} bytes", corpus.mean_length()), ROUNDS, contenders);
        write!(out, "{outcome}")?;
        for (place, (peer, bar)) in bars.into_iter().enumerate() {
            let ratio = outcome.ratio(place + 1, 0);
            let said = if ratio >= bar { "met" } else { "missed" };
            writeln!(out, "  => {kind}: {peer} / ours {} (bar {}: {said})", Thousandths(ratio), Thousandths(bar))?;
        }
        if adapter.seen().others > 0 {
            return Err(format!("{} frames of {kind} were not decoded", adapter.seen().others).into());
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What the frames hold.
fn payloads(frames: &[String]) -> serde_json::Result<Vec<String>> {
    let payload = |frame: &String| Ok(serde_json::from_str::<Combined<'_>>(frame)?.data.get().to_owned());
    frames.iter().map(payload).collect()
}

/// The instruments of a subscription of barter-data, by number.
fn instruments(channel: &str) -> Map<u32> {
    let symbols = Market::new(0, Unit::Milliseconds).symbols;
    let id = |name: &str| SubscriptionId(format!("{channel}|{name}").into());
    symbols.iter().zip(0..).map(|(symbol, number)| (id(symbol.name), number)).collect()
}

/// barter-data, for the kinds it knows.
fn barter<'a>(kind: Kind, payloads: &'a [String]) -> Result<Option<Turn<'a>>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (sender, _) = tokio::sync::mpsc::unbounded_channel();
    Ok(Some(match kind {
        Kind::Trade => {
            type Trades = StatelessTransformer<BinanceSpot, u32, PublicTrades, BinanceTrade>;
            let init = Trades::init(instruments("@trade"), &[], sender);
            let mut transformer: Trades = runtime.block_on(init)?;
            Box::new(move || {
                thread_ns_of(|| {
                    for payload in payloads {
                        let message = serde_json::from_str::<BinanceTrade>(payload).expect("a trade");
                        transformer.transform(message).into_iter().for_each(|event| _ = black_box(event.expect("known")));
                    }
                })
            })
        }
        Kind::BookTicker => {
            type Quotes = StatelessTransformer<BinanceSpot, u32, OrderBooksL1, BinanceOrderBookL1>;
            let init = Quotes::init(instruments("@bookTicker"), &[], sender);
            let mut transformer: Quotes = runtime.block_on(init)?;
            Box::new(move || {
                thread_ns_of(|| {
                    for payload in payloads {
                        let message = serde_json::from_str::<BinanceOrderBookL1>(payload).expect("a quote");
                        transformer.transform(message).into_iter().for_each(|event| _ = black_box(event.expect("known")));
                    }
                })
            })
        }
        Kind::DepthSmall | Kind::DepthDeep => {
            // Its transformer asks the venue for a snapshot first; this is what it does with each change after that,
            // without its look at the numbers.
            let known = instruments("@depth@100ms");
            Box::new(move || {
                thread_ns_of(|| {
                    for payload in payloads {
                        let message = serde_json::from_str::<BinanceSpotOrderBookL2Update>(payload).expect("a change");
                        let number = *known.find(&message.subscription_id).expect("known");
                        let events = MarketIter::<u32, OrderBookEvent>::from((ExchangeId::BinanceSpot, number, message));
                        events.0.into_iter().for_each(|event| _ = black_box(event.expect("good")));
                    }
                })
            })
        }
        _ => return Ok(None),
    }))
}

/// crypto-msg-parser.
fn parser<'a>(kind: Kind, frames: &'a [String]) -> Turn<'a> {
    let read = move |frame: &str| match kind {
        Kind::Trade | Kind::AggTrade => crypto_msg_parser::parse_trade("binance", Spot, frame).map(|it| it.len()),
        Kind::BookTicker => crypto_msg_parser::parse_bbo("binance", Spot, frame, Some(0)).map(|it| it.len()),
        Kind::Kline => crypto_msg_parser::parse_candlestick("binance", Spot, frame, None).map(|it| it.len()),
        _ => crypto_msg_parser::parse_l2("binance", Spot, frame, None).map(|it| it.len()),
    };
    Box::new(move || {
        thread_ns_of(|| frames.iter().for_each(|frame| _ = black_box(read(frame).expect("a frame it knows"))))
    })
}
