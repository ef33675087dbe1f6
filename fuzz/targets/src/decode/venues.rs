//! The venues whose decoders are fuzzed. A new one is one more of these, a line in [`TARGETS`](crate::TARGETS), a program
//! and a corpus.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::{Decoder, Socket};
use crate::tree::Tree;

/// Binance spot.
pub(crate) const BINANCE: Decoder = Decoder {
    connector: || Box::new(tapewire_binance::Spot::new()),
    sockets: &[
        Socket {
            url: "wss://venue.example/stream?timeUnit=MICROSECOND",
            subscriptions: &[
                "binance:BTCUSDT@trade",
                "binance:BTCUSDT@trade:agg",
                "binance:BTCUSDT@trade:block",
                "binance:BTCUSDT@quote",
                "binance:BTCUSDT@book",
                "binance:BTCUSDT@book:5",
                "binance:BTCUSDT@bar:1m",
                "binance:BTCUSDT@ticker",
                "binance:BTCUSDT@ticker:1h",
                "binance:BTCUSDT@raw:avgPrice",
                "binance:*@ticker:mini",
                "binance:*@ticker:4h",
            ],
        },
        Socket {
            url: "wss://venue.example/ws/btcusdt@depth20/btcusdt@kline_1d@+08:00/!miniTicker@arr",
            subscriptions: &[],
        },
    ],
    requests: &[
        "/api/v3/exchangeInfo",
        "/api/v3/depth?symbol=BTCUSDT&limit=1000",
        "/api/v3/klines?symbol=BTCUSDT&interval=1h&timeZone=8",
        "/api/v3/time",
    ],
    // A list, or an envelope with one in it; an empty list in a list is none.
    messages: |frame| {
        let enveloped = frame.member("stream").and_then(|_| frame.member("data")).unwrap_or(frame);
        let Tree::List(messages) = enveloped else { return 1 };
        messages.iter().filter(|message| **message != Tree::List(Vec::new())).count()
    },
    pack: None,
    prose: false,
    remembers: false,
};

/// OKX, the dialect of today.
pub(crate) const OKX: Decoder = Decoder {
    connector: || Box::new(tapewire_okx::Okx::new()),
    sockets: &[
        Socket {
            url: "wss://venue.example/ws/v5/public",
            subscriptions: &[
                "okx:BTC-USDT@trade",
                "okx:BTC-USDT@quote",
                "okx:BTC-USDT@book",
                "okx:BTC-USDT@book:5",
                "okx:BTC-USDT@ticker",
                "okx:BTC-USDT-SWAP@mark",
                "okx:BTC-USDT-SWAP@funding",
                "okx:BTC-USDT-SWAP@open_interest",
            ],
        },
        Socket { url: "wss://venue.example/ws/v5/business", subscriptions: &["okx:BTC-USDT@bar:1m"] },
        Socket { url: "wss://venue.example/ws/v5/private", subscriptions: &[] },
    ],
    requests: &["/api/v5/public/instruments?instType=SPOT", "/api/v5/market/time"],
    messages: |frame| listed(frame, "arg"),
    pack: None,
    prose: false,
    remembers: false,
};

/// OKEx of 2019 to 2021.
pub(crate) const OKEX_V3: Decoder = Decoder {
    connector: || Box::new(tapewire_okx::OkexV3::new()),
    sockets: &[
        Socket {
            url: "wss://venue.example/ws/v3",
            subscriptions: &[
                "okex-v3:BTC-USDT@trade",
                "okex-v3:BTC-USDT@book",
                "okex-v3:BTC-USD-SWAP@ticker",
                "okex-v3:BTC-USD-SWAP@mark",
                "okex-v3:BTC-USDT@bar:1m",
                "okex-v3:USDT@balance",
                "okex-v3:BTC-USDT@order",
            ],
        },
        Socket { url: "wss://venue.example/ws/v3", subscriptions: &[] },
    ],
    requests: &["/api/spot/v3/instruments"],
    messages: |frame| listed(frame, "table"),
    pack: Some(deflated),
    prose: false,
    remembers: false,
};

/// OKEx before 2019. Its books say only by their order which of their messages is a snapshot.
pub(crate) const OKEX_V1: Decoder = Decoder {
    connector: || Box::new(tapewire_okx::OkexV1::new()),
    sockets: &[
        Socket {
            url: "wss://venue.example/ws/v1",
            subscriptions: &[
                "okex-v1:bch_btc@trade",
                "okex-v1:bch_btc@book",
                "okex-v1:bch_btc@ticker",
                "okex-v1:bch_btc@bar:1m",
                "okex-v1:bch_btc@order",
            ],
        },
        Socket {
            url: "wss://venue.example/ws/v1",
            subscriptions: &["okex-v1:btc_this_week@ticker", "okex-v1:btc_quarter@trade", "okex-v1:*@position"],
        },
    ],
    requests: &["/api/v1/ticker.do"],
    messages: |frame| if let Tree::List(messages) = frame { messages.len().max(1) } else { 1 },
    pack: Some(deflated),
    prose: false,
    remembers: true,
};

/// Infoway, which reads all its businesses alike.
pub(crate) const INFOWAY: Decoder = Decoder {
    connector: || Box::new(tapewire_infoway::Infoway::new(tapewire_infoway::Business::Crypto)),
    sockets: &[
        Socket {
            url: "wss://venue.example/ws?business=crypto&apikey=key",
            subscriptions: &[
                "infoway-crypto:BTCUSDT@trade",
                "infoway-crypto:BTCUSDT@quote",
                "infoway-crypto:BTCUSDT@book:5",
                "infoway-crypto:BTCUSDT@bar:1m",
                "infoway-crypto:BTCUSDT@raw:kline:11",
            ],
        },
        Socket { url: "wss://venue.example/ws?business=crypto&apikey=key", subscriptions: &[] },
    ],
    requests: &["/common/basic/symbols?type=CRYPTO"],
    messages: |_| 1,
    pack: None,
    prose: true,
    remembers: false,
};

/// SSI. What came before says whether something is missing, or came already.
pub(crate) const SSI: Decoder = Decoder {
    connector: || Box::new(tapewire_ssi::Ssi::new()),
    sockets: &[
        Socket {
            url: "wss://venue.example/ws/v3",
            subscriptions: &["ssi:VNM@trade", "ssi:VNM@book", "ssi:VNM@bar:1m", "ssi:VNM@limits", "ssi:VN30@index"],
        },
        Socket { url: "wss://venue.example/ws/v3", subscriptions: &["ssi:*@order", "ssi:*@fill", "ssi:*@position"] },
    ],
    // Answers to a login are read by one that was asked for alone.
    requests: &["/api/v3/data/securitiesByBoard?board=HOSE", "/api/v3/account/info"],
    messages: |_| 1,
    pack: None,
    prose: false,
    remembers: true,
};

/// How many messages the list `data` of an envelope holds; a frame that holds none is still told.
fn listed(frame: &Tree, envelope: &str) -> usize {
    match frame.member(envelope).and_then(|_| frame.member("data")) {
        Some(Tree::List(messages)) if frame.member("event").is_none() => messages.len().max(1),
        _ => 1,
    }
}

/// A text as one stream of raw DEFLATE.
fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("in memory");
    encoder.finish().expect("in memory")
}
