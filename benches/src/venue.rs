//! [`Venue`]: the venues whose adapters are measured, and what a session with each has open before the first frame.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use tapewire_binance::Spot;
use tapewire_core::{Connector, Grant, ParseError, Subscription};
use tapewire_infoway::{Business, Infoway, Plan};
use tapewire_okx::Okx;
use tapewire_ssi::Ssi;

use crate::market::Unit;

/// A venue of which a kind of messages is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Venue {
    Binance,
    Okx,
    Infoway,
    Ssi,
}

/// What is asked for: an instrument's name, and the channels that it is subscribed on.
struct Wanted {
    symbols: [&'static str; 6],
    channels: &'static [&'static str],
    /// So that there are about 50.
    more: &'static [&'static str],
}

/// A request of OKX.
#[derive(Deserialize)]
struct Arguments<'a> {
    id: &'a str,
    #[serde(borrow)]
    args: Vec<&'a RawValue>,
}

/// A request of Infoway.
#[derive(Deserialize)]
struct Traced<'a> {
    code: u64,
    trace: &'a str,
}

/// A request of SSI.
#[derive(Deserialize)]
struct Named<'a> {
    method: &'a str,
    #[serde(borrow)]
    topics: Option<Vec<&'a str>>,
}

impl Venue {
    /// The adapter.
    #[must_use]
    pub fn connector(self) -> Arc<dyn Connector> {
        match self {
            Self::Binance => Arc::new(Spot::new()),
            Self::Okx => Arc::new(Okx::new()),
            Self::Infoway => Arc::new(Infoway::new(Business::Crypto).plan(Plan::PRO)),
            Self::Ssi => Arc::new(Ssi::new()),
        }
    }

    /// The folder of its recordings.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Binance => "binance",
            Self::Okx => "okx",
            Self::Infoway => "infoway",
            Self::Ssi => "ssi",
        }
    }

    /// How a connection is opened. Only Binance can be asked for times in another unit.
    ///
    /// # Errors
    /// [`ParseError`] never: the addresses are constants.
    pub fn grant(self, unit: Unit) -> Result<Grant, ParseError> {
        let url = match (self, unit) {
            (Self::Binance, Unit::Microseconds) => "wss://stream.binance.com:9443/stream?timeUnit=MICROSECOND",
            (Self::Binance, Unit::Milliseconds) => "wss://stream.binance.com:9443/stream",
            (Self::Okx, _) => "wss://ws.okx.com:8443/ws/v5/public",
            (Self::Infoway, _) => "wss://data.infoway.io/ws",
            (Self::Ssi, _) => "wss://fc-data.ssi.com.vn/",
        };
        Ok(Grant::to(url.parse()?))
    }

    /// What a lane of a mid-sized program has subscribed: some channels of six symbols, about 50 topics on one socket.
    ///
    /// # Errors
    /// [`ParseError`] if the channels of the adapter are no longer called that.
    pub fn subscriptions(self) -> Result<Vec<Subscription>, ParseError> {
        let (id, Wanted { symbols, channels, more }) = (self.connector().venue(), self.wanted());
        let each = symbols.iter().flat_map(|symbol| channels.iter().map(move |channel| format!("{symbol}@{channel}")));
        each.chain(more.iter().map(|text| (*text).to_owned())).map(|text| format!("{id}:{text}").parse()).collect()
    }

    const fn wanted(self) -> Wanted {
        match self {
            Self::Binance => Wanted {
                symbols: ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "NKNUSDT"],
                channels: &["trade", "trade:agg", "quote", "book", "book:20", "bar:1m", "ticker", "ticker:mini"],
                more: &["BTCUSDT@bar:5m", "ETHUSDT@bar:1h"],
            },
            Self::Okx => Wanted {
                symbols: ["BTC-USDT", "ETH-USDT", "BNB-USDT", "SOL-USDT", "XRP-USDT", "NKN-USDT"],
                channels: &["trade:agg", "quote", "book", "book:5", "ticker", "index", "limits", "mark"],
                more: &["*@status", "basket/SWAP@liquidation"],
            },
            Self::Infoway => Wanted {
                symbols: ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "NKNUSDT"],
                channels: &["trade", "book:5", "bar:1m", "bar:5m", "bar:15m", "bar:30m", "bar:1h", "bar:4h"],
                more: &["BTCUSDT@bar:1d", "ETHUSDT@bar:1d"],
            },
            Self::Ssi => Wanted {
                symbols: ["SSI", "VNM", "HPG", "FPT", "VCB", "MWG"],
                channels: &[
                    "trade",
                    "book",
                    "foreign_room",
                    "trade:block",
                    "book:odd_lot",
                    "limits",
                    "bar:1m",
                    "bar:5m",
                ],
                more: &["*@status", "VN30@index"],
            },
        }
    }

    /// What the venue answers to a request; `number` of them were sent, this one included.
    #[must_use]
    pub fn answers(self, request: &str, number: u64) -> Vec<String> {
        let answers = match self {
            Self::Binance => Ok(vec![format!(r#"{{"result":null,"id":{number}}}"#)]),
            Self::Okx => serde_json::from_str(request).map(|it: Arguments<'_>| it.answers()),
            Self::Infoway => serde_json::from_str(request).map(|it: Traced<'_>| it.answers()),
            Self::Ssi => serde_json::from_str(request).map(|it: Named<'_>| it.answers()),
        };
        answers.unwrap_or_default()
    }
}

impl Arguments<'_> {
    fn answers(&self) -> Vec<String> {
        let answer = |arg| format!(r#"{{"id":"{}","event":"subscribe","arg":{arg},"connId":"a4d3ae55"}}"#, self.id);
        self.args.iter().map(answer).collect()
    }
}

impl Traced<'_> {
    fn answers(&self) -> Vec<String> {
        vec![format!(r#"{{"code":{},"trace":"{}","msg":"ok"}}"#, self.code + 1, self.trace)]
    }
}

impl Named<'_> {
    fn answers(&self) -> Vec<String> {
        let topics = self.topics.as_deref().unwrap_or_default().join(";");
        vec![match self.method {
            "subscribe" => {
                format!(r#"{{"method":"subscribe","channel":"DATA","status":"ok","message":"Subscribed: {topics}"}}"#)
            }
            "list_subscription" => r#"{"trading":"","data":""}"#.to_owned(),
            _ => r#"{"method":"PING_PONG","channel":"HEARTBEAT","status":"ok","message":"pong"}"#.to_owned(),
        }]
    }
}
