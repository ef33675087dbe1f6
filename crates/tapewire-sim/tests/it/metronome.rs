//! A toy venue that knows every trick: numbers on streams, a hundred a second, and one number over HTTP.
//!
//! A client says `{"sub":["a"],"id":1}` and is answered `{"ok":true,"id":1}`; a frame of data is `{"stream":"a","n":7}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tapewire_core::Frame;
use tapewire_sim::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Setup, Trick, Wake};
use tapewire_sim::{Builder, Simulator};

/// The venue, not started yet.
pub(crate) fn metronome() -> Builder {
    Simulator::with_face("metronome", |setup: &mut Setup| Ok(Metronome::new(setup.start_us())))
}

struct Metronome {
    number: u64,
    next_us: i64,
    subscribed: Vec<(ConnectionId, Arc<str>)>,
    refused: BTreeMap<String, u32>,
}

impl Metronome {
    fn new(start_us: i64) -> Self {
        Self { number: 0, next_us: start_us + BEAT_US, subscribed: Vec::new(), refused: BTreeMap::new() }
    }

    /// Subscribes to all names, or to none if one is refused.
    fn subscribe(&mut self, connection: ConnectionId, names: &[&str]) -> bool {
        for name in names {
            if let Some(left) = self.refused.get_mut(*name).filter(|left| **left > 0) {
                *left -= 1;
                return false;
            }
        }
        self.subscribed.extend(names.iter().map(|name| (connection, Arc::from(*name))));
        true
    }
}

impl Face for Metronome {
    fn open(&mut self, _: i64, connection: ConnectionId, request: &Request, _: &mut Outbox) -> Result<(), Answer> {
        let names: Vec<_> = request.parameter("sub").into_iter().flat_map(|names| names.split(',')).collect();
        self.subscribe(connection, &names);
        Ok(())
    }

    fn frame(&mut self, _: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        let request: Value = serde_json::from_slice(frame.bytes()).expect("the tests send JSON");
        let names: Vec<_> = request["sub"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let ok = self.subscribe(connection, &names);
        out.reply(connection, json!({ "ok": ok, "id": request["id"] }).to_string());
    }

    fn closed(&mut self, connection: ConnectionId) {
        self.subscribed.retain(|(it, _)| *it != connection);
    }

    fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        while self.next_us <= now_us {
            self.number += 1;
            self.next_us += BEAT_US;
            for (connection, stream) in &self.subscribed {
                out.data(*connection, stream, json!({ "stream": **stream, "n": self.number }).to_string());
            }
        }
        Wake::At(self.next_us)
    }

    fn http(&mut self, _: i64, _: &Request, age: Age) -> Answer {
        Answer::ok(json!({ "n": if age == Age::Stale { 0 } else { self.number } }).to_string())
    }

    fn prepare(&mut self, _: Trick) -> bool {
        true
    }

    fn shutdown_notice(&self, _: i64, _: ConnectionId) -> Option<FrameBuf> {
        Some(r#"{"bye":true}"#.into())
    }

    fn misaddressed(&self, reply: Frame<'_>) -> Option<FrameBuf> {
        let mut reply: Value = serde_json::from_slice(reply.bytes()).ok()?;
        reply["id"] = json!(-1);
        Some(reply.to_string().into())
    }

    fn refuse(&mut self, stream: &str, times: u32) {
        self.refused.insert(stream.to_owned(), times);
    }

    fn reset_sequence(&mut self) {
        self.number = 0;
    }
}

/// The time between two numbers.
const BEAT_US: i64 = 10_000;
