//! The decoders of venues: no frame and no answer is lost silently, and what is made of it can be told.
//!
//! An input is taken as a text frame, as a binary frame, as the text in a compressed one where the venue has those, and
//! as the body of every answer over REST that the adapter knows. If it begins with a line such as
//! `/api/v3/depth?symbol=A`, what follows is also taken as the answer to that.

mod said;
mod venues;

use tapewire_core::{
    AccountContext, Connector, Context, Frame, Grant, HttpReply, Protocol, Target, TopicTable, UnixNanos,
};

use crate::tree::Tree;
use said::Said;
pub(crate) use venues::{BINANCE, INFOWAY, OKEX_V1, OKEX_V3, OKX, SSI};

/// When all inputs are received.
const NOW: UnixNanos = UnixNanos(1_700_000_000_000_000_000);

/// A venue's adapter, and what it is tried with.
pub(crate) struct Decoder {
    connector: fn() -> Box<dyn Connector>,
    sockets: &'static [Socket],
    /// Requests whose answers the adapter reads.
    requests: &'static [&'static str],
    /// How many messages a good frame holds: something must be said of each.
    messages: fn(&Tree) -> usize,
    /// How the venue compresses texts into binary frames, if it does.
    pack: Option<fn(&str) -> Vec<u8>>,
    /// Whether a text that is no JSON may be a message.
    prose: bool,
    /// Whether what is said of a frame depends on the frames before it.
    remembers: bool,
}

/// A connection: where it goes, and what is subscribed on it.
struct Socket {
    url: &'static str,
    subscriptions: &'static [&'static str],
}

pub(crate) fn run(decoder: &Decoder, data: &[u8]) {
    let connector = (decoder.connector)();
    let text = std::str::from_utf8(data).ok();
    for socket in decoder.sockets {
        let topics = topics(&*connector, socket.subscriptions);
        for frame in text.map(Frame::Text).into_iter().chain([Frame::Binary(data)]) {
            let mut connection = open(&*connector, socket.url, &topics);
            let first = decode(&mut *connection, frame, &topics);
            check_frame(decoder, frame, &first, &topics, &*connector);
            // Memory that is used again shows if it was not emptied.
            let again = decode(&mut *connection, frame, &topics);
            assert!(decoder.remembers || again.lines == first.lines, "decoded again: {:?}", again.lines);
            if let (Frame::Text(text), Some(pack)) = (frame, decoder.pack) {
                let mut connection = open(&*connector, socket.url, &topics);
                let packed = decode(&mut *connection, Frame::Binary(&pack(text)), &topics);
                assert!(text.is_empty() || packed.lines == first.lines, "compressed: {:?}", packed.lines);
            }
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

/// The hot side of a connection to `url`, by the route of what is subscribed on it.
fn open(connector: &dyn Connector, url: &str, topics: &TopicTable) -> Box<dyn Protocol> {
    let route = topics.iter().map(|(_, entry)| entry.topic.route).next();
    let route = route.or_else(|| connector.routes().first().copied()).expect("a venue has a socket");
    connector.protocol(route, &Grant::to(url.parse().expect("an address of the table")))
}

fn decode(protocol: &mut dyn Protocol, frame: Frame<'_>, topics: &TopicTable) -> Said {
    let mut said = Said::default();
    protocol.frame(frame, &mut Context::new(Some(NOW), &mut 0, topics, &mut said));
    said
}

fn check_frame(decoder: &Decoder, frame: Frame<'_>, said: &Said, topics: &TopicTable, connector: &dyn Connector) {
    said.check(connector, NOW);
    assert!(said.topics.iter().all(|topic| topics.get(*topic).is_some()), "a topic that is not in the table");
    let is_text = matches!(frame, Frame::Text(_));
    // What must not be seen is written over, byte for byte, with what keeps it JSON.
    let same = |window: &[u8], part: &[u8]| window.iter().zip(part).all(|(a, b)| a == b || b"*\"0".contains(b));
    let from_frame =
        |part: &Vec<u8>| part.is_empty() || frame.bytes().windows(part.len()).any(|window| same(window, part));
    assert!(!is_text || said.malformed.iter().all(from_frame), "a part that is not of the frame");
    let tree = if let Frame::Text(text) = frame { Tree::theirs(text).ok() } else { None };
    if said.malformed.iter().any(|part| part == frame.bytes()) || tree.is_none() {
        // A frame that turns out bad is told as a whole; binary ones are for the venue to understand.
        assert!(!is_text || decoder.prose || said.events == 0, "events from a frame that is bad: {:?}", said.lines);
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
