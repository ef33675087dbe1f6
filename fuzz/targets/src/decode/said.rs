//! What an adapter said: kept as text, and judged as soon as it is said.

use tapewire_core::event::{Event, Normalized};
use tapewire_core::{
    AccountEffects, Connector, DecodeError, EXCERPT_LENGTH_MAX, Effects, Failure, Frame, Grant, HttpRequest, Reply,
    TopicId, UnixNanos, VenueId,
};

use crate::tree::Tree;

/// The effects of one call, in order.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Each effect as a line; of events, their JSON.
    pub(crate) lines: Vec<String>,
    pub(crate) topics: Vec<TopicId>,
    pub(crate) malformed: Vec<Vec<u8>>,
    /// How many of the effects are events.
    pub(crate) events: usize,
    /// How often the job of an account ended.
    pub(crate) endings: usize,
    /// How many requests over HTTP were made.
    pub(crate) requests: usize,
    /// Where events say they are from, and when they were received.
    stamps: Vec<(VenueId, Option<UnixNanos>)>,
}

impl Said {
    /// Checks that everything is from the venue, and was received when it was.
    pub(crate) fn check(&self, connector: &dyn Connector, now: UnixNanos) {
        for (venue, ts_recv) in &self.stamps {
            assert_eq!((*venue, *ts_recv), (connector.venue(), Some(now)), "{:?}", self.lines);
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        let line = serde_json::to_string(event).expect("an event is written as JSON");
        let read = Tree::theirs(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(read.member("kind").and_then(Tree::scalar), Some(event.kind().as_str()));
        if let Event::Malformed(malformed) = event {
            printable(&malformed.excerpt);
            printable(&malformed.reason);
        }
        self.events += usize::from(!event.kind().is_notice());
        self.stamps.push((event.venue(), event.ts_recv()));
        self.lines.push(line);
    }
}

/// Checks that a text that quotes the outside is short, and holds nothing that a terminal would act on.
pub(crate) fn printable(text: &str) {
    // Room for the words around what is quoted.
    assert!(text.chars().count() <= EXCERPT_LENGTH_MAX + 100, "{} characters: {text:?}", text.chars().count());
    assert!(!text.contains(char::is_control), "{text:?}");
}

impl Effects for Said {
    fn emit(&mut self, topic: Option<TopicId>, event: &Event<'_>) {
        self.topics.extend(topic);
        self.event(event);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.lines.push(format!("{reply:?}"));
    }

    fn malformed(&mut self, topic: Option<TopicId>, part: &[u8], why: &DecodeError) {
        self.topics.extend(topic);
        self.malformed.push(part.to_owned());
        self.lines.push(format!("malformed {}: {why}", part.escape_ascii()));
    }

    fn send(&mut self, frame: Frame<'_>) {
        self.lines.push(format!("send {frame:?}"));
    }

    fn ready(&mut self) {
        self.lines.push("ready".to_owned());
    }

    fn hand_over(&mut self, why: &str) {
        self.lines.push(format!("hand over: {why}"));
    }

    fn fail(&mut self, failure: Failure) {
        self.lines.push(format!("{failure:?}"));
    }
}

impl AccountEffects for Said {
    fn http(&mut self, request: HttpRequest) {
        self.requests += 1;
        self.lines.push(format!("{request:?}"));
    }

    fn granted(&mut self, grant: Grant) {
        self.endings += 1;
        self.lines.push(format!("{grant:?}"));
    }

    fn emit(&mut self, event: &Event<'_>) {
        self.event(event);
    }

    fn done(&mut self) {
        self.endings += 1;
        self.lines.push("done".to_owned());
    }

    fn refused(&mut self, failure: Failure) {
        self.endings += 1;
        printable(&failure.reason);
        self.lines.push(format!("{failure:?}"));
    }

    fn need_input(&mut self, prompt: &str) {
        self.lines.push(format!("input: {prompt}"));
    }
}
