//! The decoders of venues: no frame and no answer is lost silently, and what is made of it can be told.
//!
//! An input is taken as a text frame, as a binary frame, and as the body of every answer over REST that the adapter
//! knows. If it begins with a line such as `/api/v3/depth?symbol=A`, what follows is also taken as the answer to that.

mod said;

use tapewire_core::{
    AccountContext, Connector, Context, Frame, Grant, HttpReply, Protocol, Target, TopicTable, UnixNanos,
};

use crate::tree::Tree;
use said::Said;

/// When all inputs are received.
const NOW: UnixNanos = UnixNanos(1_700_000_000_000_000_000);

/// A venue's adapter, and what it is tried with. A new venue is one more of these, a line in
/// [`TARGETS`](crate::TARGETS), a program and a corpus.
pub(crate) struct Decoder {
    connector: fn() -> Box<dyn Connector>,
    /// Addresses of connections: the usual one, and others that are read in another way.
    urls: &'static [&'static str],
    /// What is subscribed on the first of them; on the others nothing is.
    subscriptions: &'static [&'static str],
    /// Requests whose answers the adapter reads.
    requests: &'static [&'static str],
    /// How many messages a good frame holds: something must be said of each.
    messages: fn(&Tree) -> usize,
}

/// Binance spot.
pub(crate) const BINANCE: Decoder = Decoder {
    connector: || Box::new(tapewire_binance::Spot::new()),
    urls: &[
        "wss://venue.example/stream?timeUnit=MICROSECOND",
        "wss://venue.example/ws/btcusdt@depth20/btcusdt@kline_1d@+08:00/!miniTicker@arr",
    ],
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
};

pub(crate) fn run(decoder: &Decoder, data: &[u8]) {
    let connector = (decoder.connector)();
    let text = std::str::from_utf8(data).ok();
    for (place, url) in decoder.urls.iter().enumerate() {
        let topics = topics(&*connector, if place == 0 { decoder.subscriptions } else { &[] });
        for frame in text.map(Frame::Text).into_iter().chain([Frame::Binary(data)]) {
            let mut protocol = protocol(&*connector, url);
            let first = decode(&mut *protocol, frame, &topics);
            check_frame(decoder, frame, &first, &topics, &*connector);
            // Memory that is used again shows if it was not emptied.
            let again = decode(&mut *protocol, frame, &topics);
            assert_eq!(again.lines, first.lines, "the same frame, decoded again on one connection");
        }
    }
    let Some(text) = text else { return };
    for path in decoder.requests {
        check_reply(&*connector, path, text);
    }
    if let Some((path, body)) = text.split_once('\n').filter(|(path, _)| path.starts_with('/')) {
        check_reply(&*connector, path, body);
    }
}

/// A table of subscriptions.
fn topics(connector: &dyn Connector, subscriptions: &[&str]) -> TopicTable {
    let mut topics = TopicTable::default();
    for text in subscriptions {
        let subscription = text.parse().expect("a subscription of the table");
        topics.add(connector.topic(&subscription).expect("one that the venue has"), subscription);
    }
    topics
}

/// The hot side of a connection to `url`.
fn protocol(connector: &dyn Connector, url: &str) -> Box<dyn Protocol> {
    let route = connector.routes().first().expect("a venue has a socket");
    connector.protocol(*route, &Grant::to(url.parse().expect("an address of the table")))
}

fn decode(protocol: &mut dyn Protocol, frame: Frame<'_>, topics: &TopicTable) -> Said {
    let mut said = Said::default();
    protocol.frame(frame, &mut Context::new(Some(NOW), &mut 0, topics, &mut said));
    said
}

fn check_frame(decoder: &Decoder, frame: Frame<'_>, said: &Said, topics: &TopicTable, connector: &dyn Connector) {
    said.check(connector, NOW);
    assert!(said.topics.iter().all(|topic| topics.get(*topic).is_some()), "a topic that is not in the table");
    let from_frame = |part: &Vec<u8>| part.is_empty() || frame.bytes().windows(part.len()).any(|window| window == part);
    assert!(said.malformed.iter().all(from_frame), "a part that is not of the frame");
    let tree = if let Frame::Text(text) = frame { Tree::theirs(text).ok() } else { None };
    if said.malformed.iter().any(|part| part == frame.bytes()) || tree.is_none() {
        // A frame that turns out bad is told as a whole; binary ones are for the venue to understand.
        let is_bad = matches!(frame, Frame::Text(_));
        assert!(!is_bad || said.events == 0, "events from a frame that is bad: {:?}", said.lines);
        assert!(!said.lines.is_empty(), "nothing was said of the frame");
    } else if let Some(tree) = tree {
        let messages = (decoder.messages)(&tree);
        assert!(said.lines.len() >= messages, "of {messages} messages: {:?}", said.lines);
    }
}

fn check_reply(connector: &dyn Connector, path: &str, body: &str) {
    for status in [200, 400, 418, 503] {
        let reply = HttpReply { path, status, body, ts_recv: Some(NOW) };
        let mut account = connector.account(&Target::default());
        let refusal = account.refusal(reply);
        said::printable(&refusal.reason);
        if status != 200 {
            continue;
        }
        let mut said = Said::default();
        let result = account.http(reply, &mut AccountContext::new(Some(NOW), &mut said));
        said.check(connector, NOW);
        match result {
            Ok(()) => assert_eq!(said.endings + said.requests, 1, "a job ends once, or goes on: {:?}", said.lines),
            Err(why) => {
                assert_eq!(said.endings, 0, "a job that failed has ended already");
                assert!(!why.to_string().is_empty());
            }
        }
    }
}
